"""Instances of a service as processes of their own, to be killed and started again."""

import os
import socket
import subprocess
import sys
from pathlib import Path


def hold_port():
    """A loopback port that nobody else gets, whether or not a server listens on it just now (with
    reuse_port); without that the kernel may give it to a connection while the server is away."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(("127.0.0.1", 0))
    return holder


class Instance:
    """One instance (instance_server.py), on the same port each time it starts."""

    def __init__(self):
        self._holder = hold_port()
        self.port = self._holder.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        path = os.pathsep.join([str(Path(__file__).parent.parent), *sys.path])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "support.instance_server", str(self.port)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path})
        if self.process.stdout.readline() != b"ready\n":
            raise AssertionError(f"the instance on port {self.port} did not start")
        return self

    def kill(self):
        """Ends it at once, in whatever it is doing."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process.stdin.close()
            self.process = None

    def close(self):
        self.kill()
        self._holder.close()
