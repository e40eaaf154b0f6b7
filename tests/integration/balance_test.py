"""Which instance gets a request: shares, the least busy, the same for the same key."""

import threading
import time
from collections import Counter

from support import GatewayTest, gateway, gatewayctl_json, table
from support.tokens import claims, hs256


def named(peer):
    peer.read_body()
    peer.answer(200, peer.origin.name.encode())


def slow(peer):
    """So slow that the others do all that is asked meanwhile, also on a machine that is slow itself."""
    time.sleep(2)
    named(peer)


class BalanceTest(GatewayTest):
    origins = {"one": named, "two": named, "three": named}

    @classmethod
    def prepare(cls):
        for name, origin in cls.running.items():
            origin.name = name

    def shares(self, count, *fields, target="/"):
        """How many of `count` requests each instance answered."""
        with self.client() as client:
            return Counter(client.get(target, *fields).body.decode() for _ in range(count))


def config(instances=("@one@", "@two@", "@three@"), **service):
    return gateway(services={"origin": {"instances": list(instances), **service}})


class RoundRobin(BalanceTest):
    config = config(({"url": "@one@", "weight": 5}, {"url": "@two@", "weight": 3},
                     {"url": "@three@", "weight": 2}))

    def test_each_gets_its_share(self):
        self.assertEqual(self.shares(200), {"one": 100, "two": 60, "three": 40})

    def test_the_shares_are_spread_smoothly(self):
        with self.client() as client:
            order = "".join(client.get().body.decode()[1] for _ in range(20))
        self.assertNotIn("nnn", order, order)  # never three times "one" in a row


class TwoWorkers(BalanceTest):
    config = config().replace("workers = 1", "workers = 2")

    def test_no_instance_is_starved(self):
        shares = sum((self.shares(30) for _ in range(10)), Counter())
        for name in self.origins:
            self.assertAlmostEqual(shares[name], 100, delta=10)


class LeastBusy(BalanceTest):
    def avoided(self, balance):
        """Asks with 8 clients at once, while instance one is slow."""
        self.fresh_gateway(config(balance=balance))
        self.running["one"].behaviour = slow
        seen = Counter()

        def ask():
            seen.update(self.shares(25))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(seen.total(), 200)
        self.assertGreater(seen["one"], 0, "nobody is starved")
        return seen

    config = config()

    def test_least_connections_avoids_a_slow_one(self):
        self.assertLess(self.avoided("least_connections")["one"], 40)

    def test_power_of_two_avoids_a_slow_one(self):
        self.assertLess(self.avoided("power_of_two")["one"], 60)


class Hash(BalanceTest):
    config = config(balance="hash", hash_on="header:X-Tenant")

    def homes(self):
        with self.client() as client:
            return [client.get("/", f"X-Tenant: t{i}").body.decode() for i in range(150)]

    def test_the_same_key_goes_to_the_same_instance(self):
        first = self.homes()
        self.assertEqual(self.homes(), first)
        for name, count in Counter(first).items():
            self.assertAlmostEqual(count, 50, delta=25, msg=name)
        self.assertEqual(len(set(first)), 3)

    def test_little_moves_when_one_leaves(self):
        before = self.homes()
        self.reload(config(("@one@", "@three@"), balance="hash", hash_on="header:X-Tenant"))
        after = self.homes()
        moved = [(old, new) for old, new in zip(before, after) if old != new]
        self.assertTrue(all(old == "two" for old, _ in moved), moved)
        self.assertEqual(len(moved), before.count("two"))
        self.assertEqual({new for _, new in moved}, {"one", "three"})
        self.reload(self.config)
        self.assertEqual(self.homes(), before)


SECRET = "a secret that is long enough for HS256"


class HashOn(BalanceTest):
    """What requests may be told apart by, each in the fields of one and not of another."""

    config = gateway(services={
        name: {"instances": ["@one@", "@two@", "@three@"], "balance": "hash", "hash_on": on}
        for name, on in (("cookie", "cookie:uid"), ("user", "user"), ("address", "client_ip"))},
        routes={"cookie": {"path": "/cookie", "service": "cookie"},
                "user": {"path": "/user", "service": "user", "auth": "jwt"},
                "address": {"path": "/address", "service": "address"}}) + table(
                    "auth.jwt", {"algorithms": ["HS256"], "secret": SECRET})

    def homes(self, target, fields_of=lambda i: (), source_of=lambda i: None):
        found = []
        for i in range(60):
            with self.client(source=source_of(i)) as client:
                found.append(client.get(target, *fields_of(i)).body.decode())
        return found

    def assertHomes(self, first, again):
        self.assertEqual(first, again)
        self.assertEqual(set(first), {"one", "two", "three"})

    def test_a_cookie(self):
        self.assertHomes(
            self.homes("/cookie", lambda i: (f"Cookie: a=b; uid=u{i}",)),
            self.homes("/cookie", lambda i: (f"Cookie: uid=u{i}; uid2=x",), lambda i: "127.0.0.9"))

    def test_a_user(self):
        def token(i, **more):
            return (f"Authorization: Bearer {hs256(claims(sub=f'u-{i}', **more), SECRET)}",)

        self.assertHomes(self.homes("/user", token),
                         self.homes("/user", lambda i: token(i, jti="another"),
                                    lambda i: "127.0.0.9"))

    def test_an_address(self):
        self.assertHomes(
            self.homes("/address", source_of=lambda i: f"127.0.1.{i + 1}"),
            self.homes("/address", lambda i: (f"Cookie: uid={i}",), lambda i: f"127.0.1.{i + 1}"))

    def test_without_it_the_address_counts(self):
        self.assertHomes(self.homes("/cookie", source_of=lambda i: f"127.0.1.{i + 1}"),
                         self.homes("/cookie", lambda i: (f"Cookie: a={i}",),
                                    lambda i: f"127.0.1.{i + 1}"))


class Places(GatewayTest):
    """max_connections and the queue before them."""

    config = gateway(service={"max_connections": 2})

    def held(self, count):
        """So many requests that the origin has and does not answer yet."""
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(60),
                                              peer.answer(200, peer.read_body()))
        seen = len(self.origin.requests)
        clients = [self.client().request() for _ in range(count)]
        self.origin.wait_for_requests(seen + count)
        return clients

    def waiting(self, target="/"):
        """A request that has its place in the queue."""
        client = self.client().request("GET", target)
        self.eventually(client.is_read, "the request to be read")
        return client

    def connections(self):
        status = gatewayctl_json("status", "--socket", f"{self.directory}/control.sock")
        return status["connections"]

    def finish(self, clients):
        self.origin.release.set()
        for client in clients:
            self.assertEqual(client.answer().status, 200)

    def test_one_past_the_limit_is_503_at_once(self):
        held = self.held(2)
        watch = self.stopwatch()
        answer = self.get()
        self.assertLess(watch.own, 0.3)
        self.assertProblem(answer, 503)
        self.assertIn("retry-after", answer.fields)
        self.finish(held)
        self.assertEqual(self.get().status, 200)

    def test_the_limit_holds_over_all_workers(self):
        self.fresh_gateway(self.config.replace("workers = 1", "workers = 2"))
        held = self.held(2)
        for _ in range(8):
            self.assertProblem(self.get(), 503)
        self.finish(held)

    def test_a_queue_is_served_in_order_when_places_come_free(self):
        self.fresh_gateway(gateway(service={"max_connections": 1,
                                            "queue": {"size": 3, "timeout": "60s"}}))
        held = self.held(1)
        seen = len(self.origin.requests)
        waiting = [self.waiting(f"/{number}") for number in range(3)]
        self.assertProblem(self.get(), 503)  # the queue is full
        self.assertEqual(len(self.origin.requests), seen)
        self.finish(held + waiting)
        self.assertEqual([request.target for request in self.origin.requests[seen:]],
                         ["/0", "/1", "/2"])

    def test_who_waits_too_long_gets_503(self):
        self.fresh_gateway(gateway(service={"max_connections": 1,
                                            "queue": {"size": 3, "timeout": "400ms"}}))
        held = self.held(1)
        watch = self.stopwatch()
        self.assertProblem(self.get(), 503)
        self.assertGreater(watch.took, 0.35)
        self.assertLess(watch.own, 1)
        self.finish(held)

    def test_who_leaves_the_queue_makes_room(self):
        self.fresh_gateway(gateway(service={"max_connections": 1,
                                            "queue": {"size": 1, "timeout": "60s"}}))
        held = self.held(1)
        waiting = self.waiting()
        self.assertProblem(self.get(), 503)
        waiting.reset()
        self.eventually(lambda: self.connections() == 1, "it to have left")
        self.finish(held + [self.client().request()])
