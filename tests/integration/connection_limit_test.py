"""max_connections: served at the limit, refused one past it."""

from support import Closed, GatewayTest, gateway, gatewayctl_json

LIMIT = 10


class ConnectionLimit(GatewayTest):
    config = gateway(max_connections=LIMIT, workers=2)

    def setUp(self):
        super().setUp()
        self.eventually(lambda: self.connections() == 0, "the places of another test to be free")

    def connections(self):
        status = gatewayctl_json("status", "--socket", f"{self.directory}/control.sock")
        return status["connections"]

    def test_the_limit_and_one_past_it(self):
        clients = [self.client() for _ in range(LIMIT)]
        for client in clients:
            self.assertEqual(client.get("/").status, 200)
        seen = len(self.origin.requests)
        one_too_many = self.client()
        one_too_many.try_send(b"GET /refused HTTP/1.1\r\nHost: a\r\n\r\n")
        try:
            answer = one_too_many.answer()
            self.assertProblem(answer, 503)
            self.assertEqual(answer.fields.get("connection", "").lower(), "close")
            self.assertIn("retry-after", answer.fields)
        except Closed:
            pass  # closed as it arrived
        self.assertEqual(len(self.origin.requests), seen)
        for client in clients:  # the others are not disturbed
            self.assertEqual(client.get("/").status, 200)
        clients[0].close()
        self.eventually(self.serves, "a place to be free again")

    def serves(self):
        with self.client() as client:
            try:
                return client.get("/").status == 200
            except (Closed, BrokenPipeError, ConnectionResetError):
                return False

    def test_refused_connections_do_not_use_up_places(self):
        clients = [self.client() for _ in range(LIMIT)]
        for client in clients:
            client.get("/")
        for _ in range(50):
            with self.client() as refused:
                refused.try_send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for client in clients:
            client.close()
        self.eventually(self.serves, "a place to be free again")
