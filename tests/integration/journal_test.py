"""What the request log holds is what was sent."""

import os
import shutil
import sqlite3
import tempfile
import time
import unittest
from pathlib import Path

from support import (Client, GatewayTest, Gatewayd, Origin, answers, eventually, fill, gateway,
                     run_gatewayd)


def rows(directory, where="1"):
    with sqlite3.connect(f"file:{directory}/gatewayd.db?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(
            f"SELECT * FROM requests_view WHERE {where} ORDER BY seq")]


class Rows(GatewayTest):
    config = gateway(
        workers=2, trusted_proxies=["127.0.0.1/32"], max_body_size="1KiB",
        service={"response_timeout": "2s"}, log={"redact": ["token"]},
        routes={"things": {"path": "/things/*", "service": "origin", "rewrite": "/v1/*"},
                "get": {"path": "/get", "methods": ["GET"], "service": "origin"}},
        expose=["health"])

    def row(self, path):
        """The one row of `path`, once it is written."""
        found = eventually(lambda: rows(self.directory, f"path = '{path}'"), f"a row of {path}")
        self.assertEqual(len(found), 1)
        return found[0]

    def test_a_request_that_was_served(self):
        before = time.time()
        answer = self.client().request("POST", "/things/7?a=1&token=secret&b=2", body=b"x" * 100,
                                       host="API.test:80").answer()
        row = self.row("/things/7")
        expected = {"id": answer.fields.get("x-request-id"), "method": "POST", "host": "api.test",
                    "status": 200, "decider": "upstream", "route": "things", "service": "origin",
                    "instance": self.origin.url, "client": "127.0.0.1", "bytes_in": 100,
                    "bytes_out": 100, "retries": 0, "revision": 1}
        self.assertEqual({key: row[key] for key in expected}, expected)
        self.assertIn("a=1", row["query"])
        self.assertIn("b=2", row["query"])
        self.assertNotIn("secret", row["query"])
        stamp = sqlite3.connect(":memory:").execute("SELECT unixepoch(?)",
                                                    (row["time"],)).fetchone()[0]
        self.assertAlmostEqual(stamp, before, delta=5)
        self.assertGreater(row["upstream_us"], 0)
        self.assertGreaterEqual(row["total_us"], row["upstream_us"])

    def test_the_secret_is_nowhere_in_the_database(self):
        self.get("/things/hidden?token=hunter2hunter2")
        self.row("/things/hidden")
        for file in Path(self.directory).glob("gatewayd.db*"):
            self.assertNotIn(b"hunter2", file.read_bytes())

    def test_sizes_are_those_of_the_bodies_whatever_their_framing(self):
        self.origin.behaviour = answers(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        client = self.client().request("PUT", "/things/chunked", "Transfer-Encoding: chunked")
        client.send(b"3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n")
        client.answer()
        row = self.row("/things/chunked")
        self.assertEqual((row["bytes_in"], row["bytes_out"]), (6, 5))

    def test_the_client_behind_a_trusted_proxy(self):
        self.get("/things/proxied", "X-Forwarded-For: 198.51.100.7, 203.0.113.9")
        self.assertEqual(self.row("/things/proxied")["client"], "203.0.113.9")

    def test_what_is_answered_before_any_route_has_its_host_too(self):
        self.assertEqual(self.client().request("GET", "/health", host="API.test:80").answer().status,
                         200)
        row = self.row("/health")
        self.assertEqual((row["decider"], row["host"], row["route"]), ("builtin", "API.test", None))

    def test_refusals_name_who_decided(self):
        self.get("/nothing?x=y")
        row = self.row("/nothing")
        self.assertEqual((row["status"], row["decider"], row["route"], row["instance"]),
                         (404, "no-route", None, None))
        self.client().request("DELETE", "/get").answer()
        row = self.row("/get")
        self.assertEqual((row["status"], row["decider"]), (405, "method-not-allowed"))
        self.client().request("POST", "/things/big", body=bytes(2000)).answer()
        row = self.row("/things/big")
        self.assertEqual((row["status"], row["decider"]), (413, "body-too-large"))

    def test_upstream_faults_name_what_failed(self):
        self.origin.behaviour = answers(b"nonsense\r\n\r\n")
        self.get("/things/malformed")
        row = self.row("/things/malformed")
        self.assertEqual((row["status"], row["decider"], row["service"]),
                         (502, "upstream-malformed", "origin"))
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        self.get("/things/late")
        row = self.row("/things/late")
        self.assertEqual((row["status"], row["decider"]), (504, "upstream-timeout"))
        self.assertGreater(row["total_us"], 300_000)

    def test_a_malformed_head_is_a_row_too(self):
        before = len(rows(self.directory, "decider = 'bad-request'"))
        self.raw(b"GET / HTTP/1.1\r\nHost: a\r\nbad line\r\n\r\n")
        found = eventually(lambda: rows(self.directory, "decider = 'bad-request'")[before:],
                           "its row")
        self.assertEqual([row["status"] for row in found], [400])

    def test_a_client_that_left_is_told_apart(self):
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        seen = len(self.origin.requests)
        client = self.client().request("GET", "/things/left")
        self.origin.wait_for_requests(seen + 1)
        client.close()
        row = self.row("/things/left")
        self.assertEqual((row["decider"], row["status"]), ("client-closed", 499))

    def test_every_request_of_a_burst_is_one_row(self):
        clients = [self.client() for _ in range(4)]
        ids = []
        for _ in range(100):
            for client in clients:
                ids.append(client.get("/things/burst").fields.get("x-request-id"))

        def written():
            return sorted(row["id"] for row in rows(self.directory, "path = '/things/burst'"))

        eventually(lambda: len(written()) >= len(ids), "a row for each")
        self.assertEqual(written(), sorted(ids))


class Crash(unittest.TestCase):
    """kill -9 loses at most the last second, and the database stays sound."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.origin = Origin()
        self.addCleanup(self.origin.close)
        self.gateway = None

    def start(self):
        self.gateway = Gatewayd(self.directory, fill(gateway(workers=2), {
            "dir": self.directory, "origin": self.origin.url}))
        self.addCleanup(self.gateway.close)
        self.gateway.start()

    def burst(self, count, path):
        with Client(self.gateway.address) as client:
            for _ in range(count):
                self.assertEqual(client.get(path).status, 200)

    def sound(self):
        with sqlite3.connect(f"{self.directory}/gatewayd.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")

    def test_it_survives_being_killed_amid_traffic(self):
        for round_number in range(3):
            self.start()
            self.burst(200, f"/kept/{round_number}")
            eventually(lambda: len(rows(self.directory, f"path = '/kept/{round_number}'")) == 200,
                       "rows on disk")
            self.burst(200, f"/maybe/{round_number}")
            self.gateway.kill()
            self.gateway.close()
            os.unlink(f"{self.directory}/notify.sock")
            self.sound()
        self.start()
        for round_number in range(3):
            self.assertEqual(len(rows(self.directory, f"path = '/kept/{round_number}'")), 200)
        self.burst(1, "/after")
        eventually(lambda: rows(self.directory, "path = '/after'"), "a row after the restart")
        self.assertEqual(self.gateway.stop(), 0)
        self.sound()

    def test_a_clean_stop_loses_nothing(self):
        self.start()
        self.burst(500, "/last")
        self.assertEqual(self.gateway.stop(), 0)
        self.assertEqual(len(rows(self.directory, "path = '/last'")), 500)

    def test_a_database_of_schema_1_is_brought_forward(self):
        old = Path(__file__).parents[1] / "golden/store/version1.sql"
        with sqlite3.connect(f"{self.directory}/gatewayd.db") as database:
            database.executescript(old.read_text())
        self.start()
        self.burst(1, "/after")
        eventually(lambda: rows(self.directory, "path = '/after'"), "a row after the old ones")
        self.assertEqual(self.gateway.stop(), 0)
        self.assertEqual([row["path"] for row in rows(self.directory)],
                         ["/samples/1", "/samples/3", "/samples/2", "/nothing", "/after"])
        with sqlite3.connect(f"{self.directory}/gatewayd.db") as database:
            self.assertEqual(database.execute("PRAGMA user_version").fetchone()[0], 5)
        self.sound()

    def test_a_database_of_a_newer_schema_is_refused_with_78(self):
        self.start()
        self.gateway.stop()
        with sqlite3.connect(f"{self.directory}/gatewayd.db") as database:
            database.execute("PRAGMA user_version = 999")
        done = run_gatewayd("--config", f"{self.directory}/gatewayd.toml")
        self.assertEqual(done.returncode, 78)
        self.assertIn("gatewayd.db", done.stderr)
