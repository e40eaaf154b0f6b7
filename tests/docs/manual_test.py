"""The manual pages are made by man/build, and say nothing that mdoc does not understand."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of mandoc's findings, those about how long a line of the source is, and about pages of others
# that are not installed, are no faults.
_NO_FAULT = re.compile(r"input text line longer than 80 bytes|referenced manual not found|"
                       r"outdated mandoc.db|useless macro: Os|missing date")


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gwd-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        subprocess.run([ROOT / "man/build", os.environ["GATEWAYCTL_BIN"], cls.folder], check=True)
        cls.pages = {path.name: path.read_text() for path in cls.folder.iterdir()}

    def test_every_command_has_a_page(self):
        shown = subprocess.run([os.environ["GATEWAYCTL_BIN"], "--help"], capture_output=True,
                               text=True, check=True).stdout
        commands = re.findall(r"^  ([a-z-]+)  ", shown, re.M)
        self.assertGreater(len(commands), 20)
        expected = {f"gatewayctl-{command}.1" for command in commands} | {
            "gatewayctl.1", "gatewayd.8", "gatewayd.toml.5", "gatewayd-sqlite.5"}
        self.assertEqual(set(self.pages), expected)
        for command in commands:
            self.assertIn(f".It Xr gatewayctl\\-{command.replace('-', chr(92) + '-')} 1\n",
                          self.pages["gatewayctl.1"])

    def test_what_is_added_to_a_page_is_in_one(self):
        for path in (ROOT / "man/gatewayctl").iterdir():
            self.assertIn(path.read_text(), self.pages[f"gatewayctl-{path.name}.1"])
        self.assertIn("\n.SH KEYS\n", self.pages["gatewayd.toml.5"])
        for name, page in self.pages.items():
            self.assertNotIn('.\\" more', page, name)
            self.assertNotIn('.\\" commands', page, name)
            self.assertNotIn("@KEYS@", page, name)

    def test_every_block_is_run_by_a_test(self):
        """Lines that show a command are run by integration.shown_commands; of blocks there are
        queries, which docs.database runs, and the one configuration, which is valid."""
        for name, page in self.pages.items():
            blocks = re.findall(r"(?ms)^\.(?:Bd .*?|nf|EX)\n(.*?)^\.(?:Ed|fi|EE)$", page)
            if name == "gatewayd-sqlite.5":
                self.assertEqual([block.split()[0] in ("SELECT", "WITH") for block in blocks],
                                 [True] * 5)
            elif name == "gatewayd.toml.5":
                block, = blocks
                path = self.folder / "shown.toml"
                path.write_text(block.replace("\\-", "-"))
                self.addCleanup(path.unlink)
                done = subprocess.run([os.environ["GATEWAYCTL_BIN"], "validate", "--strict", path],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            else:
                self.assertEqual(blocks, [], name)
            for line in re.findall(r"(?m)^\.D[l1] (?:\\&)?(.*)$", page):
                self.assertTrue(line.startswith("$ "), f"{name}: {line}")

    def test_pages_named_are_there(self):
        for name, page in self.pages.items():
            for other, section in re.findall(r"\.Xr (gateway\S+) (\d)", page):
                self.assertIn(f"{other.replace(chr(92), '')}.{section}", self.pages, name)

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_finds_no_fault(self):
        for name in self.pages:
            done = subprocess.run(["mandoc", "-T", "lint", self.folder / name],
                                  capture_output=True, text=True, check=False)
            faults = [line for line in (done.stdout + done.stderr).splitlines()
                      if not _NO_FAULT.search(line)]
            self.assertEqual(faults, [])


if __name__ == "__main__":
    unittest.main()
