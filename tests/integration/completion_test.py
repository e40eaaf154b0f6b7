"""Completion in bash, zsh and fish themselves: the names are those that the running gateway has."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support import GatewayTest, gateway, gatewayctl, table
from support.process import binary

CONFIG = gateway(services={"samples": {"instances": ["@origin@"], "breaker": {"failures": 5}},
                           "storage": {"instances": ["@origin@"]}}, routes={
    "samples-list": {"path": "/samples", "service": "samples"},
    "samples-one": {"path": "/samples/*", "service": "samples"},
    "files": {"path": "/files/*", "service": "storage"}}) + "".join(
        table(f"limits.{name}", {"key": "ip", "limit": 5, "window": "1h"})
        for name in ("everyone", "per_user"))

# What the function that completion calls leaves in COMPREPLY.
BASH = r"""
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_gatewayctl
printf '%s\n' "${COMPREPLY[@]}"
"""
FISH = 'source $argv[1]; complete -C "$argv[2]"'
# zsh completes only on a terminal: one is made, a line typed, and what is offered listed. Nothing
# is typed after the tab, since zsh shows no list while keys wait to be read.
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= PROMPT= ; autoload -Uz compinit; compinit -u -D; source $1"
zpty -w shell 'LISTMAX=10000'
zpty -w shell 'list() { zle list-choices; zle -R; print -r -- "listed-$((1 + 1))" }'
zpty -w shell 'zle -N list; bindkey "^I" list; print started-$((1 + 1))'
local text
while zpty -r shell text; do [[ $text == *started-2* ]] && break; done
zpty -n -w shell "$2"$'\t'
while zpty -r shell text; do print -r -- "$text"; [[ $text == *listed-2* ]] && break; done
zpty -d shell
"""


class Completion(GatewayTest):
    config = CONFIG

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="gwd-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        (Path(cls.folder) / "gatewayctl").symlink_to(binary("GATEWAYCTL_BIN"))
        for shell in ("bash", "zsh", "fish"):
            (Path(cls.folder) / shell).write_text(gatewayctl("completion", shell).stdout)
        cls.socket = f"{cls.directory}/control.sock"

    def run_shell(self, *command, socket_path=None):
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}",
                       "GATEWAYD_SOCKET": socket_path or self.socket, "HOME": self.folder}
        done = subprocess.run(command, capture_output=True, text=True, timeout=180,
                              env=environment, check=False, cwd=self.folder)
        return done

    def bash(self, *words, **options):
        done = self.run_shell("bash", "-c", BASH, "bash", f"{self.folder}/bash", "gatewayctl",
                              *words, **options)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def fish(self, line, **options):
        done = self.run_shell("fish", "--no-config", "-c", FISH, f"{self.folder}/fish", line,
                              **options)
        self.assertEqual(done.stderr, "")
        return [entry.split("\t")[0] for entry in done.stdout.splitlines()]

    def zsh(self, line):
        return self.run_shell("zsh", "-f", "-c", ZSH, "zsh", f"{self.folder}/zsh", line).stdout

    def test_bash(self):
        self.assertEqual(self.bash("logs", "--route", ""), ["samples-list", "samples-one", "files"])
        self.assertEqual(self.bash("logs", "--route", "samples-o"), ["samples-one"])
        self.assertEqual(self.bash("health", "st"), ["storage"])
        self.assertEqual(self.bash("breaker", "reset", "s"), ["samples"])
        self.assertEqual(self.bash("logs", "--rule", ""), ["everyone", "per_user"])
        self.assertEqual(self.bash("vali"), ["validate"])
        self.assertIn("--min-coverage", self.bash("test", "--"))
        self.assertEqual(self.bash("stats", "--by", ""), ["route", "service", "status", "client", "user", "path"])
        self.assertEqual(self.bash("validate", "ba"), ["bash"])  # a file
        self.assertEqual(self.bash("--socket", self.socket, "health", "st",
                                   socket_path="/nonexistent"), ["storage"])

    @unittest.skipUnless(shutil.which("fish"), "needs fish")
    def test_fish(self):
        self.assertEqual(self.fish("gatewayctl logs --route "),
                         ["files", "samples-list", "samples-one"])
        self.assertEqual(self.fish("gatewayctl health st"), ["storage"])
        self.assertEqual(self.fish("gatewayctl breaker reset sa"), ["samples"])
        self.assertEqual(self.fish("gatewayctl logs --rule p"), ["per_user"])
        self.assertEqual(self.fish("gatewayctl vali"), ["validate"])
        self.assertEqual(
            self.fish(f"gatewayctl --socket {self.socket} health st", socket_path="/nonexistent"),
            ["storage"])

    @unittest.skipUnless(shutil.which("zsh"), "needs zsh")
    def test_zsh(self):
        routes = self.zsh("gatewayctl logs --route ")
        for name in ("samples-list", "samples-one", "files"):
            self.assertIn(name, routes)
        breakers = self.zsh("gatewayctl breaker reset ")
        self.assertIn("samples", breakers)
        self.assertNotIn("storage", breakers)
        self.assertIn("per_user", self.zsh("gatewayctl logs --rule "))
        self.assertIn("validate", self.zsh("gatewayctl "))

    def test_without_a_daemon_nothing_is_said_and_offered(self):
        self.assertEqual(self.bash("logs", "--route", "", socket_path="/nonexistent"), [])
        if shutil.which("fish"):
            self.assertEqual(self.fish("gatewayctl health st", socket_path="/nonexistent"), [])

    def test_a_daemon_that_does_not_answer_is_not_waited_for(self):
        path = f"{self.folder}/silent.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(8)
            start = time.monotonic()
            self.assertEqual(self.bash("health", "s", socket_path=path), [])
            self.assertLess(time.monotonic() - start, 5)  # half a second; other calls take 15

    def test_names_of_what_has_a_breaker(self):
        done = gatewayctl("breaker", "list", "-o", "names", "--socket", self.socket)
        self.assertEqual((done.returncode, done.stdout), (0, "samples\n"))
