"""Limits: who is counted with whom, what a refusal says, and what survives a reload and a restart."""

import os
import selectors
import socket
import time

from support import GatewayTest, Gatewayd, fill, gateway, table
from support.tokens import bearer, claims, hs256

SECRET = "a secret that is long enough for HS256"
HOUR = {"window": "1h"}


def limits_config(routes, limits, rest="", **keys):
    routes = {name: {"service": "origin", **values} for name, values in routes.items()}
    return gateway(routes=routes, **keys) + rest + "".join(
        table(f"limits.{name}", {**HOUR, **values}) for name, values in limits.items())


class Keys(GatewayTest):
    """Who shares a counter."""

    config = limits_config(
        {name: {"path": f"/{name}/*", "limits": [name]}
         for name in ("global", "ip", "endpoint", "tenant", "pair", "bucket")}
        | {"user": {"path": "/user/*", "limits": ["user"], "auth": "jwt"},
           "other": {"path": "/other/*", "limits": ["ip", "endpoint"]},
           "two": {"path": "/two/*", "limits": ["wide", "narrow"]},
           "observed": {"path": "/observed/*", "limits": ["observed"]},
           "costly": {"path": "/costly/*", "limits": ["costly"]}},
        {"global": {"key": "global", "limit": 3}, "ip": {"key": "ip", "limit": 2},
         "endpoint": {"key": "endpoint", "limit": 2},
         "tenant": {"key": "header:X-Tenant", "limit": 2},
         "pair": {"key": ["ip", "header:X-Tenant"], "limit": 2},
         "bucket": {"key": "global", "limit": 3600, "burst": 2, "algorithm": "token_bucket"},
         "user": {"key": "user", "limit": 2}, "wide": {"key": "global", "limit": 100},
         "narrow": {"key": "header:X-Tenant", "limit": 2},
         "observed": {"key": "global", "limit": 1, "mode": "observe"},
         "costly": {"key": "global", "limit": 10, "cost": 4},
         "paths": {"key": "ip", "limit": 3, "paths": ["/endpoint/deep/*"]}},
        rest=table("auth.jwt", {"algorithms": ["HS256"], "secret": SECRET}),
        trusted_proxies=["127.0.0.1/32"], rate_limit_headers=["x-ratelimit", "ratelimit"])

    def statuses(self, count, target, *fields, method="GET"):
        client = self.client()
        return [client.request(method, target, *fields).answer(method).status
                for _ in range(count)]

    def as_client(self, address):
        return f"X-Forwarded-For: {address}"

    def test_global_counts_everyone_together(self):
        self.assertEqual(self.statuses(2, "/global/a", self.as_client("192.0.2.1"))
                         + self.statuses(2, "/global/b", self.as_client("192.0.2.2")),
                         [200, 200, 200, 429])

    def test_ip_counts_by_address_and_ipv6_by_network(self):
        for address, same, other in (("192.0.2.10", "192.0.2.10", "192.0.2.11"),
                                     ("2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1")):
            with self.subTest(address=address):
                self.assertEqual(self.statuses(1, "/ip/a", self.as_client(address))
                                 + self.statuses(2, "/ip/b", self.as_client(same)), [200, 200, 429])
                self.assertEqual(self.statuses(1, "/ip/a", self.as_client(other)), [200])

    def test_an_untrusted_peer_cannot_choose_its_address(self):
        statuses = []
        for number in range(3):
            with self.client(source="127.0.0.77") as client:
                statuses.append(client.get("/ip/x", self.as_client(f"198.51.100.{number}")).status)
        self.assertEqual(statuses, [200, 200, 429])

    def test_endpoint_counts_by_route_and_method(self):
        self.assertEqual(self.statuses(2, "/endpoint/a") + self.statuses(1, "/endpoint/b"),
                         [200, 200, 429])
        self.assertEqual(self.statuses(1, "/endpoint/a", method="DELETE"), [200])
        self.assertEqual(self.statuses(1, "/other/a", self.as_client("192.0.2.20")), [200])

    def test_a_field_counts_by_its_value(self):
        self.assertEqual(self.statuses(3, "/tenant/a", "X-Tenant: one"), [200, 200, 429])
        self.assertEqual(self.statuses(1, "/tenant/a", "X-Tenant: two"), [200])
        for value in ("x" * 8000, "\xff\xfe", "a, b", ""):
            self.assertIn(self.statuses(1, "/tenant/a", f"X-Tenant: {value}")[0], (200, 429))

    def test_a_combination_counts_each(self):
        one = self.as_client("192.0.2.30")
        self.assertEqual(self.statuses(3, "/pair/a", one, "X-Tenant: one"), [200, 200, 429])
        self.assertEqual(self.statuses(1, "/pair/a", one, "X-Tenant: two"), [200])
        self.assertEqual(self.statuses(1, "/pair/a", self.as_client("192.0.2.31"), "X-Tenant: one"),
                         [200])

    def test_user_counts_who_has_proved_it(self):
        ann, bob = (bearer(hs256(claims(sub=name), SECRET)) for name in ("ann", "bob"))
        again = bearer(hs256(claims(sub="ann", jti="2"), SECRET))
        self.assertEqual(self.statuses(3, "/user/a"), [401] * 3)
        self.assertEqual(self.statuses(2, "/user/a", ann) + self.statuses(1, "/user/a", again),
                         [200, 200, 429])
        self.assertEqual(self.statuses(1, "/user/a", bob), [200])

    def test_a_bucket_fills_again_after_a_second(self):
        first = self.statuses(8, "/bucket/a")
        allowed = first.count(200)
        self.assertEqual(first, [200] * allowed + [429] * (8 - allowed))
        self.assertLess(allowed, 8)
        answer = self.get("/bucket/a")
        if answer.status == 429:
            self.assertEqual(answer.fields.get("retry-after"), "1")
        self.eventually(lambda: self.statuses(1, "/bucket/a") == [200], "a token")

    def test_a_rule_with_paths_holds_unnamed(self):
        one = self.as_client("192.0.2.40")
        client = self.client()
        statuses = [client.request(method, "/endpoint/deep/x", one).answer().status
                    for method in ("PUT", "PATCH", "POST", "MKCOL")]
        self.assertEqual(statuses, [200, 200, 200, 429])

    def test_the_cost_of_a_request(self):
        self.assertEqual(self.statuses(3, "/costly/a"), [200, 200, 429])

    def test_observe_refuses_nobody_and_says_nothing(self):
        answers = [self.get("/observed/a") for _ in range(3)]
        self.assertEqual([answer.status for answer in answers], [200] * 3)
        self.assertNotIn("x-ratelimit-limit", answers[-1].fields)

    def test_what_a_refusal_says(self):
        fields = ("X-Tenant: said",)
        for _ in range(2):
            answer = self.get("/two/a", *fields)
            self.assertEqual(answer.status, 200)
        self.assertEqual(answer.fields.get("x-ratelimit-limit"), "2")  # the tightest speaks
        self.assertEqual(answer.fields.get("x-ratelimit-remaining"), "0")
        self.assertNotIn("retry-after", answer.fields)
        answer = self.get("/two/a", *fields)
        self.assertProblem(answer, 429)
        self.assertEqual(answer.fields.get("x-ratelimit-remaining"), "0")
        wait = int(answer.fields.get("retry-after"))
        self.assertTrue(1 <= wait <= 7200, wait)
        self.assertTrue(time.time() < int(answer.fields.get("x-ratelimit-reset")) < time.time() + 7300)
        self.assertIn('"narrow";q=2;w=', answer.fields.get("ratelimit-policy"))
        self.assertRegex(answer.fields.get("ratelimit"), r'^"narrow";r=0;t=\d+$')

    def test_the_upstreams_own_fields_do_not_stand_beside(self):
        self.origin.behaviour = lambda peer: peer.answer(
            200, b"", "X-RateLimit-Limit: 7", "RateLimit: mine", "x-ratelimit-remaining: 9")
        answer = self.get("/two/a", "X-Tenant: beside")
        self.assertEqual(answer.fields.get("x-ratelimit-limit"), "2")
        self.assertNotEqual(answer.fields.get("ratelimit"), "mine")

    def test_the_connection_goes_on_after_a_refusal(self):
        client = self.client()
        for _ in range(5):
            client.request("GET", "/tenant/a", "X-Tenant: pipelined")
        client.request("GET", "/tenant/a", "X-Tenant: pipelined, on")
        self.assertEqual([client.answer().status for _ in range(6)],
                         [200, 200, 429, 429, 429, 200])


class Surviving(GatewayTest):
    config = limits_config({"all": {"path": "/*", "limits": ["one"]}},
                           {"one": {"key": "ip", "limit": 5}}, workers=2)

    def statuses(self, count):
        return [self.get("/x").status for _ in range(count)]

    def test_a_reload_keeps_the_counters_and_a_changed_window_does_not(self):
        self.fresh_gateway(self.config)
        self.assertEqual(self.statuses(6), [200] * 5 + [429])
        self.gateway.reload(fill(self.config + "\n# another text\n",
                                 {**self.places, "dir": self.directory}))
        self.assertEqual(self.statuses(1), [429])
        self.gateway.reload(fill(self.config.replace("limit = 5", "limit = 7"),
                                 {**self.places, "dir": self.directory}))
        self.assertEqual(self.statuses(3), [200, 200, 429])
        self.gateway.reload(fill(self.config.replace('"1h"', '"2h"'),
                                 {**self.places, "dir": self.directory}))
        self.assertEqual(self.statuses(1), [200])

    def test_a_restart_keeps_the_counters(self):
        self.fresh_gateway(self.config)
        self.assertEqual(self.statuses(4), [200] * 4)
        self.assertEqual(self.gateway.stop(), 0)
        second = f"{self.directory}/second"
        os.mkdir(second)
        self.gateway = Gatewayd(second, fill(self.config, {
            **self.places, "dir": second}).replace(f"{second}/gatewayd.db",
                                                   f"{self.directory}/gatewayd.db"))
        self.addCleanup(self._end, self.gateway)
        self.gateway.start()
        self.assertEqual(self.statuses(2), [200, 429])


class Bounded(GatewayTest):
    """More counters than there is memory for, and no store."""

    config = limits_config({"all": {"path": "/*", "limits": ["tenant"], "respond": {"body": "in"}}},
                           {"tenant": {"key": "header:X-Tenant", "limit": 2}},
                           limit_memory="64KiB", store={"path": ""}).replace('service = "origin"\n', "")

    def test_the_ones_unused_for_longest_are_forgotten(self):
        client = self.client()
        first = [client.get("/x", "X-Tenant: first").status for _ in range(3)]
        for number in range(20_000):
            client.request("GET", "/x", f"X-Tenant: {number}")
            if number % 100 == 99:
                self.assertEqual({client.answer().status for _ in range(100)}, {200})
        self.assertEqual(first, [200, 200, 429])
        self.assertEqual(client.get("/x", "X-Tenant: first").status, 200)
        last = [client.get("/x", "X-Tenant: last").status for _ in range(3)]
        self.assertEqual(last, [200, 200, 429])


class Exact(GatewayTest):
    """However many ask at once, no more pass than may: within a request for each worker."""

    LIMIT, CONNECTIONS, EACH = 1000, 200, 15
    config = limits_config(
        {"window": {"path": "/window", "limits": ["window"], "respond": {"body": "in"}},
         "bucket": {"path": "/bucket", "limits": ["bucket"], "respond": {"body": "in"}}},
        {"window": {"key": "global", "limit": LIMIT},
         "bucket": {"key": "global", "limit": 24, "window": "1d", "burst": LIMIT - 24,
                    "algorithm": "token_bucket"}}, workers=2).replace('service = "origin"\n', "")

    def admitted(self, target):
        request = f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
        waiting, counts, heads = selectors.DefaultSelector(), {200: 0, 429: 0}, {}
        for _ in range(self.CONNECTIONS):
            sock = socket.create_connection(self.gateway.address)
            self.addCleanup(sock.close)
            heads[sock] = b""
            waiting.register(sock, selectors.EVENT_READ)
        for sock in heads:
            sock.sendall(request * self.EACH)
        left = self.CONNECTIONS * self.EACH
        while left:
            ready = waiting.select(60)
            self.assertTrue(ready, f"{left} answers are missing")
            for key, _ in ready:
                data = key.fileobj.recv(65536)
                self.assertTrue(data, "the connection ended early")
                text = heads[key.fileobj] + data
                for status in counts:
                    found = text.count(b"HTTP/1.1 %d " % status)
                    counts[status] += found
                    left -= found
                heads[key.fileobj] = text[-12:] if not text[-12:].startswith(b"HTTP/1.1 ") else b""
        return counts

    def test_a_window(self):
        counts = self.admitted("/window")
        self.assertLessEqual(counts[200], self.LIMIT + 2)
        self.assertGreaterEqual(counts[200], self.LIMIT)
        self.assertEqual(sum(counts.values()), self.CONNECTIONS * self.EACH)

    def test_a_bucket(self):
        counts = self.admitted("/bucket")
        self.assertLessEqual(counts[200], self.LIMIT + 2)
        self.assertGreaterEqual(counts[200], self.LIMIT - 24)
