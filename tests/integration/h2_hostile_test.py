"""Broken and hostile HTTP/2: it ends that connection, with the right code, and nothing else."""

import struct

from support import Closed, GatewayTest, H2Client, WireError, gateway
from support.h2 import (ACK, COMPRESSION_ERROR, CONTINUATION, DATA, END_HEADERS, END_STREAM,
                        ENHANCE_YOUR_CALM, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, GOAWAY, HEADERS,
                        H2Answer, INITIAL_WINDOW_SIZE, PADDED, PING, PREFACE, PRIORITY,
                        PROTOCOL_ERROR, PUSH_PROMISE, REFUSED_STREAM, RST_STREAM, SETTINGS,
                        SETTINGS_TIMEOUT, STREAM_CLOSED, WINDOW_UPDATE, frame)


class Hostile(GatewayTest):
    config = gateway(listener={"http2": True}, client_header_timeout="1s",
                     http2={"max_resets": 50, "max_control_frames": 200, "max_streams": 20})

    def setUp(self):
        super().setUp()
        self.bystander = self.h2()
        self.assertEqual(self.bystander.get("/before").status, 200)

    def tearDown(self):
        """Whatever happened, the others are served."""
        self.origin.behaviour = type(self).behaviour
        self.assertEqual(self.bystander.get("/after").status, 200)
        super().tearDown()

    def h2(self, **options):
        client = H2Client(self.gateway.address, **options)
        self.addCleanup(client.close)
        return client

    def ends(self, code, *data):
        """These bytes, sent behind a good beginning, end the connection with this code."""
        client = self.h2()
        client.ping()
        for piece in data:
            if not client.try_send(piece):
                break
        self.assertEqual(client.ending(), code)

    # Broken

    def test_a_preface_that_goes_wrong(self):
        client = self.h2(hello=False)
        client.send(PREFACE[:18] + b"XX\r\n\r\n" + frame(SETTINGS))
        self.assertEqual(client.ending(), PROTOCOL_ERROR)

    def test_a_first_frame_that_is_not_settings(self):
        client = self.h2(hello=False)
        client.send(PREFACE + frame(PING, 0, 0, bytes(8)))
        self.assertEqual(client.ending(), PROTOCOL_ERROR)

    def test_settings_that_do_not_come(self):
        client = self.h2(hello=False)
        client.send(PREFACE)
        client.try_send = lambda data: None  # nor does it acknowledge any
        self.assertEqual(client.ending(), SETTINGS_TIMEOUT)

    def test_frames_out_of_place(self):
        block = self.h2().head()
        cases = {
            "DATA on the connection": (PROTOCOL_ERROR, frame(DATA, 0, 0, b"x")),
            "DATA on an idle stream": (PROTOCOL_ERROR, frame(DATA, 0, 7, b"x")),
            "HEADERS on the connection": (PROTOCOL_ERROR, frame(HEADERS, END_HEADERS, 0, block)),
            "HEADERS on an even stream": (PROTOCOL_ERROR, frame(HEADERS, END_HEADERS, 2, block)),
            "RST_STREAM on an idle stream": (PROTOCOL_ERROR, frame(RST_STREAM, 0, 9, bytes(4))),
            "CONTINUATION of nothing": (PROTOCOL_ERROR, frame(CONTINUATION, END_HEADERS, 1, block)),
            "another frame within a head": (PROTOCOL_ERROR, frame(HEADERS, 0, 1, block),
                                            frame(PING, 0, 0, bytes(8))),
            "PUSH_PROMISE of a client": (PROTOCOL_ERROR,
                                         frame(PUSH_PROMISE, END_HEADERS, 1, bytes(4) + block)),
            "PING on a stream": (PROTOCOL_ERROR, frame(PING, 0, 1, bytes(8))),
            "SETTINGS on a stream": (PROTOCOL_ERROR, frame(SETTINGS, 0, 1)),
        }
        for name, (code, *data) in cases.items():
            with self.subTest(name):
                self.ends(code, *data)

    def test_frames_of_a_wrong_size(self):
        cases = {
            "PING": frame(PING, 0, 0, bytes(7)),
            "SETTINGS": frame(SETTINGS, 0, 0, bytes(5)),
            "SETTINGS with ACK": frame(SETTINGS, ACK, 0, bytes(6)),
            "WINDOW_UPDATE": frame(WINDOW_UPDATE, 0, 0, bytes(3)),
            "RST_STREAM": frame(RST_STREAM, 0, 1, bytes(3)),
            "GOAWAY": frame(GOAWAY, 0, 0, bytes(7)),
            "one over the largest": frame(DATA, 0, 1, bytes(16385)),
        }
        for name, data in cases.items():
            with self.subTest(name):
                self.ends(FRAME_SIZE_ERROR, data)

    def test_values_that_cannot_be(self):
        cases = {
            "a window of nothing": (PROTOCOL_ERROR, frame(WINDOW_UPDATE, 0, 0, bytes(4))),
            "a window past its end": (FLOW_CONTROL_ERROR,
                                      frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff")),
            "an initial window past its end": (FLOW_CONTROL_ERROR, frame(
                SETTINGS, payload=struct.pack(">HI", INITIAL_WINDOW_SIZE, 1 << 31))),
            "fields that are not coded": (COMPRESSION_ERROR, frame(
                HEADERS, END_HEADERS | END_STREAM, 1, b"\xff\xff\xff\xff\xff\xff\xff")),
        }
        for name, (code, data) in cases.items():
            with self.subTest(name):
                self.ends(code, data)

    def test_padding_longer_than_its_frame(self):
        client = self.h2()
        stream = client.open(client.head("POST"), end=False)
        client.send(frame(DATA, PADDED, stream, b"\xffabc"))
        self.assertEqual(client.ending(), PROTOCOL_ERROR)

    def test_more_than_a_streams_window(self):
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(60), peer.close())
        client = self.h2()
        stream = client.open(client.head("POST"), end=False)
        client.until(lambda: client.settings)
        for _ in range(200):
            if not client.try_send(frame(DATA, 0, stream, bytes(16384))):
                break
        try:
            client.until(lambda: client.goaway or client.answers[stream].reset is not None)
        except WireError:
            pass
        code = client.goaway[1] if client.goaway else client.answers[stream].reset
        self.assertEqual(code, FLOW_CONTROL_ERROR)
        self.origin.release.set()

    def test_malformed_requests_end_their_stream_alone(self):
        client = self.h2()
        good = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")]
        cases = {
            "no method": good[1:],
            "no path": good[:3],
            "a path twice": good + [(":path", "/b")],
            "an empty path": good[:3] + [(":path", "")],
            "a pseudo-field after the others": good[:3] + [("a", "b"), good[3]],
            "an unknown pseudo-field": good + [(":x", "y")],
            "an answer's pseudo-field": good + [(":status", "200")],
            "a name in capitals": good + [("Accept", "x")],
            "an empty name": good + [("", "x")],
            "connection": good + [("connection", "close")],
            "transfer-encoding": good + [("transfer-encoding", "chunked")],
            "upgrade": good + [("upgrade", "h2c")],
            "te": good + [("te", "gzip")],
            "a line within a value": good + [("x", "a\r\nHost: b")],
            "a zero within a value": good + [("x", "a\x00b")],
            "a line within a path": good[:3] + [(":path", "/ HTTP/1.1\r\nx: y\r\n\r\n")],
            "a space within a path": good[:3] + [(":path", "/a b")],
            "two lengths": good + [("content-length", "0"), ("content-length", "1")],
        }
        for name, fields in cases.items():
            with self.subTest(name):
                before = len(self.origin.requests)
                stream = client.open(client.encoder.encode(fields))
                client.until(lambda: client.answers[stream].ended
                             or client.answers[stream].reset is not None)
                answer = client.answers[stream]
                self.assertTrue(answer.reset == PROTOCOL_ERROR or answer.status == 400, answer)
                self.assertEqual(len(self.origin.requests), before)
        self.assertEqual(client.get().status, 200)

    def test_data_after_the_end(self):
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(60), peer.answer())
        client = self.h2()
        stream = client.request()
        client.send(frame(DATA, 0, stream, b"more"))
        try:
            client.until(lambda: client.goaway or client.answers[stream].reset is not None)
        except WireError:
            pass
        code = client.goaway[1] if client.goaway else client.answers[stream].reset
        self.assertEqual(code, STREAM_CLOSED)
        self.origin.release.set()

    # Hostile

    def flood(self, one, count=20_000, opening=b""):
        """`one(i)` makes frames; they end the connection with ENHANCE_YOUR_CALM before `count`."""
        client = self.h2()
        client.ping()
        client.try_send(opening)
        for start in range(0, count, 100):
            if not client.try_send(b"".join(one(i) for i in range(start, start + 100))):
                break
        self.assertEqual(client.ending(), ENHANCE_YOUR_CALM)

    def test_pings(self):
        self.flood(lambda i: frame(PING, 0, 0, struct.pack(">Q", i)))

    def test_settings(self):
        self.flood(lambda i: frame(SETTINGS))

    def test_acknowledged_settings_that_nobody_sent(self):
        self.ends(PROTOCOL_ERROR, frame(SETTINGS, ACK) * 100)

    def test_priorities(self):
        self.flood(lambda i: frame(PRIORITY, 0, 2 * i + 101, bytes(5)))

    def test_windows(self):
        self.flood(lambda i: frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1)))

    def test_unknown_frames_are_passed_over(self):
        client = self.h2()
        client.ping()
        client.send(frame(0x42, 0, 0, b"x") * 20_000)
        self.assertEqual(client.get().status, 200)

    def test_empty_data(self):
        block = self.h2().head("POST")
        self.flood(lambda i: frame(DATA, 0, 1), opening=frame(HEADERS, END_HEADERS, 1, block))

    def test_rapid_reset(self):
        before = len(self.origin.requests)
        block = self.h2().head("GET", "/rapid")
        self.flood(lambda i: frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, block)
                   + frame(RST_STREAM, 0, 2 * i + 1, struct.pack(">I", 8)))
        self.assertLess(len(self.origin.requests) - before, 100)

    def test_resets_that_the_client_provokes(self):
        """Each stream is reset by the gateway itself, for a fault of the client's (MadeYouReset)."""
        client = self.h2()
        client.ping()
        with self.assertRaises((Closed, OSError)):
            for _ in range(20_000):
                block = client.head("POST", "/provoked", ("content-length", "0"))
                stream = client.open(block, end=False)
                client.data(stream, b"x", end=False)
                client.until(lambda: client.answers[stream].reset is not None)
        self.assertEqual(client.goaway[1], ENHANCE_YOUR_CALM)

    def test_continuations(self):
        self.flood(lambda i: frame(CONTINUATION, 0, 1, b""),
                   opening=frame(HEADERS, 0, 1, self.h2().head()))

    def test_continuations_that_carry_fields(self):
        fields = b"\x00\x01x\x01y" * 1600  # literals that enter no table
        self.flood(lambda i: frame(CONTINUATION, 0, 1, fields), count=100,
                   opening=frame(HEADERS, 0, 1, self.h2().head()))

    def test_fields_that_unpack_into_many_times_their_size(self):
        client = self.h2()
        client.ping()
        # One field of 4,000 octets enters the table; each octet of the next heads is all of it again.
        client.answer(client.open(client.head("GET", "/", ("x", "y" * 3900))))
        bomb = client.head() + b"\xbe" * 16000
        for _ in range(4):
            client.answers[client.next] = H2Answer()
            if not client.try_send(frame(HEADERS, END_HEADERS | END_STREAM, client.next, bomb)):
                break
            client.next += 2
        self.assertEqual(client.ending(), ENHANCE_YOUR_CALM)

    def test_a_head_that_trickles(self):
        client = self.h2()
        client.ping()
        client.send(frame(HEADERS, 0, 1, client.head()))
        self.assertEqual(client.ending(), PROTOCOL_ERROR)

    def test_resets_at_their_bound_and_past_it(self):
        for count, ends in ((50, False), (200, True)):
            client = self.h2()
            client.ping()
            data = b""
            for i in range(count):
                stream = 2 * i + 1
                client.answers[stream] = H2Answer()
                data += (frame(HEADERS, END_HEADERS | END_STREAM, stream, client.head("GET", "/b"))
                         + frame(RST_STREAM, 0, stream, struct.pack(">I", 8)))
            client.next = 2 * count + 1
            client.try_send(data)
            with self.subTest(count):
                if ends:
                    self.assertEqual(client.ending(), ENHANCE_YOUR_CALM)
                else:
                    self.assertEqual(client.get().status, 200)

    def test_streams_at_their_bound_and_one_past_it(self):
        client = self.h2()
        client.ping()  # the bound is known and acknowledged
        streams = [client.open(client.head("POST", "/held"), end=False) for _ in range(20)]
        one_more = client.request()
        client.until(lambda: client.answers[one_more].reset is not None)
        self.assertEqual(client.answers[one_more].reset, REFUSED_STREAM)
        for stream in streams:
            client.data(stream, b"x")
            self.assertEqual(client.answer(stream).status, 200)
        self.assertIsNone(client.goaway)
        self.assertEqual(client.get().status, 200)

    def test_streams_far_past_their_bound(self):
        client = self.h2()
        client.ping()
        for _ in range(100):
            client.answers[client.next] = H2Answer()
            if not client.try_send(frame(HEADERS, END_HEADERS, client.next, client.head("POST"))):
                break
            client.next += 2
        self.assertIn(client.ending(), (PROTOCOL_ERROR, ENHANCE_YOUR_CALM))

    def test_an_ordinary_client_that_changes_its_mind_is_served(self):
        client = self.h2()
        for _ in range(3):
            streams = [client.request() for _ in range(10)]
            for stream in streams:
                client.reset(stream)
            self.assertEqual(client.get().status, 200)


class Windows(GatewayTest):
    """Bodies that nobody takes yet: what a client may send of them, and one octet more."""

    config = gateway(listener={"http2": True},
                     http2={"stream_window": "16KiB", "connection_window": "64KiB"},
                     service={"max_connections": 1, "queue": {"size": 100, "timeout": "15s"}})

    def waiting(self, count):
        """A connection with so many bodies to send, whose requests wait for the service."""
        self.origin.behaviour = lambda peer: peer.wait_for_end()
        client = H2Client(self.gateway.address)
        self.addCleanup(client.close)
        client.request("GET", "/holds")
        self.eventually(lambda: self.origin.requests, "the request that the others wait for")
        client.until(lambda: client.settings)
        self.assertEqual(client.settings[INITIAL_WINDOW_SIZE], 16 << 10)
        streams = [client.open(client.head("POST"), end=False) for _ in range(count)]
        client.ping()  # their heads are taken, so that no body goes along
        return client, streams

    def leave(self, client):
        """Before the service is free for what waits: bodies that never end are nothing for it."""
        client.close()
        self.origin.wait(lambda: self.origin.live == 0, "the held request to be given up")

    def setUp(self):
        super().setUp()
        self.origin.requests.clear()

    def test_of_a_stream(self):
        client, (stream,) = self.waiting(1)
        client.data(stream, bytes(16 << 10), end=False)
        client.ping()
        self.assertIsNone(client.goaway)
        self.assertIsNone(client.answers[stream].reset)
        client.data(stream, b"x", end=False)
        client.until(lambda: client.goaway or client.answers[stream].reset is not None)
        code = client.goaway[1] if client.goaway else client.answers[stream].reset
        self.assertEqual(code, FLOW_CONTROL_ERROR)
        self.leave(client)

    def test_of_a_connection(self):
        client, streams = self.waiting(5)
        for stream in streams[:4]:
            client.data(stream, bytes(16 << 10), end=False)
        client.ping()
        self.assertIsNone(client.goaway)
        client.data(streams[4], b"x", end=False)
        self.assertEqual(client.ending(), FLOW_CONTROL_ERROR)
        self.leave(client)
