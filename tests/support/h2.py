"""An HTTP/2 client that sends exactly the frames it is told to and reads strictly (RFC 9113)."""

import socket
import struct
import threading
from collections import defaultdict
from dataclasses import dataclass, field

import hpack

from .wire import PATIENCE, Closed, Fields, Stream, WireError

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
(DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE,
 CONTINUATION) = range(10)
END_STREAM, ACK, END_HEADERS, PADDED = 0x1, 0x1, 0x4, 0x8
(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED,
 FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM) = (
     range(12))
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE = 1, 2, 3, 4
ENABLE_CONNECT_PROTOCOL = 8


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


@dataclass
class H2Answer:
    """What came on one stream so far."""

    status: int = 0
    fields: Fields = field(default_factory=Fields)
    body: bytearray = field(default_factory=bytearray)
    trailers: Fields = field(default_factory=Fields)
    interim: list = field(default_factory=list)
    ended: bool = False
    reset: int = None  # the code of RST_STREAM
    head: bytes = b""  # of HTTP/1 alone


class H2Client:
    """One connection with prior knowledge. `window`: what a stream's answer may send unread;
    `credit`: whether what was read is given back as it comes; `hello`: whether it begins as it
    should."""

    def __init__(self, address, window=65535, credit=True, settings=(), hello=True,
                 receive_buffer=None, sock=None):
        self.sock = sock or socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sock is None:
            if receive_buffer:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self.sock.connect(address)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.settimeout(PATIENCE)
        self.stream = Stream(self.sock)
        self._sending = threading.Lock()  # frames stay whole, whoever else sends
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.credit = credit
        self.answers = defaultdict(H2Answer)
        self.settings = {}     # of the gateway
        self.goaway = None     # (last stream, code)
        self.pings = []        # acknowledged
        self.windows = {}      # stream → what WINDOW_UPDATE gave
        self.next = 1
        if hello:
            pairs = [(INITIAL_WINDOW_SIZE, window), *settings]
            self.send(PREFACE + frame(SETTINGS, payload=b"".join(
                struct.pack(">HI", *pair) for pair in pairs)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, data):
        with self._sending:
            self.sock.sendall(data)

    def try_send(self, data):
        try:
            self.send(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    # Requests

    def head(self, method="GET", path="/", *fields, authority="gateway.test", scheme="http",
             more=()):
        """The block of a request; `fields` are pairs."""
        pseudo = [(":method", method), (":scheme", scheme), (":authority", authority),
                  (":path", path), *more]
        return self.encoder.encode([pair for pair in pseudo if pair[1] is not None]
                                   + list(fields), huffman=False)

    def open(self, block, end=True, stream=None):
        """Sends HEADERS; returns the stream's number."""
        if stream is None:
            stream, self.next = self.next, self.next + 2
        self.answers[stream] = H2Answer()
        self.send(frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block))
        return stream

    def request(self, method="GET", path="/", *fields, body=None, **options):
        stream = self.open(self.head(method, path, *fields, **options), end=body is None)
        if body is not None:
            self.data(stream, body)
        return stream

    def data(self, stream, data, end=True):
        for at in range(0, len(data), 16384):
            self.send(frame(DATA, 0, stream, data[at:at + 16384]))
        if end:
            self.send(frame(DATA, END_STREAM, stream))

    def trailers(self, stream, *fields):
        self.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, self.encoder.encode(fields)))

    def reset(self, stream, code=CANCEL):
        self.send(frame(RST_STREAM, 0, stream, struct.pack(">I", code)))

    def give(self, stream, count):
        self.send(frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", count)))

    def get(self, path="/", *fields, **options):
        return self.answer(self.request("GET", path, *fields, **options))

    # Answers

    def answer(self, stream):
        """The whole answer on `stream`; a reset is a failure."""
        answer = self.until(lambda: self.answers[stream].ended or self.answers[stream].reset
                            is not None) and self.answers[stream]
        if answer.reset is not None:
            raise WireError(f"stream {stream} was reset with {answer.reset}: {answer}")
        return answer

    def until(self, condition):
        while not condition():
            self.one()
        return True

    def ending(self):
        """Reads to the connection's end; the code of the GOAWAY that came before it."""
        try:
            while True:
                self.one()
        except Closed:
            if self.goaway is None:
                raise WireError("closed without GOAWAY") from None
            return self.goaway[1]

    def ping(self):
        """A whole turn: all that was sent before has been read."""
        token = struct.pack(">Q", len(self.pings) + 1)
        self.send(frame(PING, 0, 0, token))
        self.until(lambda: token in self.pings)

    def one(self):
        """Reads one frame and acts as a client has to."""
        head = self.stream.exactly(9)
        length = int.from_bytes(head[:3], "big")
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF
        if length > 16384:
            raise WireError(f"a frame of {length} bytes")
        payload = self.stream.exactly(length)
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, length, 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                self.settings[name] = value
            self.try_send(frame(SETTINGS, ACK))
        elif kind == PING:
            if flags & ACK:
                self.pings.append(payload)
            else:
                self.try_send(frame(PING, ACK, 0, payload))
        elif kind == GOAWAY:
            self.goaway = struct.unpack(">II", payload[:8])
        elif kind == WINDOW_UPDATE:
            self.windows[stream] = self.windows.get(stream, 0) + int.from_bytes(payload, "big")
        elif kind == RST_STREAM:
            self.answers[stream].reset = int.from_bytes(payload, "big")
        elif kind == DATA:
            self._data(self.answers[stream], stream, payload, flags)
        elif kind == HEADERS:
            if not flags & END_HEADERS:
                raise WireError("an answer's head in several frames")
            self._head(self.answers[stream], payload, flags)
        return kind

    def _data(self, answer, stream, payload, flags):
        if not answer.status or answer.ended:
            raise WireError(f"DATA out of place on stream {stream}")
        answer.body += payload
        answer.ended = bool(flags & END_STREAM)
        if self.credit and payload:
            self.give(0, len(payload))
            if not answer.ended:
                self.give(stream, len(payload))

    def _head(self, answer, block, flags):
        fields = Fields((name, value) for name, value in self.decoder.decode(block))
        for name, value in fields:
            if name != name.lower() or name in ("connection", "transfer-encoding", "keep-alive",
                                                "upgrade", "proxy-connection"):
                raise WireError(f"a field that HTTP/2 does not have: {name}: {value}")
        if answer.ended:
            raise WireError("HEADERS after the end")
        status = fields.get(":status")
        plain = Fields(pair for pair in fields if not pair[0].startswith(":"))
        if answer.status:
            if status or not flags & END_STREAM:
                raise WireError(f"not trailers: {fields}")
            answer.trailers = plain
        elif int(status) < 200:
            answer.interim.append((int(status), plain))
        else:
            answer.status, answer.fields = int(status), plain
        answer.ended = bool(flags & END_STREAM)
