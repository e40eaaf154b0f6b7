"""auth = "jwt": which bearer tokens count, by which keys, and what the service learns of them."""

import hashlib
import hmac
import json
import time

from support import GatewayTest, answers, echo, fill, gateway, run_gatewayd, table
from support.tokens import RsaKey, b64, bearer, claims, hs256, join, jwks, part

SECRET = "a secret that is long enough for HS256"
ROUTES = {"public": {"path": "/public/*", "service": "origin"},
          "api": {"path": "/*", "service": "origin", "auth": "jwt"}}


def jwt_config(routes=None, **keys):
    return gateway(routes=routes or ROUTES) + table("auth.jwt", keys)


class JwtTest(GatewayTest):
    def asking(self, token, target="/x", *fields):
        return self.get(target, bearer(token), *fields)

    def assertToken(self, token, counts=True):
        answer = self.asking(token)
        if counts:
            self.assertEqual(answer.status, 200, answer.body)
        else:
            self.assertChallenged(answer, "Bearer", error="invalid_token")


class Secret(JwtTest):
    config = jwt_config(
        algorithms=["HS256"], secret=SECRET, issuer="https://auth.test", audience=["lims", "other"],
        leeway="5s", max_token_size="1KiB",
        forward={"X-User-Id": "sub", "X-User-Roles": "roles", "X-Team": "team"})

    def claims(self, **more):
        return claims(**{"iss": "https://auth.test", "aud": "lims", **more})

    def token(self, **more):
        return hs256(self.claims(**more), SECRET)

    def test_a_good_token_passes_and_is_remembered_as_good(self):
        token = self.token()
        client = self.client()
        for _ in range(3):
            self.assertEqual(client.get("/x", bearer(token)).status, 200)
        self.assertEqual(client.get("/x", f"authorization: bEARER   {token}").status, 200)

    def test_without_a_token_the_challenge_names_no_error(self):
        client = self.client()
        for fields in ((), ("Authorization: Digest a=b",), ("Authorization:",)):
            self.assertChallenged(client.get("/x", *fields), "Bearer")
        self.assertEqual(client.get("/public/x").status, 200)  # the same connection

    def test_other_dates_parties_and_users_do_not_count(self):
        now = int(time.time())
        for change in ({"exp": now - 6}, {"exp": None}, {"exp": "soon"}, {"exp": -1},
                       {"exp": 1e400}, {"nbf": now + 60}, {"iat": now + 60}, {"iss": "https://evil"},
                       {"iss": None}, {"iss": ["https://auth.test"]}, {"aud": "another"},
                       {"aud": None}, {"aud": []}, {"aud": 7}, {"sub": None}, {"sub": ""},
                       {"sub": ["u"]}):
            with self.subTest(change=change):
                self.assertToken(self.token(**change), counts=False)

    def test_the_leeway_and_the_list_of_audiences_count(self):
        for change in ({"aud": ["x", "other"]}, {"sub": None, "azp": "robot"}):
            with self.subTest(change=change):
                self.assertToken(self.token(**change))
        for name, seconds in (("exp", -2), ("nbf", 3), ("iat", 3), ("exp", 60.5)):
            with self.subTest(name=name, seconds=seconds):
                self.assertToken(self.token(**{name: int(time.time()) + seconds}))

    def test_other_signatures_and_algorithms_do_not_count(self):
        payload = self.claims()
        good = hs256(payload, SECRET)
        head, body, mac = good.split(".")
        sha512 = lambda text: hmac.new(SECRET.encode(), text, hashlib.sha512).digest()
        for token in (
            hs256(payload, "another secret that is long enough"),
            f"{head}.{body}.", f"{head}.{body}.{b64(bytes(32))}",
            f"{part({'alg': 'none'})}.{body}.", f"{part({'alg': 'None'})}.{body}.{mac}",
            f"{part({'typ': 'JWT'})}.{body}.{mac}",
            join({"alg": "HS512"}, payload, sha512), hs256(payload, SECRET, alg="hs256"),
            hs256(payload, SECRET, crit=["exp"]), hs256(payload, SECRET, b64=False),
            hs256(payload, SECRET, jwk={"kty": "oct", "k": b64(b"mine")}),
            hs256(payload, SECRET, jku="http://127.0.0.1/"), hs256(payload, SECRET, x5u="x"),
            hs256(payload, SECRET, typ="secevent+jwt"),
            f"{head}.{part(self.claims(sub='admin'))}.{mac}",
        ):
            with self.subTest(token=token):
                self.assertToken(token, counts=False)

    def test_malformed_tokens_do_not_count(self):
        head, body, mac = self.token().split(".")
        twice = b'{"sub":"a","sub":"b","iss":"https://auth.test","aud":"lims","exp":9999999999}'
        for token in ("", ".", "..", "...", "x", f"{head}.{body}", f"{head}.{body}.{mac}.",
                      f"{head}.{body}.{mac}=", f"{head}.{body}.{mac}==", f"{head}.{body}.{mac[:-1]}",
                      f"{head}.{body}.{mac[:-1]}{chr(ord(mac[-1]) + 1)}", f"{body}.{body}.{mac}",
                      hs256(twice, SECRET), hs256(b"[]", SECRET), hs256(b"", SECRET),
                      hs256(b"\xff\xfe", SECRET), hs256(b'{"exp":' + b"9" * 400 + b"}", SECRET),
                      hs256(b"[" * 500, SECRET), "a" * 1000 + ".b.c", "." * 1000):
            with self.subTest(token=token[:80]):
                self.assertToken(token, counts=False)

    def test_the_size_of_a_token(self):
        def sized(size):
            for fill_up in range(size):
                token = self.token(fill="x" * fill_up)
                if len(token) >= size:
                    return token
            return ""

        self.assertEqual(len(sized(1024)), 1024)
        self.assertToken(sized(1024))
        self.assertToken(sized(1026), counts=False)
        self.assertToken("a" * 20_000, counts=False)

    def test_a_malformed_field_is_a_bad_request(self):
        token = self.token()
        for value in (f"Bearer {token} {token}", f"Bearer {token},",
                      "Bearer " + token.replace(".", "=.", 1), 'Bearer "x"', "Bearer \xe9",
                      f"Bearer\t{token} x", "Bearer ====x"):
            with self.subTest(value=value):
                answer = self.get("/x", f"Authorization: {value}")
                self.assertIn(answer.status, (400, 401))
                self.assertProblem(answer, answer.status)
        answer = self.get("/x", bearer(token), bearer(token))
        self.assertProblem(answer, 400)

    def test_the_service_learns_who_it_is_and_nobody_else_can_tell_it(self):
        token = self.token(roles=["lab", "admin"], team="blue")
        lies = ("X-User-Id: root", "x-user-id: root", "X_User_Id: root", "X.User-Id: root",
                "X-USER-ROLES: root", "X-Team: red", "X-Other: stays")
        seen = self.forwarded("/x", bearer(token), *lies).fields
        self.assertEqual([seen.get("x-user-id"), seen.get("x-user-roles"), seen.get("x-team")],
                         ["u-17", "lab,admin", "blue"])
        self.assertEqual([name for name, value in seen if value in ("root", "red")], [])
        self.assertEqual(seen.get("x-other"), "stays")
        seen = self.forwarded("/public/x", *lies).fields
        self.assertEqual([name for name, _ in seen if name.lower().startswith(("x-u", "x_u", "x.u",
                                                                               "x-t"))], [])

    def test_nor_can_a_trailer_tell_it(self):
        client = self.client().request("POST", "/x", bearer(self.token()),
                                       "Transfer-Encoding: chunked")
        client.send(b"2\r\nhi\r\n0\r\nX-User-Id: root\r\nX_User_Roles: root\r\nX-Sum: 1\r\n\r\n")
        self.assertEqual(client.answer().status, 200)
        self.assertEqual(list(self.origin.requests[-1].trailers), [("X-Sum", "1")])

    def test_a_claim_that_is_no_field_value_has_no_field(self):
        for value in ("a\r\nX-Evil: 1", "a\x00b", "\u0000", "a\nb", "x" * 5000):
            token = self.token(sub=value)
            answer = self.asking(token)
            if answer.status == 200:
                seen = self.origin.requests[-1].fields
                self.assertNotIn("x-evil", seen)
                self.assertNotIn("x-user-id", seen)
            else:
                self.assertEqual(answer.status, 401)


class PublicKey(JwtTest):
    config = jwt_config(algorithms=["RS256"], public_key_file="first.pem")

    @classmethod
    def prepare(cls):
        cls.first, cls.second = (RsaKey(cls.directory, name) for name in ("first", "second"))

    def setUp(self):
        super().setUp()
        self.reload(self.config)

    def test_only_the_keys_own_signatures_count(self):
        self.assertToken(self.first.token(claims()))
        self.assertToken(self.first.token(claims(), kid="any"))
        self.assertToken(self.second.token(claims()), counts=False)
        self.assertToken(join({"alg": "RS256"}, claims(), lambda _: bytes(256)), counts=False)
        self.assertToken(join({"alg": "RS256"}, claims(), lambda _: b""), counts=False)

    def test_the_public_key_is_no_secret_to_sign_with(self):
        for text in (self.first.public.read_bytes(), self.first.public.read_bytes().strip()):
            self.assertToken(hs256(claims(), text), counts=False)

    def test_a_reload_with_another_key_forgets_what_was_verified(self):
        token = self.first.token(claims())
        self.assertToken(token)
        self.assertToken(token)
        self.reload(self.config.replace("first.pem", "second.pem"))
        self.assertToken(token, counts=False)
        self.assertToken(self.second.token(claims()))

    def test_a_reload_with_a_key_that_cannot_be_read_changes_nothing(self):
        token = self.first.token(claims())
        for name, fault in (("missing.pem", "unreadable-key"), ("gatewayd.toml", "unusable-key"),
                            ("@dir@", "unreadable-key")):
            with self.subTest(name=name):
                said = self.reload(self.config.replace("first.pem", name))
                self.assertRegex(said, rf"gatewayd\.toml:\d+:\d+.*{fault}|{fault}.*\.toml:\d+:\d+")
                self.assertToken(token)

    def test_a_key_that_cannot_be_read_at_the_start_is_78_with_its_place(self):
        path = f"{self.directory}/other.toml"
        with open(path, "w") as file:
            file.write(fill(self.config.replace("first.pem", "missing.pem"), self.places))
        done = run_gatewayd("--config", path)
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertRegex(done.stderr, r"unreadable-key(.|\n)*other\.toml:\d+:\d+")
        self.assertIn("missing.pem", done.stderr)


class KeySetFile(JwtTest):
    config = jwt_config(algorithms=["RS256", "HS256"], jwks_file="@dir@/set.json")

    @classmethod
    def prepare(cls):
        cls.one, cls.two = (RsaKey(cls.directory, name) for name in ("one", "two"))
        cls.write(cls.one.jwk("k1"), {"kty": "oct", "k": b64(SECRET.encode()), "kid": "h1"})

    @classmethod
    def write(cls, *keys):
        with open(f"{cls.directory}/set.json", "w") as file:
            file.write(jwks(*keys))

    def test_the_kid_picks_the_key_and_the_key_the_algorithm(self):
        self.assertToken(self.one.token(claims(), kid="k1"))
        self.assertToken(hs256(claims(), SECRET, kid="h1"))
        self.assertToken(self.one.token(claims(), kid="h1"), counts=False)
        self.assertToken(hs256(claims(), SECRET, kid="k1"), counts=False)
        self.assertToken(hs256(claims(), self.one.public.read_bytes(), kid="k1"), counts=False)
        self.assertToken(self.two.token(claims(), kid="k1"), counts=False)
        for kid in ("k2", "", "../../etc/passwd", "k1' or '1'='1", 7, ["k1"], "x" * 3000):
            with self.subTest(kid=kid):
                self.assertToken(self.one.token(claims(), kid=kid), counts=False)

    def test_a_reload_reads_the_set_again(self):
        old, new = self.one.token(claims(), kid="k1"), self.two.token(claims(), kid="k2")
        self.assertToken(old)
        self.assertToken(new, counts=False)
        self.addCleanup(self.reload, self.config)
        self.addCleanup(self.prepare_again)
        self.write(self.two.jwk("k2"))
        self.assertIn("is live", self.reload(self.config))
        self.assertToken(old, counts=False)
        self.assertToken(new)
        self.write()
        self.assertIn("rejected", self.reload(self.config))
        self.assertToken(new)

    def prepare_again(self):
        self.write(self.one.jwk("k1"), {"kty": "oct", "k": b64(SECRET.encode()), "kid": "h1"})


class KeySetUrl(JwtTest):
    """The set is fetched, again when a kid is not known, and never more often than every 10 s."""

    origins = {"origin": echo, "keys": lambda peer: peer.answer(404)}
    config = jwt_config(algorithms=["RS256"], jwks_url="@keys@/set?v=1")

    @classmethod
    def prepare(cls):
        cls.one, cls.two = (RsaKey(cls.directory, name) for name in ("one", "two"))

    def publish(self, *keys):
        self.running["keys"].behaviour = lambda peer: peer.answer(
            200, jwks(*keys).encode(), "Content-Type: application/jwk-set+json")

    def fetches(self):
        return len(self.running["keys"].requests)

    def test_rotation_and_the_bound_on_fetches(self):
        self.publish(self.one.jwk("k1"))
        self.fresh_gateway(self.config)
        begun, before = time.monotonic(), self.fetches()
        good = self.one.token(claims(), kid="k1")
        self.eventually(lambda: self.asking(good).status == 200, "the set to be there")
        self.publish(self.one.jwk("k1"), self.two.jwk("k2"))
        rotated = self.two.token(claims(), kid="k2")
        for _ in range(20):  # unknown, and asked for once in ten seconds at most
            answer = self.asking(rotated)
            self.assertIn(answer.status, (200, 401))
        self.assertLessEqual(self.fetches() - before, 2)
        self.eventually(lambda: self.asking(rotated).status == 200, "the new key to count")
        self.assertToken(good)
        since = time.monotonic() - begun
        self.assertLessEqual(self.fetches() - before, 1 + int(since / 10) + 1)

    def test_the_last_good_set_serves_while_the_address_fails(self):
        self.publish(self.one.jwk("k1"))
        self.fresh_gateway(self.config + 'jwks_refresh = "10s"\n')
        good = self.one.token(claims(), kid="k1")
        self.eventually(lambda: self.asking(good).status == 200, "the set to be there")
        before = self.fetches()
        for behaviour in (answers(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
                          answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),):
            self.running["keys"].behaviour = behaviour
            count = self.fetches()
            self.eventually(lambda: self.fetches() > count, "another fetch")
            self.assertToken(self.one.token(claims(jti=str(time.time())), kid="k1"))
        self.assertGreater(self.fetches(), before)
        self.gateway.wait_for_log("jwks_url")

    def test_without_any_set_nobody_can_be_told(self):
        self.running["keys"].behaviour = lambda peer: peer.close()
        self.fresh_gateway(self.config.replace("v=1", "v=2"))
        answer = self.asking(self.one.token(claims(), kid="k1"))
        self.assertProblem(answer, 503)
        self.assertEqual(json.loads(answer.body)["type"], "urn:gatewayd:problem:auth-unavailable")
        self.assertIn("retry-after", answer.fields)
        self.assertChallenged(self.get("/x"), "Bearer")

    def test_sigterm_while_a_set_is_awaited(self):
        self.running["keys"].behaviour = lambda peer: peer.wait_for_end()
        self.fresh_gateway(self.config.replace("v=1", "v=4").replace(
            "[gateway]", '[gateway]\ndrain_timeout = "200ms"'))
        for number in range(20):
            self.client().request("GET", "/x", bearer(self.one.token(claims(), kid=f"k{number}")))
        self.assertEqual(self.get("/public/x").status, 200)
        watch = self.stopwatch()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(watch.own, 4)

    def test_hostile_sets_are_no_sets(self):
        known = "known to all who can read the set"
        oct_key = {"kty": "oct", "k": b64(known.encode()), "kid": "k1"}
        for number, body in enumerate((b"", b"nonsense", b"[" * 100_000, b'{"keys":[{}]}',
                                       bytes(3_000_000), jwks(oct_key).encode())):
            with self.subTest(body=body[:40]):
                self.running["keys"].behaviour = lambda peer, body=body: peer.answer(200, body)
                before = self.fetches()
                self.fresh_gateway(self.config.replace("v=1", f"hostile={number}"))
                self.eventually(lambda: self.fetches() > before, "the fetch")
                for token in (self.one.token(claims(), kid="k1"), hs256(claims(), known, kid="k1")):
                    self.assertProblem(self.asking(token), 503)
                self.assertEqual(self.get("/public/x").status, 200)
