"""gatewayctl explain against a running gatewayd and against a file; gatewayctl hash-password."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import pty
import random
import re
import socket
import subprocess
import time
from pathlib import Path

from support import GatewayTest, gateway, gatewayctl, table
from support.process import binary

SECRET = "0123456789abcdef0123456789abcdef"
CONFIG = gateway(
    workers=2, expose=["health"],
    services={"samples": {"instances": ["@origin@"]}, "auth": {"instances": ["@origin@"]}},
    routes={
        "samples": {"path": "/samples/*", "methods": ["GET"], "service": "samples",
                    "rewrite": "/api/v1/*", "auth": ["jwt"], "roles": ["lab", "admin"],
                    "limits": ["everyone"], "cors": "web"},
        "login": {"path": "/samples/{name}", "methods": ["POST"], "service": "auth"},
        "tight": {"path": "/tight", "service": "samples", "limits": ["tight"]},
        "asked": {"path": "/asked", "service": "samples", "auth": ["introspect"]},
        "private": {"path": "/private", "service": "samples", "auth": ["basic"]},
        "everything_else": {"path": "/*", "service": "samples", "priority": -1},
    }) + table("auth.jwt", {"algorithms": ["HS256"], "secret": SECRET}) + table(
        "auth.introspect", {"service": "auth", "path": "/validate"}) + table(
            "limits.everyone", {"key": ["ip"], "limit": 500, "window": "1d"}) + table(
                "limits.tight", {"key": ["ip"], "limit": 2, "window": "1d"}) + table(
                    "cors.web", {"origins": ["https://app.example"]}) + table(
                        "security", {"threats": "block", "deny": ["192.0.2.0/24"]})
HASH = "$scrypt$ln=10,r=8,p=1$EkZuZWlXBCwJQpgQKZg6Uw$ZCMc5ym93b9ef9/2LXA84pqvpGh2fhtSq9YdmFkW1zk"
CONFIG += f'[auth.basic]\n[[auth.basic.users]]\nname = "ann"\nhash = "{HASH}"\n'


def token(secret=SECRET, **claims):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    text = part(b'{"alg":"HS256"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.digest(secret.encode(), text, "sha256"))).decode()


def basic(user, password):
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return f"Authorization: Basic {pair}"


class Explain(GatewayTest):
    config = CONFIG

    def explain(self, method, url, *options):
        """The lines of the explanation and its last one."""
        done = gatewayctl("explain", method, url, *options, "--socket",
                          f"{self.directory}/control.sock")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def data(self, *arguments):
        data = json.loads(self.explain(*arguments, "-o", "json"))
        self.assertEqual(data["format"], 1)
        return data

    def good(self):
        return token(sub="u-17", roles=["lab"], exp=int(time.time()) + 7200)

    def test_every_step_of_a_request_that_passes(self):
        seen = len(self.origin.requests)
        text = self.explain("GET", "https://api.example.com/samples/7", "-H",
                            f"Authorization: Bearer {self.good()}", "--client", "203.0.113.9")
        for pattern in (
                r"^networks +203\.0\.113\.9 ", r"^route +samples +/samples/\* +\S+gatewayd\.toml:\d+$",
                r"^ +passed over: login \(method\), everything_else \(priority\)$",
                r"^cors +not a cross-origin request$", r"^threats +nothing found$",
                r"^limit +everyone +ip 203\.0\.113\.9 +0 of 500 used, window ends in ",
                r"^auth +jwt ok +sub=u-17 roles=\[lab\] +expires in 2h$",
                r"^access +roles lab ∈ \[lab, admin\]$", r"^rewrite +/samples/7 → /api/v1/7$",
                r"^service +samples +1 instance$", r"^would send GET /api/v1/7 to http://127\.0\.0\.1:"):
            self.assertRegex(text, "(?m)" + pattern)
        self.assertEqual(len(self.origin.requests), seen, "explain sent something")

    def test_what_it_says_is_what_happens(self):
        field = f"Authorization: Bearer {self.good()}"
        said = self.data("GET", "/samples/7?a=1", "-H", field, "-H", "Host: a")
        self.assertEqual(self.forwarded("/samples/7?a=1", field).target, said["target"])
        for target, status in (("/private", 401), ("/samples/7", 401),
                               ("/x?q=1+union+select+password+from+users", 403), ("/a/../..", 400),
                               ("/health", 200)):
            with self.subTest(target):
                self.assertEqual(self.data("GET", target)["status"], status)
                self.assertEqual(self.get(target).status, status)

    def test_counters_are_shown_and_not_charged(self):
        def used(client):
            line = next(step for step in self.data("GET", "/tight", "--client", client)["steps"]
                        if step["label"] == "limit")
            return line["remark"].split(" used")[0], line["verdict"]

        self.assertEqual(used("127.0.0.1"), ("0 of 2", "passed"))
        self.assertEqual(self.get("/tight").status, 200)
        for _ in range(50):
            self.assertEqual(used("127.0.0.1"), ("1 of 2", "passed"))
        self.assertEqual(used("203.0.113.1"), ("0 of 2", "passed"))
        self.assertEqual(self.get("/tight").status, 200)
        self.assertEqual(used("127.0.0.1"), ("2 of 2", "refused"))
        text = self.explain("GET", "/tight")
        self.assertRegex(text, r"(?m)^limit +tight +ip 127\.0\.0\.1 +2 of 2 used, passes again in ")
        self.assertRegex(text, r"(?m)^would answer 429 rate-limited: Too many requests")
        self.assertRegex(text, r"(?m)^ +Retry-After: \d+$")
        refused = self.get("/tight")
        self.assertEqual(refused.status, 429)
        data = self.data("GET", "/tight")
        self.assertIn(f"X-RateLimit-Reset: {refused.fields.get('x-ratelimit-reset')}",
                      data["fields"])
        later = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 3 * 86400))
        self.assertEqual(self.data("GET", "/tight", "--at", later)["outcome"], "forward")

    def test_tokens(self):
        def outcome(value):
            data = self.data("GET", "/samples/7", "-H", f"Authorization: Bearer {value}")
            auth = next(step for step in data["steps"] if step["label"] == "auth")
            return data["outcome"], data["status"], auth["verdict"], auth["detail"]

        self.assertEqual(outcome(self.good())[0], "forward")
        status, detail = outcome(token(sub="u-17", exp=int(time.time()) - 7200))[1::2]
        self.assertEqual(status, 401)
        self.assertIn("expired", detail)
        self.assertEqual(outcome(token("f" * 32, sub="u-17", exp=int(time.time()) + 60))[1:3],
                         (401, "refused"))
        self.assertEqual(outcome("nonsense")[1], 401)

    def test_an_assumed_user(self):
        data = self.data("GET", "/samples/7", "--user", "u-9", "--role", "admin")
        self.assertEqual(data["outcome"], "forward")
        data = self.data("GET", "/samples/7", "--user", "u-9", "--role", "guest", "--role", "none")
        self.assertEqual((data["status"], data["decider"]), (403, "forbidden"))
        access = next(step for step in data["steps"] if step["label"] == "access")
        self.assertIn("roles guest, none ∉ [lab, admin]", access["summary"])

    def test_a_service_is_not_asked_who_it_is(self):
        seen = len(self.origin.requests)
        data = self.data("GET", "/asked", "-H", "Authorization: Bearer abc")
        self.assertEqual(data["outcome"], "open")
        self.assertIn("would ask service auth at /validate", data["reason"])
        self.assertEqual(self.data("GET", "/asked", "--user", "u-1")["outcome"], "forward")
        self.assertEqual(len(self.origin.requests), seen)

    def test_a_password(self):
        self.assertEqual(self.data("GET", "/private", "-H", basic("ann", "abc"))["outcome"],
                         "forward")
        self.assertEqual(self.data("GET", "/private", "-H", basic("ann", "abd"))["status"], 401)

    def test_a_preflight(self):
        fields = ("-H", "Origin: https://app.example", "-H", "Access-Control-Request-Method: GET")
        data = self.data("OPTIONS", "/samples/7", *fields)
        self.assertEqual((data["status"], data["decider"]), (204, "preflight"))
        self.assertIn("Access-Control-Allow-Origin: https://app.example", data["fields"])
        refused = self.explain("OPTIONS", "/samples/7", "-H", "Origin: https://evil.example", *fields[2:])
        self.assertRegex(refused, r"(?m)^cors +preflight refused +https://evil\.example: ")

    def test_threats_in_query_and_body(self):
        text = self.explain("GET", "/x?q=1+union+select+password+from+users")
        self.assertRegex(text, r"(?m)^threats +sqli-\S+ +blocked ")
        self.assertRegex(text, r"(?m)^would answer 403 threat")
        body = ("-H", "Content-Type: application/json", "-d", '{"a":"1 union select b from users"}')
        self.assertEqual(self.data("POST", "/x", *body)["decider"], "threat")

    def test_a_denied_network(self):
        text = self.explain("GET", "/x", "--client", "192.0.2.7")
        self.assertRegex(text, r"(?m)^networks +192\.0\.2\.7 +denied by 192\.0\.2\.0/24$")
        self.assertRegex(text, r"(?m)^would answer 403 ip-denied")

    def test_a_reload_changes_what_is_explained(self):
        before = self.data("GET", "/new")
        path = self.gateway.config_path
        good = path.read_text()
        self.addCleanup(self.gateway.reload, good)
        self.gateway.reload(good + table("routes.new", {"path": "/new", "respond": {"status": 410}}))
        after = self.data("GET", "/new")
        self.assertEqual((before["outcome"], after["status"]), ("forward", 410))
        self.assertGreater(after["revision"], before["revision"])

    def test_questions_that_make_no_sense(self):
        for arguments in (("GET", "samples"), ("GET", "/a b"), ("G T", "/"), ("GET", "/", "-H", "x"),
                          ("GET", "/", "--client", "me"), ("GET", "/", "--role", "lab")):
            with self.subTest(arguments):
                done = gatewayctl("explain", *arguments, "--socket",
                                  f"{self.directory}/control.sock")
                self.assertEqual(done.returncode, 64, done.stdout + done.stderr)
                self.assertEqual(done.stdout, "")
        done = gatewayctl("explain", "GET", "/", "--socket", f"{self.directory}/none.sock")
        self.assertEqual(done.returncode, 69)

    def post(self, body, **fields):
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(60)
        connection.sock.connect(f"{self.directory}/control.sock")
        with connection.sock:
            connection.request("POST", "/api/v1/gateway/explain", body,
                               {"Content-Type": "application/json", **fields})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def test_hostile_questions_are_answered(self):
        """Whatever stands in a question, there is an answer, and the daemon lives."""
        draw = random.Random(7)
        alphabet = "/%2e.?&=;*{}\\\"'<>:@[]#aA0\u00e4 \t\r\n\x00\x1b\u202e"
        for number in range(300):
            def text(most=40):
                return "".join(draw.choice(alphabet) for _ in range(draw.randrange(most)))

            question = {
                "method": draw.choice(["GET", "OPTIONS", "POST", text(8)]),
                "authority": draw.choice(["", "a.test", text()]),
                "path": "/" + text(), "query": draw.choice([None, text()]),
                "fields": [[draw.choice(["Origin", "Authorization", "X-Forwarded-For", "Cookie",
                                         "Access-Control-Request-Method", "Content-Length", "X"]),
                            text()] for _ in range(draw.randrange(5))],
                "body": draw.choice([None, text(200)]),
            }
            status, body = self.post(json.dumps(question))
            self.assertIn(status, (200, 400), question)
            self.assertTrue(json.loads(body))
        for body in (b"", b"{", b"\xff", b"[" * 50_000, b'{"roles":' + b"[" * 50_000, b'{"a":1}',
                     b'{"fields":[["a","b","c"]]}', b'{"secure":"yes"}'):
            status, answer = self.post(body)
            self.assertEqual(status, 400, body[:40])
            self.assertTrue(json.loads(answer)["detail"])
        many = {"fields": [["X", "y"]] * 10_000}
        self.assertEqual(json.loads(self.post(json.dumps(many))[1])["decider"], "header-too-large")
        self.assertEqual(self.post(b" " * ((1 << 20) + 1))[0], 413)
        self.assertEqual(self.get("/alive").status, 200)

    def test_a_file_needs_no_daemon(self):
        path = Path(self.directory) / "other.toml"
        path.write_text(self.gateway.config_path.read_text())
        arguments = ("explain", "GET", "/samples/7", "--config", path)
        done = gatewayctl(*arguments, "-H", f"Authorization: Bearer {self.good()}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^limit +everyone +ip 127\.0\.0\.1 +0 of 500 used")
        self.assertRegex(done.stdout, r"(?m)^would send GET /api/v1/7 ")
        self.assertIn("note: the counters of limits start empty", done.stderr)
        path.write_text(path.read_text().replace('service = "auth"', 'service = "aut"', 1))
        done = gatewayctl(*arguments)
        self.assertEqual((done.returncode, done.stdout), (78, ""))
        self.assertIn("error[unknown-service]", done.stderr)


class HashPassword(GatewayTest):
    config = gateway()

    def hashed(self, given, *options):
        return subprocess.run([binary("GATEWAYCTL_BIN"), "hash-password", *options], input=given,
                              capture_output=True, timeout=180, check=False)

    def test_a_hash_lets_its_password_in_and_no_other(self):
        done = self.hashed(b"correct horse\n", "--ln", "10")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = done.stdout.decode().rstrip("\n")
        salt, digest = (base64.b64decode(part + "==") for part in text.split("$")[3:])
        expected = hashlib.scrypt(b"correct horse", salt=salt, n=1 << 10, r=8, p=1, dklen=32)
        self.assertEqual(digest, expected)
        self.assertNotEqual(self.hashed(b"correct horse\n", "--ln", "10").stdout, done.stdout)
        good = self.gateway.config_path.read_text()
        self.addCleanup(self.gateway.reload, good)
        self.gateway.reload(good.replace('path = "/*"', 'path = "/*"\nauth = ["basic"]')
                            + f'[auth.basic]\n[[auth.basic.users]]\nname = "ann"\nhash = "{text}"\n')
        self.assertEqual(self.get("/", basic("ann", "correct horse")).status, 200)
        self.assertEqual(self.get("/", basic("ann", "correct horses")).status, 401)

    def test_cost_output_and_bounds(self):
        self.assertRegex(self.hashed(b"a").stdout.decode(), r"^\$scrypt\$ln=15,r=8,p=1\$")
        done = self.hashed(b"a", "--ln", "10", "-o", "json")
        self.assertTrue(json.loads(done.stdout)["hash"].startswith("$scrypt$ln=10,"))
        self.assertEqual(self.hashed(b"a", "--ln", "17").returncode, 0)
        for ln in ("9", "18", "x"):
            self.assertEqual(self.hashed(b"a", "--ln", ln).returncode, 64)
        self.assertEqual(self.hashed(b"a" * 512, "--ln", "10").returncode, 0)
        for given in (b"", b"\n", b"a" * 513, b"a\nb", b"\x00"):
            done = self.hashed(given, "--ln", "10")
            self.assertEqual((done.returncode, done.stdout), (1, b""), given[:20])
            self.assertTrue(done.stderr.startswith(b"gatewayctl hash-password: "))

    def on_terminal(self, *answers):
        """What a terminal shows of it, the exit status, and whether it echoes afterwards."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(binary("GATEWAYCTL_BIN"), ["gatewayctl", "hash-password", "--ln", "10"])
        shown = b""
        for prompt, answer in zip((b"Password: ", b"Again: "), answers):
            while not shown.endswith(prompt):
                shown += os.read(terminal, 4096)
            os.write(terminal, answer)
        try:
            while block := os.read(terminal, 4096):
                shown += block
        except OSError:
            pass  # a terminal whose other side is gone
        os.close(terminal)
        return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_on_a_terminal(self):
        shown, status = self.on_terminal(b"secret\n", b"secret\n")
        self.assertEqual(status, 0, shown)
        self.assertNotIn("secret", shown)
        self.assertRegex(shown, re.escape("$scrypt$ln=10,r=8,p=1$"))
        shown, status = self.on_terminal(b"secret\n", b"sacred\n")
        self.assertEqual(status, 1)
        self.assertIn("the two passwords differ", shown)
        shown, status = self.on_terminal(b"sec\x03")
        self.assertEqual(status, -2, "Ctrl-C ends it")
        self.assertNotIn("sec", shown)
