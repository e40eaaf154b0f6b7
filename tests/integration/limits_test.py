"""Every limit of a request: served at the limit, refused one past it."""

from support import Client, GatewayTest, chunked, gateway

HEADER, TARGET, BODY, FIELDS = 4096, 1024, 65536, 20


class Limits(GatewayTest):
    config = gateway(max_header_size="4KiB", max_target_size="1KiB", max_body_size="64KiB",
                     max_headers=FIELDS)

    def head_of(self, size):
        """A request head of exactly `size` bytes, its empty line included."""
        start, end = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Fill: ", b"\r\n\r\n"
        return start + b"x" * (size - len(start) - len(end)) + end

    def test_the_size_of_a_head(self):
        self.assertEqual(self.raw(self.head_of(HEADER)).status, 200)
        self.assertRefused(self.raw(self.head_of(HEADER + 1)), 431)
        self.assertRefused(self.raw(self.head_of(HEADER * 50)), 431)

    def test_a_head_that_never_ends(self):
        self.assertRefused(self.raw(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 100_000), 431)
        self.assertRefused(self.raw(b"GET / HTTP/1.1\r\nHost: a\r\nX" + b"x" * 1_000_000), 431)

    def test_the_number_of_fields(self):
        def request(count):
            return (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                    + b"".join(b"X-%d: y\r\n" % number for number in range(count - 2)) + b"\r\n")

        self.assertEqual(self.raw(request(FIELDS)).status, 200)
        self.assertRefused(self.raw(request(FIELDS + 1)), 431)

    def test_the_length_of_a_target(self):
        def request(size):
            end = b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            return b"GET /" + b"a" * (size - 1) + end

        self.assertEqual(self.raw(request(TARGET)).status, 200)
        self.assertRefused(self.raw(request(TARGET + 1)), 414)
        self.assertRefused(self.raw(request(HEADER * 50)), 414)

    def test_a_target_that_never_ends(self):
        self.assertRefused(self.raw(b"GET /" + b"a" * 1_000_000), 414)

    def test_the_query_counts(self):
        request = b"GET /?" + b"a" * (TARGET - 1) + b" HTTP/1.1\r\nHost: a\r\n\r\n"
        self.assertRefused(self.raw(request), 414)

    def test_the_length_of_a_body(self):
        client = self.client().request("POST", "/", body=bytes(BODY))
        self.assertEqual(client.answer().body, bytes(BODY))
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
        self.assertRefused(self.raw(head % (BODY + 1)), 413)
        self.assertRefused(self.raw(head % (1 << 62) + bytes(1000)), 413)

    def test_a_body_refused_while_it_is_sent_leaves_the_answer_readable(self):
        answer = self.raw(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n" + bytes(5_000_000))
        self.assertRefused(answer, 413)

    def test_the_length_of_a_chunked_body(self):
        client = self.client().request("POST", "/", "Transfer-Encoding: chunked")
        client.send(chunked(bytes(BODY - 1), b"x"))
        self.assertEqual(len(client.answer().body), BODY)
        for body in (chunked(bytes(BODY), b"x"), chunked(bytes(BODY + 1)), b"%x\r\n" % (1 << 40)):
            with self.subTest(body=body[:8]):
                seen, live = len(self.origin.requests), self.origin.live
                client = self.client().request("POST", "/", "Transfer-Encoding: chunked")
                client.try_send(body)
                self.assertProblem(client.answer(), 413)
                self.assertTrue(client.is_closed())
                # The origin takes connections in turn: what was begun upstream is known by then.
                with Client(("127.0.0.1", self.origin.port)) as later:
                    later.get("/later")
                self.origin.wait(lambda: self.origin.live <= live,
                                 "the request begun upstream to end")
                for request in self.origin.requests[seen:]:
                    self.assertEqual(request.complete, request.target == "/later")

    def test_trailing_bytes_do_not_count_as_body(self):
        client = self.client()
        client.request("POST", "/", body=bytes(BODY)).request("GET", "/next")
        self.assertEqual([client.answer().status, client.answer().status], [200, 200])


class Defaults(GatewayTest):
    config = gateway()

    def test_ordinary_requests_fit(self):
        self.assertEqual(self.get("/" + "a" * 2000, "Cookie: " + "c" * 8000,
                                  "X-B: " + "b" * 8000).status, 200)
        self.assertEqual(len(self.client().request("POST", "/", body=bytes(5 << 20)).answer().body),
                         5 << 20)

    def test_the_default_body_limit_is_10_mib(self):
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
        self.assertRefused(self.raw(head % ((10 << 20) + 1)), 413)
