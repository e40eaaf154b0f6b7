"""Traces: traceparent and tracestate as W3C has them, and spans at a collector."""

import re
import time

from support import Collector, GatewayTest, ask_socket, gateway, samples, table

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
GIVEN = f"traceparent: 00-{TRACE}-{PARENT}-01"
TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-0([01])$")

ROUTES = {
    "items": {"path": "/items/*", "service": "origin", "rewrite": "/v1/*"},
    "retried": {"path": "/retried", "service": "shaky"},
    "limited": {"path": "/limited", "service": "origin", "limits": ["few"]},
    "down": {"path": "/down", "service": "gone"},
}
SERVICES = {
    "origin": {"instances": ["@origin@"]},
    "shaky": {"instances": ["@origin@"],
              "retry": {"attempts": 2, "on": ["503"], "backoff": "10ms"}},
    "gone": {"instances": ["http://127.0.0.1:1"]},
}


def config(**tracing):
    text = gateway(routes=ROUTES, services=SERVICES)
    text += table("limits.few", {"key": "global", "limit": 1, "window": "1h"})
    return text + table("tracing", {"endpoint": "@collector@", "every": "20ms", **tracing})


class TracingTest(GatewayTest):
    @classmethod
    def prepare(cls):
        cls.collector = Collector()
        cls.addClassCleanup(cls.collector.close)
        cls.places["collector"] = cls.collector.url

    def tearDown(self):
        super().tearDown()
        self.assertEqual(self.collector.faults, [])

    def sent(self, target, *fields, **options):
        """What the origin was told of the trace: (trace, span, sampled)."""
        request = self.forwarded(target, *fields, **options)
        match = TRACEPARENT.match(request.fields.get("traceparent"))
        self.assertIsNotNone(match, request.head)
        return (*match.groups(), request)

    def figure(self, result):
        text = ask_socket(f"{self.directory}/control.sock", "/metrics")[1]
        return samples(text).get(("gateway_trace_spans_total", frozenset({("result", result)})), 0)


class Spans(TracingTest):
    config = config(service_name="edge", headers=[{"name": "api-key", "secret": "s3cret-Key"}])

    def test_a_trace_that_came_along_goes_on(self):
        trace, span, sampled, request = self.sent("/items/7?token=x", GIVEN, "tracestate: a=1,b=2")
        self.assertEqual((trace, sampled), (TRACE, "1"))
        self.assertNotEqual(span, PARENT)
        self.assertEqual(request.fields.get("tracestate"), "a=1,b=2")
        server, client = self.collector.wait_for_trace(TRACE, 2)
        self.assertEqual(server.parent, PARENT)
        self.assertEqual(server["name"], "GET /items/*")
        self.assertEqual(client.parent, server["spanId"])
        self.assertEqual(client["spanId"], span)
        self.assertLessEqual(server.begin, client.begin)
        self.assertLessEqual(client.end, server.end)
        self.assertEqual(server.attributes["http.response.status_code"], 200)
        self.assertEqual(server.attributes["url.path"], "/items/7")
        self.assertEqual(server.attributes["client.address"], "127.0.0.1")
        self.assertEqual(client.attributes["url.full"], f"{self.origin.url}/v1/7")
        self.assertEqual(client.attributes["server.port"], self.origin.port)
        self.assertNotIn("token", str(server) + str(client))
        self.assertEqual(self.collector.resources[-1]["service.name"], "edge")
        self.assertEqual(self.collector.requests[-1].fields.get("api-key"), "s3cret-Key")

    def test_a_trace_begins_under_the_requests_own_id(self):
        with self.client() as client:
            answer = client.get("/items/1")
        trace = answer.fields.get("x-request-id").replace("-", "")
        server, client = self.collector.wait_for_trace(trace, 2)
        self.assertIsNone(server.parent)
        self.assertEqual(server.attributes["gatewayd.request_id"].replace("-", ""), trace)

    def test_the_callers_decision_counts(self):
        trace, span, sampled, _ = self.sent("/items/1", f"traceparent: 00-{TRACE}-{PARENT}-00")
        self.assertEqual((trace, span, sampled), (TRACE, PARENT, "0"))  # as it came

    def test_what_is_no_traceparent_is_replaced(self):
        for number, wrong in enumerate(("junk", f"00-{TRACE}-{PARENT}-01-", f"00-{'0' * 32}-{PARENT}-01",
                                        f"ff-{TRACE}-{PARENT}-01")):
            with self.subTest(wrong=wrong):
                trace, _, sampled, request = self.sent(f"/items/{number}", f"traceparent: {wrong}",
                                                       "tracestate: a=1")
                self.assertNotEqual(trace, TRACE)
                self.assertEqual(sampled, "1")
                self.assertNotIn("tracestate", request.fields)
        trace, _, _, _ = self.sent("/items/9", GIVEN, GIVEN)
        self.assertNotEqual(trace, TRACE)

    def test_a_wrong_tracestate_does_not_pass(self):
        other = "5" * 32
        trace, _, _, request = self.sent("/items/1", f"traceparent: 00-{other}-{PARENT}-01",
                                         "tracestate: A=1")
        self.assertEqual(trace, other)
        self.assertNotIn("tracestate", request.fields)

    def test_each_attempt_is_a_span(self):
        statuses = iter((503, 200))
        self.origin.behaviour = lambda peer: peer.answer(next(statuses), peer.read_body())
        before = len(self.origin.requests)
        trace = self.sent("/retried")[0]
        server, first, second = self.collector.wait_for_trace(trace, 3)
        told = [TRACEPARENT.match(request.fields.get("traceparent"))[2]
                for request in self.origin.requests[before:]]
        self.assertEqual(told, [first["spanId"], second["spanId"]])
        self.assertEqual([span.parent for span in (first, second)], [server["spanId"]] * 2)
        self.assertEqual(first.attributes["error.type"], "503")
        self.assertEqual(second.attributes["http.request.resend_count"], 1)
        self.assertNotIn("status", server)

    def test_refusals_and_failures_are_spans_too(self):
        self.get("/limited")
        refused = self.get("/limited")
        self.assertEqual(refused.status, 429)
        (server,) = self.collector.wait_for_trace(
            refused.fields.get("x-request-id").replace("-", ""), 1)
        self.assertEqual(server.attributes["error.type"], "rate-limited")
        self.assertNotIn("status", server)
        failed = self.get("/down")
        self.assertEqual(failed.status, 502)
        server, client = self.collector.wait_for_trace(
            failed.fields.get("x-request-id").replace("-", ""), 2)
        self.assertEqual(server["status"], {"code": 2})
        self.assertEqual(client.attributes["error.type"], "upstream-connect")


class Sampling(TracingTest):
    config = config(sample_one_in=0, take_parent="trusted_proxies")

    def test_nothing_is_sampled_and_strangers_decide_nothing(self):
        trace, _, sampled, _ = self.sent("/items/1", GIVEN)
        self.assertNotEqual(trace, TRACE)
        self.assertEqual(sampled, "0")
        self.reload(config(sample_one_in=0, take_parent="trusted_proxies").replace(
            "workers = 1", 'workers = 1\ntrusted_proxies = ["127.0.0.1/32"]'))
        self.assertEqual(self.sent("/items/1", GIVEN)[0], TRACE)
        self.assertEqual(len(self.collector.wait_for_trace(TRACE, 2)), 2)


class Off(TracingTest):
    config = gateway(routes=ROUTES, services=SERVICES) + table(
        "limits.few", {"key": "global", "limit": 1, "window": "1h"})

    def test_off_the_fields_pass_as_they_are_and_a_reload_turns_it_on_and_off(self):
        self.assertEqual(self.forwarded("/items/1", GIVEN).fields.get("traceparent"),
                         GIVEN.split()[1])
        self.assertNotIn("traceparent", self.forwarded("/items/1").fields)
        self.assertNotIn("gateway_trace", ask_socket(f"{self.directory}/control.sock",
                                                     "/metrics")[1])
        self.reload(config(every="1m"))
        trace = self.sent("/items/1")[0]
        self.reload(self.config)  # sends what waits
        self.assertEqual(len(self.collector.wait_for_trace(trace, 2)), 2)
        self.assertNotIn("traceparent", self.forwarded("/items/1").fields)
        self.eventually(lambda: self.figure("sent") == 2, "counted as sent")


class Trouble(TracingTest):
    config = config()

    def setUp(self):
        super().setUp()
        self.collector.answer = None

    def lost(self, target="/items/1"):
        """One request's spans, while the collector does not take them; how long until they came."""
        refused, refuse = [], self.collector.answer

        def refuse_at(peer):
            refused.append(time.monotonic())
            self.collector.answer = None
            refuse(peer)

        self.collector.answer = refuse_at
        trace = self.sent(target)[0]
        self.collector.wait_for_trace(trace, 2)
        return time.monotonic() - refused[0]

    def test_retry_after_is_honoured(self):
        self.collector.answer = lambda peer: peer.answer(503, b"", "Retry-After: 2",
                                                         reason="Service Unavailable")
        self.assertGreater(self.lost(), 1.5)
        self.gateway.wait_for_log("spans do not reach the collector at .*: it answers 503")
        self.gateway.wait_for_log("takes spans again")

    def test_what_the_collector_does_not_want_is_not_sent_again(self):
        lost = self.figure("lost")
        self.collector.answer = lambda peer: peer.answer(400, b"", reason="Bad Request")
        self.sent("/items/1")
        self.eventually(lambda: self.figure("lost") == lost + 2, "counted as lost")

    def test_what_it_rejects_is_counted(self):
        self.collector.answer = lambda peer: peer.answer(
            200, b'{"partialSuccess":{"rejectedSpans":"1"}}')
        sent, rejected = self.figure("sent"), self.figure("rejected")
        self.sent("/items/1")
        self.eventually(lambda: self.figure("rejected") == rejected + 1, "counted as rejected")
        self.eventually(lambda: self.figure("sent") == sent + 1, "the other one counted as sent")


class Hanging(TracingTest):
    config = config(timeout="200ms", queue="64KiB")

    def test_a_collector_that_hangs_holds_up_nobody(self):
        self.collector.answer = lambda peer: self.collector.release.wait(30)
        with self.client() as client:
            for number in range(600):
                self.assertEqual(client.get(f"/items/{number}").status, 200)
        self.eventually(lambda: self.figure("dropped") > 0, "counted as dropped")
        self.collector.answer = None
        self.collector.release.set()


class Ending(TracingTest):
    config = config(every="1m")

    def test_the_end_sends_what_waits(self):
        trace = self.sent("/items/1")[0]
        self.assertEqual(self.gateway.stop(), 0)
        self.assertEqual(len(self.collector.wait_for_trace(trace, 2)), 2)
