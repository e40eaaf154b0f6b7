"""Answers that have no body whatever their fields say (RFC 9110 §6.4.1, RFC 9112 §6.3)."""

from support import GatewayTest, answers


class Bodiless(GatewayTest):
    def exchange(self, raw, method="GET"):
        """The answer to `method`, and proof that the connection is still in step after it."""
        self.origin.behaviour = answers(raw)
        client = self.client()
        answer = client.request(method).answer(method)
        self.origin.behaviour = type(self).behaviour
        self.assertEqual(client.request("POST", "/", body=b"in step").answer().body, b"in step")
        return answer

    def test_head_keeps_the_content_length_of_the_get(self):
        answer = self.exchange(b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", "HEAD")
        self.assertEqual((answer.status, answer.fields.get("content-length"), answer.body),
                         (200, "12345", b""))

    def test_head_of_a_chunked_answer(self):
        answer = self.exchange(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HEAD")
        self.assertEqual(answer.status, 200)
        self.assertNotIn("content-length", answer.fields)

    def test_head_without_any_length(self):
        answer = self.exchange(b"HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n", "HEAD")
        self.assertEqual((answer.status, answer.fields.get("x-a")), (200, "1"))

    def test_204_has_no_body_and_no_length(self):
        answer = self.exchange(b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n")
        self.assertEqual((answer.status, answer.fields.get("x-a")), (204, "1"))
        self.assertNotIn("content-length", answer.fields)
        self.assertNotIn("transfer-encoding", answer.fields)

    def test_304_may_tell_the_length_it_would_have_had(self):
        answer = self.exchange(
            b"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 500\r\n\r\n")
        self.assertEqual((answer.status, answer.fields.get("etag")), (304, '"a"'))
        self.assertIn(answer.fields.get("content-length"), (None, "500"))

    def test_304_without_length(self):
        answer = self.exchange(b"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n")
        self.assertEqual(answer.status, 304)
        self.assertNotIn("transfer-encoding", answer.fields)

    def test_a_200_of_length_0(self):
        answer = self.exchange(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual((answer.fields.get("content-length"), answer.body), ("0", b""))

    def test_a_problem_for_head_has_no_body(self):
        self.origin.behaviour = answers(b"nonsense\r\n\r\n", end=True)
        client = self.client()
        answer = client.request("HEAD").answer("HEAD")
        self.assertEqual(answer.status, 502)
        self.assertEqual(answer.fields.get("content-type"), "application/problem+json")
        self.origin.behaviour = type(self).behaviour
        if answer.fields.get("connection", "").lower() == "close":
            self.assertTrue(client.is_closed())
        else:
            self.assertEqual(client.get("/in-step").status, 200)
