"""Clients that take too long."""

import time

from support import Closed, GatewayTest, gateway


class SlowClients(GatewayTest):
    config = gateway(client_header_timeout="1s", client_body_timeout="1s", idle_timeout="30s",
                     service={"response_timeout": "30s"})

    def timed(self, client):
        """Seconds until the 408 that ends the connection, upstream untouched if it was a head."""
        begin = time.monotonic()
        answer = client.answer()
        self.assertProblem(answer, 408)
        self.assertEqual(answer.fields.get("connection", "").lower(), "close")
        self.assertTrue(client.is_closed())
        return time.monotonic() - begin

    def test_a_head_that_stops(self):
        for part in (b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\n\r"):
            with self.subTest(part=part):
                seen = len(self.origin.requests)
                client = self.client()
                client.send(part)
                self.assertGreater(self.timed(client), 0.7)
                self.assertEqual(len(self.origin.requests), seen)

    def test_a_head_that_trickles_has_no_longer(self):
        client = self.client(patience=0.1)
        watch = self.stopwatch()
        begin = time.monotonic()
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        while time.monotonic() - begin < 10 and not client.stream.buffer:
            if not client.try_send(b"x"):
                break
            try:
                client.stream.fill()
            except Closed:
                break
            except AssertionError:
                pass  # nothing yet
        self.assertLess(watch.own, 5)
        client.sock.settimeout(60)
        self.assertProblem(client.answer(), 408)

    def test_a_second_head_on_a_connection_that_stops(self):
        client = self.client()
        client.get("/")
        client.send(b"GET / HTT")
        self.timed(client)

    def test_a_body_that_stops(self):
        for framing, part in (("Content-Length: 10", b"12345"), (
            "Transfer-Encoding: chunked", b"5\r\n12345\r\n"), ("Content-Length: 10", b"")):
            with self.subTest(framing=framing):
                live = self.origin.live
                client = self.client().request("POST", "/", framing)
                client.send(part)
                self.assertGreater(self.timed(client), 0.7)
                self.origin.wait(lambda: self.origin.live <= live,
                                 "the unfinished request upstream to end")
                self.assertFalse(self.origin.requests[-1].complete)

    def test_silence_between_requests_is_not_a_slow_head(self):
        client = self.client()
        client.get("/")
        client.sock.settimeout(2)
        with self.assertRaisesRegex(AssertionError, "nothing came in time"):
            client.stream.fill()
        client.sock.settimeout(60)
        self.assertEqual(client.get("/").status, 200)


class SlowReaders(GatewayTest):
    config = gateway(send_timeout="1s", service={"response_timeout": "30s"})

    def test_a_client_that_stops_reading_is_let_go(self):
        def behaviour(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1 << 40))
            while True:
                peer.send(bytes(1 << 20))

        self.origin.behaviour = behaviour
        live = self.origin.live
        client = self.client(receive_buffer=65536).request()
        answer = client.head()
        self.origin.wait(lambda: self.origin.live <= live, "the gateway to give up")
        self.assertCut(client, answer)
