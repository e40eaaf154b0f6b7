"""CORS as a real browser sees it: pages of several origins ask the gateway."""

import unittest
from pathlib import Path

from support import GatewayTest, Origin, gateway, table
from webdriver import Browser, is_installed

PAGE = (Path(__file__).parent / "page.html").read_bytes()


def page(peer):
    peer.read_body()
    peer.answer(200, PAGE, "Content-Type: text/html; charset=utf-8")


def service(peer):
    """An upstream with ideas of its own about other origins, all of them wrong."""
    body = peer.read_body()
    if peer.request.target.endswith("/page"):
        peer.answer(200, PAGE, "Content-Type: text/html; charset=utf-8")
        return
    peer.answer(200, body or b"hello", "Access-Control-Allow-Origin: http://wrong.example",
                "Access-Control-Allow-Credentials: maybe", "Access-Control-Allow-Methods: *",
                "Access-Control-Expose-Headers: X-Hidden", "X-Total: 42", "X-Hidden: 1",
                "Set-Cookie: session=s1; Path=/", "Vary: Accept-Encoding")


def config(front):
    """`front` may ask; so may all that is below localhost on the same port."""
    rules = {"origins": [front.url, f"http://*.localhost:{front.port}"],
             "methods": ["GET", "PUT"], "headers": ["Content-Type", "X-Trace"],
             "expose": ["X-Total"], "credentials": True, "max_age": "1h"}
    named = {"service": "origin", "cors": "frontend"}
    return gateway(
        services={"origin": {"instances": ["@origin@"]},
                  "down": {"instances": ["http://127.0.0.1:1"]}},
        routes={"named": {"path": "/named/*", **named},
                "put_only": {"path": "/put-only/*", "methods": ["PUT"], **named},
                "down": {"path": "/down/*", "service": "down", "cors": "frontend"},
                "everyone": {"path": "/everyone/*", "service": "origin", "cors": "everyone"}},
    ) + table("cors.frontend", rules) + table(
        "cors.everyone", {"origins": ["*"], "methods": ["*"], "headers": ["*"]})


@unittest.skipUnless(is_installed(), "needs the packages chromium and chromium-driver")
class Cors(GatewayTest):
    behaviour = staticmethod(service)

    @classmethod
    def setUpClass(cls):
        cls.front = Origin(page)
        cls.addClassCleanup(cls.front.close)
        cls.stranger = Origin(page)
        cls.addClassCleanup(cls.stranger.close)
        cls.config = config(cls.front)
        super().setUpClass()
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.seen = len(self.origin.requests)

    def url(self, path):
        host, port = self.gateway.address
        return f"http://{host}:{port}{path}"

    def asked(self, page_url, path, function="ask", **options):
        """What a script of this page learns from asking the gateway."""
        self.browser.open(page_url)
        return self.browser.run(f"{function}(args[0], args[1])", self.url(path), options)

    def arrived(self):
        """What has reached the upstream in this test: methods in order."""
        return [request.method for request in self.origin.requests[self.seen:]]

    def assertRead(self, answer, status=200):
        self.assertEqual(answer.get("status"), status, (answer, self.browser.console()))

    def assertHidden(self, answer):
        self.assertIn("TypeError", answer.get("fault", ""), answer)

    # Requests that any form could send

    def test_a_listed_origin_reads_the_answer(self):
        answer = self.asked(self.front.url, "/named/1")
        self.assertRead(answer)
        self.assertEqual(answer["body"], "hello")

    def test_another_origin_does_not_though_the_request_is_made(self):
        self.assertHidden(self.asked(self.stranger.url, "/named/1"))
        self.assertEqual(self.arrived(), ["GET"])

    def test_a_subdomain_reads_the_answer_the_bare_domain_does_not(self):
        port = self.front.port
        self.assertRead(self.asked(f"http://app.localhost:{port}", "/named/1"))
        self.assertRead(self.asked(f"http://a.b.localhost:{port}", "/named/1"))
        self.assertHidden(self.asked(f"http://localhost:{port}", "/named/1"))

    def test_an_opaque_origin_reads_only_what_everyone_may(self):
        self.assertHidden(self.asked(self.front.url, "/named/1", "askFromSandbox"))
        self.assertRead(self.asked(self.front.url, "/everyone/1", "askFromSandbox"))

    def test_everyone_reads_what_is_open_to_all(self):
        self.assertRead(self.asked(self.stranger.url, "/everyone/1"))

    def test_an_answer_that_the_gateway_made_can_be_read_too(self):
        self.assertRead(self.asked(self.front.url, "/down/1"), 502)

    def test_a_page_behind_the_gateway_asks_its_own_origin(self):
        answer = self.asked(self.url("/named/page"), "/named/1", method="POST", body="x")
        self.assertRead(answer)
        self.assertEqual(answer["body"], "x")

    # Preflights

    def test_a_listed_method_with_a_listed_field_passes(self):
        answer = self.asked(self.front.url, "/named/1", method="PUT", body="new",
                            headers={"X-Trace": "t1"})
        self.assertRead(answer)
        self.assertEqual(answer["body"], "new")
        self.assertEqual(self.arrived(), ["PUT"])  # the gateway itself answered the OPTIONS
        self.assertEqual(self.origin.requests[-1].fields.get("x-trace"), "t1")

    def test_a_json_body_passes_where_content_type_is_listed(self):
        answer = self.asked(self.front.url, "/named/1", method="POST", body="{}",
                            headers={"Content-Type": "application/json"})
        self.assertRead(answer)

    def test_a_preflight_finds_the_route_of_the_method_that_it_asks_for(self):
        self.assertRead(self.asked(self.front.url, "/put-only/1", method="PUT", body="x"))
        self.assertEqual(self.arrived(), ["PUT"])

    def test_a_method_that_is_not_listed_is_never_sent(self):
        self.assertHidden(self.asked(self.front.url, "/named/1", method="DELETE"))
        self.assertEqual(self.arrived(), [])

    def test_a_field_that_is_not_listed_is_never_sent(self):
        self.assertHidden(self.asked(self.front.url, "/named/1", headers={"X-Other": "1"}))
        self.assertEqual(self.arrived(), [])

    def test_another_origin_gets_no_further_than_its_preflight(self):
        self.assertHidden(self.asked(self.stranger.url, "/named/1", method="PUT", body="x"))
        self.assertEqual(self.arrived(), [])

    def test_a_star_lists_every_field_but_authorization(self):
        answer = self.asked(self.stranger.url, "/everyone/1", method="DELETE",
                            headers={"X-Any": "1"})
        self.assertRead(answer)
        self.assertHidden(self.asked(self.stranger.url, "/everyone/1",
                                     headers={"Authorization": "Bearer x"}))
        self.assertEqual(self.arrived(), ["DELETE"])

    # Credentials and fields

    def test_cookies_travel_where_credentials_are_allowed(self):
        self.browser.open(self.url("/named/page"))
        self.browser.forget_cookies()
        self.assertRead(self.asked(self.front.url, "/named/1", credentials="include"))
        self.assertRead(self.asked(self.front.url, "/named/2", credentials="include"))
        self.assertEqual(self.origin.requests[-1].fields.get("cookie"), "session=s1")
        self.assertRead(self.asked(self.front.url, "/named/3"))
        self.assertNotIn("cookie", self.origin.requests[-1].fields)

    def test_with_a_star_no_answer_to_credentials_can_be_read(self):
        self.assertHidden(self.asked(self.front.url, "/everyone/1", credentials="include"))
        self.assertRead(self.asked(self.front.url, "/everyone/1", credentials="omit"))

    def test_a_page_reads_the_exposed_fields_and_no_others(self):
        fields = self.asked(self.front.url, "/named/1")["fields"]
        self.assertEqual(fields.get("x-total"), "42")
        self.assertNotIn("x-hidden", fields)

    # On the wire

    def test_nothing_of_what_the_upstream_says_of_other_origins_is_left(self):
        answer = self.get("/named/1", f"Origin: {self.front.url}")
        self.assertEqual(answer.fields.get("access-control-allow-origin"), self.front.url)
        self.assertEqual(answer.fields.get("access-control-allow-credentials"), "true")
        self.assertEqual(answer.fields.get("access-control-expose-headers"), "X-Total")
        self.assertNotIn("access-control-allow-methods", answer.fields)
        varies = ", ".join(answer.fields.all("vary")).lower().split(", ")
        self.assertEqual(sorted(varies), ["accept-encoding", "origin"])

    def test_an_answer_varies_by_origin_also_for_who_sent_none(self):
        for path, expected in (("/named/1", True), ("/everyone/1", False)):
            varies = ", ".join(self.get(path).fields.all("vary")).lower()
            self.assertEqual("origin" in varies, expected, path)


if __name__ == "__main__":
    unittest.main()
