"""Network namespaces: two with a cable between them that can be unplugged, and one alone with a
name server of its own. Needs root."""

import ctypes
import os
import shutil
import subprocess
import threading
import unittest
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


class Namespace:
    """One network namespace with its end of the cable and a loopback of its own."""

    def __init__(self, name, device, address):
        self.name = name
        self.device = device
        self.address = address
        _ip("netns", "add", name)

    @property
    def exec(self):
        """What a command is prefixed with to run in here."""
        return ("ip", "netns", "exec", self.name)

    def run(self, function):
        """The result of `function`, called in here: its sockets, and the threads it starts,
        belong to this namespace, whoever uses them later."""
        outcome = {}

        def inside():
            try:
                self._enter()
                outcome["result"] = function()
            except BaseException as fault:  # pylint: disable=broad-except
                outcome["fault"] = fault

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if "fault" in outcome:
            raise outcome["fault"]
        return outcome["result"]

    def up(self):
        _ip("-n", self.name, "link", "set", self.device, "up")

    def down(self):
        _ip("-n", self.name, "link", "set", self.device, "down")

    def set_up(self):
        _ip("-n", self.name, "addr", "add", f"{self.address}/24", "dev", self.device)
        _ip("-n", self.name, "link", "set", "lo", "up")
        self.up()

    def _enter(self):
        descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            if _libc.setns(descriptor, _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"setns {self.name}")
        finally:
            os.close(descriptor)


class Island:
    """A network namespace with nothing but a loopback, whose programs find a name server at
    127.0.0.1 alone. Skips the test where such things are not permitted."""

    def __init__(self):
        self._namespace = None
        name = f"gwd-{os.getpid()}-island"
        self._etc = Path("/etc/netns") / name  # ip-netns(8): stands for /etc of what it runs
        try:
            self._namespace = Namespace(name, "lo", "192.0.2.1")
            self._namespace.set_up()
            self._etc.mkdir(parents=True)
            (self._etc / "resolv.conf").write_text(
                "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
            (self._etc / "nsswitch.conf").write_text("hosts: files dns\n")
            self.run(os.getpid)
        except OSError as fault:
            self.close()
            raise unittest.SkipTest(
                f"network namespaces cannot be made here (root is needed): {fault}") from None

    @property
    def exec(self):
        return self._namespace.exec

    def run(self, function):
        return self._namespace.run(function)

    def close(self):
        if self._namespace:
            _ip("netns", "del", self._namespace.name)
        shutil.rmtree(self._etc, ignore_errors=True)


class Cable:
    """The namespaces `near` (for the gateway) and `far` (for an origin), connected by a veth pair.
    Skips the test where such things are not permitted."""

    def __init__(self):
        mark = f"gwd-{os.getpid()}"
        self.near = self.far = None
        try:
            self.near = Namespace(f"{mark}-near", "near0", "192.0.2.1")  # RFC 5737
            self.far = Namespace(f"{mark}-far", "far0", "192.0.2.2")
            _ip("-n", self.near.name, "link", "add", "near0", "type", "veth", "peer", "name",
                "far0", "netns", self.far.name)
            for end in (self.near, self.far):
                end.set_up()
            self.near.run(os.getpid)
        except OSError as fault:
            self.close()
            raise unittest.SkipTest(
                f"network namespaces cannot be made here (root is needed): {fault}") from None

    def close(self):
        for end in filter(None, (self.near, self.far)):
            _ip("netns", "del", end.name)
