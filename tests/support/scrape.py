"""What /metrics says, read strictly."""

import re
import socket

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def samples(text):
    """Of an exposition: (name, frozenset of labels) → value."""
    found = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, labels, value = SAMPLE.match(line).groups()
        found[name, frozenset(LABEL.findall(labels or ""))] = float(value)
    return found


def ask_socket(path, target, accept=None):
    """GET over a Unix socket: head and body."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        lines = [f"GET {target} HTTP/1.1", "Host: x", "Connection: close"]
        sock.sendall("\r\n".join(lines + ([f"Accept: {accept}"] if accept else []) +
                                 ["", ""]).encode())
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode(), body.decode()
