"""The scenarios. Each returns {"figures": …, "checks": [Check…]} and stops what it started."""

import contextlib
import dataclasses
import pathlib

from . import load, proxies


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
class Bench:
    """What every scenario is given."""

    folder: pathlib.Path      # its own, empty
    tools: dict               # the bench's compiled programs
    gatewayd: pathlib.Path | None
    gatewayctl: pathlib.Path | None
    rounds: int
    seconds: int
    quick: bool
    say: object

    def running(self):
        return contextlib.ExitStack()


def start_backend(bench, stack):
    from .machine import Process
    import subprocess
    process = Process("load", [bench.tools["backend"]], stdout=subprocess.PIPE, text=True)
    stack.callback(process.stop)
    return int(process.popen.stdout.readline().split()[1])


def keep(stack, proxy):
    stack.callback(proxy.stop)
    return proxy


def plain(bench):
    """Keep-alive proxying of a 60-byte JSON, 64 connections."""
    with bench.running() as stack:
        backend = start_backend(bench, stack)
        running = [keep(stack, proxies.nginx(bench.folder, backend)),
                   keep(stack, proxies.haproxy(bench.folder, backend)),
                   keep(stack, proxies.relay(bench.folder, backend, bench.tools["relay"]))]
        if bench.gatewayd:
            running.append(keep(stack, proxies.gatewayd(bench.folder, backend, bench.gatewayd)))
        figures = load.interleave(running, bench.rounds, bench.seconds, say=bench.say)
    checks = []
    if bench.gatewayd:
        for other in ("nginx", "haproxy"):
            checks.append(Check(f"CPU per request against {other}",
                                load.ratio(figures, "gatewayd", other), 0.90, "×"))
    return {"figures": figures, "checks": checks}


ALL = {"plain": plain}
