"""Request heads that are not exactly HTTP are refused (RFC 9112 §2.2, §3, §5)."""

from support import GatewayTest


class RequestLine(GatewayTest):
    def refuse(self, line, *statuses):
        self.assertRefused(self.raw(line + b"\r\nHost: a\r\n\r\n"), *(statuses or (400,)))

    def test_not_exactly_three_parts(self):
        for line in (b"GET", b"GET /", b"GET / HTTP/1.1 x", b"GET / a HTTP/1.1", b"GET  / HTTP/1.1",
                     b"GET /  HTTP/1.1", b"GET / HTTP/1.1 ", b" GET / HTTP/1.1",
                     b"\tGET / HTTP/1.1", b"GET\t/\tHTTP/1.1", b"GET /\x0bHTTP/1.1", b"/ HTTP/1.1",
                     b"GET HTTP/1.1", b" / HTTP/1.1"):
            with self.subTest(line=line):
                self.refuse(line)

    def test_a_version_that_is_not_http_1(self):
        for version in (b"http/1.1", b"HTTP/1", b"HTTP/1.", b"HTTP/1.1.1", b"HTTP/01.1",
                        b"HTTP/1.10", b"HTTP/+1.1", b"HTTP /1.1", b"HTTPS/1.1", b"ICY/1.0", b"1.1",
                        b"HTTP-1.1", b"HTTP/a.b", b"HTTP/1,1"):
            with self.subTest(version=version):
                self.refuse(b"GET / " + version)

    def test_a_version_of_the_future_or_the_past(self):
        for version in (b"HTTP/2.0", b"HTTP/3.0", b"HTTP/0.9", b"HTTP/9.9"):
            with self.subTest(version=version):
                self.refuse(b"GET / " + version, 400, 505)

    def test_a_method_that_is_no_token(self):
        for method in (b"G\x00ET", b"G@T", b"GET/", b"(GET)", b"G\xc3\x89T", b"\"GET\"", b"GE:T",
                       b"\x7fGET", b"\xef\xbb\xbfGET"):
            with self.subTest(method=method):
                self.refuse(method + b" / HTTP/1.1")

    def test_control_characters_in_the_target(self):
        for target in (b"/\x00", b"/a\x01b", b"/a\x7f", b"/a\rb", b"/a\nb", b"/?a=\x00",
                       b"/a\x0cb"):
            with self.subTest(target=target):
                self.refuse(b"GET " + target + b" HTTP/1.1")

    def test_the_http_2_preface_is_no_request(self):
        self.assertRefused(self.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400, 505)

    def test_a_tls_hello_is_no_request(self):
        self.assertRefused(self.raw(
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300) + b"\r\n\r\n"), 400)


class FieldLines(GatewayTest):
    def refuse(self, *lines, start=b"GET / HTTP/1.1\r\nHost: a\r\n"):
        self.assertRefused(self.raw(start + b"".join(line + b"\r\n" for line in lines) + b"\r\n"),
                           400)

    def test_a_bare_cr_or_lf(self):
        for head in (b"GET / HTTP/1.1\nHost: a\n\n", b"GET / HTTP/1.1\nHost: a\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: y\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\nX: a\nb: c\r\n\r\n",
                     b"GET / HTTP/1.1\rHost: a\r\r\n\r\n", b"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", b"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"):
            with self.subTest(head=head):
                self.assertRefused(self.raw(head), 400)

    def test_space_around_a_name(self):
        for line in (b"X : y", b"X\t: y", b"X Y: z", b" X: y", b"\tX: y"):
            with self.subTest(line=line):
                self.refuse(line)

    def test_space_before_the_first_field(self):
        self.refuse(start=b"GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n")

    def test_a_folded_line(self):
        for fold in (b" ", b"\t", b"  \t"):
            with self.subTest(fold=fold):
                self.refuse(b"X: one", fold + b"two")

    def test_control_characters_in_a_value(self):
        for byte in (*range(0, 9), 11, 12, *range(14, 32), 127):
            with self.subTest(byte=byte):
                self.refuse(b"X: a" + bytes([byte]) + b"b")

    def test_a_name_that_is_no_token(self):
        for name in (b"", b"X@Y", b"X(Y)", b"X\x00", b"X/Y", b"\"X\"", b"X[Y]", b"X\xc3\xa9",
                     b"X=Y", b"X,Y", b"X\x7f"):
            with self.subTest(name=name):
                self.refuse(name + b": y")

    def test_a_line_without_a_colon(self):
        self.refuse(b"nonsense")

    def test_what_is_refused_first_is_not_served_behind(self):
        answer = self.raw(
            b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\nGET /behind HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertRefused(answer, 400)

    def test_good_requests_before_it_are_answered(self):
        client = self.client()
        client.send(b"POST /good HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"
                    b"GET / HTTP/1.1\r\nHost: a\r\nbad line\r\n\r\n")
        self.assertEqual(client.answer().body, b"ok")
        self.assertProblem(client.answer(), 400)
        self.assertTrue(client.is_closed())

    def test_values_of_every_allowed_byte_pass(self):
        value = bytes([*range(33, 127), *range(128, 256), 9, 32, 33]).decode("latin-1")
        self.assertEqual(self.forwarded("/", f"X-All: {value}").fields.get("x-all"), value)

    def test_space_around_a_value_is_not_part_of_it(self):
        for line in ("X-A:b", "X-A:   b  ", "X-A:\tb\t "):
            with self.subTest(line=line):
                self.assertEqual(self.forwarded("/", line).fields.get("x-a"), "b")
