"""docs/operations.md: each symptom is brought about, and the commands that the document names show
its cause."""

import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

from support import GatewayTest, gateway, table
from support.process import binary
from support.tokens import bearer, claims, hs256

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operations.md"
SECRET = "a secret that is long enough for HS256"
ID = "0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60"


def sections():
    """Title → the command lines below it."""
    found = {}
    for part in DOCUMENT.read_text().split("\n## ")[1:]:
        lines = "".join(re.findall(r"(?ms)^```sh\n(.*?)^```", part)).splitlines()
        found[part.splitlines()[0]] = lines
    return found


def behave(peer):
    if peer.request.target == "/open/slow":
        return peer.wait_for_end()
    if "slow" in peer.request.target:
        time.sleep(1.1)
    peer.answer(200, b"x")


class Symptoms(GatewayTest):
    behaviour = staticmethod(behave)
    config = gateway(
        max_body_size="1KiB",
        services={"samples": {"instances": ["@origin@"], "response_timeout": "200ms"},
                  "down": {"instances": ["http://127.0.0.1:1"], "breaker": {"failures": 2}},
                  "patient": {"instances": ["@origin@"]}},
        routes={"samples": {"path": "/samples/*", "service": "samples", "auth": ["jwt"],
                            "roles": ["lab"], "hosts": ["api.example.com"]},
                "open": {"path": "/open/*", "service": "samples"},
                "patient": {"path": "/patient/*", "service": "patient"},
                "scarce": {"path": "/scarce", "service": "samples", "limits": ["few"]},
                "inside": {"path": "/inside", "service": "samples", "deny": ["127.0.0.0/8"]},
                "down": {"path": "/down", "service": "down"}},
        store={"path": "@dir@/gatewayd.db"}) + table(
            "limits.few", {"key": "ip", "limit": 1, "window": "1h"}) + table(
                "auth.jwt", {"algorithms": ["HS256"], "secret": SECRET})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bin = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="gwd-"))
        os.symlink(binary("GATEWAYCTL_BIN"), f"{cls.bin}/gatewayctl")

    def run_commands(self, title, identity=ID, service="samples", expected=(0,)):
        """What the commands of a section print, all together."""
        printed = ""
        for line in sections()[title]:
            for there, here in ((ID, identity), ("samples", service),
                                ("/etc/gatewayd/", f"{self.directory}/"),
                                ("/run/gatewayd/", f"{self.directory}/")):
                line = line.replace(there, here)
            ran = subprocess.run(
                ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, timeout=180,
                check=False, env={**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}",
                                  "GATEWAYD_SOCKET": f"{self.directory}/control.sock"})
            self.assertIn(ran.returncode, expected, f"{line}\n{ran.stdout}{ran.stderr}")
            self.assertEqual(ran.stderr, "", line)
            printed += ran.stdout
        self.assertTrue(printed)
        return printed

    def assertShown(self, title, answer, status, *causes, **options):
        self.assertEqual(answer.status, status, answer.body)
        identity = answer.fields.get("x-request-id")
        self.eventually(lambda: identity in self.log_ids(), "the request in the log")
        printed = self.run_commands(title, identity, **options)
        for cause in causes:
            self.assertRegex(printed, cause)

    def log_ids(self):
        return subprocess.run([f"{self.bin}/gatewayctl", "logs", "-n", "1000", "--socket",
                               f"{self.directory}/control.sock"], capture_output=True, text=True,
                              timeout=180, check=True).stdout

    def token(self, **different):
        return bearer(hs256(claims(**{"roles": ["lab"], **different}), SECRET))

    HOST = {"host": "api.example.com"}

    def test_every_section_is_looked_at(self):
        tested = pathlib.Path(__file__).read_text()
        for title, lines in sections().items():
            if title.startswith("Being told"):
                continue
            self.assertTrue(lines, title)
            self.assertIn(f'"{title}"', tested)

    def test_404(self):
        self.assertShown("404", self.get("/samplez/7"), 404, r"route +none", r"404 no-route")

    def test_401(self):
        expired = self.ask_samples(self.token(exp=1_700_000_000))
        self.assertShown("401", expired, 401, "the token has expired")

    def test_403(self):
        self.assertShown("403", self.ask_samples(self.token(roles=["guest"])), 403,
                         r"roles guest ∉ \[lab\]")
        self.assertShown("403", self.get("/inside"), 403, r"denied by 127\.0\.0\.0/8")

    def ask_samples(self, token):
        with self.client() as client:
            return client.request("GET", "/samples/7", token, **self.HOST).answer("GET")

    def test_413(self):
        with self.client() as client:
            answer = client.request("POST", "/open/x", body=b"x" * 1025).answer("POST")
        self.assertShown("413", answer, 413, "body-too-large", r"(?m)^decided by .*body")

    def test_429(self):
        self.get("/scarce")
        self.assertShown("429", self.get("/scarce"), 429, r"decided by  limit few .*1 of 1 used",
                         r"(?m)^127\.0\.0\.1 ")

    def test_502_and_503(self):
        answers = [self.get("/down") for _ in range(3)]
        self.assertShown("502", answers[0], 502, "upstream-connect at 127.0.0.1:1",
                         service="down")
        self.assertShown("503", answers[2], 503, r"decided by  breaker of service down: open since",
                         r"(?m)^down .* open ", service="down")

    def test_504(self):
        self.assertShown("504", self.get("/open/slow"), 504,
                         r"attempts +first .*upstream-timeout .*took ([2-9]\d\dms|[\d.]+s)",
                         "GET /open/slow")

    def test_slow(self):
        line = "gatewayctl logs --since 1h --slower-than 1s -n 100 -o csv"
        self.assertIn(line, sections()["It is slow"])
        self.get("/patient/slow")
        self.eventually(lambda: "/patient/slow" in self.log_ids(), "the request in the log")
        printed = self.run_commands("It is slow")
        self.assertRegex(printed, r"(?m)^ROUTE ")
        self.assertIn("upstream_us", printed)

    def test_memory(self):
        printed = self.run_commands("Memory grows")
        for figure in ("process_resident_memory_bytes", "gateway_client_connections",
                       "gateway_upstream_connections", "process_open_fds"):
            self.assertIn(figure, printed)

    def test_disk(self):
        printed = self.run_commands("The disk fills, or the log has gaps", expected=(0, 1))
        self.assertRegex(printed, r"log lag \d+ ms, 0 dropped")
        self.assertRegex(printed, r"(?m)^(ok|warn|fail) +disk ")

    def test_starting(self):
        printed = self.run_commands("It does not start, or a reload is rejected", expected=(0, 1))
        self.assertRegex(printed, r"(?m)^ok +config .* is valid$")


if __name__ == "__main__":
    unittest.main()
