"""A cable between gateway and origin that is unplugged, in network namespaces. Needs root."""

import shutil
import tempfile
import time

from support import Cable, Client, Gatewayd, GatewayTest, Origin, Traffic, echo, fill, gateway

CONNECT, RESPONSE, READ, SLACK = 1.0, 1.2, 1.4, 0.7  # seconds


class CableTest(GatewayTest):
    """The gateway and the origin "near" stand at one end, the origin "far" at the other."""

    @classmethod
    def setUpClass(cls):
        cls.cable = Cable()
        cls.addClassCleanup(cls.cable.close)
        cls.directory = tempfile.mkdtemp(prefix="gwd-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, True)
        near = cls.cable.near.run(Origin)
        far = cls.cable.far.run(lambda: Origin(echo, cls.cable.far.address))
        cls.running = {"far": far, "near": near}
        for origin in cls.running.values():
            cls.addClassCleanup(origin.close)
        cls.origin = far
        places = {"dir": cls.directory, "far": far.url, "near": near.url}
        cls.gateway = Gatewayd(cls.directory, fill(cls.config, places), prefix=cls.cable.near.exec)
        cls.addClassCleanup(cls.gateway.close)
        cls.gateway.start()

    def setUp(self):
        super().setUp()
        self.plug_in()
        self.addCleanup(self.plug_in)

    def plug_in(self):
        for end in (self.cable.near, self.cable.far):
            end.up()

    def connect(self, address):
        return self.cable.near.run(lambda: Client(address))

    def client(self, **_):
        client = self.connect(self.gateway.address)
        self.addCleanup(client.close)
        return client

    def assertBack(self):
        """Once the cable is in again requests are served again."""
        begin = time.monotonic()
        self.plug_in()
        self.eventually(lambda: self.get().status == 200, "the origin to be reached again")
        return time.monotonic() - begin


class OneOrigin(CableTest):
    config = gateway(service={"instances": ["@far@"], "connect_timeout": "1s",
                              "response_timeout": "1200ms", "read_timeout": "1400ms"})

    def setUp(self):
        super().setUp()
        self.eventually(lambda: self.get().status == 200, "the origin to be reached")
        self.origin.cut_idle()

    def timed(self):
        watch = self.stopwatch()
        answer = self.get()
        return answer, watch.own

    def test_unplugged_here_it_is_unreachable_at_once(self):
        self.cable.near.down()
        answer, took = self.timed()
        self.assertProblem(answer, 502)
        self.assertLess(took, SLACK)
        self.assertBack()

    def test_unplugged_there_connecting_takes_too_long(self):
        self.cable.far.down()
        answer, took = self.timed()
        self.assertProblem(answer, 504)
        self.assertLess(took, CONNECT + SLACK)
        self.assertBack()

    def test_unplugged_while_an_answer_is_awaited(self):
        for end in (self.cable.near, self.cable.far):
            with self.subTest(end.name):
                self.origin.behaviour = lambda peer: (peer.read_body(), peer.wait_for_end())
                seen = len(self.origin.requests)
                client = self.client().request()
                watch = self.stopwatch()
                self.origin.wait_for_requests(seen + 1)
                end.down()
                self.assertProblem(client.answer(), 504)
                self.assertLess(watch.own, RESPONSE + SLACK)
                self.origin.behaviour = echo
                self.assertBack()

    def test_unplugged_within_a_body(self):
        self.origin.behaviour = lambda peer: (
            peer.read_body(), peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
            peer.wait_for_end())
        client = self.client().request()
        answer = client.head()
        self.assertEqual(client.stream.exactly(3), b"abc")
        watch = self.stopwatch()
        self.cable.far.down()
        client.stream.buffer[:0] = b"abc"
        self.assertCut(client, answer)
        self.assertLess(watch.own, READ + SLACK)
        self.origin.behaviour = echo
        self.assertBack()

    def test_a_short_outage_is_only_slow(self):
        self.get()  # leaves an idle connection, over which TCP sends again
        connections = self.origin.connections
        self.cable.far.down()
        client = self.client().request()
        time.sleep(0.1)
        self.plug_in()
        self.assertEqual(client.answer().status, 200)
        self.assertEqual(self.origin.connections, connections)

    def test_the_pool_is_clean_afterwards(self):
        for _ in range(3):
            self.get()
            self.cable.far.down()
            self.assertProblem(self.get(), 504)  # over the idle connection, which is given up
            self.assertBack()
            for _ in range(5):
                self.assertEqual(self.get().status, 200)


class TwoOrigins(CableTest):
    config = gateway(service={
        "instances": ["@far@", "@near@"], "connect_timeout": "300ms", "response_timeout": "400ms",
        "retry": {"attempts": 3, "on": ["connect", "reset", "timeout"], "backoff": "10ms"},
        "passive": {"failures": 3, "rest": "500ms"}})

    def test_no_get_fails_while_the_other_is_reached(self):
        with Traffic(self.gateway.address, clients=4, pause=0.005,
                     connect=self.connect) as traffic:
            for end in (self.cable.far, self.cable.near):
                time.sleep(0.5)
                end.down()
                time.sleep(1)
                end.up()
            seen = len(self.origin.requests)
            self.eventually(lambda: len(self.origin.requests) > seen + 20,
                            "the far origin to be used again")
        print(f"\nnetns: {len(traffic.results)} requests, {traffic.statuses}, slowest "
              f"{traffic.slowest * 1000:.0f} ms", flush=True)
        self.assertEqual(set(traffic.statuses), {200}, traffic.statuses)
        self.assertLess(traffic.slowest, 2)
