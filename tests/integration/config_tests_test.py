"""gatewayctl test: files of tests against a configuration, without a daemon."""

import json
import os
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

from support import gatewayctl
from support.process import binary

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/configs/shop.test.toml"

CONFIG = """
[listeners.public]
address = "127.0.0.1:0"
[services.things]
instances = ["http://127.0.0.1:9"]
[routes.things]
path = "/things/*"
service = "things"
rewrite = "/api/*"
limits = ["few"]
[routes.legacy]
path = "/legacy"
service = "things"
[limits.few]
key = "ip"
limit = 3
window = "1m"
"""
GOOD = """
config = "gatewayd.toml"
[[test]]
name = "it goes there"
url = "/things/1"
expect.path = "/api/1"
[[test]]
name = "three a minute"
url = "/things/1"
repeat = 5
every = "1s"
expect = { first_limited = 4, headers = { Retry-After = "*" } }
"""
BAD = GOOD + """[[test]]
name = "it says: 50%, <all> & \\"more\\""
url = "/things/1"
expect.path = "/v2/1"
"""


class ConfigTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.write("gatewayd.toml", CONFIG)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def run_test(self, text, *arguments, status=0):
        done = gatewayctl("test", self.write("a.test.toml", text), *arguments)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_the_example_passes_and_covers_every_route(self):
        done = gatewayctl("test", EXAMPLE, "--min-coverage", "100")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"\n\d\d passed, 0 failed\nroutes covered 4 of 4\n$")

    def test_what_passed_and_which_routes_were_never_tested(self):
        done = self.run_test(GOOD)
        self.assertEqual(done.stdout.split("\n", 1)[1],
                         "  ok    it goes there\n  ok    three a minute\n\n2 passed, 0 failed\n"
                         "routes covered 1 of 2; never tested: legacy\n")
        self.assertEqual(done.stderr, "")

    def test_a_failure_shows_the_place_and_every_decision(self):
        done = self.run_test(BAD, status=1)
        self.assertRegex(done.stdout, r'expected "/v2/1", got "/api/1"\n +--> \S+:16:15\n')
        self.assertIn("16 | expect.path = \"/v2/1\"\n", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^ +rewrite +/things/1 → /api/1$")
        self.assertIn("2 passed, 1 failed\n", done.stdout)

    def test_machines_read_the_same(self):
        data = json.loads(self.run_test(BAD, "-o", "json", status=1).stdout)
        self.assertEqual((data["format"], data["passed"], data["failed"]), (1, 2, 1))
        tests = data["files"][0]["tests"]
        self.assertEqual([test["passed"] for test in tests], [True, True, False])
        self.assertEqual((tests[1]["first_limited"], tests[1]["limited"]), (4, 2))
        failure, = tests[2]["failures"]
        self.assertEqual((failure["line"], failure["column"], failure["got"]),
                         (16, 15, '"/api/1"'))
        self.assertEqual(data["coverage"][0]["untested"], ["legacy"])

        suites = xml.fromstring(self.run_test(BAD, "-o", "junit", status=1).stdout)
        self.assertEqual((suites.get("tests"), suites.get("failures")), ("3", "1"))
        cases = suites.findall("testsuite/testcase")
        self.assertEqual(cases[2].get("name"), 'it says: 50%, <all> & "more"')
        self.assertIn("/api/1", cases[2].find("failure").get("message"))
        self.assertIsNone(cases[0].find("failure"))

        lines = self.run_test(BAD, "-o", "github", status=1).stdout.splitlines()
        self.assertRegex(lines[0], r'^::error file=\S+a\.test\.toml,line=16,col=15,title='
                         r'it says%3A 50%25%2C <all> & "more"::path: expected .*%0A')
        self.assertFalse(lines[1].startswith("::"))

    def test_coverage_can_be_asked_for(self):
        self.run_test(GOOD, "--min-coverage", "50")
        done = self.run_test(GOOD, "--min-coverage", "51", status=1)
        self.assertIn("50 % of the routes are tested, --min-coverage asks for 51 %", done.stderr)
        for wrong in ("-1", "101", "half", ""):
            self.run_test(GOOD, "--min-coverage", wrong, status=64)

    def test_another_configuration_may_be_named(self):
        other = self.write("other.toml", CONFIG.replace("limit = 3", "limit = 9"))
        done = self.run_test(GOOD, "--config", other, status=1)
        self.assertIn("expected request 4, got never", done.stdout)

    def test_several_files_count_together(self):
        more = self.write("b.test.toml", GOOD.replace("/things/1", "/legacy").replace(
            "/api/1", "/legacy").split("[[test]]\nname = \"three")[0])
        first = self.write("a.test.toml", GOOD)
        done = gatewayctl("test", first, more, "--min-coverage", "100")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("3 passed, 0 failed\nroutes covered 2 of 2\n", done.stdout)

    def test_what_is_wrong_with_a_file_is_78(self):
        done = self.run_test(GOOD.replace("expect.path", "expect.pth"), status=78)
        self.assertIn('did you mean "path"?', done.stdout)
        self.assertIn("1 file could not run", done.stdout)
        annotation = self.run_test(GOOD.replace("expect.path", "expect.pth"), "-o", "github",
                                   status=78).stdout
        self.assertRegex(annotation, r"^::error file=\S+,line=6,col=8,title=unknown-key::")
        self.write("gatewayd.toml", CONFIG.replace('service = "things"', 'service = "thigns"'))
        self.assertIn("error[unknown-service]", self.run_test(GOOD, status=78).stdout)
        suites = xml.fromstring(self.run_test(GOOD, "-o", "junit", status=78).stdout)
        self.assertEqual(suites.get("errors"), "1")
        self.assertEqual(gatewayctl("test", self.folder / "none.toml").returncode, 78)
        self.assertEqual(gatewayctl("test").returncode, 64)

    def test_nothing_is_written_and_nobody_asked(self):
        """In an empty network, as nobody, where no file can be made."""
        path = self.write("a.test.toml", GOOD)
        before = sorted(os.listdir(self.folder))
        self.folder.chmod(0o555)
        done = subprocess.run(["unshare", "--net", "--map-root-user", binary("GATEWAYCTL_BIN"),
                               "test", str(path)], capture_output=True, text=True, timeout=180,
                              check=False)
        if "unshare:" in done.stderr:
            self.skipTest(done.stderr)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_every_key_is_in_the_manual(self):
        section = (EXAMPLE.parents[2] / "man/gatewayctl/test").read_text()
        keys = (EXAMPLE.parents[2] / "shared/suite/suite_keys.cc").read_text()
        for key in re.findall(r'Key\{"([^"]+)"', keys):
            name = key.split(".")[-1]
            self.assertRegex(section, rf"\b{name}\b", key)
