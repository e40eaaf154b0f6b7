"""Request framing that two parsers could read differently is refused (RFC 9112 §6, §11.2)."""

from support import GatewayTest, chunked

INNER = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


class Framing(GatewayTest):
    def post(self, *lines, body=b""):
        return self.raw(b"\r\n".join((b"POST / HTTP/1.1", b"Host: a", *lines, b"", b"")) + body)

    def test_content_length_and_chunked_together(self):
        for lines in ((b"Content-Length: 5", b"Transfer-Encoding: chunked"),
                      (b"Transfer-Encoding: chunked", b"Content-Length: 5"),
                      (b"content-length: 0", b"TRANSFER-ENCODING: CHUNKED")):
            with self.subTest(lines=lines):
                self.assertRefused(self.post(*lines, body=b"0\r\n\r\n" + INNER), 400)

    def test_content_lengths_that_differ(self):
        self.assertRefused(self.post(b"Content-Length: 0", b"Content-Length: 35", body=INNER), 400)

    def test_content_length_repeated(self):
        self.assertRefused(self.post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello"),
                           400)
        self.assertRefused(self.post(b"Content-Length: 5, 5", body=b"hello"), 400)

    def test_content_length_that_is_no_number(self):
        for value in (b"+5", b"-5", b"-0", b"0x5", b"5 5", b"5,", b",5", b"5;", b"5.0", b"1e1",
                      b"five", b"", b" ", b"\"5\"", b"5\x0b", b"\xa05", b"5 chunked", b"0 5"):
            with self.subTest(value=value):
                self.assertRefused(self.post(b"Content-Length: " + value, body=b"hello" + INNER),
                                   400)

    def test_content_length_that_no_counter_holds(self):
        for value in (b"18446744073709551616", b"18446744073709551621",
                      b"99999999999999999999999999", b"1" * 500):
            with self.subTest(value=value):
                self.assertRefused(self.post(b"Content-Length: " + value, body=b"hello"), 400, 413)

    def test_content_length_with_leading_zeros_is_the_number(self):
        seen = len(self.origin.requests)
        self.assertEqual(self.post(b"Content-Length: 0005", b"Connection: close",
                                   body=b"hello").body, b"hello")
        self.assertEqual(len(self.origin.requests), seen + 1)

    def test_transfer_encoding_that_does_not_end_in_chunked(self):
        for value in (b"gzip", b"identity", b"xchunked", b"chunkedx", b"chunked, gzip",
                      b"chunked, identity", b"\x0bchunked", b"chunked\x0b", b"\"chunked\"",
                      b"chunked;q=1", b"", b",", b"cow", b"chun ked"):
            with self.subTest(value=value):
                self.assertRefused(self.post(b"Transfer-Encoding: " + value, body=chunked(b"x")),
                                   400)

    def test_chunked_twice(self):
        self.assertRefused(self.post(b"Transfer-Encoding: chunked, chunked", body=chunked(b"x")),
                           400)
        self.assertRefused(self.post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked",
                                     body=chunked(b"x")), 400)

    def test_a_coding_below_chunked_that_is_not_known(self):
        for value in (b"gzip, chunked", b"cow, chunked"):
            with self.subTest(value=value):
                self.assertRefused(self.post(b"Transfer-Encoding: " + value, body=chunked(b"x")),
                                   501)

    def test_two_lines_of_transfer_encoding(self):
        self.assertRefused(self.post(b"Transfer-Encoding: identity", b"Transfer-Encoding: chunked",
                                     body=chunked(b"x")), 400, 501)
        self.assertRefused(self.post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: cow",
                                     body=chunked(b"x")), 400)

    def test_names_that_only_look_like_it(self):
        for line in (b"Transfer-Encoding : chunked", b"Transfer-Encoding\t: chunked",
                     b" Transfer-Encoding: chunked", b"Transfer-Encoding\x00: chunked",
                     b"Transfer\xadEncoding: chunked", b"Content-Length : 5",
                     b"Transfer-Encoding:\n chunked", b"X: y\nTransfer-Encoding: chunked",
                     b"X: y\rTransfer-Encoding: chunked"):
            with self.subTest(line=line):
                self.assertRefused(self.post(line, b"Content-Length: 5", body=b"hello"), 400)

    def test_a_name_that_differs_by_a_token_character_is_another_name(self):
        for name in ("Content_Length", "Transfer_Encoding", "X-Transfer-Encoding"):
            with self.subTest(name=name):
                client = self.client().request("POST", "/", f"{name}: chunked", body=b"plain")
                self.assertEqual(client.answer().body, b"plain")

    def test_the_fields_of_a_chunked_body_are_never_sent_on_twice(self):
        client = self.client().request("POST", "/", "Transfer-Encoding: chunked")
        client.send(chunked(b"body"))
        client.answer()
        request = self.origin.requests[-1]
        self.assertEqual(len(
            request.fields.all("transfer-encoding")) + len(request.fields.all("content-length")), 1)
