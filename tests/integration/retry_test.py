"""Retries: after which failures, of which requests, and how many at the most."""

import time

from support import Origin
from support.retrying import FAILURES, RetryTest, retry_config


class Conditions(RetryTest):
    def test_those_of_the_default(self):
        self.start()
        for name in ("502", "503", "504", "reset"):
            with self.subTest(name):
                self.fails_first(2, FAILURES[name])
                self.assertEqual(self.get().status, 200)
                self.assertEqual(self.attempts(), 3)

    def test_others_only_when_stated(self):
        for name, status in (("500", 500), ("timeout", 504)):
            for on, attempts in ((["503"], 1), ([name], 2)):
                with self.subTest(name=name, on=on):
                    self.start(retry_config(response_timeout="500ms", on=on))
                    self.fails_first(1, FAILURES[name])
                    self.assertEqual(self.get().status, 200 if attempts == 2 else status)
                    self.assertEqual(self.attempts(), attempts)

    def test_the_last_failure_is_what_the_client_gets(self):
        self.start()
        self.fails_first(9, FAILURES["503"])
        answer = self.get()
        self.assertEqual((answer.status, answer.body, self.attempts()), (503, b"busy", 3))
        self.origin.cut_idle()  # an idle connection that ends is no attempt
        self.fails_first(9, FAILURES["reset"])
        self.assertProblem(self.get(), 502)
        self.assertEqual(self.attempts(), 3)

    def test_an_answer_that_is_no_failure_is_not_tried_again(self):
        self.start()
        self.fails_first(1, lambda peer: (peer.read_body(), peer.answer(404, b"none", reason="None")))
        self.assertEqual((self.get().status, self.attempts()), (404, 1))

    def test_a_route_may_have_fewer_attempts(self):
        self.start()
        self.fails_first(1, FAILURES["503"])
        self.assertEqual((self.get("/once/x").status, self.attempts()), (503, 1))


class Methods(RetryTest):
    def ask(self, method, target="/", body=None):
        self.fails_first(1, FAILURES["503"])
        with self.client() as client:
            return client.request(method, target, body=body).answer(method), self.attempts()

    def test_idempotent_ones_are_repeated(self):
        self.start()
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
            with self.subTest(method):
                answer, attempts = self.ask(method)
                self.assertEqual((answer.status, attempts), (200, 2))

    def test_others_are_not(self):
        self.start()
        for method in ("POST", "PATCH"):
            with self.subTest(method):
                answer, attempts = self.ask(method, body=b"money")
                self.assertEqual((answer.status, attempts), (503, 1))
        self.fails_first(1, FAILURES["reset"])
        self.assertProblem(self.client().request("POST", body=b"money").answer(), 502)
        self.assertEqual(self.attempts(), 1)

    def test_unless_the_route_says_so(self):
        self.start()
        answer, attempts = self.ask("POST", "/any/x", b"order 7")
        self.assertEqual((answer.status, answer.body, attempts), (200, b"order 7", 2))


class Bodies(RetryTest):
    config = retry_config(max_body="100KiB")
    MOST = 100 * 1024

    def put(self, body, *fields):
        self.fails_first(1, FAILURES["503"])
        with self.client() as client:
            client.request("PUT", "/", *fields, body=body)
            return client.answer("PUT"), self.attempts()

    def test_at_the_limit_it_is_sent_again_and_one_past_it_not(self):
        self.start()
        body = bytes(range(256)) * (self.MOST // 256)
        answer, attempts = self.put(body)
        self.assertEqual((answer.status, answer.body == body, attempts), (200, True, 2))
        answer, attempts = self.put(body + b"!")
        self.assertEqual((answer.status, attempts), (503, 1))
        self.assertEqual(self.origin.requests[-1].body, body + b"!")

    def test_a_chunked_one_as_well(self):
        self.start()
        for size, attempts in ((5000, 2), (self.MOST * 2, 1)):
            with self.subTest(size=size):
                self.fails_first(1, FAILURES["503"])
                client = self.client().request("PUT", "/", "Transfer-Encoding: chunked")
                for _ in range(size // 1000):
                    client.send(b"3e8\r\n" + b"z" * 1000 + b"\r\n")
                client.send(b"0\r\n\r\n")
                self.assertEqual(client.answer("PUT").status, 200 if attempts == 2 else 503)
                self.assertEqual(self.attempts(), attempts)
                self.assertEqual(self.origin.requests[-1].body, b"z" * (size // 1000 * 1000))

class Refused(RetryTest):
    def test_a_refused_connection_is_tried_again(self):
        self.start(retry_config(on=["connect"], attempts=10, backoff="300ms", budget=100))
        self.origin.close()
        client = self.client().request()
        time.sleep(0.1)
        replaced = Origin(port=self.origin.port)
        self.addCleanup(replaced.close)
        self.assertEqual(client.answer().status, 200)
