"""How long something took, how much of that was the machine's, and where the clock stands."""

import os
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _waited(process):
    """For each thread of this process the seconds for which it was ready to run and did not: others
    had the processors. Nothing where the kernel does not count them (proc(5), schedstat)."""
    found = {}
    for task in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            found[task] = int(task.read_text().split()[1]) / 1e9
        except OSError:
            pass  # it has ended
    return found


def _stolen():
    """Seconds that a virtual machine's processors did not run though they were to."""
    with open("/proc/stat", encoding="ascii") as stat:
        return int(stat.readline().split()[8]) / _TICKS


def within_a_minute(seconds):
    """Sums of the log and windows of limits end with the minutes of the clock: waits for the next
    one if less than this is left."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left)


class Stopwatch:
    """Runs from its making on. What must be quick is held against `own`: what the threads of these
    processes, and of the test itself, had to wait for a processor does not count."""

    def __init__(self, *processes):
        self._processes = (os.getpid(), *processes)
        self._before = self._all_waited()
        self._stolen = _stolen()
        self._begun = time.monotonic()
        self._stopped = None

    def stop(self):
        """What it shows stays."""
        self._stopped = self._read()
        return self

    @property
    def took(self):
        """Seconds, all of them."""
        return (self._stopped or self._read())[0]

    @property
    def own(self):
        return (self._stopped or self._read())[1]

    def _read(self):
        took = time.monotonic() - self._begun
        waited = sum(seconds - self._before.get(task, 0)
                     for task, seconds in self._all_waited().items())
        return took, max(0.0, took - waited - (_stolen() - self._stolen))

    def _all_waited(self):
        return {task: seconds for process in self._processes
                for task, seconds in _waited(process).items()}
