"""What routes change on the way: fields of both sides, queries, and answers of their own."""

from support import UUID_V7, GatewayTest, gateway, table
from support.tokens import bearer, claims, hs256

SECRET = "a secret that is long enough for HS256"


def route(path, **keys):
    return {"path": path, "service": "origin", **keys}


def own(path, **keys):
    return {"path": path, **keys}


class Fields(GatewayTest):
    config = gateway(routes={
        "both": route("/both/*", request={
            "set": {"X-Set": "s-${request.id}", "X-Client": "${client.ip}", "X-Route": "${route.name}"},
            "add": {"X-List": "added"}, "remove": ["X-Debug", "Cookie"],
            "rename": {"X-Old": "X-New"}},
            response={"set": {"X-Answer": "set ${request.id}"}, "add": {"X-List": "added"},
                      "remove": ["Server", "X-Secret"], "rename": {"X-Old": "X-New"}}),
        "user": route("/user/*", auth="jwt", request={"set": {
            "X-Sub": "${user.sub}", "X-Team": "team=${claim.team};", "X-None": "${claim.none}"}}),
        "query": route("/query/*", rewrite="/v1/*", query={
            "set": {"tenant": "a b&c", "who": "${client.ip}"}, "remove": ["debug", "a[]"]})}
        ) + table("auth.jwt", {"algorithms": ["HS256"], "secret": SECRET})

    def test_fields_of_the_request(self):
        seen = self.forwarded("/both/x", "X-Set: mine", "x-set: mine", "X-List: first", "X-Debug: 1",
                              "x-debug: 2", "Cookie: a=b", "X-Old: one", "X-Old: two",
                              "X-Other: stays").fields
        self.assertRegex(seen.get("x-set"), f"^s-{UUID_V7.pattern}$")
        self.assertEqual(seen.get("x-set")[2:], seen.get("x-request-id"))
        self.assertEqual([seen.get("x-client"), seen.get("x-route")], ["127.0.0.1", "both"])
        self.assertEqual(seen.all("x-list"), ["first", "added"])
        self.assertEqual(seen.all("x-new"), ["one", "two"])
        self.assertEqual(seen.get("x-other"), "stays")
        for name in ("x-debug", "cookie", "x-old"):
            self.assertNotIn(name, seen)

    def test_a_trailer_does_not_bring_back_what_was_removed(self):
        client = self.client().request("POST", "/both/x", "Transfer-Encoding: chunked")
        client.send(b"0\r\nX-Debug: 1\r\nX-Set: mine\r\nX-Forwarded-For: 1.2.3.4\r\nX-Sum: 1\r\n\r\n")
        self.assertEqual(client.answer().status, 200)
        self.assertEqual(list(self.origin.requests[-1].trailers), [("X-Sum", "1")])

    def test_fields_of_the_answer(self):
        self.origin.behaviour = lambda peer: peer.answer(
            200, b"body", "Server: secret/1.0", "X-Secret: 1", "x-secret: 2", "X-Answer: mine",
            "X-List: first", "X-Old: one", "X-Other: stays")
        answer = self.get("/both/x")
        self.assertEqual(answer.body, b"body")
        self.assertEqual(answer.fields.get("x-answer"), f"set {answer.fields.get('x-request-id')}")
        self.assertEqual(answer.fields.all("x-list"), ["first", "added"])
        self.assertEqual(answer.fields.get("x-new"), "one")
        self.assertEqual(answer.fields.get("x-other"), "stays")
        for name in ("server", "x-secret", "x-old"):
            self.assertNotIn(name, answer.fields)

    def test_claims_in_fields(self):
        def seen(**more):
            return self.forwarded("/user/x", bearer(hs256(claims(**more), SECRET)),
                                  "X-Sub: root", "X-Team: root").fields

        fields = seen(team="blue", sub="u-1")
        self.assertEqual([fields.get("x-sub"), fields.get("x-team")], ["u-1", "team=blue;"])
        for hostile in ("a\r\nX-Evil: 1", "a\nb", "\x00", ["a", "b\r\n"], {"a": 1}, 7, None, "x" * 6000):
            with self.subTest(team=hostile):
                fields = seen(team=hostile)
                self.assertNotIn("x-evil", fields)
                self.assertNotIn("root", fields.all("x-team"))

    def test_the_query(self):
        for query, expected in (("", "?tenant=a%20b%26c&who=127.0.0.1"),
                                ("?a=1&debug=1&b=2", "?a=1&b=2&tenant=a%20b%26c&who=127.0.0.1"),
                                ("?tenant=mine&x=1&tenant=again", "?tenant=a%20b%26c&x=1&who=127.0.0.1"),
                                ("?%64ebug=1&de%62ug&a%5B%5D=1&te%6eant=1",
                                 "?tenant=a%20b%26c&who=127.0.0.1"),
                                ("?&&=&x&%zz", "?&&=&x&%zz&tenant=a%20b%26c&who=127.0.0.1")):
            with self.subTest(query=query):
                seen = self.forwarded("/query/a/b" + query)
                self.assertEqual(seen.target, "/v1/a/b" + expected)


class Answers(GatewayTest):
    config = gateway(
        services={"origin": {"instances": ["@origin@"]},
                  "resting": {"instances": ["@origin@"], "maintenance": True}},
        routes={
            "text": own("/text", respond={"body": "hello\n"}),
            "teapot": own("/json", respond={"status": 418, "body": '{"a":1}',
                                            "content_type": "application/json"}),
            "empty": own("/empty", respond={"status": 204}),
            "gone": own("/gone", respond={"status": 410}),
            "moved": own("/old/*", redirect={"to": "https://new.test/v2/*?from=${request.path}",
                                             "status": 308}),
            "item": own("/item/{id}", redirect={"to": "/things/{id}"}),
            "host": own("/host/*", redirect={"to": "https://${request.host}/*?${request.query}"}),
            "locked": own("/locked", respond={"body": "secret"}, ) | {"auth": "api_key"},
            "closed": route("/closed/*", maintenance=True),
            "resting": {"path": "/resting/*", "service": "resting"},
            "all": route("/x/*")}) + table("auth.api_key", {"keys": []})

    def test_a_fixed_answer(self):
        client = self.client()
        answer = client.get("/text")
        self.assertEqual((answer.status, answer.body), (200, b"hello\n"))
        self.assertEqual(answer.fields.get("content-type"), "text/plain; charset=utf-8")
        answer = client.get("/json")
        self.assertEqual((answer.status, answer.json(), answer.fields.get("content-type")),
                         (418, {"a": 1}, "application/json"))
        answer = client.get("/empty")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertNotIn("content-length", answer.fields)
        answer = client.get("/gone")
        self.assertEqual((answer.status, answer.fields.get("content-length")), (410, "0"))
        self.assertRegex(answer.fields.get("x-request-id"), UUID_V7)
        self.assertEqual(client.get("/x/y").status, 200)

    def test_head_has_the_fields_and_no_body(self):
        client = self.client()
        for target, length in (("/text", "6"), ("/json", "7"), ("/gone", "0"), ("/old/a", "0")):
            answer = client.request("HEAD", target).answer("HEAD")
            self.assertEqual(answer.fields.get("content-length"), length)
        self.assertEqual(client.get("/text").body, b"hello\n")

    def test_pipelined_and_http10(self):
        client = self.client()
        for target in ("/text", "/empty", "/x/y", "/old/a", "/gone", "/locked", "/text"):
            client.request("GET", target)
        self.assertEqual([client.answer().status for _ in range(7)],
                         [200, 204, 200, 308, 410, 401, 200])
        client = self.client().request("GET", "/text", minor=0)
        self.assertEqual(client.answer().body, b"hello\n")
        self.assertTrue(client.is_closed())
        client = self.client()
        for _ in range(2):
            answer = client.request("GET", "/text", "Connection: keep-alive", minor=0).answer()
            self.assertEqual(answer.fields.get("connection"), "keep-alive")

    def test_a_body_is_not_taken_for_a_request(self):
        hidden = b"GET /x/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        seen = len(self.origin.requests)
        for target in ("/text", "/old/a", "/locked", "/closed/a", "/nowhere"):
            client = self.client().request("POST", target, body=hidden)
            self.assertGreaterEqual(client.answer().status, 200)
            self.assertTrue(client.is_closed())
        self.assertEqual(len(self.origin.requests), seen)

    def test_redirects(self):
        for target, status, location in (
            ("/old/a/b", 308, "https://new.test/v2/a/b?from=%2Fold%2Fa%2Fb"),
            ("/item/7", 302, "/things/7"), ("/item/a%20b", 302, "/things/a%20b"),
            ("/host/a?x=1", 302, "https://gateway.test/a?x=1")):
            with self.subTest(target=target):
                answer = self.get(target)
                self.assertEqual((answer.status, answer.fields.get("location")), (status, location))

    def test_a_redirect_cannot_be_led_elsewhere(self):
        for target in ("/item/%2F%2Fevil.test", "/item/%0d%0aX-Evil:%201", "/old/%0d%0aX-Evil:%201",
                       "/old//evil.test", "/host//evil.test/", "/item/..%2f..", "/host/%00",
                       "/host/a?x=%0d%0aX-Evil:1", "/old/\\evil.test", "/item/http:%2f%2fevil.test"):
            with self.subTest(target=target):
                answer = self.get(target)
                self.assertNotIn("x-evil", answer.fields)
                location = answer.fields.get("location", "/")
                self.assertRegex(location, r"^(https://new\.test/|https://gateway\.test/|/(?![/\\]))")
                self.assertIn(answer.status, (302, 308, 400, 404))
        for host in ("evil.test:80", "a@evil.test", "[::1]", "evil.test/../", "a b", "", "\xe9"):
            answer = self.get("/host/a", host=host)
            self.assertIn(answer.status, (302, 400))

    def test_maintenance(self):
        seen = len(self.origin.requests)
        client = self.client()
        for target in ("/closed/a", "/resting/a"):
            answer = client.get(target)
            self.assertProblem(answer, 503)
            self.assertIn("problem:maintenance", answer.body.decode())
            self.assertEqual(answer.fields.get("retry-after"), "300")
        self.assertEqual(client.get("/x/y").status, 200)
        self.assertEqual(len(self.origin.requests), seen + 1)

    def test_an_answer_of_a_locked_route_is_locked(self):
        answer = self.get("/locked")
        self.assertChallenged(answer, "ApiKey")
        self.assertNotIn(b"secret", answer.body)
