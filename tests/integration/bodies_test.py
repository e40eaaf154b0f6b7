"""Bodies both ways: Content-Length, chunked, trailers (RFC 9112 §6, §7)."""

from support import Fields, GatewayTest, answers, answers_chunked, chunked

ODD_SIZES = (0, 1, 2, 100, 4095, 4096, 4097, 16383, 16384, 16385, 65535, 65536, 65537, 1_000_003)


def pattern(size):
    return (bytes(range(251)) * (size // 251 + 1))[:size]


class RequestBodies(GatewayTest):
    def test_content_length_of_every_size(self):
        client = self.client()
        for size in ODD_SIZES:
            with self.subTest(size=size):
                self.assertEqual(client.request("POST", "/", body=pattern(size)).answer().body,
                                 pattern(size))
                self.assertEqual(self.origin.requests[-1].fields.get("content-length"), str(size))

    def test_chunked_of_every_size(self):
        client = self.client()
        for size in ODD_SIZES:
            with self.subTest(size=size):
                client.request("POST", "/",
                               "Transfer-Encoding: chunked").send(chunked(pattern(size)))
                self.assertEqual(client.answer().body, pattern(size))

    def test_many_small_chunks(self):
        client = self.client()
        client.request("POST", "/", "Transfer-Encoding: chunked")
        client.send(chunked(*[b"%d," % number for number in range(5000)]))
        self.assertEqual(client.answer().body, b"".join(b"%d," % number for number in range(5000)))

    def test_a_chunked_body_sent_byte_by_byte(self):
        client = self.client()
        client.request("POST", "/", "Transfer-Encoding: chunked")
        for byte in chunked(b"hello", b"world", trailers=b"X-Sum: 1\r\n"):
            client.send(bytes([byte]))
        self.assertEqual(client.answer().body, b"helloworld")
        self.assertEqual(self.origin.requests[-1].trailers.get("x-sum"), "1")

    def test_upper_case_sizes_leading_zeros_and_extensions_are_read(self):
        client = self.client()
        client.request("POST", "/", "Transfer-Encoding: Chunked")
        client.send(b"0000A;name=value\r\n0123456789\r\n0;last\r\n\r\n")
        self.assertEqual(client.answer().body, b"0123456789")

    def test_trailers_reach_the_origin(self):
        request = self.posted(chunked(b"data", trailers=b"X-Checksum: abc\r\nX-Second: 2\r\n"))
        self.assertEqual(request.body, b"data")
        self.assertEqual(request.trailers, Fields([("X-Checksum", "abc"), ("X-Second", "2")]))

    def test_trailers_that_would_change_framing_or_routing_do_not(self):
        for line in (b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n",
                     b"Host: evil\r\n"):
            with self.subTest(line=line):
                self.mark = (0, 0)
                client = self.client()
                client.request("POST", "/",
                               "Transfer-Encoding: chunked").send(chunked(b"data", trailers=line))
                answer = client.answer()
                if answer.status == 200:  # dropped; refusing the request is right too
                    name = line.split(b":")[0].decode()
                    self.assertNotIn(name, self.origin.requests[-1].trailers)
                else:
                    self.assertProblem(answer, 400)

    def test_a_body_of_a_get_is_passed_on(self):
        self.assertEqual(self.client().request("GET", "/", body=b"why not").answer().body,
                         b"why not")

    def test_a_post_without_any_length_has_no_body(self):
        client = self.client()
        self.assertEqual(client.request("POST", "/").answer().body, b"")

    def posted(self, body):
        client = self.client()
        client.request("POST", "/", "Transfer-Encoding: chunked", "TE: trailers").send(body)
        self.assertEqual(client.answer().status, 200)
        return self.origin.requests[-1]


class AnswerBodies(GatewayTest):
    def test_content_length_of_every_size(self):
        client = self.client()
        for size in ODD_SIZES:
            with self.subTest(size=size):
                self.origin.behaviour = answers(
                    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size, pattern(size))
                answer = client.get("/")
                self.assertEqual(answer.body, pattern(size))
                self.assertEqual(answer.fields.get("content-length"), str(size))

    def test_chunked_of_every_size(self):
        client = self.client()
        for size in ODD_SIZES:
            with self.subTest(size=size):
                self.origin.behaviour = answers_chunked(pattern(size))
                self.assertEqual(client.get("/").body, pattern(size))

    def test_a_chunked_answer_that_comes_byte_by_byte(self):
        whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(
            b"one", b"two", trailers=b"X-T: 1\r\n")
        self.origin.behaviour = answers(*[bytes([byte]) for byte in whole])
        answer = self.client().get("/", "TE: trailers")
        self.assertEqual((answer.body, answer.trailers.get("x-t")), (b"onetwo", "1"))

    def test_trailers_reach_the_client(self):
        self.origin.behaviour = answers_chunked(b"data", trailers=b"X-Checksum: abc\r\n",
                                                fields=b"Trailer: X-Checksum\r\n")
        answer = self.client().get("/", "TE: trailers", "Connection: TE")
        self.assertEqual(answer.trailers, Fields([("X-Checksum", "abc")]))

    def test_each_part_is_passed_on_when_it_is_there(self):
        def behaviour(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            peer.origin.release.wait(60)
            peer.send(b"3\r\ntwo\r\n0\r\n\r\n")

        self.origin.behaviour = behaviour
        client = self.client()
        blocks = client.blocks(client.request().head())
        self.assertEqual(next(blocks), b"one")  # while the origin still holds the rest
        self.origin.release.set()
        self.assertEqual(b"".join(blocks), b"two")
