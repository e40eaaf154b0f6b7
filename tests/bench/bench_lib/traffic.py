"""Scenarios of speed: what a request costs, and what it waits."""

import json
import statistics
import subprocess

from . import load, proxies
from .bench import Check, Result
from .machine import Broken, pinned


def plain(bench):
    """Keep-alive proxying of a 60-byte JSON, 64 connections."""
    with bench.running() as running:
        candidates = [running.nginx(), running.haproxy()]
        if bench.gatewayd:
            candidates.append(running.gatewayd())
        candidates.append(running.relay())
        figures = load.interleave(candidates, bench.rounds, bench.seconds, say=bench.say)
    checks = [Check(f"CPU per request against {other}",
                    load.ratio(figures, "gatewayd", other), 0.90, "×")
              for other in ("nginx", "haproxy") if bench.gatewayd]
    return Result(figures, checks)


# The paths of a file, with the fields that further arguments name.
IN_TURN = """
local requests, turn = {}, 0
function init(arguments)
  for i = 2, #arguments do
    local name, value = arguments[i]:match("^([^:]+): (.*)$")
    wrk.headers[name] = value
  end
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
"""


def routes(bench):
    """10,000 routes against 10, each request to another route."""
    script = bench.folder / "in_turn.lua"
    script.write_text(IN_TURN)
    with bench.running() as running:
        candidates = []
        for count in (10, 10_000):
            name = f"routes-{count}"
            (bench.folder / f"{name}.paths").write_text("\n".join(proxies.many_paths(count)))
            candidates.append(running.gatewayd(name, routes=proxies.many_routes(count)))
        figures = load.interleave(
            candidates, bench.rounds, bench.seconds, say=bench.say, script=script,
            arguments=lambda proxy: [bench.folder / f"{proxy.name}.paths"])
    ratio = load.ratio(figures, "routes-10000", "routes-10")
    return Result(figures, [Check("CPU per request against 10 routes", ratio, 1.10, "×")])


def paced(bench, port, rate):
    command = pinned("load", [bench.tools["paced"], port, rate, bench.seconds, 64])
    done = subprocess.run(command, capture_output=True, text=True, timeout=bench.seconds + 60)
    if done.returncode != 0:
        raise Broken(f"paced failed: {done.stderr}")
    answer = json.loads(done.stdout)
    if answer["errors"]:
        raise Broken(f"{answer['errors']} of {answer['due']} paced requests had no answer")
    return answer


def latency(bench):
    """Added latency at half of nginx's load: open loop, 64 connections, Poisson arrivals."""
    with bench.running() as running:
        nginx = running.nginx()
        ports = {"direct": running.backend, "nginx": nginx.port}
        if bench.gatewayd:
            ports["gatewayd"] = running.gatewayd().port
        rate = load.wrk(nginx.port, bench.seconds) // bench.seconds // 2
        bench.say(f"  {rate} requests/s")
        rounds = {name: [] for name in ports}
        for number in range(bench.rounds + 1):
            for name, port in ports.items():
                answer = paced(bench, port, rate)
                if number > 0:  # the first round warms up
                    rounds[name].append(answer)
            if number > 0:
                bench.say(f"  round {number}: " + "  ".join(
                    f"{name} p99 {answers[-1]['p99_us']:.0f}" for name, answers in rounds.items())
                    + "  µs")
    figures = {"rate": f"{rate} requests/s"}
    for name, answers in rounds.items():
        figures[name] = {key: round(statistics.median(answer[key] for answer in answers), 1)
                         for key in ("p50_us", "p90_us", "p99_us")}
    if not bench.gatewayd:
        return Result(figures, [])
    added = {name: figures[name]["p99_us"] - figures["direct"]["p99_us"]
             for name in ("nginx", "gatewayd")}
    return Result(figures, [Check("p99 added, µs, against nginx's",
                                  round(added["gatewayd"], 1), round(added["nginx"], 1), "µs")])
