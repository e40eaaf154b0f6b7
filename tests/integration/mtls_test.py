"""Certificates of clients: who must show one, and who that makes them."""

import ssl

from support import Authority, GatewayTest, TlsClient, gateway, table, trusting

TLS = {"certificate": "@dir@/gateway.test.pem", "key": "@dir@/gateway.test.key",
       "client_ca": "@dir@/clients.pem"}
ROUTES = {
    "robots": {"path": "/robots", "service": "origin", "auth": "mtls", "roles": ["lab"]},
    "both": {"path": "/both", "service": "origin", "auth": ["mtls", "api_key"]},
    "all": {"path": "/*", "service": "origin"},
}
AUTH = table("auth.mtls", {"clients": [{"name": "robot", "roles": ["lab"]}, {"name": "guest"}],
                           "forward": {"X-Client": "sub", "X-Issuer": "issuer"}})
KEYS = table("auth.api_key", {"keys": [{"name": "ci", "sha256":
    "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}]})  # "secret"


class Mtls(GatewayTest):
    config = gateway(listener={"tls": {**TLS, "client_auth": "optional"}}, routes=ROUTES) + AUTH + KEYS

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        cls.authority.issue("gateway.test", "gateway.test")
        cls.clients = Authority(cls.directory, "clients")
        cls.robot = cls.clients.issue("robot", client=True)
        cls.guest = cls.clients.issue("guest", client=True)
        cls.stranger = cls.clients.issue("stranger", client=True)
        cls.forged = Authority(cls.directory, "forger").issue("robot", file_name="forged",
                                                               client=True)
        cls.ended = cls.clients.issue("robot", file_name="ended", begun=10, days=-1, client=True)

    def client(self, certificate=None, session=None,
               versions=(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)):
        self.context = trusting(self.authority, versions, certificate=certificate)
        client = TlsClient(self.gateway.address, self.context, session=session)
        self.addCleanup(client.close)
        return client


class Optional(Mtls):
    def test_the_subject_is_the_user_and_has_its_roles(self):
        answer = self.client(self.robot).get("/robots")
        self.assertEqual(answer.status, 200)
        fields = self.origin.requests[-1].fields
        self.assertEqual(fields.get("x-client"), "robot")
        self.assertEqual(fields.get("x-issuer"), "CN=clients,O=Gateway Tests")

    def test_who_lacks_the_role_or_is_not_listed_is_refused(self):
        self.assertProblem(self.client(self.guest).get("/robots"), 403)
        problem = self.assertProblem(self.client(self.stranger).get("/robots"), 403)
        self.assertIn("not one of those that count", problem["detail"])

    def test_without_a_certificate_only_public_routes_answer(self):
        client = self.client()
        self.assertEqual(client.get("/").status, 200)
        problem = self.assertProblem(client.get("/robots"), 403)
        self.assertEqual(problem["detail"], "The connection shows no client certificate.")
        self.assertChallenged(client.get("/both"), "ApiKey")
        self.assertEqual(client.get("/both", "X-API-Key: secret").status, 200)
        self.assertEqual(self.client(self.guest).get("/both").status, 200)

    def test_a_client_cannot_say_who_it_is_in_a_field(self):
        self.client().get("/", "X-Client: robot")
        self.assertNotIn("x-client", self.origin.requests[-1].fields)

    def test_a_certificate_that_nobody_trusts_ends_the_handshake(self):
        for certificate, alert in ((self.forged, "unknown.ca"), (self.ended, "expired")):
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with self.assertRaisesRegex((ssl.SSLError, AssertionError), f"(?i){alert}"):
                    # In 1.3 the refusal comes after the client's side of the handshake is done.
                    self.client(certificate, versions=(version, version)).get("/")
        self.assertEqual(self.client(self.robot).get("/robots").status, 200)

    def test_a_resumed_session_is_still_the_same_client(self):
        client = self.client(self.robot)
        client.get("/robots")
        context = self.context
        with TlsClient(self.gateway.address, context, session=client.sock.session) as again:
            self.assertEqual(again.get("/robots").status, 200)
            self.assertTrue(again.sock.session_reused)


class Required(Mtls):
    config = gateway(listener={"tls": {**TLS, "client_auth": "required"}}, routes=ROUTES) + AUTH + KEYS

    def test_without_a_certificate_there_is_no_connection(self):
        with self.assertRaisesRegex((ssl.SSLError, AssertionError), "(?i)certificate.required"):
            self.client(versions=(ssl.TLSVersion.TLSv1_3,) * 2).get("/")
        with self.assertRaises((ssl.SSLError, OSError)):
            self.client(versions=(ssl.TLSVersion.TLSv1_2,) * 2)
        self.assertEqual(self.client(self.robot).get("/").status, 200)
