"""WebSocket and other upgrades, over HTTP/1 and HTTP/2 (RFC 8441); server-sent events."""

import os

from support import Closed, GatewayTest, H2Client, eventually, gateway, gatewayctl_json
from support.h2 import CANCEL
from upgrade_test import HANDSHAKE, SWITCH, tunnel


class Tunnels(GatewayTest):
    config = gateway(listener={"http2": True})
    behaviour = staticmethod(tunnel)

    def h2(self):
        client = H2Client(self.gateway.address)
        self.addCleanup(client.close)
        client.ping()
        return client

    def connect(self, client, path="/socket", *fields, protocol="websocket"):
        block = client.head("CONNECT", path, ("sec-websocket-version", "13"), *fields,
                            more=[(":protocol", protocol)])
        return client.open(block, end=False)

    def connected(self, client, *fields):
        stream = self.connect(client, "/socket", *fields)
        client.until(lambda: client.answers[stream].status)
        self.assertEqual(client.answers[stream].status, 200)
        return stream, client.answers[stream]

    def open_tunnels(self):
        status = gatewayctl_json("--socket", f"{self.directory}/control.sock", "status")
        return status["tunnels"]


class OverHttp2(Tunnels):
    def test_the_handshake_is_translated(self):
        client = self.h2()
        stream, answer = self.connected(client, ("origin", "https://a.test"),
                                        ("sec-websocket-protocol", "chat"))
        request = self.origin.requests[-1]
        self.assertEqual((request.method, request.target), ("GET", "/socket"))
        self.assertEqual(request.fields.get("upgrade"), "websocket")
        self.assertEqual(request.fields.get("connection").lower(), "upgrade")
        self.assertEqual(request.fields.get("sec-websocket-version"), "13")
        self.assertEqual(request.fields.get("sec-websocket-protocol"), "chat")
        self.assertEqual(len(request.fields.get("sec-websocket-key")), 24)
        self.assertNotIn("transfer-encoding", request.fields)
        for name in ("sec-websocket-accept", "upgrade", "content-length"):
            self.assertNotIn(name, answer.fields)
        client.reset(stream)

    def test_any_bytes_pass_in_order_beside_other_streams(self):
        client = self.h2()
        stream, answer = self.connected(client)
        client.until(lambda: answer.body == b"hello")
        data = os.urandom(30_000)
        client.data(stream, data[:16384], end=False)
        self.origin.behaviour = lambda peer: peer.answer(200, b"beside")
        self.assertEqual(client.get("/other").body, b"beside")
        client.data(stream, data[16384:], end=False)
        client.until(lambda: answer.body == b"hello" + data)
        self.assertFalse(answer.ended)

    def test_half_a_tunnel_may_end_before_the_other(self):
        def listens_first(peer):
            peer.send(SWITCH)
            heard = peer.stream.rest()
            peer.send(b"heard " + heard)
            peer.close()

        self.origin.behaviour = listens_first
        client = self.h2()
        stream, answer = self.connected(client)
        client.data(stream, b"last words")
        self.assertEqual(client.answer(stream).body, b"heard last words")

    def test_the_origin_ends_the_tunnel(self):
        self.origin.behaviour = lambda peer: (peer.send(SWITCH + b"bye"), peer.close())
        client = self.h2()
        stream, answer = self.connected(client)
        client.until(lambda: answer.ended)
        self.assertEqual(answer.body, b"bye")

    def test_the_client_ends_the_tunnel(self):
        before = self.origin.live
        client = self.h2()
        stream, _ = self.connected(client)
        client.reset(stream)
        self.origin.wait(lambda: self.origin.live <= before, "the tunnel's end")

    def test_a_refusal_is_an_ordinary_answer(self):
        self.origin.behaviour = lambda peer: peer.answer(403, b"no")
        client = self.h2()
        answer = client.answer(self.connect(client))
        self.assertEqual((answer.status, answer.body), (403, b"no"))

    def test_another_protocol_is_not_served(self):
        client = self.h2()
        answer = client.answer(self.connect(client, protocol="connect-udp"))
        self.assertEqual(answer.status, 501)

    def test_status_counts_them_whatever_the_protocol(self):
        eventually(lambda: self.open_tunnels() == 0, "no tunnel")
        client = self.h2()
        stream, _ = self.connected(client)
        plain = self.client().request("GET", "/socket", *HANDSHAKE)
        plain.head()
        eventually(lambda: self.open_tunnels() == 2, "two tunnels")
        client.reset(stream)
        plain.close()
        eventually(lambda: self.open_tunnels() == 0, "no tunnel")


class Limits(Tunnels):
    config = gateway(listener={"http2": True}, tunnel_idle_timeout="400ms", tunnel_lifetime="1500ms",
                     idle_timeout="60s")

    def test_a_silent_tunnel_ends(self):
        client = self.client().request("GET", "/socket", *HANDSHAKE)
        client.head()
        client.stream.exactly(5)
        self.assertTrue(client.is_closed())
        h2 = self.h2()
        stream, answer = self.connected(h2)
        h2.until(lambda: answer.reset is not None)
        self.assertEqual(answer.reset, CANCEL)
        h2.ping()  # the connection stands

    def test_a_busy_tunnel_ends_with_its_lifetime(self):
        client = self.client().request("GET", "/socket", *HANDSHAKE)
        client.head()
        client.stream.exactly(5)
        echoed = 0
        with self.assertRaises((Closed, OSError)):
            while True:
                client.send(b"x")
                client.stream.exactly(1)
                echoed += 1
        self.assertGreater(echoed, 0)
        h2 = self.h2()
        stream, answer = self.connected(h2)
        while answer.reset is None and not answer.ended:
            h2.data(stream, b"x", end=False)
            h2.one()
        self.assertEqual(answer.reset, CANCEL)

    def test_without_limits_of_their_own_idle_timeout_holds(self):
        text = gateway(listener={"http2": True}, idle_timeout="300ms")
        self.fresh_gateway(text)
        client = self.client().request("GET", "/socket", *HANDSHAKE)
        client.head()
        client.stream.exactly(5)
        self.assertTrue(client.is_closed())


class ServerSentEvents(GatewayTest):
    """Each event is there before the next is sent."""

    config = gateway(listener={"http2": True})
    EVENT = b"data: %d\n\n"

    @classmethod
    def behaviour(cls, peer):
        peer.read_body()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n")
        for number in range(5):
            event = cls.EVENT % number
            peer.send(b"%x\r\n%s\r\n" % (len(event), event))
            peer.origin.release.wait(60)
            peer.origin.release.clear()
        peer.send(b"0\r\n\r\n")

    def test_over_http1(self):
        client = self.client()
        answer = client.request("GET", "/events", "Accept: text/event-stream").head()
        blocks = client.blocks(answer)
        for number in range(5):
            self.assertEqual(next(blocks), self.EVENT % number)
            self.origin.release.set()
        self.assertEqual(list(blocks), [])

    def test_over_http2(self):
        client = H2Client(self.gateway.address)
        self.addCleanup(client.close)
        stream = client.request("GET", "/events", ("accept", "text/event-stream"))
        seen = b""
        for number in range(5):
            seen += self.EVENT % number
            client.until(lambda: client.answers[stream].body == seen)
            self.origin.release.set()
        client.until(lambda: client.answers[stream].ended)
