"""Pooled upstream connections: used again, and stale ones (RFC 9110 §9.2.2, RFC 9112 §9.3.1)."""

import threading

from support import GatewayTest, gateway


def closes_on_second(peer):
    """Answers a connection's first request, and ends it when a second one comes: what a client
    sees whose request crossed the close of an idle connection."""
    if sum(request.connection == peer.number for request in peer.origin.requests) > 1:
        return peer.close()
    peer.answer(200, peer.read_body())


class Stale(GatewayTest):
    behaviour = staticmethod(closes_on_second)

    def setUp(self):
        super().setUp()
        self.origin.cut_idle()
        self.get("/first")  # leaves one connection in the pool that will turn out stale
        self.first = self.origin.requests[-1]
        self.seen = len(self.origin.requests)

    def attempts(self):
        return [(request.method,
                 request.connection) for request in self.origin.requests[self.seen:]]

    def test_a_get_is_repeated_once_on_a_fresh_connection(self):
        self.assertEqual(self.get("/again").status, 200)
        (_, one), (_, two) = self.attempts()
        self.assertEqual(one, self.first.connection)
        self.assertNotEqual(two, one)

    def test_other_idempotent_methods_are_repeated(self):
        for method in ("HEAD", "OPTIONS", "DELETE"):
            with self.subTest(method=method):
                self.get("/pool")
                client = self.client().request(method, "/again")
                self.assertEqual(client.answer(method).status, 200)

    def test_a_post_is_not_repeated(self):
        client = self.client().request("POST", "/again", body=b"money")
        self.assertProblem(client.answer(), 502)
        self.assertEqual(len(self.attempts()), 1)

    def test_a_put_whose_body_is_gone_is_not_repeated(self):
        client = self.client().request("PUT", "/again", "Content-Length: 300000")
        client.try_send(bytes(200000))
        self.assertProblem(client.answer(), 502)
        self.assertEqual(len(self.attempts()), 1)

    def test_a_put_that_was_streamed_to_its_end_is_not_repeated(self):
        def read_and_close(peer):
            peer.read_body()
            peer.close()

        self.origin.behaviour = read_and_close
        client = self.client().request("PUT", "/again", "Content-Length: 300000")
        client.try_send(bytes(300000))
        self.assertProblem(client.answer(), 502)
        self.assertEqual(len(self.attempts()), 1)

    def test_it_is_repeated_only_once(self):
        def never(peer):
            peer.close()

        self.origin.behaviour = never
        self.assertProblem(self.get("/again"), 502)
        self.assertEqual(len(self.attempts()), 2)

    def test_nothing_is_repeated_once_an_answer_has_begun(self):
        self.origin.behaviour = lambda peer: (peer.send(b"HTTP/1.1 200"), peer.close())
        self.assertProblem(self.get("/again"), 502)
        self.assertEqual(len(self.attempts()), 1)

    def test_a_fresh_connection_that_closes_is_no_stale_one(self):
        self.origin.cut_idle()
        self.origin.behaviour = lambda peer: peer.close()
        self.assertProblem(self.get("/again"), 502)
        self.assertEqual(len(self.attempts()), 1)


class ClosedWhileIdle(GatewayTest):
    def test_a_connection_the_origin_closed_is_not_tried_at_all(self):
        self.get("/first")
        self.origin.cut_idle()
        seen = len(self.origin.requests)
        client = self.client().request("POST", "/next", body=b"money")
        self.assertEqual(client.answer().body, b"money")
        self.assertEqual(len(self.origin.requests), seen + 1)

    def test_a_connection_that_spoke_out_of_turn_is_not_used_again(self):
        self.get("/first")
        first = self.origin.requests[-1].connection
        spoken = threading.Event()

        def speaks_on(peer):
            peer.read_body()
            peer.answer(200, b"ok")
            peer.origin.release.wait(60)  # until the connection is idle again
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            spoken.set()

        self.origin.behaviour = speaks_on
        self.assertEqual(self.get("/second").body, b"ok")
        self.origin.release.set()
        spoken.wait(60)
        second = self.origin.requests[-1].connection
        self.origin.behaviour = type(self).behaviour
        client = self.client().request("POST", "/third", body=b"mine")
        self.assertEqual(client.answer().body, b"mine")
        self.assertNotEqual(self.origin.requests[-1].connection, second)
        self.assertGreaterEqual(second, first)


class Bounds(GatewayTest):
    config = gateway(service={"max_idle": 2, "idle_timeout": "1s"})

    def test_no_more_than_max_idle_are_kept_and_those_not_for_ever(self):
        def behaviour(peer):
            peer.read_body()
            peer.origin.release.wait(60)
            peer.answer(200, b"ok")

        self.origin.behaviour = behaviour
        clients = [self.client().request() for _ in range(6)]
        self.origin.wait_for_requests(6)
        self.origin.wait(lambda: self.origin.live == 6, "six connections")
        self.origin.release.set()
        for client in clients:
            self.assertEqual(client.answer().status, 200)
        self.origin.wait(lambda: self.origin.live <= 2, "all but two to end")
        self.origin.wait(lambda: self.origin.live == 0, "idle_timeout to end the others")
