"""auth = "basic": users whose passwords the config knows by their scrypt hashes."""

import base64
import hashlib
import os

from support import GatewayTest, gateway, table


def phc(password, ln=10, r=8, p=1):
    """What `gatewayctl hash-password` prints: the PHC form, with base64 without padding."""
    salt = os.urandom(16)
    made = hashlib.scrypt(password.encode(), salt=salt, n=1 << ln, r=r, p=p, maxmem=1 << 28)
    bare = lambda data: base64.b64encode(data).decode().rstrip("=")
    return f"$scrypt$ln={ln},r={r},p={p}${bare(salt)}${bare(made)}"


def basic(user, password):
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def basic_config(users, **keys):
    return gateway(workers=2, routes={
        "public": {"path": "/public/*", "service": "origin"},
        "all": {"path": "/*", "service": "origin", "auth": "basic"}}, **keys) + table("auth.basic", {
            "realm": 'the "lab"', "forward": {"X-User": "sub", "X-Roles": "roles"},
            "users": users})


class Basic(GatewayTest):
    config = basic_config([
        {"name": "ann", "hash": phc("secret: of Ann"), "roles": ["lab"]},
        {"name": "jörg", "hash": phc("geheim ü")}])

    def test_the_right_password_counts_also_when_it_is_remembered(self):
        for _ in range(3):
            seen = self.forwarded("/x", basic("ann", "secret: of Ann"), "X-User: root").fields
            self.assertEqual([seen.get("x-user"), seen.get("x-roles")], ["ann", "lab"])
        self.assertEqual(self.get("/x", basic("jörg", "geheim ü")).status, 200)

    def test_all_else_does_not(self):
        client = self.client()
        encode = lambda data: "Authorization: Basic " + base64.b64encode(data).decode()
        for field in ("X-A: b", basic("ann", "Secret: of Ann"), basic("ann", ""),
                      basic("Ann", "secret: of Ann"), basic("nobody", "secret: of Ann"),
                      basic("", "secret: of Ann"), encode(b"ann"), encode(b"\xff\xfe:x"),
                      encode(b"ann:secret: of Ann\x00"), encode(b"ann\r\n:x"), encode(b":"),
                      encode(b"a" * 10_000 + b":b"), encode(b"ann:" + b"p" * 10_000),
                      "Authorization: Basic", "Authorization: Basic A", "Authorization: Basic AA=A",
                      basic("ann", "secret: of Ann").replace("Basic", "Bearer")):
            with self.subTest(field=field[:80]):
                answer = client.get("/x", field)
                if answer.status == 400:
                    client = self.client()
                else:
                    self.assertChallenged(answer, "Basic")
                    self.assertIn('realm="the \\"lab\\"", charset="UTF-8"',
                                  answer.fields.get("www-authenticate"))

    def test_a_reload_with_another_password_forgets_the_old_one(self):
        old, new = basic("ann", "secret: of Ann"), basic("ann", "another")
        self.assertEqual(self.get("/x", old).status, 200)
        self.reload(basic_config([{"name": "ann", "hash": phc("another")}]))
        self.addCleanup(self.reload, self.config)
        self.assertEqual([self.get("/x", old).status, self.get("/x", new).status], [401, 200])

    def test_a_hash_that_is_none_is_refused_with_its_place(self):
        for text in ("secret", "$scrypt$ln=10,r=8,p=1$AAAA$AAAA", phc("x").replace("ln=10", "ln=30"),
                     phc("x").replace("scrypt", "bcrypt"), phc("x") + "="):
            with self.subTest(hash=text):
                said = self.reload(basic_config([{"name": "ann", "hash": text}]))
                self.assertRegex(said, r"reload rejected: .*gatewayd\.toml:\d+:\d+")
        self.assertEqual(self.get("/x", basic("ann", "secret: of Ann")).status, 200)


class Crowd(GatewayTest):
    """Hashing takes its time; what more ask than can be served are told so, and nobody else waits."""

    config = basic_config([{"name": "ann", "hash": phc("right", ln=14)}], drain_timeout="200ms")

    def test_two_hundred_logins_at_once(self):
        clients = [self.client(patience=60) for _ in range(200)]
        for number, client in enumerate(clients):
            client.request("GET", "/x", basic("ann", f"wrong {number}"))
        longest = 0.0
        for _ in range(20):  # the workers go on meanwhile
            watch = self.stopwatch()
            self.assertEqual(self.get("/public/x").status, 200)
            longest = max(longest, watch.own)
        statuses = []
        for client in clients:
            answer = client.answer()
            statuses.append(answer.status)
            if answer.status == 503:
                self.assertIn("retry-after", answer.fields)
                self.assertProblem(answer, 503)
        self.assertEqual(set(statuses), {401, 503})
        self.assertGreaterEqual(statuses.count(401), 64)
        self.assertLess(longest, 2.0)
        self.assertEqual(self.get("/x", basic("ann", "right")).status, 200)

    def test_sigterm_with_logins_waiting(self):
        self.fresh_gateway(self.config)
        clients = [self.client() for _ in range(60)]
        for number, client in enumerate(clients):
            client.request("GET", "/x", basic("ann", f"wrong {number}"))
        for client in clients[::3]:
            client.reset()
        watch = self.stopwatch()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(watch.own, 5)
