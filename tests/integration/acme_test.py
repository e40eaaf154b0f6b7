"""Certificates by ACME, against Pebble."""

import os
import shutil
import socket
import ssl
import stat
import unittest

from support import Authority, GatewayTest, TlsClient, eventually, gateway, gatewayctl_json, table
from support.foreign import free_port
from support.pebble import Pebble


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
        cls.places["http"] = free_port()
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
        sock = socket.create_connection(self.gateway.listening[0], timeout=60)
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
        cls.places["http"] = free_port()  # another port than the one that pebble asks

    def test_a_certificate_comes_serves_and_stays(self):
        self.gateway.wait_for_log(r"no certificate of api.acme.test: authorization: the name is "
                                  r"not proved: .*; the next try is in 1 min")
        self.presented()
        self.assertTrue(self.certificate()["stand_in"])


@unittest.skipUnless(shutil.which("pebble"), "pebble is not installed")
class Renewed(Acme):
    """What is kept is renewed when less than a third of its time is left, and not before."""

    config = Acme.config + table("listeners.young", {"address": "127.0.0.1:0",
                                                     "tls": {"acme": ["young.acme.test"]}})

    @classmethod
    def keep(cls, *names, begun, days):
        """Has the state folder hold a certificate for `names`."""
        pair = cls.authority.issue("kept", *names, file_name=f"kept-{names[0]}", begun=begun,
                                   days=days)
        folder = f"{cls.directory}/acme"
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/{names[0]}.pem", "wb") as file:
            file.write(pair.certificate.read_bytes() + pair.key.read_bytes())

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.keep("api.acme.test", "www.acme.test", begun=61, days=29)
        cls.keep("young.acme.test", begun=59, days=31)

    def certificate(self, name="api.acme.test"):
        status = gatewayctl_json("status", "--socket", f"{self.directory}/control.sock")
        [certificate] = [one for one in status["certificates"] if one["name"] == name]
        return certificate

    def test_a_certificate_comes_serves_and_stays(self):
        young = self.certificate("young.acme.test")
        self.assertFalse(self.certificate()["stand_in"])
        self.gateway.wait_for_log("the certificate of api.acme.test has come")
        eventually(lambda: "Pebble" in self.certificate()["issuer"], "the new one serves")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.pebble.management_get("/roots/0").decode())
        secure = self.gateway.listening[self.listener("secure")]
        with TlsClient(secure, context, "www.acme.test") as client:
            self.assertEqual(sorted(client.names), ["api.acme.test", "www.acme.test"])

        # The other one was looked at by the same steps, and left alone.
        self.assertEqual(self.gateway.log().count("asking https://"), 1)
        self.assertEqual(self.certificate("young.acme.test"), young)

        # What has come is what is kept.
        serving = self.certificate()["sha256"]
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start()
        self.assertEqual(self.certificate()["sha256"], serving)

    def listener(self, name):
        status = gatewayctl_json("status", "--socket", f"{self.directory}/control.sock")
        addresses = [(one["name"], one["address"]) for one in status["listeners"]]
        ports = [address[1] for address in self.gateway.listening]
        [port] = [int(address.rsplit(":", 1)[1]) for known, address in addresses if known == name]
        return ports.index(port)
