"""gatewayctl upgrade: the running gatewayd hands over to the program that is installed now."""

import os
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from support import (PATIENCE, Client, Gatewayd, Load, LoadOrigin, Origin, binary, eventually, fill,
                     gateway, gatewayctl, gatewayctl_json)

# What an installed program may be that is none: it says its version, and then...
_FAKE = """#!/bin/sh
case "$1" in
  --version) echo "gatewayd 9.9.9"; exit 0 ;;
  --check) {check} ;;
  *) {serve} ;;
esac
"""


def has_ended(process):
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    ended = bool(select.select([handle], [], [], 0)[0])
    os.close(handle)
    return ended


class UpgradeCommand(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.control = f"{self.directory}/control.sock"
        self.installed = Path(self.directory) / "bin/gatewayd"
        self.installed.parent.mkdir()
        self.build = binary("GATEWAYD_BIN")
        self.install()

    def install(self, text=None):
        """As dpkg does: a new file under the name of the one that runs."""
        fresh = self.installed.with_suffix(".dpkg-new")
        if text is None:
            shutil.copy(self.build, fresh)
        else:
            fresh.write_text(text)
            fresh.chmod(0o755)
        fresh.replace(self.installed)

    def start(self, origin, **options):
        self.addCleanup(origin.close)
        text = fill(gateway(workers=2, drain_timeout="20s", **options),
                    {"dir": self.directory, "origin": origin.url})
        self.gateway = Gatewayd(self.directory, text)
        self.addCleanup(self.gateway.close)
        with mock.patch.dict(os.environ, GATEWAYD_BIN=str(self.installed)):
            self.gateway.start()

    def upgrade(self):
        verdict = gatewayctl_json("upgrade", "--socket", self.control)
        self.assertTrue(verdict["accepted"], verdict)
        successor = verdict["process"]
        self.addCleanup(self.end, successor)
        return successor

    def end(self, process):
        if has_ended(process):
            return
        os.kill(process, signal.SIGTERM)
        eventually(lambda: has_ended(process), f"the end of {process}")

    def rejected(self):
        done = gatewayctl("upgrade", "--socket", self.control)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertIn(f"(process {self.gateway.pid}) goes on serving\n", done.stderr)
        with Client(self.gateway.address) as client:
            self.assertEqual(client.get("/still").status, 200)
        return done.stderr

    def test_under_load_nothing_is_refused(self):
        self.start(LoadOrigin())
        lasting = Load(self.gateway.address[1], connections=6)
        fresh = Load(self.gateway.address[1], connections=4, per_connection=1)
        self.addCleanup(lasting.close)
        self.addCleanup(fresh.close)
        self.install()
        successor = self.upgrade()
        self.assertNotEqual(successor, self.gateway.pid)
        self.assertEqual(os.readlink(f"/proc/{successor}/exe"), str(self.installed))
        self.assertEqual(self.gateway.process.wait(PATIENCE * 3), 0)
        for figures in (lasting.stop(), fresh.stop()):
            self.assertEqual((figures["failed"], figures["refused"]), (0, 0), figures)
            self.assertGreater(figures["answered"], 0)
        again = self.upgrade()  # the one that followed can be followed
        self.assertNotIn(again, (successor, self.gateway.pid))
        eventually(lambda: has_ended(successor), "the end of the second")
        self.end(again)

    def test_the_service_manager_is_told_who_serves(self):
        """MAINPID= from the old one, before it ends; then the new one is what it listens to."""
        self.start(Origin())
        with mock.patch.dict(os.environ):
            successor = self.upgrade()
        self.gateway.process.wait(PATIENCE)
        eventually(lambda: self.gateway.states.count("READY=1") == 2, "READY=1 of the new one")
        told = self.gateway.states
        self.assertEqual(told.count(f"MAINPID={successor}"), 1)
        self.assertLess(told.index(f"MAINPID={successor}"), len(told) - 1 - told[::-1].index("READY=1"))
        self.assertNotIn("STOPPING=1", told)
        self.end(successor)
        eventually(lambda: "STOPPING=1" in self.gateway.states, "STOPPING=1 of the new one")

    def test_it_inherits_nothing_but_the_sockets(self):
        """No connection and no file of the old one is held open by the new one."""
        self.start(Origin())
        with Client(self.gateway.address) as client:
            self.assertEqual(client.get("/kept").status, 200)
            successor = self.upgrade()
            client.request("GET", "/last")
            self.assertEqual(client.answer().status, 200)
        self.gateway.process.wait(PATIENCE)
        held = [os.readlink(f"/proc/{successor}/fd/{fd}")
                for fd in os.listdir(f"/proc/{successor}/fd") if int(fd) < 3]
        self.assertEqual(len(held), 3)
        environment = Path(f"/proc/{successor}/environ").read_bytes().split(b"\0")
        self.assertFalse([entry for entry in environment if entry.startswith(b"WATCHDOG_PID=")])

    def test_a_config_that_the_new_one_rejects(self):
        self.start(Origin())
        before = self.gateway.config_path.read_text()
        self.gateway.config_path.write_text(before + "\n[routes.bad]\npaht = \"/x\"\n")
        said = self.rejected()
        self.assertIn("unknown-key", said)
        self.assertIn('did you mean "path"?', said)
        self.assertIn("correct the file, then: gatewayctl upgrade", said)
        self.gateway.config_path.write_text(before)
        self.end(self.upgrade())

    def test_a_newer_database(self):
        """A downgrade: the program that was there before cannot read what the newer one wrote."""
        self.start(Origin())
        with sqlite3.connect(f"{self.directory}/gatewayd.db") as database:
            known = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {known + 1}")
        said = self.rejected()
        self.assertIn("was written by a newer gatewayd", said)
        self.assertIn("run that version, or set [store] path to another file", said)
        with sqlite3.connect(f"{self.directory}/gatewayd.db") as database:
            database.execute(f"PRAGMA user_version = {known}")

    def test_programs_that_do_not_come_to_serve(self):
        self.start(Origin())
        self.install(_FAKE.format(check="exit 0", serve="exit 1"))
        self.assertIn("gatewayd 9.9.9 could not take over: it ended before", self.rejected())
        self.install(_FAKE.format(check="echo 'error: no such key'; exit 78", serve="exit 1"))
        said = self.rejected()
        self.assertIn("error: no such key\n", said)
        self.assertIn("gatewayd 9.9.9 does not accept ", said)
        self.installed.unlink()
        self.assertIn("cannot be started: No such file or directory; install it again",
                      self.rejected())
        self.install("no program")
        self.assertIn("cannot be started: Exec format error", self.rejected())
        self.install()
        self.end(self.upgrade())

    def test_one_at_a_time(self):
        """A second call while one is under way is told so; so is a reload, unless it waits."""
        self.start(Origin())
        gate = f"{self.directory}/gate"
        os.mkfifo(gate)
        self.install(_FAKE.format(check=f"read line <{gate}; exit 78", serve="exit 1"))
        first = subprocess.Popen(
            [binary("GATEWAYCTL_BIN"), "upgrade", "--socket", self.control],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        opened = os.open(gate, os.O_WRONLY)  # once the check has begun
        self.assertIn("another upgrade is under way", self.rejected())
        os.close(opened)
        first.communicate(timeout=PATIENCE)
        self.assertEqual(first.returncode, 1)

    def test_a_reload_that_waits_is_for_the_one_that_serves_then(self):
        self.start(Origin())
        # A successor that has the offer and says nothing: reloads are rejected meanwhile.
        asking = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asking.connect(self.control + ".handover")
        self.assertTrue(asking.recv(65536))
        done = gatewayctl("reload", "--socket", self.control)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another gatewayd is taking over", done.stderr)
        waiting = subprocess.Popen(
            [binary("GATEWAYCTL_BIN"), "reload", "--wait", "--socket", self.control],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        eventually(lambda: self.gateway.log().count("reload rejected") > 1, "its first question")
        asking.close()
        out, err = waiting.communicate(timeout=PATIENCE)
        self.assertEqual(waiting.returncode, 0, err)
        self.assertIn("is live on 2 workers", out)


if __name__ == "__main__":
    unittest.main()
