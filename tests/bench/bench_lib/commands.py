"""Scenarios of gatewayctl: how long a person waits."""

import statistics
import subprocess
import time

from . import proxies
from .bench import Check, Result
from .machine import Broken, ahead


def timed(command, times):
    """Median wall time of the command in ms; it must succeed."""
    taken = []
    for _ in range(times):
        start = time.monotonic()
        done = subprocess.run(ahead(command), capture_output=True, text=True)
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


def stats(bench):
    """gatewayctl stats over 30 days in which 10 million requests were logged."""
    rows = 1_000_000 if bench.quick else 10_000_000
    filler = bench.gatewayd.parent.parent / "tests/bench/store/store_bench"
    if not filler.exists():
        raise Broken(f"not built: {filler}; the release preset builds it")

    def fill(folder):
        start = time.monotonic()
        subprocess.run([filler, "fill", folder / "gatewayd.db", str(rows), "30"], check=True)
        bench.say(f"  {rows} rows made in {time.monotonic() - start:.0f} s")

    figures = {}
    with bench.running() as running:
        proxy = running.gatewayd(prepare=fill)
        figures["database"] = {
            "rows": rows, "mb": round((proxy.folder / "gatewayd.db").stat().st_size / 1e6)}
        socket = proxy.folder / "control.sock"
        for name, more in (("stats", []), ("by service", ["--by", "service"]),
                           ("one route", ["--route", "name7"])):
            command = [bench.gatewayctl, "stats", "--since", "30d", *more, "--socket", socket]
            figures[name] = timed(command, bench.rounds + 2)
    return Result(figures, [Check(f"stats of 30 days, {rows} rows",
                                  figures["stats"]["median_ms"], 200, "ms")])
