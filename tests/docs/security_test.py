"""docs/security.md names each limit with the default that it has, and leaves out none of the doors'."""

import json
import os
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def schema():
    done = subprocess.run([os.environ["GATEWAYCTL_BIN"], "schema"], capture_output=True, text=True,
                          timeout=60, check=True)
    return json.loads(done.stdout)


def described(key):
    """What the schema says of "services.*.retry.budget"."""
    at = schema()
    for part in key.split("."):
        if part == "*":
            at = next(iter(at["patternProperties"].values()))
        else:
            at = at["properties"][part]
    return at


def limits():
    """The rows of the table: key → default, as written there."""
    text = (ROOT / "docs/security.md").read_text()
    table = text.split("## What each limit defends")[1].split("\n## ")[0]
    for keys, defaults in re.findall(r"(?m)^\| (`[^|]*) \| ([^|]*) \|", table):
        yield from zip(re.findall(r"`([^`]+)`", keys), defaults.split(", "), strict=True)


class Limits(unittest.TestCase):
    def test_each_has_the_default_that_is_written(self):
        found = dict(limits())
        self.assertGreater(len(found), 35)
        for key, default in found.items():
            with self.subTest(key):
                self.assertEqual(str(described(key).get("default", "off")), default)

    def test_no_bound_of_what_a_client_may_do_is_left_out(self):
        gateway = schema()["properties"]["gateway"]["properties"]
        bounds = {f"gateway.{name}" for name, key in gateway.items()
                  if re.match("max_|client_|send_|idle_|tunnel_|limit_", name)}
        bounds |= {f"gateway.http2.{name}" for name in gateway["http2"]["properties"]}
        self.assertGreater(len(bounds), 15)
        self.assertEqual(bounds - {key for key, _ in limits()}, set())
