"""Traces of requests: what is kept of them, and what `gatewayctl why` tells."""

import sqlite3
import uuid

from support import GatewayTest, gateway, gatewayctl, gatewayctl_json, table

PLANTED = "planted-secret-value"
SERVICES = {
    "origin": {"instances": ["@origin@"]},
    "dead": {"instances": ["http://127.0.0.1:9"], "breaker": {"failures": 2, "open_for": "60s"}},
}
ROUTES = {
    "limited": {"path": "/limited", "service": "origin", "limits": ["one"]},
    "office": {"path": "/office", "service": "origin", "allow": ["192.0.2.0/24"]},
    "dead": {"path": "/dead", "service": "dead"},
    "all": {"path": "/all/*", "service": "origin"},
}
LIMIT = table("limits.one", {"key": ["ip", "header:X-Api-Key"], "limit": 1, "window": "1h"})


class WhyTest(GatewayTest):
    def told(self, identity, *words):
        run = gatewayctl("why", identity, *words, "--socket", f"{self.directory}/control.sock")
        return run.stdout if run.returncode == 0 else None

    def why(self, answer, *words):
        identity = answer.fields.get("x-request-id")
        return self.eventually(lambda: self.told(identity, *words), "its story")

    def story(self, answer):
        self.why(answer)
        return gatewayctl_json("why", answer.fields.get("x-request-id"), "--socket",
                               f"{self.directory}/control.sock")

    def traces(self):
        with sqlite3.connect(f"file:{self.directory}/gatewayd.db?mode=ro", uri=True) as database:
            return [trace for (trace,) in database.execute("SELECT trace FROM traces")]


class RefusedAndFailed(WhyTest):
    config = gateway(workers=2, services=SERVICES, routes=ROUTES, store={"trace_one_in": 0}) + LIMIT

    def test_a_refused_request_is_told_with_its_rule_and_without_secrets(self):
        fields = (f"Authorization: Bearer {PLANTED}", f"X-Api-Key: {PLANTED}")
        self.get("/limited", *fields)
        text = self.why(self.get(f"/limited?token={PLANTED}", *fields))
        lines = text.splitlines()
        self.assertRegex(lines[0], r"^\d{4}-\d\d-\d\dT[\d:.]+Z  GET /limited  429  .*"
                                   r"client 127.0.0.1$")
        self.assertRegex(lines[1], r"^decided by  limit one \(.*gatewayd.toml:\d+\): 1 of 1 used")
        self.assertRegex(text, r"(?m)^route +limited +/limited +.*gatewayd.toml:\d+$")
        self.assertRegex(text, r"(?m)^limit +one +ip 127.0.0.1, x-api-key: \(not kept\) +1 of 1")
        self.assertNotIn(PLANTED, text)
        for trace in self.traces():
            self.assertNotIn(PLANTED.encode(), trace)

    def test_the_breaker_is_told_with_its_cause(self):
        failed = self.get("/dead")
        self.assertEqual(failed.status, 502)
        text = self.why(failed)
        self.assertIn("decided by  service dead: upstream-connect at 127.0.0.1:9", text)
        self.assertRegex(text, r"(?m)^attempts +first  127.0.0.1:9  upstream-connect  after ")
        self.get("/dead")
        refused = self.get("/dead")
        self.assertEqual(refused.status, 503)
        story = self.story(refused)
        self.assertRegex(story["decided_by"],
                         r"^breaker of service dead: open since \d\d:\d\d:\d\d \(.*fail")
        self.assertEqual(story["trace"]["decider"], "breaker-open")
        self.assertEqual(story["trace"]["attempts"], [])
        self.assertEqual(story["row"]["status"], 503)
        self.assertEqual(story["format"], 1)

    def test_routes_that_do_not_exist_and_networks(self):
        self.assertRegex(self.why(self.get("/nothing")), r"decided by  route: No route ")
        self.assertIn("decided by  networks: 127.0.0.1", self.why(self.get("/office")))

    def test_a_failure_of_the_service_itself(self):
        self.addCleanup(setattr, self.origin, "behaviour", self.origin.behaviour)
        self.origin.behaviour = lambda peer: peer.answer(500, reason="No")
        answer = self.get("/all/7")
        self.assertEqual(answer.status, 500)
        self.assertRegex(self.why(answer), r"decided by  service origin: 127.0.0.1:\d+ answered 500")

    def test_without_a_trace_the_log_row_is_told_and_how_to_have_one(self):
        text = self.why(self.get("/all/7"))
        self.assertRegex(text.splitlines()[0], r"GET /all/7  200  ")
        self.assertIn("No trace of its decisions is kept", text)
        self.assertIn("trace_one_in", text)

    def test_from_the_file_without_a_daemon(self):
        answer = self.get("/nothing")
        self.why(answer)
        run = gatewayctl("why", answer.fields.get("x-request-id"), "--db",
                         f"{self.directory}/gatewayd.db")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("decided by  route", run.stdout)

    def test_unknown_and_malformed_ids(self):
        socket = f"{self.directory}/control.sock"
        run = gatewayctl("why", str(uuid.uuid4()), "--socket", socket)
        self.assertEqual(run.returncode, 1)
        self.assertIn("no request", run.stderr)
        self.assertIn("keep_requests", run.stderr)
        run = gatewayctl("why", "12", "--socket", socket)
        self.assertEqual(run.returncode, 64)
        self.assertIn("REQUEST_ID is a UUID", run.stderr)


class Sampled(WhyTest):
    config = gateway(store={"trace_one_in": 1})

    def test_every_request_may_have_its_trace_kept(self):
        text = self.why(self.get("/7"))
        self.assertRegex(text, r"(?m)^attempts +first  127.0.0.1:\d+  answered 200  after ")
        self.assertRegex(text, r"(?m)^service +origin$")


class NoneKept(WhyTest):
    config = gateway(store={"max_traces": 0, "trace_one_in": 1})

    def test_with_max_traces_0_none_is_kept(self):
        self.assertIn("No trace of its decisions", self.why(self.get("/7")))
        self.assertEqual(self.traces(), [])
