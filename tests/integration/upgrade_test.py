"""Upgrade: the connection becomes a tunnel (RFC 9110 §7.8, RFC 6455)."""

import os

from support import GatewayTest, gateway

HANDSHAKE = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
SWITCH = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")


def tunnel(peer):
    """Switches, greets at once, then sends back whatever comes until the end."""
    peer.read_body()
    peer.send(SWITCH + b"hello")
    while True:
        if not peer.stream.buffer:
            peer.stream.fill()
        peer.send(peer.stream.take(len(peer.stream.buffer)))


class Upgrade(GatewayTest):
    behaviour = staticmethod(tunnel)

    def upgraded(self, *more):
        client = self.client().request("GET", "/socket", *HANDSHAKE, *more)
        answer = client.head()
        self.assertEqual(answer.status, 101)
        return client, answer

    def test_the_handshake_passes_both_ways(self):
        _, answer = self.upgraded()
        request = self.origin.requests[-1]
        self.assertEqual(request.fields.get("upgrade"), "websocket")
        self.assertEqual(request.fields.get("connection").lower(), "upgrade")
        self.assertEqual(request.fields.get("sec-websocket-key"), "dGhlIHNhbXBsZSBub25jZQ==")
        self.assertEqual(answer.fields.get("upgrade"), "websocket")
        self.assertEqual(answer.fields.get("connection").lower(), "upgrade")
        self.assertEqual(answer.fields.get("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        self.assertNotIn("content-length", answer.fields)
        self.assertNotIn("transfer-encoding", answer.fields)

    def test_bytes_that_come_with_the_101_are_not_lost(self):
        client, _ = self.upgraded()
        self.assertEqual(client.stream.exactly(5), b"hello")

    def test_bytes_sent_together_with_the_request_are_not_lost(self):
        client = self.client()
        head = "\r\n".join(["GET /socket HTTP/1.1", "Host: a", *HANDSHAKE, "", ""]).encode()
        client.send(head + b"early")
        self.assertEqual(client.head().status, 101)
        self.assertEqual(client.stream.exactly(10), b"helloearly")

    def test_any_bytes_pass_in_order(self):
        client, _ = self.upgraded()
        client.stream.exactly(5)
        for size in (1, 2, 1000, 65536, 200_000):
            data = os.urandom(size)
            client.send(data)
            self.assertEqual(client.stream.exactly(size), data)

    def test_what_looks_like_http_is_only_bytes(self):
        client, _ = self.upgraded()
        client.stream.exactly(5)
        data = b"GET /inner HTTP/1.1\r\nHost: a\r\n\r\n\x00\xff"
        client.send(data)
        self.assertEqual(client.stream.exactly(len(data)), data)

    def test_the_origin_ends_the_tunnel(self):
        self.origin.behaviour = lambda peer: (peer.send(SWITCH + b"bye"), peer.close())
        client, _ = self.upgraded()
        self.assertEqual(client.stream.rest(), b"bye")

    def test_the_client_ends_the_tunnel(self):
        before = self.origin.live
        client, _ = self.upgraded()
        client.close()
        self.origin.wait(lambda: self.origin.live <= before, "the tunnel's end")

    def test_a_reset_of_either_side_ends_the_other(self):
        before = self.origin.live
        for _ in range(10):
            client, _ = self.upgraded()
            client.stream.exactly(5)
            client.reset()
        self.origin.wait(lambda: self.origin.live <= before, "the tunnels' ends")
        self.origin.behaviour = lambda peer: (
            peer.send(SWITCH), peer.origin.release.wait(60), peer.reset())
        clients = [self.upgraded()[0] for _ in range(10)]
        self.origin.release.set()
        for client in clients:
            self.assertTrue(client.is_closed())

    def test_half_a_tunnel_may_end_before_the_other(self):
        """A client that has said everything still hears the rest."""
        def listens_first(peer):
            peer.send(SWITCH)
            peer.stream.rest()
            peer.send(b"all heard")
            peer.close()

        self.origin.behaviour = listens_first
        client, _ = self.upgraded()
        client.send(b"last words")
        client.end()
        self.assertEqual(client.stream.rest(), b"all heard")

    def test_a_refused_upgrade_is_an_ordinary_answer(self):
        self.origin.behaviour = lambda peer: (peer.read_body(), peer.answer(200, b"not now"))
        client = self.client()
        for _ in range(2):
            answer = client.request("GET", "/socket", *HANDSHAKE).answer()
            self.assertEqual((answer.status, answer.body), (200, b"not now"))
            self.assertNotIn("upgrade", answer.fields)
        self.assertEqual(client.get("/next").body, b"not now")


class SilentTunnel(GatewayTest):
    """The times that bound requests do not bound a tunnel's silence of the same length."""

    behaviour = staticmethod(tunnel)
    config = gateway(client_header_timeout="1s", client_body_timeout="1s",
                     service={"response_timeout": "1s"})

    def test_a_tunnel_outlives_response_timeout(self):
        client = self.client().request("GET", "/socket", *HANDSHAKE)
        client.head()
        client.stream.exactly(5)
        client.sock.settimeout(2)
        with self.assertRaisesRegex(AssertionError, "nothing came in time"):
            client.stream.fill()  # two seconds of silence, and the tunnel stands
        client.sock.settimeout(60)
        client.send(b"still here")
        self.assertEqual(client.stream.exactly(10), b"still here")
