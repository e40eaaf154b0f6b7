"""Start, drain, stop, and the command line of gatewayd."""

import json
import os
import shutil
import signal
import socket
import tempfile
import unittest
from pathlib import Path

from support import Closed, GatewayTest, Gatewayd, Origin, fill, gateway, run_gatewayd


def by_target(peer):
    """Never comes to an end: waits, sends half an answer, or tunnels."""
    if peer.request.target == "/download":
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    if peer.request.target == "/tunnel":
        peer.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
    peer.wait_for_end()


class Each(GatewayTest):
    """A gatewayd of its own for every test, since the tests end it."""

    config = gateway(drain_timeout="30s", workers=2)

    @classmethod
    def setUpClass(cls):
        cls.running = {}

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.origin = Origin()
        self.addCleanup(self.origin.close)
        self.running = {"origin": self.origin}
        self.places = {"dir": self.directory, "origin": self.origin.url}
        self.start(self.config)

    def start(self, config):
        self.gateway = Gatewayd(self.directory, fill(config, self.places))
        self.addCleanup(self.gateway.close)
        self.gateway.start()

    def restart(self, config):
        self.gateway.stop()
        self.gateway.close()
        os.unlink(Path(self.directory) / "notify.sock")
        self.start(config)

    def held(self, peer):
        peer.read_body()
        peer.origin.release.wait(60)
        peer.answer(200, b"finished")

    def in_flight(self):
        self.origin.behaviour = self.held
        client = self.client().request()
        self.origin.wait_for_requests(1)
        return client


class Stop(Each):
    def test_sigterm_ends_an_idle_gateway_with_0(self):
        client = self.client()
        client.get("/")
        watch = self.stopwatch()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(watch.own, 8)
        self.gateway.wait_for_state("STOPPING=1")
        self.assertTrue(client.is_closed())

    def test_sigint_is_the_same(self):
        self.gateway.signal(signal.SIGINT)
        self.assertEqual(self.gateway.wait(), 0)

    def test_a_drain_finishes_what_is_in_flight_and_takes_nothing_new(self):
        client = self.in_flight()
        idle = self.client()
        self.gateway.signal(signal.SIGTERM)
        self.gateway.wait_for_state("STOPPING=1")
        self.assertTrue(idle.is_closed())
        self.eventually(self.refuses, "new connections to be refused")
        self.assertIsNone(self.gateway.process.poll())
        self.origin.release.set()
        answer = client.answer()
        self.assertEqual(answer.body, b"finished")
        self.assertEqual(answer.fields.get("connection", "").lower(), "close")
        self.assertTrue(client.is_closed())
        self.assertEqual(self.gateway.wait(), 0)

    def refuses(self):
        try:
            socket.create_connection(self.gateway.address, 5).close()
        except ConnectionRefusedError:
            return True
        return False

    def test_a_drain_ends_after_drain_timeout(self):
        self.restart(gateway(drain_timeout="500ms", workers=2))
        client = self.in_flight()
        watch = self.stopwatch()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertGreater(watch.took, 0.4)
        self.assertLess(watch.own, 8)
        with self.assertRaises(AssertionError):
            client.answer()

    def test_the_end_of_a_drain_cuts_whatever_is_open(self):
        self.restart(gateway(drain_timeout="300ms", workers=2))
        self.origin.behaviour = by_target
        clients = [self.client().request("GET", "/wait"), self.client().request("GET", "/download"),
                   self.client().request("POST", "/wait", "Content-Length: 100"),
                   self.client().request("GET", "/tunnel", "Connection: upgrade", "Upgrade: x")]
        self.origin.wait_for_requests(len(clients))
        clients[1].head()
        self.assertEqual(clients[3].head().status, 101)
        self.assertEqual(self.gateway.stop(), 0)
        for client in clients:
            with self.assertRaises(Closed):
                client.stream.exactly(1 << 20)
        self.origin.wait(lambda: self.origin.live == 0, "the upstream connections to end")

    def test_a_second_sigterm_ends_it_at_once(self):
        self.in_flight()
        self.gateway.signal(signal.SIGTERM)
        self.gateway.wait_for_state("STOPPING=1")
        watch = self.stopwatch()
        self.gateway.signal(signal.SIGTERM)
        self.gateway.wait()
        self.assertLess(watch.own, 5)

    def test_the_control_socket_is_gone_afterwards(self):
        self.assertTrue(os.path.exists(f"{self.directory}/control.sock"))
        self.gateway.stop()
        self.assertFalse(os.path.exists(f"{self.directory}/control.sock"))

    def test_it_starts_again_where_a_killed_one_left_its_socket(self):
        self.gateway.kill()
        self.gateway.close()
        os.unlink(Path(self.directory) / "notify.sock")
        self.start(self.config)
        self.assertEqual(self.get("/").status, 200)
        self.assertEqual(self.gateway.stop(), 0)


class LogFiles(Each):
    config = gateway(log={"to": "@dir@/gatewayd.log"})

    def test_sigusr1_reopens_the_log_file(self):
        log, old = Path(self.directory) / "gatewayd.log", Path(self.directory) / "gatewayd.log.1"
        self.assertIn("listening on", log.read_text())
        log.rename(old)
        self.gateway.signal(signal.SIGUSR1)
        self.eventually(log.exists, "a new log file")
        size = old.stat().st_size
        self.gateway.reload()
        self.eventually(lambda: log.stat().st_size, "something in the new log file")
        self.assertEqual(old.stat().st_size, size)
        self.assertEqual(self.get("/").status, 200)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)

    def written(self, text):
        path = Path(self.directory) / "gatewayd.toml"
        path.write_text(fill(text, {"dir": self.directory, "origin": "http://127.0.0.1:9"}))
        return path

    def test_version(self):
        done = run_gatewayd("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^gatewayd \d+\.\d+\.\d+\s*$")

    def test_help_names_the_flags(self):
        done = run_gatewayd("--help")
        self.assertEqual(done.returncode, 0)
        for flag in ("--config", "--check", "--version"):
            self.assertIn(flag, done.stdout)

    def test_an_unknown_flag_is_a_usage_error(self):
        done = run_gatewayd("--nonsense")
        self.assertEqual(done.returncode, 64)
        self.assertIn("--nonsense", done.stderr)

    def test_check_says_good_and_leaves_no_trace(self):
        done = run_gatewayd("--check", "--config", self.written(gateway()))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.directory), ["gatewayd.toml"])

    def test_a_bad_config_is_shown_with_place_and_ends_with_78(self):
        path = self.written(gateway(route={"service": "orign"}))
        for arguments in (("--check", "--config", path), ("--config", path)):
            with self.subTest(arguments=arguments[0]):
                done = run_gatewayd(*arguments)
                self.assertEqual(done.returncode, 78)
                self.assertRegex(done.stderr, r"error\[unknown-service\]")
                self.assertRegex(done.stderr, r"--> .*gatewayd\.toml:\d+:\d+")
                self.assertIn('did you mean "origin"?', done.stderr)

    def test_a_file_that_is_not_there_ends_with_78(self):
        done = run_gatewayd("--config", f"{self.directory}/none.toml")
        self.assertEqual(done.returncode, 78)
        self.assertIn("none.toml", done.stderr)

    def test_a_port_that_is_taken_is_said_with_its_address(self):
        taken = Origin()
        self.addCleanup(taken.close)
        done = run_gatewayd("--config",
                            self.written(gateway(listener={"address": f"127.0.0.1:{taken.port}"})))
        self.assertNotIn(done.returncode, (0, None))
        self.assertIn(f"127.0.0.1:{taken.port}", done.stderr)

    def test_a_port_that_another_gatewayd_serves_is_taken_too(self):
        """Both would get a part of the connections."""
        with tempfile.TemporaryDirectory(prefix="gwd-") as folder:
            first = Gatewayd(folder, fill(gateway(service={"instances": ["http://127.0.0.1:1"]}),
                                          {"dir": folder}))
            self.addCleanup(first.close)
            host, port = first.start().address
            done = run_gatewayd("--config",
                                self.written(gateway(listener={"address": f"{host}:{port}"})))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(f"listener public: cannot listen on {host}:{port}: Address already in "
                          "use; another process holds the port", done.stderr)
            self.assertEqual(first.stop(), 0)


class JsonLog(Each):
    config = gateway(log={"format": "json"})

    def test_every_line_is_an_object(self):
        self.get("/")
        self.gateway.reload()
        self.gateway.stop()
        lines = [json.loads(line) for line in self.gateway.log().splitlines() if line]
        self.assertGreater(len(lines), 1)
        for line in lines:
            self.assertIsInstance(line, dict)
