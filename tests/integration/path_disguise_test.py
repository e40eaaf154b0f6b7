"""No spelling of a path or a host is routed as one thing and served as another."""

from routing_test import named
from support import GatewayTest, gateway


class Disguise(GatewayTest):
    """What is served as /admin, and whatever admin.test serves, must go to the guard."""

    origins = {"guard": named("guard"), "open": named("open")}
    config = gateway(
        services={"guard": {"instances": ["@guard@"]}, "open": {"instances": ["@open@"]}},
        routes={"guard": {"path": "/admin/*", "service": "guard"},
                "host": {"hosts": ["admin.test"], "path": "/*", "service": "guard", "priority": 5},
                "open": {"path": "/*", "service": "open"}})

    def served(self, target, host="a.test"):
        answer = self.raw(b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (
            target, host.encode()))
        if answer.status == 200:
            return answer.body.decode()
        self.assertProblem(answer, answer.status)
        return answer.status

    def test_every_spelling_of_the_guarded_path_goes_to_the_guard_in_one_form(self):
        for target in (b"/admin/x", b"//admin/x", b"/admin//x", b"///admin///x", b"/./admin/x",
                       b"/a/../admin/x", b"/admin/./x", b"/admin/y/../x", b"/%61dmin/x",
                       b"/%61%64%6d%69%6e/x", b"/%61%64%6D%69%6E/x", b"/%2e/admin/x",
                       b"/a/%2e%2e/admin/x", b"/a/.%2E/admin/x", b"/a/%2E./admin/x", b"/admin/%78",
                       b"/a/b/../../admin/x"):
            with self.subTest(target):
                self.assertEqual(self.served(target), "guard GET /admin/x")

    def test_spellings_without_one_meaning_are_refused(self):
        for target in (b"/..", b"/../admin/x", b"/%2e%2e/admin/x", b"/a/../../admin/x",
                       b"/a%2fadmin/x", b"/admin%2Fx", b"/admin%5cx", b"/admin\\x",
                       b"/a/..%2fadmin/x", b"/a/..%5cadmin", b"/admin%00/x", b"/%00admin", b"/%",
                       b"/%4", b"/%zz", b"/%u0061dmin", b"/admin/\xe2\x80\xae", b"/a|b", b"/a{b}",
                       b"/a^b", b"/a`b", b"/a\"b", b"/<a>"):
            with self.subTest(target):
                self.assertEqual(self.served(target), 400)

    def test_what_is_served_is_what_was_routed(self):
        """Whatever the origin of the open route gets is, once decoded, never below /admin."""
        for target in (b"/%2561dmin/x", b"/admin%252fx", b"/ADMIN/x", b"/admin;x/y", b"/admin./x",
                       b"/admin%20/x", b"/;/admin/x", b"/.%252e/admin/x", b"/admin%E2%88%95x",
                       b"/?/admin/x"):
            with self.subTest(target):
                served = self.served(target)
                if served != 400:
                    self.assertTrue(served.startswith("open GET /"), served)
                    self.assertEqual(served.split("?")[0].split(" ")[2],
                                     target.decode().split("?")[0])

    def test_reserved_characters_keep_their_encoding(self):
        self.assertEqual(self.served(b"/a%3Bb%3f%23%20%c3%a9"), "open GET /a%3Bb%3F%23%20%C3%A9")

    def test_a_trailing_slash_is_kept(self):
        self.assertEqual(self.served(b"/dir/"), "open GET /dir/")
        self.assertEqual(self.served(b"/dir/x/.."), "open GET /dir/")
        self.assertEqual(self.served(b"/dir/."), "open GET /dir/")

    def test_every_spelling_of_the_guarded_host_goes_to_the_guard(self):
        for host in ("admin.test", "ADMIN.Test", "admin.test:80", "admin.test:8080", "admin.test.",
                     "ADMIN.TEST.:80"):
            with self.subTest(host):
                self.assertIn(self.served(b"/x", host), ("guard GET /x", 400))

    def test_an_absolute_target_cannot_hide_its_host(self):
        for target in (b"http://admin.test/x", b"HTTP://ADMIN.TEST:80/x", b"http://admin.test./x"):
            with self.subTest(target):
                self.assertIn(self.served(target, "a.test"), ("guard GET /x", 400))

    def test_an_absolute_target_is_brought_to_the_same_form(self):
        self.assertEqual(self.served(b"http://a.test/a/../%61dmin/x"), "guard GET /admin/x")
