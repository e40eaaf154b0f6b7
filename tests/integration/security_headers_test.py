"""Security fields of answers: the strict preset, tables, and routes that differ."""

from support import GatewayTest, gateway, table

STRICT = {"content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline'",
          "x-content-type-options": "nosniff", "x-frame-options": "DENY",
          "x-xss-protection": "1; mode=block", "referrer-policy": "strict-origin-when-cross-origin",
          "permissions-policy": "geolocation=(), microphone=(), camera=()"}


class SecurityHeaders(GatewayTest):
    config = gateway(expose=["health"], routes={
        "plain": {"path": "/plain/*", "service": "origin", "headers": "off"},
        "own": {"path": "/own/*", "service": "origin",
                "headers": {"X-Frame-Options": "SAMEORIGIN", "X-Extra": "yes"}},
        "locked": {"path": "/locked/*", "service": "origin", "auth": "api_key"},
        "all": {"path": "/all/*", "service": "origin"}}) + table("auth.api_key", {"keys": []}) + table(
            "security", {"headers": "strict"})

    def security(self, answer):
        return {name: answer.fields.get(name) for name in STRICT if name in answer.fields}

    def test_strict_stands_on_every_answer(self):
        for target in ("/all/x", "/locked/x", "/nowhere", "/health"):
            with self.subTest(target=target):
                answer = self.get(target)
                self.assertEqual(self.security(answer), STRICT)
                self.assertNotIn("strict-transport-security", answer.fields)  # not over plain HTTP
        malformed = self.raw(b"GET / HTTP/1.1\r\nHost: a\r\nbad line\r\n\r\n")
        self.assertEqual(self.security(malformed), STRICT)

    def test_the_upstreams_own_are_replaced(self):
        self.origin.behaviour = lambda peer: peer.answer(
            200, b"", "X-Frame-Options: ALLOWALL", "content-security-policy: default-src *",
            "Strict-Transport-Security: max-age=1")
        self.assertEqual(self.security(self.get("/all/x")), STRICT)
        answer = self.get("/plain/x")
        self.assertEqual(self.security(answer), {"x-frame-options": "ALLOWALL",
                                                 "content-security-policy": "default-src *"})

    def test_a_route_has_its_own(self):
        answer = self.get("/own/x")
        self.assertEqual(self.security(answer), {"x-frame-options": "SAMEORIGIN"})
        self.assertEqual(answer.fields.get("x-extra"), "yes")

    def test_a_field_that_is_none_is_refused(self):
        for field in ({"X Bad": "a"}, {"X-A": "a\r\nX-B: c"}, {"Content-Length": "0"},
                      {"Transfer-Encoding": "chunked"}):
            inline = "{ " + table("t", field).split("\n")[1] + " }"
            said = self.reload(self.config.replace('"strict"', inline))
            self.assertRegex(said, r"reload rejected: .*gatewayd\.toml:\d+:\d+ bad-(field|text)")
