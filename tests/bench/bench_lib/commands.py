"""Scenarios of gatewayctl: how long a person waits."""

import os
import statistics
import subprocess
import time

from . import proxies
from .bench import Check, Result
from .machine import Broken


def timed(command, times):
    """Median wall time of the command in ms; it must succeed."""
    taken = []
    for _ in range(times):
        start = time.monotonic()
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        taken.append((time.monotonic() - start) * 1000)
        if done.returncode != 0:
            raise Broken(f"{' '.join(map(str, command))} ended with {done.returncode}:\n"
                         f"{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return {"median_ms": round(statistics.median(taken), 1),
            "rounds_ms": [round(value, 1) for value in taken]}


def validate(bench):
    """gatewayctl validate of a file with 10,000 routes."""
    config = proxies.gatewayd_config(bench.folder, 1, 0, proxies.many_routes(10_000))
    figure = timed([bench.gatewayctl, "validate", config], bench.rounds + 2)
    return Result({"validate": figure},
                  [Check("validate of 10,000 routes", figure["median_ms"], 200, "ms")])
