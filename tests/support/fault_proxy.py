"""A TCP proxy between gateway and origin that does to connections what bad networks do."""

import select
import socket
import threading
import time
from dataclasses import dataclass

from .wire import PATIENCE

_LOOK = 0.02  # seconds between two looks at whether the fault is over or the other side gone
_RST = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # struct linger: on, 0 s


@dataclass(frozen=True)
class Fault:
    """What happens to the bytes of a connection; without arguments they pass as they are."""

    delay: float = 0      # seconds that each block is held back
    trickle: float = 0    # seconds between single bytes
    after: int = None     # so many bytes of a connection pass, in the direction `way`, and then:
    then: str = "stall"   # nothing more comes ("stall"), it ends ("cut"), or with RST ("reset")
    way: str = "down"     # "down": answers, "up": requests, "both"

    def strikes(self, way):
        return self.way in (way, "both")


NONE = Fault()
HALF_OPEN = Fault(after=0, way="both")  # accepts, and that is all: no forwarding, no close


class Link:
    """One connection through the proxy. `fault`, when set, stands in for that of the proxy."""

    def __init__(self, proxy, near, number):
        self.proxy = proxy
        self.near = near   # the gateway's side
        self.far = None    # the origin's side, made when the first byte is forwarded
        self.number = number
        self.fault = None
        self.passed = {"up": 0, "down": 0}
        self.closed = threading.Event()

    def current(self):
        return self.fault or self.proxy.fault

    def end(self, reset=False):
        """Ends both sides; with RST, or as an orderly close would."""
        if not self.proxy._forget(self):
            return
        self.closed.set()
        for sock in filter(None, (self.near, self.far)):
            try:
                if reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
                # Wakes the thread that reads from it: while one does, close() sends nothing.
                sock.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended by itself
            sock.close()

    def run(self):
        """The gateway's side to the origin; the other way in a thread of its own."""
        try:
            self._pump(self.near, "up")
        except (OSError, ValueError):  # reset, or closed by the other thread
            self.end(reset=True)

    def _pump_down(self):
        try:
            self._pump(self.far, "down")
        except (OSError, ValueError):
            self.end(reset=True)

    def _pump(self, source, way):
        while not self.closed.is_set():
            if not self._wait_until_clear(way):
                return self.end()
            data = source.recv(65536)
            if not data:
                return self._half_close(way)
            if way == "up" and self.far is None:
                self._connect()
            self._pass(data, way)

    def _connect(self):
        self.far = socket.create_connection(self.proxy.target, timeout=PATIENCE)
        self.far.settimeout(None)
        self.far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._pump_down, daemon=True).start()

    def _half_close(self, way):
        if way == "down" or self.far is None:
            self.end()
        else:
            self.far.shutdown(socket.SHUT_WR)

    def _room(self, way):
        fault = self.current()
        if fault.after is None or not fault.strikes(way):
            return None
        return max(0, fault.after - self.passed[way])

    def _wait_until_clear(self, way):
        """Waits while the fault lets nothing pass; False when the gateway has gone meanwhile."""
        while self._room(way) == 0 and self.current().then == "stall":
            poll = select.poll()
            poll.register(self.near, select.POLLRDHUP)
            if poll.poll(_LOOK * 1000) or self.closed.is_set():
                return False
        return True

    def _pass(self, data, way):
        while data and not self.closed.is_set():
            fault, room = self.current(), self._room(way)
            if room == 0 and fault.then != "stall":
                return self.end(reset=fault.then == "reset")
            if not self._wait_until_clear(way):
                return self.end()
            part = data if room in (None, 0) else data[:room]
            if fault.strikes(way):
                if fault.trickle:
                    part = part[:1]
                self.closed.wait(fault.delay or fault.trickle)
            if room == 0:
                continue  # it was a stall that is over: look again
            (self.far if way == "up" else self.near).sendall(part)
            with self.proxy.changed:
                self.passed[way] += len(part)
                self.proxy.passed[way] += len(part)
                self.proxy.changed.notify_all()
            data = data[len(part):]
        return None


class FaultProxy:
    """Listens on loopback in front of `target` (host, port). `fault` may be set at any time and
    counts for every connection, also those that are open; `plan` (number of the connection, from
    1 → fault) counts for single ones."""

    def __init__(self, target):
        self.target = target
        self.fault = NONE
        self.plan = {}
        self.connections = 0                # ever accepted
        self.links = []                     # open now
        self.passed = {"up": 0, "down": 0}  # bytes
        self.changed = threading.Condition()
        self._fillers = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._accepting = threading.Lock()
        self._paused = False
        self._closing = False
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @classmethod
    def before(cls, origin):
        return cls(("127.0.0.1", origin.port))

    @property
    def live(self):
        return len(self.links)

    def wait(self, condition, what):
        with self.changed:
            if not self.changed.wait_for(condition, PATIENCE):
                raise AssertionError(f"the proxy waited in vain: {what}; open: {self.live}, "
                                     f"ever: {self.connections}, passed: {self.passed}")

    def break_links(self, reset=True):
        """Ends every open connection, with RST or in order."""
        for link in list(self.links):
            link.end(reset)

    def open_black_hole(self):
        """From now on no new connection is answered: the queue of those to accept is full."""
        with self._accepting:
            self._paused = True
        self._listener.listen(0)
        while True:
            filler = socket.socket()
            self._fillers.append(filler)
            filler.settimeout(0.2)
            try:
                filler.connect(("127.0.0.1", self.port))
            except TimeoutError:
                return

    def close_black_hole(self):
        """New connections are accepted again; those that were never answered by then as well."""
        self._listener.listen(128)
        self._paused = False

    def close(self):
        """Ends everything. To be called once."""
        self._closing = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join(PATIENCE)
        self._listener.close()
        self.break_links(reset=False)
        for filler in self._fillers:
            filler.close()

    def _accept(self):
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        while not self._closing:
            if self._paused:
                time.sleep(_LOOK)
            elif poll.poll(_LOOK * 1000):
                with self._accepting:
                    if not self._paused and not self._closing:
                        self._take()

    def _take(self):
        try:
            near, peer = self._listener.accept()
        except OSError:
            return
        if peer in [filler.getsockname() for filler in self._fillers]:
            near.close()
            return
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.changed:
            self.connections += 1
            link = Link(self, near, self.connections)
            link.fault = self.plan.get(link.number)
            self.links.append(link)
            self.changed.notify_all()
        threading.Thread(target=link.run, daemon=True).start()

    def _forget(self, link):
        """False when another thread has ended it already."""
        with self.changed:
            if link not in self.links:
                return False
            self.links.remove(link)
            self.changed.notify_all()
            return True
