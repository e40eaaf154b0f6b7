"""HTTP/1.0 clients and origins (RFC 9112 §9.3, appendix C)."""

from support import GatewayTest, answers, answers_chunked, chunked


class OldClients(GatewayTest):
    def test_the_connection_closes_after_the_answer(self):
        client = self.client()
        answer = client.get("/", minor=0)
        self.assertEqual(answer.status, 200)
        self.assertTrue(client.is_closed())

    def test_keep_alive_is_granted_when_asked_for_and_announced(self):
        client = self.client()
        for number in range(5):
            answer = client.get(f"/{number}", "Connection: keep-alive", minor=0)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.fields.get("connection", "").lower(), "keep-alive")

    def test_no_host_is_needed(self):
        self.assertEqual(self.client().get("/", minor=0, host=None).status, 200)

    def test_a_chunked_answer_comes_without_chunks_and_ends_with_the_connection(self):
        self.origin.behaviour = answers_chunked(b"first ", b"second")
        client = self.client()
        answer = client.get("/", "Connection: keep-alive", minor=0)
        self.assertEqual(answer.body, b"first second")
        self.assertNotIn("transfer-encoding", answer.fields)
        if "content-length" not in answer.fields:
            self.assertNotEqual(answer.fields.get("connection", "").lower(), "keep-alive")
            self.assertTrue(client.is_closed())

    def test_interim_answers_are_kept_from_it(self):
        self.origin.behaviour = answers(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        answer = self.client().get("/", minor=0)
        self.assertEqual((answer.body, answer.interim), (b"ok", []))

    def test_a_body_with_content_length_passes(self):
        client = self.client()
        self.assertEqual(client.request("POST", "/", body=b"hello", minor=0).answer().body,
                         b"hello")

    def test_the_origin_is_spoken_to_in_http_1_1(self):
        request = self.forwarded("/", minor=0)
        self.assertEqual(request.minor, 1)
        self.assertIn("host", request.fields)

    def test_transfer_encoding_from_it_is_refused(self):
        answer = self.raw(
            b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"x"))
        self.assertRefused(answer, 400)


class OldOrigins(GatewayTest):
    def test_an_answer_that_ends_with_the_connection_reaches_the_client_whole(self):
        self.origin.behaviour = answers(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n",
                                        b"a" * 5000, b"b" * 5000, end=True)
        answer = self.client().get("/")
        self.assertEqual(answer.minor, 1)
        self.assertEqual(answer.body, b"a" * 5000 + b"b" * 5000)

    def test_its_connection_is_not_kept_unless_it_says_so(self):
        self.origin.behaviour = lambda peer: (peer.read_body(), peer.send(
            b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"))
        client = self.client()
        client.get("/one")
        client.get("/two")
        one, two = self.origin.requests[-2:]
        self.assertNotEqual(one.connection, two.connection)

    def test_its_connection_is_kept_when_it_says_so(self):
        self.origin.behaviour = lambda peer: (peer.read_body(), peer.send(
            b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"))
        client = self.client()
        self.assertEqual(client.get("/one").minor, 1)
        client.get("/two")
        one, two = self.origin.requests[-2:]
        self.assertEqual(one.connection, two.connection)

    def test_chunked_from_http_1_0_is_faulty(self):
        self.origin.behaviour = answers(
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"x"))
        self.assertProblem(self.client().get("/"), 502)
