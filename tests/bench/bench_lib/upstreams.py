"""Scenarios of upstreams: what choosing and judging them costs, and what a refusal spares."""

import subprocess

from . import load, proxies
from .bench import Check, Result
from .machine import Broken

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


def upstreams(bench):
    """Balancing over the backend's ports, health and breaker, beside the plain request; an open breaker."""
    with bench.running() as running:
        text = proxies.GATEWAYD.removesuffix("\n")
        instances = ", ".join(f'"http://127.0.0.1:{port}"' for port in running.backends)
        balanced = text.replace('["http://127.0.0.1:{backend}"]', f"[{instances}]")
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
