"""examples/monitoring: a real Prometheus scrapes a real gateway, and every query of the dashboard and
of the alert rules is answered."""

import json
import math
import pathlib
import re
import subprocess
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

from support import GatewayTest, eventually, gateway, table
from support.foreign import Foreign, free_port, make_certificate

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples" / "monitoring"


class Prometheus(Foreign):
    """The example's configuration, in a hurry, and pointed at a gateway."""

    def __init__(self, folder, target):
        text = (FOLDER / "prometheus.yml").read_text()
        text = text.replace("127.0.0.1:8000", target).replace("15s", "1s")
        text = text.replace("alerts.yml", str(FOLDER / "alerts.yml"))
        path = pathlib.Path(folder) / "prometheus.yml"
        path.write_text(text)
        port = free_port()
        super().__init__(folder, port, "prometheus", f"--config.file={path}",
                         f"--storage.tsdb.path={folder}/tsdb",
                         f"--web.listen-address=127.0.0.1:{port}")

    def get(self, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        url = f"http://127.0.0.1:{self.port}{path}?{query}"
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            if refused.code == 503:
                raise ConnectionError("prometheus is starting") from None
            raise AssertionError(f"{parameters}: {refused.read().decode()}") from None

    def is_ready(self):
        try:
            self.get("/api/v1/status/buildinfo")
            return True
        except ConnectionError:
            return False

    def value(self, query):
        """Whether the query has an answer that is a number."""
        found = self.get("/api/v1/query", query=query)["result"]
        return [sample for sample in found if not math.isnan(float(sample["value"][1]))]


class Files(unittest.TestCase):
    def test_promtool_finds_nothing_wrong(self):
        for words in (["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"],
                      ["test", "rules", "alerts.test.yml"]):
            done = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True,
                                  timeout=180, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_has_a_test_and_a_command(self):
        rules = (FOLDER / "alerts.yml").read_text()
        tests = (FOLDER / "alerts.test.yml").read_text()
        names = re.findall(r"- alert: (\w+)", rules)
        self.assertGreater(len(names), 10)
        for name in names:
            self.assertRegex(tests, rf"alertname: {name}\n +exp_alerts:\n +- exp_labels")
        self.assertEqual(len(re.findall(r"(?m)^ +command: ", rules)), len(names))


class Scraped(GatewayTest):
    origins = {"one": lambda peer: peer.answer(200, b"x"),
               "two": lambda peer: peer.answer(503, b"x")}
    config = gateway(
        routes={"items": {"path": "/items/*", "service": "one"},
                "other": {"path": "/other/*", "service": "two"},
                "down": {"path": "/down/*", "service": "gone"},
                "scarce": {"path": "/scarce", "service": "one", "limits": ["few"]}},
        services={"one": {"instances": ["@one@"]}, "two": {"instances": ["@two@"]},
                  "gone": {"instances": ["http://127.0.0.1:1"], "breaker": {"failures": 2}}},
        expose=["metrics"]) + table(
            "limits.few", {"key": "global", "limit": 1, "window": "1h"}) + table(
                "listeners.secure", {"address": "127.0.0.1:0", "tls": {
                    "certificate": "@dir@/site.pem", "key": "@dir@/site.key"}})

    @classmethod
    def prepare(cls):
        make_certificate(cls.directory, "api.example.com")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host, port = cls.gateway.address
        cls.prometheus = Prometheus(cls.directory, f"{host}:{port}")
        cls.addClassCleanup(cls.prometheus.close)
        eventually(cls.prometheus.is_ready, "prometheus serves", 120)
        cls.done = threading.Event()
        cls.traffic = threading.Thread(target=cls.ask_on)
        cls.traffic.start()

    @classmethod
    def tearDownClass(cls):
        cls.done.set()
        cls.traffic.join()
        super().tearDownClass()

    @classmethod
    def ask_on(cls):
        """Traffic of all kinds, for rates."""
        asking = cls("test_the_gateway_is_up")
        while not cls.done.wait(0.05):
            for target in ("/items/1", "/other/1", "/down/1", "/scarce", "/nowhere"):
                asking.get(target)
        asking.doCleanups()

    def assertAnswered(self, query):
        for name, value in (("$__rate_interval", "10s"), ("$instance", ".*"), ("$service", ".*")):
            query = query.replace(name, value)
        self.assertNotIn("$", query)
        eventually(lambda: self.prometheus.value(query), query, 120)

    def test_the_gateway_is_up(self):
        self.assertAnswered('up{job="gatewayd"} == 1')

    def test_every_query_of_the_dashboard_is_answered(self):
        dashboard = json.loads((FOLDER / "grafana-dashboard.json").read_text())
        queries = [target["expr"] for panel in dashboard["panels"]
                   for target in panel.get("targets", [])]
        queries += [annotation["expr"] for annotation in dashboard["annotations"]["list"]]
        self.assertGreater(len(queries), 30)
        for query in queries:
            with self.subTest(query):
                self.assertAnswered(query)

    def test_every_variable_of_the_dashboard_has_values(self):
        dashboard = json.loads((FOLDER / "grafana-dashboard.json").read_text())
        asked = [v for v in dashboard["templating"]["list"] if v["type"] == "query"]
        for variable in asked:
            series, label = re.fullmatch(r"label_values\((.*), (\w+)\)",
                                         variable["definition"]).groups()
            self.assertAnswered(f'{series.rstrip("}")}, {label}!=""}}')
        self.assertEqual([variable["name"] for variable in asked], ["instance", "service"])

    def test_panels_do_not_overlap(self):
        dashboard = json.loads((FOLDER / "grafana-dashboard.json").read_text())
        taken = set()
        for panel in dashboard["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                     for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(taken & cells, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24)
            taken |= cells

    def test_the_rules_are_evaluated_over_series_that_exist(self):
        def rules():
            groups = self.prometheus.get("/api/v1/rules")["groups"]
            found = [rule for group in groups for rule in group["rules"]]
            return found if all(rule["health"] != "unknown" for rule in found) else None

        for rule in eventually(rules, "all rules are evaluated", 120):
            with self.subTest(rule["name"]):
                self.assertEqual(rule["health"], "ok", rule.get("lastError"))
                for series in re.findall(r"\b(?:gateway|service|circuit|process)_\w+",
                                         rule["query"]):
                    self.assertAnswered(series)

    def test_a_certificate_that_ends_is_seen(self):
        self.assertAnswered('ALERTS{alertname=~"CertificateEnd.*", listener="secure"}')

    def test_an_open_breaker_is_seen(self):
        self.assertAnswered('ALERTS{alertname="BreakerOpen", service="gone"}')


if __name__ == "__main__":
    unittest.main()
