"""Scenarios of answers that a gateway keeps or compresses."""

import http.client

from . import load, proxies
from .bench import Check, Result
from .machine import Broken
from .traffic import IN_TURN

NGINX_CACHE = proxies.NGINX.replace("  upstream backend", """\
  proxy_cache_path {folder}/cache keys_zone=kept:16m max_size=64m;
  upstream backend""").replace("      proxy_pass", """\
      proxy_cache kept;
      proxy_cache_valid 200 1h;
      proxy_pass""")

HAPROXY_CACHE = proxies.HAPROXY.replace("frontend public\n", """\
cache kept
  total-max-size 64
  max-age 3600
frontend public
""").replace("\nbackend backend\n", """
backend backend
  http-request cache-use kept
  http-response set-header Cache-Control max-age=3600
  http-response cache-store kept
""")

NGINX_GZIP = proxies.NGINX.replace("  upstream backend", """\
  gzip on;
  gzip_types application/json;
  gzip_proxied any;
  gzip_min_length 20;
  upstream backend""")

GATEWAYD_GZIP = """[compression]
mode      = "safe"
encodings = ["gzip"]
min_size  = "20B"

""" + proxies.ALL


def ask(proxy, path, **fields):
    client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
    client.request("GET", path, headers=fields)
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return answer, body


def cache(bench):
    """A 60-byte JSON out of the cache, beside nginx's files and HAProxy's memory."""
    with bench.running() as running:
        candidates = [running.nginx(text=NGINX_CACHE), running.haproxy(text=HAPROXY_CACHE)]
        if bench.gatewayd:
            candidates.append(running.gatewayd(routes=proxies.ALL + '[routes.all.cache]\nttl = "1h"\n'))
        for proxy in candidates:
            ask(proxy, "/samples/7")
        backend = running.backend
        running.stop_backend()  # what is measured is answered without it
        for proxy in candidates:
            if ask(proxy, "/samples/7")[0].status != 200:
                raise Broken(f"{proxy.name} keeps nothing of port {backend}")
        figures = load.interleave(candidates, bench.rounds, bench.seconds, say=bench.say)
    checks = [Check(f"CPU per cache hit against {other}",
                    load.ratio(figures, "gatewayd", other), limit, "×")
              for other, limit in (("haproxy", 0.75), ("nginx", 0.75)) if bench.gatewayd]
    return Result(figures, checks)


def gzip(bench):
    """gzip of a JSON of 60 bytes, then of 1 KiB, beside nginx at its default level."""
    figures, checks = {}, []
    script = bench.folder / "in_turn.lua"
    script.write_text(IN_TURN)
    for size in (60, 1024):
        path = f"/json/{size}"
        paths = bench.folder / f"json-{size}.paths"
        paths.write_text(path)
        with bench.running() as running:
            candidates = [running.nginx(name=f"nginx-{size}", text=NGINX_GZIP)]
            if bench.gatewayd:
                candidates.append(running.gatewayd(f"gatewayd-{size}", routes=GATEWAYD_GZIP))
            for proxy in candidates:
                answer, body = ask(proxy, path, **{"Accept-Encoding": "gzip"})
                if answer.headers["Content-Encoding"] != "gzip":
                    raise Broken(f"{proxy.name} does not compress")
                figures[f"{proxy.name} bytes"] = len(body)
            figures.update(load.interleave(candidates, bench.rounds, bench.seconds, say=bench.say,
                                           script=script,
                                           arguments=[paths, "Accept-Encoding: gzip"]))
        if bench.gatewayd:
            checks.append(Check(f"CPU per request against nginx, {size} bytes",
                                load.ratio(figures, f"gatewayd-{size}", f"nginx-{size}"), 0.95, "×"))
    return Result(figures, checks)
