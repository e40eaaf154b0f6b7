"""gatewayctl init and doctor: from nothing to a gateway that serves, and what stands in its way."""

import json
import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

from support import Client, Gatewayd, Origin, gatewayctl
from support.foreign import make_certificate
from support.origin import echo
from support.process import binary


class Start(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="gwd-"))
        self.path = pathlib.Path(self.directory) / "gatewayd.toml"

    def ctl(self, *arguments):
        """gatewayctl in the test's folder."""
        return subprocess.run([binary("GATEWAYCTL_BIN"), *map(str, arguments)], timeout=180,
                              capture_output=True, text=True, cwd=self.directory, check=False)

    def doctor(self, *arguments):
        """Its findings by their word; of several alike the worst."""
        done = self.ctl("doctor", self.path, "-o", "json", *arguments)
        found = json.loads(done.stdout)
        self.assertEqual(found["format"], 1)
        order = ["ok", "warn", "fail"]
        for check in found["checks"]:
            self.assertEqual("next" in check, check["state"] != "ok", check)
        checks = {}
        for check in sorted(found["checks"], key=lambda check: order.index(check["state"])):
            checks[check["check"]] = check
        expected = {0: 0}.get(found["failures"], 1)
        if checks["config"]["state"] == "fail":
            expected = 78
        self.assertEqual(done.returncode, expected, done.stdout)
        return checks

    def write(self, address, **tables):
        text = (f'version = 1\n[listeners.public]\naddress = "{address}"\n'
                f'[store]\npath = "{self.directory}/gatewayd.db"\n'
                f'[control]\nsocket = "{self.directory}/gatewayd.sock"\n'
                '[gateway]\nexpose = ["health"]\nmax_connections = 100\n')
        for name, lines in tables.items():
            text += f"[{name.replace('__', '.')}]\n{lines}\n"
        self.path.write_text(text)


class Init(Start):
    def test_from_nothing_to_an_answer(self):
        done = self.ctl("init", "--here")
        self.assertEqual(done.returncode, 0, done.stderr)
        checked = self.ctl("validate", "--strict", "gatewayd.toml")
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))
        origin = Origin(echo)
        self.addCleanup(origin.close)
        text = self.path.read_text().replace("127.0.0.1:8000", "127.0.0.1:0")
        text = text.replace("http://127.0.0.1:8080", origin.url)
        text = text.replace('"gatewayd.', f'"{self.directory}/gatewayd.')
        gateway = Gatewayd(self.directory, text)
        self.addCleanup(gateway.close)
        gateway.start()
        with Client(gateway.address) as client:
            self.assertEqual(client.get("/health").status, 200)
            self.assertEqual(client.get("/anything").status, 200)
        self.assertEqual(gatewayctl("status", "--socket", f"{self.directory}/gatewayd.sock")
                         .returncode, 0)

    def test_it_does_not_overwrite(self):
        self.path.write_text("mine")
        done = self.ctl("init")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("it is there already", done.stderr)
        self.assertEqual(self.path.read_text(), "mine")

    def test_stdout(self):
        done = self.ctl("init", "--stdout")
        self.assertEqual(done.returncode, 0)
        self.assertIn("\n[listeners.public]\n", done.stdout)
        self.assertFalse(self.path.exists())


class Doctor(Start):
    def test_a_port_that_is_taken_and_by_whom(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            self.write(f"127.0.0.1:{other.getsockname()[1]}")
            port = self.doctor()["port"]
            self.assertEqual(port["state"], "fail")
            self.assertIn(f"(pid {os.getpid()})", port["message"])
        self.assertEqual(self.doctor()["port"]["state"], "ok")

    def test_the_running_gateway_is_known(self):
        self.write("127.0.0.1:0")
        gateway = Gatewayd(self.directory)
        self.addCleanup(gateway.close)
        gateway.start()
        host, port = gateway.address
        self.path.write_text(self.path.read_text().replace("127.0.0.1:0", f"{host}:{port}"))
        checks = self.doctor()
        self.assertEqual(checks["port"]["message"],
                         f"{host}:{port} is served by the running gatewayd")
        self.assertIn(f"the running gatewayd (pid {gateway.pid})", checks["descriptors"]["message"])
        self.assertIn("is sound", checks["database"]["message"])
        self.assertEqual(checks["state-folder"]["state"], "ok")

    def test_an_address_that_is_not_ours(self):
        self.write("192.0.2.1:8000")
        self.assertIn("no address of this machine", self.doctor()["port"]["message"])

    def test_names_are_looked_up_within_a_bound(self):
        self.write("127.0.0.1:0", services__api='instances = ["http://no-such-host.invalid:80"]',
                   routes__api='path = "/*"\nservice = "api"')
        name = self.doctor()["name"]
        self.assertEqual(name["state"], "fail")
        self.assertIn("no-such-host.invalid (services.api)", name["message"])

    def test_a_key_that_has_ended(self):
        self.write("127.0.0.1:0", **{"auth__api_key": 'keys = [{ name = "ci", sha256 = "'
                                     + "a" * 64 + '", expires = "2020-01-01T00:00:00Z" }]'})
        expiry = self.doctor()["expiry"]
        self.assertEqual(expiry["message"], 'API key "ci" has ended on 2020-01-01T00:00:00Z')

    def test_a_certificate_that_ends_soon(self):
        make_certificate(self.directory, "api.example.com")
        self.write("127.0.0.1:0", listeners__public__tls='certificate = "site.pem"\nkey = "site.key"')
        expiry = self.doctor()["expiry"]
        self.assertEqual(expiry["state"], "warn")
        self.assertRegex(expiry["message"], r"^certificate .*/site\.pem \(api\.example\.com\) ends in 1d")
        (pathlib.Path(self.directory) / "site.pem").unlink()
        self.assertEqual(self.doctor()["expiry"]["state"], "fail")

    def test_a_database_that_is_none(self):
        self.write("127.0.0.1:0")
        (pathlib.Path(self.directory) / "gatewayd.db").write_text("x" * 10_000)
        self.assertEqual(self.doctor()["database"]["state"], "fail")

    def test_what_others_may_do(self):
        self.write("127.0.0.1:0")
        self.path.chmod(0o666)
        found = self.doctor()["config-file"]
        self.assertEqual((found["state"], found["next"]), ("fail", f"chmod o-w {self.path}"))

    @unittest.skipIf(os.geteuid(), "only root sees with another's eyes")
    def test_the_eyes_of_another_user(self):
        self.write("127.0.0.1:0")
        self.assertEqual(self.doctor("--user", "root")["state-folder"]["state"], "ok")
        found = self.doctor("--user", "nobody")["state-folder"]
        self.assertEqual(found["state"], "fail")
        self.assertIn("nobody may not write", found["message"])
        self.assertIn("chown nobody", found["next"])

    def test_a_config_with_errors_ends_it(self):
        self.path.write_text("version = 2\n")
        self.assertEqual(list(self.doctor()), ["config"])

    def test_text_says_what_to_do(self):
        self.write("192.0.2.1:8000")
        done = self.ctl("doctor", self.path)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?m)^fail +port +192\.0\.2\.1:8000 .*\n +→ set ")
        self.assertRegex(done.stdout, r"\n\d+ ok, \d+ warnings?, \d+ failures?\n$")

    def test_usage(self):
        self.assertEqual(self.ctl("doctor", self.path, "--user", "no such user").returncode, 64)


if __name__ == "__main__":
    unittest.main()
