"""Scenarios of upstreams: what choosing and judging them costs, and what a refusal spares."""

import subprocess

from . import load, proxies
from .bench import Check, Result
from .machine import Broken, Process

INSTANCES = 3
# Follows the service's instances.
CHOOSING = """balance = "least_connections"
slow_start = "10s"

[services.backend.health]
path  = "/health"
every = "1s"

[services.backend.passive]
failures = 5

[services.backend.breaker]
failures     = 5
rate         = 50
min_requests = 20

"""
BREAKER = """[services.backend.breaker]
failures = 5

"""


def service(running, instances):
    """Lines that give the service more instances: backends beside the first."""
    ports = [running.backend]
    while len(ports) < instances:
        backend = Process("load", [running.bench.tools["backend"]], stdout=subprocess.PIPE,
                          text=True)
        running.stack.callback(backend.stop)
        ports.append(int(backend.popen.stdout.readline().split()[1]))
    return ", ".join(f'"http://127.0.0.1:{port}"' for port in ports)


def upstreams(bench):
    """Balancing over 3 instances, health and breaker, beside the plain request; an open breaker."""
    with bench.running() as running:
        text = proxies.GATEWAYD.removesuffix("\n")
        balanced = text.replace('["http://127.0.0.1:{backend}"]', f"[{service(running, INSTANCES)}]")
        plain = running.gatewayd("plain")
        chosen = running.gatewayd("balanced", text=balanced + CHOOSING)
        refused = running.gatewayd("open", text=text + BREAKER)
        done = subprocess.run(
            [bench.gatewayctl, "breaker", "open", "backend", "--for", "1h", "--socket",
             refused.folder / "control.sock"], capture_output=True, text=True)
        if done.returncode != 0:
            raise Broken(f"the breaker cannot be opened: {done.stderr}")
        figures = load.interleave([plain, chosen, refused], bench.rounds, bench.seconds,
                                  say=bench.say, refused=lambda proxy: proxy is refused)
    return Result(figures, [
        Check("CPU per request against one instance without policies",
              load.ratio(figures, "balanced", "plain"), 1.03, "×"),
        Check("CPU of an open breaker's answer against a proxied request",
              load.ratio(figures, "open", "plain"), 0.60, "×")])
