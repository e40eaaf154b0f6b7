"""All policies at once under hostile input: never a 5xx of its own making, never a crash."""

import hashlib
import random
import threading
import time

from basic_test import basic, phc
from support import Client, GatewayTest, WireError, chunked, echo, fill, gateway, table
from support.tokens import bearer, claims, hs256

SECRET = "a secret that is long enough for HS256"
PIECES = [
    "", " ", "\t", ",", ";", "=", "\"", "'", "\\", "%", "%00", "%zz", "\xff", "\xc3\x28", "a", "null",
    "*", "-1", "0", "1e400", "18446744073709551616", "Bearer", "Basic", "Bearer a.b.c", "Basic Og==",
    "https://app.test", "https://", "http://[::1", "://", "127.0.0.1", "::ffff:1.2.3.4", "fe80::1%eth0",
    "[::]:65536", "unknown", "_hidden", "for=\"[::1]\";by=x", "csrf=t", "a=b; c=d", "$Version=1",
    "application/json", "multipart/form-data; boundary=", "text/html;;;", "/", "gzip, chunked",
    "eyJhbGciOiJub25lIn0.e30.", "..", "${request.id}", "{{7*7}}", "\x7f", "PUT", "x-a, x-b", "A" * 3000,
    "," * 3000, ";" * 3000, "(" * 3000, "https://" + "a." * 1500, "same-origin", "cross-site", "true",
]
NAMES = ["Authorization", "Origin", "Cookie", "X-Forwarded-For", "Forwarded", "Content-Type", "Referer",
         "Sec-Fetch-Site", "Access-Control-Request-Method", "Access-Control-Request-Headers",
         "X-API-Key", "X-CSRF", "X-Tenant", "X-Request-ID", "User-Agent", "X-User", "X_User", "Vary",
         "Access-Control-Request-Private-Network", "X-Forwarded-Proto", "Via", "Accept"]
OWN_FAULTS = (500, 501, 502, 504, 505)


def everything(**keys):
    services = {"origin": {"instances": ["@origin@"]}, "auth": {"instances": ["@auth@"]}}
    common = {"service": "origin", "cors": "pages", "limits": ["tenant", "user"], "threats": "observe",
              "request": {"set": {"X-Claim": "${claim.team}", "X-Ip": "${client.ip}"}},
              "response": {"set": {"X-Id": "${request.id}"}, "remove": ["Server"]},
              "query": {"set": {"who": "${user.sub}"}, "remove": ["debug"]}}
    return gateway(workers=2, trusted_proxies=["127.0.0.1/32"], services=services, routes={
        "any": {"path": "/any/*", **common, "auth": ["jwt", "introspect", "api_key", "basic"],
                "csrf": "token", "content_types": ["application/json", "text/*"]},
        "own": {"path": "/own/*", "cors": "pages", "respond": {"body": "own"}, "threats": "block"},
        "moved": {"path": "/moved/*", "redirect": {"to": "/x/*?${request.query}"}},
        "open": {"path": "/*", **{name: value for name, value in common.items()
                                  if name in ("service", "cors")}, "threats": "block",
                 "csrf": "origin", "request": {"set": {"X-Ip": "${client.ip}"}}}}, **keys) + table(
        "auth.jwt", {"algorithms": ["HS256"], "secret": SECRET, "forward": {"X-User": "sub"}}) + table(
        "auth.introspect", {"service": "auth", "path": "/check", "cache": "1s", "timeout": "1s"}) + table(
        "auth.api_key", {"query": "key", "keys": [
            {"name": "robot", "sha256": hashlib.sha256(b"key").hexdigest()}]}) + table(
        "auth.basic", {"users": [{"name": "ann", "hash": phc("right", ln=4)}]}) + table(
        "cors.pages", {"origins": ["https://app.test", "https://*.lab.test"], "credentials": True,
                       "methods": ["PUT"], "headers": ["X-A"]}) + table(
        "limits.tenant", {"key": ["ip", "header:X-Tenant"], "limit": 100000, "window": "1h"}) + table(
        "limits.user", {"key": "user", "limit": 100000, "window": "1m",
                        "algorithm": "token_bucket"}) + table(
        "security", {"headers": "strict", "csrf_header": "X-CSRF", "csrf_cookie": "csrf",
                     "threat_headers": ["User-Agent", "Referer", "X-Tenant"]})


def refuses(peer):
    peer.read_body()
    peer.answer(401)


class Hostile(GatewayTest):
    config = everything()
    origins = {"origin": echo, "auth": staticmethod(refuses)}

    def field(self, chance):
        value = "".join(chance.choice(PIECES) for _ in range(chance.randint(0, 3)))
        return f"{chance.choice(NAMES)}: {value}"

    def target(self, chance):
        path = chance.choice(["/any/x", "/own/x", "/moved/x", "/x", "/any/%2e%2e/x", "//", "/any//x"])
        query = "&".join(chance.choice(["key=", "debug=", "q=", "%", "", "=", "who=x"])
                         + chance.choice(["", "key", "%27", "a+b", "%zz", "%00", "<script>", "x" * 500])
                         for _ in range(chance.randint(0, 4)))
        return path + ("?" + query if query else "")

    def test_random_fields_in_every_place(self):
        chance = random.Random(20)
        client = None
        for number in range(1500):
            method = chance.choice(["GET", "POST", "PUT", "OPTIONS", "HEAD", "DELETE", "X"])
            fields = [self.field(chance) for _ in range(chance.randint(0, 8))]
            body = chance.choice([None, None, b"", b"{}", b'{"a":"\\u0027 or 1=1"}', b"a=%27&b", b"\xff"])
            target = self.target(chance)
            client = client or self.client()
            client.request(method, target, *fields, body=body)
            with self.subTest(number=number, method=method, target=target,
                              fields=[field[:80] for field in fields]):
                answer = client.answer(method)
                self.assertNotIn(answer.status, OWN_FAULTS)
                if answer.fields.get("connection", "").lower() == "close":
                    self.assertTrue(client.is_closed())
                    client.close()
                    client = None
        self.assertIsNone(self.gateway.process.poll())
        self.assertEqual(self.get("/x").status, 200)

    def test_many_fields_of_one_name(self):
        for name in NAMES:
            for value in ("a", "https://app.test", "Bearer a.b.c", "127.0.0.1"):
                answer = self.get("/any/x", *[f"{name}: {value}"] * 90)
                self.assertIn(answer.status, (200, 400, 401, 403, 415), name)
        self.assertEqual(self.get("/x", *[f"X-{number}: y" for number in range(500)]).status, 431)

    def test_good_and_hostile_in_one_connection(self):
        """Whatever one request carried, the next has none of it."""
        token = bearer(hs256(claims(team="blue"), SECRET))
        client = self.client()
        for _ in range(20):
            client.request("GET", "/any/x", token, "X-Tenant: a")
            client.request("GET", "/any/x", "X-Tenant: b")
            client.request("GET", "/own/x", "Origin: https://app.test")
            client.request("GET", "/x?q=1%27%20OR%20%271%27%3D%271")
            client.request("GET", "/any/x", "X-API-Key: key")
            client.request("GET", "/any/x", basic("ann", "wrong"))
            statuses = []
            for number in range(6):
                answer = client.answer()
                statuses.append(answer.status)
                self.assertEqual("www-authenticate" in answer.fields, answer.status == 401)
                self.assertEqual(answer.fields.get("access-control-allow-origin"),
                                 "https://app.test" if number == 2 else None)
            self.assertEqual(statuses, [200, 401, 200, 403, 200, 401])
            seen = self.origin.requests[-2:]
            self.assertEqual([request.fields.get("x-claim") for request in seen], ["blue", None])
            self.assertEqual([request.fields.get("x-user") for request in seen], ["u-17", None])

    def test_a_body_behind_a_refusal_is_never_a_request(self):
        hidden = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        for target, fields in (("/any/x", ()), ("/own/x", ()), ("/moved/x", ()),
                               ("/any/x", ("Content-Type: image/png",)),
                               ("/x", ("Cookie: a=b", "Origin: https://evil.test"))):
            for framing in ("length", "chunked"):
                client = self.client()
                if framing == "length":
                    client.request("POST", target, *fields, body=hidden)
                else:
                    client.request("POST", target, *fields, "Transfer-Encoding: chunked")
                    client.try_send(chunked(hidden))
                self.assertNotEqual(client.answer().status, 200 if target == "/x" else 0)
                self.assertTrue(client.is_closed())
        self.assertNotIn("/smuggled", [request.target for request in self.origin.requests])

    def test_heads_cut_anywhere(self):
        text = (b"POST /any/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                b"Authorization: Bearer " + hs256(claims(), SECRET).encode()
                + b"\r\nContent-Length: 8\r\n\r\n{\"a\": 1}")
        for at in range(0, len(text), 23):
            client = self.client()
            client.send(text[:at])
            time.sleep(0.001)
            client.send(text[at:])
            self.assertEqual(client.answer().body, b'{"a": 1}')


class Storm(GatewayTest):
    """Traffic of every kind while the config is read again and again, and at the end SIGTERM."""

    config = everything(drain_timeout="300ms", client_body_timeout="2s")
    origins = {"origin": echo, "auth": staticmethod(refuses)}

    def traffic(self, seed, stop, failures):
        chance = random.Random(seed)
        good = bearer(hs256(claims(jti=seed), SECRET))
        kinds = [("GET", "/any/x", (good,)), ("GET", "/any/x", (bearer(f"opaque{seed}"),)),
                 ("GET", "/any/x", (basic("ann", "right"),)), ("GET", "/own/x", ()),
                 ("GET", "/any/x", (basic("ann", f"wrong{seed}"),)), ("GET", "/moved/x", ()),
                 ("POST", "/x", ("Content-Type: application/json",)),
                 ("OPTIONS", "/x", ("Origin: https://app.test", "Access-Control-Request-Method: PUT"))]
        while not stop.is_set():
            try:
                with Client(self.gateway.address) as client:
                    for _ in range(20):
                        method, target, fields = chance.choice(kinds)
                        client.request(method, target, *fields,
                                       body=b'{"a":"' + b"b" * 20_000 + b'"}' if method == "POST" else None)
                        if chance.random() < 0.05:
                            client.reset()
                            break
                        answer = client.answer(method)
                        if answer.status in OWN_FAULTS:
                            failures.append((method, target, answer.status, answer.body))
                        if answer.fields.get("connection", "").lower() == "close":
                            break
            except (OSError, WireError) as fault:
                if not stop.is_set():
                    failures.append(fault)
                return

    def test_reloads_and_the_end_under_traffic(self):
        self.fresh_gateway(self.config)
        stop, failures = threading.Event(), []
        threads = [threading.Thread(target=self.traffic, args=(seed, stop, failures))
                   for seed in range(8)]
        for thread in threads:
            thread.start()
        text = fill(self.config, {**self.places, "dir": self.directory})
        for number in range(15):
            change = [("u-17", "u-17"), (SECRET, "another secret, as long as the first one"),
                      ('"1h"', '"2h"'), ('"validate"', '"rfc7662"'), ('"strict"', '"off"'),
                      ("limit = 100000", "limit = 50")][number % 6]
            self.assertIn("is live", self.gateway.reload(text.replace(*change)))
            time.sleep(0.05)
        stop.set()
        self.assertEqual(self.gateway.stop(), 0)
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
