"""examples/ci: the steps of the pipeline, run in a repository as a review would bring it."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import yaml
from support.process import binary

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
PIPELINE = EXAMPLES / "ci" / "github.yml"


class Review(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="gwd-")))
        self.repository = self.folder / "repository"
        self.config = self.repository / "gateway" / "gatewayd.toml"
        self.config.parent.mkdir(parents=True)
        shutil.copy(EXAMPLES / "configs/shop.toml", self.config)
        tests = (EXAMPLES / "configs/shop.test.toml").read_text()
        (self.config.parent / "shop.test.toml").write_text(
            tests.replace('"shop.toml"', '"gatewayd.toml"'))
        (self.folder / "bin").mkdir()
        os.symlink(binary("GATEWAYCTL_BIN"), self.folder / "bin/gatewayctl")
        self.summary = self.folder / "summary.md"
        self.git("init", "-q", "-b", "main")
        self.base = self.commit()
        self.pipeline = yaml.safe_load(PIPELINE.read_text())
        self.job, = self.pipeline["jobs"].values()

    def git(self, *words):
        return subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *words], check=True,
            cwd=self.repository, env={**os.environ, "HOME": str(self.folder)},
            capture_output=True, text=True).stdout.strip()

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def change(self, there, here):
        text = self.config.read_text()
        self.assertIn(there, text)
        self.config.write_text(text.replace(there, here))
        self.commit()

    def steps(self):
        """Runs what comes after the checkout as the runner does, until one fails: name → (status,
        output)."""
        names = [step.get("name") for step in self.job["steps"]]
        done = {}
        for step in self.job["steps"][names.index("Validate"):]:
            own = {name: value.replace("${{ github.event.pull_request.base.sha }}", self.base)
                   for name, value in step.get("env", {}).items()}
            environment = {
                "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder),
                "GITHUB_WORKSPACE": str(self.repository), "RUNNER_TEMP": str(self.folder / "temp"),
                "GITHUB_STEP_SUMMARY": str(self.summary), **self.job["env"], **own}
            ran = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], timeout=180,
                                 cwd=self.repository, env=environment, capture_output=True,
                                 text=True, check=False)
            done[step["name"]] = (ran.returncode, ran.stdout + ran.stderr)
            if ran.returncode:
                break
        return done

    def line(self, text):
        lines = self.config.read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def test_it_runs_on_reviews_and_may_write_nothing(self):
        self.assertEqual(list(self.pipeline[True]), ["pull_request"])  # YAML 1.1: on is true
        self.assertEqual(self.pipeline["permissions"], {"contents": "read"})

    def test_a_good_change_passes_and_is_told(self):
        self.change("[services.catalogue]", "[services.catalogue]\nmax_connections = 77")
        done = self.steps()
        self.assertEqual([status for status, _ in done.values()], [0, 0, 0], done)
        self.assertEqual(list(done), ["Validate", "Test", "Difference"])
        self.assertRegex(self.summary.read_text(),
                         r"(?m)^~ services\.catalogue\.max_connections +100 → 77 ")
        self.assertEqual(self.summary.read_text().count("```"), 2)

    def test_an_error_is_an_annotation_of_its_line(self):
        self.change('service = "catalogue"', 'service = "catalog"')
        (status, output), = self.steps().values()
        self.assertEqual(status, 78)
        self.assertRegex(output, r"(?m)^::error file=gateway/gatewayd\.toml,"
                                 rf"line={self.line('catalog' + chr(34))},col=\d+,"
                                 r"title=unknown-service::")

    def test_a_warning_fails_it_too(self):
        self.config.write_text(self.config.read_text() + '\n[routes.again]\npath = "/products/*"\n'
                               'methods = ["GET"]\nservice = "catalogue"\npriority = -5\n')
        self.commit()
        (status, output), = self.steps().values()
        self.assertEqual(status, 3, output)
        self.assertRegex(output, r"(?m)^::warning file=gateway/gatewayd\.toml,line=\d+,col=\d+,"
                                 r"title=unreachable-route::")

    def test_a_test_that_fails_is_an_annotation(self):
        text = self.config.read_text()
        limit = re.search(r"(?m)^limit +=.*$", text)[0]
        self.change(limit, "limit = 1")
        done = self.steps()
        self.assertEqual(done["Test"][0], 1, done)
        self.assertRegex(done["Test"][1], r"(?m)^::error file=gateway/shop\.test\.toml,line=\d+,")


if __name__ == "__main__":
    unittest.main()
