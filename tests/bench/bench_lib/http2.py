"""Scenarios of HTTP/2: 4 connections of 100 requests each at once, upstreams by HTTP/1."""

import subprocess

from . import load, proxies
from .bench import Check, Result
from .machine import Broken

# As many connections are kept to the backend as there are requests at once.
_NGINX = proxies.NGINX.replace("keepalive 128;", "keepalive 512;")
_GATEWAYD = proxies.GATEWAYD.replace('instances = ["http://127.0.0.1:{backend}"]',
                                     'instances = ["http://127.0.0.1:{backend}"]\nmax_idle = 512\n'
                                     'max_connections = 1000')


def h2c(bench):
    """HTTP/2 without TLS, by prior knowledge."""
    return _measure(
        bench, "http",
        nginx=_NGINX.replace("listen 127.0.0.1:{port} ", "listen 127.0.0.1:{port} http2 "),
        haproxy=proxies.HAPROXY.replace("bind 127.0.0.1:{port}", "bind 127.0.0.1:{port} proto h2"),
        gatewayd=_GATEWAYD.replace('address = "127.0.0.1:{port}"',
                                   'address = "127.0.0.1:{port}"\nhttp2 = true'))


def h2(bench):
    """HTTP/2 over TLS 1.3, agreed on by ALPN."""
    pem, key = _certificate(bench.folder)
    return _measure(
        bench, "https",
        nginx=_NGINX.replace(
            "listen 127.0.0.1:{port} ",
            f"ssl_certificate {pem}; ssl_certificate_key {key};\n    "
            "listen 127.0.0.1:{port} ssl http2 "),
        haproxy=proxies.HAPROXY.replace(
            "bind 127.0.0.1:{port}", f"bind 127.0.0.1:{{port}} ssl crt {pem} alpn h2"),
        gatewayd=_GATEWAYD.replace(
            'address = "127.0.0.1:{port}"',
            'address = "127.0.0.1:{port}"\nhttp2 = true\n'
            f'tls = {{{{ certificate = "{pem}", key = "{key}" }}}}'))


def _certificate(folder):
    """A self-signed one; HAProxy wants its key in the same file."""
    pem, key = folder / "cert.pem", folder / "key.pem"
    done = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", pem],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise Broken(f"openssl: {done.stderr}")
    pem.write_text(pem.read_text() + key.read_text())
    return pem, key


def _measure(bench, scheme, nginx, haproxy, gatewayd):
    with bench.running() as running:
        candidates = [running.nginx(text=nginx), running.haproxy(text=haproxy)]
        if bench.gatewayd:
            candidates.append(running.gatewayd(text=gatewayd))
        figures = load.interleave(candidates, bench.rounds, bench.seconds, say=bench.say,
                                  drive=load.h2load, scheme=scheme)
    checks = [Check("CPU per request against haproxy",
                    load.ratio(figures, "gatewayd", "haproxy"), 1.00, "×")] if bench.gatewayd else []
    return Result(figures, checks)
