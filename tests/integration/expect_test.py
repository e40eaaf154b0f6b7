"""Expect: 100-continue and the other interim answers (RFC 9110 §10.1.1, §15.2)."""

from support import GatewayTest, answers


class ExpectContinue(GatewayTest):
    @staticmethod
    def behaviour(peer):
        if "expect" in peer.request.fields:
            peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        peer.answer(200, peer.read_body())

    def expecting(self, *fields):
        return self.client().request("POST", "/", "Expect: 100-continue", *fields)

    def test_the_origins_100_invites_the_body(self):
        client = self.expecting("Content-Length: 4")
        status, _, _, fields, _ = client.stream.status_head()
        self.assertEqual((status, len(self.origin.requests[-1].body)), (1, 0))
        self.assertNotIn("content-length", fields)
        client.send(b"body")
        self.assertEqual(client.answer().body, b"body")
        self.assertEqual(self.origin.requests[-1].fields.get("expect"), "100-continue")

    def test_a_chunked_body_is_invited_too(self):
        client = self.expecting("Transfer-Encoding: chunked")
        self.assertEqual(client.stream.status_head()[1], 100)
        client.send(b"4\r\nbody\r\n0\r\n\r\n")
        self.assertEqual(client.answer().body, b"body")

    def test_a_client_that_does_not_wait_is_served_all_the_same(self):
        client = self.client().request("POST", "/", "Expect: 100-continue", body=b"at once")
        self.assertEqual(client.answer().body, b"at once")

    def test_the_connection_goes_on_after_it(self):
        client = self.expecting("Content-Length: 4")
        client.stream.status_head()
        client.send(b"body")
        client.answer()
        self.assertEqual(client.get("/next").status, 200)

    def test_a_final_answer_without_100_ends_the_matter(self):
        self.origin.behaviour = lambda peer: peer.answer(401, b"who are you", reason="Unauthorized")
        client = self.expecting("Content-Length: 100000")
        answer = client.answer()
        self.assertEqual((answer.status, answer.body, answer.interim), (401, b"who are you", []))
        # The body was never sent, so what follows on this connection could be taken for it.
        self.assertEqual(answer.fields.get("connection", "").lower(), "close")
        self.assertTrue(client.is_closed())

    def test_the_unfinished_upstream_connection_is_not_used_again(self):
        self.origin.behaviour = lambda peer: peer.answer(417, b"", reason="Expectation Failed")
        self.assertEqual(self.expecting("Content-Length: 5").answer().status, 417)
        refused = self.origin.requests[-1].connection
        self.origin.behaviour = type(self).behaviour
        self.get("/next")
        self.assertNotEqual(self.origin.requests[-1].connection, refused)

    def test_the_gateways_own_refusal_comes_without_100(self):
        client = self.client().request("POST", "/", "Expect: 100-continue",
                                       "Content-Length: 99999999999")
        answer = client.answer()
        self.assertProblem(answer, 413)
        self.assertEqual(answer.interim, [])


class InterimAnswers(GatewayTest):
    def test_early_hints_are_passed_on_with_their_fields(self):
        self.origin.behaviour = answers(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
                                        b"HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n"
                                        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        answer = self.client().get("/")
        self.assertEqual([(status, fields.get("link")) for status, fields in answer.interim],
                         [(103, "</a.css>"), (103, "</b.css>")])
        self.assertEqual(answer.body, b"ok")

    def test_a_102_is_passed_on_before_the_final_answer_is_there(self):
        def behaviour(peer):
            peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")
            peer.origin.release.wait(60)
            peer.answer(200, b"done")

        self.origin.behaviour = behaviour
        client = self.client().request()
        self.assertEqual(client.stream.status_head()[1], 102)
        self.origin.release.set()
        self.assertEqual(client.answer().body, b"done")

    def test_interim_answers_without_end_are_a_fault_of_the_origin(self):
        def behaviour(peer):
            while True:
                peer.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)

        self.origin.behaviour = behaviour
        self.assertProblem(self.client().get("/"), 502)

    def test_a_101_that_nobody_asked_for_is_a_fault_of_the_origin(self):
        self.origin.behaviour = answers(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
        self.assertProblem(self.client().get("/"), 502)
