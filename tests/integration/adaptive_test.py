"""Adaptive limits: a rule shrinks while the gateway is over a stated load, and grows back."""

import time

from support import GatewayTest, Load, LoadOrigin, Traffic, gateway, gatewayctl_json, table

LIMIT, FLOOR = 1000, 25  # requests a minute, and the per cent of them that are always left


def late(peer):
    peer.read_body()
    time.sleep(0.12)
    peer.answer(200, b"late")


class AdaptiveTest(GatewayTest):
    def allowed(self):
        """What the rule allows just now, as explain tells it without charging it."""
        time.sleep(0.2)  # asking is no load of its own
        data = gatewayctl_json("explain", "GET", "/limited", "--client", "198.51.100.7", "--socket",
                               f"{self.directory}/control.sock")
        line = next(step for step in data["steps"] if step["label"] == "limit")
        return int(line["remark"].split(" of ")[1].split(" ")[0])

    def shrinks(self):
        """The lowest that the rule came to."""
        self.eventually(lambda: self.allowed() < LIMIT * 0.8, "the limit to shrink", 120)
        lowest = self.eventually(
            lambda: (now := self.allowed()) <= LIMIT * FLOOR / 100 * 1.6 and now,
            "the limit to come near its floor", 120)
        self.assertGreaterEqual(lowest, LIMIT * FLOOR / 100)
        return lowest

    def grows_back(self, lowest):
        self.eventually(lambda: self.allowed() > lowest, "the limit to grow", 180)
        self.eventually(lambda: self.allowed() == LIMIT, "the limit to be whole again", 180)

    def flood(self):
        load = Load(self.gateway.address[1])
        self.addCleanup(load.close)
        return load


def config(**adaptive):
    return gateway(routes={"limited": {"path": "/limited", "service": "origin", "limits": ["all"]},
                           "free": {"path": "/*", "service": "origin"}}) + table(
        "limits.all", {"key": "ip", "limit": LIMIT, "window": "1m",
                       "adaptive": {"floor": FLOOR, **adaptive}})


class ByLatency(AdaptiveTest):
    config = config(p99="50ms")

    def test_slow_answers_shrink_it_and_their_end_lets_it_grow(self):
        self.assertEqual(self.allowed(), LIMIT)
        self.origin.behaviour = late
        with Traffic(self.gateway.address, target="/free", clients=1) as slow:
            lowest = self.shrinks()
        self.assertEqual(set(slow.statuses), {200})
        self.origin.behaviour = type(self).behaviour
        quick = self.flood()  # until the slow ones are less than one per cent of the last minute's
        self.grows_back(lowest)
        self.assertEqual(quick.stop()["failed"], 0)


class ByCpu(AdaptiveTest):
    # So little that a machine which does much besides gives the gateway more than it.
    config = config(cpu=1).replace("@origin@", "@quick@")

    @classmethod
    def prepare(cls):
        quick = LoadOrigin()
        cls.addClassCleanup(quick.close)
        cls.places["quick"] = quick.url

    def test_a_busy_worker_shrinks_it_and_rest_lets_it_grow(self):
        self.assertEqual(self.allowed(), LIMIT)
        load = self.flood()
        lowest = self.shrinks()
        self.assertEqual(load.stop()["failed"], 0)
        self.grows_back(lowest)


class Refusals(AdaptiveTest):
    """With a limit that a client reaches, the shrinking is felt."""

    config = config(p99="50ms").replace(f"limit = {LIMIT}", "limit = 40")

    def test_fewer_requests_pass_while_it_is_shrunk(self):
        self.origin.behaviour = late
        with Traffic(self.gateway.address, target="/free", clients=4):
            self.eventually(lambda: self.allowed() <= 16, "the limit to shrink", 120)
            allowed = self.allowed()
            with self.client() as client:
                statuses = [client.get("/limited").status for _ in range(40)]
        passed = statuses.count(200)
        self.assertEqual(set(statuses), {200, 429})
        self.assertLessEqual(passed, 20)
        self.assertGreaterEqual(passed, 9, f"allowed {allowed}")
