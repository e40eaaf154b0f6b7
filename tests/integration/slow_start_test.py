"""An instance that comes back grows into its share."""

import time

from balance_test import BalanceTest, config, named


class SlowStart(BalanceTest):
    config = config(("@one@", "@two@"), slow_start="4s", passive={"failures": 1, "rest": "500ms"})

    def test_an_instance_that_came_back_grows_into_its_share(self):
        self.assertEqual(self.shares(40), {"one": 20, "two": 20})  # nobody came back from anything
        two = self.running["two"]
        two.behaviour = lambda peer: (peer.read_body(), peer.answer(503, reason="Ill"))
        while self.get().status == 200:
            pass
        two.behaviour = named
        self.eventually(lambda: self.shares(4)["two"] > 0, "it to come back")
        back = time.monotonic()
        young = self.shares(40)["two"]
        if time.monotonic() - back < 1:  # on a machine that keeps up
            self.assertLess(young, 16)
        time.sleep(4.2)
        self.assertEqual(self.shares(40), {"one": 20, "two": 20})
