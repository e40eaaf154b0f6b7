"""The real binaries: gatewayd as a process under test, gatewayctl as a command."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from .wire import PATIENCE

_LISTENING = re.compile(r"listening on ([0-9.]+):([0-9]+)")
_LISTENER = re.compile(r"(?m)^\[listeners\.[^].]+\]")
# Puts descriptors where sd_listen_fds(3) expects them, and becomes the program.
_AS_SUPERVISOR = """
import os, sys
for to, copy in enumerate([os.dup(int(n)) for n in sys.argv[1].split(",")], 200):
    os.dup2(copy, to)
for number in range(len(sys.argv[1].split(","))):
    os.dup2(200 + number, 3 + number)
    os.close(200 + number)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""
_VERDICT = re.compile(r"is live|reload rejected")


def binary(variable):
    path = os.environ.get(variable)
    if not path:
        raise RuntimeError(
            f"{variable} is not set: the path of the program under test (ctest sets it)")
    return path


def is_sanitized():
    """Whether the daemon was built with a sanitizer, which takes more memory and time."""
    with open(binary("GATEWAYD_BIN"), "rb") as program:
        content = program.read()
    return b"__asan_init" in content or b"__tsan_init" in content


def eventually(condition, what, patience=PATIENCE):
    """The first true value of `condition()`; for what nobody announces (files, /proc, exits)."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s in vain: {what}")
        time.sleep(0.01)
    return value


class Gatewayd:
    """One gatewayd in `directory` (its config, database, log and sockets live there). Without
    `config` it takes the one that is there; one of two in a directory needs another `notify`.
    `prefix`: the command that runs it, as "ip netns exec NAME"."""

    def __init__(self, directory, config=None, notify="notify.sock", prefix=()):
        self.directory = Path(directory)
        self.config_path = self.directory / "gatewayd.toml"
        self.prefix = list(prefix)
        if config is not None:
            self.config_path.write_text(config)
        self.process = None
        self.states = []  # what it told systemd, in order: READY=1, RELOADING=1, STOPPING=1
        self._seen = 0
        self._log = []
        self._changed = threading.Condition()
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify_path = str(self.directory / notify)
        self._notify.bind(self._notify_path)
        self._listener = threading.Thread(target=self._read_states, daemon=True)
        self._listener.start()

    def launch(self, *arguments, sockets=(), names=()):
        """Starts it and waits for nothing. `sockets`: what the service manager would hand it, as
        LISTEN_FDS, with their `names`."""
        self._seen = len(self.states)
        environment = dict(os.environ, NOTIFY_SOCKET=self._notify_path)
        command = [binary("GATEWAYD_BIN"), "--config", str(self.config_path), *arguments]
        if sockets:
            environment.update(LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES=":".join(names))
            numbers = [str(sock.fileno()) for sock in sockets]
            command = [sys.executable, "-c", _AS_SUPERVISOR, ",".join(numbers), *command]
        self.process = subprocess.Popen(
            [*self.prefix, *command], env=environment,
            pass_fds=[sock.fileno() for sock in sockets], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read_log, args=(self.process,), daemon=True)
        self._reader.start()
        return self

    def start(self, *arguments, **options):
        """Until it serves and each of its listeners is in the log, which comes by another way than
        READY=1 does, and holds those of an earlier start already."""
        announced = lambda: len(_LISTENING.findall(self.log()))
        listeners = len(_LISTENER.findall(self.config_path.read_text()))
        expected = announced() + max(1, listeners)
        self.launch(*arguments, **options)
        self.wait_for_state("READY=1")
        eventually(lambda: announced() >= expected, f"{expected} listeners in the log")
        return self

    @property
    def listening(self):
        """(host, port) of every listener, in the order it was announced, also after a reload."""
        found = [(host, int(port)) for host, port in _LISTENING.findall(self.log())]
        return list(dict.fromkeys(found))

    @property
    def address(self):
        return self.listening[0]

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        """What it wrote to stderr, and to gatewayd.log* in its folder if the config says so."""
        files = sorted(self.directory.glob("gatewayd.log*"), reverse=True)  # the oldest first
        with self._changed:
            return "".join([*self._log, *(file.read_text() for file in files)])

    def wait_for_log(self, pattern):
        def found():
            gone = self._gone()  # looked at first: what it wrote until its end is then all there
            match = re.search(pattern, self.log())
            if gone and not match:
                raise AssertionError(f"gatewayd ended without {pattern!r}:\n{self.log()}")
            return match

        return eventually(found, f"{pattern!r} in the log")

    def wait_for_state(self, state):
        """Until `state` is told after the last one that was waited for."""
        with self._changed:
            done = lambda: state in self.states[self._seen:] or self._gone()
            self._changed.wait_for(done, PATIENCE)
            if state not in self.states[self._seen:]:
                raise AssertionError(f"no {state}; told: {self.states}\n{''.join(self._log)}")
            self._seen += self.states[self._seen:].index(state) + 1

    def reload(self, config=None):
        """SIGHUP, after writing `config` if given; returns what it logged, its verdict included."""
        if config is not None:
            self.config_path.write_text(config)
        before = len(self.log())
        self._seen = len(self.states)
        self.signal(signal.SIGHUP)
        self.wait_for_state("RELOADING=1")
        self.wait_for_state("READY=1")
        eventually(lambda: _VERDICT.search(self.log()[before:]), "the verdict in the log")
        return self.log()[before:]

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, patience=PATIENCE):
        """The exit status, once it has ended and its log is read to the end."""
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"gatewayd did not end in {patience} s:\n{self.log()[-4000:]}") from None
        self._reader.join(PATIENCE)
        return status

    def stop(self):
        """SIGTERM; returns the exit status."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)

    def close(self):
        """May be called again."""
        if self._notify.fileno() < 0:
            return
        self.kill()
        if self.process:
            self._reader.join(PATIENCE)
            self.process.stderr.close()
        if self._notify.fileno() < 0:
            return  # closed before
        # Closed under a thread that reads it, the number would be the next socket's, and what that
        # is told would be read here.
        self._notify.shutdown(socket.SHUT_RDWR)
        self._listener.join(PATIENCE)
        self._notify.close()

    def rss_kib(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _gone(self):
        return (self.process is not None and self.process.poll() is not None
                and not self._reader.is_alive())

    def _read_log(self, process):
        for line in iter(process.stderr.readline, b""):
            with self._changed:
                self._log.append(line.decode("utf-8", "replace"))
                self._changed.notify_all()
        process.wait()
        with self._changed:
            self._changed.notify_all()

    def _read_states(self):
        while message := self._notify.recv(4096).decode():  # empty: close() shut it down
            with self._changed:
                self.states += [line for line in message.split("\n") if line]
                self._changed.notify_all()


def run_gatewayd(*arguments, **environment):
    """gatewayd as a command that ends by itself (--check, --version, a bad config)."""
    return subprocess.run([binary("GATEWAYD_BIN"), *map(str, arguments)], capture_output=True,
                          text=True, timeout=PATIENCE * 2, env={**os.environ, **environment},
                          check=False)


def gatewayctl(*arguments, **environment):
    return subprocess.run([binary("GATEWAYCTL_BIN"), *map(str, arguments)], capture_output=True,
                          text=True, timeout=PATIENCE * 2, env={**os.environ, **environment},
                          check=False)


def gatewayctl_json(*arguments):
    done = gatewayctl(*arguments, "-o", "json")
    if done.returncode:
        raise AssertionError(
            f"gatewayctl {arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)
