"""An instance as a program: answers every request with 200 and its port. Its only argument is the
port; it says "ready" on stdout, and ends when stdin does."""

import sys

from support import Origin


def answer_with_port(peer):
    peer.read_body(keep=False)
    peer.origin.requests.clear()
    peer.answer(200, str(peer.origin.port).encode())


if __name__ == "__main__":
    Origin(answer_with_port, port=int(sys.argv[1]), reuse_port=True)
    print("ready", flush=True)
    sys.stdin.read()
