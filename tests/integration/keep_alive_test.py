"""Persistent connections and pipelining (RFC 9112 §9.3)."""

from support import GatewayTest, gateway


class KeepAlive(GatewayTest):
    def test_a_connection_serves_request_after_request(self):
        client = self.client()
        for number in range(50):
            answer = client.get(f"/{number}")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.minor, 1)
            self.assertNotEqual(answer.fields.get("connection", "").lower(), "close")

    def test_requests_of_one_client_share_one_upstream_connection(self):
        client = self.client()
        client.get("/first")
        before = self.origin.connections
        for _ in range(20):
            client.get("/next")
        self.assertEqual(self.origin.connections, before)

    def test_connection_close_is_honoured(self):
        client = self.client()
        answer = client.get("/", "Connection: close")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.fields.get("connection", "").lower(), "close")
        self.assertTrue(client.is_closed())

    def test_close_among_other_options_in_any_case_is_honoured(self):
        client = self.client()
        self.assertEqual(client.get("/", "Connection: x-private, CLOSE").status, 200)
        self.assertTrue(client.is_closed())

    def test_an_upstream_that_closes_does_not_close_the_client(self):
        self.origin.behaviour = lambda peer: (
            peer.read_body(), peer.answer(200, b"last", "Connection: close"), peer.close())
        client = self.client()
        for _ in range(3):
            self.assertEqual(client.get("/").body, b"last")

    def test_one_empty_line_before_a_request_is_ignored(self):
        client = self.client()
        client.get("/")
        client.send(b"\r\nGET /after HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertEqual(client.answer().status, 200)
        self.assertEqual(self.origin.requests[-1].target, "/after")

    def test_a_client_that_ends_its_side_after_the_answer_sees_the_end(self):
        self.origin.behaviour = lambda peer: (peer.read_body(), peer.answer(200, b"all of it"))
        client = self.client()
        client.request("POST", "/", body=b"x" * 100)
        self.assertEqual(client.answer().body, b"all of it")
        client.end()
        self.assertTrue(client.is_closed())


class Pipelining(GatewayTest):
    @staticmethod
    def behaviour(peer):
        body = peer.read_body()
        if peer.request.target == "/slow":
            peer.origin.release.wait(60)
        peer.answer(200, peer.request.target.encode() + body)

    def test_answers_come_in_the_order_of_the_requests(self):
        client = self.client()
        count = 30
        client.send(
            b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(count)))
        for number in range(count):
            self.assertEqual(client.answer().body, b"/%d" % number)

    def test_a_slow_first_request_is_still_answered_first(self):
        seen = len(self.origin.requests)
        client = self.client()
        client.send(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\n\r\n")
        self.origin.wait_for_requests(seen + 1)
        self.origin.release.set()
        self.assertEqual([client.answer().body, client.answer().body], [b"/slow", b"/fast"])

    def test_bodies_are_told_apart_from_the_requests_behind_them(self):
        client = self.client()
        client.send(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
                    b"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    b"3\r\nGET\r\n0\r\n\r\n"
                    b"GET /c HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertEqual([client.answer().body for _ in range(3)], [b"/abody", b"/bGET", b"/c"])

    def test_requests_split_at_every_byte_are_the_same_requests(self):
        client = self.client()
        for byte in (b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                     b"GET /b HTTP/1.1\r\nHost: a\r\n\r\n"):
            client.send(bytes([byte]))
        self.assertEqual([client.answer().body for _ in range(2)], [b"/ahi", b"/b"])

    def test_what_is_pipelined_behind_a_close_is_not_served(self):
        seen = len(self.origin.requests)
        client = self.client()
        client.send(
            b"GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            b"GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertEqual(client.answer().body, b"/last")
        self.assertTrue(client.is_closed())
        self.get("/fence")
        self.assertEqual([request.target for request in self.origin.requests[seen:]],
                         ["/last", "/fence"])


class IdleTimeout(GatewayTest):
    config = gateway(idle_timeout="1s")

    def test_a_silent_connection_is_closed_without_a_word(self):
        client = self.client()
        client.get("/")
        self.assertTrue(client.is_closed())

    def test_a_connection_that_never_spoke_is_closed_without_a_word(self):
        self.assertTrue(self.client().is_closed())
