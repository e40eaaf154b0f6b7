"""Shares of several services, copies to another one, hedges, and routes told by field or query."""

import time
from collections import Counter

from support import GatewayTest, gateway, table
from support.tokens import bearer, claims, hs256

SECRET = "a secret that is long enough for HS256"


def named(peer):
    peer.read_body()
    peer.answer(200, peer.origin.name.encode())


class NamedTest(GatewayTest):
    @classmethod
    def prepare(cls):
        for name, origin in cls.running.items():
            origin.name = name

    def name_of(self, *fields, target="/", client=None):
        answer = (client or self).get(target, *fields)
        self.assertEqual(answer.status, 200)
        return answer.body.decode()


class Canary(NamedTest):
    origins = {"stable": named, "canary": named}
    config = gateway(
        services={"stable": {"instances": ["@stable@"]}, "canary": {"instances": ["@canary@"]}},
        routes={"by_cookie": {"path": "/sticky", "split": {"stable": 95, "canary": 5},
                              "sticky": "cookie:uid"},
                "by_user": {"path": "/user", "split": {"stable": 80, "canary": 20},
                            "sticky": "user", "auth": "jwt"},
                "all": {"path": "/*", "split": {"stable": 95, "canary": 5}}}) + table(
                    "auth.jwt", {"algorithms": ["HS256"], "secret": SECRET})

    def test_each_service_gets_its_share(self):
        with self.client() as client:
            shares = Counter(self.name_of(client=client) for _ in range(2000))
        self.assertAlmostEqual(shares["canary"] / 2000, 0.05, delta=0.02)

    def test_a_cookie_sees_the_same_service_again(self):
        with self.client() as client:
            first = [self.name_of(f"Cookie: a=b; uid=u{i}", target="/sticky", client=client)
                     for i in range(1000)]
            again = [self.name_of(f"Cookie: uid=u{i}", target="/sticky", client=client)
                     for i in range(1000)]
        self.assertEqual(first, again)
        self.assertAlmostEqual(first.count("canary") / 1000, 0.05, delta=0.025)


    def test_a_user_sees_the_same_service_again(self):
        def services(source):
            with self.client(source=source) as client:
                return [self.name_of(bearer(hs256(claims(sub=f"u-{i}"), SECRET)), target="/user",
                                     client=client) for i in range(300)]

        first = services("127.0.0.1")
        self.assertEqual(services("127.0.0.2"), first)
        self.assertAlmostEqual(first.count("canary") / 300, 0.2, delta=0.08)


class Versions(NamedTest):
    origins = {"old": named, "new": named, "beta": named}
    config = gateway(
        services={name: {"instances": [f"@{name}@"]} for name in ("old", "new", "beta")},
        routes={"new": {"path": "/*", "service": "new", "match_headers": {"X-Version": "2"}},
                "beta": {"path": "/*", "service": "beta", "match_query": {"v": "beta"}},
                "old": {"path": "/*", "service": "old"}})

    def test_a_field_and_a_parameter_choose_the_route(self):
        for name, target, fields in (
            ("old", "/", ()), ("new", "/", ("X-Version: 2",)), ("new", "/", ("x-version: 2",)),
            ("old", "/", ("X-Version: 22",)), ("old", "/", ("X-Version: 1",)),
            ("beta", "/?v=beta", ()), ("beta", "/x?a=1&v=beta&b", ()), ("old", "/?v=bet", ()),
            ("old", "/?w=beta", ())):
            with self.subTest(target=target, fields=fields):
                self.assertEqual(self.name_of(*fields, target=target), name)


class MirrorTest(NamedTest):
    origins = {"main": named, "copy": named}
    config = gateway(
        services={"main": {"instances": ["@main@"]},
                  "copy": {"instances": ["@copy@"], "response_timeout": "500ms"}},
        routes={"all": {"path": "/*", "service": "main",
                        "mirror": {"service": "copy", "percent": 100}}})

    def timed(self, count=20):
        """The longest of so many answers, all of which are right."""
        slowest = 0
        with self.client() as client:
            for _ in range(count):
                watch = self.stopwatch()
                self.assertEqual(self.name_of(client=client), "main")
                slowest = max(slowest, watch.own)
        return slowest


class Mirror(MirrorTest):
    def test_the_copy_is_the_same_request(self):
        copy = self.running["copy"]
        seen = len(copy.requests)
        with self.client() as client:
            client.request("POST", "/a?b=c", "X-This: that", body=b"order").answer()
        # Copies of what other tests asked for may still come.
        self.eventually(lambda: any(one.method == "POST" for one in copy.requests[seen:]), "it")
        copied = next(one for one in copy.requests[seen:] if one.method == "POST")
        copy.wait(lambda: copied.complete, "the body of the copy")
        self.assertEqual((copied.method, copied.target, copied.body, copied.fields.get("x-this")),
                         ("POST", "/a?b=c", b"order", "that"))

    def test_every_request_is_copied(self):
        copy = self.running["copy"]
        seen = len(copy.requests)
        self.timed(50)
        copy.wait_for_requests(seen + 50)

    def test_a_slow_or_failing_copy_is_not_to_be_seen(self):
        copy = self.running["copy"]
        for behaviour in (lambda peer: peer.wait_for_end(), lambda peer: peer.reset(),
                          lambda peer: (peer.read_body(), peer.answer(500, b"x" * 99999)),
                          lambda peer: (peer.read_body(), peer.send(b"nonsense\r\n\r\n"))):
            copy.behaviour = behaviour
            self.assertLess(self.timed(), 0.3)


class PartialMirror(MirrorTest):
    config = MirrorTest.config.replace("percent = 100", "percent = 20")

    def test_so_many_of_a_hundred_are_copied(self):
        copy = self.running["copy"]
        self.timed(1000)
        copy.wait_for_requests(150)
        self.assertEqual(self.name_of(), "main")
        time.sleep(0.3)  # for copies that ought not to come
        self.assertAlmostEqual(len(copy.requests) / 1000, 0.2, delta=0.05)


class DeadMirror(MirrorTest):
    def test_a_dead_copy_is_not_to_be_seen(self):
        self.running["copy"].close()
        self.assertLess(self.timed(), 0.3)
        self.assertLess(self.timed(), 0.3)


class Hedge(NamedTest):
    origins = {"slow": named, "fast": named}
    config = gateway(services={"origin": {"instances": ["@slow@", "@fast@"],
                                          "hedge": {"after": "500ms"},
                                          "retry": {"budget": 100}}})

    def test_the_faster_answer_counts_and_the_slower_is_cut(self):
        slow = self.running["slow"]
        slow.behaviour = lambda peer: peer.wait_for_end()
        seen = len(slow.requests)
        took = []
        for _ in range(6):
            watch = self.stopwatch()
            self.assertEqual(self.name_of(), "fast")
            self.assertLess(watch.own, 0.7)
            took.append(watch.took)
        self.assertGreaterEqual(len(slow.requests) - seen, 2)
        self.assertGreater(max(took), 0.45)
        slow.wait(lambda: slow.live == 0, "what lost to be cut")

    def test_other_methods_are_not_hedged(self):
        def late(peer):
            peer.read_body()
            time.sleep(1)
            peer.answer(200, b"slow")

        self.running["slow"].behaviour = late
        before = [len(origin.requests) for origin in self.running.values()]
        with self.client() as client:
            for _ in range(4):
                self.assertEqual(client.request("POST", body=b"x").answer().status, 200)
        after = [len(origin.requests) for origin in self.running.values()]
        self.assertEqual(sum(after) - sum(before), 4)

    def test_an_answer_in_time_needs_no_second(self):
        before = sum(len(origin.requests) for origin in self.running.values())
        for _ in range(10):
            self.name_of()
        self.assertEqual(sum(len(origin.requests) for origin in self.running.values()),
                         before + 10)
