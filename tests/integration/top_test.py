"""gatewayctl top on a real terminal (tmux): what it shows, keys, sizes, and that it leaves the
terminal as it was however it ends."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import uuid
from pathlib import Path

from support import GatewayTest, Stopwatch, answers, gateway, gatewayctl
from support.process import Gatewayd, binary, eventually

CONFIG = gateway(services={"things": {"instances": ["@origin@"]},
                           "attic": {"instances": ["@origin@"],
                                     "breaker": {"failures": 5}}}, routes={
    "things": {"path": "/things/*", "service": "things"},
    **{f"route{number:02}": {"path": f"/r/{number}", "service": "attic"} for number in range(30)}})


class Terminal:
    """A shell in a tmux of its own."""

    def __init__(self, width=80, height=24, **environment):
        self.name = f"gwd-{uuid.uuid4().hex[:12]}"
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height), "-s", "t", "env",
                  "PS1=ready$ ", *(f"{name}={value}" for name, value in environment.items()),
                  "sh", "-i")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-L", self.name, "-f", "/dev/null", *arguments], text=True,
                              capture_output=True, timeout=180, check=True).stdout

    def keys(self, *keys):
        self.tmux("send-keys", "-t", "t", *keys)

    def type(self, *words):
        self.keys(" ".join(map(str, words)), "Enter")

    def text(self, *options):
        return self.tmux("capture-pane", "-p", "-t", "t", *options)

    def resize(self, width, height):
        self.tmux("resize-window", "-t", "t", "-x", str(width), "-y", str(height))

    def full_screen(self):
        """Whether a program has the whole screen, cursor hidden or not."""
        return self.tmux("display-message", "-p", "-t", "t", "#{alternate_on}").strip() == "1"

    def pid(self):
        """Of the program that the shell runs."""
        shell = self.tmux("display-message", "-p", "-t", "t", "#{pane_pid}").strip()
        return int(Path(f"/proc/{shell}/task/{shell}/children").read_text().split()[-1])

    def close(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], capture_output=True, check=False)


@unittest.skipUnless(shutil.which("tmux"), "needs tmux")
class Top(GatewayTest):
    config = CONFIG

    def terminal(self, *arguments, width=80, height=24, socket=None, **environment):
        terminal = Terminal(width, height, **environment)
        self.addCleanup(terminal.close)
        self.terminal_used = terminal
        self.sees_prompt()
        terminal.type(binary("GATEWAYCTL_BIN"), "top", "--every", "200ms", "--socket",
                      socket or f"{self.directory}/control.sock", *arguments)
        return terminal

    def sees_prompt(self):
        """A prompt with nothing typed yet: what is typed before it stands is echoed twice."""
        self.sees(r"^ready\$$")

    def sees(self, *patterns):
        seen = [""]

        def look():
            seen[0] = self.terminal_used.text()
            return all(re.search(pattern, seen[0], re.M) for pattern in patterns)

        try:
            eventually(look, patterns)
        except AssertionError:
            self.fail(f"{patterns} never stood on the screen:\n{seen[0]}")
        return seen[0]

    def assert_restored(self, terminal):
        self.assertFalse(terminal.full_screen())
        terminal.type("stty -a; echo lines-are-as-they-were")
        text = self.sees(r"^lines-are-as-they-were")
        self.assertRegex(text, r"(?<!-)\bicanon\b")
        self.assertRegex(text, r"(?<!-)\becho\b")

    def test_what_stands_on_80_by_24(self):
        for _ in range(5):
            self.get("/things/1")
        self.origin.behaviour = answers(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
        self.get("/things/fails")
        terminal = self.terminal()
        text = self.sees(r"^gatewayd \d.* up .* revision \d+", r"^requests .*errors .*connections",
                         r"^SERVICE +HEALTH +BREAKER +UP +RPS", r"^things +\w+",
                         r"^things +[\d.]+ +[\d.]+ +\S+s", r"^NEWEST ERRORS +STATUS",
                         r"^\d\d:\d\d:\d\d\.\d{3} +500 +things +upstream +GET /things/fails$",
                         r"^q quit ")  # drawn last
        lines = text.rstrip("\n").split("\n")
        self.assertEqual(len(lines), 24)
        self.assertRegex(lines[-1], r"^q quit   s sort: requests")
        self.assertTrue(terminal.full_screen())
        terminal.keys("q")
        self.sees_prompt()
        self.assert_restored(terminal)

    def test_errors_come_as_they_happen(self):
        terminal = self.terminal()
        self.sees(r"^SERVICE ")
        self.origin.behaviour = answers(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
        self.get("/things/live")
        self.sees(r"503 +things +upstream +GET /things/live")
        terminal.keys("q")

    def test_breakers_as_they_move(self):
        terminal = self.terminal()
        self.sees(r"^attic +\w+ +closed ", r"^things +\w+ +– ")
        socket = f"{self.directory}/control.sock"
        gatewayctl("breaker", "open", "attic", "--for", "10m", "--socket", socket)
        self.sees(r"^attic +\w+ +open \d+\w ")
        gatewayctl("breaker", "reset", "attic", "--socket", socket)
        self.sees(r"^attic +\w+ +closed ")
        terminal.keys("q")

    def test_keys(self):
        terminal = self.terminal()
        self.sees(r"sort: requests")
        for name in ("errors", "p99", "name", "requests"):
            terminal.keys("s")
            self.sees(rf"sort: {name}")
        for number in range(30):
            self.get(f"/r/{number}")
        terminal.keys("2")
        self.eventually(lambda: terminal.text().count("\nroute") >= 16, "most of the routes")
        self.assertNotIn("SERVICE", terminal.text())
        terminal.keys("s", "s", "s")  # by name
        self.sees(r"^route00 ", r"^… \d+ more")
        terminal.keys("Down", "Down", "Down")
        self.eventually(lambda: "route00" not in terminal.text(), "the list to move")
        terminal.keys("NPage", "NPage", "NPage")
        self.sees(r"^route29 ")  # near the end by name; it does not scroll past it
        terminal.keys("0")
        self.sees(r"^SERVICE ", r"^NEWEST")
        terminal.keys("1")
        self.eventually(lambda: "NEWEST" not in terminal.text(), "services alone")
        terminal.keys("q")

    def test_it_follows_the_size_of_the_terminal(self):
        terminal = self.terminal()
        self.sees(r"^SERVICE ")
        for width, height in ((132, 50), (40, 12), (20, 5), (10, 2), (80, 24)):
            terminal.resize(width, height)
            self.eventually(lambda: self.fits(terminal, width, height), f"{width}x{height}")
        self.sees(r"^SERVICE ", r"^q quit")
        terminal.keys("q")
        self.sees_prompt()

    @staticmethod
    def fits(terminal, width, height):
        lines = terminal.text().rstrip("\n").split("\n")
        return len(lines) == height and lines[-1].startswith("q quit"[:width - 1]) and all(
            len(line) <= width for line in lines)

    def test_the_terminal_is_as_it_was_after_every_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number):
                terminal = self.terminal()
                self.sees(r"^SERVICE ")
                os.kill(terminal.pid(), number)
                self.eventually(lambda: not terminal.full_screen(), "the end of the full screen")
                self.sees_prompt()
                self.assert_restored(terminal)
        terminal = self.terminal()
        self.sees(r"^SERVICE ")
        terminal.keys("C-c")
        self.eventually(lambda: not terminal.full_screen(), "the end of the full screen")
        self.sees_prompt()
        terminal.type("echo status-$?")
        self.sees(r"^status-130")

    def test_it_can_be_stopped_and_goes_on(self):
        terminal = self.terminal()
        self.sees(r"^SERVICE ")
        terminal.keys("C-z")
        self.eventually(lambda: not terminal.full_screen(), "the shell")
        self.sees_prompt()
        terminal.type("fg")
        self.sees(r"^SERVICE ", r"^q quit")
        terminal.keys("q")

    def test_a_daemon_that_goes_and_comes_back(self):
        directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, directory, True)
        text = (Path(self.directory) / "gatewayd.toml").read_text().replace(
            str(self.directory), directory)
        terminal = self.terminal(socket=f"{directory}/control.sock")
        self.sees(r"^daemon not reachable, trying again: ")
        daemon = Gatewayd(directory, text)
        self.addCleanup(daemon.close)
        daemon.start()
        self.sees(r"^gatewayd \d", r"^q quit")
        daemon.stop()
        daemon.process.stderr.close()
        self.sees(r"^daemon not reachable, trying again: ", r"^SERVICE ")  # the last figures stay
        daemon.start()
        self.sees(r"^q quit")
        terminal.keys("q")
        self.sees_prompt()
        self.assertEqual(daemon.stop(), 0)

    def test_q_leaves_at_once_though_the_daemon_hangs(self):
        terminal = self.terminal()
        self.sees(r"^SERVICE ")
        os.kill(self.gateway.pid, signal.SIGSTOP)
        try:
            self.sees(r"^no answer|^daemon not reachable")
            watch = Stopwatch(terminal.pid())
            terminal.keys("q")
            self.eventually(lambda: not terminal.full_screen(), "the end of the full screen")
            self.assertLess(watch.own, 1)  # it would wait two seconds for an answer
        finally:
            os.kill(self.gateway.pid, signal.SIGCONT)

    def test_colours_and_none_of_them(self):
        self.origin.behaviour = answers(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
        self.get("/things/red")
        self.terminal()
        self.sees(r" 500 +things")
        self.assertIn("\x1b[31m500", self.terminal_used.text("-e"))
        self.terminal_used.keys("q")
        for arguments, environment in ((("--no-color",), {}), ((), {"NO_COLOR": "1"})):
            self.terminal(*arguments, **environment)
            self.sees(r" 500 +things")
            self.assertNotIn("\x1b[3", self.terminal_used.text("-e"))
            self.terminal_used.keys("q")

    def test_a_terminal_that_is_not_known(self):
        self.terminal(TERM="no-such-terminal")
        self.sees(r"TERM names no terminal that is known; --once goes without")

    def test_a_terminal_that_goes_away_ends_it(self):
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [binary("GATEWAYCTL_BIN"), "top", "--socket", f"{self.directory}/control.sock"],
            stdin=follower, stdout=follower, stderr=follower, env={**os.environ, "TERM": "xterm"},
            start_new_session=True)
        os.close(follower)
        seen = b""
        while b"gatewayd" not in seen:
            seen += os.read(leader, 65536)
        os.close(leader)
        self.assertIsNotNone(process.wait(60))

    def test_one_picture_without_a_terminal(self):
        done = gatewayctl("top", "--once", "--socket", f"{self.directory}/control.sock")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^SERVICE +HEALTH")
        self.assertNotIn("q quit", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        done = gatewayctl("top", "--once", "-o", "json", "--socket",
                          f"{self.directory}/control.sock")
        data = json.loads(done.stdout)
        self.assertEqual(data["format"], 1)
        self.assertEqual({service["name"] for service in data["status"]["services"]},
                         {"things", "attic"})
        for wrong in ((), ("-o", "json"), ("--every", "1ms"), ("--every", "2h")):
            done = gatewayctl("top", *wrong)
            self.assertEqual((done.returncode, done.stdout), (64, ""), wrong)
        self.assertEqual(
            gatewayctl("top", "--once", "--socket", f"{self.directory}/none").returncode, 69)
