"""Certificates by ACME, against Pebble."""

import os
import shutil
import socket
import ssl
import stat
import unittest

from support import Authority, GatewayTest, TlsClient, eventually, gateway, gatewayctl_json, table
from support.pebble import Pebble, free_ports


@unittest.skipUnless(shutil.which("pebble"), "pebble is not installed")
class Acme(GatewayTest):
    config = gateway(listener={"address": "127.0.0.1:@http@", "redirect_to_https": True}) + table(
        "listeners.secure", {"address": "127.0.0.1:0",
                             "tls": {"acme": ["api.acme.test", "www.acme.test"]}}) + table(
        "acme", {"directory": "@pebble@", "ca_file": "@dir@/authority.pem", "state": "@dir@/acme",
                 "contact": ["mailto:ops@acme.test"], "agree_to_terms": True})

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        [cls.places["http"]] = free_ports(1)
        cls.pebble = Pebble(cls.directory, cls.authority, cls.places["http"])
        cls.addClassCleanup(cls.pebble.close)
        cls.places["pebble"] = cls.pebble.url

    def presented(self, name="api.acme.test"):
        """The names and the issuer of what the secure listener shows."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with TlsClient(self.gateway.listening[-1], context, name) as client:
            self.assertEqual(client.get("/").status, 200)
            return ssl.DER_cert_to_PEM_cert(client.sock.getpeercert(True))

    def trusted(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.pebble.management_get("/roots/0").decode())
        with TlsClient(self.gateway.listening[-1], context, "www.acme.test") as client:
            return client.names

    def certificate(self):
        status = gatewayctl_json("status", "--socket", f"{self.directory}/control.sock")
        [certificate] = status["certificates"]
        return certificate

    def test_a_certificate_comes_serves_and_stays(self):
        # What stands in until then is served, too.
        self.presented()
        self.gateway.wait_for_log("the certificate of api.acme.test has come")
        eventually(lambda: not self.certificate()["stand_in"], "it serves")
        self.assertEqual(sorted(self.trusted()), ["api.acme.test", "www.acme.test"])
        self.assertEqual(self.certificate()["names"], ["api.acme.test", "www.acme.test"])

        folder = f"{self.directory}/acme"
        self.assertEqual(sorted(os.listdir(folder)), ["account.key", "api.acme.test.pem"])
        for name in os.listdir(folder):
            self.assertEqual(stat.S_IMODE(os.stat(f"{folder}/{name}").st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)

        before = self.presented()
        self.assertIn("is live", self.gateway.reload())
        self.assertEqual(self.presented(), before)
        self.assertEqual(self.gateway.log().count("asking https://"), 1)

        # Challenges are answered while they are under way alone.
        sock = socket.create_connection(self.gateway.listening[0], timeout=10)
        self.addCleanup(sock.close)
        sock.sendall(b"GET /.well-known/acme-challenge/x HTTP/1.1\r\nHost: api.acme.test\r\n\r\n")
        self.assertIn(b" 308 ", sock.recv(200))

        # After a restart it is there at once.
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start()
        self.assertFalse(self.certificate()["stand_in"])
        self.assertEqual(self.presented(), before)


@unittest.skipUnless(shutil.which("pebble"), "pebble is not installed")
class Refused(Acme):
    """The authority cannot reach the gateway: nothing else suffers."""

    @classmethod
    def prepare(cls):
        super().prepare()
        [cls.places["http"]] = free_ports(1)  # another port than the one that pebble asks

    def test_a_certificate_comes_serves_and_stays(self):
        self.gateway.wait_for_log(r"no certificate of api.acme.test: authorization: the name is "
                                  r"not proved: .*; the next try is in 1 min")
        self.presented()
        self.assertTrue(self.certificate()["stand_in"])
