"""README, CONTRIBUTING, examples and packaging speak of what is really there."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "examples/README.md",
             *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]
PROGRAMS = ["examples/quickstart", "tests/run", "tests/bench/compare", "packaging/deps",
            "packaging/deb/build", "packaging/deb/test", "examples/deploy/test", "man/build",
            ".ci/run"]


def text(path):
    return (ROOT / path).read_text()


def blocks(document, language):
    """The document's ``` blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(document), re.S | re.M)


# What steered the gateways that this one replaces; a star for what stands in its place.
OLD_VARIABLES = """GATEWAY_HOST GATEWAY_PORT GATEWAY_DEBUG ENVIRONMENT DATABASE_URL DB_POOL_*
JWT_SECRET_KEY JWT_ALGORITHM JWT_EXPIRATION_HOURS AUTH_SERVICE_URL SAMPLE_SERVICE_URL
STORAGE_SERVICE_URL TEMPLATE_SERVICE_URL SEQUENCING_SERVICE_URL RAG_SERVICE_URL CONTENT_SERVICE_URL
PARTNERS_CRM_SERVICE_URL PROJECTS_SERVICE_URL SOCIAL_MEDIA_SERVICE_URL NOTIFICATION_SERVICE_URL
ANALYTICS_SERVICE_URL AI_SERVICE_URL SEARCH_SERVICE_URL SERVICES__NAME__HOST RATE_LIMIT_REQUESTS
RATE_LIMIT_WINDOW RATE_LIMIT_PER_USER RATE_LIMIT_PER_IP ADAPTIVE_RATE_LIMITING RATE_LIMITING__*
CIRCUIT_BREAKER_FAILURE_THRESHOLD CIRCUIT_BREAKER_SUCCESS_THRESHOLD CIRCUIT_BREAKER_TIMEOUT
CIRCUIT_BREAKER_RECOVERY_TIMEOUT HEALTH_CHECK_INTERVAL HEALTH_CHECK_TIMEOUT GATEWAY_TIMEOUT
GATEWAY_RETRY_COUNT GATEWAY_MAX_CONNECTIONS REQUEST_TIMEOUT MAX_CONCURRENT_REQUESTS
LOAD_BALANCER__ALGORITHM CORS_ORIGINS CORS_CREDENTIALS CORS_METHODS CORS_HEADERS LOG_LEVEL LOG_FILE
ENABLE_ACCESS_LOG ENABLE_SQL_LOGGING GATEWAY_LOG_RETENTION_DAYS ENABLE_METRICS
ENABLE_RESPONSE_CACHE CACHE_TTL"""

# What the example configs refuse to start without.
VARIABLES = {"JWT_SECRET_KEY": "a secret that is long enough for HS256",
             "CORS_ORIGINS": "https://www.example.com", "FRONT_PROXY": "10.0.0.1"}


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=180,
                          cwd=ROOT, env={**os.environ, **VARIABLES}, **options)


def gatewayctl(*arguments):
    return run(os.environ["GATEWAYCTL_BIN"], *arguments)


def example_configs():
    found = sorted((ROOT / "examples/configs").glob("*.toml"))
    return [path for path in found if not path.name.endswith(".test.toml")]


class Documents(unittest.TestCase):
    def test_every_path_named_exists(self):
        tops = {entry.name for entry in ROOT.iterdir()} - {"build", ".git"}
        for document in DOCUMENTS:
            named = re.findall(r"`([^`\s]+)`", text(document))
            paths = [name for name in named if name.split("/")[0] in tops]
            for path in paths:
                path = re.sub(r"\{.*\}|\*.*", "", path)  # "serve.{h,cc}", "*_test.cc"
                folder = ROOT / path
                exists = folder.exists() or list(folder.parent.glob(folder.name + "*"))
                self.assertTrue(exists, f"{document} names {path}, which is not there")

    def test_every_link_leads_somewhere(self):
        def anchors(document):
            titles = re.findall(r"(?m)^#+ (.*)$", text(document))
            return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
                    for title in titles}

        for document in DOCUMENTS:
            for link in re.findall(r"\]\(([^)\s]+)\)", text(document)):
                if link.startswith("https://"):
                    continue
                path, _, anchor = link.partition("#")
                target = os.path.join(os.path.dirname(document), path) if path else document
                self.assertTrue((ROOT / target).exists(), f"{document}: {link}")
                if anchor:
                    self.assertIn(anchor, anchors(target), f"{document}: {link}")

    def test_every_command_exists(self):
        shown = gatewayctl("--help").stdout
        for document in DOCUMENTS:
            for block in blocks(document, "sh"):
                for line in block.splitlines():
                    words = line.split("#")[0].split()
                    if words and words[0] == "gatewayctl":
                        command = next(word for word in words[1:] if not word.startswith("-"))
                        self.assertRegex(shown, rf"\b{command}\b", line)
                    elif words and "/" in words[0]:
                        self.assertTrue(os.access(ROOT / words[0], os.X_OK), line)

    def test_every_preset_named_exists(self):
        presets = {preset["name"] for preset in json.loads(text("CMakePresets.json"))["buildPresets"]}
        for document in DOCUMENTS:
            for name in re.findall(r"--preset (\S+)|tests/run ([a-z+]+)", text(document)):
                self.assertIn("".join(name), presets)

    def test_the_readme_names_the_two_commands(self):
        self.assertIn("examples/quickstart\n", "".join(blocks("README.md", "sh")))
        self.assertIn("tests/run\n", "".join(blocks("README.md", "sh")))


# What a document that shows a part of a config leaves out.
REST = {
    r"\[listeners\.\w+\]": '[listeners.secure]\naddress = "0.0.0.0:8443"\n',
    r"\[services\.": '[services.samples]\ninstances = ["http://10.0.2.11:8081"]\n',
    r"\[routes\.": '[routes.samples]\npath = "/samples/*"\nservice = "samples"\n',
}


def completed(config):
    return config + "".join(f"\n{rest}" for table, rest in REST.items()
                            if not re.search(f"(?m)^{table}", config))


class Configs(unittest.TestCase):
    def assert_valid(self, path):
        done = gatewayctl("validate", path)
        self.assertEqual(done.returncode, 0, f"{path}:\n{done.stdout}{done.stderr}")
        self.assertNotIn("warning", done.stdout + done.stderr, path)

    def test_examples_are_valid(self):
        configs = example_configs()
        self.assertTrue(configs)
        for path in [*configs, ROOT / "packaging/deb/gatewayd.toml"]:
            self.assert_valid(path)

    def test_configs_in_documents_are_valid(self):
        found = [block for document in DOCUMENTS for block in blocks(document, "toml")]
        self.assertTrue(found)
        with tempfile.TemporaryDirectory() as folder:
            for number, block in enumerate(found):
                path = pathlib.Path(folder) / f"{number}.toml"
                path.write_text(completed(block))
                self.assert_valid(path)

    def test_the_daemon_agrees(self):
        for path in example_configs():
            done = run(os.environ["GATEWAYD_BIN"], "--check", "--config", path)
            self.assertEqual(done.returncode, 0, f"{path}:\n{done.stdout}{done.stderr}")


class Keys(unittest.TestCase):
    """Keys that documents name in code exist, and their defaults are those of the table of keys."""

    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(gatewayctl("schema").stdout)
        cls.sections = set(cls.schema["properties"])

    def find(self, path):
        """The schema of a key like services.*.retry.budget or services.NAME.health.path."""
        at = self.schema
        for part in path.split("."):
            known = at.get("properties", {})
            at = known.get(part) or next(iter(at.get("patternProperties", {}).values()), None)
            if at is None:
                return None
        return at

    def test_every_key_named_exists(self):
        count = 0
        for document in DOCUMENTS:
            for path in re.findall(r"`([a-z_]+(?:\.[A-Za-z_*-]+)+)`", text(document)):
                if path.split(".")[0] not in self.sections or path.endswith("*"):
                    continue
                count += 1
                plain = re.sub(r"_(file|credential)$", "", path)
                self.assertTrue(self.find(path) or self.find(plain), f"{document}: {path}")
        self.assertGreater(count, 40)

    def limits(self):
        """docs/security.md: each limit with the default that stands there."""
        table = text("docs/security.md").split("## What each limit defends")[1].split("\n## ")[0]
        for keys, values in re.findall(r"(?m)^\| (`[^|]+) \| ([^|]+) \|", table):
            yield from zip(re.findall(r"`([^`]+)`", keys), values.split(", "), strict=True)

    def test_limits_have_the_defaults_that_are_written(self):
        limits = dict(self.limits())
        self.assertGreater(len(limits), 35)
        for key, value in limits.items():
            with self.subTest(key):
                self.assertEqual(str(self.find(key).get("default", "off")), value)

    def test_no_bound_of_what_a_client_may_do_is_left_out(self):
        gateway = self.schema["properties"]["gateway"]["properties"]
        bounds = {f"gateway.{name}" for name in gateway
                  if re.match("max_|client_|send_|idle_|tunnel_|limit_", name)}
        bounds |= {f"gateway.http2.{name}" for name in gateway["http2"]["properties"]}
        self.assertGreater(len(bounds), 15)
        self.assertEqual(bounds - {key for key, _ in self.limits()}, set())

    def test_every_variable_of_the_old_gateways_has_its_key(self):
        table = text("docs/migrating.md").split("## The variables")[1].split("\n## ")[0]
        named = set()
        for row in re.findall(r"(?m)^\| (`.*?) \|", table):
            words = re.findall(r"`([^`]+)`", row)
            for word in words:
                # "`HEALTH_CHECK_INTERVAL`, `_TIMEOUT`": the ends of another that stands before them.
                starts = words[0].split("_") if word.startswith("_") else [""]
                named.update("_".join(starts[:n]) + word for n in range(1, len(starts) + 1))
        missing = {name for name in OLD_VARIABLES.split() if name not in named}
        self.assertEqual(missing, set())


class Programs(unittest.TestCase):
    def test_shell_programs_parse_and_are_executable(self):
        for program in PROGRAMS:
            self.assertTrue(os.access(ROOT / program, os.X_OK), program)
            if text(program).startswith("#!/usr/bin/env bash"):
                done = run("bash", "-n", program)
                self.assertEqual((done.returncode, done.stderr), (0, ""), program)

    def test_help(self):
        for program in ["examples/quickstart", "tests/run", "tests/bench/compare",
                        "packaging/deb/test", "examples/deploy/test"]:
            done = run(ROOT / program, "--help")
            self.assertEqual(done.returncode, 0, program)
            self.assertIn(program.split("/")[-1], done.stdout)

    def test_unknown_arguments_are_refused(self):
        self.assertEqual(run(ROOT / "examples/quickstart", "--kepe").returncode, 64)
        self.assertEqual(run(ROOT / "packaging/deps", "nothing").returncode, 64)


class Packages(unittest.TestCase):
    def test_the_package_builds_with_what_deps_installs(self):
        control = text("packaging/deb/control")
        listed = re.search(r"^Build-Depends:(.*?)^\S*$", control, re.S | re.M)[1]
        listed = re.sub(r"\([^)]*\)", "", listed)
        names = {name.strip() for name in re.split(r"[,|]", listed)} - {"debhelper-compat"}
        known = set(re.findall(r"[a-z0-9][a-z0-9.+-]+", text("packaging/deps")))
        self.assertGreater(len(names), 10)
        self.assertEqual(names - known, set())

    def test_maintainer_scripts_and_their_tests_parse(self):
        scripts = [ROOT / "packaging/deb/gatewayd.postinst", ROOT / "packaging/deb/gatewayd.postrm"]
        tests = [path for path in (ROOT / "packaging/deb/tests").iterdir()
                 if path.name not in ("control", "lib.sh", "load.py")]
        listed = re.search(r"^Tests: (.*)$", text("packaging/deb/tests/control"), re.M)[1]
        self.assertEqual(sorted(path.name for path in tests), sorted(listed.split(", ")))
        for path in tests:
            self.assertTrue(os.access(path, os.X_OK), path)
        for path in [*scripts, *tests, ROOT / "packaging/deb/tests/lib.sh"]:
            done = run("sh", "-n", path)
            self.assertEqual((done.returncode, done.stderr), (0, ""), path)

    def test_what_the_unit_promises(self):
        unit = text("packaging/deb/gatewayd.service")
        for line in ["Type=notify", "ExecReload=/usr/bin/gatewayctl reload --wait",
                     "RestartPreventExitStatus=64 78", "StateDirectory=gatewayd",
                     "RuntimeDirectory=gatewayd", "ConfigurationDirectory=gatewayd",
                     "#LoadCredential=jwt:/etc/credstore/gatewayd.jwt", "WatchdogSec=30s"]:
            self.assertIn(f"\n{line}\n", unit)
        stop = int(re.search(r"^TimeoutStopSec=(\d+)s$", unit, re.M)[1])
        drain = re.search(r'"gateway.drain_timeout", duration, "(\d+)s"',
                          text("shared/config/keys.cc"))
        self.assertGreater(stop, int(drain[1]))

    def test_the_unit_is_sandboxed(self):
        # In tenths: 2.0. nginx and haproxy as shipped: 9.6.
        done = run("systemd-analyze", "security", "--offline=true", "--no-pager",
                   "--threshold=20", ROOT / "packaging/deb/gatewayd.service")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = run("systemd-analyze", "security", "--offline=true", "--no-pager",
                   "--threshold=10", ROOT / "packaging/deb/gatewayd.service")
        self.assertEqual(done.returncode, 1, "the threshold counts for nothing")


if __name__ == "__main__":
    unittest.main()
