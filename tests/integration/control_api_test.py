"""The control API that only looks: every endpoint, over the Unix socket and over TCP, who may come
in, and its own description."""

import hashlib
import json
import os
import re
import socket
import unittest

from support import GatewayTest, gateway
from support.control import PREFIX, Control, tcp_address

TOKENS = {"viewer": "looks-only-0123456789", "operator": "operates-0123456789",
          "admin": "may-do-everything-0123456789"}


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


CONTROL = {"listen": "127.0.0.1:0", "hosts": ["gw.example"],
           "tokens": [{"name": f"the-{role}", "role": role, "sha256": digest(token)}
                      for role, token in TOKENS.items()]}


class ControlTest(GatewayTest):
    config = gateway(
        control=CONTROL,
        service={"breaker": {"failures": 3}},
        routes={"all": {"path": "/*", "service": "origin", "limits": ["everyone"]},
                "hidden": {"path": "/hidden", "service": "origin", "enabled": False,
                           "request": {"set": {"Authorization": "Basic c2VjcmV0",
                                               "X-Api-Key": "${KEY:-none}"}}}},
    ) + ('[limits.everyone]\nkey = "global"\nlimit = 1000\nwindow = "1h"\n\n'
         '[limits.per_ip]\nkey = "ip"\nlimit = 500\nwindow = "1h"\npaths = ["/*"]\n\n'
         '[cors.frontend]\norigins = ["https://www.example.com"]\n')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.local = Control(f"{cls.directory}/control.sock")
        cls.address = tcp_address(cls.gateway)
        cls.remote = {role: Control(cls.address, token) for role, token in TOKENS.items()}

    def problem(self, answer, status):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.fields["content-type"], "application/problem+json")
        self.assertLessEqual({"type", "title", "status", "detail"}, set(answer.json))
        return answer.json

    def document(self, path, **options):
        answer = self.local.get(path, **options)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json["format"], 1)
        return answer.json


class Reading(ControlTest):
    def setUp(self):
        super().setUp()
        for target in ("/a", "/b?x=1"):
            self.get(target)
        self.eventually(lambda: len(self.document("logs")["rows"]) >= 2, "rows in the log")

    def test_management(self):
        routes = {route["name"]: route for route in self.document("routes")["routes"]}
        self.assertEqual(set(routes), {"all", "hidden"})
        self.assertEqual(routes["all"]["limits"], ["everyone"])
        self.assertEqual((routes["hidden"]["enabled"], routes["hidden"]["path"]), (False, "/hidden"))
        self.assertTrue(routes["all"]["file"].endswith("gatewayd.toml"))
        self.assertEqual(self.document("health")["services"][0]["name"], "origin")
        self.assertEqual(self.document("services")["services"][0]["instances"][0]["url"],
                         self.origin.url)
        stats = self.document("stats?hours=24")
        self.assertGreaterEqual(stats["total"]["requests"], 2)
        self.assertEqual(stats["rows"][0]["key"], "all")
        self.assertEqual(self.document("stats?hours=24&by=service")["rows"][0]["key"], "origin")
        self.assertEqual(stats["error_rate"], 0)
        self.assertIn("hours", self.problem(self.local.get("stats?hours=0"), 400)["detail"])
        self.problem(self.local.get("stats?hours=2&since=2026-01-01"), 400)

    def test_secrets_are_hidden(self):
        route = self.document("routes/hidden")
        self.assertEqual(route["request"]["set"], {"Authorization": "(hidden)",
                                                   "X-Api-Key": "(hidden)"})
        self.assertNotIn(b"c2VjcmV0", self.local.get("routes").body)

    def test_monitoring(self):
        rows = self.document("logs?method=GET&path=/a&target_service=origin&status_code=200"
                             "&start_date=2020-01-01&end_date=2100-01-01&limit=1")
        self.assertEqual([row["path"] for row in rows["rows"]], ["/a"])
        first = self.document("logs?limit=1")
        second = self.document(f"logs?limit=1&cursor={first['cursor']}")
        self.assertNotEqual(first["rows"][0]["id"], second["rows"][0]["id"])
        self.assertEqual(self.document("logs?limit=1&offset=1")["rows"], second["rows"])
        self.assertEqual(self.document("logs?user_id=nobody")["rows"], [])
        course = self.document("metrics?hours=1")
        self.assertEqual(len(course["steps"]), 12)
        self.assertGreaterEqual(course["total"]["requests"], 2)
        self.assertGreaterEqual(sum(step["requests"] for step in course["steps"]), 2)
        for hours in ("0", "169", "x"):
            self.problem(self.local.get(f"metrics?hours={hours}"), 400)
        self.assertEqual(self.document("errors")["rows"], [])
        performance = self.document("performance?hours=2")
        self.assertEqual(performance["routes"][0]["key"], "all")
        self.assertGreater(performance["routes"][0]["p99_us"], 0)
        self.assertEqual(self.document("services/origin/health")["service"]["name"], "origin")
        self.problem(self.local.get("services/nobody/health"), 404)

    def test_limits_and_what_is_used_of_them(self):
        limits = {rule["name"]: rule for rule in self.document("rate-limits")["rules"]}
        used = limits["everyone"]["used"]
        self.assertGreaterEqual(used, 2)
        self.assertEqual(limits["everyone"]["remaining"], 1000 - used)
        self.assertIsNone(limits["per_ip"]["used"])
        limits = {rule["name"]: rule
                  for rule in self.document("rate-limits?client=127.0.0.1")["rules"]}
        self.assertGreaterEqual(limits["per_ip"]["used"], 2)
        self.assertEqual(self.document("rate-limits")["rules"][0]["used"], used, "asking counts")
        self.problem(self.local.get("rate-limits?client=me"), 400)

    def test_configuration(self):
        limits = self.local.get("config/rate-limits")
        self.assertEqual([(item["name"], item["limit"]) for item in limits.json["rate_limits"]],
                         [("everyone", 1000), ("per_ip", 500)])
        self.assertTrue(limits.etag)
        one = self.local.get("config/rate-limits/per_ip")
        self.assertEqual(one.json["paths"], ["/*"])
        self.assertNotEqual(one.etag, limits.etag)
        self.problem(self.local.get("config/rate-limits/nobody"), 404)
        self.assertEqual(self.document("config/cors")["cors"][0]["name"], "frontend")

    def test_services_are_reset(self):
        answer = self.local.post("services/origin/reset")
        self.assertEqual(answer.json["breakers"][0]["state"], "closed", answer)
        self.problem(self.local.post("services/nobody/reset"), 404)

    def test_metrics_for_prometheus(self):
        answer = self.remote["viewer"].get("/metrics")
        self.assertIn(b"gateway_requests_total", answer.body)


class WhoMayComeIn(ControlTest):
    def test_without_a_token_nothing_is_told(self):
        for token in (None, "wrong", "x" * 600, digest(TOKENS["admin"])):
            for method, path in (("GET", "routes"), ("GET", "/nowhere"), ("POST", "reload")):
                answer = Control(self.address, token).call(method, path)
                self.problem(answer, 401)
                self.assertIn("Bearer", answer.fields["www-authenticate"])
        for value in ("Basic dTpw", "Bearer", "Bearer ", f"Token {TOKENS['admin']}"):
            self.problem(Control(self.address).get("routes", headers={"Authorization": value}), 401)
        both = socket.create_connection(self.address)
        self.addCleanup(both.close)
        both.sendall(f"GET /docs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                     f"{TOKENS['admin']}\r\nAuthorization: Bearer x\r\n\r\n".encode())
        self.assertIn(b" 401 ", both.recv(100))

    def test_roles(self):
        expected = {"viewer": (200, 403, 403), "operator": (200, 200, 403),
                    "admin": (200, 200, 409)}
        for role, (look, operate, change) in expected.items():
            remote = self.remote[role]
            self.assertEqual(remote.get("status").status, look)
            self.assertEqual(remote.post("reload").status, operate)
            answer = remote.post("config/confirm")
            self.assertEqual(answer.status, change, answer)  # 409: no change waits
            if change == 403:
                self.assertIn(role, self.problem(answer, 403)["detail"])

    def test_the_role_is_looked_at_before_the_body(self):
        """The refusal comes although not a byte of the announced body does."""
        for fields, status in (((), 401), ((f"Authorization: Bearer {TOKENS['viewer']}",), 403)):
            with socket.create_connection(self.address, timeout=60) as client:
                head = ["POST /api/v1/gateway/config/apply HTTP/1.1", "Host: localhost",
                        "Content-Type: application/json", "Content-Length: 1000000", *fields]
                client.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
                self.assertIn(f" {status} ".encode(), client.recv(200))
        with socket.create_connection(self.address, timeout=60) as client:
            client.sendall(b"POST /api/v1/gateway/config/apply HTTP/1.1\r\nHost: localhost\r\n"
                           b"Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
            self.assertTrue(client.recv(200).startswith(b"HTTP/1.1 401 "))

    def test_a_web_page_cannot_drive_it(self):
        admin = self.remote["admin"]
        port = self.address[1]
        for host in (f"localhost:{port}", "127.0.0.1", f"[::1]:{port}", f"GW.example:{port}"):
            self.assertEqual(admin.get("status", headers={"Host": host}).status, 200, host)
        self.assertEqual(admin.get("status", headers={"Host": ""}).status, 400)
        for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example",
                     "127.0.0.1.evil.example"):
            self.assertEqual(admin.get("status", headers={"Host": host}).status, 421, host)
        own = {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"}
        self.assertEqual(admin.get("status", headers=own).status, 200)
        for fields in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                       {"Origin": f"http://localhost:{port}.evil.example"},
                       {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
            answer = admin.post("reload", headers={"Host": f"localhost:{port}", **fields})
            self.assertEqual(answer.status, 403, fields)
            self.assertEqual(self.local.post("reload", headers=fields).status, 403)

    def test_tokens_change_with_a_reload(self):
        fresh = self.fresh_gateway(gateway(control=CONTROL))
        address = tcp_address(fresh)
        self.assertEqual(Control(address, "new").get("status").status, 401)
        tokens = [{"name": "new", "role": "viewer", "sha256": digest("new")}]
        text = gateway(control={**CONTROL, "listen": "127.0.0.1:0", "tokens": tokens})
        self.reload(text.replace("@dir@", self.directory))
        self.assertEqual(Control(address, "new").get("status").status, 200)
        self.assertEqual(Control(address, TOKENS["admin"]).get("status").status, 401)

    def test_callers_over_tcp_leave_room_for_the_socket(self):
        silent = [socket.create_connection(self.address) for _ in range(40)]
        self.addCleanup(lambda: [one.close() for one in silent])
        self.assertIn(b" 503 ", silent[-1].recv(100))
        self.assertEqual(self.local.get("status").status, 200)


class Description(ControlTest):
    def test_openapi(self):
        document = self.local.get("/openapi.json").json
        self.assertEqual(document, self.local.get("openapi.json").json)
        self.assertEqual(document["openapi"], "3.1.0")
        try:
            from openapi_spec_validator import OpenAPIV31SpecValidator
        except ImportError:
            self.check_references(document, document)
        else:
            OpenAPIV31SpecValidator(document).validate()
        # What it names is there, and asks for what it says.
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if "{" not in path and method == "get":
                    answer = self.local.get(path)
                    self.assertIn(answer.status, (200, 400), f"{path}: {answer}")
                role = re.search(r"role (\w+)", operation["description"])[1]
                if role != "viewer":
                    self.assertEqual(self.remote["viewer"].call(method.upper(), path).status, 403)
        for name in ("routes", "logs", "metrics", "errors", "performance", "rate-limits", "stats",
                     "config/rate-limits", "config/cors"):
            self.assertIn("get", document["paths"][f"{PREFIX}/{name}"])
        parameters = document["paths"][f"{PREFIX}/logs"]["get"]["parameters"]
        self.assertLessEqual({"method", "path", "target_service", "user_id", "status_code",
                              "start_date", "end_date", "limit", "offset", "cursor"},
                             {parameter["name"] for parameter in parameters})

    def check_references(self, part, document):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            if key == "$ref":
                found = document
                for name in value.removeprefix("#/").split("/"):
                    found = found[name]
            elif isinstance(value, (dict, list)):
                self.check_references(value, document)

    def test_answers_are_as_described(self):
        """Every member of an answer has its place in the schema."""
        document = self.local.get("/openapi.json").json
        for path, methods in document["paths"].items():
            if "{" in path or not path.startswith(PREFIX) or "get" not in methods:
                continue
            content = methods["get"]["responses"]["200"]["content"]
            schema = content.get("application/json", {}).get("schema", {})
            answer = self.local.get(path)
            if answer.status == 200 and schema:
                self.conforms(answer.json, schema, path, document)

    def conforms(self, value, schema, where, document):
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        types = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
                 "number": (int, float)}
        if value is None or "type" not in schema:
            return
        self.assertIsInstance(value, types[schema["type"]], where)
        if isinstance(value, dict) and "properties" in schema:
            if re.search(r"/routes/\d+$", where):
                return  # a route has all keys of the configuration
            self.assertLessEqual(set(value), set(schema["properties"]), where)
            for name, item in value.items():
                self.conforms(item, schema["properties"][name], f"{where}/{name}", document)
        if isinstance(value, list):
            for index, item in enumerate(value):
                self.conforms(item, schema["items"], f"{where}/{index}", document)

    def test_docs_need_nothing_from_outside(self):
        answer = self.local.get("/docs")
        self.assertEqual(answer.fields["content-type"], "text/html; charset=utf-8")
        self.assertIn("default-src 'none'", answer.fields["content-security-policy"])
        page = answer.body.decode()
        self.assertNotRegex(page, r"(?i)<script|<link|<img|src=|url\(|@import|href=\"?(https?:)?//")
        for path in self.local.get("/openapi.json").json["paths"]:
            self.assertIn(path, page)


class Bounds(ControlTest):
    def test_what_is_no_call(self):
        self.problem(self.local.get("/nowhere"), 404)
        answer = self.local.call("PATCH", "status")
        self.problem(answer, 405)
        self.assertEqual(answer.fields["allow"], "GET, HEAD")
        head = self.local.call("HEAD", "status")
        self.assertEqual((head.status, head.body), (200, b""))
        self.problem(self.local.get("logs?nonsense=1"), 400)
        self.problem(self.local.post("explain", b"{"), 400)
        self.problem(self.local.post("explain", b"{}" + b" " * (1 << 20)), 413)
        self.problem(self.local.post("explain", b"{}", headers={"Content-Type": "text/plain"}), 415)


if __name__ == "__main__":
    unittest.main()
