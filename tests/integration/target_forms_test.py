"""Forms of the request target and the rules of Host (RFC 9112 §3.2, RFC 9110 §7.2)."""

from support import GatewayTest


class TargetForms(GatewayTest):
    def test_absolute_form_is_sent_on_in_origin_form(self):
        request = self.forwarded("http://gateway.test/a/b?c=d")
        self.assertEqual(request.target, "/a/b?c=d")
        self.assertEqual(request.fields.get("x-forwarded-host"), "gateway.test")

    def test_absolute_form_without_a_path_means_the_root(self):
        self.assertEqual(self.forwarded("http://gateway.test").target, "/")
        self.assertEqual(self.forwarded("http://gateway.test?q=1").target, "/?q=1")

    def test_the_host_of_an_absolute_target_wins_over_the_host_field(self):
        request = self.forwarded("http://right.test:81/", host="wrong.test")
        self.assertEqual(request.fields.get("x-forwarded-host"), "right.test:81")
        self.assertNotIn("wrong.test", request.head.decode("latin-1"))

    def test_the_scheme_is_read_in_any_case(self):
        self.assertEqual(self.forwarded("HTTP://gateway.test/x").target, "/x")

    def test_options_asterisk_is_answered_or_sent_on_as_it_is(self):
        seen = len(self.origin.requests)
        client = self.client()
        answer = client.request("OPTIONS", "*").answer("OPTIONS")
        self.assertIn(answer.status, (200, 204))
        for request in self.origin.requests[seen:]:
            self.assertEqual(request.target, "*")
        self.assertEqual(client.get("/next").status, 200)

    def test_options_counts_its_hops(self):
        request = self.forwarded("/x", "Max-Forwards: 2", method="OPTIONS")
        self.assertEqual(request.fields.get("max-forwards"), "1")
        seen = len(self.origin.requests)
        answer = self.client().request("OPTIONS", "/x", "Max-Forwards: 0").answer("OPTIONS")
        self.assertEqual(answer.status, 204)
        self.assertIn("GET", answer.fields.get("allow"))
        self.assertEqual(len(self.origin.requests), seen)

    def test_targets_of_no_form_are_refused(self):
        for target in (b"a/b", b"?a", b"", b"*", b"gateway.test/a", b"http:/a", b"http://",
                       b"http:///a", b"ftp://gateway.test/", b"http://user@gateway.test/",
                       b"http://a b/", b"/a b", b"/a\x7f", b"/caf\xc3\xa9", b"/a#b",
                       b"http://[::1/"):
            with self.subTest(target=target):
                self.assertRefused(self.raw(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
                                   400)

    def test_connect_is_not_for_a_gateway(self):
        answer = self.raw(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
        self.assertRefused(answer, 400, 405, 501)


class HostRules(GatewayTest):
    def refused(self, *lines):
        self.assertRefused(self.raw(
            b"GET / HTTP/1.1\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"), 400)

    def test_a_missing_host_is_refused(self):
        self.refused(b"Accept: */*")

    def test_an_empty_host_is_refused(self):
        self.refused(b"Host:")

    def test_a_second_host_is_refused_even_if_it_is_the_same(self):
        self.refused(b"Host: a.test", b"Host: b.test")
        self.refused(b"Host: a.test", b"Accept: */*", b"host: a.test")

    def test_a_second_host_is_refused_beside_an_absolute_target(self):
        answer = self.raw(b"GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n\r\n")
        self.assertRefused(answer, 400)

    def test_a_missing_host_is_refused_beside_an_absolute_target(self):
        self.assertRefused(self.raw(b"GET http://a.test/ HTTP/1.1\r\nAccept: */*\r\n\r\n"), 400)

    def test_a_host_that_is_none_is_refused(self):
        for host in (b"a b", b"a/b", b"a@b", b"a:b", b"a:99999", b"a:-1", b"[::1", b"::1", b"a,b",
                     b"a?b", b"a#b", b"a\\b", b"a\tb", b"a\"b", b"<a>", b"caf\xe9", b"[::g]",
                     b"http://a", b":80", b"a" * 300):
            with self.subTest(host=host):
                self.refused(b"Host: " + host)

    def test_hosts_of_every_good_form_are_taken(self):
        for host in ("a", "a.b-c.test", "A.TEST", "a.test:8080", "127.0.0.1", "127.0.0.1:80",
                     "a.test:", "[::1]", "[::1]:80", "xn--caf-dma.test", "a_b.test", "a.test."):
            with self.subTest(host=host):
                self.assertEqual(self.get("/", host=host).status, 200)
