"""The configs under examples/configs: each starts, and does what its first lines say."""

import os
import pathlib
import tempfile
import unittest
from unittest import mock

from support import Client, Gatewayd, Origin, eventually, gatewayctl, within_a_minute
from support.tokens import bearer, claims, hs256

CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "configs"
SECRET = "a secret that is long enough for HS256"


def named(name):
    """An origin that says who it is and what it was asked."""
    return lambda peer: peer.answer(200, peer.read_body(), f"X-Name: {name}",
                                    f"X-Target: {peer.request.target}")


class Example(unittest.TestCase):
    def start(self, config, variables=(), **services):
        """Starts gatewayd with an example; `services`: variable of the config = name of who
        answers there."""
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="gwd-"))
        environment = {"GATEWAY_HOST": "127.0.0.1", "GATEWAY_PORT": "0", "GATEWAY_DIR": directory,
                       "GATEWAY_RUN": directory, **dict(variables)}
        self.origins = {}
        for variable, name in services.items():
            origin = self.origins[name] = Origin(named(name))
            self.addCleanup(origin.close)
            environment[variable] = origin.url
        self.enterContext(mock.patch.dict(os.environ, environment))
        path = CONFIGS / config
        checked = gatewayctl("validate", "--strict", path)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.gateway = Gatewayd(directory)
        self.gateway.config_path = path
        self.addCleanup(self.gateway.close)
        self.gateway.start()

    def get(self, target, *fields, method="GET"):
        with Client(self.gateway.address) as client:
            return client.request(method, target, *fields).answer(method)

    def assertAnswered(self, answer, name, target):
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.fields.get("x-name"), name)
        self.assertEqual(answer.fields.get("x-target"), target)

    def token(self):
        return bearer(hs256(claims(roles=["lab"]), SECRET))


class Laboratory(Example):
    SERVICES = {"AUTH_SERVICE_URL": "auth", "SAMPLE_SERVICE_URL": "samples",
                "STORAGE_SERVICE_URL": "storage", "TEMPLATE_SERVICE_URL": "templates",
                "SEQUENCING_SERVICE_URL": "sequencing",
                "NOTIFICATION_SERVICE_URL": "notifications", "RAG_SERVICE_URL": "rag"}

    def test_seven_prefixes_become_one(self):
        self.start("tracseq.toml", {"JWT_SECRET_KEY": SECRET}, **self.SERVICES)
        for name in self.SERVICES.values():
            self.assertEqual(self.get(f"/{name}/7").status, 401)
            self.assertAnswered(self.get(f"/{name}/7?a=b", self.token()), name, "/api/v1/7?a=b")
        self.assertAnswered(self.get("/auth/login", method="POST"), "auth", "/api/v1/login")
        self.assertEqual(self.get("/nowhere").status, 404)

    def test_what_clients_of_it_read(self):
        self.start("tracseq.toml", {"JWT_SECRET_KEY": SECRET}, **self.SERVICES)
        within_a_minute(20)
        answer = self.get("/samples/7", self.token(), "Origin: https://tracseq.example.com")
        self.assertEqual(answer.fields.get("access-control-allow-origin"),
                         "https://tracseq.example.com")
        self.assertEqual(answer.fields.get("x-ratelimit-limit"), "120")
        self.assertEqual(answer.fields.get("x-content-type-options"), "nosniff")
        self.assertIn("x-request-id", answer.fields)
        statuses = [self.get("/samples/7", self.token()).status for _ in range(125)]
        self.assertEqual(statuses.count(429), 6)  # 100, a burst of 20, one asked above
        self.assertEqual(self.get("/health").status, 200)

    def test_the_modular_one(self):
        services = {key: name for key, name in self.SERVICES.items() if name != "notifications"}
        self.start("tracseq-modular.toml", {"JWT_SECRET_KEY": SECRET}, **services)
        for name in services.values():
            self.assertEqual(self.get(f"/api/{name}/7").status, 401)
            self.assertAnswered(self.get(f"/api/{name}/7", self.token()), name, "/api/v1/7")

    def test_without_a_secret_it_does_not_start(self):
        refused = gatewayctl("validate", CONFIGS / "tracseq.toml", JWT_SECRET_KEY="")
        self.assertEqual(refused.returncode, 78)
        self.assertIn("the key that the auth service signs tokens with", refused.stdout)


class MissionEngadi(Example):
    NAMES = ["auth", "content", "partners-crm", "projects", "social-media", "notification",
             "analytics", "ai", "search"]

    def test_nine_services_know_their_own_paths(self):
        services = {f"{name.upper().replace('-', '_')}_SERVICE_URL": name for name in self.NAMES}
        self.start("mission-engadi.toml", {"JWT_SECRET_KEY": SECRET}, **services)
        for name in self.NAMES:
            answer = self.get(f"/api/v1/{name}/x", self.token())
            self.assertAnswered(answer, name, f"/api/v1/{name}/x")
        self.assertAnswered(self.get("/api/v1/content/news"), "content", "/api/v1/content/news")
        self.assertEqual(self.get("/api/v1/content/news", method="DELETE").status, 401)
        self.assertAnswered(self.get("/api/v1/auth/login", method="POST"), "auth",
                            "/api/v1/auth/login")
        self.assertEqual(self.get("/api/v1/projects/x").status, 401)
        # Both limits count; what is told is the one that ends first.
        self.assertEqual(answer.fields.get("x-ratelimit-limit"), "500")


class Canary(Example):
    def test_five_of_a_hundred_and_whoever_asks(self):
        self.start("canary.toml", STABLE_URL="stable", CANARY_URL="canary")
        answers = [self.get("/", f"Cookie: session=s{n}").fields.get("x-name") for n in range(400)]
        self.assertTrue(4 <= answers.count("canary") <= 45, answers.count("canary"))
        again = [self.get("/", f"Cookie: session=s{n}").fields.get("x-name") for n in range(50)]
        self.assertEqual(again, answers[:50])
        self.assertEqual(self.get("/", "X-Version: canary").fields.get("x-name"), "canary")


class BehindNginx(Example):
    def test_the_proxy_in_front_is_believed(self):
        self.start("behind-nginx.toml", API_URL="api")
        within_a_minute(20)
        for number in range(100):
            self.assertEqual(self.get("/", "X-Forwarded-For: 198.51.100.7").status, 200)
        self.assertEqual(self.get("/", "X-Forwarded-For: 198.51.100.7").status, 429)
        self.assertEqual(self.get("/", "X-Forwarded-For: 198.51.100.8").status, 200)
        self.assertEqual(self.origins["api"].requests[-1].fields.get("x-forwarded-for"),
                         "198.51.100.8, 127.0.0.1")


class Environments(Example):
    ORIGIN = "https://www.example.com"

    def limit_and_headers(self, name, *fields, **variables):
        self.start(f"environments/{name}.toml", variables, API_URL="api")
        answer = self.get("/x", *fields)
        self.assertAnswered(answer, "api", "/x")
        return answer.fields.get("x-ratelimit-limit"), "x-frame-options" in answer.fields

    def test_development(self):
        self.assertEqual(self.limit_and_headers("development"), ("1000", False))

    def test_staging(self):
        found = self.limit_and_headers("staging", CORS_ORIGINS=self.ORIGIN)
        self.assertEqual(found, ("200", True))

    def test_production(self):
        found = self.limit_and_headers("production", CORS_ORIGINS=self.ORIGIN,
                                       FRONT_PROXY="127.0.0.1")
        self.assertEqual(found, ("100", True))
        self.assertEqual(self.get("/?q=1'%20OR%20'1'='1").status, 403)

    def test_staging_gives_a_failing_service_up_sooner(self):
        for name, failures in ("development", 5), ("staging", 3), ("production", 5):
            with self.subTest(name):
                self.start(f"environments/{name}.toml", {
                    "API_URL": "http://127.0.0.1:1", "CORS_ORIGINS": self.ORIGIN,
                    "FRONT_PROXY": "127.0.0.1"})
                statuses = [self.get("/x").status for _ in range(failures + 1)]
                self.assertEqual(statuses, [502] * failures + [503])

    def test_production_says_what_it_lacks(self):
        refused = gatewayctl("validate", CONFIGS / "environments/production.toml")
        self.assertEqual(refused.returncode, 78)
        for what in ("address or network of the proxy in front", "origin of the site"):
            self.assertIn(what, refused.stdout)


class Minimal(unittest.TestCase):
    def test_it_is_valid_as_it_stands(self):
        checked = gatewayctl("validate", "--strict", CONFIGS / "minimal.toml")
        self.assertEqual(checked.returncode, 0, checked.stdout)


if __name__ == "__main__":
    unittest.main()
