"""apply is cut off at every step of its writing, by kill -9 and by a disk that fails: the config
file is that of before or that of after, whole, and the gateway starts with it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from config_changes_test import answering
from support import Client, GatewayTest, fill, gatewayctl
from support.process import Gatewayd, eventually, is_sanitized

def traced():
    if shutil.which("strace") is None or is_sanitized():
        return False
    probe = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True,
                           check=False)
    return probe.returncode == 0


@unittest.skipUnless(traced(), "strace is needed, and may not trace a sanitized program")
class Crash(GatewayTest):
    config = answering("one")

    def setUp(self):
        super().setUp()
        self.count = 0

    def ctl(self, *arguments):
        return gatewayctl(*arguments, "--socket", f"{self.directory}/control.sock")

    def fresh(self, directory):
        return Gatewayd(directory, fill(answering("one"), {**self.places, "dir": directory}))

    def begin(self, *trace):
        """A fresh gateway, which strace traces from now on, and a candidate for it."""
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        gateway = self.fresh(self.directory)
        self.gateway = gateway
        self.addCleanup(gateway.close)
        gateway.start()
        self.old = gateway.config_path.read_text()
        self.new = fill(answering("two"), {**self.places, "dir": self.directory})
        candidate = gateway.directory / "candidate.toml"
        candidate.write_text(self.new)
        self.tracer = subprocess.Popen(
            ["strace", "-f", "-q", "-o", f"{self.directory}/trace", "-p", str(gateway.pid), *trace],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.tracer.stderr.close)
        self.addCleanup(self.tracer.wait)
        self.addCleanup(self.tracer.kill)
        eventually(self._all_traced, "strace at every thread")
        return gateway, candidate

    def _all_traced(self):
        tasks = f"/proc/{self.gateway.pid}/task"
        return all(re.search(r"TracerPid:\s+[1-9]", Path(tasks, task, "status").read_text())
                   for task in os.listdir(tasks))

    def end_trace(self):
        self.tracer.terminate()
        self.tracer.wait()

    def check_after(self, gateway):
        """Old or new, whole, and the gateway that starts serves what the file says."""
        text = gateway.config_path.read_text()
        self.assertIn(text, (self.old, self.new))
        self.count += 1
        again = Gatewayd(self.directory, notify=f"again{self.count}.sock")
        self.gateway = again
        self.addCleanup(again.close)
        again.start()
        text = again.config_path.read_text()
        self.assertIn(text, (self.old, self.new))
        with Client(again.address) as client:
            self.assertEqual(client.get("/x").body, b"two" if text == self.new else b"one")
        self.assertFalse(os.path.exists(f"{self.directory}/.gatewayd.toml.gatewayd-back"))
        rows = json.loads(self.ctl("history", "-o", "json").stdout)
        self.assertNotIn("pending", [row["verdict"] for row in rows["changes"]])
        serving = [row for row in rows["changes"] if row["revision"] == rows["revision"]]
        self.assertEqual(serving[0]["verdict"], "live")
        if text == self.new:  # its author is known, although another process made it serve
            self.assertEqual(serving[0]["cause"], "apply")
        self.assertIn("nothing to do" if text == self.new else "is live",
                      str(self.ctl("apply", f"{self.directory}/candidate.toml", "--yes")))
        # What a killed writer left is gone once another has written.
        left = [n for n in os.listdir(self.directory) if re.match(r"\.gatewayd\.toml\.\w+\.gatewayd$", n)]
        if text == self.old:
            self.assertEqual(left, [])
        return text == self.new


class KillAtEveryStep(Crash):
    def kill_at(self, step, *options):
        """Kills it at its first call of this, its second, … until apply comes to its end. Whether
        each of them left the new text."""
        came_to = []
        for when in range(1, 60):
            gateway, candidate = self.begin("-e", f"trace={step}",
                                            "-e", f"inject={step}:signal=KILL:when={when}")
            done = self.ctl("apply", candidate, "--yes", *options)
            if gateway.process.poll() is None and done.returncode == 0:
                self.end_trace()
                break
            eventually(lambda: gateway.process.poll() is not None, "its end")
            came_to.append(self.check_after(gateway))
        return came_to

    def test_renames(self):
        # The call is made no more when its process is killed at its entry: the old text is there.
        self.assertEqual(self.kill_at("renameat"), [False])

    def test_changes_of_mode(self):
        self.assertEqual(self.kill_at("fchmod"), [False])

    def test_syncs(self):
        came_to = self.kill_at("fsync")
        self.assertGreaterEqual(len(came_to), 2, came_to)  # the draft, and its folder
        self.assertEqual(came_to, sorted(came_to))  # once it is the new one, it stays

    def test_renames_of_a_change_that_waits(self):
        # The way back, the config, and the way back again as the change serves: until then a crash
        # takes the change back.
        self.assertEqual(self.kill_at("renameat", "--confirm", "1h"), [False, False, False])


class FailAtEveryStep(Crash):
    def fail_at(self, step, error, *options):
        gateway, candidate = self.begin("-e", f"trace={step}", "-e", f"inject={step}:error={error}")
        done = self.ctl("apply", candidate, "--yes", *options)
        self.end_trace()
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(gateway.config_path.read_text(), self.old)
        with Client(gateway.address) as client:
            self.assertEqual(client.get("/x").body, b"one")
        left = [n for n in os.listdir(self.directory) if n.startswith(".gatewayd.toml")]
        self.assertEqual(left, [])
        self.assertEqual(self.ctl("apply", candidate, "--yes").returncode, 0)
        return done.stderr

    def test_failures_leave_the_old_file_and_say_why(self):
        for step, error, words in (("renameat", "EROFS", "Read-only file system"),
                                   ("fchmod", "EPERM", "owner and mode"),
                                   ("fsync", "ENOSPC", "No space left")):
            with self.subTest(step=step):
                self.assertIn(words, self.fail_at(step, error))
                self.assertIn("cannot be written", self.fail_at(step, error, "--confirm", "1h"))


@unittest.skipUnless(os.geteuid() == 0, "mounting needs root")
class FullDisk(Crash):
    def test_a_full_disk_leaves_the_old_file(self):
        place = f"{self.directory}/small"
        os.mkdir(place)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,nr_inodes=64", "none", place],
                          capture_output=True, check=False).returncode:
            self.skipTest("nothing may be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", place], check=False)
        text = fill(answering("one"), {**self.places, "dir": self.directory}).replace(
            "control.sock", "small.sock").replace("gatewayd.db", "small.db")
        with open(f"{place}/gatewayd.toml", "w") as file:
            file.write(text)
        gateway = Gatewayd(place, notify="../small-notify.sock")
        self.addCleanup(gateway.close)
        gateway.start()
        with open(f"{place}/fill", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        candidate = f"{self.directory}/c.toml"
        with open(candidate, "w") as file:
            file.write(text.replace('"one"', '"two"') + "#" * 8192 + "\n")
        done = gatewayctl("apply", candidate, "--yes", "--socket", f"{self.directory}/small.sock")
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual(Path(place, "gatewayd.toml").read_text(), text)
        self.assertEqual(sorted(os.listdir(place)), ["fill", "gatewayd.toml"])
        with Client(gateway.address) as client:
            self.assertEqual(client.get("/x").body, b"one")
        self.assertEqual(gateway.stop(), 0)
