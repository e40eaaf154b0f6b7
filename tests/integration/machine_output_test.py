"""Every `-o json`: there is no command whose output has no version."""

import json
import re

from support import GatewayTest, gateway, gatewayctl, table

CONFIG = gateway(services={"things": {"instances": ["@origin@"], "breaker": {"failures": 5}}},
                 routes={"things": {"path": "/things/*", "service": "things"}}) + table(
                     "limits.few", {"key": "ip", "limit": 1000, "window": "1h", "paths": ["/*"]})
TESTS = """config = "gatewayd.toml"
[[test]]
name = "things"
url = "/things/1"
expect = { route = "things" }
"""


class MachineOutput(GatewayTest):
    config = CONFIG

    def documents(self, *arguments):
        """The JSON documents that it prints, one behind the other."""
        done = gatewayctl(*arguments, "-o", "json", "--socket", f"{self.directory}/control.sock")
        self.assertLess(done.returncode, 64, done.stdout + done.stderr)
        text, found = done.stdout.strip(), []
        self.assertTrue(text, f"{arguments} printed nothing; {done.stderr}")
        self.assertTrue(done.stdout.endswith("\n"), f"{arguments} leaves the prompt in its line")
        while text:
            document, end = json.JSONDecoder().raw_decode(text)
            found.append(document)
            text = text[end:].lstrip()
        return found

    def calls(self):
        """For each command that takes -o json, what to call it with."""
        config = str(self.gateway.config_path)
        tests = f"{self.directory}/things.test.toml"
        with open(tests, "w") as file:
            file.write(TESTS)
        identifier = self.get("/things/1").fields.get("x-request-id")
        self.eventually(
            lambda: gatewayctl("why", identifier, "--socket",
                               f"{self.directory}/control.sock").returncode == 0, "the row")
        return {
            "init": [[f"{self.directory}/begun.toml"]], "doctor": [[config]],
            "validate": [[config]], "explain": [["GET", "/things/1"]], "test": [[tests]],
            "status": [[]], "top": [["--once"]], "routes": [[]], "services": [[]],
            "limits": [[]], "cache": [["stats"], ["purge", "--all"]], "audit": [[]],
            "health": [[], ["things"], ["things", "--history", "1h"]],
            "breaker": [["list"], ["open", "things", "--for", "1m", "--reason", "test"],
                        ["reset", "things"]],
            "diff": [[config]], "history": [[], ["show", "1"]], "drift": [[]], "reload": [[]],
            "apply": [[config, "--yes"]], "logs": [[], ["--security"]],
            "stats": [[], ["--by", "client"], ["--since", "1h", "--compare", "1h"]],
            "why": [[identifier]], "incident": [["--at", "1m"]],
            "support-bundle": [["-f", f"{self.directory}/bundle.tar.gz", "--config", config]],
            "version": [[]],
            # These need a change that waits, a revision before this one, or another program.
            "confirm": [], "rollback": [], "upgrade": [],
            "schema": [],  # a JSON Schema, whose version is $schema
            "hash-password": [],  # it asks: explain_test.py
        }

    def test_every_json_has_its_version(self):
        commands = re.findall(r"(?m)^  (\S+)", gatewayctl("--help").stdout)
        self.assertGreater(len(commands), 20)
        calls = self.calls()
        # Nothing is refused, so the log of security events is empty: it is there all the same.
        empty = {("logs", "--security")}
        for command in commands:
            outputs = re.search(r"how data is printed: (.*)", gatewayctl(command, "--help").stdout)
            if not outputs or "json" not in outputs[1].split(", "):
                continue
            self.assertIn(command, calls, f"{command} prints JSON: say here how to call it")
            for arguments in calls[command]:
                if (command, *arguments) in empty:
                    continue
                with self.subTest(command=command, arguments=arguments):
                    for document in self.documents(command, *arguments):
                        self.assertEqual(document["format"], 1, document)
