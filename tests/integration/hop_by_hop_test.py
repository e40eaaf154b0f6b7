"""Fields that concern one connection only end there (RFC 9110 §7.6.1)."""

from support import GatewayTest, answers

HOP_BY_HOP = ("keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")


class HopByHop(GatewayTest):
    def answered(self, *lines):
        self.origin.behaviour = answers("\r\n".join(
            ["HTTP/1.1 200 OK", "Content-Length: 2", *lines, "", "ok"]).encode())
        return self.client().get("/")

    def test_request_fields_of_the_connection_are_removed(self):
        request = self.forwarded("/", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
                                 "Connection: keep-alive", "X-End: to-end")
        for name in HOP_BY_HOP:
            self.assertNotIn(name, request.fields)
        self.assertEqual(request.fields.get("x-end"), "to-end")

    def test_fields_named_by_connection_are_removed_from_the_request(self):
        request = self.forwarded("/", "Connection: X-Secret, , x-OTHER", "X-Secret: 1",
                                 "X-Other: 2", "X-Kept: 3")
        self.assertNotIn("x-secret", request.fields)
        self.assertNotIn("x-other", request.fields)
        self.assertEqual(request.fields.get("x-kept"), "3")
        self.assertNotIn("x-secret", (request.fields.get("connection") or "").lower())

    def test_every_connection_line_counts(self):
        request = self.forwarded("/", "Connection: X-One", "X-One: 1", "X-Two: 2",
                                 "Connection: X-Two")
        self.assertNotIn("x-one", request.fields)
        self.assertNotIn("x-two", request.fields)

    def test_connection_cannot_remove_what_the_gateway_itself_says(self):
        request = self.forwarded(
            "/", "Connection: Host, X-Forwarded-For, X-Request-ID, Forwarded, close")
        for name in ("host", "x-forwarded-for", "x-request-id"):
            self.assertIn(name, request.fields)

    def test_connection_cannot_remove_the_framing_of_a_body(self):
        client = self.client()
        answer = client.request("POST", "/", "Connection: Content-Length", body=b"framed").answer()
        self.assertEqual(answer.body, b"framed")

    def test_te_is_passed_on_for_trailers_only(self):
        request = self.forwarded("/", "TE: trailers, deflate;q=0.5", "Connection: TE")
        self.assertIn((request.fields.get("te") or "trailers").lower(), "trailers")

    def test_upgrade_without_connection_upgrade_is_removed(self):
        request = self.forwarded("/", "Upgrade: websocket")
        self.assertNotIn("upgrade", request.fields)

    def test_proxy_authorization_is_not_for_the_origin(self):
        request = self.forwarded("/", "Connection: Proxy-Authorization",
                                 "Proxy-Authorization: Basic eDp5")
        self.assertNotIn("proxy-authorization", request.fields)

    def test_answer_fields_of_the_connection_are_removed(self):
        answer = self.answered("Keep-Alive: timeout=5", "Connection: X-Inner, keep-alive",
                               "X-Inner: 1", "Proxy-Connection: keep-alive", "Upgrade: h2c",
                               "X-End: to-end")
        for name in (*HOP_BY_HOP, "x-inner"):
            self.assertNotIn(name, answer.fields)
        self.assertEqual(answer.fields.get("x-end"), "to-end")

    def test_an_answer_cannot_remove_its_own_length(self):
        self.assertEqual(self.answered("Connection: Content-Length").body, b"ok")


class EndToEnd(GatewayTest):
    def test_request_fields_pass_in_order_and_untouched(self):
        lines = [("X-A", "1"), ("x-b", "two  words"), ("X-A", "3"), ("Cookie", "a=b; c=d"),
                 ("Authorization", "Bearer x.y.z"), ("X-Empty", ""), ("X-Latin", "caf\xe9"),
                 ("Accept", "*/*")]
        request = self.forwarded("/", *[f"{name}: {value}" for name, value in lines])
        names = {name.lower() for name, _ in lines}
        self.assertEqual([line for line in request.fields if line[0].lower() in names], lines)

    def test_answer_fields_pass_in_order_and_untouched(self):
        lines = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-B", "caf\xe9"),
                 ("Server", "origin/1"), ("Date", "Tue, 15 Nov 1994 08:12:31 GMT"),
                 ("Vary", "Accept"), ("x-empty", "")]
        raw = "".join(f"{name}: {value}\r\n" for name, value in lines)
        self.origin.behaviour = answers(
            f"HTTP/1.1 200 OK\r\n{raw}Content-Length: 0\r\n\r\n".encode("latin-1"))
        answer = self.client().get("/")
        names = {name.lower() for name, _ in lines}
        self.assertEqual([line for line in answer.fields if line[0].lower() in names], lines)

    def test_status_and_reason_pass(self):
        for status, reason in ((200, "Fine By Me"), (201, "Created"), (299, "Odd"), (302, "Found"),
                               (404, "No"), (418, "I'm a teapot"), (500, "Oops"), (599, "")):
            with self.subTest(status=status):
                self.origin.behaviour = answers(b"HTTP/1.1 %d %s\r\nContent-Length: 0\r\n\r\n"
                                                % (status, reason.encode()))
                answer = self.client().get("/")
                self.assertEqual((answer.status, answer.reason), (status, reason))

    def test_an_error_page_of_the_origin_stays_its_own(self):
        self.origin.behaviour = answers(
            b"HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>")
        answer = self.client().get("/")
        self.assertEqual((answer.fields.get("content-type"), answer.body), ("text/html", b"<p/>"))

    def test_the_query_is_passed_on_as_it_came(self):
        for query in ("?", "?a=b&c=%2F%2e%2E//..", "?a?b=/x%20y+z", "?x='y'"):
            with self.subTest(query=query):
                self.assertEqual(self.forwarded("/p" + query).target, "/p" + query)

    def test_any_method_that_is_a_token_is_passed_on(self):
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "M-SEARCH", "x"):
            with self.subTest(method=method):
                self.assertEqual(self.forwarded("/", method=method).method, method)
