"""gatewayctl explain tells of breakers and health as they are in the running gateway."""

import json
import re
import time

from support import GatewayTest, gateway, gatewayctl


def fails(peer):
    peer.read_body()
    peer.answer(500, b"no", reason="No")


class ExplainUpstream(GatewayTest):
    origins = {"one": GatewayTest.behaviour, "two": GatewayTest.behaviour}
    config = gateway(service={
        "instances": ["@one@", "@two@"],
        "health": {"path": "/healthz", "every": "100ms", "healthy_after": 1,
                   "unhealthy_after": 1},
        "breaker": {"failures": 3, "open_for": "30s"}})

    def explain(self, *options):
        done = gatewayctl("explain", "GET", "/x", "--socket", f"{self.directory}/control.sock",
                          *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if options else done.stdout

    def data(self):
        return self.explain("-o", "json")

    def test_what_it_says_is_what_happens(self):
        self.eventually(lambda: self.data()["instances_healthy"] == 2, "both to be healthy")
        self.assertRegex(self.explain(),
                         r"(?m)^service +origin +breaker closed, 2 of 2 instances healthy$")
        self.assertEqual(len(self.data()["instances"]), 2)

        self.running["two"].close()
        self.eventually(lambda: self.data()["instances_healthy"] == 1, "one to be unhealthy")
        data = self.data()
        self.assertEqual((data["breaker"], data["outcome"]), ("closed", "forward"))
        self.assertEqual(data["instances"], [self.running["one"].url])
        self.assertRegex(self.explain(), r"breaker closed, 1 of 2 instances healthy\nwould send")

        self.running["one"].behaviour = lambda peer: (
            GatewayTest.behaviour(peer) if peer.request.target == "/healthz" else fails(peer))
        begun = time.monotonic()
        for _ in range(3):
            self.assertEqual(self.get().status, 500)
        seen = len(self.running["one"].requests)
        text = self.explain()
        left = re.search(r"(?m)^service +origin +breaker open for (\d+)s more, 1 of 2 ", text)
        self.assertIn(int(left[1]), range(int(29 - (time.monotonic() - begun)), 31))
        self.assertRegex(text, r"(?m)^would answer 503 breaker-open: The service has failed")
        data = self.data()
        answer = self.get()
        self.assertEqual((answer.status, data["status"]), (503, 503))
        self.assertIn(data["reason"], answer.json()["detail"])
        left = re.search(r"(?m)^Retry-After: (\d+)$", "\n".join(data["fields"]))
        self.assertIn(int(left[1]), range(int(29 - (time.monotonic() - begun)), 31))
        self.assertEqual([request for request in self.running["one"].requests[seen:]
                          if request.target != "/healthz"], [], "explain sent something")

        self.running["one"].close()
        control = ("--socket", f"{self.directory}/control.sock")
        self.assertEqual(gatewayctl("breaker", "reset", "origin", *control).returncode, 0)
        self.eventually(lambda: self.data()["decider"] == "no-instance", "none to be healthy")
        self.assertProblem(self.get(), 503)
