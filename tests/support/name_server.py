"""A name server of our own (RFC 1035) for what a gateway is told of names while it runs."""

import socket
import struct
import threading

_A, _AAAA = 1, 28
_NXDOMAIN = 3


class NameServer:
    """Answers over UDP from `names` (name → addresses, IPv4), which a test changes as it likes; a
    name that is missing does not exist. `silent`: it is down, and says nothing at all. `asked` has
    the names it was asked for, A records only, in their order."""

    def __init__(self, host="127.0.0.1", port=53, **names):
        self.names = names
        self.silent = False
        self.asked = []
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind((host, port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        self._sock.sendto(b"", self._sock.getsockname())
        self._thread.join(60)
        self._sock.close()

    def _serve(self):
        while True:
            try:
                query, client = self._sock.recvfrom(512)
            except OSError:
                return
            if not query:
                return  # close() has ended it
            answer = self._answer(query)
            if answer:
                self._sock.sendto(answer, client)

    def _answer(self, query):
        name, end = [], 12
        while length := query[end]:
            name.append(query[end + 1:end + 1 + length].decode())
            end += 1 + length
        name = ".".join(name).lower()
        kind = struct.unpack_from("!H", query, end + 1)[0]
        question = query[12:end + 5]
        if kind == _A:
            self.asked.append(name)
        if self.silent:
            return None
        known = self.names.get(name)
        found = [socket.inet_aton(address) for address in known or ()] if kind == _A else []
        flags = 0x8180 | (0 if known is not None else _NXDOMAIN)
        head = query[:2] + struct.pack("!5H", flags, 1, len(found), 0, 0)
        records = b"".join(struct.pack("!3HIH", 0xC00C, kind, 1, 0, 4) + address
                           for address in found)
        return head + question + records
