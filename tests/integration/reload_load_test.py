"""Reloads and drains under full load: nothing that was accepted goes unanswered."""

import os
import shutil
import signal
import sqlite3
import tempfile
import time
import unittest

from support import (Client, Gatewayd, Load, LoadOrigin, Stopwatch, eventually, fill, gateway,
                     is_sanitized, table)
from support.foreign import free_port

RELOADS = int(os.environ.get("GATEWAYD_TEST_RELOADS", "40"))  # 200 in the full variant
WARM = 20  # reloads after which memory must not grow
# Rows, after which the log's rings have been used from end to end, however fast they come.
WARM_UP = 2_000 if is_sanitized() else 80_000
GROWTH_KIB = 2048  # what the allocator's noise may be
ROUTES = 1000


def many_routes(listeners="", **keys):
    routes = {f"r{n}": {"path": f"/r{n}/x", "service": "origin"} for n in range(ROUTES)}
    limits = table("limits.everyone", {"key": ["ip"], "limit": 1_000_000_000, "window": "1h",
                                       "paths": ["/*"]})
    return gateway(routes=routes, workers=2, drain_timeout="20s", **keys) + listeners + limits


EXTRA = '[listeners.extra]\naddress = "127.0.0.1:@extra@"\n'
TAKEN = '[listeners.taken]\naddress = "127.0.0.1:@taken@"\n'


class Loaded(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.origin = LoadOrigin()
        self.addCleanup(self.origin.close)
        self.places = {"dir": self.directory, "origin": self.origin.url}

    def start(self, config):
        self.gateway = Gatewayd(self.directory, fill(config, self.places))
        self.addCleanup(self.gateway.close)
        self.gateway.start()
        return self.gateway

    def rows(self):
        with sqlite3.connect(f"file:{self.directory}/gatewayd.db?mode=ro", uri=True) as database:
            return database.execute("SELECT max(seq) FROM requests").fetchone()[0] or 0

    def traffic(self, port, **options):
        traffic = Load(port, **options)
        self.addCleanup(traffic.close)
        return traffic

    def assertAllAnswered(self, figures, at_least=100):
        self.assertEqual(figures["failed"], 0, figures)
        self.assertGreater(figures["answered"], at_least, figures)


class ReloadsUnderLoad(Loaded):
    def variants(self):
        """In turn: other routes, a listener more, a listener less, and what is wrong."""
        plain = fill(many_routes(), self.places)
        more = fill(many_routes(EXTRA), self.places)
        return [more, more + "\n[routes.broken\n", plain.replace("[routes.r7]", "[routes.q7]"),
                fill(many_routes(TAKEN), self.places), more.replace("[routes.r7]", "[routes.q7]"),
                more.replace('service = "origin"', 'service = "orign"', 1)]

    def test_reloads(self):
        self.places["extra"] = free_port()
        self.places["taken"] = self.origin.url.rsplit(":", 1)[1]
        self.start(many_routes())
        port = self.gateway.address[1]
        lasting = self.traffic(port, connections=6, routes=ROUTES)
        fresh = self.traffic(port, connections=2, per_connection=3, routes=ROUTES)
        extra = self.traffic(self.places["extra"], connections=2, per_connection=1, routes=ROUTES)
        eventually(lambda: self.rows() >= WARM_UP, "the rows of the traffic", 240)
        memory, live, rejected = [], 0, 0
        variants = self.variants()
        begun = time.monotonic()
        for number in range(RELOADS):
            log = self.gateway.reload(variants[number % len(variants)])
            live += "is live" in log
            rejected += "reload rejected" in log
            memory.append(self.gateway.rss_kib())
            time.sleep(0.3 if number % len(variants) == 2 else 0.03)  # a listener goes for good
        took = time.monotonic() - begun
        figures = [lasting.stop(), fresh.stop()]
        of_extra = extra.stop()
        print(f"\n{RELOADS} reloads of {ROUTES} routes in {took:.1f} s: {live} live, {rejected} "
              f"rejected; requests {figures}; a listener that comes and goes {of_extra}; RSS "
              f"{memory[0]} KiB at first, {memory[min(WARM, len(memory)) - 1]} after {WARM}, "
              f"{memory[-1]} at the end")
        for one in figures:
            self.assertAllAnswered(one)
            self.assertEqual(one["refused"], 0, one)
        # Who reaches the listener that comes and goes is served, or cannot connect.
        self.assertAllAnswered(of_extra, at_least=10)
        self.assertGreater(of_extra["refused"], 0)
        self.assertGreater(live, RELOADS // 3)
        self.assertGreater(rejected, RELOADS // 3)
        if not is_sanitized():  # whose quarantine grows
            half = memory[WARM - 1:]
            self.assertLess(max(half[len(half) // 2:]), max(half[:len(half) // 2]) + GROWTH_KIB,
                            memory)
        self.assertEqual(self.gateway.stop(), 0)


class DrainUnderLoad(Loaded):
    def test_every_request_that_was_accepted_is_answered(self):
        for attempt in range(3):
            with self.subTest(attempt=attempt):
                self.start(many_routes())
                port = self.gateway.address[1]
                lasting = self.traffic(port, connections=6, routes=ROUTES)
                fresh = self.traffic(port, connections=4, per_connection=1, routes=ROUTES)
                lasting.wait_until_warm()
                fresh.wait_until_warm()
                watch = Stopwatch(self.gateway.pid)
                self.assertEqual(self.gateway.stop(), 0)
                self.assertLess(watch.own, 10)
                for figures in (lasting.stop(), fresh.stop()):
                    self.assertAllAnswered(figures)
                    self.assertGreater(figures["refused"], 0)
                self.gateway.close()
                os.unlink(f"{self.directory}/notify.sock")

    def test_an_idle_connection_may_still_bring_a_request(self):
        self.start(many_routes())
        with Client(self.gateway.address) as client:
            self.assertEqual(client.get("/r1/x").status, 200)
            # It goes on asking: what is silent for half a second may be ended.
            self.gateway.signal(signal.SIGTERM)
            eventually(lambda: "connection" in client.get("/r2/x").fields, "Connection: close")
            self.assertTrue(client.is_closed())
        self.assertEqual(self.gateway.wait(), 0)
