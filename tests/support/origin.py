"""A real HTTP/1 origin whose every answer, and every misbehaviour, is a function of the test."""

import socket
import threading
from dataclasses import dataclass, field

from .wire import PATIENCE, Closed, Fields, Stream, WireError, chunked


@dataclass
class Request:
    """What reached the origin. It is recorded once its head is there; `body` may still grow."""

    connection: int
    method: str
    target: str
    minor: int
    fields: Fields
    head: bytes
    body: bytes = b""
    received: int = 0       # bytes of the body
    trailers: Fields = field(default_factory=Fields)
    complete: bool = False  # the body came to its proper end


class Peer:
    """One accepted connection, as a behaviour sees it."""

    def __init__(self, origin, sock, number):
        self.origin = origin
        self.sock = sock
        self.number = number
        self.stream = Stream(sock, origin._count)
        self.request = None
        self.open = True

    def read_body(self, keep=True):
        """Reads the current request's body to its end."""
        length = self.stream.length_of(self.request.fields) or 0
        for block in self.stream.body(length):
            if keep:
                self.request.body += block
            with self.origin.changed:
                self.request.received += len(block)
                self.origin.changed.notify_all()
        with self.origin.changed:
            self.request.trailers = self.stream.trailers
            self.request.complete = True
            self.origin.changed.notify_all()
        return self.request.body

    def send(self, data):
        self.sock.sendall(data)

    def answer(self, status=200, body=b"", *fields, reason="OK"):
        lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}", *fields, "", ""]
        self.send("\r\n".join(lines).encode("latin-1") + body)

    def close(self):
        self.open = False
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()

    def reset(self):
        self.open = False
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.sock.close()

    def wait_for_end(self):
        """Until the gateway ends this connection; what it still sends is dropped."""
        try:
            while True:
                self.stream.buffer.clear()
                self.stream.fill()
        except Closed:
            self.close()


def echo(peer):
    """200 with the request's own body."""
    peer.answer(200, peer.read_body(), "X-Origin: yes")


def answers(*parts, end=False):
    """Reads the whole request, then sends exactly these bytes, and closes if `end`."""

    def behaviour(peer):
        peer.read_body()
        for part in parts:
            peer.send(part)
        if end:
            peer.close()

    return behaviour


def answers_chunked(*parts, trailers=b"", fields=b""):
    return answers(b"HTTP/1.1 200 OK\r\n" + fields + b"Transfer-Encoding: chunked\r\n\r\n"
                   + chunked(*parts, trailers=trailers))


class Origin:
    """Listens on loopback; one thread a connection. `behaviour(peer)` is called for each request
    after its head was read; `on_connect(peer)`, when set, has the connection for itself."""

    def __init__(self, behaviour=echo, host="127.0.0.1", port=0, reuse_port=False, tls=None):
        self.behaviour = behaviour
        self.on_connect = None
        self.requests = []
        self.faults = []       # requests of the gateway that were not HTTP/1
        self.connections = 0   # ever accepted
        self.live = 0          # open now
        self.bytes = 0         # ever read
        self.changed = threading.Condition()
        self.release = threading.Event()  # what a behaviour waits for when a test holds it back
        self._peers = set()
        self._listener = socket.create_server((host, port), backlog=512,
                                              reuse_port=reuse_port)
        self.port = self._listener.getsockname()[1]
        self.tls = tls           # an ssl.SSLContext: it speaks TLS
        self.handshakes = []     # of those connections: (session reused, client's certificate)
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def wait(self, condition, what):
        """Until `condition()` holds; it is looked at whenever something arrives or ends."""
        with self.changed:
            if not self.changed.wait_for(condition, PATIENCE):
                seen = [f"{request.method} {request.target}" for request in self.requests[-5:]]
                raise AssertionError(f"the origin waited in vain: {what}; open: {self.live}, "
                                     f"requests: {len(self.requests)}, the last: {seen}")

    def wait_for_requests(self, count):
        self.wait(lambda: len(self.requests) >= count, f"{count} requests")
        return self.requests[count - 1]

    def close(self):
        """Stops listening and cuts every connection."""
        self.release.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        with self.changed:
            peers = list(self._peers)
        for peer in peers:
            peer.close()

    def cut_idle(self):
        """Cuts every open connection and waits until they are gone."""
        with self.changed:
            peers = list(self._peers)
        for peer in peers:
            peer.close()
        self.wait(lambda: self.live == 0, "all connections gone")

    def _count(self, count):
        with self.changed:
            self.bytes += count
            self.changed.notify_all()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.settimeout(PATIENCE * 2)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                self.connections += 1
                self.live += 1
                peer = Peer(self, sock, self.connections)
                self._peers.add(peer)
                self.changed.notify_all()
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            if self.tls:
                self._begin_tls(peer)
            if self.on_connect:
                self.on_connect(peer)
                return
            while peer.open:
                self._one(peer)
        except Closed:
            pass
        except WireError as fault:
            if peer.open:
                self.faults.append(str(fault))
        except OSError:
            pass
        finally:
            peer.close()
            with self.changed:
                self.live -= 1
                self._peers.discard(peer)
                self.changed.notify_all()

    def _begin_tls(self, peer):
        peer.sock = self.tls.wrap_socket(peer.sock, server_side=True)
        peer.stream = Stream(peer.sock, self._count)
        with self.changed:
            self.handshakes.append((peer.sock.session_reused, peer.sock.getpeercert()))
            self.changed.notify_all()

    def _one(self, peer):
        if not peer.stream.buffer:
            peer.sock.settimeout(None)  # an idle connection may stay as long as it likes
            peer.stream.fill()
            peer.sock.settimeout(PATIENCE * 2)
        method, target, minor, fields, head = peer.stream.request_head()
        peer.request = Request(peer.number, method, target, minor, fields, head)
        with self.changed:
            self.requests.append(peer.request)
            self.changed.notify_all()
        self.behaviour(peer)
