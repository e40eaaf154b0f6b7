"""csrf: an unsafe request with credentials that a browser adds by itself must be the site's own."""

from support import GatewayTest, gateway, table

COOKIE = "Cookie: session=1"


class Csrf(GatewayTest):
    config = gateway(routes={
        "origin": {"path": "/origin/*", "service": "origin", "csrf": "origin", "cors": "pages"},
        "token": {"path": "/token/*", "service": "origin", "csrf": "token"},
        "off": {"path": "/off/*", "service": "origin"}}) + table(
            "cors.pages", {"origins": ["https://app.test"]}) + table(
            "security", {"csrf_cookie": "csrf", "csrf_header": "X-CSRF"})

    def post(self, target, *fields, method="POST"):
        answer = self.client().request(method, target, *fields, body=b"x").answer(method)
        if answer.status != 200:
            self.assertProblem(answer, 403)
            self.assertIn("problem:csrf", answer.body.decode())
        return answer.status

    def test_what_needs_no_proof(self):
        for method in ("GET", "HEAD", "OPTIONS"):
            client = self.client().request(method, "/origin/x", COOKIE, "Origin: https://evil.test")
            self.assertEqual(client.answer(method).status, 200)
        self.assertEqual(self.post("/origin/x", "Origin: https://evil.test"), 200)  # no cookie
        self.assertEqual(self.post("/origin/x", "Authorization: Bearer x",
                                   "Origin: https://evil.test"), 200)
        self.assertEqual(self.post("/off/x", COOKIE, "Origin: https://evil.test"), 200)

    def test_the_sites_own_pages_and_those_of_cors_pass(self):
        for field in ("Origin: http://gateway.test", "Origin: https://app.test",
                      "Referer: http://gateway.test/page?x", "Sec-Fetch-Site: same-origin",
                      "Sec-Fetch-Site: none", "Referer: https://app.test/"):
            for method in ("POST", "PUT", "PATCH", "DELETE", "MKCOL"):
                with self.subTest(field=field, method=method):
                    self.assertEqual(self.post("/origin/x", COOKIE, field, method=method), 200)

    def test_others_do_not(self):
        for fields in ((), ("Origin: https://evil.test",), ("Origin: null",), ("Origin:",),
                       ("Origin: https://gateway.test",), ("Origin: http://gateway.test:81",),
                       ("Origin: http://gateway.test.evil.test",),
                       ("Referer: https://evil.test/http://gateway.test",), ("Referer: nonsense",),
                       ("Referer: http://gateway.test@evil.test/",),
                       ("Sec-Fetch-Site: cross-site", "Origin: http://gateway.test"),
                       ("Sec-Fetch-Site: same-site",),
                       ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"),
                       ("Origin: http://gateway.test", "Origin: https://evil.test"),
                       ("Origin: https://evil.test", "Referer: http://gateway.test/")):
            with self.subTest(fields=fields):
                self.assertEqual(self.post("/origin/x", COOKIE, *fields), 403)
        self.assertEqual(self.post("/origin/x", "Authorization: Basic dTpw",
                                   "Origin: https://evil.test"), 403)

    def test_the_token(self):
        own = "Origin: http://gateway.test"
        self.assertEqual(self.post("/token/x", "Cookie: a=b; csrf=t0ken; c=d", "X-CSRF: t0ken", own),
                         200)
        for fields in (("Cookie: csrf=t0ken",), ("Cookie: csrf=t0ken", "X-CSRF: other"),
                       ("Cookie: csrf=t0ken", "X-CSRF:"), ("Cookie: csrf=", "X-CSRF:"),
                       ("Cookie: a=b", "X-CSRF: t0ken"),
                       ("Cookie: csrf=t0ken; csrf=other", "X-CSRF: t0ken"),
                       ("Cookie: csrf=t0ken", "X-CSRF: t0ken", "X-CSRF: t0ken"),
                       ("Cookie: xcsrf=t0ken", "X-CSRF: t0ken")):
            with self.subTest(fields=fields):
                self.assertEqual(self.post("/token/x", *fields, own), 403)
        self.assertEqual(self.post("/token/x", "Cookie: csrf=t", "X-CSRF: t",
                                   "Origin: https://evil.test"), 403)

    def test_hostile_cookies(self):
        for cookie in (";;;;", "=", "csrf", "csrf=\"t", "a=b;csrf=t\xff", "a" * 8000, ";" * 8000,
                       "csrf=" + "t" * 8000, "\xff\xfe"):
            with self.subTest(cookie=cookie[:40]):
                self.assertEqual(self.post("/token/x", f"Cookie: {cookie}", "X-CSRF: t",
                                           "Sec-Fetch-Site: same-origin"), 403)
