"""auth = "introspect": a service is asked whether a token counts."""

import base64
import json
import threading
import time
import urllib.parse

from support import GatewayTest, gateway, table
from support.tokens import bearer, claims, hs256

SECRET = "a secret that is long enough for HS256"


def says(document, status=200):
    return lambda peer: (peer.read_body(),
                         peer.answer(status, json.dumps(document).encode()))


def never(peer):
    peer.wait_for_end()


class IntrospectionTest(GatewayTest):
    origins = {"origin": staticmethod(lambda peer: peer.answer(200, peer.read_body())),
               "auth": staticmethod(lambda peer: peer.answer(500))}

    @staticmethod
    def config_of(way="introspect", routes=None, rest="", **keys):
        services = {"origin": {"instances": ["@origin@"]}, "auth": {"instances": ["@auth@"]}}
        routes = routes or {"all": {"path": "/*", "service": "origin", "auth": way.split(".")[0]}}
        return gateway(services=services, routes=routes) + rest + table(
            f"auth.{way}", {"service": "auth", "path": "/check?by=gateway", **keys})

    def setUp(self):
        super().setUp()
        self.auth = self.running["auth"]
        self.auth.requests.clear()

    def says(self, document, status=200):
        self.auth.behaviour = says(document, status)

    def asked(self, token=""):
        """How often, about this token or any: a test before may have left questions under way."""
        return sum(token in (request.fields.get("authorization") or "")
                   for request in list(self.auth.requests))

    def status(self, token, *fields):
        return self.get("/x", bearer(token), *fields).status


class Validate(IntrospectionTest):
    config = IntrospectionTest.config_of(
        protocol="validate", cache="2s", timeout="20s", forward={"X-User": "sub", "X-Roles": "roles"})

    def test_the_service_sees_the_token_and_tells_who_it_is(self):
        self.says({"sub": "u-1", "roles": ["a", "b"]})
        seen = self.forwarded("/x", bearer("t1"), "X-User: root", "X_Roles: root")
        self.assertEqual([seen.fields.get("x-user"), seen.fields.get("x-roles")], ["u-1", "a,b"])
        self.assertNotIn("x_roles", seen.fields)
        question = self.auth.requests[-1]
        self.assertEqual((question.method, question.target), ("GET", "/check?by=gateway"))
        self.assertEqual(question.fields.get("authorization"), "Bearer t1")

    def test_no_is_401_with_a_challenge(self):
        for status in (401, 403):
            self.says({}, status)
            self.assertChallenged(self.get("/x", bearer(f"no{status}")), "Bearer",
                                  error="invalid_token")
        self.says({"active": False})
        self.assertChallenged(self.get("/x", bearer("inactive")), "Bearer", error="invalid_token")
        self.says({"exp": int(time.time()) - 5, "sub": "x"})
        self.assertChallenged(self.get("/x", bearer("expired")), "Bearer", error="invalid_token")

    def test_without_a_token_nobody_is_asked(self):
        self.says({})
        client = self.client()
        for fields in ((), ("Authorization: Basic dTpw",), ("Authorization: Bearer",),
                       ("Authorization: Bearer ",)):
            self.assertEqual(client.get("/x", *fields).status, 401)
        self.assertProblem(self.get("/x", "Authorization: Bearer a b"), 400)
        self.assertEqual(self.asked(), 0)

    def test_an_answer_is_believed_for_a_while(self):
        self.says({"sub": "u-1"})
        client = self.client()
        for _ in range(5):
            self.assertEqual(client.get("/x", bearer("cached")).status, 200)
        self.assertEqual(self.asked("cached"), 1)
        self.says({}, 401)
        self.eventually(lambda: client.get("/x", bearer("cached")).status == 401, "the cache to end")
        self.assertEqual(self.asked("cached"), 2)

    def test_a_no_is_believed_for_a_while_too(self):
        self.says({}, 401)
        client = self.client()
        for _ in range(5):
            self.assertEqual(client.get("/x", bearer("revoked")).status, 401)
        self.assertEqual(self.asked("revoked"), 1)
        self.says({"sub": "u-1"})
        self.assertEqual(client.get("/x", bearer("another")).status, 200)
        self.eventually(lambda: client.get("/x", bearer("revoked")).status == 200, "it to be asked")

    def test_a_service_that_is_down_or_talks_nonsense_is_503(self):
        for number, behaviour in enumerate((
            lambda peer: peer.answer(500), lambda peer: peer.close(), lambda peer: peer.reset(),
            lambda peer: peer.answer(302, b"", "Location: /elsewhere"),
            lambda peer: peer.send(b"nonsense\r\n\r\n"), lambda peer: peer.answer(200, b'{"sub":'),
            lambda peer: peer.answer(200, b"{" + b" " * 70_000 + b"}"),
            lambda peer: (peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), peer.close()))):
            with self.subTest(number=number):
                self.auth.behaviour = behaviour
                answer = self.get("/x", bearer(f"down{number}"))
                self.assertProblem(answer, 503)
                self.assertIn("auth-unavailable", answer.body.decode())
                self.assertIn("retry-after", answer.fields)

    def test_a_pipelined_request_waits_for_its_turn(self):
        self.says({"sub": "u"})
        client = self.client().request("GET", "/a", bearer("p1")).request("GET", "/b").request(
            "GET", "/c", bearer("p2"))
        self.assertEqual([client.answer().status for _ in range(3)], [200, 401, 200])

    def test_a_body_that_came_meanwhile_is_whole(self):
        def slow(peer):
            peer.origin.release.wait(60)
            says({"sub": "u"})(peer)

        self.auth.behaviour = slow
        client = self.client().request("POST", "/x", bearer("body"), "Content-Length: 100000")
        client.send(b"a" * 50_000)
        self.auth.wait_for_requests(1)
        client.send(b"b" * 50_000)
        self.auth.release.set()
        self.assertEqual(client.answer().body, b"a" * 50_000 + b"b" * 50_000)

    def test_a_reload_meanwhile(self):
        def slow(peer):
            peer.origin.release.wait(60)
            says({"sub": "u"})(peer)

        self.auth.behaviour = slow
        client = self.client().request("GET", "/x", bearer("reloaded"))
        self.auth.wait_for_requests(1)
        self.assertIn("is live", self.reload(self.config.replace('"validate"', '"rfc7662"')))
        self.addCleanup(self.reload, self.config)
        self.auth.release.set()
        self.assertEqual(client.answer().status, 200)
        self.says({"active": True, "sub": "u"})
        self.assertEqual(client.get("/x", bearer("reloaded")).status, 200)
        self.assertEqual(self.auth.requests[-1].method, "POST")


class Late(IntrospectionTest):
    """The service does not answer in time."""

    config = IntrospectionTest.config_of(protocol="validate", timeout="1s")

    def setUp(self):
        super().setUp()
        self.auth.behaviour = never

    def test_a_service_that_is_late_is_503_in_time(self):
        watch = self.stopwatch()
        self.assertEqual(self.status("late"), 503)
        self.assertLess(watch.own, 3)

    def test_a_crowd_behind_a_service_that_hangs_is_answered_in_time_too(self):
        """More than are asked at once: who waits for his turn waits no longer than the timeout."""
        clients = [self.client().request("GET", "/x", bearer(f"crowd{number}"))
                   for number in range(60)]
        watch = self.stopwatch()
        self.assertEqual({client.answer().status for client in clients}, {503})
        self.assertLess(watch.own, 4)  # by turns of eight it would be eight seconds

    def test_other_requests_are_served_meanwhile(self):
        waiting = self.client().request("GET", "/x", bearer("slow"))
        self.auth.wait_for_requests(1)
        self.assertEqual(self.get("/x").status, 401)
        self.assertEqual(waiting.answer().status, 503)

    def test_a_client_that_leaves_meanwhile(self):
        for _ in range(5):
            client = self.client().request("GET", "/x", bearer("left"))
            client.reset()
        self.says({"sub": "u"})
        self.assertEqual(self.status("after"), 200)


class Rfc7662(IntrospectionTest):
    config = IntrospectionTest.config_of(
        protocol="rfc7662", cache="0s", client_id="gate way", client_secret="s:1 %",
        forward={"X-User": "sub", "X-Client": "client_id"})

    def test_the_question_and_its_answer(self):
        self.says({"active": True, "sub": "u-1", "client_id": "app", "scope": "read write"})
        seen = self.forwarded("/x", bearer("to+ken/="))
        self.assertEqual([seen.fields.get("x-user"), seen.fields.get("x-client")], ["u-1", "app"])
        question = self.auth.requests[-1]
        self.assertEqual(question.method, "POST")
        self.assertEqual(question.fields.get("content-type"), "application/x-www-form-urlencoded")
        self.assertEqual(urllib.parse.parse_qs(question.body.decode())["token"], ["to+ken/="])
        name, secret = base64.b64decode(
            question.fields.get("authorization").removeprefix("Basic ")).decode().split(":")
        self.assertEqual([urllib.parse.unquote_plus(name), urllib.parse.unquote_plus(secret)],
                         ["gate way", "s:1 %"])

    def test_only_active_true_counts(self):
        for document, status in (({"active": True, "sub": "u"}, 200), ({"active": False}, 401),
                                 ({"active": "true"}, 503), ({}, 503), ([], 503),
                                 ({"active": True, "exp": 1}, 401), ({"active": 1}, 503)):
            with self.subTest(document=document):
                self.says(document)
                self.assertEqual(self.status("token"), status)

    def test_without_a_cache_it_is_asked_each_time(self):
        self.says({"active": True, "sub": "u"})
        for _ in range(3):
            self.assertEqual(self.status("token"), 200)
        self.assertEqual(self.asked(), 3)

    def test_the_secret_is_not_shown(self):
        self.assertNotIn("s:1 %", self.gateway.log())


class LastKnown(IntrospectionTest):
    config = IntrospectionTest.config_of(cache="0s", timeout="1s", when_down="last_known")

    def test_what_was_known_last_counts_while_it_is_down(self):
        self.says({"sub": "u"})
        self.assertEqual(self.status("known"), 200)
        self.auth.behaviour = never
        self.assertEqual(self.status("known"), 200)
        self.assertEqual(self.status("unknown"), 503)
        self.says({}, 401)
        self.assertEqual(self.status("known"), 401)
        self.auth.behaviour = never
        self.assertEqual(self.status("known"), 503)


class AfterTheSignature(IntrospectionTest):
    """auth.jwt.introspect: the token itself first, the service then."""

    config = IntrospectionTest.config_of(
        "jwt.introspect", cache="0s", timeout="1s",
        rest=table("auth.jwt", {"algorithms": ["HS256"], "secret": SECRET,
                                "forward": {"X-User": "sub"}}))

    def test_both_must_agree(self):
        good = hs256(claims(), SECRET)
        self.says({"sub": "somebody else"})
        self.assertEqual(self.forwarded("/x", bearer(good)).fields.get("x-user"), "u-17")
        self.assertEqual(self.asked(), 1)
        self.assertEqual(self.status(hs256(claims(), "another secret, long enough too")), 401)
        self.assertEqual(self.asked(), 1)
        self.says({}, 401)
        self.assertChallenged(self.get("/x", bearer(good)), "Bearer", error="invalid_token")
        self.auth.behaviour = never
        self.assertEqual(self.status(good), 503)


class EitherWay(IntrospectionTest):
    config = IntrospectionTest.config_of(
        cache="0s", timeout="1s",
        routes={"all": {"path": "/*", "service": "origin", "auth": ["jwt", "introspect", "api_key"]}},
        rest=table("auth.jwt", {"algorithms": ["HS256"], "secret": SECRET}) + table(
            "auth.api_key", {"keys": [{"name": "robot", "sha256":
                "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"}]}))

    def test_the_first_that_counts_ends_it(self):
        self.says({"sub": "u"})
        self.assertEqual(self.status(hs256(claims(), SECRET)), 200)
        self.assertEqual(self.asked(), 0)
        self.assertEqual(self.status("opaque"), 200)
        self.assertEqual(self.asked(), 1)
        self.says({}, 401)
        self.assertEqual(self.status("opaque", "X-API-Key: key"), 200)
        self.assertChallenged(self.get("/x", bearer("opaque")), "Bearer", "ApiKey",
                              error="invalid_token")
        self.assertChallenged(self.get("/x"), "Bearer", "ApiKey")
        self.auth.behaviour = never
        self.assertEqual(self.status("opaque", "X-API-Key: key"), 200)
        self.assertEqual(self.status("opaque", "X-API-Key: other"), 503)


class Ending(IntrospectionTest):
    config = IntrospectionTest.config_of(cache="0s", timeout="20s")

    def hang(self, count):
        self.auth.behaviour = never
        self.fresh_gateway(self.config.replace("[gateway]", '[gateway]\ndrain_timeout = "200ms"'))
        clients = [self.client().request("GET", "/x", bearer(f"end{number}"))
                   for number in range(count)]
        self.auth.wait_for_requests(min(count, 8))
        return clients

    def test_sigterm_ends_what_waits_for_the_service(self):
        self.hang(20)
        watch = self.stopwatch()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(watch.own, 5)

    def test_sigterm_with_clients_that_have_left(self):
        for client in self.hang(10):
            client.reset()
        watch = self.stopwatch()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(watch.own, 5)

    def test_sigterm_while_heads_still_come_in(self):
        self.hang(3)
        stopping = threading.Event()

        def knock():
            while not stopping.is_set():
                try:
                    with self.client() as client:
                        client.request("GET", "/x", bearer("late")).answer()
                except OSError:
                    return
                except AssertionError:
                    pass

        knockers = [threading.Thread(target=knock) for _ in range(8)]
        for knocker in knockers:
            knocker.start()
        try:
            self.assertEqual(self.gateway.stop(), 0)
        finally:
            stopping.set()
            for knocker in knockers:
                knocker.join()
