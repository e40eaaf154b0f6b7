"""Routes of a real config: hosts, captures, rewrite, methods, priority, problems."""

from support import GatewayTest, answers, gateway


def named(name):
    """An origin that says its name and what it was asked for."""
    def behaviour(peer):
        peer.read_body()
        peer.answer(200, f"{name} {peer.request.method} {peer.request.target}".encode())

    return behaviour


class Routing(GatewayTest):
    origins = {"api": named("api"), "shop": named("shop"), "files": named("files")}
    config = gateway(
        services={name: {"instances": [f"@{name}@"]} for name in ("api", "shop", "files")},
        routes={
            "login": {"path": "/auth/login", "methods": ["POST"], "service": "api",
                      "rewrite": "/api/v1/login"},
            "samples": {"path": "/samples/*", "service": "api", "rewrite": "/api/v1/*"},
            "reports": {"path": "/users/{user}/reports/{report}", "service": "api",
                        "rewrite": "/r/{report}/of/{user}"},
            "urgent": {"path": "/samples/urgent", "service": "shop", "priority": 10},
            "low": {"path": "/files/special", "service": "shop", "priority": -1},
            "files": {"path": "/files/*", "service": "files", "methods": ["GET", "PUT"]},
            "off": {"path": "/off", "service": "api", "enabled": False},
            "shop": {"hosts": ["shop.test"], "path": "/*", "service": "shop"},
            "wild": {"hosts": ["*.files.test"], "path": "/*", "service": "files"},
        })

    def ask(self, target, method="GET", host="any.test", *fields):
        return self.client().request(method, target, *fields, host=host).answer(method)

    def routed(self, expected, *request):
        self.assertEqual(self.ask(*request).body.decode(), expected)

    def test_an_exact_path_is_rewritten(self):
        self.routed("api POST /api/v1/login", "/auth/login", "POST")

    def test_what_a_star_took_is_carried_over_with_the_query(self):
        self.routed("api GET /api/v1/7/x", "/samples/7/x")
        self.routed("api GET /api/v1/7?a=b&c=%2F", "/samples/7?a=b&c=%2F")
        self.routed("api GET /api/v1/", "/samples/")
        self.routed("api GET /api/v1", "/samples")  # slashes stay as the request had them

    def test_captures_are_carried_over(self):
        self.routed("api GET /r/9/of/ann", "/users/ann/reports/9")
        self.routed("api GET /r/9%20b/of/a%2Cn", "/users/a%2Cn/reports/9%20b")

    def test_a_capture_takes_exactly_one_segment(self):
        for target in ("/users//reports/9", "/users/a/b/reports/9", "/users/ann/reports",
                       "/users/ann/reports/"):
            with self.subTest(target):
                self.assertProblem(self.ask(target), 404)

    def test_priority_wins_over_the_more_specific_path_and_the_other_way_round(self):
        self.routed("shop GET /samples/urgent", "/samples/urgent")
        self.routed("files GET /files/special", "/files/special")

    def test_hosts(self):
        self.routed("shop GET /x", "/x", "GET", "shop.test")
        self.routed("shop GET /x", "/x", "GET", "SHOP.test:8080")
        self.routed("files GET /x", "/x", "GET", "a.files.test")
        for host in ("files.test", "xfiles.test", "shop.test.evil", "evilshop.test"):
            with self.subTest(host):
                self.assertProblem(self.ask("/x", "GET", host), 404)

    def test_an_absolute_target_is_routed_by_its_own_host(self):
        self.routed("shop GET /x", "http://shop.test/x", "GET", "a.files.test")

    def test_a_method_not_allowed_is_405_and_says_what_is(self):
        answer = self.ask("/auth/login", "GET")
        self.assertProblem(answer, 405)
        self.assertEqual(answer.fields.get("allow"), "POST")
        answer = self.ask("/files/a", "DELETE")
        self.assertProblem(answer, 405)
        self.assertLessEqual({"GET", "PUT"},
                             set(answer.fields.get("allow").replace(" ", "").split(",")))

    def test_head_is_taken_by_a_route_for_get(self):
        self.assertEqual(self.ask("/files/a", "HEAD").status, 200)
        self.assertEqual(self.running["files"].requests[-1].method, "HEAD")

    def test_no_route_is_404_and_keeps_the_connection(self):
        client = self.client()
        for target in ("/", "/nothing", "/off", "/auth/login/x", "/AUTH/login", "/samplesx"):
            with self.subTest(target):
                self.assertProblem(client.get(target), 404)

    def test_a_refusal_with_a_body_leaves_the_connection_in_step_or_closed(self):
        client = self.client().request("POST", "/nothing",
                                       body=b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = client.answer()
        self.assertProblem(answer, 404)
        if answer.fields.get("connection", "").lower() == "close":
            self.assertTrue(client.is_closed())
        else:
            self.assertEqual(client.get("/samples/1").body, b"api GET /api/v1/1")

    def test_a_problem_never_repeats_what_the_client_sent_as_html(self):
        answer = self.ask("/%3Cscript%3E?q=%3Cscript%3E")
        self.assertProblem(answer, 404)
        self.assertNotIn(b"<", answer.body)


class Problems(GatewayTest):
    """Each kind of problem has its own type and title, the same each time."""

    config = gateway(max_body_size="1KiB",
                     routes={"only": {"path": "/only", "methods": ["GET"], "service": "origin"}})

    def test_types_tell_the_kinds_apart(self):
        def ask(method, target, body=None):
            return self.client().request(method, target, body=body).answer()

        self.origin.behaviour = answers(b"nonsense\r\n\r\n")
        found = [self.assertProblem(*pair) for pair in (
            (ask("GET", "/none"), 404), (ask("DELETE", "/only"), 405), (ask("GET", "/only"), 502),
            (self.raw(b"GET / HTTP/1.1\r\n\r\n"), 400))]
        self.assertEqual(len({problem["title"] for problem in found}), 4)
        again = self.assertProblem(ask("GET", "/none"), 404)
        self.assertEqual((again["type"], again["title"]), (found[0]["type"], found[0]["title"]))
        self.assertNotEqual(again["request_id"], found[0]["request_id"])
