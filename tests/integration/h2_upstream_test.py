"""HTTP/2 to a service: another gatewayd speaks it, with an HTTP/1 origin behind."""

import os
import shutil
import signal
import tempfile

from support import (PATIENCE, GatewayTest, Gatewayd, H2Client, answers, answers_chunked, chunked,
                     eventually, fill, gateway, gatewayctl_json)
from upgrade_test import HANDSHAKE, tunnel


class Chain(GatewayTest):
    """client → gatewayd → HTTP/2 → gatewayd → origin"""

    INNER = gateway(listener={"http2": True}, service={"response_timeout": "20s"}, expose=["health"])
    config = gateway(listener={"http2": True}, services={
        "inner": {"instances": ["@inner@"], "http2": True, "max_connections": 1000,
                  "retry": {"attempts": 3, "on": ["connect", "reset"], "backoff": "10ms"},
                  "health": {"path": "/health", "every": "100ms", "timeout": "2s",
                             "unhealthy_after": 1, "healthy_after": 1}},
        "deaf": {"instances": ["@origin@"], "http2": True, "connect_timeout": "500ms"}},
                     routes={"all": {"path": "/*", "service": "inner"},
                             "deaf": {"path": "/deaf", "service": "deaf"}})

    @classmethod
    def prepare(cls):
        inner = tempfile.mkdtemp(prefix="gwd-")
        cls.addClassCleanup(shutil.rmtree, inner, True)
        cls.inner = Gatewayd(inner, fill(cls.INNER, {**cls.places, "dir": inner}))
        cls.addClassCleanup(cls.inner.close)
        cls.inner.start()
        host, port = cls.inner.address
        cls.places["inner"] = f"http://{host}:{port}"

    def inner_connections(self):
        return gatewayctl_json("--socket", f"{self.inner.directory}/control.sock",
                               "status")["connections"]


class Upstream(Chain):
    def test_bodies_and_trailers_both_ways(self):
        self.origin.behaviour = answers_chunked(b"abc", trailers=b"X-Sum: 7\r\n")
        client = self.client()
        client.request("POST", "/up", "Transfer-Encoding: chunked", "TE: trailers")
        client.send(chunked(b"one", b"two", trailers=b"X-Check: 1\r\n"))
        answer = client.answer()
        self.assertEqual(answer.body, b"abc")
        self.assertEqual(answer.trailers.get("x-sum"), "7")
        request = self.origin.requests[-1]
        self.assertEqual(request.body, b"onetwo")
        self.assertEqual(request.trailers.get("x-check"), "1")
        self.assertEqual(request.fields.get("host"), "gateway.test")

    def test_large_bodies(self):
        body = os.urandom(3 << 20)
        self.assertEqual(self.client().request("POST", "/", body=body).answer().body, body)
        self.assertEqual(self.client().request("GET", "/").answer().body, b"")

    def test_answers_of_all_kinds(self):
        client = self.client()
        self.origin.behaviour = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n")
        answer = client.request("HEAD", "/").answer("HEAD")
        self.assertEqual(answer.fields.get("content-length"), "77")
        for status in (204, 304):
            self.origin.behaviour = answers(b"HTTP/1.1 %d X\r\n\r\n" % status)
            self.assertEqual(client.get().status, status)
        self.origin.behaviour = answers(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                                        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(client.get().interim, [(103, [("link", "x")])])

    def test_requests_share_one_connection(self):
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(PATIENCE), peer.answer())
        before = len(self.origin.requests)
        clients = [self.client().request("GET", f"/{i}") for i in range(50)]
        self.origin.wait_for_requests(before + 50)
        # One carries the requests; a check of health may have another just then.
        eventually(lambda: self.inner_connections() <= 2, "no more than those")
        self.origin.release.set()
        for client in clients:
            self.assertEqual(client.answer().status, 200)

    def test_a_client_that_leaves_takes_its_request_back(self):
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        before, seen = self.origin.live, len(self.origin.requests)
        client = self.client().request("GET", "/left")
        self.origin.wait(lambda: len(self.origin.requests) > seen and self.origin.live > before,
                         "the request")
        client.close()
        self.origin.wait(lambda: self.origin.live <= before, "its end")

    def test_a_websocket_passes_whatever_the_protocols(self):
        self.origin.behaviour = tunnel
        client = self.client().request("GET", "/socket", *HANDSHAKE)
        answer = client.head()
        self.assertEqual(answer.status, 101)
        self.assertEqual(answer.fields.get("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        self.assertEqual(client.stream.exactly(5), b"hello")
        data = os.urandom(100_000)
        client.send(data)
        self.assertEqual(client.stream.exactly(len(data)), data)
        self.assertEqual(self.origin.requests[-1].fields.get("upgrade"), "websocket")

    def test_an_instance_that_does_not_speak_it_is_not_reached(self):
        self.origin.on_connect = lambda peer: (peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
                                               peer.wait_for_end())
        self.assertProblem(self.get("/deaf"), 502)
        self.origin.on_connect = lambda peer: peer.wait_for_end()
        self.assertProblem(self.get("/deaf"), 504)

    def test_checks_speak_it_too(self):
        health = lambda: gatewayctl_json("--socket", f"{self.directory}/control.sock", "health")
        eventually(lambda: any(service["name"] == "inner" and service["state"] == "healthy"
                               for service in health()["services"]), "a good check")


class Leaving(Chain):
    def test_an_instance_that_leaves_loses_no_request(self):
        """The inner gateway drains while requests flow; another takes its place on the port."""
        self.assertEqual(self.get().status, 200)
        host, port = self.inner.address
        with H2Client(self.gateway.address) as client:
            for _ in range(20):
                self.assertEqual(client.get().status, 200)
            self.inner.signal(signal.SIGTERM)
            self.assertEqual(self.inner.wait(), 0)
            text = fill(self.INNER, {**self.places, "dir": self.inner.directory})
            again = Gatewayd(self.inner.directory, text.replace("127.0.0.1:0", f"{host}:{port}"),
                             notify="again.sock")
            self.addCleanup(again.close)
            again.start()
            eventually(lambda: client.get().status == 200, "an answer again")
            for _ in range(20):
                self.assertEqual(client.get().status, 200)
