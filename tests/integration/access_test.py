"""Roles and scopes of routes: who is known may still not do everything."""

import hashlib

from support import GatewayTest, gateway, table
from support.tokens import bearer, claims, hs256

SECRET = "a secret that is long enough for HS256"


def route(path, **keys):
    return {"path": path, "service": "origin", **keys}


class Access(GatewayTest):
    config = gateway(routes={
        "lab": route("/lab", auth="jwt", roles=["lab", "admin"]),
        "write": route("/write", auth="jwt", scopes=["read", "write"]),
        "both": route("/both", auth=["jwt", "api_key"], roles=["admin"], scopes=["write"]),
        "known": route("/known", auth=["api_key", "jwt"]),
        "open": route("/open", auth="none")}) + table("auth.jwt", {
            "algorithms": ["HS256"], "secret": SECRET, "roles_claim": "realm.roles",
            "scope_claim": "scp"}) + table("auth.api_key", {"keys": [
                {"name": "robot", "sha256": hashlib.sha256(b"key").hexdigest(), "roles": ["admin"],
                 "scopes": ["write"]}]})

    def asking(self, target, roles=None, scopes=None, *fields):
        token = hs256(claims(realm={"roles": roles} if roles is not None else None, scp=scopes),
                      SECRET)
        return self.get(target, bearer(token), *fields)

    def test_one_of_the_roles_is_enough(self):
        for roles in (["lab"], ["x", "admin"], "admin", ["admin", "admin"]):
            self.assertEqual(self.asking("/lab", roles).status, 200, roles)

    def test_without_one_it_is_403(self):
        for roles in ([], ["Lab"], ["laboratory"], [""], [["lab"]], "lab admin", [7], {"lab": 1}, None,
                      [None], True):
            with self.subTest(roles=roles):
                answer = self.asking("/lab", roles)
                self.assertProblem(answer, 403)
                self.assertNotIn("www-authenticate", answer.fields)

    def test_all_scopes_are_needed(self):
        for scopes in ("read write", "write x read", ["write", "read"]):
            self.assertEqual(self.asking("/write", scopes=scopes).status, 200, scopes)
        for scopes in ("read", "", "readwrite", ["read write x"], None, "READ WRITE"):
            with self.subTest(scopes=scopes):
                answer = self.asking("/write", scopes=scopes)
                self.assertProblem(answer, 403)
                challenge = answer.fields.get("www-authenticate")
                self.assertIn('error="insufficient_scope"', challenge)
                self.assertIn('scope="read write"', challenge)

    def test_any_way_to_authenticate_will_do(self):
        client = self.client()
        self.assertEqual(client.get("/known", "X-API-Key: key").status, 200)
        self.assertEqual(client.get("/known", bearer(hs256(claims(), SECRET))).status, 200)
        self.assertEqual(client.get("/known", "X-API-Key: bad", bearer(hs256(claims(), SECRET))).status,
                         200)
        self.assertEqual(client.get("/known", "X-API-Key: key", bearer("a.b.c")).status, 200)
        self.assertChallenged(client.get("/known"), "ApiKey", "Bearer")
        self.assertChallenged(client.get("/known", "X-API-Key: bad", bearer("a.b.c")),
                              "ApiKey", "Bearer", error="invalid_token")
        self.assertEqual(client.get("/both", "X-API-Key: key").status, 200)
        self.assertEqual(self.asking("/both", ["admin"], "write").status, 200)
        self.assertEqual(self.asking("/both", ["admin"], "read").status, 403)

    def test_a_public_route_asks_nobody(self):
        client = self.client()
        for fields in ((), (bearer("nonsense"),), ("Authorization: a", "Authorization: b")):
            self.assertEqual(client.get("/open", *fields).status, 200)

    def test_the_connection_goes_on_after_a_refusal(self):
        client = self.client()
        for _ in range(3):
            for target in ("/lab", "/write", "/both"):
                client.request("GET", target)
        self.assertEqual([client.answer().status for _ in range(9)], [401] * 9)
        self.assertEqual(client.get("/open").status, 200)

    def test_refusals_of_head_have_no_body(self):
        client = self.client()
        for target in ("/lab", "/open", "/write"):
            client.request("HEAD", target)
        statuses = [client.answer("HEAD").status for _ in range(3)]
        self.assertEqual(statuses, [401, 200, 401])

    def test_access_without_auth_is_an_error_of_the_config(self):
        said = self.reload(self.config + table("routes.wrong", route("/wrong", roles=["a"])))
        self.assertRegex(said, "access-without-auth")
