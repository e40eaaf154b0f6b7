"""Origins that misbehave in time: cut, trickle, lie, answer too early, never answer."""

from support import GatewayTest, answers, gateway

OK = b"HTTP/1.1 200 OK\r\n"


class Misbehaving(GatewayTest):
    config = gateway(service={"response_timeout": "1s"}, max_body_size="1GiB")

    def test_closing_without_a_word(self):
        self.origin.behaviour = lambda peer: peer.close()
        self.assertProblem(self.client().request("POST", "/", body=b"x").answer(), 502)

    def test_closing_within_the_head(self):
        for part in (b"H", b"HTTP/1.1 200", OK, OK + b"Content-Length: 5\r\n",
                     OK + b"Content-Length: 5\r\n\r"):
            with self.subTest(part=part):
                self.origin.behaviour = answers(part, end=True)
                self.assertProblem(self.get("/"), 502)

    def test_resetting_within_the_head(self):
        self.origin.behaviour = lambda peer: (peer.read_body(), peer.send(b"HTTP/1.1 "),
                                              peer.reset())
        self.assertProblem(self.get("/"), 502)

    def test_ending_within_the_body_cuts_the_client(self):
        for name, part, minor in (
            ("length", OK + b"Content-Length: 10\r\n\r\nhello", 1),
            ("length to 1.0", OK + b"Content-Length: 10\r\n\r\nhello", 0),
            ("chunk", OK + b"Transfer-Encoding: chunked\r\n\r\na\r\nhello", 1),
            ("between chunks", OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 1),
            ("last chunk", OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", 1)):
            for how in ("close", "reset"):
                with self.subTest(name, how=how):
                    self.cut_by(part, how, minor)

    def cut_by(self, part, how, minor):
        def behaviour(peer):
            peer.read_body()
            peer.send(part)
            peer.origin.release.wait(60)  # until the client has the beginning
            getattr(peer, how)()

        self.origin.behaviour = behaviour
        self.origin.release.clear()
        client = self.client().request(minor=minor)
        answer = client.head()
        self.assertEqual(answer.status, 200)
        self.origin.release.set()
        self.assertEqual(self.assertCut(client, answer), b"hello")

    def test_a_chunked_answer_cut_on_the_way_to_http_1_0_ends_in_a_reset(self):
        """Without a length nothing else tells that client that its body is not whole."""
        def behaviour(peer):
            peer.read_body()
            peer.send(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            peer.origin.release.wait(60)
            peer.close()

        self.origin.behaviour = behaviour
        client = self.client().request(minor=0)
        client.head()
        self.assertEqual(client.stream.exactly(5), b"hello")
        self.origin.release.set()
        with self.assertRaisesRegex(AssertionError, "reset"):
            client.stream.rest()

    def test_promising_less_than_it_sends(self):
        self.origin.behaviour = answers(OK + b"Content-Length: 5\r\n\r\nhello, world")
        client = self.client()
        self.assertEqual(client.get("/").body, b"hello")
        self.origin.behaviour = type(self).behaviour
        self.assertEqual(client.request("POST", "/", body=b"mine").answer().body, b"mine")

    def test_promising_more_than_it_sends_and_staying(self):
        self.origin.behaviour = answers(OK + b"Content-Length: 10\r\n\r\nhello")
        client = self.client()
        watch = self.stopwatch()
        self.assertEqual(self.assertCut(client, client.request().head()), b"hello")
        self.assertLess(watch.own, 8)

    def test_a_trickle_is_passed_on_as_long_as_it_flows(self):
        def behaviour(peer):
            peer.read_body()
            # The head within the response timeout, all of it in more. Nobody sets what is waited for.
            for part, pace in ((OK + b"Content-Length: 20\r\n\r\n", 0.005), (b"t" * 20, 0.06)):
                for byte in part:
                    peer.origin.release.wait(pace)
                    peer.send(bytes([byte]))

        self.origin.behaviour = behaviour
        self.assertEqual(self.get("/").body, b"t" * 20)

    def test_answering_before_the_body_is_read(self):
        self.origin.behaviour = lambda peer: (
            peer.answer(413, b"too much", reason="Content Too Large"), peer.wait_for_end())
        client = self.client().request("POST", "/", "Content-Length: 50000000")
        client.try_send(bytes(100_000))
        answer = client.answer()
        self.assertEqual((answer.status, answer.body), (413, b"too much"))

    def test_answering_early_and_closing(self):
        self.origin.behaviour = lambda peer: (peer.answer(403, b"no", "Connection: close",
                                                          reason="Forbidden"), peer.close())
        client = self.client().request("POST", "/", "Content-Length: 50000")
        client.try_send(bytes(50_000))
        answer = client.answer()
        self.assertIn(answer.status, (403, 502))  # the reset may overtake the answer
        self.get("/next")

    def test_answering_early_and_reading_on(self):
        self.origin.behaviour = lambda peer: (peer.answer(200, b"early"),
                                              peer.read_body(keep=False))
        client = self.client().request("POST", "/", "Content-Length: 1000000")
        self.assertEqual(client.answer().body, b"early")  # while the body is still owed
        if client.try_send(bytes(1_000_000)):
            self.origin.behaviour = type(self).behaviour
            self.assertEqual(self.get("/next").status, 200)

    def test_never_answering(self):
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        live = self.origin.live
        watch = self.stopwatch()
        self.assertProblem(self.get("/"), 504)
        self.assertGreater(watch.took, 0.7)
        self.assertLess(watch.own, 8)
        self.origin.wait(lambda: self.origin.live <= live, "the gateway to end the connection")

    def test_never_answering_is_not_repeated(self):
        seen = len(self.origin.requests)
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        self.assertProblem(self.get("/"), 504)
        self.assertEqual(len(self.origin.requests), seen + 1)

    def test_stopping_within_the_head(self):
        self.origin.behaviour = answers(OK + b"X: ")
        self.assertProblem(self.get("/"), 504)

    def test_accepting_and_never_reading(self):
        self.origin.cut_idle()
        self.origin.on_connect = lambda peer: peer.origin.release.wait(60)
        client = self.client().request("POST", "/", "Content-Length: 50000000")
        client.sock.settimeout(0.2)
        try:
            for _ in range(50):
                client.send(bytes(1_000_000))
        except OSError:
            pass  # the way is blocked, as it should be
        client.sock.settimeout(60)
        self.assertProblem(client.answer(), 504)


class RouteTimeout(GatewayTest):
    config = gateway(service={"response_timeout": "30s"}, routes={
        "quick": {"path": "/quick/*", "service": "origin", "timeout": "500ms"},
        "all": {"path": "/*", "service": "origin"}})

    def test_a_routes_timeout_bounds_the_wait(self):
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        watch = self.stopwatch()
        self.assertProblem(self.get("/quick/x"), 504)
        self.assertLess(watch.own, 6)

    def test_it_bounds_the_whole_exchange(self):
        def behaviour(peer):
            peer.read_body()
            peer.send(OK + b"Content-Length: 1000000\r\n\r\n")
            while not peer.origin.release.wait(0.05):
                peer.send(b"drip")

        self.origin.behaviour = behaviour
        client = self.client().request("GET", "/quick/x")
        self.assertCut(client, client.head())

    def test_other_routes_have_their_own(self):
        self.origin.behaviour = lambda peer: (peer.read_body(), peer.origin.release.wait(1),
                                              peer.answer(200, b"late"))
        self.assertEqual(self.get("/slow").body, b"late")
