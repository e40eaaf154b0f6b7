"""Services that misbehave over HTTP/2: the client gets the right status in time, and what comes
after it is served."""

import struct
import threading
import time

from support import Closed, GatewayTest, WireError, gateway, is_sanitized
from support.h2 import (CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, FLOW_CONTROL_ERROR,
                        GOAWAY, HEADERS, INTERNAL_ERROR, MAX_CONCURRENT_STREAMS, NO_ERROR, PING,
                        PUSH_PROMISE, REFUSED_STREAM, RST_STREAM, SETTINGS, WINDOW_UPDATE, frame)
from support.h2_origin import OK, H2Origin, field, good

ALLOWED_KIB = (512 if is_sanitized() else 8) << 10  # what is freed is kept for a while there


def answers(*frames):
    """Frames of which each is (kind, flags, payload) of the stream, or bytes as they are."""

    def behaviour(peer, stream):
        peer.send(b"".join(one if isinstance(one, bytes) else frame(one[0], one[1], stream, one[2])
                           for one in frames))

    return behaviour


def reset(code):
    return answers((RST_STREAM, 0, struct.pack(">I", code)))


def goaway(last, code):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, code))


class BadOrigins(GatewayTest):
    config = gateway(services={"inner": {
        "instances": ["@inner@"], "http2": True, "response_timeout": "500ms",
        "read_timeout": "500ms"}}, routes={"all": {"path": "/*", "service": "inner"}})

    @classmethod
    def prepare(cls):
        cls.inner = H2Origin()
        cls.addClassCleanup(cls.inner.close)
        cls.places["inner"] = cls.inner.url

    def ask(self, behaviour):
        """The status, and whether the body came to its end."""
        self.inner.behaviour = behaviour
        begin = time.monotonic()
        with self.client() as client:
            answer = client.request().head()
            try:
                whole = sum(map(len, client.blocks(answer))) >= 0
            except (Closed, WireError):
                whole = False
        self.assertLess(time.monotonic() - begin, 2)
        return answer.status, whole

    def assertServes(self):
        self.assertEqual(self.ask(good), (200, True))

    def assertEach(self, expected, behaviours):
        for name, behaviour in behaviours.items():
            with self.subTest(name):
                self.assertEqual(self.ask(behaviour), expected)
                self.assertServes()

    def test_what_is_no_answer_is_502(self):
        self.assertEach((502, True), {
            "a reset": reset(INTERNAL_ERROR), "another": reset(CANCEL),
            "a reset without an error": reset(NO_ERROR),
            "no status": answers((HEADERS, END_HEADERS | END_STREAM, field(b"a", b"b"))),
            "a status of letters": answers(
                (HEADERS, END_HEADERS | END_STREAM, field(b":status", b"abc"))),
            "two of them": answers((HEADERS, END_HEADERS | END_STREAM, OK + OK)),
            "a large letter": answers((HEADERS, END_HEADERS | END_STREAM, OK + field(b"A", b"b"))),
            "a field of HTTP/1": answers(
                (HEADERS, END_HEADERS | END_STREAM, OK + field(b"connection", b"close"))),
            "a line end": answers(
                (HEADERS, END_HEADERS | END_STREAM, OK + field(b"a", b"b\r\nc: d"))),
            "two lengths": answers(
                (HEADERS, END_HEADERS, OK + field(b"content-length", b"1") +
                 field(b"content-length", b"2")), (DATA, END_STREAM, b"x")),
            "an interim answer that ends": answers(
                (HEADERS, END_HEADERS | END_STREAM, field(b":status", b"103"))),
        })

    def test_what_breaks_the_connection_is_502_and_ends_it(self):
        for name, behaviour in {
            "DATA before HEADERS": answers((DATA, END_STREAM, b"x")),
            "no HPACK": answers((HEADERS, END_HEADERS, b"\xff\xff\xff\xff\xff\xff\xff")),
            "a push": answers((PUSH_PROMISE, END_HEADERS, struct.pack(">I", 2) + OK)),
            "a stream of its own": answers(frame(HEADERS, END_HEADERS, 2, OK)),
            "a frame that is too long": answers(frame(DATA, 0, 1, bytes(16385))),
            "CONTINUATION of nothing": answers((CONTINUATION, END_HEADERS, OK)),
            "no window": answers((WINDOW_UPDATE, 0, bytes(4)), frame(WINDOW_UPDATE, 0, 0, bytes(4))),
            "GOAWAY": answers(goaway(0, INTERNAL_ERROR), frame(SETTINGS, 0, 0, b"odd")),
            "an end": lambda peer, stream: peer.sock.shutdown(2),
        }.items():
            with self.subTest(name):
                self.assertEqual(self.ask(behaviour), (502, True))
                bad = self.inner.asked[-1]
                self.assertServes()
                self.assertNotEqual(self.inner.asked[-1], bad)

    def test_floods_are_502_and_bounded(self):
        before = self.gateway.rss_kib()
        for name, behaviour in {
            "1xx": answers(*[(HEADERS, END_HEADERS, field(b":status", b"103"))] * 1000),
            "CONTINUATION": answers((HEADERS, 0, OK), *[(CONTINUATION, 0, b"")] * 10000),
            "fields": answers((HEADERS, 0, OK), *[
                (CONTINUATION, 0, field(b"x" * 100, b"y" * 100) * 70)] * 300),
            "SETTINGS": answers(frame(SETTINGS) * 100_000),
            "PING": answers(frame(PING, 0, 0, bytes(8)) * 100_000),
        }.items():
            with self.subTest(name):
                status, _ = self.ask(behaviour)
                self.assertIn(status, (502, 504))
                self.assertServes()
        self.assertLess(self.gateway.rss_kib() - before, ALLOWED_KIB)

    def test_silence_is_504_and_harms_no_other_stream(self):
        self.assertEqual(self.ask(lambda peer, stream: None), (504, True))
        self.assertServes()
        self.assertEqual(self.inner.asked[-1], self.inner.asked[-2])  # the connection is well

    def test_bodies_that_break_off_are_cut(self):
        head = (HEADERS, END_HEADERS, OK + field(b"content-length", b"9"))
        self.assertEach((200, False), {
            "a reset": answers(head, (DATA, 0, b"abc"), (RST_STREAM, 0, struct.pack(">I", 2))),
            "an early end": answers(head, (DATA, END_STREAM, b"abc")),
            "silence": answers(head, (DATA, 0, b"abc")),
            "more than it said": answers(head, (DATA, END_STREAM, b"abcdefghijkl")),
            "the end of the connection": lambda peer, stream: (
                answers(head, (DATA, 0, b"abc"))(peer, stream), peer.sock.shutdown(2)),
        })

    def test_more_than_the_window_is_bounded(self):
        before = self.gateway.rss_kib()

        def floods(peer, stream):
            peer.send(frame(HEADERS, END_HEADERS, stream, OK))
            peer.send(frame(DATA, 0, stream, bytes(16384)) * 4000)

        self.inner.behaviour = floods
        client = self.client()
        client.request().head()  # and nothing is read of the body
        peer = self.inner.peers[self.inner.asked[-1]]
        self.eventually(lambda: FLOW_CONTROL_ERROR in peer.resets.values(), "its reset")
        self.assertLess(self.gateway.rss_kib() - before, ALLOWED_KIB)
        client.close()
        self.assertServes()

    def test_a_request_that_was_not_looked_at_is_sent_again(self):
        def once(first):
            count = []

            def behaviour(peer, stream):
                count.append(stream)
                (first if len(count) == 1 else good)(peer, stream)

            return behaviour

        for name, first in {
            "REFUSED_STREAM": reset(REFUSED_STREAM),
            "GOAWAY": lambda peer, stream: peer.send(goaway(0, NO_ERROR)),
        }.items():
            with self.subTest(name):
                self.assertServes()  # so that the connection is one that was used before
                self.assertEqual(self.ask(once(first)), (200, True))


class Narrow(GatewayTest):
    """A service that takes one request at a time over each connection."""

    config = BadOrigins.config

    @classmethod
    def prepare(cls):
        cls.inner = H2Origin(settings=[(MAX_CONCURRENT_STREAMS, 1)])
        cls.addClassCleanup(cls.inner.close)
        cls.places["inner"] = cls.inner.url

    def test_requests_at_once_go_over_several_connections(self):
        together = threading.Barrier(3, timeout=5)

        def behaviour(peer, stream):
            together.wait()
            good(peer, stream)

        self.inner.behaviour = behaviour
        clients = [self.client().request() for _ in range(3)]
        self.assertEqual([client.answer().body for client in clients], [b"ok"] * 3)
        self.assertEqual(len(set(self.inner.asked)), 3)
