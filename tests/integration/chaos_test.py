"""Instances that die at random, and those that do the worst they can while they live."""

import os
import random
import time

from support import (GatewayTest, Instance, Traffic, answers, echo, gateway, gatewayctl_json,
                     is_sanitized)

# Seconds of killing and restarting; the full length is 60.
SECONDS = float(os.environ.get("GATEWAYD_CHAOS_SECONDS", "8"))
SEED = int(os.environ.get("GATEWAYD_CHAOS_SEED", "0")) or random.randrange(1 << 30)


class KillAndRestart(GatewayTest):
    """Two instances, of which one is always up: no GET may fail."""

    config = gateway(workers=2, service={
        "instances": ["@one@", "@two@"], "connect_timeout": "500ms", "response_timeout": "2s",
        "retry": {"attempts": 4, "on": ["connect", "reset", "timeout", "502", "503", "504"],
                  "backoff": "10ms"}})

    @classmethod
    def prepare(cls):
        cls.instances = [Instance(), Instance()]
        for name, instance in zip(("one", "two"), cls.instances):
            cls.addClassCleanup(instance.close)
            cls.places[name] = instance.start().url

    def test_no_get_fails_while_one_of_two_is_up(self):
        chance = random.Random(SEED)
        kills = 0
        with Traffic(self.gateway.address, clients=6, pause=0.002) as traffic:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end or kills <= SECONDS / 4:
                instance = chance.choice(self.instances)
                instance.kill()
                kills += 1
                time.sleep(chance.uniform(0, 0.4))
                instance.start()
                time.sleep(chance.uniform(0.05, 0.4))
        print(f"\nchaos: {kills} kills in {SECONDS:g} s, {len(traffic.results)} requests, "
              f"slowest {traffic.slowest * 1000:.0f} ms, seed {SEED}", flush=True)
        self.assertEqual(set(traffic.statuses), {200}, f"seed {SEED}: {traffic.statuses}")
        self.assertGreater(len(traffic.results), 100 * SECONDS / (10 if is_sanitized() else 1))
        self.assertLess(traffic.slowest, 3)


OK = b"HTTP/1.1 200 OK\r\n"


def trickles(peer):
    """One byte a second."""
    peer.read_body()
    for byte in OK + b"Content-Length: 5\r\n\r\nhello":
        peer.send(bytes([byte]))
        if peer.origin.release.wait(1):
            return


def trickles_body(peer):
    peer.read_body()
    peer.send(OK + b"Content-Length: 500\r\n\r\n")
    for _ in range(500):
        peer.send(b"x")
        if peer.origin.release.wait(0.3):
            return


def resets_within_the_body(peer):
    peer.read_body()
    peer.send(OK + b"Content-Length: 9\r\n\r\nabc")
    time.sleep(0.05)
    peer.reset()


def floods(peer):
    """1xx answers without end, and fast."""
    peer.read_body()
    try:
        while True:
            peer.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 50)
    except OSError:
        peer.close()


class Misbehaviour(GatewayTest):
    """The right status within the timeout; that connection is not used again, and ends."""

    config = gateway(service={"response_timeout": "500ms", "read_timeout": "500ms",
                              "timeout": "1200ms"})
    LATEST = 1.2 + 0.6

    def setUp(self):
        super().setUp()
        self.origin.cut_idle()

    def ask(self):
        watch = self.stopwatch()
        client = self.client()
        answer = client.request().head()
        return client, answer, watch

    def assertClean(self, watch):
        """What it did was over in time, and the next request is served by a fresh connection."""
        self.assertLess(watch.own, self.LATEST)
        bad = self.origin.requests[-1].connection
        self.origin.release.set()
        self.origin.wait(lambda: self.origin.live == 0, "the bad connection to end")
        self.assertEqual(self.idle(), 0)
        self.origin.behaviour = echo
        client = self.client().request("POST", body=b"mine")
        self.assertEqual(client.answer().body, b"mine")
        self.assertNotEqual(self.origin.requests[-1].connection, bad)

    def idle(self):
        services = gatewayctl_json("services", "--socket", f"{self.directory}/control.sock")
        return sum(instance["idle_connections"] for service in services["services"]
                   for instance in service["instances"])

    def test_those_that_send_no_answer_are_504(self):
        for behaviour in (lambda peer: peer.wait_for_end(), trickles):
            with self.subTest(behaviour.__name__):
                self.origin.release.clear()
                self.origin.behaviour = behaviour
                client, answer, watch = self.ask()
                self.assertEqual(answer.status, 504)
                self.assertLess(watch.own, 0.5 + 0.6)
                client.close()
                self.assertClean(watch)

    def test_those_that_break_off_are_cut(self):
        short = answers(OK + b"Content-Length: 9\r\n\r\nabc", end=True)
        silent = answers(OK + b"Content-Length: 9\r\n\r\nabc")
        for behaviour in (resets_within_the_body, short, silent, trickles_body):
            with self.subTest(behaviour.__name__):
                self.origin.release.clear()
                self.origin.behaviour = behaviour
                client, answer, watch = self.ask()
                self.assertEqual(answer.status, 200)
                self.assertCut(client, answer)
                self.assertClean(watch)

    def test_a_body_longer_than_it_said(self):
        self.origin.behaviour = answers(OK + b"Content-Length: 3\r\n\r\nabcdefgh")
        client, answer, watch = self.ask()
        self.assertEqual(b"".join(client.blocks(answer)), b"abc")
        self.assertClean(watch)

    def test_a_flood_of_1xx_is_502(self):
        self.origin.behaviour = floods
        client, answer, watch = self.ask()
        self.assertEqual(answer.status, 502)
        self.assertLess(len(answer.interim), 100)
        client.close()
        self.assertClean(watch)
