"""HTTP/1 messages on a socket, read strictly (RFC 9112): what is not exact is a failure."""

import os
import re
import socket

# Seconds a test waits for a condition before it fails: many, since they pass only when it does fail,
# and a sanitized build on a machine that does much besides is slow.
PATIENCE = float(os.environ.get("GATEWAYD_TEST_PATIENCE", "60"))

_FIELD = re.compile(rb"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$")
_STATUS = re.compile(rb"^HTTP/1\.([01]) ([1-5][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)$")
_REQUEST = re.compile(rb"^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP/1\.([01])$")
_CHUNK = re.compile(rb"^([0-9A-Fa-f]{1,16})(?:[ \t]*;[\t\x20-\x7e]*)?$")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class WireError(AssertionError):
    """The peer wrote something that is not HTTP/1, or nothing in time."""


class Closed(WireError):
    """The peer ended the connection before the message was whole."""

    def __init__(self, message, received=b"", reset=False):
        super().__init__(message)
        self.received = received
        self.reset = reset


class Fields(list):
    """Field lines in the order they came: (name, value) as text."""

    def all(self, name):
        return [value for key, value in self if key.lower() == name.lower()]

    def get(self, name, default=None):
        """The only value of `name`; more than one line of it is a failure."""
        values = self.all(name)
        if len(values) > 1:
            raise WireError(f"{name} stands {len(values)} times: {values}")
        return values[0] if values else default

    def __contains__(self, name):
        return bool(self.all(name))


class Stream:
    """A socket with a buffer in front. Every wait ends after PATIENCE seconds at the latest."""

    def __init__(self, sock, on_bytes=None):
        self.sock = sock
        self.buffer = bytearray()
        self._on_bytes = on_bytes

    def fill(self):
        try:
            data = self.sock.recv(262144)
        except (socket.timeout, BlockingIOError):
            raise WireError(
                f"nothing came in time; read so far: {bytes(self.buffer[:500])!r}") from None
        except OSError as fault:
            raise Closed(f"{fault}; read so far: {bytes(self.buffer[:500])!r}",
                         bytes(self.buffer), isinstance(fault, ConnectionResetError)) from None
        if not data:
            raise Closed(f"closed; read so far: {bytes(self.buffer[:500])!r}", bytes(self.buffer))
        if self._on_bytes:
            self._on_bytes(len(data))
        self.buffer += data

    def take(self, count):
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def until(self, mark, limit=4 << 20):
        while (at := self.buffer.find(mark)) < 0:
            if len(self.buffer) > limit:
                raise WireError(f"no {mark!r} within {limit} bytes: {bytes(self.buffer[:200])!r}")
            self.fill()
        return self.take(at + len(mark))

    def blocks(self, count):
        """The next `count` bytes, piece by piece as they come."""
        while count:
            if not self.buffer:
                self.fill()
            block = self.take(min(count, len(self.buffer)))
            count -= len(block)
            yield block

    def exactly(self, count):
        while len(self.buffer) < count:
            self.fill()
        return self.take(count)

    def rest(self):
        """Everything up to the end of the stream; a reset is not an end."""
        try:
            while True:
                self.fill()
        except Closed as end:
            if end.reset:
                raise
        return self.take(len(self.buffer))

    def fields(self):
        """Field lines up to and with the empty line."""
        raw = bytearray()
        fields = Fields()
        while (line := self.until(b"\r\n")) != b"\r\n":
            raw += line
            match = _FIELD.match(line[:-2])
            if not match or _CONTROL.search(match[2]):
                raise WireError(f"not a field line: {line!r}")
            fields.append((match[1].decode(), match[2].decode("latin-1")))
        return fields, bytes(raw) + b"\r\n"

    def status_head(self):
        line = self.until(b"\r\n")
        match = _STATUS.match(line[:-2])
        if not match:
            raise WireError(f"not a status line: {line!r}")
        fields, raw = self.fields()
        return int(match[1]), int(match[2]), match[3].decode("latin-1"), fields, line + raw

    def request_head(self):
        line = self.until(b"\r\n")
        match = _REQUEST.match(line[:-2])
        if not match:
            raise WireError(f"not a request line: {line!r}")
        fields, raw = self.fields()
        return match[1].decode(), match[2].decode(), int(match[3]), fields, line + raw

    def chunks(self):
        """The data of a chunked body, chunk by chunk; sets `trailers` at its end."""
        while True:
            line = self.until(b"\r\n", 65536)
            match = _CHUNK.match(line[:-2])
            if not match:
                raise WireError(f"not a chunk size: {line!r}")
            size = int(match[1], 16)
            if not size:
                break
            yield from self.blocks(size)
            if (end := self.exactly(2)) != b"\r\n":
                raise WireError(f"a chunk ends in {end!r}")
        self.trailers, _ = self.fields()

    def length_of(self, fields):
        """"chunked", a number of bytes, or None; a message that says both is a failure."""
        coding, length = fields.get("transfer-encoding"), fields.get("content-length")
        if coding is not None and length is not None:
            raise WireError(f"both Transfer-Encoding and Content-Length: {fields}")
        if coding is not None:
            if coding.lower() != "chunked":
                raise WireError(f"Transfer-Encoding: {coding}")
            return "chunked"
        if length is None:
            return None
        if not re.fullmatch("[0-9]+", length):
            raise WireError(f"Content-Length: {length}")
        return int(length)

    def body(self, length):
        """Pieces of a body of `length` as length_of() gives it; None reads to the end."""
        self.trailers = Fields()
        if length == "chunked":
            yield from self.chunks()
        elif length is None:
            yield self.rest()
        else:
            yield from self.blocks(length)


def chunked(*parts, trailers=b""):
    """A chunked body of these parts."""
    data = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)
    return data + b"0\r\n" + trailers + b"\r\n"
