"""Which certificate a client gets: by the name that it asks for, and by what it can read."""

from support import (Authority, GatewayTest, TlsClient, gateway, gatewayctl, gatewayctl_json,
                     run_gatewayd, s_client, trusting)


def pair(name):
    return {"certificate": f"@dir@/{name}.pem", "key": f"@dir@/{name}.key"}


class Names(GatewayTest):
    config = gateway(expose=["metrics"], listener={"tls": {**pair("first"), "certificates": [
        pair("second"), pair("wild"), pair("rsa")]}})

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        cls.authority.issue("first", "first.test", "127.0.0.1")
        cls.authority.issue("second", "second.test", "special.wild.test")
        cls.authority.issue("wild", "*.wild.test")
        cls.authority.issue("rsa", "second.test", "special.wild.test", kind="rsa2048")

    def names(self, server_name, check=True):
        context = trusting(self.authority)
        context.check_hostname = check
        with TlsClient(self.gateway.address, context, server_name) as client:
            self.assertEqual(client.get("/").status, 200)
            return client.names

    def test_the_name_chooses(self):
        self.assertEqual(self.names("first.test"), ["first.test"])
        self.assertEqual(self.names("second.test"), ["second.test", "special.wild.test"])
        self.assertEqual(self.names("any.wild.test"), ["*.wild.test"])
        self.assertEqual(self.names("special.wild.test"), ["second.test", "special.wild.test"])

    def test_the_first_answers_what_nobody_has(self):
        self.assertEqual(self.names("else.test", check=False), ["first.test"])
        self.assertEqual(self.names("a.b.wild.test", check=False), ["first.test"])
        self.assertEqual(self.names("127.0.0.1"), ["first.test"])  # an address is not asked for

    def test_of_two_kinds_of_key_the_client_gets_the_one_that_it_can_use(self):
        for cipher, kind in (("ECDHE-RSA-AES128-GCM-SHA256", "RSA"),
                             ("ECDHE-ECDSA-AES128-GCM-SHA256", "id-ecPublicKey")):
            status, told = s_client(self.gateway.address, "-tls1_2", "-cipher", cipher,
                                    "-servername", "second.test", "-CAfile",
                                    self.authority.certificate)
            self.assertEqual(status, 0, told)
            self.assertIn(f"Cipher    : {cipher}", told)

    def test_ends_are_told_in_status_and_metrics(self):
        status = gatewayctl_json("status", "--socket", f"{self.directory}/control.sock")
        self.assertEqual([one["name"] for one in status["certificates"]],
                         ["first.test", "second.test", "*.wild.test", "second.test"])
        self.assertTrue(all(one["listener"] == "public" for one in status["certificates"]))
        with TlsClient(self.gateway.address, trusting(self.authority), "first.test") as client:
            metrics = client.get("/metrics").body.decode()
        self.assertRegex(metrics, r'gateway_certificate_not_after_timestamp_seconds\{'
                                  r'listener="public",name="first.test",sha256="[0-9a-f]{16}"\} ')


class Ending(GatewayTest):
    config = gateway(listener={"tls": pair("short")})

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        cls.authority.issue("short", "short.test", days=13)

    def test_an_end_within_two_weeks_is_warned_of(self):
        self.gateway.wait_for_log(r"the certificate of short.test \(listener public\) ends on "
                                  r"[0-9-]+, in 1[23] days")
        checked = run_gatewayd("--check", "--config", self.gateway.config_path)
        self.assertEqual(checked.returncode, 0)
        self.assertIn("warning[certificate-time]", checked.stderr)
        told = gatewayctl("status", "--socket", f"{self.directory}/control.sock").stdout
        self.assertRegex(told, r"the certificate of short.test \(listener public\) ends in 1[23] d")

