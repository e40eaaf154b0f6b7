"""Connections come and go by the thousand; descriptors and memory stay."""

from support import GatewayTest, gateway, is_sanitized

ABORTED = 2000
# Freed memory that a sanitizer keeps back is no leak; its own leak report ends the run instead.
ALLOWED_KIB = 65536 if is_sanitized() else 3072


class Steady(GatewayTest):
    config = gateway(workers=2, service={"response_timeout": "30s", "max_idle": 4})

    @staticmethod
    def behaviour(peer):
        peer.read_body()
        if peer.request.target == "/never":
            return peer.wait_for_end()
        if peer.request.target == "/long":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + bytes(50_000))
            return peer.wait_for_end()
        peer.answer(200, b"ok")

    def abort_one(self, number):
        kind = number % 8
        client = self.client()
        if kind == 1:
            client.send(b"GET / HT")
        elif kind == 2:
            client.request("GET", "/never")
        elif kind == 3:
            client.request("POST", "/never", "Content-Length: 1000").send(b"half")
        elif kind == 4:
            client.request("GET", "/long").head()
        elif kind == 5:
            client.request("POST", "/never", "Transfer-Encoding: chunked").send(b"5\r\nab")
        elif kind == 6:
            client.send(b"GET / HTTP/1.1\r\nbad line\r\n\r\n")
        elif kind == 7:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 5)
        (client.reset if number % 3 else client.close)()
        self._cleanups.pop()  # nothing is left to close

    def settled(self, descriptors):
        """Until the gateway holds no more than these."""
        self.eventually(lambda: self.gateway.descriptors() <= descriptors,
                        f"{descriptors} descriptors again")

    def test_aborted_connections_leave_nothing(self):
        for number in range(400):  # pools, caches and the log's own buffers reach their size
            self.abort_one(number)
        self.assertEqual(self.get("/").status, 200)
        # Each worker may keep max_idle upstream connections; none of these aborts leaves more.
        base = self.baseline()
        before = self.gateway.rss_kib()
        for number in range(ABORTED):
            self.abort_one(number)
        self.assertEqual(self.get("/").status, 200)
        self.settled(base + 8)
        self.origin.wait(lambda: self.origin.live <= 8, "cancelled upstream connections to end")
        self.assertLess(self.gateway.rss_kib() - before, ALLOWED_KIB)

    def baseline(self):
        """Descriptors without any client or upstream connection."""
        self.origin.cut_idle()
        counts = []

        def still():
            counts.append(self.gateway.descriptors())
            return len(counts) > 20 and len(set(counts[-20:])) == 1

        self.eventually(still, "the number of descriptors to settle")
        return counts[-1]
