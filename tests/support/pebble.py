"""Pebble, the ACME server of Let's Encrypt for tests (Debian: pebble), on free ports."""

import json
import os
import ssl
import subprocess
import urllib.request
from pathlib import Path

from .foreign import free_port
from .process import eventually


class Pebble:
    """Proves names over HTTP at `http_port` of 127.0.0.1, whatever the name is."""

    def __init__(self, directory, authority, http_port, nonce_reject=15):
        self.directory = Path(directory)
        pair = authority.issue("pebble", "localhost", "127.0.0.1")
        self.port, self.management, dns, dns_management = (free_port() for _ in range(4))
        config = self.directory / "pebble.json"
        config.write_text(json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": str(pair.certificate), "privateKey": str(pair.key),
            "httpPort": http_port, "tlsPort": 1}}))
        self.url = f"https://127.0.0.1:{self.port}/dir"
        self.log = open(self.directory / "pebble.log", "ab")
        names = ["pebble-challtestsrv", "-defaultIPv6", "", "-dns01", f"127.0.0.1:{dns}",
                 "-management", f"127.0.0.1:{dns_management}", "-http01", "", "-https01", "",
                 "-tlsalpn01", ""]
        server = ["pebble", "-config", str(config), "-dnsserver", f"127.0.0.1:{dns}"]
        environment = dict(os.environ, PEBBLE_VA_NOSLEEP="1",
                           PEBBLE_WFE_NONCEREJECT=str(nonce_reject))
        self.processes = [
            subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=self.log,
                             stderr=subprocess.STDOUT) for command in (names, server)]
        self.context = ssl.create_default_context(cafile=str(authority.certificate))
        eventually(self._answers, "pebble answers")

    def _answers(self):
        try:
            return self.management_get("/roots/0")
        except OSError:
            return None

    def management_get(self, path):
        with urllib.request.urlopen(f"https://127.0.0.1:{self.management}{path}",
                                    context=self.context, timeout=30) as answer:
            return answer.read()

    def close(self):
        for process in self.processes:
            process.terminate()
            process.wait(60)
        self.log.close()
