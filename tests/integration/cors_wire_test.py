"""CORS as a browser meets it on the wire: preflights, answers, and errors that pages may read."""

from support import GatewayTest, gateway, table

PAGE, OTHER = "https://app.test", "https://evil.test"
FIELDS = ("access-control-allow-origin", "access-control-allow-credentials",
          "access-control-allow-methods", "access-control-allow-headers",
          "access-control-expose-headers", "access-control-max-age")


def allowed(answer):
    return {name.removeprefix("access-control-"): answer.fields.get(name) for name in FIELDS
            if name in answer.fields}


class CorsWire(GatewayTest):
    config = gateway(routes={
        "put": {"path": "/put/*", "service": "origin", "methods": ["PUT"], "cors": "pages"},
        "post": {"path": "/put/*", "service": "origin", "methods": ["POST"]},
        "any": {"path": "/any/*", "service": "origin", "cors": "anyone"},
        "locked": {"path": "/locked/*", "service": "origin", "cors": "pages", "auth": "api_key"},
        "limited": {"path": "/limited/*", "service": "origin", "cors": "pages", "limits": ["one"]},
        "all": {"path": "/*", "service": "origin", "cors": "pages"},
        "own": {"path": "/own/*", "service": "origin"}}) + table("cors.pages", {
            "origins": [PAGE, "https://*.lab.test"], "methods": ["PUT", "DELETE"],
            "headers": ["Authorization", "Content-Type"], "expose": ["X-Total"],
            "credentials": True, "max_age": "10m"}) + table("cors.anyone", {
                "origins": ["*"], "methods": ["PUT"], "headers": ["X-A"]}) + table(
            "auth.api_key", {"keys": []}) + table(
            "limits.one", {"key": "ip", "limit": 1, "window": "1h"})

    def preflight(self, target, method="PUT", *fields, origin=PAGE, client=None):
        client = client or self.client()
        return client.request("OPTIONS", target, f"Origin: {origin}",
                              f"Access-Control-Request-Method: {method}", *fields).answer("OPTIONS")

    def test_a_preflight_of_a_route_that_takes_put_alone(self):
        seen = len(self.origin.requests)
        answer = self.preflight("/put/x", "PUT", "Access-Control-Request-Headers: content-type")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(allowed(answer)["allow-origin"], PAGE)
        self.assertEqual(allowed(answer)["allow-credentials"], "true")
        self.assertEqual(allowed(answer)["max-age"], "600")
        self.assertIn("PUT", allowed(answer)["allow-methods"])
        self.assertIn("content-type", allowed(answer)["allow-headers"].lower())
        self.assertIn("origin", answer.fields.get("vary").lower())
        self.assertNotIn("content-length", answer.fields)
        self.assertEqual(len(self.origin.requests), seen)

    def test_a_refused_preflight_permits_nothing_that_was_refused(self):
        answer = self.preflight("/put/x", origin=OTHER)
        self.assertEqual((answer.status, allowed(answer)), (204, {}))
        self.assertIn("origin", answer.fields.get("vary").lower())
        answer = self.preflight("/x", "PATCH")
        self.assertNotIn("allow-methods", allowed(answer))
        answer = self.preflight("/x", "PUT", "Access-Control-Request-Headers: x-secret")
        self.assertNotIn("allow-headers", allowed(answer))

    def test_the_connection_goes_on_after_preflights(self):
        client = self.client()
        for origin in (PAGE, OTHER, PAGE):
            self.assertEqual(self.preflight("/x", origin=origin, client=client).status, 204)
        self.assertEqual(client.get("/x", f"Origin: {PAGE}").status, 200)

    def test_an_actual_request(self):
        answer = self.get("/x", "Origin: https://a.b.lab.test")
        self.assertEqual(allowed(answer), {
            "allow-origin": "https://a.b.lab.test", "allow-credentials": "true",
            "expose-headers": "X-Total"})
        self.assertEqual(answer.fields.get("vary"), "Origin")
        for origin in (OTHER, "https://lab.test", "http://app.test", "https://app.test.evil.test",
                       "https://app.test:444", "null"):
            with self.subTest(origin=origin):
                answer = self.get("/x", f"Origin: {origin}")
                self.assertEqual((answer.status, allowed(answer)), (200, {}))
                self.assertEqual(answer.fields.get("vary"), "Origin")
        self.assertEqual(self.get("/x").fields.get("vary"), "Origin")
        answer = self.get("/any/x", f"Origin: {OTHER}")
        self.assertEqual(allowed(answer), {"allow-origin": "*"})
        self.assertNotIn("vary", answer.fields)

    def test_an_options_request_that_is_no_preflight_goes_on(self):
        for fields in ((), (f"Origin: {PAGE}",), ("Access-Control-Request-Method: PUT",)):
            client = self.client().request("OPTIONS", "/x", *fields)
            self.assertEqual(client.answer("OPTIONS").status, 200)

    def test_a_service_with_cors_of_its_own_sees_its_preflights(self):
        self.preflight("/own/x")
        self.assertEqual(self.origin.requests[-1].method, "OPTIONS")

    def test_errors_can_be_read_by_the_page(self):
        answer = self.get("/locked/x", f"Origin: {PAGE}")
        self.assertProblem(answer, 401)
        self.assertEqual(allowed(answer)["allow-origin"], PAGE)
        self.assertEqual(self.preflight("/locked/x").status, 204)
        statuses = [self.get("/limited/x", f"Origin: {PAGE}") for _ in range(2)]
        self.assertProblem(statuses[1], 429)
        self.assertEqual(allowed(statuses[1])["allow-origin"], PAGE)
        self.origin.behaviour = lambda peer: peer.close()
        answer = self.get("/x", f"Origin: {PAGE}")
        self.assertProblem(answer, 502)
        self.assertEqual(allowed(answer)["allow-origin"], PAGE)

    def test_the_upstreams_own_fields_are_replaced(self):
        self.origin.behaviour = lambda peer: peer.answer(
            200, b"", "Access-Control-Allow-Origin: *", "access-control-allow-credentials: true",
            "Access-Control-Expose-Headers: *", "Access-Control-Allow-Methods: *", "Vary: Accept")
        answer = self.get("/x", f"Origin: {OTHER}")
        self.assertEqual(allowed(answer), {})
        self.assertEqual(answer.fields.all("vary"), ["Accept", "Origin"])
        self.assertEqual(allowed(self.get("/x", f"Origin: {PAGE}"))["allow-origin"], PAGE)
        self.origin.behaviour = lambda peer: peer.answer(200, b"", "Vary: accept, ORIGIN")
        self.assertEqual(self.get("/x", f"Origin: {PAGE}").fields.all("vary"), ["accept, ORIGIN"])

    def test_hostile_origins_are_nobody(self):
        for origin in ("", " ", "https://", "https://app.test/", "https://app.test@evil.test",
                       "https://evil.test#app.test", "https://app.test, https://evil.test",
                       "HTTPS://APP.TEST:99999", "https://[::1", "https://\xe9.test", "x" * 8000,
                       "https://app.test\x0b", "https://app.test%00.evil.test", "*",
                       "https://" + "a." * 2000 + "lab.test", "file://", "https://.lab.test"):
            with self.subTest(origin=origin[:60]):
                answer = self.get("/x", f"Origin: {origin}")
                self.assertIn(answer.status, (200, 400))
                self.assertNotIn("access-control-allow-origin", answer.fields)
                answer = self.preflight("/x", origin=origin)
                self.assertIn(answer.status, (204, 200, 400))
                self.assertNotIn("access-control-allow-origin", answer.fields)
        answer = self.get("/x", f"Origin: {PAGE}", f"Origin: {OTHER}")
        self.assertNotIn("access-control-allow-origin", answer.fields)

    def test_hostile_preflights_are_answered(self):
        for method, fields in (("PUT PUT", ()), ("", ()), ("\xff", ()), ("P" * 5000, ()),
                               ("PUT", ("Access-Control-Request-Method: DELETE",)),
                               ("PUT", ("Access-Control-Request-Headers: " + "a," * 3000,)),
                               ("PUT", ("Access-Control-Request-Headers: a b",)),
                               ("PUT", ("Access-Control-Request-Headers: ,,,",)),
                               ("PUT", ("Access-Control-Request-Private-Network: true",))):
            with self.subTest(method=method[:20], fields=[field[:60] for field in fields]):
                answer = self.preflight("/x", method, *fields)
                self.assertIn(answer.status, (204, 200))

    def test_a_preflight_with_a_body_ends_the_connection_and_nothing_else(self):
        client = self.client().request("OPTIONS", "/x", f"Origin: {PAGE}",
                                       "Access-Control-Request-Method: PUT",
                                       body=b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertEqual(client.answer("OPTIONS").status, 204)
        self.assertTrue(client.is_closed())
        self.assertNotIn("/smuggled", [request.target for request in self.origin.requests])
