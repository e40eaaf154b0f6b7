"""A client that leaves takes its upstream request with it."""

from support import PATIENCE, Closed, GatewayTest, gateway


class Cancel(GatewayTest):
    config = gateway(service={"response_timeout": "60s"}, max_body_size="1GiB")

    @staticmethod
    def behaviour(peer):
        """Never answers; ends when the gateway ends it."""
        peer.wait_for_end()

    def left(self, leave, *more, body=None):
        seen, live = len(self.origin.requests), self.origin.live
        client = self.client().request("POST" if more or body else "GET", "/left", *more, body=body)
        self.origin.wait_for_requests(seen + 1)
        leave(client)
        self.origin.wait(lambda: self.origin.live <= live,
                         "the cancelled request's connection to end")
        self.assertEqual(len(self.origin.requests), seen + 1, "a cancelled request is not repeated")

    def test_closing_while_waiting_for_the_answer(self):
        self.left(lambda client: client.close())

    def test_resetting_while_waiting_for_the_answer(self):
        self.left(lambda client: client.reset())

    def test_closing_amid_the_request_body(self):
        self.left(lambda client: client.close(), "Content-Length: 1000")

    def test_closing_amid_a_chunk(self):
        self.left(lambda client: (client.send(b"10\r\nabc"), client.close()),
                  "Transfer-Encoding: chunked")

    def test_ending_the_sending_side_amid_the_body(self):
        self.left(lambda client: client.end(), "Content-Length: 1000")

    def test_a_part_of_a_request_is_reset_and_never_ends_as_a_whole_one_would(self):
        """What an upstream that reads until the end of the connection would take for a request."""
        ends = []

        def behaviour(peer):
            try:
                while True:
                    peer.stream.fill()
            except Closed as end:
                ends.append(end.reset)
                peer.close()

        self.origin.behaviour = behaviour
        for more, leave in (
                (["Content-Length: 1000"], lambda client: client.close()),
                (["Content-Length: 1000"], lambda client: client.end()),
                (["Content-Length: 1000"], lambda client: (client.send(b"part"), client.end())),
                (["Transfer-Encoding: chunked"],
                 lambda client: (client.send(b"4\r\npart\r\n"), client.close())),
                (["Transfer-Encoding: chunked"], lambda client: client.send(b"xyz\r\n"))):
            with self.subTest(more=more):
                self.left(leave, *more)
                self.assertEqual(ends.pop(), True)

    def test_a_whole_request_whose_client_leaves_ends_as_any_other(self):
        ends = []

        def behaviour(peer):
            peer.read_body()
            try:
                peer.stream.fill()
            except Closed as end:
                ends.append(end.reset)
                peer.close()

        self.origin.behaviour = behaviour
        self.left(lambda client: client.close())
        self.left(lambda client: client.close(), body=b"all of it")
        self.assertEqual(ends, [False, False])

    def test_a_body_that_the_upstream_does_not_take_is_reset(self):
        ends = []

        def behaviour(peer):
            peer.origin.release.wait(60)  # reads nothing: the gateway is left with a part
            try:
                while True:
                    peer.stream.buffer.clear()
                    peer.stream.fill()
            except Closed as end:
                ends.append(end.reset)
                peer.close()

        self.origin.behaviour = behaviour
        seen, live = len(self.origin.requests), self.origin.live
        client = self.client().request("POST", "/left", "Content-Length: 33554432")
        self.origin.wait_for_requests(seen + 1)
        client.sock.settimeout(0.5)
        try:
            client.sock.sendall(bytes(1 << 25))
        except OSError:
            pass  # it is full all the way
        client.close()
        self.origin.release.set()
        self.origin.wait(lambda: self.origin.live <= live, "the connection to end")
        self.assertEqual(ends, [True])

    def test_closing_amid_the_answer(self):
        def behaviour(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            peer.wait_for_end()

        self.origin.behaviour = behaviour
        live = self.origin.live
        client = self.client().request()
        next(client.blocks(client.head()))
        client.close()
        self.origin.wait(lambda: self.origin.live <= live, "the connection to end")

    def test_closing_amid_a_large_answer(self):
        def behaviour(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (1 << 40))
            while True:
                peer.send(bytes(1 << 20))

        self.origin.behaviour = behaviour
        live = self.origin.live
        client = self.client().request()
        next(client.blocks(client.head()))
        client.close()
        self.origin.wait(lambda: self.origin.live <= live, "the connection to end")

    def test_leaving_before_the_request_is_even_read(self):
        def behaviour(peer):
            peer.read_body()
            if peer.request.target == "/left":
                return peer.wait_for_end()
            peer.answer(200, b"fence")

        self.origin.behaviour = behaviour
        for number in range(20):
            client = self.client().request("GET", "/left")
            (client.reset if number % 2 else client.close)()
        self.assertEqual(self.get("/fence").status, 200)
        self.origin.wait(lambda: self.origin.live <= 1, "all but the fence's connection to end")

    def test_others_are_not_concerned(self):
        def behaviour(peer):
            peer.read_body()
            if peer.request.target == "/left":
                return peer.wait_for_end()
            peer.origin.release.wait(PATIENCE)
            peer.answer(200, b"stayed")

        self.origin.behaviour = behaviour
        seen = len(self.origin.requests)
        stays = self.client().request("GET", "/stays")
        self.origin.wait_for_requests(seen + 1)
        self.left(lambda client: client.close())
        self.origin.release.set()
        self.assertEqual(stays.answer().body, b"stayed")
