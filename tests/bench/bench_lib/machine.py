"""Processes of the bench: pinned, measured, and ended by the id they were started with."""

import contextlib
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROXY_CORE = 0
LOAD_CORE = 1
DESCRIPTORS = 65536
realtime = False  # whether all that is measured goes before the machine's other work


class Broken(Exception):
    """Something the bench needs did not work; the message says what and what to do."""


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, max(DESCRIPTORS, hard)))
    except (ValueError, PermissionError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def need(*programs):
    """Installs, through apt, the Debian packages of the programs that are missing."""
    missing = [program for program in programs if not find(program)]
    if missing:
        done = subprocess.run([str(ROOT / "packaging" / "deps"), "bench"])
        missing = [program for program in missing if not find(program)]
        if done.returncode != 0 or missing:
            raise Broken(f"not installed: {' '.join(missing)}; run packaging/deps bench as root")


def find(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def ahead(command):
    """The command, before the machine's other work where that was asked for."""
    return list(map(str, [*(["chrt", "--rr", "1"] if realtime else []), *command]))


def pinned(role, command):
    """The command, on the core of its role."""
    return ahead(["taskset", "-c", core_of(role), *command])


def core_of(role):
    """The proxy has a core for itself where there are two."""
    return LOAD_CORE if role == "load" and os.cpu_count() > 1 else PROXY_CORE


@contextlib.contextmanager
def awake():
    """Idle cores poll instead of sleeping while the block runs; gives whether they do (root).

    To wake a sleeping core costs the sender an interrupt, which a virtual machine pays some µs for.
    A proxy that has more to do for each request lets the load's core sleep more often, and would
    pay for that in its figure.
    """
    try:
        latency = os.open("/dev/cpu_dma_latency", os.O_WRONLY)
    except OSError:
        yield False
        return
    try:
        os.write(latency, (0).to_bytes(4, "little"))  # µs; holds while the file is open
        yield True
    finally:
        os.close(latency)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, name, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Broken(f"{name} ended with {process.returncode} before it listened")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Broken(f"{name} does not listen on port {port} after {seconds} s")


class Process:
    """One program with its children, pinned to a core by `role` ("proxy" or "load")."""

    def __init__(self, role, command, **options):
        self.popen = subprocess.Popen(pinned(role, command), **options)

    @property
    def pid(self):
        return self.popen.pid

    def tree(self):
        pids, index = [self.pid], 0
        while index < len(pids):
            try:
                tasks = os.listdir(f"/proc/{pids[index]}/task")
                for task in tasks:
                    path = f"/proc/{pids[index]}/task/{task}/children"
                    pids += [int(pid) for pid in pathlib.Path(path).read_text().split()]
            except OSError:
                pass
            index += 1
        return pids

    def cpu_ns(self):
        """User and system time of the whole tree, exact: the kernel's CPU clock of each process.

        The same quantity as utime + stime in /proc/PID/stat, which counts in ticks of 10 ms.
        """
        return sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in self.tree())

    def memory_kb(self, field="VmRSS"):
        total = 0
        for pid in self.tree():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(field + ":"):
                    total += int(line.split()[1])
        return total

    def stop(self):
        if self.popen.poll() is not None:
            return
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(timeout=5)
        except subprocess.TimeoutExpired:
            for pid in reversed(self.tree()):
                os.kill(pid, signal.SIGKILL)
            self.popen.wait()


def build_tools(folder):
    """Compiles the bench's own programs into `folder` unless they are newer than their source."""
    source_folder = ROOT / "tests" / "bench" / "backend"
    folder.mkdir(parents=True, exist_ok=True)
    tools = {}
    for source in sorted(source_folder.glob("*.cc")):
        tool = folder / source.stem
        newest = max(path.stat().st_mtime for path in (source, source_folder / "socket.h"))
        if not tool.exists() or tool.stat().st_mtime < newest:
            subprocess.run(["g++", "-std=c++20", "-O2", f"-I{ROOT}", source, "-o", tool,
                            "-lssl", "-lcrypto"], check=True)
        tools[source.stem] = tool
    return tools
