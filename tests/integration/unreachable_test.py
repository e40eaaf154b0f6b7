"""Upstreams that cannot be reached."""

import socket

from support import GatewayTest, echo, gateway


def closed_port():
    """A loopback port on which nobody listens (bound, so that nobody else takes it)."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder


def full_backlog():
    """A listening socket that takes no connection any more: to connect to it hangs."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = []
    while True:
        filler = socket.socket()
        filler.settimeout(0.3)
        fillers.append(filler)
        try:
            filler.connect(listener.getsockname())
        except TimeoutError:
            return listener, fillers


class Unreachable(GatewayTest):
    config = gateway(services={
        "origin": {"instances": ["@origin@"]},
        "refusing": {"instances": ["http://127.0.0.1:@refusing@"], "connect_timeout": "2s"},
        "hanging": {"instances": ["http://127.0.0.1:@hanging@"], "connect_timeout": "500ms"},
        "nameless": {"instances": ["http://does-not-exist.invalid:80"], "connect_timeout": "2s"}},
        routes={"refusing": {"path": "/refusing", "service": "refusing"},
                "hanging": {"path": "/hanging", "service": "hanging"},
                "nameless": {"path": "/nameless", "service": "nameless"},
                "all": {"path": "/*", "service": "origin"}})

    @classmethod
    def setUpClass(cls):
        holder = closed_port()
        listener, fillers = full_backlog()
        for held in (holder, listener, *fillers):
            cls.addClassCleanup(held.close)
        cls.config = (Unreachable.config.replace("@refusing@", str(holder.getsockname()[1]))
                      .replace("@hanging@", str(listener.getsockname()[1])))
        super().setUpClass()

    def test_a_refused_connection_is_502(self):
        client = self.client()
        self.assertProblem(client.get("/refusing"), 502)
        self.assertEqual(client.get("/fine").status, 200)  # and the client's connection stands

    def test_a_connection_that_hangs_is_504(self):
        watch = self.stopwatch()
        self.assertProblem(self.get("/hanging"), 504)
        self.assertGreater(watch.took, 0.3)
        self.assertLess(watch.own, 6)

    def test_a_name_that_does_not_exist_is_502(self):
        self.assertIn(self.get("/nameless").status, (502, 504))

    def test_others_are_served_meanwhile(self):
        waiting = self.client().request("GET", "/hanging")
        self.assertEqual(self.get("/fine").status, 200)
        self.assertProblem(waiting.answer(), 504)

    def test_a_body_on_its_way_to_nowhere_leaves_the_answer_readable(self):
        client = self.client().request("POST", "/refusing", "Content-Length: 3000000")
        client.try_send(bytes(3_000_000))
        self.assertProblem(client.answer(), 502)


class SeveralInstances(GatewayTest):
    origins = {"one": echo, "two": echo}
    config = gateway(services={"origin": {"instances": ["@one@", "@two@"]}})

    def test_all_of_them_are_used(self):
        client = self.client()
        for _ in range(10):
            self.assertEqual(client.get("/").status, 200)
        self.assertTrue(self.running["one"].requests)
        self.assertTrue(self.running["two"].requests)
