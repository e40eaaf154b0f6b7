"""Scenarios of TLS in front: what a request costs on it, what a handshake, and what it holds."""

import subprocess
import time

from . import load, proxies
from .bench import Check, Result
from .bounds import Crowd
from .machine import Broken, pinned

NGINX_TLS = proxies.NGINX.replace("listen 127.0.0.1:{port} backlog=4096;", """
    listen 127.0.0.1:{port} ssl backlog=4096;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;""")

HAPROXY_TLS = proxies.HAPROXY.replace(
    "bind 127.0.0.1:{port}", "bind 127.0.0.1:{port} ssl crt {both} ssl-min-ver TLSv1.2")

GATEWAYD_TLS = proxies.GATEWAYD.replace("[control]", """[listeners.public.tls]
certificate = "{certificate}"
key         = "{key}"

[control]""")


def certificate(folder):
    """A certificate on P-256 in `folder`: {certificate, key, both}."""
    files = {name: folder / f"{name}.pem" for name in ("certificate", "key", "both")}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", files["key"],
                    "-out", files["certificate"]], check=True, capture_output=True)
    files["both"].write_text(files["certificate"].read_text() + files["key"].read_text())
    return files


def three(bench, running):
    files = certificate(bench.folder)
    candidates = [running.nginx(text=NGINX_TLS, **files),
                  running.haproxy(text=HAPROXY_TLS, **files)]
    if bench.gatewayd:
        text = GATEWAYD_TLS.replace("{certificate}", str(files["certificate"])).replace(
            "{key}", str(files["key"]))
        candidates.append(running.gatewayd(text=text))
    return candidates


def against_the_better(figures, what, limit):
    better = min(("nginx", "haproxy"), key=lambda name: figures[name]["us_per_request"])
    return Check(f"{what} against {better}", load.ratio(figures, "gatewayd", better), limit, "×")


def tls(bench):
    """TLS 1.3 in front: keep-alive proxying of a 60-byte JSON, 64 connections."""
    with bench.running() as running:
        candidates = three(bench, running)
        figures = load.interleave(candidates, bench.rounds, bench.seconds, say=bench.say,
                                  scheme="https")
    checks = [against_the_better(figures, "CPU per request", 0.90)] if bench.gatewayd else []
    return Result(figures, checks)


def handshakes(bench):
    """Loads a port for some seconds with connections that do not resume; returns their number."""
    def run(port, seconds):
        done = subprocess.run(pinned("load", [bench.tools["handshakes"], port, seconds]), text=True,
                              capture_output=True, timeout=seconds + 60, check=True)
        words = done.stdout.split()
        if words[3] != "0" or words[5] != "0":
            raise Broken(f"not every connection had a full handshake and an answer: {done.stdout}")
        return int(words[1])
    return run


def handshake(bench):
    """A connection with a full TLS 1.3 handshake (P-256) for each request."""
    with bench.running() as running:
        candidates = three(bench, running)
        figures = load.interleave(candidates, bench.rounds, bench.seconds, say=bench.say,
                                  drive=handshakes(bench))
    checks = [against_the_better(figures, "CPU per connection", 1.05)] if bench.gatewayd else []
    return Result(figures, checks)


def idle_tls(bench):
    """10,000 idle keep-alive connections over TLS 1.3, after one request each."""
    count, figures, errors = 10_000, {}, 0
    with bench.running() as running:
        for proxy in three(bench, running):
            if proxy.name == "haproxy":
                continue  # it wants two descriptors for each connection that it may hold
            at_start = proxy.process.memory_kb()
            crowd = Crowd(bench, proxy.port, count, program="tls_crowd")
            running.stack.callback(crowd.process.stop)
            time.sleep(4)  # buffers of connections that have gone quiet are given back
            resident = proxy.process.memory_kb()
            crowd.process.stop()
            if proxy.name == "gatewayd":
                errors = crowd.opened["errors"]
            figures[proxy.name] = {"rss_mb": round(resident / 1024, 1),
                                   "rss_mb_before": round(at_start / 1024, 1),
                                   "bytes_a_connection": round((resident - at_start) * 1024 / count),
                                   **crowd.opened}
    ours = figures["gatewayd"]["rss_mb"]
    return Result(figures, [
        Check("resident memory with 10,000 idle connections over TLS", ours, 150, "MB"),
        Check("the same against nginx", round(ours / figures["nginx"]["rss_mb"], 3), 1.0, "×"),
        Check("connections that failed", errors, 0)])
