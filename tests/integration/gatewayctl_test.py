"""gatewayctl against a running gatewayd: what it prints, and how it exits."""

import json
import os
import re
import sqlite3
import time
from pathlib import Path

from support import GatewayTest, answers, fill, gateway, gatewayctl, table

CONFIG = gateway(workers=2, services={"things": {"instances": ["@origin@"]}}, routes={
    "things": {"path": "/things/*", "service": "things", "methods": ["GET", "POST"]},
    "old": {"path": "/old", "service": "things", "enabled": False}})


class Commands(GatewayTest):
    config = CONFIG

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.socket = f"{cls.directory}/control.sock"

    def ctl(self, *arguments):
        return gatewayctl(*arguments, "--socket", self.socket)

    def ok(self, *arguments):
        done = self.ctl(*arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def data(self, *arguments):
        data = json.loads(self.ok(*arguments, "-o", "json"))
        self.assertEqual(data["format"], 1)
        return data

    def test_status(self):
        self.get("/things/1")
        text = self.ok("status")
        self.assertRegex(text, r"^gatewayd \d+\.\d+\.\d+ +up ")
        self.assertRegex(text, r"workers 2\b")
        self.assertRegex(text, r"(?m)^SERVICE ")
        self.assertRegex(text, r"(?m)^things ")
        data = self.data("status")
        self.assertEqual((data["workers"], data["revision"] >= 1), (2, True))
        self.assertEqual([service["name"] for service in data["services"]], ["things"])

    def test_routes(self):
        self.assertRegex(self.ok("routes"), r"(?m)^things +.*/things/\*")
        routes = {route["name"]: route for route in self.data("routes")["routes"]}
        self.assertEqual(routes["things"]["methods"], ["GET", "POST"])
        self.assertEqual((routes["things"]["enabled"], routes["old"]["enabled"]), (True, False))
        self.assertTrue(routes["things"]["file"].endswith("gatewayd.toml"))
        lines = Path(self.gateway.config_path).read_text().splitlines()
        self.assertEqual(lines[routes["things"]["line"] - 1], "[routes.things]")

    def test_services(self):
        self.assertIn(self.origin.url, self.ok("services"))
        service, = self.data("services")["services"]
        self.assertEqual([instance["url"] for instance in service["instances"]], [self.origin.url])

    def test_logs(self):
        ids = [
            self.get(f"/things/log{number}?q=1").fields.get("x-request-id") for number in range(3)]
        self.get("/nothing-here")
        self.eventually(lambda: "/nothing-here" in self.ok("logs"), "the last request in the log")
        text = self.ok("logs")
        for number in range(3):
            self.assertIn(f"/things/log{number}", text)
        found = self.ok("logs", "--status", "4xx")
        self.assertIn("/nothing-here", found)
        self.assertNotIn("/things/log", found)
        self.assertIn("/things/log1",
                      self.ok("logs", "--route", "things", "--path", "/things/log1"))
        printed = self.ok("logs", "-o", "json")
        for identifier in ids:
            self.assertIn(identifier, printed)

    def test_security_events(self):
        with sqlite3.connect(f"{self.directory}/gatewayd.db") as database:
            now = int(time.time() * 1e6)
            database.executemany(
                "INSERT INTO security (time, kind, action, count, rule, client, path) "
                "VALUES (?, ?, ?, 1, ?, '203.0.113.9', '/things/1')",
                [(now, 34, 0, "sqli-union-select"), (now, 35, 1, "per-ip")])
        text = self.ok("logs", "--security")
        self.assertRegex(text, r"blocked +threat +sqli-union-select +\S* ?/things/1")
        self.assertRegex(text, r"observed +rate-limited +per-ip")
        self.assertNotIn("per-ip", self.ok("logs", "--security", "--kind", "threat"))
        row, = self.data("logs", "--security", "--action", "observed")["rows"]
        self.assertEqual((row["rule"], row["client"], row["id"]), ("per-ip", "203.0.113.9", None))
        self.assertEqual(self.ok("logs", "--security", "--since", "1h", "--rule", "per-ip",
                                 "-o", "csv").count("\n"), 2)
        log = self.data("status")["log"]
        self.assertEqual((log["dropped_events"], log["suppressed_events"]), (0, 0))

    def test_stats(self):
        self.origin.behaviour = answers(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
        self.get("/things/fails")
        self.origin.behaviour = type(self).behaviour
        for _ in range(20):
            self.get("/things/stats")

        def by(what):
            return self.ok("stats", "--since", "1h", "--by", what)

        self.eventually(lambda: re.search(r"(?m)^5xx +1 ", by("status")), "the 500 in the sums")
        text = by("route")
        self.assertRegex(text, r"(?m)^ROUTE +REQUESTS +RPS +ERR % +P50 +P90 +P95 +P99 +MAX")
        self.assertRegex(text, r"(?m)^things +\d+")
        self.assertRegex(by("service"), r"(?m)^things +\d+")
        self.data("stats", "--since", "1h")

    def test_reload_accepted_and_rejected(self):
        path = self.gateway.config_path
        good = path.read_text()
        self.addCleanup(path.write_text, good)
        revision = self.data("status")["revision"]
        path.write_text(good + fill('[routes.more]\npath = "/more"\nservice = "things"\n',
                                    self.places))
        self.assertRegex(self.ok("reload"), r"revision \d+ is live")
        self.assertEqual(self.get("/more").status, 200)
        self.assertEqual(self.data("status")["revision"], revision + 1)
        path.write_text(good.replace('service = "things"', 'service = "thinks"', 1))
        done = self.ctl("reload")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout + done.stderr,
                         r"rejected: .*gatewayd\.toml:\d+:\d+ unknown-service")
        self.assertEqual(self.get("/more").status, 200)
        path.write_text(good)
        self.ok("reload")

    def test_validate_needs_no_daemon(self):
        path = Path(self.directory) / "other.toml"
        path.write_text(fill(CONFIG, self.places))
        self.assertEqual(gatewayctl("validate", path).returncode, 0)
        path.write_text(fill(CONFIG.replace('service = "things"', 'service = "thinks"', 1),
                             self.places))
        done = gatewayctl("validate", path)
        self.assertEqual(done.returncode, 78)
        self.assertIn("error[unknown-service]", done.stdout + done.stderr)
        done = gatewayctl("validate", path, "-o", "json")
        self.assertEqual(done.returncode, 78)
        self.assertEqual(json.loads(done.stdout)["errors"], 1)

    def test_warnings_count_under_strict(self):
        path = Path(self.directory) / "warned.toml"
        path.write_text(fill(CONFIG, self.places) + table("routes.shadowed", {
            "path": "/things/*", "service": "things", "priority": -1, "methods": ["GET"]}))
        done = gatewayctl("validate", path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("unreachable-route", done.stdout + done.stderr)
        self.assertEqual(gatewayctl("validate", "--strict", path).returncode, 3)

    def test_schema_is_json(self):
        done = gatewayctl("schema")
        self.assertEqual(done.returncode, 0)
        self.assertIn("gateway", json.loads(done.stdout)["properties"])

    def test_completion_for_three_shells(self):
        for shell in ("bash", "zsh", "fish"):
            done = gatewayctl("completion", shell)
            self.assertEqual(done.returncode, 0)
            self.assertIn("gatewayctl", done.stdout)
        self.assertEqual(gatewayctl("completion", "tcsh").returncode, 64)

    def test_version(self):
        self.assertRegex(gatewayctl("version").stdout, r"gatewayctl \d+\.\d+\.\d+")

    def test_usage_errors_are_64(self):
        for arguments in ((), ("nonsense",), ("status", "--nonsense"), (
            "stats", "--by", "nonsense"), ("logs", "--status", "nonsense"), ("validate",)):
            with self.subTest(arguments=arguments):
                done = gatewayctl(*arguments)
                self.assertEqual(done.returncode, 64, done.stdout + done.stderr)
                self.assertTrue(done.stderr)

    def test_no_daemon_is_69(self):
        for command in ("status", "routes", "services", "reload", "logs", "stats"):
            with self.subTest(command):
                done = gatewayctl(command, "--socket", f"{self.directory}/none.sock")
                self.assertEqual(done.returncode, 69, done.stdout + done.stderr)
                self.assertIn("none.sock", done.stderr)

    def test_nothing_is_coloured_off_a_terminal(self):
        for command in ("status", "routes", "services", "logs", "stats"):
            self.assertNotIn("\x1b", self.ok(command))

    def test_the_socket_is_not_for_everybody(self):
        self.assertEqual(os.stat(self.socket).st_mode & 0o007, 0)
