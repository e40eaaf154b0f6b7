"""Chunked request bodies that are not exactly chunked (RFC 9112 §7.1)."""

from support import GatewayTest, gateway

HEAD = b"POST /chunks HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
BAD = {
    "no size": b"\r\nhello\r\n0\r\n\r\n",
    "not hexadecimal": b"g\r\nhello\r\n0\r\n\r\n",
    "prefix": b"0x5\r\nhello\r\n0\r\n\r\n",
    "plus": b"+5\r\nhello\r\n0\r\n\r\n",
    "minus": b"-5\r\nhello\r\n0\r\n\r\n",
    "leading space": b" 5\r\nhello\r\n0\r\n\r\n",
    "trailing junk": b"5 x\r\nhello\r\n0\r\n\r\n",
    "underscore": b"1_0\r\n0123456789abcdef\r\n0\r\n\r\n",
    "more than 64 bits": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "zeros past any need": b"0" * 5000 + b"5\r\nhello\r\n0\r\n\r\n",
    "bare LF after the size": b"5\nhello\r\n0\r\n\r\n",
    "bare CR after the size": b"5\rhello\r\n0\r\n\r\n",
    "CR CR LF after the size": b"5\r\r\nhello\r\n0\r\n\r\n",
    "bare LF after the data": b"5\r\nhello\n0\r\n\r\n",
    "nothing after the data": b"5\r\nhello0\r\n\r\n",
    "data longer than its size": b"3\r\nhello\r\n0\r\n\r\n",
    "bare LF in an extension": b"5;a\nb\r\nhello\r\n0\r\n\r\n",
    "bare CR in an extension": b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    "NUL in an extension": b"5;a\x00\r\nhello\r\n0\r\n\r\n",
    "bare LF after the last size": b"5\r\nhello\r\n0\n\r\n",
    "bare LF at the end": b"5\r\nhello\r\n0\r\n\n",
    "a trailer with a space before its colon": b"5\r\nhello\r\n0\r\nX : y\r\n\r\n",
    "a folded trailer": b"5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n",
    "a trailer with NUL": b"5\r\nhello\r\n0\r\nX: \x00\r\n\r\n",
    "a trailer that is none": b"5\r\nhello\r\n0\r\nGET / HTTP/1.1\r\n\r\n",
}


class ChunkSyntax(GatewayTest):
    config = gateway(max_header_size="4KiB")

    def refused(self, body):
        """400 and closed; the origin, which may have seen the beginning, never saw an end."""
        seen = len(self.origin.requests)
        answer = self.raw(HEAD + body + b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertProblem(answer, 400)
        self.assertTrue(answer.closed)
        self.get("/fence")
        since = self.origin.requests[seen:]
        self.assertEqual([request.target for request in since if request.target not in (
            "/chunks", "/fence")], [])
        for request in since:
            self.assertTrue(request.target == "/fence" or not request.complete,
                            "the origin took it for whole")

    def test_malformed_chunks_are_refused(self):
        for name, body in BAD.items():
            with self.subTest(name):
                self.refused(body)

    def test_extensions_past_the_limit_are_refused(self):
        self.refused(b"5;" + b"x" * 70_000 + b"\r\nhello\r\n0\r\n\r\n")

    def test_many_short_extensions_past_the_limit_are_refused(self):
        self.refused(b"1;extension=quite-long-for-one-byte\r\nx\r\n" * 20_000 + b"0\r\n\r\n")

    def test_trailers_past_the_limit_are_refused(self):
        seen = len(self.origin.requests)
        answer = self.raw(HEAD + b"5\r\nhello\r\n0\r\nX: " + b"y" * 70_000 + b"\r\n\r\n")
        self.assertIn(answer.status, (400, 431))
        self.assertProblem(answer, answer.status)
        for request in self.origin.requests[seen:]:
            self.assertFalse(request.complete)

    def test_a_body_that_ends_too_early_is_not_passed_on_as_whole(self):
        for body in (b"", b"5", b"5\r\n", b"5\r\nhel", b"5\r\nhello", b"5\r\nhello\r\n",
                     b"5\r\nhello\r\n0", b"5\r\nhello\r\n0\r\n"):
            with self.subTest(body=body):
                seen, live = len(self.origin.requests), self.origin.live
                client = self.client()
                client.send(HEAD + body)
                client.end()
                self.origin.wait(lambda: self.origin.live <= live, "the unfinished request to end")
                for request in self.origin.requests[seen:]:
                    self.assertFalse(request.complete)

    def test_a_short_extension_is_read_over_and_not_passed_on(self):
        client = self.client()
        client.send(HEAD + b"5;name=\"value\"\r\nhello\r\n0\r\n\r\n")
        self.assertEqual(client.answer().body, b"hello")
