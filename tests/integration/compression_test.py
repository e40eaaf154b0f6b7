"""Compressed answers: which, for whom, with which fields; streamed, and out of the cache."""

import gzip
import json
import os
import shutil
import subprocess
import zlib

from support import GatewayTest, H2Client, gateway, gatewayctl, table
from support.origin import answers, answers_chunked

TEXT = json.dumps([{"id": number, "name": f"sample {number}"} for number in range(200)]).encode()
MODES = {"mode": "safe"}


def plain(*fields, body=TEXT, status=200, kind="application/json"):
    def behaviour(peer):
        peer.read_body()
        peer.answer(status, body, f"Content-Type: {kind}", *fields)

    return behaviour


def decode(answer):
    coding = answer.fields.get("content-encoding")
    if coding is None:
        return answer.body
    if coding == "gzip":
        return gzip.decompress(answer.body)
    program = {"br": ["brotli", "-dc"], "zstd": ["zstd", "-dc"]}[coding]
    return subprocess.run(program, input=answer.body, capture_output=True, check=True).stdout


def trickle(peer):
    """Two pieces, the second when the test releases it, and a trailer."""
    peer.read_body()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.send(b"6\r\nfirst \r\n")
    peer.origin.release.wait(60)
    peer.send(b"6\r\nsecond\r\n0\r\nX-Sum: 1\r\n\r\n")


class Compression(GatewayTest):
    config = gateway(routes={
        "all": {"path": "/*", "service": "origin"},
        "every": {"path": "/every/*", "service": "origin", "compress": "all"},
        "off": {"path": "/off/*", "service": "origin", "compress": "off"}}) + table(
            "compression", MODES)
    behaviour = staticmethod(plain())

    def test_each_coding_that_a_client_takes(self):
        known = ["gzip"] + [name for name in ("br", "zstd")
                            if shutil.which({"br": "brotli"}.get(name, name))]
        for coding in known:
            answer = self.get("/a", f"Accept-Encoding: {coding}")
            self.assertEqual(answer.fields.get("content-encoding"), coding)
            self.assertEqual(answer.fields.get("vary"), "Accept-Encoding")
            # It was all there at once.
            self.assertEqual(answer.fields.get("content-length"), str(len(answer.body)))
            self.assertNotIn("transfer-encoding", answer.fields)
            self.assertLess(len(answer.body), len(TEXT) / 3)
            self.assertEqual(decode(answer), TEXT)

    def test_weights_choose(self):
        chosen = lambda accept: self.get("/a", f"Accept-Encoding: {accept}").fields.get("content-encoding")
        self.assertEqual(chosen("gzip, br, zstd"), "zstd")
        self.assertEqual(chosen("gzip;q=1, br;q=0.9"), "gzip")
        self.assertEqual(chosen("*"), "zstd")
        for none in ("identity", "gzip;q=0", "*;q=0", "identity;q=0, deflate", ""):
            self.assertIsNone(chosen(none), none)

    def test_who_does_not_ask_gets_it_as_it_is(self):
        answer = self.get("/a")
        self.assertEqual(answer.body, TEXT)
        self.assertEqual(answer.fields.get("content-length"), str(len(TEXT)))
        self.assertEqual(answer.fields.get("vary"), "Accept-Encoding")

    def test_vary_is_one_list_and_strong_tags_become_weak(self):
        self.origin.behaviour = plain("Vary: Accept", "vary: X-A, X-B", 'ETag: "v"', "Accept-Ranges: bytes",
                                      "Content-MD5: x")
        answer = self.get("/a", "Accept-Encoding: gzip")
        self.assertEqual(answer.fields.all("vary"), ["Accept, X-A, X-B, Accept-Encoding"])
        self.assertEqual(answer.fields.all("etag"), ['W/"v"'])
        self.assertNotIn("accept-ranges", answer.fields)
        self.assertNotIn("content-md5", answer.fields)
        as_it_is = self.get("/a")
        self.assertEqual(as_it_is.fields.all("etag"), ['"v"'])
        self.assertEqual(as_it_is.fields.get("accept-ranges"), "bytes")
        self.origin.behaviour = plain("Vary: accept-encoding", 'ETag: W/"v"')
        answer = self.get("/a", "Accept-Encoding: gzip")
        self.assertEqual(answer.fields.all("vary"), ["accept-encoding"])
        self.assertEqual(answer.fields.all("etag"), ['W/"v"'])

    def test_what_goes_as_it_is(self):
        behaviours = {
            "short": plain(body=b"x" * 511),
            "compressed": plain("Content-Encoding: gzip", body=gzip.compress(TEXT)),
            "image": plain(kind="image/png"),
            "no-transform": plain("Cache-Control: no-transform"),
            "events": plain(kind="text/event-stream"),
            "part": plain("Content-Range: bytes 0-4/5", status=206),
            "cookie": plain("Set-Cookie: a=b"),
        }
        for name, behaviour in behaviours.items():
            with self.subTest(name):
                self.origin.behaviour = behaviour
                answer = self.get("/a", "Accept-Encoding: gzip")
                self.assertEqual(answer.fields.all("content-encoding"),
                                 ["gzip"] if name == "compressed" else [])
                self.assertIn("content-length", answer.fields)

    def test_at_the_smallest_size(self):
        self.origin.behaviour = plain(body=b"x" * 512)
        answer = self.get("/a", "Accept-Encoding: gzip")
        self.assertEqual(gzip.decompress(answer.body), b"x" * 512)

    def test_secrets_go_as_they_are_unless_the_route_says_otherwise(self):
        for field in ("Cookie: session=1", "Authorization: Bearer x"):
            answer = self.get("/a", "Accept-Encoding: gzip", field)
            self.assertNotIn("content-encoding", answer.fields)
            self.assertEqual(answer.fields.get("vary"), "Accept-Encoding")
            answer = self.get("/every/a", "Accept-Encoding: gzip", field)
            self.assertEqual(answer.fields.get("content-encoding"), "gzip")
        self.assertNotIn("content-encoding", self.get("/off/a", "Accept-Encoding: gzip").fields)

    def test_head_says_what_get_would(self):
        with self.client() as client:
            head = client.request("HEAD", "/a", "Accept-Encoding: gzip").answer("HEAD")
            self.assertEqual(head.fields.get("content-encoding"), "gzip")
            self.assertNotIn("content-length", head.fields)
            self.assertEqual(client.get("/a").status, 200)  # the connection goes on

    def test_bodiless_answers(self):
        self.origin.behaviour = answers(b"HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n")
        answer = self.get("/a", "Accept-Encoding: gzip")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertNotIn("content-encoding", answer.fields)
        self.origin.behaviour = answers(
            b'HTTP/1.1 304 Not Modified\r\nContent-Type: application/json\r\nETag: "v"\r\n\r\n')
        answer = self.get("/a", "Accept-Encoding: gzip", 'If-None-Match: W/"v"')
        self.assertEqual(answer.status, 304)
        self.assertNotIn("content-encoding", answer.fields)
        self.origin.behaviour = answers_chunked(fields=b"Content-Type: application/json\r\n")
        answer = self.get("/a", "Accept-Encoding: gzip")
        self.assertEqual(decode(answer), b"")

    def test_chunks_arrive_as_they_are_written(self):
        self.origin.behaviour = trickle
        with self.client() as client:
            client.request("GET", "/a", "Accept-Encoding: gzip", "TE: trailers")
            head = client.head()
            self.assertEqual(head.fields.get("content-encoding"), "gzip")
            reader = zlib.decompressobj(31)
            text = b""
            self.assertNotIn("content-length", head.fields)
            for block in client.blocks(head, "GET"):
                text += reader.decompress(block)
                if text == b"first ":
                    self.origin.release.set()
        self.assertEqual(text, b"first second")

    def test_a_large_body_passes_in_pieces(self):
        body = TEXT * 400
        self.origin.behaviour = plain(body=body)
        for coding in ("gzip", "br", "zstd"):
            if coding != "gzip" and not shutil.which({"br": "brotli"}.get(coding, coding)):
                continue
            answer = self.get("/a", f"Accept-Encoding: {coding}")
            self.assertEqual(decode(answer), body)
            self.assertNotIn("content-length", answer.fields)

    def test_short_bodies_of_any_length(self):
        for size in (512, 8192, 16383, 16384):
            self.origin.behaviour = plain(body=(TEXT * 3)[:size])
            answer = self.get("/a", "Accept-Encoding: gzip")
            self.assertEqual(decode(answer), (TEXT * 3)[:size])

    def test_a_body_that_breaks_off_is_cut(self):
        def breaks(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\nhalf")
            peer.close()

        self.origin.behaviour = breaks
        with self.client() as client:
            client.request("GET", "/a", "Accept-Encoding: gzip")
            self.assertCut(client, client.head())

    def test_http_1_0_gets_it_up_to_the_close(self):
        request = b"GET /a HTTP/1.0\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
        answer = self.raw(request)
        self.assertEqual(gzip.decompress(answer.body), TEXT)
        self.assertNotIn("transfer-encoding", answer.fields)
        self.origin.behaviour = answers_chunked(TEXT, fields=b"Content-Type: text/plain\r\n")
        answer = self.raw(request)
        self.assertEqual(gzip.decompress(answer.body), TEXT)
        self.assertNotIn("transfer-encoding", answer.fields)
        self.assertNotIn("content-length", answer.fields)

    def test_what_the_log_counts_is_what_was_sent(self):
        answer = self.get("/counted", "Accept-Encoding: gzip")
        socket = f"{self.directory}/control.sock"
        self.eventually(lambda: '"path":"/counted"' in gatewayctl(
            "logs", "--path", "/counted", "-o", "json", "--socket", socket).stdout.replace(" ", ""),
            "the row")
        rows = gatewayctl("logs", "--path", "/counted", "-o", "json", "--socket", socket).stdout
        self.assertIn(str(len(answer.body)), rows)


class Smallest(GatewayTest):
    config = gateway() + table("compression", {**MODES, "min_size": "1B"})

    def test_bodies_of_a_few_bytes(self):
        for size in (1, 2, 60, 127, 128, 129, 160):
            self.origin.behaviour = plain(body=TEXT[:size])
            answer = self.get("/a", "Accept-Encoding: gzip")
            self.assertEqual(gzip.decompress(answer.body), TEXT[:size])
            self.assertEqual(answer.fields.get("content-length"), str(len(answer.body)))


class OverHttp2(GatewayTest):
    """The same on the streams of HTTP/2."""

    config = gateway(listener={"http2": True}) + table("compression", MODES)
    behaviour = staticmethod(plain('ETag: "v"'))
    GZIP = ("accept-encoding", "gzip")

    def h2(self):
        client = H2Client(self.gateway.address)
        self.addCleanup(client.close)
        return client

    def test_each_coding_that_a_client_takes(self):
        client = self.h2()
        for coding in ("gzip", "br", "zstd"):
            if coding != "gzip" and not shutil.which({"br": "brotli"}.get(coding, coding)):
                continue
            answer = client.get("/a", ("accept-encoding", coding))
            self.assertEqual(answer.fields.get("content-encoding"), coding)
            self.assertEqual(answer.fields.all("vary"), ["Accept-Encoding"])
            self.assertEqual(answer.fields.get("etag"), 'W/"v"')
            self.assertEqual(answer.fields.get("content-length"), str(len(answer.body)))
            self.assertEqual(decode(answer), TEXT)
        as_it_is = client.get("/a")
        self.assertNotIn("content-encoding", as_it_is.fields)
        self.assertEqual(as_it_is.body, TEXT)

    def test_streams_at_once_are_compressed_each_for_itself(self):
        self.origin.behaviour = lambda peer: plain(
            body=TEXT + peer.request.target.encode())(peer)
        client = self.h2()
        asked = {client.request("GET", f"/{number}", self.GZIP): number for number in range(20)}
        for stream, number in asked.items():
            self.assertEqual(decode(client.answer(stream)), TEXT + f"/{number}".encode())

    def test_pieces_arrive_as_they_are_written_and_trailers_behind_them(self):
        self.origin.behaviour = trickle
        client = self.h2()
        stream = client.request("GET", "/a", self.GZIP, ("te", "trailers"))
        answer = client.answers[stream]
        so_far = lambda: zlib.decompressobj(31).decompress(bytes(answer.body))
        client.until(lambda: answer.body and so_far() == b"first ")
        self.origin.release.set()
        client.answer(stream)
        self.assertEqual(gzip.decompress(answer.body), b"first second")
        self.assertEqual(answer.trailers.get("x-sum"), "1")
        self.assertNotIn("content-length", answer.fields)

    def test_a_large_body_passes_a_narrow_window(self):
        body = os.urandom(1 << 20)
        self.origin.behaviour = plain(body=body)
        client = self.h2()
        self.assertEqual(decode(client.get("/a", self.GZIP)), body)

    def test_head_says_what_get_would(self):
        client = self.h2()
        answer = client.answer(client.request("HEAD", "/a", self.GZIP))
        self.assertEqual(answer.fields.get("content-encoding"), "gzip")
        self.assertEqual(answer.body, b"")


class Bounded(GatewayTest):
    config = gateway() + table("compression", {**MODES, "max_active": 1})
    behaviour = staticmethod(plain())

    def test_beyond_the_bound_answers_go_as_they_are(self):
        def trickle(peer):
            peer.read_body()
            if peer.request.target != "/slow":
                return plain()(peer)
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
            peer.origin.release.wait(60)
            peer.send(b"0\r\n\r\n")

        self.origin.behaviour = trickle
        with self.client() as slow:
            slow.request("GET", "/slow", "Accept-Encoding: gzip")
            head = slow.head()
            self.assertEqual(head.fields.get("content-encoding"), "gzip")
            answer = self.get("/a", "Accept-Encoding: gzip")
            self.assertNotIn("content-encoding", answer.fields)
            self.assertEqual(answer.body, TEXT)
            self.origin.release.set()
            for _ in slow.blocks(head, "GET"):
                pass
        self.eventually(lambda: "content-encoding" in self.get("/a", "Accept-Encoding: gzip").fields,
                        "the encoder is free again")


class Kept(GatewayTest):
    config = gateway(routes={"all": {"path": "/*", "service": "origin", "cache": {}}}) + table(
        "compression", MODES)
    behaviour = staticmethod(plain("Cache-Control: max-age=60", 'ETag: "v"', "Vary: Accept-Encoding"))

    def test_one_kept_answer_serves_every_coding(self):
        before = len(self.origin.requests)
        for accept in ("gzip", "gzip, deflate", "identity", "gzip;q=0.5"):
            answer = self.get("/a", f"Accept-Encoding: {accept}")
            self.assertEqual(decode(answer), TEXT)
            coded = accept != "identity"
            self.assertEqual("content-encoding" in answer.fields, coded)
            self.assertEqual(answer.fields.get("etag"), 'W/"v"' if coded else '"v"')
            self.assertEqual(answer.fields.all("vary"), ["Accept-Encoding"])
        self.assertEqual(len(self.origin.requests), before + 1)
        self.assertEqual(self.origin.requests[-1].fields.get("accept-encoding"), "identity")
        hit = self.get("/a", "Accept-Encoding: gzip")
        self.assertEqual(hit.fields.get("content-length"), str(len(hit.body)))

    def test_conditions_and_parts(self):
        self.get("/b")
        for field in ('If-None-Match: "v"', 'If-None-Match: W/"v"'):
            answer = self.get("/b", "Accept-Encoding: gzip", field)
            self.assertEqual(answer.status, 304)
            self.assertNotIn("content-encoding", answer.fields)
        part = self.get("/b", "Accept-Encoding: gzip", "Range: bytes=0-4")
        self.assertEqual((part.status, part.body), (206, TEXT[:5]))
        self.assertNotIn("content-encoding", part.fields)

    def test_what_the_service_compressed_is_kept_by_vary(self):
        self.origin.behaviour = plain("Cache-Control: max-age=60", "Vary: Accept-Encoding",
                                      "Content-Encoding: gzip", body=gzip.compress(TEXT))
        self.assertEqual(decode(self.get("/c", "Accept-Encoding: gzip")), TEXT)
        self.origin.behaviour = plain("Cache-Control: max-age=60", "Vary: Accept-Encoding")
        answer = self.get("/c", "Accept-Encoding: br;q=0")
        self.assertNotIn("content-encoding", answer.fields)
        self.assertEqual(answer.body, TEXT)
