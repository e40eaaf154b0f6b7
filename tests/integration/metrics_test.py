"""What /metrics counts, in the forms that Prometheus reads, and that it never goes back."""

import os
import re
import shutil
import subprocess

from support import Client, GatewayTest, ask_socket, gateway, gatewayctl_json, samples, table

ROUTES = {
    "items": {"path": "/items/*", "service": "one"},
    "other": {"path": "/other/*", "service": "two"},
    "down": {"path": "/down/*", "service": "gone"},
    "own": {"path": "/own", "respond": {"status": 410}},
    "scarce": {"path": "/scarce", "service": "one", "limits": ["few"]},
    "watched": {"path": "/watched", "service": "one", "limits": ["seen"]},
}
SERVICES = {"one": {"instances": ["@one@"]}, "two": {"instances": ["@two@"]},
            "gone": {"instances": ["http://127.0.0.1:1"], "breaker": {"failures": 2}}}
LIMITS = table("limits.few", {"key": "global", "limit": 1, "window": "1h"}) + table(
    "limits.seen", {"key": "global", "limit": 1, "window": "1h", "mode": "observe"})


def config(routes=None, **keys):
    return gateway(routes=routes or ROUTES, services=SERVICES, workers=2,
                   expose=["metrics"], **keys) + LIMITS


class Metrics(GatewayTest):
    origins = {"one": lambda peer: peer.answer(200, b"x"),
               "two": lambda peer: peer.answer(503, b"x")}
    config = config()

    def text(self, accept=None):
        answer = self.get("/metrics", *([f"Accept: {accept}"] if accept else []))
        self.assertEqual(answer.status, 200)
        return answer.body.decode()

    def value(self, name, **labels):
        return samples(ask_socket(self.control(), "/metrics")[1]).get(
            (name, frozenset(labels.items())), 0)

    def control(self):
        return os.path.join(self.directory, "control.sock")

    def grows(self, by, name, **labels):
        """A context in which this sample is to grow by so much."""
        test = self

        class Growing:
            def __enter__(self):
                self.before = test.value(name, **labels)

            def __exit__(self, kind, *_):
                if kind is None:
                    test.eventually(lambda: test.value(name, **labels) == self.before + by,
                                    f"{name} {labels} grows by {by}")
        return Growing()

    def test_requests_are_counted_by_service_and_by_route(self):
        with self.grows(3, "gateway_requests_total", method="GET", service="one", status="200"), \
                self.grows(3, "http_requests_total", method="GET", endpoint="items",
                           status_code="200"), \
                self.grows(3, "gateway_request_duration_seconds_count", service="one"), \
                self.grows(3, "http_request_duration_seconds_count", method="GET",
                           endpoint="items"), \
                self.grows(3, "http_request_duration_seconds_bucket", method="GET",
                           endpoint="items", le="+Inf"):
            for item in range(3):
                self.assertEqual(self.get(f"/items/{item}").status, 200)
        self.assertNotIn("/items/", self.text())  # a raw path is no label

    def test_an_unknown_method_is_other(self):
        with self.grows(2, "http_requests_total", method="other", endpoint="items",
                        status_code="200"):
            for method in ("BREW", "get"):
                self.client().request(method, "/items/1").answer(method)
        self.assertNotIn("BREW", self.text())

    def test_errors_are_counted_by_why(self):
        with self.grows(1, "gateway_errors_total", service="two", error_type="upstream-5xx"), \
                self.grows(1, "gateway_requests_total", method="GET", service="two", status="503"):
            self.assertEqual(self.get("/other/x").status, 503)
        with self.grows(1, "gateway_errors_total", service="(none)", error_type="no-route"), \
                self.grows(1, "http_requests_total", method="GET", endpoint="(none)",
                           status_code="404"):
            self.assertEqual(self.get("/nowhere").status, 404)
        with self.grows(1, "gateway_errors_total", service="(none)", error_type="bad-request"), \
                self.grows(1, "http_requests_total", method="other", endpoint="(none)",
                           status_code="400"):
            self.raw(b"nonsense\r\n\r\n")
        with self.grows(1, "http_requests_total", method="GET", endpoint="own",
                        status_code="410"), \
                self.grows(0, "gateway_errors_total", service="(none)", error_type="respond"):
            self.assertEqual(self.get("/own").status, 410)

    def test_limits_are_counted_by_rule(self):
        self.get("/scarce")
        with self.grows(2, "gateway_limit_refusals_total", rule="few", action="refused"), \
                self.grows(2, "gateway_errors_total", service="one", error_type="rate-limited"):
            for _ in range(2):
                self.assertEqual(self.get("/scarce").status, 429)
        self.get("/watched")
        with self.grows(2, "gateway_limit_refusals_total", rule="seen", action="observed"):
            for _ in range(2):
                self.assertEqual(self.get("/watched").status, 200)

    def test_breakers_health_and_pools_are_told(self):
        for _ in range(3):
            self.get("/down/x")
        self.eventually(lambda: self.value("circuit_breaker_state", service="gone") == 1,
                        "the breaker is open")
        self.assertEqual(self.value("service_health_status", service="one", status="unknown"), 1)
        self.assertEqual(self.value("service_health_status", service="one", status="healthy"), 0)
        self.get("/items/1")
        self.eventually(lambda: self.value("gateway_upstream_connections", service="one",
                                           state="idle") >= 1, "the connection to be kept")
        held = []

        def hold(peer):
            held.append(peer)
            peer.origin.release.wait(60)
            peer.answer(200, b"")
        self.running["one"].behaviour = hold
        with self.client() as client:
            client.request("GET", "/items/1")
            self.eventually(lambda: self.value("gateway_upstream_connections", service="one",
                                               state="in_use") == 1, "a connection is in use")
            self.assertGreaterEqual(self.value("gateway_client_connections"), 1)
            self.running["one"].release.set()
            client.answer()

    def test_what_the_process_is(self):
        found = samples(self.text())
        names = {name for name, _ in found}
        self.assertLessEqual(
            {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
             "process_max_fds", "process_start_time_seconds", "gateway_build_info",
             "gateway_config_info", "gateway_config_revision", "gateway_loop_lag_seconds",
             "gateway_log_rows_dropped_total", "gateway_log_rows_written_total",
             "gateway_store_size_bytes", "gateway_client_connections",
             "gateway_upstream_retries_total", "database_connections_active"}, names)
        self.assertGreater(self.value("gateway_store_size_bytes"), 4096)
        # What moves meanwhile, as connections of other tests that end, comes to rest.
        self.eventually(lambda: abs(self.value("process_resident_memory_bytes") / 1024
                                    - self.gateway.rss_kib()) <= 4096, "its memory")
        self.eventually(lambda: abs(self.value("process_open_fds")
                                    - self.gateway.descriptors()) <= 4, "its descriptors")

    def test_nothing_goes_back_over_a_reload(self):
        for item in range(5):
            self.get(f"/items/{item}")
        accepted = self.value("gateway_config_reloads_total", result="accepted")
        rejected = self.value("gateway_config_reloads_total", result="rejected")
        before = samples(self.text())
        kept = {name: ROUTES[name] for name in ("items", "scarce", "watched")}
        # Services and routes may move to another place in the file.
        self.reload(config({"new": {"path": "/new", "service": "two"}, **kept,
                            "down": ROUTES["down"]}))
        self.reload(config().replace('"/items/*"', '"/items/{"'))
        self.reload(config())
        after = samples(self.text())
        for key, value in before.items():
            name, labels = key
            counts = name.endswith(("_total", "_bucket", "_count", "_sum"))
            left = ("endpoint", "other") in labels or ("endpoint", "own") in labels
            if counts and not left:
                self.assertGreaterEqual(after.get(key, 0), value, key)
        self.eventually(lambda: self.value("gateway_config_reloads_total", result="accepted")
                        == accepted + 2, "two accepted")
        self.eventually(lambda: self.value("gateway_config_reloads_total", result="rejected")
                        == rejected + 1, "one rejected")
        status = gatewayctl_json("status", "--socket", self.control())
        self.assertEqual(self.value("gateway_config_revision"), status["revision"])

    def test_accept_chooses_the_form(self):
        answer = self.get("/metrics")
        self.assertEqual(answer.fields.get("content-type"),
                         "text/plain; version=0.0.4; charset=utf-8")
        for accept in ("application/openmetrics-text; version=1.0.0,text/plain;q=0.5",
                       "text/plain;q=0.3, application/openmetrics-text;q=0.9"):
            answer = self.get("/metrics", f"Accept: {accept}")
            self.assertEqual(answer.fields.get("content-type"),
                             "application/openmetrics-text; version=1.0.0; charset=utf-8")
            self.assertTrue(answer.body.endswith(b"\n# EOF\n"))
        head, body = ask_socket(self.control(), "/metrics", "application/openmetrics-text")
        self.assertIn("application/openmetrics-text", head)
        self.assertTrue(body.endswith("\n# EOF\n"))
        with self.client() as client:
            head = client.request("HEAD", "/metrics").answer("HEAD")
            self.assertEqual(head.status, 200)
            self.assertGreater(int(head.fields.get("content-length")), 1000)
            self.assertEqual(client.get("/items/1").status, 200)  # on the same connection

    def test_every_metric_is_described(self):
        text = self.text()
        described = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
        typed = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
        self.assertEqual(described, typed)
        for name, _ in samples(text):
            self.assertIn(re.sub("_(bucket|count|sum)$", "", name), typed | {name} & typed)

    def test_promtool_finds_nothing_to_say(self):
        if shutil.which("promtool") is None:
            self.skipTest("promtool is not installed: packaging/deps test brings it")
        for item in range(3):
            self.get(f"/items/{item}")
        self.get("/other/x")
        self.get("/nowhere")
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.text(),
                                 capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_prometheus_reads_openmetrics(self):
        if shutil.which("promtool") is None:
            self.skipTest("promtool is not installed: packaging/deps test brings it")
        self.get("/items/1")
        self.get("/other/x")
        text = self.text("application/openmetrics-text")
        # Its backfill is the reader of OpenMetrics that promtool has; it wants times.
        timed = re.sub(r"(?m)^(?!#)(.+)$", r"\1 1700000000", text)
        path = os.path.join(self.directory, "metrics.om")
        with open(path, "w", encoding="utf-8") as file:
            file.write(timed)
        read = subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", path,
                               os.path.join(self.directory, "blocks")],
                              capture_output=True, text=True)
        self.assertEqual(read.returncode, 0, read.stdout + read.stderr)

    def test_many_at_once_share_and_none_waits_for_ever(self):
        clients = [Client(self.gateway.address) for _ in range(40)]
        try:
            for client in clients:
                client.request("GET", "/metrics")
            for client in clients:
                self.assertEqual(client.answer().status, 200)
        finally:
            for client in clients:
                client.close()


class NotExposed(GatewayTest):
    def test_metrics_are_a_path_like_any_other(self):
        self.assertEqual(self.forwarded("/metrics").target, "/metrics")
        head, body = ask_socket(os.path.join(self.directory, "control.sock"), "/metrics")
        self.assertIn(" 200 ", head)
        self.assertIn("gateway_build_info", body)
