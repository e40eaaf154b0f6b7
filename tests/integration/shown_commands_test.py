"""Every command that README, docs, the manual pages and gatewayctl's own help show is run, as it is
typed, beside a gateway of the names they use."""

import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from support import Client, GatewayTest, eventually, gateway, gatewayctl
from support.process import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
ID = "0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60"  # what stands for a request everywhere
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "examples/README.md",
             *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")
                     if path.name != "control-api.md")]  # control_docs_test.py runs its commands
# Who runs what is not gatewayctl's.
ELSEWHERE = {
    "examples/quickstart": "docs.quickstart",
    "tests/run": "whoever runs this",
    ".ci/run": "whoever lands a change",
    "tests/bench/compare": "docs.documents runs its --help; the figures are nobody's to assert",
    "packaging/deb/build": "the package's own tests",
    "packaging/deb/test": "the package's own tests",
    "examples/deploy/test": "the image's own test",
    "gatewayctl upgrade": "integration.upgrade_command: another gateway serves after it",
    "sqlite3 -readonly FILE": "docs.database",
    "systemctl reload gatewayd": "packaging/deb/tests/reload",
}
# Within a sentence a command is shown; `gatewayctl why`, without an operand, is only named.
INLINE = re.compile(r"`((?:curl|sqlite3|systemctl|gatewayctl [a-z-]+) [^`]+)`")
# Exit statuses that say something else than "done" and are right here.
STATUS = {"gatewayctl doctor": (0, 1, 78), "gatewayctl diff --exit-code": (2,),
          "gatewayctl stats --compare-revisions": (1,)}  # of those numbers none has served here
# Typed on a terminal: a line for each question that is asked.
ANSWERS = {"gatewayctl apply": ["y"], "gatewayctl rollback": ["y"], "gatewayctl top": ["q"],
           "gatewayctl hash-password": ["a long password", "a long password"]}


def without_comment(line):
    return re.sub(r"\s+# .*$", "", line).strip()


def shown_in_documents():
    for name in DOCUMENTS:
        text = (ROOT / name).read_text()
        for block in re.findall(r"(?ms)^```sh\n(.*?)^```", text):
            yield from ((name, without_comment(line)) for line in block.splitlines())
        yield from ((name, " ".join(code.split())) for code in INLINE.findall(text))


def shown_in_manuals():
    """In lines of their own and, after .Ql, within sentences."""
    for path in sorted([*(ROOT / "man").glob("*.[1-8]*"), *(ROOT / "man/gatewayctl").iterdir()]):
        text = path.read_text()
        for line in (re.findall(r"(?m)^\.Dl \$ (.*)$", text) +
                     re.findall(r"(?m)^\.Ql ([a-z0-9]+ [^.,\n]*?)(?: [.,])?$", text)):
            for there, here in (("\\(dq", '"'), ("\\(aq", "'"), ("\\-", "-"), ("\\&", "")):
                line = line.replace(there, here)
            yield path.name, line


def shown_in_help():
    overview = gatewayctl("--help").stdout
    for name in re.findall(r"(?m)^  ([a-z-]+)  ", overview):
        examples = gatewayctl(name, "--help").stdout.split("\nExamples:\n")[1]
        yield from ((f"{name} --help", line.strip()) for line in examples.splitlines())


class Shown(GatewayTest):
    config = gateway(
        services={"samples": {"instances": ["@origin@"], "breaker": {}},
                  "away": {"instances": ["@origin@"], "maintenance": True}},
        routes={"samples": {"path": "/samples/*", "service": "samples"},
                "away": {"path": "/away", "service": "away"}})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = pathlib.Path(cls.directory)
        cls.base = cls.gateway.config_path.read_text()
        for name in ("bin", "tests", "completions", ".config/fish/completions"):
            (cls.folder / name).mkdir(parents=True)
        os.symlink(binary("GATEWAYCTL_BIN"), cls.folder / "bin/gatewayctl")
        (cls.folder / "gatewayd.test.toml").write_text(
            'config = "gatewayd.toml"\n' + "".join(
                f'[[test]]\nname = "{route}"\nurl = "{url}"\nexpect = {{ route = "{route}" }}\n'
                for route, url in (("samples", "/samples/7"), ("away", "/away"))))
        examples = ROOT / "examples/configs"
        for name in ("shop.toml", "shop.test.toml", "tests/shop.toml", "tests/shop.test.toml"):
            shutil.copy(examples / name.split("/")[-1], cls.folder / name)
        shutil.copy(examples / "shop.test.toml", cls.folder / "limits.test.toml")
        cls.environment = {
            **os.environ, "PATH": f"{cls.folder}/bin:{os.environ['PATH']}", "TERM": "xterm",
            "HOME": str(cls.folder), "TOKEN": "a.b.c", "GATEWAYD_SOCKET":
            f"{cls.folder}/control.sock"}
        cls.number = 0

    @classmethod
    def ask_often(cls):
        """As much as a guard of a change wants to compare with."""
        with Client(cls.gateway.address) as client:
            for number in range(120):
                client.get(f"/samples/{number}")

        def counted():
            done = gatewayctl("stats", "--since", "5m", "-o", "json", "--socket",
                              f"{cls.folder}/control.sock")
            return json.loads(done.stdout)["total"]["requests"] >= 120

        eventually(counted, "120 requests in the sums")

    def setUp(self):
        super().setUp()
        refused = self.get("/away")
        self.request_id = refused.fields.get("x-request-id")
        eventually(lambda: self.ctl("why", self.request_id).returncode == 0, "its story")

    def ctl(self, *words):
        return subprocess.run(["gatewayctl", *words], env=self.environment, cwd=self.folder,
                              capture_output=True, text=True, timeout=180, check=False)

    def change(self):
        """Another candidate.toml; makes it serve, and returns the revision before it."""
        revision = json.loads(self.ctl("status", "-o", "json").stdout)["revision"]
        done = self.ctl("apply", "candidate.toml", "--yes")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.candidate()
        return revision

    def candidate(self):
        type(self).number += 1
        (self.folder / "candidate.toml").write_text(
            f'{self.base}\n[routes.extra_{self.number}]\npath = "/extra/{self.number}"\n'
            'service = "samples"\n')

    def made_ready(self, line):
        """The line with the names of this machine, when what it speaks of is there."""
        self.ctl("confirm")
        self.gateway.config_path.write_text(self.base)
        self.ctl("reload")
        self.candidate()
        replaced = {ID: self.request_id, "/etc/gatewayd/": f"{self.folder}/",
                    "/run/gatewayd/": f"{self.folder}/", "/var/lib/gatewayd/": f"{self.folder}/",
                    "/etc/bash_completion.d/": f"{self.folder}/completions/",
                    "/usr/local/share/zsh/site-functions/": f"{self.folder}/completions/",
                    "--user gatewayd": "--user root"}
        if re.search(r"\b41\b|^gatewayctl rollback", line):
            replaced[" 41"] = f" {self.change()}"
        if line.startswith("gatewayctl confirm"):
            self.assertEqual(self.ctl("apply", "candidate.toml", "--yes", "--confirm",
                                      "5m").returncode, 0)
        if "--guard" in line:  # and less than five minutes ago
            self.ask_often()
        if "shop.test.toml" in line:
            replaced["--config gatewayd.toml"] = "--config shop.toml"
        for there, here in replaced.items():
            line = line.replace(there, here)
        return line

    def run_line(self, line, folder):
        """Status and output."""
        answers = next((answers for start, answers in ANSWERS.items() if line.startswith(start)),
                       None)
        if line.startswith("gatewayctl logs -f"):
            return self.interrupted(line, folder)
        if answers and not re.search(r"--yes|--once", line):
            return self.on_terminal(line, answers, folder)
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], env=self.environment,
                              cwd=folder, capture_output=True, text=True, timeout=180, check=False)
        return done.returncode, done.stdout + done.stderr

    def interrupted(self, line, folder):
        """Lets what follows run until it printed something or a second passed; Ctrl-C."""
        running = subprocess.Popen(["bash", "-c", f"exec {line}"], env=self.environment, cwd=folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        select.select([running.stdout], [], [], 1)
        self.assertIsNone(running.poll(), line)
        running.send_signal(signal.SIGINT)
        output, _ = running.communicate(timeout=180)
        return 0 if running.returncode in (0, -signal.SIGINT, 130) else running.returncode, output

    def on_terminal(self, line, answers, folder):
        ours, theirs = pty.openpty()
        running = subprocess.Popen(["bash", "-c", f"exec {line}"], env=self.environment, cwd=folder,
                                   stdin=theirs, stdout=theirs, stderr=theirs,
                                   start_new_session=True)
        os.close(theirs)
        output, answers, deadline = "", list(answers), time.monotonic() + 180
        while time.monotonic() < deadline:
            ready, _, _ = select.select([ours], [], [], 0.2)
            try:
                output += os.read(ours, 65536).decode(errors="replace") if ready else ""
            except OSError:  # the last one who had the terminal is gone
                break
            asked = re.search(r"[:\]] ?$", output) or line.startswith("gatewayctl top")
            if not ready and answers and output and asked:
                os.write(ours, (answers.pop(0) + "\n").encode())
        os.close(ours)
        return running.wait(180), output

    def check_lines(self, lines):
        count = 0
        for where, line in lines:
            if not line or line.startswith("#"):
                continue
            if any(line.startswith(start) for start in ELSEWHERE):
                continue
            with self.subTest(f"{where}: {line}"):
                self.assertIn(line.split()[0], ("gatewayctl", "curl"), "nothing runs this command")
                expected = next((status for start, status in STATUS.items()
                                 if line.startswith(start)), (0,))
                with tempfile.TemporaryDirectory() as empty:
                    folder = empty if line.startswith("gatewayctl init") else self.folder
                    status, output = self.run_line(self.made_ready(line), folder)
                self.assertIn(status, expected, output)
                count += 1
        return count

    def test_documents(self):
        self.assertGreater(self.check_lines(shown_in_documents()), 40)

    def test_manuals(self):
        self.assertGreater(self.check_lines(shown_in_manuals()), 5)

    def test_help(self):
        self.assertGreater(self.check_lines(shown_in_help()), 50)


if __name__ == "__main__":
    unittest.main()
