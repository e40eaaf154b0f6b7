"""`gatewayctl breaker`: opened and reset by hand, with who and why, and over a restart."""

import os
import pwd

from support import Client, GatewayTest, gateway, gatewayctl, gatewayctl_json

CONFIG = gateway(
    services={"things": {"instances": ["@origin@"], "breaker": {"failures": 2, "open_for": "1h"}},
              "plain": {"instances": ["@origin@"]}},
    routes={"things": {"path": "/things/*", "service": "things"}},
    store={"path": "@dir@/gatewayd.db"})


class BreakerCommand(GatewayTest):
    config = CONFIG

    def call(self, *arguments, ends_with=0):
        done = gatewayctl("breaker", *arguments, "--socket", f"{self.directory}/control.sock")
        self.assertEqual(done.returncode, ends_with, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def breaker(self):
        listed = gatewayctl_json("breaker", "list", "--socket", f"{self.directory}/control.sock")
        return next(item for item in listed["breakers"] if item["service"] == "things")

    def restart(self, end):
        end()
        self.gateway.wait()
        before = self.gateway.log().count("listening on")
        self.gateway.start()
        self.eventually(lambda: self.gateway.log().count("listening on") > before, "its port")

    def get(self, target):
        with Client(self.gateway.listening[-1]) as client:  # since the last restart
            return client.get(target)

    def setUp(self):
        super().setUp()
        self.me = pwd.getpwuid(os.getuid()).pw_name
        self.call("reset", "things")

    def test_opened_by_hand_it_says_who_and_why(self):
        self.call("open", "things", "--for", "10m", "--reason", "moving the database")
        self.assertIn("moving the database", self.call("list"))
        breaker = self.breaker()
        self.assertEqual((breaker["state"], breaker["reason"], breaker["by"]),
                         ("open", "moving the database", self.me))
        asked = len(self.origin.requests)
        refused = self.get("/things/1")
        self.assertProblem(refused, 503)
        self.assertIn(int(refused.fields.get("retry-after")), range(595, 601))
        self.assertEqual(len(self.origin.requests), asked)
        self.call("reset", "things")
        self.assertEqual(self.get("/things/1").status, 200)

        def history():
            return gatewayctl("health", "things", "--history", "1h", "--socket",
                              f"{self.directory}/control.sock").stdout

        opened = f"moving the database, by {self.me}"
        self.eventually(lambda: opened in history(), "the row of the opening")
        self.eventually(lambda: f"reset-by-hand, by {self.me}" in history().split(opened)[1],
                        "the row of the reset")

    def test_without_a_reason_it_is_told_that_a_hand_did_it(self):
        self.call("open", "things", "--for", "10m")
        self.assertEqual(self.breaker()["reason"], "opened-by-hand")

    def test_failures_are_told_with_the_last_of_them(self):
        self.origin.behaviour = lambda peer: peer.answer(503, b"no")
        for _ in range(2):
            self.assertEqual(self.get("/things/1").status, 503)
        self.gateway.wait_for_log(r"breaker of things is open, was closed: 2 failures in a row, "
                                  r"last: status 503")
        self.assertEqual(self.breaker()["reason"], "2 failures")
        self.assertIsNone(self.breaker()["by"])

    def test_it_stays_open_over_a_restart_and_a_kill(self):
        self.call("open", "things", "--for", "10m", "--reason", "moving")
        for end in (self.gateway.stop, self.gateway.kill):
            self.restart(end)
            breaker = self.breaker()
            self.assertEqual((breaker["state"], breaker["reason"], breaker["by"]),
                             ("open", "moving", self.me))
            self.assertEqual(self.get("/things/1").status, 503)
        self.call("reset", "things")
        self.restart(self.gateway.stop)
        self.assertEqual(self.breaker()["state"], "closed")
        self.assertEqual(self.get("/things/1").status, 200)

    def test_its_pause_passes_while_the_gateway_is_away(self):
        self.call("open", "things", "--for", "1s")
        self.restart(self.gateway.stop)
        self.eventually(lambda: self.get("/things/1").status == 200, "the first probe")

    def test_names_with_a_slip_are_answered_with_the_one_that_was_meant(self):
        self.assertIn('no service "thinsg"; did you mean "things"?',
                      self.call("reset", "thinsg", ends_with=1))
        self.assertIn("gatewayctl services lists them",
                      self.call("open", "nowhere", "--for", "1m", ends_with=1))
        self.assertIn("has no breaker: add `breaker = {}` to [services.plain]",
                      self.call("reset", "plain", ends_with=1))
