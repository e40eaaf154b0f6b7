"""HTTP/2 with prior knowledge (RFC 9113): the same life of a request as over HTTP/1."""

import json
import os
import signal
import subprocess
import threading

from support import (PATIENCE, GatewayTest, H2Client, WireError, answers, answers_chunked, eventually,
                     gateway, gatewayctl_json, is_sanitized)
from support.h2 import (CANCEL, CONTINUATION, END_HEADERS, END_STREAM, HEADERS, H2Answer, frame,
                        ENABLE_CONNECT_PROTOCOL, INITIAL_WINDOW_SIZE,
                        MAX_CONCURRENT_STREAMS, NO_ERROR, REFUSED_STREAM)

# What is buffered grows by this much at most; a sanitizer keeps freed memory for a while.
ALLOWED_KIB = 64 * 1024 if is_sanitized() else 6 * 1024
MIB = 1 << 20


class H2Test(GatewayTest):
    config = gateway(listener={"http2": True})

    def h2(self, **options):
        client = H2Client(self.gateway.address, **options)
        self.addCleanup(client.close)
        return client


class Exchange(H2Test):
    config = gateway(listener={"http2": True}, expose=["health"],
                     services={"origin": {"instances": ["@origin@"]}},
                     routes={"all": {"path": "/*", "service": "origin"}})

    def test_an_answer_and_what_the_origin_sees_of_the_request(self):
        answer = self.h2().get("/a/b?c=d", ("accept", "x"), ("user-agent", "t"))
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.fields.get("x-origin"), "yes")
        self.assertRegex(answer.fields.get("x-request-id"), "^[0-9a-f-]{36}$")
        request = self.origin.requests[-1]
        self.assertEqual((request.method, request.target), ("GET", "/a/b?c=d"))
        self.assertEqual(request.fields.get("host"), "gateway.test")
        self.assertEqual(request.fields.get("accept"), "x")
        self.assertEqual(request.fields.get("x-forwarded-for"), "127.0.0.1")
        self.assertNotIn("transfer-encoding", request.fields)

    def test_settings_state_what_is_bounded(self):
        client = self.h2()
        client.get()
        self.assertEqual(client.settings[MAX_CONCURRENT_STREAMS], 100)
        self.assertEqual(client.settings[INITIAL_WINDOW_SIZE], 65536)
        self.assertEqual(client.settings[ENABLE_CONNECT_PROTOCOL], 1)

    def test_a_body_of_stated_length(self):
        client = self.h2()
        body = os.urandom(100)
        stream = client.request("POST", "/", ("content-length", "100"), body=body)
        self.assertEqual(client.answer(stream).body, body)
        self.assertEqual(self.origin.requests[-1].fields.get("content-length"), "100")

    def test_a_body_of_unknown_length(self):
        client = self.h2()
        body = os.urandom(300_000)
        stream = client.open(client.head("POST"), end=False)
        threading.Thread(target=self.pump, args=(client, stream, body), daemon=True).start()
        self.assertEqual(client.answer(stream).body, body)
        self.assertEqual(self.origin.requests[-1].fields.get("transfer-encoding"), "chunked")

    @staticmethod
    def pump(client, stream, body):
        """Sends within the windows that come back, seen by whoever reads the answer."""
        sent, size = 0, len(body)
        while sent < size:
            room = min(65535 + client.windows.get(stream, 0), 65535 + client.windows.get(0, 0)) - sent
            piece = body[sent:sent + min(room, 16384)]
            if piece:
                client.data(stream, piece, end=False)
                sent += len(piece)
        client.data(stream, b"")

    def test_trailers_both_ways(self):
        self.origin.behaviour = answers_chunked(b"abc", trailers=b"X-Sum: 7\r\nX-More: a\r\n")
        client = self.h2()
        stream = client.open(client.head("POST", "/", ("te", "trailers")), end=False)
        client.data(stream, b"body", end=False)
        client.trailers(stream, ("x-check", "1"))
        answer = client.answer(stream)
        self.assertEqual(answer.body, b"abc")
        self.assertEqual(answer.trailers, [("x-sum", "7"), ("x-more", "a")])
        self.assertEqual(self.origin.requests[-1].trailers.get("x-check"), "1")
        self.assertEqual(self.origin.requests[-1].fields.get("te"), "trailers")

    def test_an_empty_body_with_trailers(self):
        self.origin.behaviour = answers_chunked(trailers=b"grpc-status: 0\r\n")
        answer = self.h2().get()
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.trailers.get("grpc-status"), "0")

    def test_interim_answers_pass(self):
        self.origin.behaviour = answers(
            b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        answer = self.h2().get()
        self.assertEqual(answer.interim, [(103, [("link", "</a.css>")])])
        self.assertEqual((answer.status, answer.body), (200, b"ok"))

    def test_expect_100_continue(self):
        def behaviour(peer):
            peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            peer.answer(200, peer.read_body())

        self.origin.behaviour = behaviour
        client = self.h2()
        stream = client.open(client.head("POST", "/", ("expect", "100-continue"),
                                         ("content-length", "4")), end=False)
        client.until(lambda: client.answers[stream].interim)
        client.data(stream, b"body")
        self.assertEqual(client.answer(stream).body, b"body")

    def test_answers_without_a_body(self):
        client = self.h2()
        self.origin.behaviour = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n")
        answer = client.answer(client.request("HEAD", "/"))
        self.assertEqual((answer.status, answer.fields.get("content-length"), answer.body),
                         (200, "77", b""))
        for status in (204, 304):
            self.origin.behaviour = answers(b"HTTP/1.1 %d X\r\n\r\n" % status)
            self.assertEqual(client.get().status, status)

    def test_a_body_that_ends_with_the_origins_connection(self):
        self.origin.behaviour = answers(b"HTTP/1.1 200 OK\r\n\r\nall there is", end=True)
        self.assertEqual(self.h2().get().body, b"all there is")

    def test_many_streams_at_once(self):
        """A hundred answers, the first asked for last to come."""
        def behaviour(peer):
            if peer.request.target == "/slow":
                peer.origin.release.wait(PATIENCE)
            peer.answer(200, peer.request.target.encode())

        self.origin.behaviour = behaviour
        client = self.h2()
        slow = client.request("GET", "/slow")
        fast = [client.request("GET", f"/{i}") for i in range(99)]
        for i, stream in enumerate(fast):
            self.assertEqual(client.answer(stream).body, b"/%d" % i)
        self.assertFalse(client.answers[slow].ended)
        self.origin.release.set()
        self.assertEqual(client.answer(slow).body, b"/slow")

    def test_one_stream_more_than_was_said_is_refused_alone(self):
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(PATIENCE), peer.answer())
        client = self.h2()
        client.ping()
        streams = [client.request() for _ in range(101)]
        client.until(lambda: client.answers[streams[-1]].reset is not None)
        self.assertEqual(client.answers[streams[-1]].reset, REFUSED_STREAM)
        self.origin.release.set()
        self.assertEqual({client.answer(stream).status for stream in streams[:-1]}, {200})
        self.assertIsNone(client.goaway)
        self.assertEqual(client.get().status, 200)

    def test_cookies_are_one_field_again(self):
        self.h2().get("/", ("cookie", "a=1"), ("cookie", "b=2"))
        self.assertEqual(self.origin.requests[-1].fields.get("cookie"), "a=1; b=2")

    def test_host_may_stand_in_place_of_authority(self):
        self.assertEqual(self.h2().get("/", ("host", "other.test"), authority=None).status, 200)
        self.assertEqual(self.origin.requests[-1].fields.all("host"), ["other.test"])

    def test_two_names_of_the_host_are_refused(self):
        self.assertProblem(self.h2().get("/", ("host", "other.test")), 400)

    def test_a_path_that_names_a_host_is_refused(self):
        answer = self.h2().get("http://evil.test/", scheme="x")
        self.assertProblem(answer, 400)

    def test_a_length_that_is_not_the_bodys_ends_the_stream_alone(self):
        client = self.h2()
        stream = client.request("POST", "/", ("content-length", "3"), body=b"four")
        client.until(lambda: client.answers[stream].reset is not None)
        self.assertEqual(client.get().status, 200)

    def test_the_gateways_own_answers(self):
        client = self.h2()
        self.assertEqual(json.loads(client.get("/health").body)["status"], "healthy")
        self.assertProblem(client.answer(client.request("TRACE", "/")), 501)
        self.assertProblem(client.answer(client.request("CONNECT", None, authority="a.test:1",
                                                        scheme=None)), 501)

    def test_a_head_that_is_too_large_is_answered_and_the_connection_goes_on(self):
        client = self.h2()
        large = [(f"x-{i}", "y" * 4000) for i in range(10)]
        block = client.head("GET", "/", *large)
        stream, client.next = client.next, client.next + 2
        client.answers[stream] = H2Answer()
        client.send(frame(HEADERS, END_STREAM, stream, block[:16384]))
        client.send(frame(CONTINUATION, 0, stream, block[16384:32768]))
        client.send(frame(CONTINUATION, END_HEADERS, stream, block[32768:]))
        self.assertProblem(client.answer(stream), 431)
        self.assertProblem(client.get("/", *[("x", "y")] * 101), 431)
        self.assertEqual(client.get().status, 200)

    def test_a_body_that_is_too_large_is_refused_and_the_connection_goes_on(self):
        client = self.h2()
        stream = client.open(client.head("POST", "/", ("content-length", str(11 * MIB))), end=False)
        answer = client.answer(stream)
        self.assertProblem(answer, 413)
        client.until(lambda: answer.reset is not None)
        self.assertEqual(answer.reset, NO_ERROR)
        self.assertEqual(client.get().status, 200)

    def test_a_client_that_takes_its_request_back_frees_the_origin(self):
        ends = self.notes_ends()
        client = self.h2()
        client.ping()
        streams = [client.request() for _ in range(5)]
        eventually(lambda: len(ends["asked"]) == 5, "five requests")
        for stream in streams:
            client.reset(stream)
        eventually(lambda: len(ends["ended"]) == 5, "their ends")
        self.origin.behaviour = type(self).behaviour
        self.assertEqual(client.get().status, 200)

    def test_a_client_that_leaves_frees_the_origin(self):
        ends = self.notes_ends()
        client = self.h2()
        for _ in range(5):
            client.request()
        eventually(lambda: len(ends["asked"]) == 5, "five requests")
        client.close()
        eventually(lambda: len(ends["ended"]) == 5, "their ends")

    def notes_ends(self):
        """Has the origin answer nothing, and count what it is asked and what is cut off."""
        ends = {"asked": [], "ended": []}  # a thread for each: a number would miss some

        def behaviour(peer):
            ends["asked"].append(peer)
            peer.wait_for_end()
            ends["ended"].append(peer)

        self.origin.behaviour = behaviour
        return ends

    def test_an_answer_that_breaks_off_is_a_reset(self):
        self.origin.behaviour = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", end=True)
        client = self.h2()
        stream = client.request()
        with self.assertRaisesRegex(WireError, "was reset with 2"):
            client.answer(stream)
        self.origin.behaviour = type(self).behaviour
        self.assertEqual(client.get().status, 200)

    def test_the_log_keeps_them_as_any_other(self):
        answer = self.h2().get("/logged?a=b")
        found = eventually(lambda: gatewayctl_json(
            "--socket", f"{self.directory}/control.sock", "logs", "--path",
            "/logged").get("rows"), "the row")
        self.assertEqual(found[0]["id"], answer.fields.get("x-request-id"))
        self.assertEqual(found[0]["status"], 200)

    def test_curl(self):
        host, port = self.gateway.address
        done = subprocess.run(["curl", "-sS", "--http2-prior-knowledge", "-d", "hello", "-w",
                               "%{http_version} %{http_code}", f"http://{host}:{port}/"],
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((done.stdout, done.stderr), ("hello2 200", ""))

    def test_h2load(self):
        host, port = self.gateway.address
        done = subprocess.run(["h2load", "-n2000", "-c4", "-m20", f"http://{host}:{port}/"],
                              capture_output=True, text=True, timeout=PATIENCE * 2)
        self.assertIn("2000 succeeded, 0 failed, 0 errored, 0 timeout", done.stdout)


class NotOffered(GatewayTest):
    def test_the_preface_is_another_version(self):
        client = H2Client(self.gateway.address)
        self.addCleanup(client.close)
        self.assertTrue(client.stream.until(b"\r\n").startswith(b"HTTP/1.1 505"))

    def test_a_reload_offers_it_to_new_connections(self):
        self.reload(type(self).config.replace("[listeners.public]",
                                              "[listeners.public]\nhttp2 = true"))
        with H2Client(self.gateway.address) as client:
            self.assertEqual(client.get().status, 200)
        self.reload(type(self).config)


class BackPressure(H2Test):
    config = gateway(listener={"http2": True}, max_body_size="1GiB", send_timeout="60s",
                     service={"response_timeout": "60s"})
    SIZE = 64 * MIB

    def test_a_client_that_opens_no_window_stops_the_origin(self):
        sent = []

        def behaviour(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.SIZE)
            for _ in range(self.SIZE // 65536):
                peer.send(bytes(65536))
                sent.append(65536)

        self.get("/warm-up", body=b"")
        self.origin.behaviour = behaviour
        before = self.gateway.rss_kib()
        client = self.h2(credit=False)
        stream = client.request()
        self.stalled(lambda: sum(sent))
        self.assertLess(sum(sent), self.SIZE // 2)  # what the sockets' own buffers took
        self.assertLess(self.gateway.rss_kib() - before, ALLOWED_KIB)
        # Another stream's answer passes it by, once the connection has room.
        self.origin.behaviour = type(self).behaviour
        client.until(lambda: len(client.answers[stream].body) == 65535)
        client.give(0, MIB)
        self.assertEqual(client.get("/other").status, 200)
        client.credit = True
        client.give(stream, 65535)
        self.assertEqual(len(client.answer(stream).body), self.SIZE)

    def test_an_origin_that_does_not_read_stops_the_client(self):
        def behaviour(peer):
            peer.origin.release.wait(PATIENCE * 2)
            peer.read_body(keep=False)
            peer.answer(200, b"%d" % peer.request.received)

        self.origin.behaviour = behaviour
        client = self.h2()
        stream = client.open(client.head("POST"), end=False)
        sent = 0
        client.ping()
        while sent < 32 * MIB:
            room = 65536 + client.windows.get(stream, 0) - sent
            if room <= 0:
                client.ping()
                if 65536 + client.windows.get(stream, 0) - sent <= 0:
                    break
                continue
            client.data(stream, bytes(min(room, 16384)), end=False)
            sent += min(room, 16384)
        self.assertLess(sent, 32 * MIB)
        self.origin.release.set()
        client.data(stream, b"")
        self.assertEqual(client.answer(stream).body, b"%d" % sent)

    def test_a_large_answer_passes_in_bounded_memory(self):
        def behaviour(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(self.SIZE // MIB):
                peer.send(b"%x\r\n%s\r\n" % (MIB, bytes(MIB)))
            peer.send(b"0\r\n\r\n")

        self.get("/warm-up", body=b"")
        self.origin.behaviour = behaviour
        before = self.gateway.rss_kib()
        client = self.h2(window=MIB)
        client.give(0, MIB)
        self.assertEqual(len(client.answer(client.request()).body), self.SIZE)
        self.assertLess(self.gateway.rss_kib() - before, ALLOWED_KIB)

    def stalled(self, count):
        """Until `count()` is above 0 and has not moved for a quarter of a second."""
        last = [0, 0]

        def still():
            now = count()
            last[1] = last[1] + 1 if now and now == last[0] else 0
            last[0] = now
            return last[1] >= 25

        eventually(still, "the sender stalls")


class Times(H2Test):
    config = gateway(listener={"http2": True}, idle_timeout="300ms", send_timeout="500ms",
                     client_header_timeout="500ms", client_body_timeout="400ms")

    def test_an_idle_connection_ends_with_goaway(self):
        client = self.h2()
        self.assertEqual(client.get().status, 200)
        self.assertEqual(client.ending(), NO_ERROR)

    def test_pings_do_not_keep_it(self):
        client = self.h2()
        client.get()
        with self.assertRaises((WireError, BrokenPipeError)):
            while True:
                client.ping()
        self.assertEqual(client.goaway[1], NO_ERROR)

    def test_a_request_outlives_it(self):
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(1), peer.answer())
        self.assertEqual(self.h2().get().status, 200)

    def test_a_client_that_takes_nothing_is_not_waited_for(self):
        self.origin.behaviour = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" +
                                        bytes(9000))
        client = self.h2(window=10, credit=False)
        stream = client.request()
        client.until(lambda: client.answers[stream].reset is not None)
        self.assertEqual(client.answers[stream].reset, CANCEL)

    def test_a_body_that_does_not_come_is_answered(self):
        client = self.h2()
        stream = client.open(client.head("POST"), end=False)
        self.assertProblem(client.answer(stream), 408)


class Leaving(H2Test):
    def test_a_drain_says_goaway_and_finishes_what_is_open(self):
        gateway_ = self.fresh_gateway(type(self).config)
        self.origin.behaviour = lambda peer: (peer.origin.release.wait(PATIENCE), peer.answer())
        before = len(self.origin.requests)
        client = self.h2()
        stream = client.request()
        idle = self.h2()
        idle.ping()
        self.origin.wait_for_requests(before + 1)
        gateway_.signal(signal.SIGTERM)
        client.until(lambda: client.goaway and client.goaway[0] == stream)
        self.assertEqual(client.goaway, (stream, NO_ERROR))
        self.assertEqual(idle.ending(), NO_ERROR)
        self.origin.release.set()
        self.assertEqual(client.answer(stream).status, 200)
        self.assertEqual(client.ending(), NO_ERROR)
        self.assertEqual(gateway_.wait(), 0)
