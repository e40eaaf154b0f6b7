"""Bad networks between gateway and origin, one fault at a time: what the client gets, and when."""

import threading
import time

from support import HALF_OPEN, NONE, Closed, Fault, FaultProxy, GatewayTest, gateway

CONNECT, RESPONSE, READ, TOTAL = 1.0, 1.2, 1.4, 3.0  # seconds
SLACK = 0.6  # a busy machine
BODY = b"y" * 2000


class Faults(GatewayTest):
    config = gateway(service={
        "instances": ["@proxy@"], "connect_timeout": "1s", "response_timeout": "1200ms",
        "read_timeout": "1400ms", "timeout": "3s"})

    @classmethod
    def behaviour(cls, peer):
        peer.read_body()
        peer.answer(200, BODY)

    @classmethod
    def prepare(cls):
        cls.proxy = FaultProxy.before(cls.origin)
        cls.addClassCleanup(cls.proxy.close)
        cls.places["proxy"] = cls.proxy.url

    def setUp(self):
        super().setUp()
        self.heal()

    def heal(self):
        """No fault, and no connection that has seen one."""
        self.proxy.fault = NONE
        self.proxy.break_links(reset=False)
        self.proxy.wait(lambda: self.proxy.live == 0, "all connections gone")

    def timed(self):
        """Head and body as far as it came, whether whole, and how long it took."""
        watch = self.stopwatch()
        with self.client() as client:
            answer = client.request().head()
            body, whole = bytearray(), True
            try:
                for block in client.blocks(answer):
                    body += block
            except Closed:
                whole = False
            answer.body = bytes(body)
        return answer, whole, watch.stop()

    def assertTook(self, watch, seconds):
        self.assertGreater(watch.took, seconds * 0.9)
        self.assertLess(watch.own, seconds + SLACK)

    def assertStatusIn(self, status, seconds):
        answer, whole, took = self.timed()
        self.assertProblem(answer, status)
        self.assertTrue(whole)
        self.assertTook(took, seconds)

    def assertRecovers(self):
        """Once the fault is over the next request is served, over a fresh connection."""
        self.proxy.wait(lambda: self.proxy.live == 0, "the connection that saw a fault to end")
        self.proxy.fault = NONE
        seen = self.proxy.connections
        answer, whole, took = self.timed()
        self.assertEqual((answer.status, answer.body, whole), (200, BODY, True))
        self.assertEqual(self.proxy.connections, seen + 1)
        self.assertLess(took.own, SLACK)

    def test_without_a_fault_it_is_not_to_be_seen(self):
        for _ in range(3):
            answer, whole, _ = self.timed()
            self.assertEqual((answer.status, answer.body, whole), (200, BODY, True))
        self.assertEqual(self.proxy.live, 1)  # kept and used again
        self.proxy.wait(lambda: self.origin.bytes == self.proxy.passed["up"], "them to be counted")

    def test_delay_within_the_timeouts_is_only_slow(self):
        self.proxy.fault = Fault(delay=0.3)
        answer, whole, took = self.timed()
        self.assertEqual((answer.status, answer.body, whole), (200, BODY, True))
        self.assertTook(took, 0.3)

    def test_delay_beyond_the_response_timeout_is_504(self):
        self.proxy.fault = Fault(delay=3)
        self.assertStatusIn(504, RESPONSE)
        self.assertRecovers()

    def test_a_stall_before_the_answer_is_504(self):
        self.proxy.fault = Fault(after=0)
        self.assertStatusIn(504, RESPONSE)
        self.assertRecovers()

    def test_a_stall_within_the_head_is_504(self):
        self.proxy.fault = Fault(after=20)
        self.assertStatusIn(504, RESPONSE)
        self.assertRecovers()

    def test_a_stall_within_the_body_cuts_the_answer(self):
        self.proxy.fault = Fault(after=1000)
        answer, whole, took = self.timed()
        self.assertEqual((answer.status, whole), (200, False))
        self.assertTook(took, READ)
        self.assertRecovers()

    def test_a_stall_on_a_connection_used_before(self):
        self.get()
        self.proxy.fault = Fault(after=0)
        self.assertStatusIn(504, RESPONSE)
        self.assertRecovers()

    def test_a_stall_that_ends_in_time_is_only_slow(self):
        self.proxy.fault = Fault(after=1000)
        with self.client() as client:
            client.request()
            self.proxy.wait(lambda: self.proxy.links and self.proxy.links[0].passed["down"] == 1000,
                            "the stall")
            time.sleep(0.2)
            self.proxy.fault = NONE
            self.assertEqual(client.answer().body, BODY)

    def test_a_head_that_trickles_is_504_within_the_response_timeout(self):
        self.proxy.fault = Fault(trickle=0.1)
        self.assertStatusIn(504, RESPONSE)
        self.assertRecovers()

    def test_a_body_that_trickles_ends_with_the_total_timeout(self):
        # Never silent for as long as read_timeout: only the total can end it.
        self.proxy.fault = Fault(after=1000)
        with self.client() as client:
            watch = self.stopwatch()
            answer = client.request().head()
            self.proxy.fault = Fault(trickle=0.2)
            received = self.assertCut(client, answer)
            self.assertTook(watch, TOTAL)
        self.assertLess(len(received), len(BODY))
        self.assertRecovers()

    def test_a_cut_before_the_answer_is_502_at_once(self):
        for then in ("cut", "reset"):
            with self.subTest(then=then):
                self.proxy.fault = Fault(after=0, then=then)
                self.assertStatusIn(502, 0)
                self.assertRecovers()
                self.heal()

    def test_a_cut_within_the_head_is_502_at_once(self):
        for then in ("cut", "reset"):
            with self.subTest(then=then):
                self.proxy.fault = Fault(after=20, then=then)
                self.assertStatusIn(502, 0)
                self.assertRecovers()
                self.heal()

    def test_a_cut_within_the_body_cuts_the_answer_at_once(self):
        for then in ("cut", "reset"):
            with self.subTest(then=then):
                self.proxy.fault = Fault(after=1000, then=then)
                answer, whole, took = self.timed()
                self.assertEqual((answer.status, whole), (200, False))
                self.assertLess(took.own, SLACK)
                self.assertRecovers()
                self.heal()

    def test_half_open_is_504(self):
        self.proxy.fault = HALF_OPEN
        seen = len(self.origin.requests)
        self.assertStatusIn(504, RESPONSE)
        self.assertEqual(len(self.origin.requests), seen)
        self.assertRecovers()

    def test_an_upload_that_stalls_is_504(self):
        self.proxy.fault = HALF_OPEN
        watch = self.stopwatch()
        client = self.client().request("POST", "/", "Content-Length: 9000000")
        sender = threading.Thread(target=client.try_send, args=(bytes(9_000_000),))
        sender.start()
        self.assertProblem(client.answer("POST"), 504)
        self.assertLess(watch.own, TOTAL + SLACK)
        sender.join()
        # The proxy cannot see that it was given up: the end stands behind what it never read.
        self.heal()
        self.assertRecovers()

    def test_a_black_hole_is_504_within_the_connect_timeout(self):
        self.proxy.open_black_hole()
        try:
            self.assertStatusIn(504, CONNECT)
        finally:
            self.proxy.close_black_hole()
        self.eventually(lambda: self.get().status == 200, "the hole to be closed")

    def test_one_bad_connection_does_not_disturb_the_others(self):
        self.proxy.plan[self.proxy.connections + 1] = Fault(after=0)
        stalled = self.client().request()
        self.proxy.wait(lambda: self.proxy.live == 1, "the connection that stalls")
        for _ in range(20):
            self.assertLess(self.timed()[2].own, SLACK)
        self.assertProblem(stalled.answer(), 504)
