"""Large bodies in bounded memory, and back-pressure."""

import threading

from support import PATIENCE, GatewayTest, eventually, gateway, is_sanitized

SIZE = 200 << 20
BLOCK = bytes(1 << 20)
# A sanitizer keeps freed memory for a while; without one, what grows is what is buffered.
ALLOWED_KIB = 64 * 1024 if is_sanitized() else 4 * 1024


class Streaming(GatewayTest):
    config = gateway(max_body_size="1GiB")

    def test_a_large_upload_with_content_length(self):
        self.origin.behaviour = self.swallow
        self.grows_little(lambda: self.upload("Content-Length: %d" % SIZE, BLOCK))

    def test_a_large_chunked_upload(self):
        self.origin.behaviour = self.swallow
        self.grows_little(lambda: self.upload("Transfer-Encoding: chunked",
                                              b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK), b"0\r\n\r\n"))

    def test_a_large_download_with_content_length(self):
        self.origin.behaviour = self.pour(b"Content-Length: %d" % SIZE, BLOCK)
        self.grows_little(self.download)

    def test_a_large_chunked_download(self):
        self.origin.behaviour = self.pour(b"Transfer-Encoding: chunked",
                                          b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK), b"0\r\n\r\n")
        self.grows_little(self.download)

    def grows_little(self, transfer):
        self.get("/warm-up")
        before = self.gateway.rss_kib()
        transfer()
        self.assertLess(self.gateway.rss_kib() - before, ALLOWED_KIB)

    def upload(self, framing, block, end=b""):
        client = self.client()
        client.request("POST", "/", framing)
        for _ in range(SIZE // len(BLOCK)):
            client.send(block)
        client.send(end)
        self.assertEqual(client.answer().body, b"%d" % SIZE)

    def download(self):
        client = self.client()
        client.request("GET", "/")
        self.assertEqual(sum(map(len, client.blocks(client.head()))), SIZE)

    @staticmethod
    def swallow(peer):
        peer.read_body(keep=False)
        peer.answer(200, b"%d" % peer.request.received)

    @staticmethod
    def pour(framing, block, end=b""):
        def behaviour(peer):
            peer.read_body()
            if peer.request.target == "/warm-up":
                return peer.answer()
            peer.send(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n")
            for _ in range(SIZE // len(BLOCK)):
                peer.send(block)
            peer.send(end)

        return behaviour


class BackPressure(GatewayTest):
    config = gateway(max_body_size="1GiB", send_timeout="60s", service={"response_timeout": "60s"})
    SIZE = 64 << 20

    def test_a_client_that_does_not_read_stops_the_origin(self):
        sent = []

        def behaviour(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.SIZE)
            for _ in range(self.SIZE // 65536):
                peer.send(BLOCK[:65536])
                sent.append(65536)

        self.origin.behaviour = behaviour
        client = self.client(receive_buffer=65536)
        before = self.gateway.rss_kib()
        answer = client.request().head()
        self.stalled(lambda: sum(sent))
        self.assertLess(sum(sent), self.SIZE // 2)  # what the sockets' own buffers took
        self.assertLess(self.gateway.rss_kib() - before, ALLOWED_KIB)
        self.assertEqual(sum(map(len, client.blocks(answer))), self.SIZE)

    def test_an_origin_that_does_not_read_stops_the_client(self):
        def behaviour(peer):
            peer.origin.release.wait(PATIENCE * 2)
            peer.read_body(keep=False)
            peer.answer(200, b"%d" % peer.request.received)

        self.origin.behaviour = behaviour
        before = self.gateway.rss_kib()
        client = self.client(patience=60)
        client.request("POST", "/", f"Content-Length: {self.SIZE}")
        sent = []

        def send():
            for _ in range(self.SIZE // 65536):
                client.send(BLOCK[:65536])
                sent.append(65536)

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        self.stalled(lambda: sum(sent))
        self.assertLess(sum(sent), self.SIZE // 2)
        self.assertLess(self.gateway.rss_kib() - before, ALLOWED_KIB)
        self.origin.release.set()
        self.assertEqual(client.answer().body, b"%d" % self.SIZE)
        sender.join(PATIENCE)

    def stalled(self, count):
        """Until `count()` is above 0 and has not moved for a quarter of a second."""
        last = [0, 0]

        def still():
            now = count()
            last[1] = last[1] + 1 if now and now == last[0] else 0
            last[0] = now
            return last[1] >= 25

        eventually(still, "the sender stalls")
