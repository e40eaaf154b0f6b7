"""gatewayctl support-bundle: all that helps, nothing that lets anybody in."""

import base64
import json
import os
import stat
import tarfile
import tempfile
from pathlib import Path

from support import GatewayTest, gateway, gatewayctl, table

SECRETS = ["s3cret-of-jwt", "s3cret-header", "s3cret-query", "s3cret-user", "s3cret-upstream",
           "s3cret-basic", "s3cret-token", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"]
CONFIG = gateway(services={"things": {"instances": ["@origin@"]},
                           "gone": {"instances": ["http://127.0.0.1:1"]}},
                 routes={"things": {"path": "/things/*", "service": "things",
                                    "request": {"set": {"X-Api-Key": "s3cret-upstream"}}},
                         "closed": {"path": "/closed", "service": "things", "auth": "jwt"},
                         "gone": {"path": "/gone/*", "service": "gone"}},
                 log={"to": "@dir@/gatewayd.log", "levels": {"request": "debug",
                                                             "security": "debug"}})
CONFIG += table("auth.jwt", {"algorithms": ["HS256"], "secret": "s3cret-of-jwt-that-is-long-enough"})
CONFIG += '[auth.api_key]\nkeys = [{ name = "ci", sha256 = "' + SECRETS[-1] + 'd15d6c15b0f00a08" }]\n'


class BundleTest(GatewayTest):
    config = CONFIG

    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory(prefix="gwd-")
        self.addCleanup(self.folder.cleanup)
        self.file = f"{self.folder.name}/bundle.tar.gz"

    def bundle(self, *arguments):
        done = gatewayctl("support-bundle", "-f", self.file, "--config",
                          str(self.gateway.config_path), "--socket",
                          f"{self.directory}/control.sock", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        with tarfile.open(self.file) as archive:
            found = {}
            for member in archive.getmembers():
                self.assertTrue(member.isfile())
                self.assertRegex(member.name, r"^gatewayd-support-\d{8}T\d{6}Z/[A-Za-z0-9/._-]+$")
                self.assertNotIn("..", member.name)
                found[member.name.split("/", 1)[1]] = archive.extractfile(member).read().decode()
        return found, done.stdout

    def assertNothingSecret(self, found):
        for name, content in found.items():
            for secret in SECRETS:
                self.assertNotIn(secret, content, name)
            self.assertNotIn("127.0.0.77", content, name)  # a client


class SupportBundle(BundleTest):
    def test_it_has_what_helps_and_no_secret(self):
        with self.client(source="127.0.0.77") as client:
            client.get("/things/1?token=s3cret-query", "Authorization: Bearer s3cret-header")
            client.get("/gone/1?key=s3cret-query")
            client.get("/gone/s3cret-token-12345678901234567890123456789012345")
            basic = base64.b64encode(b"ann:s3cret-basic").decode()
            client.get("/closed", f"Authorization: Basic {basic}")
        self.eventually(
            lambda: gatewayctl("stats", "--socket", f"{self.directory}/control.sock", "-o",
                               "csv").stdout.count("\n") >= 4, "the rows")
        self.gateway.wait_for_log("request_id=")
        found, told = self.bundle()
        self.assertNothingSecret(found)
        self.assertNotIn(basic, str(found))
        expected = {"MANIFEST.txt", "machine.txt", "daemon/status.json", "daemon/health.json",
                    "daemon/breakers.json", "daemon/services.json", "daemon/routes.json",
                    "daemon/history.json", "daemon/metrics.txt", "config/validate.txt",
                    "config/running/00-gatewayd.toml", "config/disk/00-gatewayd.toml",
                    "record/stats-by-route.json", "record/failures.json", "record/security.json",
                    "record/last-hour.json", "log/gatewayd.log"}
        self.assertLessEqual(expected, set(found))
        for name in found:
            if name != "MANIFEST.txt":
                self.assertIn(f"\n{name}  (", found["MANIFEST.txt"])
                self.assertIn(f"  {name}\n", told)
            if name.endswith(".json"):
                self.assertEqual(json.loads(found[name])["format"], 1, name)
        self.assertIn("gateway_requests_total", found["daemon/metrics.txt"])
        self.assertIn('[routes.things]', found["config/running/00-gatewayd.toml"])
        rows = json.loads(found["record/failures.json"])["rows"]
        self.assertEqual({row["client"] for row in rows}, {"client-1"})
        self.assertEqual({row["path"] for row in rows}, {"/gone/*"})
        self.assertIn("listening on", found["log/gatewayd.log"])
        self.assertIn("request_id=", found["log/gatewayd.log"])

    def test_it_overwrites_nothing(self):
        self.bundle()
        before = Path(self.file).read_bytes()
        again = gatewayctl("support-bundle", "-f", self.file, "--socket",
                           f"{self.directory}/control.sock")
        self.assertEqual(again.returncode, 1)
        self.assertIn("File exists", again.stderr)
        self.assertEqual(Path(self.file).read_bytes(), before)


class WithoutDaemon(BundleTest):
    def test_without_a_daemon_it_has_what_the_disk_tells(self):
        self.get("/gone/1?key=s3cret-query")
        self.assertEqual(self.gateway.stop(), 0)
        found, told = self.bundle()
        self.assertNothingSecret(found)
        self.assertIn("daemon/status.json: missing: cannot reach gatewayd", told)
        self.assertIn("config/disk/00-gatewayd.toml", found)
        self.assertNotIn("daemon/status.json", found)
        self.assertIn("daemon/status.json  missing: cannot reach", found["MANIFEST.txt"])
        rows = json.loads(found["record/failures.json"])["rows"]
        self.assertEqual([row["path"] for row in rows], ["/gone/*"])
        self.assertIn("stopped", found["log/gatewayd.log"])

    def test_without_a_config_it_still_is_a_bundle(self):
        done = gatewayctl("support-bundle", "-f", self.file, "--config", "/nowhere/gatewayd.toml",
                          "--socket", "/nowhere/control.sock")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("machine.txt", done.stdout)
