"""An HTTP/2 origin with prior knowledge that sends exactly the frames a test wants it to."""

import socket
import struct
import threading

from .h2 import (ACK, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, RST_STREAM,
                 SETTINGS, frame)
from .wire import PATIENCE


def field(name, value):
    """A field as HPACK spells it without a table (RFC 7541 §6.2.2); texts up to 126 octets."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


OK = b"\x88"  # ":status: 200" of the static table


def good(peer, stream):
    peer.send(frame(HEADERS, END_HEADERS, stream, OK + field(b"content-length", b"2")) +
              frame(DATA, END_STREAM, stream, b"ok"))


class H2Peer:
    """One connection, as a behaviour sees it."""

    def __init__(self, origin, sock, number):
        self.origin, self.sock, self.number = origin, sock, number
        self.goaway = None  # the code with which the gateway ended it
        self.resets = {}    # stream → the code of RST_STREAM

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError:
            pass  # the gateway has had enough

    def _read(self, size):
        data = b""
        while len(data) < size:
            piece = self.sock.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def serve(self):
        try:
            if self._read(len(PREFACE)) != PREFACE:
                return
            self.send(frame(SETTINGS, 0, 0, self.origin.settings))
            while True:
                head = self._read(9)
                payload = self._read(int.from_bytes(head[:3], "big"))
                kind, flags = head[3], head[4]
                stream = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
                if kind == SETTINGS and not flags & ACK:
                    self.send(frame(SETTINGS, ACK))
                elif kind == PING and not flags & ACK:
                    self.send(frame(PING, ACK, 0, payload))
                elif kind == GOAWAY:
                    self.goaway = int.from_bytes(payload[4:8], "big")
                elif kind == RST_STREAM:
                    self.resets[stream] = int.from_bytes(payload, "big")
                elif kind == HEADERS:
                    self.origin.asked.append(self.number)
                    self.origin.behaviour(self, stream)
        except (EOFError, OSError):
            pass
        finally:
            self.sock.close()
            with self.origin.changed:
                self.origin.live -= 1
                self.origin.changed.notify_all()


class H2Origin:
    """`behaviour(peer, stream)` answers each request; `asked`: the connections that brought one.
    `settings`: (number, value) of the SETTINGS that each connection begins with."""

    def __init__(self, behaviour=good, settings=()):
        self.behaviour = behaviour
        self.settings = b"".join(struct.pack(">HI", *pair) for pair in settings)
        self.asked, self.peers, self.live = [], [], 0
        self.changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                self.live += 1
                self.peers.append(H2Peer(self, sock, len(self.peers)))
            threading.Thread(target=self.peers[-1].serve, daemon=True).start()

    def wait(self, condition, what):
        with self.changed:
            if not self.changed.wait_for(condition, PATIENCE):
                raise AssertionError(f"waited {PATIENCE} s in vain: {what}")

    def close(self):
        self._listener.close()
        for peer in self.peers:
            try:
                peer.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed
