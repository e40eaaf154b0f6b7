"""auth = "api_key": keys that the config knows by their SHA-256."""

import hashlib
import time
from pathlib import Path

from support import GatewayTest, gateway, table


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


def when(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


OLD, NEW = when(-60), when(3600)


class ApiKeys(GatewayTest):
    config = gateway(routes={
        "admin": {"path": "/admin/*", "service": "origin", "auth": "api_key", "roles": ["admin"]},
        "write": {"path": "/write/*", "service": "origin", "auth": "api_key", "scopes": ["write"]},
        "all": {"path": "/*", "service": "origin", "auth": "api_key"}}) + table("auth.api_key", {
            "header": "X-Key", "query": "key", "forward": {"X-User": "sub", "X-Roles": "roles"},
            "keys": [
                {"name": "robot", "sha256": digest("robot key"), "roles": ["admin", "lab"]},
                {"name": "old", "sha256": digest("old key"), "expires": OLD},
                {"name": "new", "sha256": digest("new key").upper(), "expires": NEW,
                 "scopes": ["read", "write"]}]})

    def test_a_key_of_the_field_or_the_query_counts(self):
        for target, fields in (("/x", ("X-Key: robot key",)), ("/x", ("x-key:  robot key ",)),
                               ("/x?key=robot%20key", ()), ("/x?a=b&%6bey=robot%20ke%79", ()),
                               ("/x?key2=no", ("X-Key: robot key",))):
            with self.subTest(target=target, fields=fields):
                seen = self.forwarded(target, *fields, "X-User: root", "x_roles: root").fields
                self.assertEqual([seen.get("x-user"), seen.get("x-roles")], ["robot", "admin,lab"])
                self.assertNotIn("x_roles", seen)

    def test_other_keys_do_not_count(self):
        for target, fields in (("/x", ()), ("/x", ("X-Key:",)), ("/x", ("X-Key: robot keY",)),
                               ("/x", ("X-Key: old key",)), ("/x?key=", ()), ("/x?key", ()),
                               ("/x", (f"X-Key: {digest('robot key')}",)),
                               ("/x", ("X-Key: " + "k" * 20_000,)), ("/x?key=%zz", ()),
                               ("/x?Key=robot%20key", ()), ("/x", ("Authorization: ApiKey robot key",)),
                               ("/x?key=robot%20key&key=robot%20key", ()),
                               ("/x?key=robot%20key", ("X-Key: robot key",)),
                               ("/x", ("X-Key: robot key", "X-Key: robot key")),
                               ("/x?key=robot+key%00", ()), ("/x", ("X-Key: \xff\xfe",))):
            with self.subTest(target=target, fields=[field[:60] for field in fields]):
                seen = len(self.origin.requests)
                self.assertChallenged(self.get(target, *fields), "ApiKey")
                self.assertEqual(len(self.origin.requests), seen)

    def test_roles_and_scopes_of_the_key(self):
        client = self.client()
        self.assertEqual(client.get("/admin/x", "X-Key: robot key").status, 200)
        self.assertProblem(client.get("/admin/x", "X-Key: new key"), 403)
        self.assertEqual(client.get("/write/x", "X-Key: new key").status, 200)
        self.assertProblem(client.get("/write/x", "X-Key: robot key"), 403)

    def test_the_key_of_the_query_is_in_no_log(self):
        self.get("/x?key=robot%20key&a=1")
        self.get("/x?key=a-wrong-secret&a=1")
        self.eventually(lambda: self.in_database(b"a=1"), "the rows")
        self.assertFalse(self.in_database(b"robot%20key"))
        self.assertFalse(self.in_database(b"a-wrong-secret"))

    def test_a_time_that_is_none_is_refused_with_its_place(self):
        for text in ("2027-02-30T00:00:00Z", "next year, or the one after", "2027-13-31T00:00:00Z"):
            said = self.reload(self.config.replace(OLD, text))
            self.assertRegex(said, r"reload rejected: .*gatewayd\.toml:\d+:\d+ bad-time")

    def in_database(self, text):
        return any(text in file.read_bytes() for file in Path(self.directory).glob("gatewayd.db*"))
