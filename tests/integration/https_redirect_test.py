"""A listener that leads to https."""

from support import GatewayTest, gateway


class Redirects(GatewayTest):
    config = gateway(expose=["health"],
                     listener={"redirect_to_https": True, "https_port": 8443})

    def test_every_request_is_led_to_the_same_place_under_https(self):
        client = self.client()
        for method in ("GET", "HEAD", "DELETE"):
            answer = client.request(method, "/a/b?q=1&r", host="api.test:8080").answer(method)
            self.assertEqual(answer.status, 308)
            self.assertEqual(answer.fields.get("location"), "https://api.test:8443/a/b?q=1&r")
        self.assertEqual(self.origin.requests, [])

    def test_a_body_is_not_waited_for(self):
        answer = self.client().request("POST", "/", "Content-Length: 1000000").answer()
        self.assertEqual(answer.status, 308)
        self.assertEqual(answer.fields.get("connection"), "close")

    def test_built_in_endpoints_answer_themselves(self):
        self.assertEqual(self.get("/health").status, 200)

    def test_a_head_that_is_broken_is_refused_as_anywhere(self):
        self.assertRefused(self.raw(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400)

    def assertOriginUntouched(self):
        self.assertEqual(self.origin.requests, [])
