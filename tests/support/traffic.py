"""Clients that ask all the time, while a test does something to what is behind."""

import threading
import time
from collections import Counter

from .client import Client
from .wire import WireError


class Traffic:
    """`clients` threads that send one GET after the other, from start() to stop(). Results are
    (seconds since the start, status or name of the failure, seconds it took)."""

    def __init__(self, address, clients=4, target="/", pause=0.0, connect=Client):
        self.address = address
        self.target = target
        self.pause = pause
        self.results = []
        self._connect = connect
        self._done = threading.Event()
        self._begin = 0
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self):
        self._begin = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._done.set()
        for thread in self._threads:
            thread.join()

    @property
    def statuses(self):
        return Counter(status for _, status, _ in list(self.results))

    @property
    def slowest(self):
        return max((took for _, _, took in list(self.results)), default=0)

    def since(self, moment):
        """Statuses of the requests sent after `moment` (time.monotonic())."""
        return Counter(status for at, status, took in list(self.results)
                       if self._begin + at - took > moment)

    def _ask(self):
        client = None
        while not self._done.is_set():
            begin = time.monotonic()
            try:
                client = client or self._connect(self.address)
                answer = client.get(self.target)
                status = answer.status
                if answer.fields.get("connection", "").lower() == "close":
                    client = client.close()
            except (WireError, OSError) as fault:
                status = f"{type(fault).__name__}: {fault}"[:200]
                client = client and client.close()
            end = time.monotonic()
            self.results.append((end - self._begin, status, end - begin))
            self._done.wait(self.pause)
        if client:
            client.close()
