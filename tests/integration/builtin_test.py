"""The built-in endpoints on the public listeners: what `expose` opens, and what they tell."""

import json
import re
import socket

from support import GatewayTest, gateway, table
from support.control import Control

ALL = ["info", "health", "services", "metrics", "docs"]
PATHS = ("/", "/health", "/health/detailed", "/health/services", "/services", "/metrics",
         "/docs", "/openapi.json")
OPENS = {"info": {"/"}, "health": {"/health"}, "metrics": {"/metrics"},
         "docs": {"/docs", "/openapi.json"},
         "services": {"/services", "/health/detailed", "/health/services"}}


def closed_port():
    """A socket whose port nobody listens on, nor can: it is bound."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder


class Exposed(GatewayTest):
    config = gateway(
        expose=ALL,
        services={"good": {"instances": ["@origin@"],
                           "health": {"path": "/up", "every": "100ms", "healthy_after": 1},
                           "breaker": {"failures": 5}},
                  "bad": {"instances": ["http://127.0.0.1:@closed@"],
                          "health": {"path": "/up", "every": "100ms", "unhealthy_after": 1}}},
        routes={"own_root": {"path": "/", "service": "good"},
                "own_services": {"path": "/services", "service": "good"},
                "own_metrics": {"path": "/metrics", "service": "good"},
                "all": {"path": "/*", "service": "good"}, "bad": {"path": "/bad", "service": "bad"}})

    @classmethod
    def prepare(cls):
        holder = closed_port()
        cls.addClassCleanup(holder.close)
        cls.places["closed"] = holder.getsockname()[1]

    def page(self, path):
        answer = self.get(path)
        self.assertEqual((answer.status, answer.fields.get("content-type")),
                         (200, "application/json"))
        self.assertEqual(answer.fields.get("cache-control"), "no-store")
        return json.loads(answer.body)

    def settled(self):
        def both_known():
            services = self.page("/")["services"]
            return services == {"good": "healthy", "bad": "unhealthy"}
        self.eventually(both_known, "both services have been checked")

    def test_info_tells_name_version_and_states(self):
        self.settled()
        page = self.page("/")
        self.assertEqual(set(page), {"name", "version", "status", "services"})
        self.assertEqual((page["name"], page["status"]), ("gatewayd", "degraded"))

    def test_health_tells_that_it_is_there(self):
        page = self.page("/health")
        self.assertEqual((page["status"], page["service"]), ("healthy", "gatewayd"))
        self.assertEqual(set(page), {"status", "service", "version"})

    def test_detailed_health(self):
        self.settled()
        self.eventually(lambda: "response_time" in self.page("/health/detailed")["services"]["good"],
                        "a check has ended")
        page = self.page("/health/detailed")
        self.assertEqual(page["status"], "degraded")
        good, bad = page["services"]["good"], page["services"]["bad"]
        self.assertEqual((good["healthy"], good["status"]), (True, "healthy"))
        self.assertTrue(0 < good["response_time"] < 5, good)
        self.assertNotIn("error", good)
        self.assertEqual((bad["healthy"], bad["status"]), (False, "unhealthy"))
        self.assertTrue(bad["error"])
        self.assertNotIn("response_time", bad)
        self.assertEqual(page["circuit_breakers"],
                         {"good": {"state": "closed", "failure_count": 0}})
        self.assertEqual(page["database"], {"healthy": True, "status": "connected"})

    def test_a_breaker_counts_its_failures(self):
        # To checks of its health it answers well: ill, it would not be asked.
        self.origin.behaviour = lambda peer: peer.answer(
            200 if peer.request.target == "/up" else 503, b"")
        for _ in range(2):
            self.get("/x")

        def counted():
            return self.page("/health/detailed")["circuit_breakers"]["good"]["failure_count"] >= 2
        self.eventually(counted, "two failures are counted")
        self.origin.behaviour = type(self).behaviour
        self.get("/x")
        self.eventually(lambda: self.page("/health/detailed")["circuit_breakers"]["good"] == {
            "state": "closed", "failure_count": 0}, "a success ends the row")

    def test_services(self):
        self.settled()
        services = self.page("/services")["services"]
        self.assertEqual(services["good"], {"status": "healthy", "instances": 1, "instances_up": 1})
        self.assertEqual(services["bad"], {"status": "unhealthy", "instances": 1,
                                           "instances_up": 0})
        self.assertEqual(self.page("/health/services")["services"],
                         {**self.page("/health/detailed")["services"],
                          "good": self.page("/health/services")["services"]["good"]})

    def test_the_control_api_is_described_and_not_opened(self):
        document = self.page("/openapi.json")
        self.assertEqual(document["openapi"], "3.1.0")
        self.assertIn("put", document["paths"]["/api/v1/gateway/routes/{name}"])
        for path in set(document["paths"]) - set(PATHS):
            path = re.sub(r"\{\w+\}", "some", path)
            self.assertEqual(self.get(path).status, 200)
            self.assertIn(path, [request.target for request in self.origin.requests])

    def test_the_description_is_that_of_the_control_api(self):
        socket = f"{self.directory}/control.sock"
        for path in ("/docs", "/openapi.json"):
            told = Control(socket).get(path)
            self.assertEqual(self.get(path).body, told.body)

    def test_the_page_to_read_needs_nothing_from_outside(self):
        answer = self.get("/docs")
        self.assertEqual(answer.fields.get("content-type"), "text/html; charset=utf-8")
        self.assertIn("default-src 'none'", answer.fields.get("content-security-policy"))
        self.assertIn(b'<a href="openapi.json">', answer.body)
        for outside in (b"src=", b"<script", b"<link", b"@import", b"url("):
            self.assertNotIn(outside, answer.body)
        self.assertEqual(set(re.findall(rb'href="([^"]*)"', answer.body)), {b"openapi.json"})

    def test_no_address_is_told(self):
        self.settled()
        for path in set(PATHS) - OPENS["docs"]:  # those say the same of every gateway
            body = self.get(path).body.decode()
            self.assertNotIn("127.0.0.1", body, path)
            self.assertNotIn(str(self.places["closed"]), body, path)
            self.assertNotIn(self.directory, body, path)

    def test_a_route_on_the_same_path_does_not_hide_it(self):
        seen = [request for request in self.origin.requests if request.target != "/up"]
        for path in PATHS:
            self.assertEqual(self.get(path).status, 200)
        after = [request for request in self.origin.requests if request.target != "/up"]
        self.assertEqual(len(after), len(seen))

    def test_other_methods_and_longer_paths_are_the_routes(self):
        self.assertEqual(self.forwarded("/services", method="POST", body=b"x").method, "POST")
        for path in ("/services/", "/metrics/x", "/health/detailed/x", "/Health"):
            with self.client() as client:
                self.assertEqual(client.get(path).status, 200)
            self.assertIn(path, [request.target for request in self.origin.requests])

    def test_head_has_no_body(self):
        with self.client() as client:
            for path in PATHS:
                answer = client.request("HEAD", path).answer("HEAD")
                self.assertEqual((answer.status, answer.body), (200, b""))
                self.assertGreater(int(answer.fields.get("content-length")), 10)


class StrictHeaders(GatewayTest):
    config = gateway(expose=["docs", "services"]) + table("security", {"headers": "strict"})

    def test_the_page_brings_its_own_policy_and_keeps_the_other_fields(self):
        page, other = self.get("/docs").fields, self.get("/services").fields
        self.assertEqual(page.all("content-security-policy"),
                         ["default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
                          "base-uri 'none'; form-action 'none'"])
        self.assertEqual(other.all("content-security-policy"),
                         ["default-src 'self'; script-src 'self' 'unsafe-inline'"])
        for field in ("x-frame-options", "x-content-type-options", "referrer-policy",
                      "permissions-policy"):
            self.assertEqual(page.all(field), other.all(field))
            self.assertEqual(len(page.all(field)), 1)


class Choice(GatewayTest):
    def test_each_word_opens_its_own_and_nothing_else(self):
        for word, opened in OPENS.items():
            self.reload(gateway(expose=[word]))
            for path in PATHS:
                with self.subTest(expose=word, path=path):
                    seen = len(self.origin.requests)
                    self.assertEqual(self.get(path).status, 200)
                    came_through = len(self.origin.requests) - seen
                    self.assertEqual(came_through, 0 if path in opened else 1)

    def test_denied_networks_have_no_more_than_health(self):
        self.reload(gateway(expose=ALL) + table("security", {"deny": ["127.0.0.9"]}))
        for path in PATHS:
            with self.subTest(path=path), self.client(source="127.0.0.9") as client:
                answer = client.get(path)
                if path == "/health":
                    self.assertEqual(answer.status, 200)
                else:
                    self.assertProblem(answer, 403)
                self.assertEqual(self.get(path).status, 200)
