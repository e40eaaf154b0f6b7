"""Security events: what was refused or only observed, in the database and in `gatewayctl logs`."""

import sqlite3

from support import GatewayTest, gateway, gatewayctl, gatewayctl_json, table
from support.tokens import bearer, claims, hs256

SECRET = "a secret that is long enough for HS256"


class SecurityLog(GatewayTest):
    config = gateway(workers=2, routes={
        "watched": {"path": "/watched", "service": "origin", "threats": "observe",
                    "limits": ["watching"]},
        "blocked": {"path": "/blocked", "service": "origin", "threats": "block"},
        "limited": {"path": "/limited", "service": "origin", "limits": ["one"]},
        "office": {"path": "/office", "service": "origin", "allow": ["192.0.2.0/24"]},
        "locked": {"path": "/locked", "service": "origin", "auth": "jwt", "roles": ["admin"]},
        "form": {"path": "/form", "service": "origin", "csrf": "origin"},
        "all": {"path": "/*", "service": "origin"}}) + table(
            "limits.one", {"key": "ip", "limit": 1, "window": "1h"}) + table(
            "limits.watching", {"key": "ip", "limit": 1, "window": "1h", "mode": "observe"}) + table(
            "auth.jwt", {"algorithms": ["HS256"], "secret": SECRET})

    def rows(self, where):
        with sqlite3.connect(f"file:{self.directory}/gatewayd.db?mode=ro", uri=True) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(
                f"SELECT * FROM security_view WHERE {where} ORDER BY seq")]

    def row(self, answer):
        identity = answer.fields.get("x-request-id")
        return self.eventually(lambda: self.rows(f"id = '{identity}'"), "its row")[0]

    def test_every_kind_of_refusal_is_an_event(self):
        self.get("/limited")
        token = bearer(hs256(claims(roles=["lab"]), SECRET))
        post = self.client().request("POST", "/form", "Cookie: a=b", "Origin: https://evil.test",
                                     body=b"x").answer()
        for answer, kind, rule, route in (
            (self.get("/blocked?q=1%27%20OR%20%271%27%3D%271"), "threat", None, "blocked"),
            (self.get("/limited"), "rate-limited", "one", "limited"),
            (self.get("/office"), "ip-denied", None, "office"),
            (self.get("/locked"), "unauthenticated", None, "locked"),
            (self.get("/locked", bearer("a.b.c")), "unauthenticated", None, "locked"),
            (self.get("/locked", token), "forbidden", None, "locked"),
            (post, "csrf", None, "form")):
            with self.subTest(kind=kind):
                row = self.row(answer)
                self.assertEqual((row["kind"], row["action"], row["route"], row["client"]),
                                 (kind, "blocked", route, "127.0.0.1"))
                self.assertTrue(row["rule"])
                if rule:
                    self.assertEqual(row["rule"], rule)
                if kind == "forbidden":
                    self.assertEqual(row["user"], "u-17")

    def test_what_is_observed_passes_and_is_told(self):
        self.get("/watched")
        answer = self.get("/watched?q=1%27%20OR%20%271%27%3D%271")
        self.assertEqual(answer.status, 200)
        identity = answer.fields.get("x-request-id")
        self.eventually(lambda: len(self.rows(f"id = '{identity}'")) >= 2, "its rows")
        rows = self.rows(f"id = '{identity}'")
        self.assertEqual({row["action"] for row in rows}, {"observed"})
        self.assertEqual({row["kind"] for row in rows}, {"threat", "rate-limited"})

    def test_ordinary_requests_are_none(self):
        answer = self.get("/x")
        after = self.get("/blocked?q=1%27%20OR%20%271%27%3D%271")
        self.row(after)
        self.assertEqual(self.rows(f"id = '{answer.fields.get('x-request-id')}'"), [])

    def test_gatewayctl_shows_them(self):
        config = str(self.gateway.config_path)
        blocked = self.get("/blocked?q=%3Cscript%3Ealert(1)%3C/script%3E&token=hunter2")
        self.row(blocked)
        identity = blocked.fields.get("x-request-id")
        socket = ("--socket", f"{self.directory}/control.sock")
        shown = gatewayctl("logs", "--security", *socket)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn(identity, shown.stdout)
        self.assertRegex(shown.stdout, "blocked .*threat")
        self.assertNotIn("hunter2", shown.stdout)
        document = gatewayctl_json("logs", "--security", "--kind", "threat", "--action", "blocked",
                                   *socket)
        self.assertIn(identity, str(document))
        observed = gatewayctl("logs", "--security", "--action", "observed", *socket)
        self.assertNotIn(identity, observed.stdout)
        del config

    def test_they_stay_over_a_restart(self):
        self.fresh_gateway(self.config)
        answer = self.get("/blocked?q=1%27%20OR%20%271%27%3D%271")
        self.assertEqual(self.gateway.stop(), 0)
        self.assertEqual(self.row(answer)["kind"], "threat")

    def test_hostile_texts_are_shown_harmlessly(self):
        for target, *fields in (("/blocked?q=%1b[31m%27%20OR%20%271%27%3D%271",),
                                ("/locked", "Authorization: Bearer \x1b]0;x\x07"[:24]),
                                ("/blocked?q=%00%27%20OR%20%271%27%3D%271%0a%0d",)):
            answer = self.get(target, *fields)
            self.assertIn(answer.status, (400, 401, 403))
        self.row(answer)
        shown = gatewayctl("logs", "--security", "--socket", f"{self.directory}/control.sock")
        self.assertNotIn("\x1b", shown.stdout)
