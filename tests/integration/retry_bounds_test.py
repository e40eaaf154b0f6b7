"""What bounds retries: an answer that has begun, the budget, time; and where they go."""

import threading
import time
from collections import Counter

from support import HALF_OPEN, Fault, FaultProxy, GatewayTest, gateway, gatewayctl_json
from support.retrying import FAILURES, RetryTest, retry_config


class Begun(RetryTest):
    def test_never_once_a_byte_of_the_answer_has_gone_to_the_client(self):
        self.start()
        self.fails_first(1, lambda peer: (
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), peer.reset()))
        client = self.client()
        self.assertCut(client, client.request().head())
        self.assertEqual(self.attempts(), 1)


class Bounds(RetryTest):
    def connections(self):
        status = gatewayctl_json("status", "--socket", f"{self.directory}/control.sock")
        return status["connections"]

    def test_the_budget_holds_in_an_outage(self):
        self.start(retry_config(budget=20))
        self.fails_first(10_000, FAILURES["503"])
        with self.client() as client:
            statuses = Counter(client.get().status for _ in range(500))
        self.assertEqual(statuses, {503: 500})
        self.assertLessEqual(self.attempts(), 500 * 1.2 + 10)  # the reserve of a few retries
        self.assertGreater(self.attempts(), 500 * 1.1)

    def test_the_budget_holds_with_many_clients_and_workers(self):
        self.start(retry_config(budget=10).replace("workers = 1", "workers = 2"))
        self.fails_first(10_000, FAILURES["503"])

        def ask():
            with self.client() as client:
                for _ in range(50):
                    client.get()

        begin = time.monotonic()
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # The reserve of ten comes again with each ten seconds that this takes.
        reserve = 10 * (2 + (time.monotonic() - begin) // 10)
        self.assertLessEqual(self.attempts(), 400 * 1.1 + reserve)

    def test_the_total_timeout_bounds_all_attempts(self):
        self.start(retry_config(response_timeout="1s", on=["timeout"], attempts=10))
        self.fails_first(99, FAILURES["timeout"])
        watch = self.stopwatch()
        self.assertProblem(self.get("/total/x"), 504)
        self.assertGreater(watch.took, 2.4)
        self.assertLess(watch.own, 3.0)
        self.assertEqual(self.attempts(), 3)  # 1 + 1 + 0.5 s

    def test_backoff_stays_within_its_bounds_and_differs(self):
        self.start(retry_config(attempts=4, backoff="100ms", budget=100))
        pauses = []
        for _ in range(5):
            self.fails_first(3, FAILURES["503"])
            watch = self.stopwatch()
            self.assertEqual(self.get().status, 200)
            self.assertLess(watch.own, 0.1 + 0.2 + 0.4 + 0.2)
            pauses.append(watch.took)
        self.assertGreater(max(pauses) - min(pauses), 0.05)  # full jitter
        self.assertGreater(sum(pauses) / 5, 0.1)  # 0.35 on average

    def test_a_client_that_leaves_ends_it(self):
        self.start(retry_config(attempts=10, backoff="2s", budget=100))
        self.fails_first(99, FAILURES["503"])
        client = self.client().request()
        self.origin.wait_for_requests(self.seen + 1)
        client.reset()
        self.eventually(lambda: self.connections() == 0, "it to have left")
        seen = self.attempts()
        time.sleep(2)  # the longest pause between two attempts
        self.assertEqual(self.attempts(), seen)


class OtherInstance(GatewayTest):
    """A retry goes to an instance that has not failed yet."""

    config = gateway(service={
        "instances": ["@proxy@", "@origin@"], "connect_timeout": "500ms",
        "response_timeout": "1s", "retry": {"on": ["connect", "reset", "timeout"],
                                               "budget": 100, "backoff": "0s"}})

    @classmethod
    def prepare(cls):
        cls.proxy = FaultProxy.before(cls.origin)
        cls.addClassCleanup(cls.proxy.close)
        cls.places["proxy"] = cls.proxy.url

    def all_served(self):
        for _ in range(6):
            self.assertEqual(self.get().status, 200)

    def test_whatever_is_wrong_with_the_first(self):
        for name, fault in {"half open": HALF_OPEN, "stalls": Fault(after=0),
                            "cuts": Fault(after=0, then="cut"),
                            "resets within the head": Fault(after=9, then="reset")}.items():
            with self.subTest(name):
                self.proxy.break_links()
                self.proxy.fault = fault
                seen = self.proxy.connections
                self.all_served()
                self.proxy.wait(lambda: self.proxy.connections > seen, "its connections")

    def test_a_black_hole(self):
        self.proxy.break_links()
        self.proxy.open_black_hole()
        self.addCleanup(self.proxy.close_black_hole)
        self.all_served()
