"""Programs of others that examples set beside gatewayd: nginx, HAProxy, Prometheus."""

import random
import socket
import subprocess
from pathlib import Path

from .process import eventually


def free_port():
    """A port of 127.0.0.1 that nobody has now, for programs that cannot tell which one they were
    given. The kernel gives it to nobody meanwhile: it is below those of ip_local_port_range."""
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", random.randrange(15000, 32000)))
                return probe.getsockname()[1]
            except OSError:
                continue


class Foreign:
    """A program that runs in `folder` until close() and listens on `port`."""

    def __init__(self, folder, port, *command):
        self.port = port
        self.path = Path(folder) / f"{command[0]}.log"
        with open(self.path, "w") as log:
            self.process = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL)
        eventually(self._listens, f"{command[0]} listens", 120)

    def _listens(self):
        if self.process.poll() is not None:
            raise AssertionError(self.path.read_text())
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return True
        except OSError:
            return False

    def close(self):
        self.process.terminate()
        self.process.wait(60)


def make_certificate(folder, *names):
    """A key and a certificate that signs itself, for these host names: their paths."""
    folder = Path(folder)
    key, certificate = folder / "site.key", folder / "site.pem"
    alternatives = ",".join(f"DNS:{name}" for name in names)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={names[0]}",
                    "-addext", f"subjectAltName={alternatives}", "-keyout", key, "-out",
                    certificate], check=True, capture_output=True, timeout=180)
    return key, certificate
