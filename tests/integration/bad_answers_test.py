"""Origins whose answers are not HTTP: 502, and that connection is never used again."""

from support import GatewayTest, answers, chunked, gateway

OK = b"HTTP/1.1 200 OK\r\n"
BAD_HEADS = {
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "HTTP/0.9": b"<html>hello</html>\r\n\r\n",
    "no status": b"HTTP/1.1\r\n\r\n",
    "status of two digits": b"HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n",
    "status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "status in letters": b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
    "status with a sign": b"HTTP/1.1 +200 OK\r\nContent-Length: 0\r\n\r\n",
    "status below 100": b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/2": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "lower-case version": b"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "control byte in the reason": b"HTTP/1.1 200 O\x00K\r\nContent-Length: 0\r\n\r\n",
    "bare LF": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "bare CR": OK + b"X: a\rb\r\nContent-Length: 0\r\n\r\n",
    "a line without colon": OK + b"nonsense\r\nContent-Length: 0\r\n\r\n",
    "space before the colon": OK + b"X : y\r\nContent-Length: 0\r\n\r\n",
    "a name that is no token": OK + b"X@Y: z\r\nContent-Length: 0\r\n\r\n",
    "an empty name": OK + b": z\r\nContent-Length: 0\r\n\r\n",
    "a folded line": OK + b"X: y\r\n z\r\nContent-Length: 0\r\n\r\n",
    "NUL in a value": OK + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "control byte in a value": OK + b"X: a\x01b\r\nContent-Length: 0\r\n\r\n",
    "both framings": OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "differing lengths": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a signed length": OK + b"Content-Length: +5\r\n\r\nhello",
    "a negative length": OK + b"Content-Length: -5\r\n\r\nhello",
    "an empty length": OK + b"Content-Length:\r\n\r\nhello",
    "a length in hexadecimal": OK + b"Content-Length: 0x5\r\n\r\nhello",
    "a length past 64 bits": OK + b"Content-Length: 18446744073709551617\r\n\r\nhello",
    "a coding not asked for": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "a head without end": OK + b"X: y\r\n" * 200_000,
    "a line without end": OK + b"X: " + b"y" * 1_200_000,
    "a bad interim answer": b"HTTP/1.1 103 Early Hints\r\nX : y\r\n\r\n" + OK + b"\r\n",
}


class BadAnswers(GatewayTest):
    def never_reused(self, bad):
        """The next request is served, and not over the connection of `bad`."""
        self.origin.behaviour = type(self).behaviour
        self.assertEqual(self.client().request("POST", "/next", body=b"well").answer().body,
                         b"well")
        self.assertNotEqual(self.origin.requests[-1].connection, bad)

    def test_malformed_heads_become_502(self):
        for name, raw in BAD_HEADS.items():
            with self.subTest(name):
                self.origin.behaviour = answers(raw)
                seen = len(self.origin.requests)
                client = self.client()
                self.assertProblem(client.request("POST", "/bad", body=b"x").answer(), 502)
                self.assertEqual(len(self.origin.requests), seen + 1,
                                 "a malformed answer is not tried again")
                self.never_reused(self.origin.requests[-1].connection)

    def test_a_502_does_not_end_the_clients_connection(self):
        client = self.client()
        self.origin.behaviour = answers(b"nonsense\r\n\r\n")
        self.assertProblem(client.get("/"), 502)
        self.origin.behaviour = type(self).behaviour
        self.assertEqual(client.get("/").status, 200)

    def test_malformed_chunks_cut_the_answer(self):
        for name, chunks in {
            "size": b"g\r\n", "sign": b"-5\r\nhello\r\n",
            "data too long": b"3\r\nhello\r\n0\r\n\r\n", "bare LF": b"5\nhello\r\n0\r\n\r\n",
            "huge": b"10000000000000005\r\nhello", "endless extension": b"5;" + b"x" * 1_000_000,
            "trailer": b"0\r\nX : y\r\n\r\n"}.items():
            with self.subTest(name):
                self.origin.behaviour = answers(
                    OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n", chunks)
                client = self.client()
                answer = client.request().head()
                if answer.status == 502:  # seen before anything was sent on
                    continue
                bad = self.origin.requests[-1].connection
                self.assertIn(self.assertCut(client, answer), (b"good", b"goodhel", b""))
                self.never_reused(bad)

    def test_bytes_past_an_answer_are_no_answer(self):
        evil = OK + b"Content-Length: 4\r\n\r\nevil"
        for name, raw in {
            "204": b"HTTP/1.1 204 No Content\r\n\r\n", "304": b"HTTP/1.1 304 Not Modified\r\n\r\n",
            "length": OK + b"Content-Length: 2\r\n\r\nok",
            "empty": OK + b"Content-Length: 0\r\n\r\n",
            "chunked": OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"ok")}.items():
            with self.subTest(name):
                self.origin.behaviour = answers(raw + evil)
                client = self.client()
                answer = client.get("/")
                self.assertEqual(answer.status, int(raw[9:12]))
                self.assertIn(answer.body, (b"", b"ok"))
                bad = self.origin.requests[-1].connection
                self.origin.behaviour = type(self).behaviour
                self.assertEqual(client.request("POST", "/", body=b"mine").answer().body, b"mine")
                self.assertNotEqual(self.origin.requests[-1].connection, bad)

    def test_a_body_behind_the_answer_to_head_is_no_answer(self):
        self.origin.behaviour = answers(OK + b"Content-Length: 4\r\n\r\nevil")
        client = self.client()
        self.assertEqual(client.request("HEAD").answer("HEAD").status, 200)
        bad = self.origin.requests[-1].connection
        self.never_reused(bad)

    def test_a_large_head_within_the_limit_passes(self):
        self.origin.behaviour = answers(
            OK + b"X-Large: " + b"y" * 20_000 + b"\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(len(self.get("/").fields.get("x-large")), 20_000)

    def test_one_length_said_twice_is_one_length(self):
        self.origin.behaviour = answers(OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok")
        answer = self.get("/")
        if answer.status == 200:  # RFC 9112 §6.3 leaves the choice
            self.assertEqual((answer.fields.get("content-length"), answer.body), ("2", b"ok"))
        else:
            self.assertProblem(answer, 502)
