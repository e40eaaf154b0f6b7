"""TLS in front: handshakes, versions, names, sessions, and what is broken."""

import shutil
import signal
import socket
import ssl

from support import (Authority, Closed, Console, GatewayTest, TlsClient, gateway, records, s_client,
                     trusting)

# Alerts (RFC 8446 §6).
UNEXPECTED_MESSAGE, BAD_RECORD_MAC, RECORD_OVERFLOW = 10, 20, 22
HANDSHAKE_FAILURE, DECODE_ERROR, PROTOCOL_VERSION = 40, 50, 70
NO_APPLICATION_PROTOCOL = 120
HANDSHAKE, ALERT = 22, 21

V1_2 = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
V1_3 = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)


def secure(**tls):
    return {"tls": {"certificate": "@dir@/gateway.test.pem", "key": "@dir@/gateway.test.key",
                    **tls}}


class TlsTest(GatewayTest):
    """A gateway whose only listener speaks TLS."""

    config = gateway(listener=secure())

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        cls.pair = cls.authority.issue("gateway.test", "gateway.test")
        cls.context = trusting(cls.authority)

    def client(self, context=None, **options):
        client = TlsClient(self.gateway.address, context or self.context, **options)
        self.addCleanup(client.close)
        return client

    def plain(self):
        sock = socket.create_connection(self.gateway.address, timeout=60)
        self.addCleanup(sock.close)
        return sock

    def assertServes(self):
        with self.client() as client:
            self.assertEqual(client.get("/").status, 200)


class Handshakes(TlsTest):
    def test_requests_pass_in_both_versions(self):
        for versions, name in ((V1_2, "TLSv1.2"), (V1_3, "TLSv1.3")):
            with self.subTest(name), self.client(trusting(self.authority, versions)) as client:
                self.assertEqual(client.sock.version(), name)
                for number in range(5):
                    self.assertEqual(client.get(f"/{number}").status, 200)

    def test_upstreams_are_told_that_the_client_came_over_tls(self):
        self.assertEqual(self.forwarded("/").fields.get("x-forwarded-proto"), "https")

    def test_http_1_1_is_agreed_on_by_alpn(self):
        context = trusting(self.authority, alpn=["http/1.1"])
        with self.client(context) as client:
            self.assertEqual(client.sock.selected_alpn_protocol(), "http/1.1")
            self.assertEqual(client.get("/").status, 200)

    def test_a_protocol_that_nobody_speaks_is_refused(self):
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.client(trusting(self.authority, alpn=["spdy/1"]))

    def test_older_versions_are_refused_with_the_alert_for_it(self):
        for version in ("-tls1", "-tls1_1"):
            status, told = s_client(self.gateway.address, version, "-cipher", "ALL:@SECLEVEL=0")
            self.assertNotEqual(status, 0)
            self.assertIn("alert protocol version", told)

    def test_a_cipher_without_forward_secrecy_is_refused(self):
        status, told = s_client(self.gateway.address, "-tls1_2", "-cipher", "AES128-SHA")
        self.assertNotEqual(status, 0)
        self.assertIn("alert handshake failure", told)

    def test_a_client_cannot_renegotiate(self):
        console = Console(self.gateway.address, "-tls1_2")
        self.addCleanup(console.close)
        console.wait_for(b"Verify return code")
        console.say(b"R\n")
        console.wait_for(b"no renegotiation")
        self.assertServes()

    def test_a_request_that_comes_with_the_last_message_of_the_handshake_is_served(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.context.wrap_bio(incoming, outgoing, server_hostname="gateway.test")
        sock = self.plain()
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65536))
        tls.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        sock.sendall(outgoing.read())  # Finished and the request in one piece
        received = b""
        while data := sock.recv(65536):
            incoming.write(data)
            try:
                while block := tls.read():
                    received += block
            except ssl.SSLWantReadError:
                pass
        self.assertTrue(received.startswith(b"HTTP/1.1 200 "), received)

    def test_large_bodies_pass_both_ways(self):
        body = bytes(range(256)) * 4096
        self.origin.behaviour = lambda peer: peer.answer(200, peer.read_body())
        for versions in (V1_2, V1_3):
            with self.client(trusting(self.authority, versions)) as client:
                answer = client.request("POST", "/", body=body).answer()
                self.assertEqual(answer.body, body)

    def test_the_end_is_announced(self):
        with self.client() as client:
            client.get("/", "Connection: close")
            with self.assertRaises(Closed) as end:
                client.stream.fill()
            self.assertTrue(str(end.exception).startswith("closed;"), end.exception)

    def test_a_keyupdate_is_followed(self):
        console = Console(self.gateway.address, "-tls1_3")
        self.addCleanup(console.close)
        console.wait_for(b"Verify return code")
        for _ in range(3):
            console.say(b"K\n")
            console.wait_for(b"KEYUPDATE")
            console.shown = b""
        console.say(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        console.wait_for(b"HTTP/1.1 200 OK")


class Sessions(TlsTest):
    def resumes(self, versions, session):
        with self.client(trusting(self.authority, versions), session=session) as client:
            client.get("/")
            return client.sock.session_reused, client.sock.session

    def test_a_session_is_resumed_by_its_ticket_also_after_a_reload(self):
        for versions in (V1_2, V1_3):
            context = trusting(self.authority, versions)
            with self.client(context) as client:
                client.get("/")
                session = client.sock.session
                self.assertFalse(client.sock.session_reused)
            for reloads in (False, True):
                if reloads:
                    self.assertIn("is live", self.gateway.reload())
                with self.client(context, session=session) as client:
                    client.get("/")
                    self.assertTrue(client.sock.session_reused)
                    session = client.sock.session


class NoTickets(TlsTest):
    config = gateway(listener=secure(session_tickets=False))

    def test_no_session_is_resumed(self):
        for versions in (V1_2, V1_3):
            context, session = trusting(self.authority, versions), None
            for _ in range(2):
                with self.client(context, session=session) as client:
                    client.get("/")
                    self.assertFalse(client.sock.session_reused)
                    session = client.sock.session


class Ciphers(TlsTest):
    config = gateway(listener=secure(ciphers="ECDHE-ECDSA-CHACHA20-POLY1305:"
                                             "ECDHE-RSA-CHACHA20-POLY1305",
                                     cipher_suites="TLS_CHACHA20_POLY1305_SHA256"))

    def test_those_that_are_named_are_spoken_and_no_others(self):
        for version, other in (("-tls1_2", "-cipher ECDHE-ECDSA-AES128-GCM-SHA256:"
                                           "ECDHE-RSA-AES128-GCM-SHA256"),
                               ("-tls1_3", "-ciphersuites TLS_AES_128_GCM_SHA256")):
            status, told = s_client(self.gateway.address, version)
            self.assertRegex(told, "Cipher is [A-Z0-9_-]*CHACHA20")
            status, told = s_client(self.gateway.address, version, *other.split(" ", 1))
            self.assertNotEqual(status, 0)
            self.assertIn("handshake failure", told)


class Broken(TlsTest):
    def alert_of(self, data):
        sock = self.plain()
        sock.sendall(data)
        found = records(sock)
        self.assertServes()
        alerts = [body for kind, body in found if kind == ALERT]
        return alerts[-1][1] if alerts else None

    def test_a_record_of_no_known_type_is_refused(self):
        self.assertIn(self.alert_of(b"\xff\x03\x03\x00\x05hello"),
                      (UNEXPECTED_MESSAGE, PROTOCOL_VERSION))

    def test_a_record_that_is_too_long_is_refused(self):
        self.assertEqual(self.alert_of(b"\x16\x03\x01\xff\xff" + b"\x01" * 70000), RECORD_OVERFLOW)

    def test_a_client_hello_that_is_cut_short_is_refused(self):
        hello = b"\x01\x00\x00\x04\x03\x03\x00\x00"
        self.assertEqual(self.alert_of(b"\x16\x03\x01" + len(hello).to_bytes(2, "big") + hello),
                         DECODE_ERROR)

    def test_application_data_before_a_handshake_is_refused(self):
        self.assertEqual(self.alert_of(b"\x17\x03\x03\x00\x05hello"), UNEXPECTED_MESSAGE)

    def test_a_record_that_does_not_decrypt_ends_its_connection_alone(self):
        for versions in (V1_2, V1_3):
            other = self.client(trusting(self.authority, versions))
            self.assertEqual(other.get("/before").status, 200)
            client = self.client(trusting(self.authority, versions))
            client.get("/")
            raw = socket.socket(fileno=client.sock.detach())
            raw.settimeout(60)
            self.addCleanup(raw.close)
            raw.sendall(b"\x17\x03\x03\x00\x40" + b"\x5a" * 64)
            found = records(raw)
            self.assertTrue(found, "no alert")  # encrypted, so that its kind cannot be read here
            self.assertEqual(other.get("/after").status, 200)

    def test_plain_http_is_told_what_is_wrong_or_cut(self):
        sock = self.plain()
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        records(sock)
        self.assertServes()

    def test_an_end_in_the_midst_of_a_handshake_harms_nobody(self):
        for data in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"):
            sock = self.plain()
            sock.sendall(data)
            sock.close()
        self.assertServes()


class Slow(TlsTest):
    config = gateway(listener=secure(handshake_timeout="2s"))

    def test_a_handshake_has_its_time(self):
        sock = self.plain()
        sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        self.assertEqual(sock.recv(1), b"")
        self.assertServes()


class OnlyNew(TlsTest):
    config = gateway(listener=secure(min_version="1.3"))

    def test_a_minimum_version_is_kept(self):
        self.assertServes()
        with self.assertRaisesRegex(ssl.SSLError, "(?i)protocol.version"):
            self.client(trusting(self.authority, V1_2))


class Reloads(TlsTest):
    def test_a_new_certificate_serves_new_connections_and_drops_none(self):
        old = self.client()
        self.assertEqual(old.get("/").status, 200)
        serial = ssl.DER_cert_to_PEM_cert(old.sock.getpeercert(True))
        self.authority.issue("gateway.test", "gateway.test")
        self.assertIn("is live", self.gateway.reload())
        self.assertEqual(old.get("/after").status, 200)
        with self.client() as client:
            self.assertNotEqual(ssl.DER_cert_to_PEM_cert(client.sock.getpeercert(True)), serial)
            self.assertEqual(client.get("/").status, 200)

    def test_what_cannot_be_used_changes_nothing(self):
        other = self.authority.issue("other.test", "other.test")
        before = self.pair.key.read_bytes()
        self.addCleanup(self.pair.key.write_bytes, self.pair.key.read_bytes())
        shutil.copy(other.key, self.pair.key)
        log = self.gateway.reload()
        self.assertIn("reload rejected", log)
        self.assertRegex(log, r"gatewayd\.toml:\d+:\d+ certificate-mismatch")
        self.pair.key.write_bytes(b"nothing")
        self.assertIn("unusable-key", self.gateway.reload())
        self.pair.key.unlink()
        self.assertIn("unreadable-key", self.gateway.reload())
        self.pair.key.write_bytes(before)
        self.assertServes()

    def test_tls_can_be_turned_off_and_on(self):
        text = self.gateway.config_path.read_text()
        plain = gateway()
        self.assertIn("is live", self.reload(plain))
        sock = self.plain()
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertTrue(sock.recv(100).startswith(b"HTTP/1.1 200"))
        self.assertIn("is live", self.gateway.reload(text))
        self.assertServes()


class Drains(TlsTest):
    def test_an_idle_connection_is_told_of_the_end_when_the_gateway_stops(self):
        client = self.client()
        client.get("/")
        self.gateway.signal(signal.SIGTERM)
        self.assertTrue(client.is_closed())
        self.assertEqual(self.gateway.wait(), 0)
