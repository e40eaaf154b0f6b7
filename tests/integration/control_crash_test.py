"""A write over the control API is cut off at every step, by kill -9 and by a disk that fails: the
managed file is that of before or that of after, whole, and the gateway starts with it."""

import os
import unittest

from config_crash_test import Crash
from control_writes_test import MANAGED, config
from support import Client, fill
from support.control import Control
from support.process import Gatewayd, eventually

NEW = MANAGED.replace('body = "lab"', 'body = "new"')


class ManagedCrash(Crash):
    def begin(self, *trace):
        gateway, _ = super().begin(*trace)
        return gateway

    def fresh(self, directory):
        os.mkdir(f"{directory}/conf.d")
        self.managed = f"{directory}/conf.d/managed.toml"
        with open(self.managed, "w") as file:
            file.write(MANAGED)
        return Gatewayd(directory, fill(config(), {**self.places, "dir": directory}))

    def text(self):
        with open(self.managed) as file:
            return file.read()

    def write(self):
        """The status of the answer; None: there was none."""
        try:
            return Control(f"{self.directory}/control.sock").put(
                "routes/lab", {"path": "/lab", "respond": {"body": "new"}}).status
        except OSError:
            return None
        except Exception:  # http.client's own, when the other side is gone
            return None

    def body(self, gateway):
        with Client(gateway.address) as client:
            return client.get("/lab").body

    def left_beside(self):
        return [name for name in os.listdir(f"{self.directory}/conf.d") if name.startswith(".")]


class KillAtEveryStep(ManagedCrash):
    def kill_at(self, step):
        came_to = []
        for when in range(1, 40):
            gateway = self.begin("-e", f"trace={step}",
                                 "-e", f"inject={step}:signal=KILL:when={when}")
            status = self.write()
            if gateway.process.poll() is None and status == 200:
                self.end_trace()
                break
            eventually(lambda: gateway.process.poll() is not None, "its end")
            came_to.append(self.check_after())
        self.assertTrue(came_to)
        self.assertEqual(came_to, sorted(came_to))  # once it is the new one, it stays
        return came_to

    def check_after(self):
        self.assertIn(self.text(), (MANAGED, NEW))
        self.count += 1
        again = Gatewayd(self.directory, notify=f"again{self.count}.sock")
        self.gateway = again
        self.addCleanup(again.close)
        again.start()
        text = self.text()
        self.assertIn(text, (MANAGED, NEW))
        self.assertEqual(self.body(again), b"new" if text == NEW else b"lab")
        rows = Control(f"{self.directory}/control.sock").get("config/history").json
        self.assertNotIn("pending", [row["verdict"] for row in rows["changes"]])
        if text == NEW:  # its author is known, although another process made it serve
            self.assertEqual(rows["changes"][0]["cause"], "api")
        self.assertEqual(self.write(), 200)
        self.assertEqual(self.text(), NEW)
        if text != NEW:  # what a killed writer left is gone once another has written
            self.assertEqual(self.left_beside(), [])
        again.stop()
        return text == NEW

    def test_renames(self):
        self.assertEqual(self.kill_at("renameat"), [False])

    def test_changes_of_mode(self):
        self.assertEqual(self.kill_at("fchmod"), [False])

    def test_syncs(self):
        self.assertGreaterEqual(len(self.kill_at("fsync")), 2)  # the draft, and its folder


class FailAtEveryStep(ManagedCrash):
    def test_failures_leave_the_old_file_and_say_why(self):
        for step, error in (("renameat", "EROFS"), ("fchmod", "EPERM"), ("fsync", "ENOSPC")):
            with self.subTest(step=step):
                gateway = self.begin("-e", f"trace={step}", "-e", f"inject={step}:error={error}")
                status = self.write()
                self.end_trace()
                self.assertEqual(status, 500)
                self.assertEqual(self.text(), MANAGED)
                self.assertEqual(self.body(gateway), b"lab")
                self.assertEqual(self.left_beside(), [])
                self.assertEqual(self.write(), 200)
                self.assertEqual((self.text(), self.body(gateway)), (NEW, b"new"))
                gateway.stop()


if __name__ == "__main__":
    unittest.main()
