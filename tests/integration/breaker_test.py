"""Circuit breakers: when they open, what is answered meanwhile, and how they close again."""

import time

from support import GatewayTest, gateway


def fails(status=500):
    def behaviour(peer):
        peer.read_body()
        peer.answer(status, b"no", reason="No")
    return behaviour


def config(response_timeout="30s", **breaker):
    return gateway(service={"response_timeout": response_timeout, "breaker": {
        "failures": 3, "successes": 2, "open_for": "30s", **breaker}})


class BreakerTest(GatewayTest):
    """Each test has a gateway of its own: a breaker remembers."""

    config = config()

    def start(self, text=None):
        """A gateway whose breaker is closed, and the origin failing behind it."""
        self.origin.cut_idle()
        self.fresh_gateway(text or self.config)
        self.origin.behaviour = fails()
        self.connections = self.origin.connections
        self.seen = len(self.origin.requests)

    def came_through(self):
        return len(self.origin.requests) - self.seen

    def trip(self, count=3):
        for _ in range(count):
            self.assertEqual(self.get().status, 500)
        self.assertIsOpen()

    def assertIsOpen(self):
        """A request is refused, quickly and without touching the origin."""
        requests, connections, count = (len(self.origin.requests), self.origin.connections,
                                        self.origin.bytes)
        watch = self.stopwatch()
        answer = self.get()
        self.assertLess(watch.own, 0.2)
        self.assertProblem(answer, 503)
        self.assertIn("breaker-open", answer.json()["type"])
        self.assertIn(int(answer.fields.get("retry-after")), range(1, 61))
        self.assertEqual((len(self.origin.requests), self.origin.connections, self.origin.bytes),
                         (requests, connections, count))

    def trip_briefly(self, open_for=1.5, **breaker):
        """Past the time for which it is open: what comes next is a probe."""
        self.start(config(open_for=f"{open_for * 1000:.0f}ms", **breaker))
        self.trip()
        time.sleep(open_for + 0.1)

    def recover(self):
        self.origin.behaviour = type(self).behaviour


class States(BreakerTest):
    def test_it_opens_after_so_many_failures_in_a_row_and_no_earlier(self):
        self.start()
        for _ in range(3):
            self.assertEqual(self.get().status, 500)
        self.assertEqual(self.came_through(), 3)
        for _ in range(20):
            self.assertIsOpen()
        self.assertEqual(self.came_through(), 3)

    def test_a_success_between_begins_the_count_anew(self):
        self.start()
        for _ in range(3):
            self.origin.behaviour = fails()
            self.get()
            self.get()
            self.recover()
            self.assertEqual(self.get().status, 200)
        self.assertEqual(self.came_through(), 9)

    def test_retry_after_tells_how_long_it_stays_open(self):
        self.start()
        begun = time.monotonic()
        self.trip()
        left = int(self.get().fields.get("retry-after"))
        self.assertLessEqual(left, 30)
        self.assertGreaterEqual(left, 29 - (time.monotonic() - begun))

    def test_it_closes_after_so_many_successes(self):
        self.trip_briefly()
        self.recover()
        for _ in range(2):  # the probes
            self.assertEqual(self.get().status, 200)
        self.origin.behaviour = fails()
        self.trip()  # closed: it takes three failures again

    def test_a_probe_that_fails_opens_it_again(self):
        self.trip_briefly()
        self.assertEqual(self.get().status, 500)
        self.assertIsOpen()
        self.assertEqual(self.came_through(), 4)

    def test_half_open_lets_only_so_many_probes_through_at_once(self):
        self.trip_briefly(probes=2)
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(60),
                                              peer.answer(200, peer.read_body()))
        held = []
        for _ in range(2):
            held.append(self.client().request())
            self.origin.wait_for_requests(self.seen + 3 + len(held))
        for _ in range(5):
            self.assertIsOpen()
        self.origin.release.set()
        for client in held:
            self.assertEqual(client.answer().status, 200)
        self.assertEqual(self.get().status, 200)
        self.assertEqual(self.came_through(), 6)

    def test_a_probe_whose_client_leaves_gives_its_place_back(self):
        self.trip_briefly(response_timeout="10m")
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        client = self.client().request()
        self.origin.wait_for_requests(self.seen + 4)
        client.reset()
        self.recover()
        self.eventually(lambda: self.get().status == 200, "another probe")


class WhatCounts(BreakerTest):
    def test_an_answer_that_is_not_listed_does_not_count(self):
        self.start(config(status=["503"]))
        for status in (500, 502, 404, 429):
            self.origin.behaviour = fails(status)
            self.assertEqual(self.get().status, status)
        self.origin.behaviour = fails(503)
        for _ in range(3):
            self.assertEqual(self.get().status, 503)
        self.assertIsOpen()

    def test_timeouts_count(self):
        self.start(config(response_timeout="300ms"))
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        for _ in range(3):
            self.assertProblem(self.get(), 504)
        self.assertIsOpen()

    def test_broken_connections_count(self):
        for end in ("close", "reset"):
            with self.subTest(end=end):
                self.start()
                self.origin.behaviour = lambda peer, how=end: getattr(peer, how)()
                for _ in range(3):
                    self.assertProblem(self.get(), 502)
                self.assertIsOpen()

    def test_a_body_that_breaks_off_counts(self):
        self.start()
        self.origin.behaviour = lambda peer: (
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), peer.close())
        for _ in range(3):
            with self.client() as client:
                self.assertCut(client, client.request().head())
        self.assertIsOpen()

    def test_a_client_that_leaves_does_not_count(self):
        self.start()
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        for count in range(1, 7):
            client = self.client().request()
            self.origin.wait_for_requests(self.seen + count)
            client.reset()
            self.origin.wait(lambda: self.origin.live == 0, "the request to be given up")
        self.recover()
        self.assertEqual(self.get().status, 200)

    def test_what_the_gateway_refuses_itself_does_not_count(self):
        self.start()
        self.recover()
        for _ in range(6):
            self.raw(b"GET / HTTP/1.1\r\nHost: a\r\nBad header\r\n\r\n")
        self.assertEqual(self.get().status, 200)


class Rate(BreakerTest):
    TEXT = config(failures=100, rate=50, window="10s", min_requests=10)

    def alternate(self, good, bad, rounds):
        for _ in range(rounds):
            for behaviour, count, status in ((self.behaviour, good, 200), (fails(), bad, 500)):
                self.origin.behaviour = behaviour
                for _ in range(count):
                    self.assertEqual(self.get().status, status)

    def test_it_opens_at_the_rate_once_there_are_enough_requests(self):
        self.start(self.TEXT)
        self.alternate(1, 1, 5)
        self.assertIsOpen()
        self.assertEqual(self.came_through(), 10)

    def test_below_the_rate_it_stays_closed(self):
        self.start(self.TEXT)
        self.alternate(2, 1, 10)
        self.assertEqual(self.came_through(), 30)


class PerInstance(BreakerTest):
    origins = {"one": BreakerTest.behaviour, "two": BreakerTest.behaviour}
    config = gateway(service={"instances": ["@one@", "@two@"], "breaker": {
        "failures": 3, "open_for": "30s", "per": "instance"}})

    def test_only_the_failing_instance_is_spared(self):
        self.start()
        one, two = self.running["one"], self.running["two"]
        before, good = len(one.requests), len(two.requests)
        statuses = [self.get().status for _ in range(20)]
        self.assertEqual(statuses.count(500), 3)
        self.assertEqual(len(one.requests) - before, 3)
        self.assertEqual(len(two.requests) - good, 17)
        two.behaviour = fails()
        for _ in range(3):
            self.assertEqual(self.get().status, 500)
        self.assertProblem(self.get(), 503)  # now there is none left
        self.assertEqual(len(one.requests) - before, 3)
