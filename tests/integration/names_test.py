"""Names of instances, looked up again while the gateway serves. Needs root: a network namespace."""

import re
import shutil
import tempfile
import time
from collections import Counter

from support import (Client, Gatewayd, GatewayTest, Island, NameServer, Origin, fill, gateway,
                     gatewayctl_json)

PORT = 8100


def named(peer):
    peer.read_body()
    peer.answer(200, peer.origin.name.encode())


class NamesTest(GatewayTest):
    """Origins at 127.0.0.11, .12 and .13, all of them "app.test" when the name server says so."""

    silent = False  # the name server, as the gateway starts
    config = gateway(workers=2, services={
        "app": {"instances": [f"http://app.test:{PORT}"], "resolve": "1s"},
        "slow": {"instances": [f"http://slow.test:{PORT}"], "resolve": "1h"},
    }, routes={"slow": {"path": "/slow", "service": "slow"},
               "app": {"path": "/*", "service": "app"}})

    @classmethod
    def setUpClass(cls):
        cls.island = Island()
        cls.addClassCleanup(cls.island.close)
        cls.directory = tempfile.mkdtemp(prefix="gwd-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, True)
        cls.places = {"dir": cls.directory}
        cls.running = {}
        for last in (11, 12, 13):
            origin = cls.island.run(lambda host=f"127.0.0.{last}": Origin(named, host, PORT))
            origin.name = str(last)
            cls.running[str(last)] = origin
            cls.addClassCleanup(origin.close)
        cls.origin = cls.running["11"]
        cls.behaviour = staticmethod(named)
        cls.origins = {name: named for name in cls.running}
        cls.names = cls.island.run(NameServer)
        cls.addClassCleanup(cls.names.close)
        cls.names.silent = cls.silent
        cls.names.names.update({"app.test": ["127.0.0.11"], "slow.test": ["127.0.0.11"]})
        cls.gateway = Gatewayd(cls.directory, fill(cls.config, cls.places),
                               prefix=cls.island.exec)
        cls.addClassCleanup(cls.gateway.close)
        if not cls.silent:
            cls.gateway.start()

    def setUp(self):
        super().setUp()
        self.names.silent = False
        self.tell("11")

    def client(self, **_):
        client = self.island.run(lambda: Client(self.gateway.address))
        self.addCleanup(client.close)
        return client

    def addresses(self, service="app"):
        services = gatewayctl_json("services", "--socket", f"{self.directory}/control.sock")
        found = next(entry for entry in services["services"] if entry["name"] == service)
        return {address.rsplit(".", 1)[1] for address in found["instances"][0]["addresses"]}

    def tell(self, *lasts, name="app.test"):
        """The name server tells these from now on; waits until the gateway knows."""
        self.names.names[name] = [f"127.0.0.{last}" for last in lasts]
        self.eventually(lambda: self.addresses() == set(lasts), f"the addresses {lasts}")

    def shares(self, count=40):
        with self.client() as client:
            return Counter(client.get().body.decode() for _ in range(count))


class Names(NamesTest):
    def test_every_address_is_an_instance_and_a_new_one_gets_its_share(self):
        self.assertEqual(self.shares(), {"11": 40})
        self.tell("11", "12")
        self.assertEqual(self.shares(), {"11": 20, "12": 20})
        self.tell("11", "12", "13")
        self.assertEqual(self.shares(60), {"11": 20, "12": 20, "13": 20})

    def test_another_order_changes_nothing(self):
        self.tell("11", "12")
        changes = self.gateway.log().count("addresses of upstream names changed")
        asked = len(self.names.asked)
        self.names.names["app.test"].reverse()
        self.eventually(lambda: len(self.names.asked) >= asked + 2, "two more look-ups")
        self.assertEqual(self.gateway.log().count("addresses of upstream names changed"), changes)

    def test_an_address_that_is_gone_ends_what_it_has(self):
        self.tell("11", "12")
        gone = self.running["12"]
        gone.behaviour = lambda peer: (peer.origin.release.wait(60), named(peer))
        held = []
        while len(held) < 3:
            seen = len(gone.requests), len(self.running["11"].requests)
            client = self.client().request()
            self.eventually(lambda: (len(gone.requests), len(self.running["11"].requests)) != seen,
                            "the request to arrive")
            if len(gone.requests) > seen[0]:
                held.append(client)
        self.tell("11")
        seen = len(gone.requests)
        self.assertEqual(self.shares(), {"11": 40})
        self.assertEqual(len(gone.requests), seen)
        gone.release.set()
        for client in held:
            self.assertEqual(client.answer().body, b"12")
        gone.wait(lambda: gone.live == 0, "the idle connections to be closed")

    def test_a_name_server_that_is_down_leaves_the_last_addresses(self):
        self.tell("11", "12")
        self.names.silent = True
        asked = len(self.names.asked)
        self.eventually(lambda: len(self.names.asked) >= asked + 2, "look-ups in vain")
        self.gateway.wait_for_log(
            r"warning service: name app\.test is not found: .+; its 2 addresses are served on")
        watch = self.stopwatch()
        self.assertEqual(self.shares(), {"11": 20, "12": 20})
        self.assertLess(watch.own, 1)
        watch = self.stopwatch()
        self.assertIn("is live", self.gateway.reload())  # nor does a reload lose them
        self.assertLess(watch.own, 4)
        self.assertEqual(self.shares(), {"11": 20, "12": 20})
        self.names.silent = False
        self.names.names["app.test"] = ["127.0.0.13"]
        self.eventually(lambda: self.addresses() == {"13"}, "the new address")
        self.gateway.wait_for_log(r"info service: name app\.test is found again")
        self.assertEqual(self.shares(), {"13": 40})

    def test_a_name_that_is_deleted_leaves_the_last_addresses(self):
        self.tell("12")
        del self.names.names["app.test"]
        asked = len(self.names.asked)
        self.eventually(lambda: self.names.asked[asked:].count("app.test") >= 2, "look-ups in vain")
        self.assertEqual(self.shares(), {"12": 40})

    def test_each_service_has_its_own_interval(self):
        with self.client() as client:
            self.assertEqual(client.get("/slow").body, b"11")
        time.sleep(5.5)  # the first look-up after the start comes soon, whatever the interval
        asked = len(self.names.asked)
        self.names.names["slow.test"] = ["127.0.0.12"]
        self.eventually(lambda: self.names.asked[asked:].count("app.test") >= 3, "three look-ups")
        self.assertEqual(self.names.asked[asked:].count("slow.test"), 0)
        self.assertEqual(self.addresses("slow"), {"11"})
        self.gateway.reload()  # asks for all
        self.assertEqual(self.addresses("slow"), {"12"})

    def test_traffic_goes_on_while_addresses_come_and_go(self):
        statuses = Counter()
        begin = time.monotonic()
        turn = 0
        changes = lambda: len(re.findall("addresses of upstream names changed", self.gateway.log()))
        before = changes()
        with self.client() as client:
            while time.monotonic() - begin < 6 or (changes() < before + 4 and turn < 60):
                if time.monotonic() - begin > turn:
                    turn += 1
                    self.names.names["app.test"] = [
                        f"127.0.0.{last}" for last in ((11, 12), (12, 13), (13,), (11, 13))[turn % 4]]
                statuses[client.get().status] += 1
        self.assertEqual(set(statuses), {200})
        self.assertGreater(changes(), before + 3)


class Missing(NamesTest):
    silent = True

    def setUp(self):
        pass  # the test itself starts the gateway

    def test_it_starts_nonetheless_and_serves_once_the_name_is_known(self):
        begin = time.monotonic()
        self.gateway.start()
        self.assertLess(time.monotonic() - begin, 8)
        self.assertProblem(self.get(), 502)
        self.names.silent = False
        self.eventually(lambda: self.get().status == 200, "the name to be known")
        watch = self.stopwatch()
        self.names.silent = True
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(watch.own, 3, "nobody waits for a name server")
