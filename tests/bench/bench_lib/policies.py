"""Scenarios of policies: what a gateway costs that asks who is there and how often."""

import http.client
import http.server
import statistics
import subprocess
import threading

from . import load, proxies, stacks
from .bench import Check, Result
from .machine import Broken, awake, pinned
from .traffic import IN_TURN


class Echo(http.server.BaseHTTPRequestHandler):
    """An upstream that answers with what it was sent, to see what a proxy says to it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(proxy, fields):
    """Status, fields and body of the answer."""
    client = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
    client.request("GET", "/r0/some/where", headers=fields)
    answer = client.getresponse()
    body = answer.read().decode()
    client.close()
    return answer.status, answer.headers, body


def faults(kind, proxy, limit):
    """What the proxy leaves undone of all that it is measured for."""
    status, answered, upstream = ask(proxy, stacks.fields())
    if status != 200:
        yield f"a good request is answered with {status}"
    for name, value in stacks.SECURITY.items():
        if answered[name] != value:
            yield f"{name} is {answered[name]}"
    if not answered["X-Request-ID"] or f"X-Request-ID: {answered['X-Request-ID']}".lower() \
            not in upstream.lower():
        yield "the request id is not the same to both sides"
    if kind != "nginx":
        if f"x-user-id: {stacks.USER}" not in upstream.lower():
            yield "the user is not told to the upstream"
        for what, fields in (("a forged token", stacks.fields("another-secret-of-32-octets-long")),
                             ("no token", {})):
            if (status := ask(proxy, fields)[0]) != 401:
                yield f"{what} is answered with {status}"
    if kind == "gatewayd" and answered["Access-Control-Allow-Origin"] != stacks.ORIGIN:
        yield "the page may not read the answer"
    statuses = [ask(proxy, stacks.fields())[0] for _ in range(limit + 3)]
    if statuses[0] != 200 or statuses[-1] != 429:
        yield f"the limit does not count: {statuses}"


def check_all(bench):
    """Starts the three with a low limit; raises when one does less than it is measured for."""
    echo = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=echo.serve_forever, daemon=True).start()
    limit = 8
    try:
        with bench.running() as running:
            running.backend = echo.server_address[1]
            for kind, proxy in stacks.start(running, limit, "check-").items():
                if found := list(faults(kind, proxy, limit)):
                    raise Broken(f"{kind} does not do what is measured: " + "; ".join(found))
    finally:
        echo.shutdown()
        echo.server_close()


def stack(bench):
    """10 routes, limits, a known HS256 token, CORS, security headers, request id, SQLite log."""
    check_all(bench)
    script, paths = bench.folder / "in_turn.lua", bench.folder / "paths"
    script.write_text(IN_TURN)
    paths.write_text("\n".join(proxies.many_paths(stacks.ROUTES)))
    arguments = [paths, *(f"{name}: {value}" for name, value in stacks.fields().items())]
    with bench.running() as running:
        candidates = [*stacks.start(running).values(),
                      running.gatewayd("plain", routes=proxies.many_routes(stacks.ROUTES))]
        figures = load.interleave(candidates, bench.rounds, bench.seconds, say=bench.say,
                                  script=script, arguments=arguments)
    return Result(figures, [
        Check(f"CPU per request against {what}", load.ratio(figures, "gatewayd", other), limit, "×")
        for other, what, limit in (
            ("haproxy", "haproxy with jwt_verify and a stick table, log off", 0.70),
            ("nginx", "nginx with limit_req and its log, no authentication", 1.00),
            ("plain", "gatewayd without policies", 1.20))])


# Each request with the next token of a file.
TOKENS_IN_TURN = """
local requests, turn = {}, 0
function init(arguments)
  for token in io.lines(arguments[1]) do
    wrk.headers["Authorization"] = "Bearer " .. token
    requests[#requests + 1] = wrk.format("GET")
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
"""

# A token comes again when the cache has long given its place away.
RS256 = """[auth.jwt]
algorithms      = ["RS256"]
public_key_file = "{folder}/public.pem"
issuer          = "https://auth.example.com"
audience        = ["lims"]
cache           = 1000

""" + proxies.ALL + 'auth = "jwt"\n'


def rs256(bench):
    """RS256 of 2048 bits, every token new, beside the plain request and OpenSSL's bare verifying."""
    tool, script = bench.tools["tokens"], bench.folder / "tokens.lua"
    script.write_text(TOKENS_IN_TURN)
    count = 6000 if bench.quick else 12000
    subprocess.run([tool, "make", str(count), str(stacks.EXPIRES), bench.folder], check=True)
    verified = []

    def verify():
        done = subprocess.run(pinned("proxy", [tool, "verify", bench.folder]), check=True,
                              capture_output=True, text=True)
        verified.append(float(done.stdout))

    with awake() as polling, bench.running() as running:
        proxy = running.gatewayd(routes=RS256.format(folder=bench.folder))
        if (status := ask(proxy, stacks.fields())[0]) != 401:
            raise Broken(f"a token of another algorithm is answered with {status}")
        figures = load.interleave(
            [proxy, running.gatewayd("plain")], bench.rounds, bench.seconds, say=bench.say,
            after_round=verify, script=script, arguments=[bench.folder / "tokens"])
    figures["idle cores"] = "poll" if polling else "sleep: waking them is part of the figure"
    figures["openssl verify"] = f"{statistics.median(verified):.2f} µs"
    ratios = [whole / (plain + bare) for whole, plain, bare in
              zip(figures["gatewayd"]["rounds"], figures["plain"]["rounds"], verified)]
    return Result(figures, [Check("CPU per request against the plain one and OpenSSL's verifying",
                                  round(statistics.median(ratios), 3), 1.15, "×")])
