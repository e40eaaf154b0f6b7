"""Scenarios of memory: what connections and bodies of any size may hold."""

import http.client
import subprocess
import threading
import time

from .bench import Check, Result
from .machine import Broken, Process

MIB = 1024 * 1024


class Crowd:
    """Keep-alive connections, all open, that send when told to."""

    def __init__(self, bench, port, count, program="crowd"):
        self.process = Process("load", [bench.tools[program], port, count], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.opened = self._line()

    def again(self):
        self.process.popen.stdin.write("again\n")
        self.process.popen.stdin.flush()
        return self._line()

    def _line(self):
        words = self.process.popen.stdout.readline().split()
        if len(words) != 4:
            raise Broken("crowd ended before it was told to")
        return {"answered": int(words[1]), "errors": int(words[3])}


def idle(bench):
    """10,000 idle keep-alive connections after one request each, then each in turn, four times."""
    count = 10_000
    figures, errors = {}, 0
    with bench.running() as running:
        for proxy in (running.nginx(), running.gatewayd()):
            at_start = proxy.process.memory_kb()
            crowd = Crowd(bench, proxy.port, count)
            running.stack.callback(crowd.process.stop)
            time.sleep(4)  # buffers of connections that have gone quiet are given back
            resident = proxy.process.memory_kb()
            rounds = [crowd.opened] + [crowd.again() for _ in range(4)]
            crowd.process.stop()
            errors = sum(line["errors"] + count - line["answered"] - line["errors"]
                         for line in rounds)
            figures[proxy.name] = {"rss_mb": round(resident / 1024, 1),
                                   "rss_mb_before": round(at_start / 1024, 1),
                                   "bytes_a_connection": round((resident - at_start) * 1024 / count),
                                   "requests": count * len(rounds), "errors": errors}
    return Result(figures, [
        Check("resident memory with 10,000 idle connections",
              figures["gatewayd"]["rss_mb"], 40, "MB"),
        Check("requests without an answer, of 50,000", errors, 0)])


def download(port, size, pause=0.0):
    """GETs `size` bytes, stopping once for `pause` seconds; returns how many came."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", f"/bytes/{size}")
    answer, got, buffer = client.getresponse(), 0, bytearray(MIB)
    while count := answer.readinto(buffer):
        if got < size // 2 <= got + count:
            time.sleep(pause)
        got += count
    client.close()
    return got


def upload(port, size):
    """POSTs `size` bytes; returns how many the backend says came."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.putrequest("POST", "/sink")
    client.putheader("Content-Length", str(size))
    client.endheaders()
    piece = bytes(MIB)
    for _ in range(size // MIB):
        client.send(piece)
    text = client.getresponse().read().decode()
    client.close()
    return int(text.split(":")[1].rstrip("}"))


class Highest:
    """The highest memory seen while the block runs, sampled every 20 ms."""

    def __init__(self, process):
        self.process, self.kb, self.over = process, 0, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self):
        while not self.over.is_set():
            self.kb = max(self.kb, self.process.memory_kb())
            self.over.wait(0.02)

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def stream(bench):
    """1 GiB downloaded and 1 GiB uploaded, with a client that pauses on the way."""
    size = (128 if bench.quick else 1024) * MIB
    with bench.running() as running:
        proxy = running.gatewayd()
        download(proxy.port, 64 * MIB, pause=0.5)
        upload(proxy.port, 64 * MIB)
        before, figures, passed = proxy.process.memory_kb(), {}, {}
        for name, transfer in (("download", lambda: download(proxy.port, size, pause=1)),
                               ("upload", lambda: upload(proxy.port, size))):
            start = time.monotonic()
            with Highest(proxy.process) as highest:
                passed[name] = transfer()
            figures[name] = {"mib": passed[name] // MIB,
                             "seconds": round(time.monotonic() - start, 2),
                             "rss_growth_mb": round((highest.kb - before) / 1024, 2)}
    if set(passed.values()) != {size}:
        raise Broken(f"bodies came incomplete: {passed} of {size} bytes")
    return Result(figures, [Check(f"growth of resident memory, {name}",
                                  figures[name]["rss_growth_mb"], 2, "MB") for name in figures])
