"""The PROXY protocol in front: who may speak it, what it names, and what is broken."""

import socket
import struct

from support import Authority, Client, GatewayTest, TlsClient, gateway, trusting

LINE = b"PROXY TCP4 203.0.113.9 192.0.2.1 40000 443\r\n"


def binary(source="203.0.113.9", extensions=b"", command=0x21):
    addresses = socket.inet_aton(source) + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 4, 5)
    body = addresses + extensions
    return b"\r\n\r\n\0\r\nQUIT\n" + bytes([command, 0x11]) + struct.pack("!H", len(body)) + body


class Plain(GatewayTest):
    config = gateway(listener={"proxy_protocol": ["127.0.0.0/16"]}, client_header_timeout="2s")

    def seen(self):
        return self.origin.requests[-1].fields.get("x-forwarded-for")

    def test_both_versions_name_the_client(self):
        for header in (LINE, binary(), binary(extensions=b"\x03\x00\x04abcd" + bytes(3000))):
            with self.client() as client:
                client.send(header)
                for _ in range(2):
                    self.assertEqual(client.get("/").status, 200)
                    self.assertEqual(self.seen(), "203.0.113.9")

    def test_a_header_may_come_in_pieces_and_with_the_request(self):
        for header in (LINE, binary()):
            with self.client() as client:
                for byte in header:
                    client.send(bytes([byte]))
                self.assertEqual(client.get("/").status, 200)
                self.assertEqual(self.seen(), "203.0.113.9")
            with self.client() as client:
                client.send(header + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertEqual(client.answer().status, 200)

    def test_the_balancers_own_checks_are_its_own(self):
        for header in (b"PROXY UNKNOWN\r\n", binary(command=0x20)):
            with self.client() as client:
                client.send(header)
                self.assertEqual(client.get("/").status, 200)
                self.assertEqual(self.seen(), "127.0.0.1")

    def test_who_is_not_named_speaks_without_and_cannot_pretend(self):
        with self.client(source="127.1.0.1") as client:
            self.assertEqual(client.get("/").status, 200)
            self.assertEqual(self.seen(), "127.1.0.1")
        with self.client(source="127.1.0.1") as client:
            client.send(LINE)
            self.assertEqual(client.request().answer().status, 400)

    def test_what_is_no_header_ends_its_connection(self):
        for data in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"PROXY TCP4 1.2.3.4\r\n",
                     b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff" + bytes(5000)):
            with self.client() as client:
                client.try_send(data)
                self.assertTrue(client.is_closed())
        requests = len(self.origin.requests)
        with self.client() as client:
            client.send(LINE)
            self.assertEqual(client.get("/").status, 200)
        self.assertEqual(len(self.origin.requests), requests + 1)

    def test_a_header_has_its_time(self):
        for data in (b"", LINE[:-1]):
            with self.client() as client:
                client.send(data)
                self.assertTrue(client.is_closed())


class BeforeTls(GatewayTest):
    config = gateway(listener={"proxy_protocol": ["127.0.0.1/32"], "tls": {
        "certificate": "@dir@/gateway.test.pem", "key": "@dir@/gateway.test.key"}})

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        cls.authority.issue("gateway.test", "gateway.test")

    def test_the_handshake_follows_the_header(self):
        for header in (LINE, binary()):
            with TlsClient(self.gateway.address, trusting(self.authority), before=header) as client:
                self.assertEqual(client.get("/").status, 200)
                fields = self.origin.requests[-1].fields
                self.assertEqual(fields.get("x-forwarded-for"), "203.0.113.9")
                self.assertEqual(fields.get("x-forwarded-proto"), "https")
