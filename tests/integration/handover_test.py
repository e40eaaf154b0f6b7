"""One gatewayd takes another's place: no connection is refused, nothing is lost or done twice."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support import (PATIENCE, Client, Gatewayd, Origin, Load, LoadOrigin, eventually,
                     fill, gateway, gatewayctl, gatewayctl_json, table)

UPGRADES = int(os.environ.get("GATEWAYD_TEST_UPGRADES", "5"))


class Succession(unittest.TestCase):
    """Generations of gatewayd in one folder; self.gateway is the one that serves."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.places = {"dir": self.directory}
        self.generation = 0

    def serve_origin(self, behaviour=None):
        self.origin = Origin(behaviour) if behaviour else LoadOrigin()
        self.addCleanup(self.origin.close)
        self.places["origin"] = self.origin.url

    def process(self, config=None):
        self.generation += 1
        text = None if config is None else fill(config, self.places)
        started = Gatewayd(self.directory, text, notify=f"notify{self.generation}.sock")
        self.addCleanup(started.close)
        return started

    def start(self, config, **options):
        self.gateway = self.process(config)
        self.gateway.start(**options)
        self.address = self.gateway.address

    def take_over(self, config=None):
        """Starts the next generation in the place of this one; returns the one before."""
        before, self.gateway = self.gateway, self.process(config)
        self.gateway.start("--take-over")
        return before

    def get(self, target="/x", *fields):
        with Client(self.address) as client:
            return client.get(target, *fields)

    @property
    def control(self):
        return f"{self.directory}/control.sock"

    def rows(self):
        with sqlite3.connect(f"file:{self.directory}/gatewayd.db?mode=ro", uri=True) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
            return database.execute("SELECT count(*), count(DISTINCT id) FROM requests").fetchone()


def held(peer):
    """Answers /held in two halves with the test's release in between; /tunnel echoes for ever."""
    peer.read_body()
    if peer.request.target == "/tunnel":
        peer.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
        while True:
            peer.send(peer.stream.exactly(4))
    elif peer.request.target == "/held":
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
        peer.origin.release.wait(PATIENCE)
        peer.send(b"after")
    else:
        peer.answer(200, b"ok")


class TakeOver(Succession):
    def test_under_load_nothing_is_refused_or_lost(self):
        self.serve_origin()
        self.start(gateway(workers=2, drain_timeout="20s"))
        answered, slowest = 0, 0
        for _ in range(UPGRADES):
            lasting = Load(self.address[1], connections=6)
            fresh = Load(self.address[1], connections=4, per_connection=1)
            self.addCleanup(lasting.close)
            self.addCleanup(fresh.close)
            lasting.wait_until_warm()
            fresh.wait_until_warm()
            before = self.take_over()
            self.assertEqual(before.wait(), 0, before.log()[-3000:])
            time.sleep(0.3)
            for figures in (lasting.stop(), fresh.stop()):
                self.assertEqual((figures["failed"], figures["refused"]), (0, 0), figures)
                self.assertGreater(figures["answered"], 50)
                answered += figures["answered"]
                slowest = max(slowest, figures["slowest_us"])
        self.assertEqual(self.gateway.stop(), 0)
        self.assertEqual(self.rows(), (answered, answered))
        print(f"\n{UPGRADES} take-overs under load: {answered} requests, none failed or refused, "
              f"the slowest took {slowest / 1000:.0f} ms, each in the log once")

    def test_the_log_counts_what_both_wrote(self):
        """Rollups, spans and names stay whole where two processes write for a while."""
        self.serve_origin(held)
        self.start(gateway(drain_timeout="20s"))
        clients = [Client(self.address).request("GET", "/held") for _ in range(3)]
        for client in clients:
            self.addCleanup(client.close)
            client.first = client.head()
        before = self.take_over()
        for _ in range(5):
            self.assertEqual(self.get().status, 200)
        eventually(lambda: self.rows()[0] >= 5, "the new one's rows")
        self.origin.release.set()
        for client in clients:
            self.assertEqual(b"".join(client.blocks(client.first)), b"firstafter")
        self.assertEqual(before.wait(), 0)
        for _ in range(5):
            self.assertEqual(self.get().status, 200)
        eventually(lambda: self.rows() == (13, 13), "every row in the database")
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway = self.process()  # and so does who opens it next
        self.gateway.start()
        routes = gatewayctl_json("stats", "--socket", self.control, "--by", "route")
        self.assertEqual(sum(row["requests"] for row in routes["rows"]), 13, routes)
        rows = gatewayctl_json("logs", "--socket", self.control, "--lines", "100")["rows"]
        self.assertEqual(len(rows), 13, rows)
        self.assertEqual({row["route"] for row in rows}, {"all"})

    def test_tunnels_and_downloads_live_on_in_the_old_one(self):
        self.serve_origin(held)
        self.start(gateway(workers=2, drain_timeout="20s"))
        tunnel = Client(self.address).request("GET", "/tunnel", "Connection: upgrade", "Upgrade: x")
        self.addCleanup(tunnel.close)
        self.assertEqual(tunnel.head().status, 101)
        download = Client(self.address).request("GET", "/held")
        self.addCleanup(download.close)
        blocks = download.blocks(download.head())
        self.assertEqual(next(blocks), b"first")
        self.gateway.reload()
        before = self.take_over()
        before.wait_for_log("serves from now on")
        for word in (b"ping", b"pong"):
            tunnel.send(word)
            self.assertEqual(tunnel.stream.exactly(4), word)
        self.origin.release.set()
        self.assertEqual(b"".join(blocks), b"after")
        self.assertIsNone(before.process.poll())
        tunnel.close()
        self.assertEqual(before.wait(), 0)
        self.assertEqual(self.get().status, 200)

    def test_limits_count_on(self):
        self.serve_origin(held)
        limits = table("limits.few", {"key": ["ip"], "limit": 5, "window": "1h", "paths": ["/*"]})
        self.start(gateway() + limits)
        for _ in range(3):
            self.assertEqual(self.get().status, 200)
        first = self.take_over()
        self.assertEqual(first.wait(), 0)  # until then both serve, and each counts its own
        self.assertEqual([self.get().status for _ in range(3)], [200, 200, 429])
        second = self.take_over()  # what the first one had is not brought back by its end
        self.assertEqual(second.wait(), 0)
        self.assertEqual(self.get().status, 429)

    def test_the_control_socket_answers_throughout(self):
        self.serve_origin(held)
        self.start(gateway(drain_timeout="20s"))
        before = self.take_over()
        self.assertEqual(before.wait(), 0)
        self.assertEqual(gatewayctl_json("status", "--socket", self.control)["workers"], 1)
        self.assertTrue(gatewayctl_json("reload", "--socket", self.control)["accepted"])
        self.assertEqual(self.gateway.stop(), 0)
        left = {path.name for path in Path(self.directory).glob("*.sock*")}
        self.assertEqual(left, {"notify1.sock", "notify2.sock"})

    def test_other_workers_and_other_listeners(self):
        self.serve_origin(held)
        more = table("listeners.extra", {"address": "127.0.0.2:0"})
        self.start(gateway(workers=3) + more)
        eventually(lambda: any(address[0] == "127.0.0.2" for address in
                               self.gateway.listening), "the second listener")
        extra = next(address for address in self.gateway.listening if address[0] == "127.0.0.2")
        for workers in (1, 2):  # of three sockets, and of three descriptors for two
            before = self.take_over(gateway(workers=workers) + more)
            self.assertEqual(before.wait(), 0)
            for _ in range(20):
                self.assertEqual(self.get().status, 200)
                with Client(extra) as client:
                    self.assertEqual(client.get("/x").status, 200)
        before = self.take_over(gateway(workers=2))  # the extra one ends with the old one
        self.assertEqual(before.wait(), 0)
        self.assertEqual(self.get().status, 200)
        with self.assertRaises(ConnectionRefusedError):
            Client(extra)

    def test_a_fresh_one_serves_whom_the_old_one_keeps_alive(self):
        self.serve_origin(held)
        self.start(gateway())
        with Client(self.address) as client:
            self.assertEqual(client.get("/x").status, 200)
            before = self.take_over()
            before.wait_for_log("serves from now on")
            eventually(lambda: "connection" in client.get("/x").fields, "Connection: close")
            self.assertTrue(client.is_closed())
        self.assertEqual(before.wait(), 0)


class TakeOverFails(Succession):
    """Whatever is wrong with the new one, the old one goes on as if nothing had been."""

    def setUp(self):
        super().setUp()
        self.serve_origin(held)
        self.start(gateway())
        self.text = self.gateway.config_path.read_text()

    def assertGoesOn(self):
        self.gateway.config_path.write_text(self.text)
        self.assertEqual(self.get().status, 200)
        verdict = eventually(self.accepted, "a reload to be accepted")
        self.assertGreaterEqual(verdict["revision"], 1)
        self.assertIsNone(self.gateway.process.poll())

    def accepted(self):
        verdict = gatewayctl("reload", "--socket", self.control, "-o", "json")
        return json.loads(verdict.stdout) if verdict.returncode == 0 else None

    def fails(self, config, status):
        late = self.process(config)
        late.launch("--take-over")
        self.assertEqual(late.wait(), status, late.log())
        return late.log()

    def test_its_config_is_wrong(self):
        self.fails(gateway(route={"service": "orign"}), 78)
        self.assertGoesOn()

    def test_it_cannot_listen(self):
        taken = Origin()
        self.addCleanup(taken.close)
        more = table("listeners.more", {"address": f"127.0.0.1:{taken.port}"})
        self.assertIn(str(taken.port), self.fails(gateway() + more, 1))
        self.gateway.wait_for_log("did not")
        self.assertGoesOn()

    def test_it_cannot_open_its_database(self):
        self.fails(gateway(store={"path": "@dir@/none/gatewayd.db"}), 1)
        self.assertGoesOn()

    def test_its_program_is_broken(self):
        """It asks, gets everything, and ends."""
        with self.ask() as asking:
            while "offered" not in self.packet(asking):
                pass
            done = gatewayctl("reload", "--socket", self.control)
            self.assertEqual(done.returncode, 1)
            self.assertIn("taking over", done.stderr)
            self.assertEqual(self.get().status, 200)
        self.assertGoesOn()
        before = self.take_over()
        self.assertEqual(before.wait(), 0)
        self.assertEqual(self.get().status, 200)

    def test_it_ends_in_the_middle_of_what_it_is_told(self):
        for _ in range(20):
            self.ask().close()
        with self.ask() as asking:
            asking.send(b"\xff no JSON")
            asking.send(b"[]")
            time.sleep(0.1)
        self.assertGoesOn()

    def test_nobody_is_there(self):
        self.gateway.stop()
        self.assertIn("start without --take-over", self.fails(None, 1))

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be somebody else")
    def test_another_user_gets_nothing(self):
        os.chmod(self.directory, 0o755)
        os.chmod(f"{self.control}.handover", 0o666)
        done = subprocess.run(
            ["python3", "-c", "import socket,sys\n"
             "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
             "s.connect(sys.argv[1]); print(s.recv(65536))", f"{self.control}.handover"],
            user=65534, capture_output=True, text=True, timeout=PATIENCE, check=True)
        self.assertIn("refused", done.stdout)
        self.assertGoesOn()

    def ask(self):
        asking = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asking.settimeout(PATIENCE)
        asking.connect(f"{self.control}.handover")
        return asking

    @staticmethod
    def packet(asking):
        text, descriptors, _, _ = socket.recv_fds(asking, 65536, 250)
        for descriptor in descriptors:
            os.close(descriptor)
        return json.loads(text)


class SocketActivation(Succession):
    def setUp(self):
        super().setUp()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.addCleanup(self.socket.close)
        self.address = self.socket.getsockname()

    def activate(self, config, name, sockets=None):
        self.gateway = self.process(config)
        sockets = sockets or [self.socket]
        self.gateway.start(sockets=sockets, names=[name] * len(sockets))

    def test_by_name_and_by_address(self):
        self.serve_origin(held)
        address = f"127.0.0.1:{self.address[1]}"
        for name, listener in (("public", "127.0.0.1:1"), ("other.socket", address)):
            with self.subTest(name=name):
                self.activate(gateway(workers=2, listener={"address": listener}), name)
                for _ in range(20):
                    self.assertEqual(self.get().status, 200)
                self.assertEqual(self.gateway.stop(), 0)

    def test_a_restart_under_load_refuses_nobody(self):
        self.serve_origin()
        config = gateway(workers=2, drain_timeout="20s")
        self.activate(config, "public")
        lasting = Load(self.address[1], connections=6)
        fresh = Load(self.address[1], connections=4, per_connection=1)
        self.addCleanup(lasting.close)
        self.addCleanup(fresh.close)
        lasting.wait_until_warm()
        fresh.wait_until_warm()
        for _ in range(3):
            time.sleep(0.2)
            self.assertEqual(self.gateway.stop(), 0)
            self.activate(config, "public")
        time.sleep(0.2)
        for figures in (lasting.stop(), fresh.stop()):
            self.assertEqual((figures["failed"], figures["refused"]), (0, 0), figures)
            self.assertGreater(figures["answered"], 50)

    def test_a_listener_that_went_may_come_back(self):
        self.serve_origin(held)
        with_it = gateway(listener={"address": f"127.0.0.1:{self.address[1]}"})
        without = gateway(listener={"address": "127.0.0.1:0"})
        self.activate(with_it, "a.socket")
        self.assertIn("is live", self.gateway.reload(fill(without, self.places)))
        self.assertIn("is live", self.gateway.reload(fill(with_it, self.places)))
        self.assertEqual(self.get().status, 200)

    def test_a_take_over_passes_them_on(self):
        self.serve_origin(held)
        self.activate(gateway(workers=2), "public")
        before = self.take_over()
        self.assertEqual(before.wait(), 0)
        self.assertEqual(self.get().status, 200)
        self.assertEqual(self.gateway.stop(), 0)
        with Client(self.address) as waiting:  # the queue is the service manager's still
            waiting.request("GET", "/x")
            self.activate(gateway(), "public")
            self.assertEqual(waiting.answer().status, 200)

    def test_what_no_listener_wants_is_said(self):
        self.serve_origin(held)
        odd, peer = socket.socketpair()
        with socket.create_server(("127.0.0.1", 0)) as other, odd, peer:
            self.gateway = self.process(gateway())
            self.gateway.start(sockets=[self.socket, other, odd],
                               names=["public", "unknown", "odd"])
            self.assertEqual(self.get().status, 200)
            self.gateway.wait_for_log(r"no listener .* \(unknown\)")
            self.gateway.wait_for_log(r"socket 2 of LISTEN_FDS: .* no listening TCP")
