"""auth = "introspect" asks its service as every other request of that service is sent: over TLS that
trusts whom the service says, and by HTTP/2 where it speaks that."""

import json
import shutil
import ssl
import tempfile

from support import Authority, GatewayTest, Gatewayd, Origin, fill, gateway, table
from support.tokens import bearer

ROUTES = {"all": {"path": "/*", "service": "origin", "auth": "introspect"}}


def knows(peer):
    peer.read_body()
    token = (peer.request.fields.get("authorization") or "").removeprefix("Bearer ")
    peer.answer(200 if token == "good" else 401, json.dumps({"sub": "u-1"}).encode())


def config_of(**auth):
    services = {"origin": {"instances": ["@origin@"]}, "auth": {"instances": ["@auth@"], **auth}}
    return gateway(services=services, routes=ROUTES) + table(
        "auth.introspect", {"service": "auth", "path": "/check", "cache": "0s", "timeout": "5s",
                            "forward": {"X-User": "sub"}})


class Asked(GatewayTest):
    """What each of them is to come to."""

    def check(self):
        seen = self.forwarded("/x", bearer("good"))
        self.assertEqual(seen.fields.get("x-user"), "u-1")
        self.assertChallenged(self.get("/x", bearer("bad")), "Bearer", error="invalid_token")


class OverTls(Asked):
    config = config_of(tls={"ca_file": "@dir@/authority.pem", "certificate": "@dir@/gateway.pem",
                            "key": "@dir@/gateway.key"})

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        cls.authority.issue("gateway", client=True)
        pair = cls.issue_for_auth()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cls.authority.certificate)
        cls.auth = Origin(knows, tls=context)
        cls.addClassCleanup(cls.auth.close)
        cls.places["auth"] = cls.auth.url

    @classmethod
    def issue_for_auth(cls):
        return cls.authority.issue("auth", "127.0.0.1")

    def test_a_service_under_tls_is_asked_and_sees_who_asks(self):
        self.check()
        self.assertEqual(self.auth.requests[-1].target, "/check")
        shown = self.auth.handshakes[-1][1]
        self.assertIn((("commonName", "gateway"),), shown["subject"])


class Distrusted(OverTls):
    @classmethod
    def issue_for_auth(cls):
        return Authority(cls.directory, "stranger").issue("auth", "127.0.0.1")

    def test_a_service_under_tls_is_asked_and_sees_who_asks(self):
        """Who is not to be trusted learns no token."""
        answer = self.get("/x", bearer("good"))
        self.assertProblem(answer, 503)
        self.assertIn("auth-unavailable", answer.body.decode())
        self.assertEqual(self.auth.requests, [])


class Misnamed(Distrusted):
    @classmethod
    def issue_for_auth(cls):
        return cls.authority.issue("auth", "elsewhere.test")


class OverHttp2(Asked):
    """client → gatewayd → HTTP/2 → gatewayd → the service"""

    INNER = gateway(listener={"http2": True})
    SCHEME = "http"
    config = config_of(http2=True)
    origins = {"origin": staticmethod(lambda peer: peer.answer(200, peer.read_body())),
               "knower": staticmethod(knows)}

    @classmethod
    def prepare(cls):
        inner = tempfile.mkdtemp(prefix="gwd-")
        cls.addClassCleanup(shutil.rmtree, inner, True)
        cls.prepare_inner(inner)
        places = {"dir": inner, "origin": cls.running["knower"].url}
        cls.inner = Gatewayd(inner, fill(cls.INNER, places))
        cls.addClassCleanup(cls.inner.close)
        cls.inner.start()
        host, port = cls.inner.address
        cls.places["auth"] = f"{cls.SCHEME}://{host}:{port}"

    @classmethod
    def prepare_inner(cls, directory):
        """For what the inner gateway needs beside its config."""

    def test_a_service_that_speaks_http2_is_asked_in_it(self):
        self.check()
        question = self.running["knower"].requests[-1]
        self.assertEqual((question.method, question.target), ("GET", "/check"))

    def test_many_at_once(self):
        clients = [self.client().request("GET", "/x", bearer("good")) for _ in range(40)]
        self.assertEqual({client.answer().status for client in clients}, {200})


class OverHttp2AndTls(OverHttp2):
    INNER = gateway(listener={"http2": True, "tls": {"certificate": "@dir@/auth.pem",
                                                     "key": "@dir@/auth.key"}})
    SCHEME = "https"
    config = config_of(http2=True, tls={"ca_file": "@dir@/authority.pem"})

    @classmethod
    def prepare_inner(cls, directory):
        authority = Authority(cls.directory)
        pair = authority.issue("auth", "127.0.0.1")
        shutil.copy(pair.certificate, directory)
        shutil.copy(pair.key, directory)


class Http1Alone(Asked):
    """A service that was said to speak HTTP/2 is not asked in anything else."""

    config = config_of(http2=True)

    @classmethod
    def prepare(cls):
        cls.auth = Origin(knows)
        cls.addClassCleanup(cls.auth.close)
        cls.places["auth"] = cls.auth.url

    def test_it_is_503(self):
        answer = self.get("/x", bearer("good"))
        self.assertProblem(answer, 503)
        self.assertIn("auth-unavailable", answer.body.decode())
        self.assertEqual(self.auth.requests, [])
