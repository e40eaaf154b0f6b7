"""A client that sends exactly the bytes it is given and reads answers strictly."""

import json
import socket
from dataclasses import dataclass, field

from .wire import PATIENCE, Closed, Fields, Stream, WireError


@dataclass
class Answer:
    minor: int
    status: int
    reason: str
    fields: Fields
    head: bytes
    body: bytes = b""
    trailers: Fields = field(default_factory=Fields)
    interim: list = field(default_factory=list)  # 1xx answers before this one, as (status, fields)
    closed: bool = False  # the gateway ended the connection after it (only raw() looks)

    def json(self):
        return json.loads(self.body)


class Client:
    """One connection. `source` is the address it comes from; any 127/8 address will do."""

    def __init__(self, address, source=None, patience=PATIENCE, receive_buffer=None):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.settimeout(patience)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            if source:
                self.sock.bind((source, 0))
            self.sock.connect(address)
        except OSError:
            self.sock.close()
            raise
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = Stream(self.sock)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def reset(self):
        """Ends the connection with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def try_send(self, data):
        """Sends what the peer takes; False when it has gone (an early refusal may do that)."""
        try:
            self.sock.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def is_read(self):
        """Whether the gateway has taken from its socket all that was sent."""
        ends = [f":{port:04X}" for port in (self.sock.getpeername()[1], self.sock.getsockname()[1])]
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table]
        return any(row[1].endswith(ends[0]) and row[2].endswith(ends[1]) and int(row[9]) != 0
                   and row[4].endswith(":00000000") for row in rows[1:])

    def end(self):
        """Says that nothing more will be sent."""
        self.sock.shutdown(socket.SHUT_WR)

    def request(self, method="GET", target="/", *fields, body=None, host="gateway.test", minor=1):
        """Sends one request; `fields` are whole lines ("A: b"), a body gets its Content-Length."""
        lines = [f"{method} {target} HTTP/1.{minor}"]
        if host is not None:
            lines.append(f"Host: {host}")
        lines += fields
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines + ["", ""]).encode("latin-1") + (body or b""))
        return self

    def head(self):
        """The next answer's head, a final one; 1xx before it are kept in its `interim`."""
        interim = []
        while True:
            minor, status, reason, fields, raw = self.stream.status_head()
            if status >= 200 or status == 101:
                return Answer(minor, status, reason, fields, raw, interim=interim)
            if "content-length" in fields or "transfer-encoding" in fields:
                raise WireError(f"a {status} with a body length: {raw!r}")
            interim.append((status, fields))

    def blocks(self, answer, method="GET"):
        """The body of `answer`, piece by piece."""
        if method == "HEAD" or answer.status in (101, 204, 304):
            if answer.status == 204 and "content-length" in answer.fields:
                raise WireError(f"204 with Content-Length: {answer.head!r}")
            return
        length = self.stream.length_of(answer.fields)
        yield from self.stream.body(length)
        answer.trailers = self.stream.trailers

    def answer(self, method="GET"):
        """The next whole answer; `method` is that of its request (HEAD has no body)."""
        answer = self.head()
        answer.body = b"".join(self.blocks(answer, method))
        return answer

    def get(self, target="/", *fields, **options):
        return self.request("GET", target, *fields, **options).answer()

    def is_closed(self):
        """Waits for the gateway to end the connection; anything it still sends is a failure."""
        try:
            self.stream.fill()
        except Closed:
            return True
        raise WireError(f"more bytes instead of the end: {bytes(self.stream.buffer[:500])!r}")
