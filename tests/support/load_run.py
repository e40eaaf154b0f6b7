"""Load from tests/support/load: an origin that answers at once, clients that count every request."""

import json
import subprocess

from .process import binary
from .wire import PATIENCE


class LoadOrigin:
    def __init__(self):
        self._process = subprocess.Popen([binary("LOAD_BIN"), "origin"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def close(self):
        self._process.communicate(timeout=PATIENCE)


class Load:
    """Every one of `connections` asks for one /rN/x after the other, on a new connection after
    `per_connection` requests (0: when the gateway says so), from now until stop()."""

    def __init__(self, port, connections=8, per_connection=0, routes=1):
        self._process = subprocess.Popen(
            [binary("LOAD_BIN"), "client",
             *map(str, (port, connections, per_connection, routes))], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def wait_until_warm(self):
        """Until some hundred requests are answered."""
        if self._process.stdout.readline() != "warm\n":
            raise AssertionError("the load has ended")

    def stop(self):
        """What became of it: answered, connections, refused (attempts to connect), failed (connected
        and then not answered with a whole 200), slowest_us, failure (the first)."""
        out, _ = self._process.communicate(timeout=PATIENCE * 2)
        return json.loads(out.splitlines()[-1])

    def close(self):
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate(timeout=PATIENCE)
