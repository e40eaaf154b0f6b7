"""Every command of docs/control-api.md does what the page says, with its own configuration."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import GatewayTest
from support.control import Control, tcp_address
from support.process import Gatewayd, binary

PAGE = Path(__file__).resolve().parents[2] / "docs/control-api.md"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.S | re.M)


@unittest.skipIf(shutil.which("curl") is None or shutil.which("openssl") is None,
                 "the page uses curl and openssl")
class Page(GatewayTest):
    def setUp(self):
        super().setUp()
        self.directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, self.directory, True)
        text = blocks("toml")[0].replace("127.0.0.1:9901", "127.0.0.1:0").replace(
            "0.0.0.0:8000", "127.0.0.1:0").replace("http://127.0.0.1:8081", self.origin.url).replace(
            "[control]", f'[store]\npath = "{self.directory}/gatewayd.db"\n\n'
            f'[control]\nsocket = "{self.directory}/control.sock"')
        os.mkdir(f"{self.directory}/conf.d")
        self.gateway = Gatewayd(self.directory, text)
        self.addCleanup(self.gateway.close)
        self.gateway.start()

    def run_line(self, line):
        line = line.replace("/run/gatewayd/control.sock", f"{self.directory}/control.sock").replace(
            "127.0.0.1:9901", ":".join(map(str, tcp_address(self.gateway))))
        if line.startswith("curl"):
            line = line.replace("curl", "curl -sS -w '\\n%{http_code}'", 1)
        if line.startswith("gatewayctl"):
            line = line.replace("gatewayctl", binary("GATEWAYCTL_BIN"), 1) + (
                f" --socket {self.directory}/control.sock")
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=180,
                              env={**os.environ, "TOKEN": "a token of grafana"}, check=False)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_its_commands(self):
        lines = [line for block in blocks("sh") for line in block.splitlines()]
        statuses = []
        for line in lines:
            out = self.run_line(line)
            if line.startswith("curl"):
                statuses.append(int(out.rsplit("\n", 1)[1]))
                self.assertIn(statuses[-1], (200, 201, 204), f"{line}\n{out}")
        self.assertEqual(statuses[-5:], [201, 200, 201, 200, 204])
        self.assertIn("DELETE /api/v1/gateway/routes/news", out)

    def test_its_problem(self):
        import json
        shown = json.loads(blocks("json")[0])
        api = Control(f"{self.directory}/control.sock")
        answer = api.post("routes", {"name": "news", "path": "/n", "service": "samples",
                                     "timeout": "soon"}).json
        self.assertEqual(set(answer), set(shown))
        self.assertEqual(answer["errors"][0]["pointer"], shown["errors"][0]["pointer"])
        self.assertTrue(answer["detail"].startswith(shown["detail"]), answer)


if __name__ == "__main__":
    unittest.main()
