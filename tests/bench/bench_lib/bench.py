"""What every scenario is given, and what it hands back."""

import contextlib
import dataclasses
import pathlib
import subprocess

from . import proxies
from .machine import Process


@dataclasses.dataclass
class Check:
    """A figure that was asked for: `value` must not pass `limit`."""

    what: str
    value: float
    limit: float
    unit: str = ""

    @property
    def met(self):
        return self.value <= self.limit


@dataclasses.dataclass
class Result:
    figures: dict
    checks: list
    note: str = ""


@dataclasses.dataclass
class Bench:
    folder: pathlib.Path              # the scenario's own, empty at first
    tools: dict                       # the bench's compiled programs, by name
    gatewayd: pathlib.Path | None     # None: not built
    gatewayctl: pathlib.Path | None
    rounds: int
    seconds: int
    quick: bool
    say: object                       # prints a line of progress

    @contextlib.contextmanager
    def running(self):
        """Gives a `Running`; whatever it started has ended when the block is left."""
        with contextlib.ExitStack() as stack:
            yield Running(self, stack)


INSTANCES = 3  # ports of the backend


class Running:
    """A backend, and the proxies that were asked for in front of it."""

    def __init__(self, bench, stack):
        self.bench, self.stack = bench, stack
        backend = Process("load", [bench.tools["backend"], INSTANCES], stdout=subprocess.PIPE,
                          text=True)
        stack.callback(backend.stop)
        self.stop_backend = backend.stop
        self.backends = [int(backend.popen.stdout.readline().split()[1])
                         for _ in range(INSTANCES)]
        self.backend = self.backends[0]

    def _keep(self, proxy):
        self.stack.callback(proxy.stop)
        return proxy

    def nginx(self, **options):
        return self._keep(proxies.nginx(self.bench.folder, self.backend, **options))

    def haproxy(self, **options):
        return self._keep(proxies.haproxy(self.bench.folder, self.backend, **options))

    def relay(self):
        return self._keep(proxies.relay(self.bench.folder, self.backend, self.bench.tools["relay"]))

    def gatewayd(self, name="gatewayd", **options):
        return self._keep(proxies.gatewayd(self.bench.folder, self.backend, self.bench.gatewayd,
                                           name, **options))
