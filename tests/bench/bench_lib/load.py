"""wrk and h2load, and what a stretch of load costs the proxy."""

import re
import statistics
import subprocess
import time

from .machine import Broken, find, pinned


def wrk(port, seconds, connections=64, script=None, arguments=(), refused=False,
        scheme="http"):
    """Runs wrk; returns how many requests were answered, all of them with 2xx or 3xx, or none of
    them where they are to be `refused`."""
    command = [find("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    if script:
        command += ["-s", script]
    command += [f"{scheme}://127.0.0.1:{port}/samples/7", "--", *arguments]
    done = subprocess.run(pinned("load", command), capture_output=True, text=True, timeout=seconds + 60)
    found = re.search(r"(\d+) requests in", done.stdout)
    if done.returncode != 0 or not found:
        raise Broken(f"wrk failed: {done.stdout}{done.stderr}")
    count = int(found.group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    broken = re.search(r"Socket errors: .*", done.stdout)
    if broken or int(bad.group(1) if bad else 0) != (count if refused else 0):
        raise Broken(f"not every request was answered as it should: {done.stdout}")
    return count


def h2load(port, seconds, scheme="http", connections=4, streams=100):
    """Runs h2load; returns how many requests were answered, all of them with 2xx."""
    command = [find("h2load"), "-t1", f"-c{connections}", f"-m{streams}", f"-D{seconds}",
               f"{scheme}://127.0.0.1:{port}/samples/7"]
    done = subprocess.run(pinned("load", command), capture_output=True, text=True,
                          timeout=seconds + 60)
    found = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout",
                      done.stdout)
    codes = re.search(r"status codes: (\d+) 2xx, 0 3xx, 0 4xx, 0 5xx", done.stdout)
    if done.returncode != 0 or not found or not codes or any(map(int, found.groups()[2:])):
        raise Broken(f"not every request was answered as it should: {done.stdout}{done.stderr}")
    return int(found[2])


class Cost:
    """µs of CPU per request, and requests per second, round by round. `drive` makes the load."""

    def __init__(self, drive=wrk):
        self.drive = drive
        self.us, self.rate, self.busy = [], [], []

    def add(self, proxy, seconds, **options):
        cpu, start = proxy.process.cpu_ns(), time.monotonic()
        requests = self.drive(proxy.port, seconds, **options)
        elapsed = time.monotonic() - start
        time.sleep(0.6)  # a log that is written late is paid for too
        used = proxy.process.cpu_ns() - cpu
        self.us.append(used / 1000 / requests)
        self.rate.append(requests / seconds)
        self.busy.append(used / 1e9 / elapsed)

    def summary(self):
        return {
            "us_per_request": round(statistics.median(self.us), 3),
            "spread_us": [round(min(self.us), 3), round(max(self.us), 3)],
            "requests_per_second": round(statistics.median(self.rate)),
            "core_used": round(statistics.median(self.busy), 3),
            "rounds": [round(value, 3) for value in self.us],
        }


def interleave(proxies, rounds, seconds, warm_up=1, say=print, after_round=None, drive=wrk,
               **options):
    """The proxies in turn, `rounds` times. Returns {name: summary}; options may be callable."""
    costs = {proxy.name: Cost(drive) for proxy in proxies}
    chosen = {proxy.name: {key: value(proxy) if callable(value) else value
                           for key, value in options.items()} for proxy in proxies}
    for proxy in proxies:
        drive(proxy.port, warm_up, **chosen[proxy.name])
    for number in range(rounds):
        for proxy in proxies:
            costs[proxy.name].add(proxy, seconds, **chosen[proxy.name])
        if after_round:
            after_round()
        say(f"  round {number + 1}: " + "  ".join(
            f"{name} {cost.us[-1]:.2f}" for name, cost in costs.items()) + "  µs/request")
    return {name: cost.summary() for name, cost in costs.items()}


def ratio(results, one, other):
    """Median of the rounds' own ratios: each compares neighbours in time."""
    pairs = zip(results[one]["rounds"], results[other]["rounds"])
    return round(statistics.median(a / b for a, b in pairs), 3)
