"""Overload: the newest work is refused, the control socket answers, and it passes by itself."""

import json
import signal
import socket
import threading
import time

from support import GatewayTest, Traffic, gateway

CONTROL_LIMIT = 0.05  # seconds


def ask_control(path):
    """Seconds that GET /api/v1/gateway/status takes on the control socket."""
    begin = time.monotonic()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(60)
        sock.connect(path)
        sock.sendall(b"GET /api/v1/gateway/status HTTP/1.1\r\nHost: control\r\nConnection: close\r\n\r\n")
        answer = b""
        while data := sock.recv(65536):
            answer += data
    took = time.monotonic() - begin
    if not answer.startswith(b"HTTP/1.1 200") or not json.loads(answer.split(b"\r\n\r\n", 1)[1]):
        raise AssertionError(answer)
    return took


class OverloadTest(GatewayTest):
    def assertShed(self, answer):
        self.assertProblem(answer, 503)
        self.assertIn(int(answer.fields.get("retry-after")), range(1, 11))

    def control_times(self, count=20):
        times = sorted(ask_control(f"{self.directory}/control.sock") for _ in range(count))
        return times[len(times) // 2], times[-1]


class TooManyRequests(OverloadTest):
    config = gateway(workers=2, service={"max_connections": 50})

    def test_beyond_max_connections_the_newest_is_refused(self):
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(60),
                                              peer.answer(200, peer.read_body()))
        old = [self.client().request() for _ in range(50)]
        self.origin.wait_for_requests(50)
        watch = self.stopwatch()
        for _ in range(200):
            self.assertShed(self.get())
        self.assertLess(watch.own, 5)
        middle, longest = self.control_times()
        self.assertLess(middle, CONTROL_LIMIT, f"longest {longest}")
        self.origin.release.set()
        for client in old:
            self.assertEqual(client.answer().status, 200)
        for _ in range(60):
            self.assertEqual(self.get().status, 200)

    def test_under_full_load_the_control_socket_answers(self):
        with Traffic(self.gateway.address, clients=16) as traffic:
            time.sleep(0.3)
            middle, longest = self.control_times()
        print(f"\noverload: control median {middle * 1000:.1f} ms, longest {longest * 1000:.1f} ms "
              f"with {len(traffic.results)} requests", flush=True)
        self.assertEqual(set(traffic.statuses), {200})
        self.assertLess(middle, CONTROL_LIMIT)


class Lag(OverloadTest):
    """A worker is made late by stopping the process in the midst of its work."""

    config = gateway(workers=1, max_lag="100ms")

    def setUp(self):
        super().setUp()
        time.sleep(0.3)  # the spell of another test is over after max_lag

    def stop_for(self, seconds):
        self.gateway.signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.gateway.signal(signal.SIGCONT)

    def test_on_time_nothing_is_refused(self):
        for _ in range(50):
            self.assertEqual(self.get().status, 200)

    def test_a_late_worker_refuses_what_is_new_and_recovers_by_itself(self):
        with Traffic(self.gateway.address, clients=8) as traffic:
            for _ in range(60):  # a stop between two turns of the loop makes nobody late
                self.stop_for(0.15)
                time.sleep(0.1)
                if 503 in traffic.statuses:
                    break
            self.assertEqual(set(traffic.statuses), {200, 503})
            self.assertLess(self.control_times()[0], CONTROL_LIMIT)
            self.eventually(lambda: {status for _, status, _ in traffic.results[-100:]} == {200},
                            "the end of the spell")
        seen = len(self.origin.requests)
        self.assertEqual(self.get().status, 200)
        self.assertEqual(len(self.origin.requests), seen + 1)

    def test_a_refusal_says_when_to_come_again_and_spares_the_origin(self):
        with Traffic(self.gateway.address, clients=8), self.client() as client:
            for _ in range(60):
                self.stop_for(0.15)
                answer = client.get("/probe")
                if answer.status == 503:
                    break
            self.assertShed(answer)
            self.assertIn("overloaded", answer.json()["type"])
        probes = [request for request in self.origin.requests if request.target == "/probe"]
        self.assertLess(len(probes), 60)


class Flood(OverloadTest):
    """More than one worker can do, with the least lag that can be stated."""

    config = gateway(workers=1, max_lag="10ms", max_body_size="64MiB",
                     service={"max_connections": 1000})

    def test_every_answer_is_an_answer_or_a_refusal(self):
        statuses = set()
        lock = threading.Lock()

        def flood():
            line = b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 20_000 + b"\r\n\r\n"
            for _ in range(5):
                with self.client() as client:
                    if not client.try_send(line * 40):
                        continue
                    for _ in range(40):
                        answer = client.answer()
                        with lock:
                            statuses.add(answer.status)
                        if answer.status == 503:
                            self.assertShed(answer)

        threads = [threading.Thread(target=flood) for _ in range(16)]
        for thread in threads:
            thread.start()
        median, _ = self.control_times(10)
        for thread in threads:
            thread.join()
        self.assertLessEqual(statuses, {200, 503})
        self.assertLess(median, CONTROL_LIMIT)
        self.eventually(lambda: self.get().status == 200, "the end of the flood")
        for _ in range(30):
            self.assertEqual(self.get().status, 200)
