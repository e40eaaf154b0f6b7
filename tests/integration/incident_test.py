"""gatewayctl incident: what happened around a time, causes before effects."""

import json
import time
from datetime import datetime, timezone

from support import GatewayTest, gateway, gatewayctl, table, within_a_minute

SERVICES = {"things": {"instances": ["@origin@"]},
            "gone": {"instances": ["http://127.0.0.1:1"], "breaker": {"failures": 5}}}
ROUTES = {"things": {"path": "/things/*", "service": "things"},
          "gone": {"path": "/gone", "service": "gone"},
          "closed": {"path": "/closed", "service": "things", "auth": "api_key"}}
CONFIG = gateway(services=SERVICES, routes=ROUTES) + table("auth.api_key", {"keys": [
    {"name": "ci", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]})


class Incident(GatewayTest):
    config = CONFIG

    def incident(self, *arguments):
        done = gatewayctl("incident", *arguments, "-o", "json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_failures_are_told_with_what_led_to_them_and_what_they_led_to(self):
        within_a_minute(20)
        for _ in range(3):
            self.get("/things/1")
        for number in range(24):
            with self.client(source=f"127.0.0.{number + 2}") as client:
                client.get("/gone")
                client.get("/closed")
        socket = ("--socket", f"{self.directory}/control.sock")
        wanted = {"revision", "process", "breaker", "errors", "refusals"}

        def counted():
            """What is told once all of them are counted, which happens in parts."""
            told = self.incident("--at", "0s", "--window", "2m", *socket)
            requests = {event["kind"]: event.get("requests") for event in told["events"]}
            return (wanted <= set(requests) and
                    requests["errors"] == requests["refusals"] == 24 and told)

        found = self.eventually(counted, f"{wanted}, of 24 requests each")
        kinds = [event["kind"] for event in found["events"]]
        self.assertLess(kinds.index("process"), kinds.index("errors"))
        self.assertLess(kinds.index("revision"), kinds.index("errors"))
        self.assertLess(kinds.index("errors"), kinds.index("breaker"))
        event = found["events"][kinds.index("errors")]
        self.assertEqual((event["subject"], event["precision"], event["share"]), ("gone", "minute", 1))
        breaker = found["events"][kinds.index("breaker")]
        self.assertEqual((breaker["precision"], breaker["what"]), ("exact", "open, was closed"))

        text = gatewayctl("incident", "--at", "0s", *socket).stdout
        self.assertRegex(text, r"(?m)^\d\d:\d\d {10,}errors +gone +5xx up to 100\.0 %")
        self.assertRegex(text, r"(?m)^\d\d:\d\d:\d\d\.\d{3} +breaker +gone +open, was closed")

        clock = datetime.fromtimestamp(time.time() - 60, timezone.utc).strftime("%H:%M")
        self.assertTrue(self.incident("--at", clock, *socket)["events"])
        day = datetime.fromtimestamp(time.time() - 60, timezone.utc).strftime("%Y-%m-%d %H:%M")
        by_file = self.incident("--at", day, "--db", f"{self.directory}/gatewayd.db")
        self.assertTrue(wanted <= {event["kind"] for event in by_file["events"]})
        before = self.incident("--at", "2026-01-02 14:02", *socket)
        self.assertEqual(before["events"], [])

    def test_what_it_does_not_take(self):
        for arguments, why in ((("--at", "noon"), "--at takes a time of day"), ((), "--at is missing"),
                               (("--at", "2999-01-01"), "in the future"),
                               (("--at", "1h", "--window", "25h"), "--window takes")):
            done = gatewayctl("incident", *arguments)
            self.assertEqual(done.returncode, 64, done.stderr)
            self.assertIn(why, done.stderr)
