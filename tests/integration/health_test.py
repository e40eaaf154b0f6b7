"""Instances that are ill: left out, by checks or by live traffic, and taken back."""

import json
import time
from collections import Counter

from support import GatewayTest, echo, gateway, gatewayctl

CHECK = {"path": "/health", "every": "250ms", "timeout": "1s", "healthy_after": 2,
         "unhealthy_after": 2}


def fails(peer):
    peer.read_body()
    peer.answer(503, b"ill", reason="Ill")


def silent(peer):
    peer.wait_for_end()


class HealthTest(GatewayTest):
    """Each test has a gateway of its own: health is remembered."""

    origins = {"one": echo, "two": echo}
    config = gateway(service={"instances": ["@one@", "@two@"]})

    def start(self, **service):
        self.fresh_gateway(gateway(services={"origin": {
            "instances": ["@one@", "@two@"], **service}}))
        self.one, self.two = self.running["one"], self.running["two"]

    def asked(self, origin):
        """Requests of clients, not checks, that it got."""
        return sum(request.target != "/health" for request in origin.requests)

    def shares(self, count=10):
        """(answered by one, by two, statuses) of so many requests."""
        before = self.asked(self.one), self.asked(self.two)
        statuses = Counter(self.get("/x").status for _ in range(count))
        return self.asked(self.one) - before[0], self.asked(self.two) - before[1], statuses

    def wait_for_shares(self, one, two):
        self.eventually(lambda: self.shares() == (one, two, {200: 10}), f"shares {one}:{two}")


class Checks(HealthTest):
    def test_they_are_asked_as_stated(self):
        self.start(health={**CHECK, "path": "/health?deep=1", "method": "HEAD"})
        seen = len(self.one.requests)
        self.one.wait_for_requests(seen + 3)
        request = self.one.requests[-1]
        self.assertEqual((request.method, request.target), ("HEAD", "/health?deep=1"))
        self.assertTrue(request.fields.get("host"))

    def test_the_interval_holds(self):
        self.start(health=CHECK)
        self.one.wait_for_requests(len(self.one.requests) + 1)
        seen, watch = len(self.one.requests), self.stopwatch()
        self.one.wait_for_requests(seen + 10)
        self.assertGreater(watch.took, 1.7)  # jitter
        self.assertLess(watch.own, 3.8)

    def left_out_and_back(self, behaviour, **check):
        self.start(health={**CHECK, **check})
        self.wait_for_shares(5, 5)
        self.one.behaviour = behaviour
        self.wait_for_shares(0, 10)
        self.one.behaviour = echo
        self.wait_for_shares(5, 5)

    def test_a_bad_status(self):
        self.left_out_and_back(lambda peer: fails(peer) if peer.request.target == "/health"
                               else echo(peer))

    def test_an_answer_that_does_not_come(self):
        self.left_out_and_back(lambda peer: silent(peer) if peer.request.target == "/health"
                               else echo(peer))

    def test_a_body_without_the_text(self):
        self.start(health={**CHECK, "body": "all well"})
        text = [b"<p>all well</p>"]
        self.one.behaviour = self.two.behaviour = lambda peer: (
            peer.read_body(), peer.answer(200, text[0] if peer.origin is self.one
                                          else b"all well"))
        self.wait_for_shares(5, 5)
        text[0] = b"not so well"
        self.wait_for_shares(0, 10)
        text[0] = b"all well again"
        self.wait_for_shares(5, 5)

    def test_one_failure_is_not_enough(self):
        self.start(health={**CHECK, "unhealthy_after": 3})
        left = iter(range(2))

        def twice(peer):
            ill = peer.request.target == "/health" and next(left, None) is not None
            (fails if ill else echo)(peer)

        self.one.behaviour = twice
        seen = len(self.one.requests)
        while len(self.one.requests) < seen + 30:
            self.assertEqual(self.shares(2)[2], {200: 2})
        self.assertEqual(self.shares()[:2], (5, 5))

    def test_a_dead_one_that_is_started_again(self):
        self.start(health=CHECK)
        port = self.one.port
        self.one.close()
        self.wait_for_shares(0, 10)
        self.running["one"] = self.one = type(self.one)(echo, port=port)
        self.wait_for_shares(5, 5)


class NoneLeft(HealthTest):
    def ill(self, **service):
        self.start(health=CHECK, **service)
        health = lambda peer: (fails if peer.request.target == "/health" else echo)(peer)
        self.one.behaviour = self.two.behaviour = health
        self.eventually(lambda: "unhealthy" in self.states().values()
                        and len(set(self.states().values())) == 1, "both to be ill")

    def states(self):
        done = gatewayctl("health", "-o", "json", "--socket", f"{self.directory}/control.sock")
        self.assertEqual(done.returncode, 0, done.stderr)
        service = json.loads(done.stdout)["services"][0]
        return {peer["instance"]: peer["state"] for peer in service["peers"]}

    def test_fails_at_once(self):
        self.ill()
        before = self.asked(self.one) + self.asked(self.two)
        watch = self.stopwatch()
        answer = self.get("/x")
        self.assertLess(watch.own, 0.2)
        self.assertProblem(answer, 503)
        self.assertIn("no-instance", answer.json()["type"])
        self.assertEqual(self.asked(self.one) + self.asked(self.two), before)

    def test_or_tries_them_all(self):
        self.ill(when_none="try_all")
        self.assertEqual(self.shares(), (5, 5, {200: 10}))


class Passive(HealthTest):
    def test_failures_of_live_traffic_leave_it_out_for_a_rest(self):
        self.start(passive={"failures": 3, "rest": "5s"})
        self.one.behaviour = fails
        begin = time.monotonic()
        one, two, statuses = self.shares(20)
        self.assertEqual((one, two, statuses), (3, 17, {503: 3, 200: 17}))
        self.one.behaviour = echo
        self.wait_for_shares(5, 5)
        self.assertGreater(time.monotonic() - begin, 4.5)

    def test_timeouts_and_broken_connections_count(self):
        for behaviour in (silent, lambda peer: peer.reset()):
            self.start(passive={"failures": 2, "rest": "30s"}, response_timeout="1s")
            self.one.cut_idle()
            self.one.behaviour = behaviour
            self.shares(6)
            self.assertEqual(self.shares(6)[:2], (0, 6))

    def test_clients_that_leave_do_not_count(self):
        self.start(passive={"failures": 2, "rest": "30s"})
        self.one.behaviour = self.two.behaviour = silent
        for _ in range(8):
            seen = self.asked(self.one) + self.asked(self.two)
            client = self.client().request("GET", "/x")
            self.eventually(lambda n=seen: self.asked(self.one) + self.asked(self.two) > n, "it")
            client.reset()
        for origin in (self.one, self.two):
            origin.wait(lambda origin=origin: origin.live == 0, "the requests to be given up")
        self.one.behaviour = self.two.behaviour = echo
        self.assertEqual(self.shares()[:2], (5, 5))

    def test_none_left(self):
        self.start(passive={"failures": 1, "rest": "30s"})
        self.one.behaviour = self.two.behaviour = fails
        self.shares(2)
        watch = self.stopwatch()
        self.assertIn("no-instance", self.get("/x").json()["type"])
        self.assertLess(watch.own, 0.2)
