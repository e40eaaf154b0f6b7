"""Reload: the new config serves whole, or the old one does; no request is lost."""

import threading

from routing_test import named
from support import (Client, GatewayTest, Origin, fill, gateway, gatewayctl, gatewayctl_json,
                     table)


def routes_to(service, **routes):
    return {"all": {"path": "/*", "service": service}, **routes}


BOTH = {"one": {"instances": ["@one@"]}, "two": {"instances": ["@two@"]}}
ONE = gateway(services=BOTH, routes=routes_to("one"), workers=2)
TWO = gateway(services=BOTH, routes=routes_to("two"), workers=2)


class Reload(GatewayTest):
    origins = {"one": named("one"), "two": named("two")}
    config = ONE

    def setUp(self):
        super().setUp()
        self.reload(ONE)

    def test_a_new_route_and_a_new_service_serve(self):
        client = self.client()
        self.assertEqual(client.get("/x").body, b"one GET /x")
        third = Origin(named("three"))
        self.addCleanup(third.close)
        self.places["three"] = third.url
        self.reload(gateway(
            services={**BOTH, "three": {"instances": ["@three@"]}}, workers=2,
            routes=routes_to("one", new={"path": "/new/*", "service": "three", "rewrite": "/*"})))
        self.assertEqual(client.get("/new/x").body, b"three GET /x")  # on the old connection too
        self.assertEqual(self.get("/x").body, b"one GET /x")

    def test_a_removed_route_is_gone(self):
        self.reload(gateway(services=BOTH, routes={"only": {"path": "/only", "service": "one"}},
                            workers=2))
        self.assertProblem(self.get("/x"), 404)

    def test_a_rejected_config_keeps_the_old_one_and_says_where(self):
        for change, place in (
            (lambda text: text.replace('= "two"', '= "tow"'), r"gatewayd\.toml:\d+:\d+"),
            (lambda text: text + "\n[routes.broken\n", r"gatewayd\.toml:\d+"),
            (lambda text: text.replace("/*", "/a/{", 1), r"gatewayd\.toml:\d+:\d+"),
            (lambda text: "", r"gatewayd\.toml")):
            with self.subTest(place=place):
                self.assertRegex(self.reload(change(TWO)), place)
                self.assertEqual(self.get("/x").body, b"one GET /x")
        self.reload(TWO)
        self.assertEqual(self.get("/x").body, b"two GET /x")

    def test_a_request_in_flight_ends_under_the_config_it_began_with(self):
        def held(peer):
            peer.read_body()
            peer.origin.release.wait(60)
            peer.answer(200, b"old")

        self.running["one"].behaviour = held
        seen = len(self.running["one"].requests)
        client = self.client().request("GET", "/x")
        self.running["one"].wait_for_requests(seen + 1)
        self.reload(TWO)
        self.assertEqual(self.get("/x").body, b"two GET /x")
        self.running["one"].release.set()
        self.assertEqual(client.answer().body, b"old")
        self.assertEqual(client.get("/x").body, b"two GET /x")

    def test_a_new_listener_serves_and_a_removed_one_is_closed(self):
        more = ONE + '[listeners.extra]\naddress = "127.0.0.2:0"\n'
        self.reload(more)
        extra = next(address for address in self.gateway.listening if address[0] == "127.0.0.2")
        with Client(extra) as client:
            self.assertEqual(client.get("/x").body, b"one GET /x")
            self.reload(ONE)
            self.assertEqual(client.get("/y").body, b"one GET /y")  # what was accepted is served
        self.assertEqual(self.get("/x").status, 200)
        self.eventually(lambda: self.refuses(extra), "the removed listener to refuse connections")

    @staticmethod
    def refuses(address):
        try:
            Client(address).close()
        except ConnectionRefusedError:
            return True
        return False

    def test_a_listener_that_cannot_be_bound_is_rejected(self):
        taken = Origin()
        self.addCleanup(taken.close)
        log = self.reload(TWO + f'[listeners.extra]\naddress = "127.0.0.1:{taken.port}"\n')
        self.assertIn(str(taken.port), log)
        self.assertEqual(self.get("/x").body, b"one GET /x")

    def test_the_receipt_says_what_was_kept_and_what_was_not(self):
        def config(window, services=BOTH, more=""):
            limit = {"key": ["ip"], "limit": 1000, "window": window, "paths": ["/*"]}
            return fill(gateway(services=services, routes=routes_to("one"), workers=2)
                        + table("limits.all", limit) + more, self.places)

        control = f"{self.directory}/control.sock"
        self.reload(config("1h", more='[listeners.extra]\naddress = "127.0.0.2:0"\n'))
        client = self.client()
        client.get("/x")
        self.eventually(lambda: gatewayctl_json("status", "--socket", control)["connections"] == 1,
                        "the clients of other tests to have left")
        self.gateway.config_path.write_text(config("1h"))
        receipt = gatewayctl_json("reload", "--socket", control)
        self.assertEqual(receipt["kept"]["connections"], 1)
        self.assertEqual(receipt["kept"]["limit_counters"], 1)
        self.assertGreaterEqual(receipt["kept"]["upstream_connections"], 1)
        self.assertEqual(receipt["reset"], [])
        self.assertRegex(receipt["draining"][0]["what"], r"^listener 127\.0\.0\.2:\d+$")
        self.gateway.config_path.write_text(config("2h", services={"one": BOTH["one"]}))
        text = gatewayctl("reload", "--socket", control).stdout
        place = self.places["two"].removeprefix("http://")
        self.assertRegex(text, r"  kept: 1 connection, [0-9]+ upstream connections?, 1 limit counter\n")
        self.assertIn("  reset: limit all (its key, window or algorithm changed", text)
        self.assertIn(f"  reset: connections to {place} (the instance is gone)\n", text)
        self.assertIn(f"  draining: {place} (0 requests in flight)\n", text)
        self.assertEqual(client.get("/x").body, b"one GET /x")

    def test_the_receipt_counts_breakers_and_what_is_in_flight(self):
        broken = {name: {**keys, "breaker": {"open_for": "30s"}} for name, keys in BOTH.items()}
        self.reload(gateway(services=broken, routes=routes_to("two"), workers=2))
        control = f"{self.directory}/control.sock"
        self.assertEqual(
            gatewayctl("breaker", "open", "one", "--for", "1h", "--socket", control).returncode, 0)
        self.running["two"].behaviour = lambda peer: (
            peer.origin.release.wait(60), peer.answer(200, peer.read_body()))
        seen = len(self.running["two"].requests)
        clients = [self.client().request("GET", f"/{number}") for number in range(3)]
        self.running["two"].wait_for_requests(seen + 3)
        self.gateway.config_path.write_text(
            fill(gateway(services={"one": broken["one"]}, routes=routes_to("one"), workers=2),
                 self.places))
        receipt = gatewayctl_json("reload", "--socket", control)
        place = self.places["two"].removeprefix("http://")
        self.assertEqual((receipt["kept"]["breakers"], receipt["kept"]["breakers_total"]), (1, 2))
        self.assertEqual(receipt["draining"], [{"what": place, "requests": 3}])
        self.assertIn({"what": "breaker of two", "why": "it is gone"}, receipt["reset"])
        self.assertProblem(self.get(), 503)  # the one that was kept is open
        self.running["two"].release.set()
        for client in clients:
            self.assertEqual(client.answer().status, 200)

    def test_limits_change_for_the_next_request(self):
        client = self.client()
        self.assertEqual(client.request("POST", "/", body=bytes(5000)).answer().status, 200)
        self.reload(gateway(services=BOTH, routes=routes_to("one"), workers=2,
                            max_body_size="1KiB"))
        self.assertProblem(client.request("POST", "/", body=bytes(5000)).answer(), 413)

    def test_no_request_is_lost_while_configs_change(self):
        stop = threading.Event()
        counts, faults = [0] * 4, []

        def keep_asking(worker):
            try:
                while not stop.is_set():
                    with Client(self.gateway.address) as client:
                        for _ in range(25):
                            answer = client.get("/x")
                            if answer.status != 200 or answer.body not in (b"one GET /x",
                                                                           b"two GET /x"):
                                raise AssertionError(answer)
                            counts[worker] += 1
            except (AssertionError, OSError) as fault:
                faults.append(fault)

        threads = [threading.Thread(target=keep_asking, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        try:
            for text in [TWO, ONE, TWO.replace('"two"', '"none"')] * 5 + [TWO]:
                before = sum(counts)
                self.reload(text)
                self.eventually(lambda: sum(counts) > before + 20 or faults,
                                "traffic after the reload")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(faults, [])
        self.assertEqual(self.get("/x").body, b"two GET /x")


class ReloadUnderTunnel(GatewayTest):
    def test_a_download_lives_on(self):
        def behaviour(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
            peer.origin.release.wait(60)
            peer.send(b"after")

        self.origin.behaviour = behaviour
        client = self.client().request()
        blocks = client.blocks(client.head())
        self.assertEqual(next(blocks), b"first")
        self.gateway.reload()
        self.gateway.reload(fill(gateway(routes={"other": {"path": "/other", "service": "origin"}}),
                                 self.places))
        self.origin.release.set()
        self.assertEqual(b"".join(blocks), b"after")
