"""OCSP answers that are stapled: from a file, and fetched."""

import datetime
import http.server
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from support import Authority, GatewayTest, eventually, gateway, s_client


def answer_of(issuer, certificate, status=ocsp.OCSPCertStatus.GOOD, hours=24):
    now = datetime.datetime.utcnow()
    revoked = now if status == ocsp.OCSPCertStatus.REVOKED else None
    return (ocsp.OCSPResponseBuilder()
            .add_response(certificate, issuer.x509, hashes.SHA1(), status,
                          now - datetime.timedelta(hours=1), now + datetime.timedelta(hours=hours),
                          revoked, None)
            .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.x509)
            .sign(issuer.private, hashes.SHA256())
            .public_bytes(serialization.Encoding.DER))


class Responder:
    """Answers each POST with `answer(serial)`."""

    def __init__(self):
        self.asked = []
        self.answer = lambda serial: b""
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                question = ocsp.load_der_ocsp_request(body)
                outer.asked.append(question.serial_number)
                data = outer.answer(question.serial_number)
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ocsp"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def tls(name, **more):
    return {"tls": {"certificate": f"@dir@/{name}.pem", "key": f"@dir@/{name}.key", **more}}


class StapleTest(GatewayTest):
    def stapled(self):
        _, told = s_client(self.gateway.address, "-status", "-servername", "gateway.test")
        if "OCSP response: no response sent" in told:
            return None
        return "Cert Status: good" in told and "OCSP Response Status: successful" in told


class FromFile(StapleTest):
    config = gateway(listener=tls("gateway.test", ocsp_file="@dir@/answer.der"))

    @classmethod
    def prepare(cls):
        cls.issuer = Authority(cls.directory, "issuer", Authority(cls.directory))
        cls.pair = cls.issuer.issue("gateway.test", "gateway.test")
        cls.other = cls.issuer.issue("other.test", "other.test")
        cls.file = Path(cls.directory) / "answer.der"
        cls.file.write_bytes(answer_of(cls.issuer, cls.pair.x509))

    def test_an_answer_is_stapled_and_one_that_must_not_be_is_warned_of(self):
        self.assertTrue(self.stapled())
        for answer, why in (
            (answer_of(self.issuer, self.other.x509), "it is about another certificate"),
            (answer_of(self.issuer, self.pair.x509, ocsp.OCSPCertStatus.REVOKED),
             "the certificate is revoked"),
            (answer_of(self.issuer, self.pair.x509, hours=-0.5), "it is too old"),
            (answer_of(Authority(self.directory, "forger"), self.pair.x509), "another certificate"),
            (b"nothing", "it is no OCSP answer in DER")):
            self.file.write_bytes(answer)
            self.assertIn("is live", self.gateway.reload())
        self.file.write_bytes(answer_of(self.issuer, self.pair.x509))
        self.assertIn("is live", self.gateway.reload())
        self.assertTrue(self.stapled())


class Fetched(StapleTest):
    config = gateway(listener=tls("gateway.test", ocsp=True))

    @classmethod
    def prepare(cls):
        cls.responder = Responder()
        cls.addClassCleanup(cls.responder.close)
        cls.issuer = Authority(cls.directory, "issuer", Authority(cls.directory))
        cls.pair = cls.issuer.issue("gateway.test", "gateway.test", ocsp_url=cls.responder.url)
        cls.responder.answer = lambda serial: answer_of(cls.issuer, cls.pair.x509)

    def test_an_answer_is_fetched_and_kept_over_reloads(self):
        eventually(self.stapled, "the answer is stapled")
        self.assertEqual(self.responder.asked, [self.pair.x509.serial_number])
        self.assertIn("is live", self.gateway.reload())
        self.assertTrue(self.stapled())
        self.assertEqual(len(self.responder.asked), 1)


class FetchedRevoked(Fetched):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.responder.answer = lambda serial: answer_of(cls.issuer, cls.pair.x509,
                                                        ocsp.OCSPCertStatus.REVOKED)

    def test_an_answer_is_fetched_and_kept_over_reloads(self):
        self.gateway.wait_for_log("the OCSP answer for gateway.test is not stapled: the "
                                  "certificate is revoked")
        self.assertIsNone(self.stapled())
