"""The access log, and the daemon's own log by category."""

import json
import os
import re
import signal
import time
from pathlib import Path

from support import GatewayTest, ask_socket, gateway, samples, table
from support.process import gatewayctl_json

MIGRATING = Path(__file__).resolve().parents[2] / "docs/migrating.md"
ROUTES = {"things": {"path": "/things/*", "service": "origin"},
          "down": {"path": "/down", "service": "gone"},
          "scarce": {"path": "/scarce", "service": "origin", "limits": ["few"]}}
SERVICES = {"origin": {"instances": ["@origin@"]},
            "gone": {"instances": ["http://127.0.0.1:1"], "breaker": {"failures": 2}}}
LIMITS = table("limits.few", {"key": "global", "limit": 1, "window": "1h"})


def config(store=None, **log):
    return gateway(routes=ROUTES, services=SERVICES, log=log, store=store) + LIMITS


class AccessLog(GatewayTest):
    config = config(access="@dir@/access.log", store={"path": ""})

    def lines(self, name="access.log"):
        path = Path(self.directory, name)
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def line_of(self, identifier, name="access.log"):
        found = lambda: [line for line in self.lines(name) if line["id"] == identifier]
        return self.eventually(found, f"the line of {identifier}")[0]

    def test_each_request_is_a_line(self):
        answer = self.get("/things/7?token=hush&a=1", "User-Agent: x \"y\"", "Referer: http://a/b?c=d")
        line = self.line_of(answer.fields.get("x-request-id"))
        expected = {"method": "GET", "path": "/things/7", "query": "token=***&a=1", "status": 200,
                    "route": "things", "service": "origin", "instance": self.origin.url,
                    "client": "127.0.0.1", "protocol": "HTTP/1.1", "decider": "upstream",
                    "user_agent": "x \"y\"", "referer": "http://a/b"}
        self.assertEqual({key: line[key] for key in expected}, expected)
        self.assertGreater(line["total_us"], 0)
        refused = self.get("/nowhere")
        line = self.line_of(refused.fields.get("x-request-id"))
        self.assertEqual((line["status"], line["decider"]), (404, "no-route"))
        self.assertNotIn("route", line)

    def test_a_signal_opens_it_again(self):
        first = self.get("/things/1").fields.get("x-request-id")
        self.line_of(first)
        os.rename(f"{self.directory}/access.log", f"{self.directory}/access.log.1")
        self.gateway.signal(signal.SIGUSR1)
        self.eventually(lambda: Path(self.directory, "access.log").exists(), "the new file")
        second = self.get("/things/2").fields.get("x-request-id")
        self.line_of(second)
        self.line_of(first, "access.log.1")

    def test_a_reload_turns_it_off_on_and_elsewhere(self):
        self.reload(config(store={"path": ""}))
        off = self.get("/things/1").fields.get("x-request-id")
        self.reload(config(store={"path": ""}, access="@dir@/other.log"))
        on = self.get("/things/2").fields.get("x-request-id")
        self.line_of(on, "other.log")
        self.assertNotIn(off, [line["id"] for line in self.lines() + self.lines("other.log")])
        told = self.reload(config(store={"path": ""}, access="/nowhere/at/all.log"))
        self.assertIn("reload rejected: cannot open the log file /nowhere/at/all.log", told)
        self.line_of(self.get("/things/3").fields.get("x-request-id"), "other.log")
        self.reload(self.config)
        self.line_of(self.get("/things/4").fields.get("x-request-id"))


class Migrating(GatewayTest):
    config = config(access="@dir@/access.log")

    def test_what_the_guide_names_is_in_both(self):
        text = MIGRATING.read_text().split("## The log", 1)[1].split("\n## ")[0]
        rows = [line.split("|") for line in text.splitlines() if line.startswith("| ")][1:]
        names = {name for row in rows for name in re.findall(r"`(\w+)`", row[2])}
        self.assertLessEqual({"time", "service", "method", "path", "status", "total_us"}, names)
        identifier = self.get("/things/7?a=1").fields.get("x-request-id")
        socket = f"{self.directory}/control.sock"
        row = self.eventually(lambda: gatewayctl_json("logs", "--socket", socket)["rows"], "a row")[0]
        line = self.eventually(Path(self.directory, "access.log").read_text, "a line")
        for told in (row, json.loads(line)):
            self.assertEqual(told["id"], identifier)
            self.assertLessEqual(names, set(told))


class SlowTarget(GatewayTest):
    config = config(access="@dir@/pipe", access_queue="64KiB")

    @classmethod
    def prepare(cls):
        os.mkfifo(f"{cls.directory}/pipe")
        cls.reader = os.open(f"{cls.directory}/pipe", os.O_RDONLY | os.O_NONBLOCK)
        cls.addClassCleanup(os.close, cls.reader)

    def dropped(self):
        text = ask_socket(f"{self.directory}/control.sock", "/metrics")[1]
        return samples(text)[("gateway_log_lines_dropped_total", frozenset({("log", "access")}))]

    def test_a_target_that_takes_nothing_holds_up_nobody(self):
        slowest = 0
        with self.client() as client:
            for number in range(1200):  # the pipe and the queue hold some 400
                begun = time.monotonic()
                self.assertEqual(client.get(f"/things/{number}").status, 200)
                slowest = max(slowest, time.monotonic() - begun)
        self.eventually(lambda: self.dropped() > 0, "lines counted as dropped")
        self.assertLess(slowest, 1)  # and not for as long as nobody reads


class Categories(GatewayTest):
    config = config(level="warning", levels={"request": "debug", "security": "debug",
                                              "system": "info"}, format="json")

    def lines(self):
        return [json.loads(line) for line in self.gateway.log().splitlines()
                if line.startswith("{")]

    def line(self, **fields):
        fits = lambda line: all(line.get(key) == value for key, value in fields.items())
        return self.eventually(lambda: [line for line in self.lines() if fits(line)],
                               f"a line with {fields}")[0]

    def test_lines_stand_under_their_category_at_its_level(self):
        self.line(logger="gatewayd.system", level="info")
        failed = self.get("/down?token=hush")
        self.assertEqual(failed.status, 502)
        line = self.line(request_id=failed.fields.get("x-request-id"))
        self.assertEqual((line["logger"], line["level"], line["path"], line["status"], line["route"]),
                         ("gatewayd.request", "debug", "/down", "502", "down"))
        extra = line["extra"]
        self.assertGreater(extra.pop("response_time_ms"), 0)
        self.assertEqual(extra, {"service_name": "gone", "method": "GET", "status_code": 502,
                                 "url": "http://gateway.test/down"})
        self.get("/scarce")
        refused = self.get("/scarce")
        line = self.line(request_id=refused.fields.get("x-request-id"))
        self.assertEqual((line["logger"], line["decided_by"]),
                         ("gatewayd.security", "rate-limited"))
        last = self.get("/down").fields.get("x-request-id")
        line = self.line(logger="gatewayd.service", level="warning", request_id=last)
        self.assertIn("breaker of gone is open", line["message"])
        self.assertIn(failed.fields.get("x-request-id"), line["failed_requests"])
        self.assertNotIn("hush", self.gateway.log())

    def test_a_reload_changes_the_levels(self):
        self.reload(config(level="warning", levels={"system": "info"}, format="json"))
        quiet = self.get("/scarce").fields.get("x-request-id")
        self.reload(self.config)
        self.line(request_id=self.get("/scarce").fields.get("x-request-id"))
        self.assertNotIn(quiet, self.gateway.log())
