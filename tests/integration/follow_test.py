"""`gatewayctl logs -f` shows every row once and in order, whatever becomes of the daemon."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
from datetime import datetime

from support import Client, Gatewayd, Origin, eventually, fill, gateway
from support.load_run import Load, LoadOrigin
from support.process import binary, gatewayctl_json
from support.wire import PATIENCE

SECONDS = 4
MOST_BEHIND = 1.0  # seconds between the end of a request and its line


class Follower:
    """Reads the lines of `gatewayctl logs -f` as they come: (id, path, seconds behind)."""

    def __init__(self, directory, *arguments):
        self.lines = []
        self.begun = threading.Event()
        self._process = subprocess.Popen(
            [binary("GATEWAYCTL_BIN"), "logs", "-f", "-o", "csv", "--socket",
             f"{directory}/control.sock", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        self._process.stdout.readline()  # the header: what is written from now on is followed
        self.begun.set()
        for line in self._process.stdout:
            fields = line.split(",")
            started = datetime.fromisoformat(fields[0].replace("Z", "+00:00")).timestamp()
            self.lines.append((fields[1], fields[4], time.time() - started))

    def ids(self):
        return [line[0] for line in self.lines]

    def close(self):
        self._process.kill()
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self._process.stdout.close()
        self._process.stderr.close()


class Follow(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.generation = 0

    def launch(self, origin, *arguments, **options):
        self.generation += 1
        text = fill(gateway(workers=2, **options),
                    {"dir": self.directory, "origin": origin.url})
        started = Gatewayd(self.directory, text, notify=f"notify{self.generation}.sock")
        self.addCleanup(started.close)
        return started.start(*arguments)

    def logged(self):
        return gatewayctl_json("logs", "-n", "100", "--socket",
                               f"{self.directory}/control.sock")["rows"]

    def follow(self, *arguments):
        follower = Follower(self.directory, *arguments)
        self.addCleanup(follower.close)
        self.assertTrue(follower.begun.wait(PATIENCE), "no header")
        return follower

    def ask(self, server, count):
        """Whoever took the connection may be leaving: it says so, and another is opened."""
        ids, client = [], None
        for number in range(count):
            client = client or Client(server.address)
            answer = client.get(f"/row/{number}")
            ids.append(answer.fields.get("x-request-id"))
            if answer.fields.get("connection") == "close":
                client = client.close()
        if client:
            client.close()
        return ids

    def test_over_a_restart_and_a_take_over(self):
        origin = Origin()
        self.addCleanup(origin.close)
        first = self.launch(origin)
        asked = self.ask(first, 20)
        eventually(lambda: len(self.logged()) == 20, "the rows of the first requests")
        follower = self.follow("-n", "5")
        eventually(lambda: len(follower.lines) >= 5, "the newest rows")
        asked += self.ask(first, 300)
        self.assertEqual(first.stop(), 0)
        second = self.launch(origin)
        asked += self.ask(second, 300)
        third = self.launch(origin, "--take-over")
        asked += self.ask(third, 300)
        eventually(lambda: len(follower.lines) >= 905, "a line for each request")
        self.assertEqual(sorted(follower.ids()), sorted(asked[15:]))  # workers write in turn

    def test_a_filter_follows_too(self):
        origin = Origin()
        self.addCleanup(origin.close)
        server = self.launch(origin)
        follower = self.follow("--path", "/row/7", "-n", "1")
        self.ask(server, 80)
        eventually(lambda: len(follower.lines) >= 11, "the rows that match")
        self.assertEqual({line[1] for line in follower.lines},
                         {"/row/7"} | {f"/row/7{digit}" for digit in range(10)})

    def test_every_row_of_a_load(self):
        origin = LoadOrigin()
        self.addCleanup(origin.close)
        server = self.launch(origin)
        follower = self.follow("-n", "1")
        load = Load(server.address[1], connections=32)
        self.addCleanup(load.close)
        time.sleep(SECONDS)
        answered = load.stop()["answered"]
        eventually(lambda: len(follower.lines) >= answered, "a line for each request")
        time.sleep(0.5)
        self.assertEqual(len(follower.lines), answered)
        self.assertEqual(len(set(follower.ids())), answered)
        behind = sorted(line[2] for line in follower.lines)
        report = (f"{answered / SECONDS:.0f} requests/s, behind: median {behind[answered // 2]:.3f} s, "
                  f"worst {behind[-1]:.3f} s")
        if os.environ.get("GATEWAYD_TEST_LAG"):  # on a machine that does nothing else
            print(report)
            self.assertLess(behind[-1], MOST_BEHIND, report)


if __name__ == "__main__":
    unittest.main()
