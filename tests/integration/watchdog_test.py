"""The service manager's watchdog is fed by the workers' progress: one that hangs ends the feeding."""

import ctypes
import os
from pathlib import Path
from unittest import mock

from support import GatewayTest, eventually, gateway

_ATTACH, _DETACH = 16, 17  # sys/ptrace.h
_WAIT_ALL = 0x40000000     # __WALL: threads that are no children


def threads_named(process, name):
    return [int(task.name) for task in Path(f"/proc/{process}/task").iterdir()
            if (task / "comm").read_text().strip().startswith(name)]


class Held:
    """One thread of another process stands still until release(), as if it hung."""

    def __init__(self, thread):
        self.thread = thread
        self.libc = ctypes.CDLL(None, use_errno=True)
        if self.libc.ptrace(_ATTACH, thread, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")
        os.waitpid(thread, _WAIT_ALL)

    def release(self):
        self.libc.ptrace(_DETACH, self.thread, None, None)


class Watchdog(GatewayTest):
    config = gateway(workers=2)

    @classmethod
    def setUpClass(cls):
        with mock.patch.dict(os.environ, WATCHDOG_USEC="6000000"):
            super().setUpClass()

    def fed(self):
        return self.gateway.states.count("WATCHDOG=1")

    def feeds_again(self):
        before = self.fed()
        eventually(lambda: self.fed() > before + 1, "WATCHDOG=1")

    def test_a_worker_that_hangs_ends_the_feeding(self):
        self.feeds_again()
        self.assertEqual(len(threads_named(self.gateway.pid, "worker ")), 2)
        for thread in threads_named(self.gateway.pid, "worker "):
            held = Held(thread)
            self.addCleanup(held.release)
            # Named in the log after half of the time; until then at most the answer that was under
            # way when it was stopped has been told.
            before = self.fed()
            said = self.gateway.log().count("has not come round its loop")
            eventually(lambda: self.gateway.log().count("has not come round its loop") > said,
                       "the complaint")
            self.assertLessEqual(self.fed(), before + 1)
            held.release()
            self.feeds_again()
        self.gateway.wait_for_log("every worker comes round again")

    def test_idle_workers_are_no_hanging_workers(self):
        for _ in range(2):
            self.feeds_again()
        self.assertNotIn("the watchdog is fed once a second", self.gateway.log())


class NotWatched(GatewayTest):
    """Without the variable, or with it for another process, nothing is told."""

    config = gateway(workers=1)

    @classmethod
    def setUpClass(cls):
        with mock.patch.dict(os.environ, WATCHDOG_USEC="6000000", WATCHDOG_PID="1"):
            super().setUpClass()

    def test_nothing_is_told(self):
        self.gateway.reload()
        self.gateway.reload()
        self.assertNotIn("WATCHDOG=1", self.gateway.states)


class TooShort(GatewayTest):
    config = gateway(workers=1)

    @classmethod
    def setUpClass(cls):
        with mock.patch.dict(os.environ, WATCHDOG_USEC="2999999"):
            super().setUpClass()

    def test_it_is_warned_of(self):
        self.gateway.wait_for_log("set WatchdogSec= to 3s or more")


if __name__ == "__main__":
    import unittest
    unittest.main()
