"""examples/deploy: what containers and Kubernetes are told holds together, and nginx and HAProxy
really stand in front of a gateway."""

import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import tempfile
import tomllib
import unittest

import yaml
from examples_test import SECRET, Example
from support import gatewayctl, is_sanitized, within_a_minute
from support.foreign import Foreign, free_port, make_certificate
from support.process import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "deploy"
# Of Debian 12's slim image.
IN_THE_IMAGE = {"libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libtinfo6"}


def documents(name):
    return [document for document in yaml.safe_load_all((FOLDER / name).read_text()) if document]


def config():
    """The containers' configuration, with its variables at their defaults."""
    text = (FOLDER / "gatewayd.toml").read_text()
    return tomllib.loads(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)([sm])", text).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def stages():
    """The Dockerfile's instructions, stage by stage: (word, rest)."""
    text = re.sub(r"\\\n", " ", (FOLDER / "Dockerfile").read_text())
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, rest = line.split(None, 1)
            if word == "FROM":
                found.append([])
            found[-1].append((word, rest))
    return found


class Image(unittest.TestCase):
    def rest_of(self, word):
        return [rest for found, rest in stages()[-1] if found == word]

    def test_it_is_built_in_one_stage_and_runs_in_another(self):
        build, final = stages()
        self.assertEqual(build[0][1], "debian:bookworm AS build")
        self.assertEqual(final[0][1], "debian:bookworm-slim")
        self.assertNotIn("g++", " ".join(self.rest_of("RUN")))

    def test_it_does_not_run_as_root(self):
        self.assertEqual(self.rest_of("USER"), ["10001:10001"])
        self.assertIn("useradd --system --uid 10001", self.rest_of("RUN")[0])

    def test_its_health_is_asked_by_a_command_that_is_there(self):
        check, = self.rest_of("HEALTHCHECK")
        command = json.loads(check[check.index("["):])
        self.assertEqual(gatewayctl(*command[1:], "--socket", "/nowhere").returncode, 69)

    def test_what_it_copies_is_there(self):
        with tempfile.TemporaryDirectory() as installed:
            build = pathlib.Path(binary("GATEWAYD_BIN")).parents[1]
            subprocess.run(["cmake", "--install", build, "--prefix", "/usr"], check=True,
                           capture_output=True, env={**os.environ, "DESTDIR": installed})
            for stage in stages():
                for word, rest in stage:
                    if word != "COPY":
                        continue
                    source = [w for w in rest.split() if not w.startswith("--")][0]
                    if "--from=build" in rest:
                        self.assertTrue(source.startswith("/installed/"), rest)
                        found = pathlib.Path(installed) / source.removeprefix("/installed/")
                    else:
                        found = ROOT / source
                    self.assertTrue(found.exists(), rest)

    @unittest.skipIf(is_sanitized(), "a sanitizer brings libraries of its own")
    def test_its_packages_hold_what_the_programs_link(self):
        if 'VERSION_ID="12"' not in pathlib.Path("/etc/os-release").read_text():
            self.skipTest("the image is Debian 12, this machine is not")
        listed = set(re.findall(r"\blib[\w.+-]+", self.rest_of("RUN")[0]))
        for program in ("GATEWAYD_BIN", "GATEWAYCTL_BIN"):
            headers = subprocess.run(["objdump", "-p", binary(program)], check=True, text=True,
                                     capture_output=True).stdout
            for library in re.findall(r"NEEDED +(\S+)", headers):
                if library.startswith("ld-"):
                    continue
                owners = subprocess.run(["dpkg", "-S", f"*/{library}"], check=True, text=True,
                                        capture_output=True).stdout.splitlines()
                names = {owner.split(":")[0] for owner in owners}
                self.assertTrue(names & (listed | IN_THE_IMAGE), f"{library}: {names}")


class Compose(unittest.TestCase):
    def setUp(self):
        self.compose, = documents("compose.yaml")
        self.gateway = self.compose["services"]["gatewayd"]

    def test_its_files_are_there(self):
        build = self.gateway["build"]
        self.assertEqual((FOLDER / build["context"]).resolve(), ROOT)
        self.assertTrue((ROOT / build["dockerfile"]).is_file())
        for service in self.compose["services"].values():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((FOLDER / source).is_file(), volume)
                else:
                    self.assertIn(source, self.compose["volumes"])
        for name in self.gateway["secrets"]:
            self.assertIn(name, self.compose["secrets"])

    def test_it_may_do_little_and_stops_in_time(self):
        self.assertTrue(self.gateway["read_only"])
        self.assertEqual(self.gateway["cap_drop"], ["ALL"])
        drain = config()["gateway"]["drain_timeout"]
        self.assertGreater(seconds(self.gateway["stop_grace_period"]), seconds(drain))

    def test_variables_are_those_of_the_configuration(self):
        used = re.findall(r"\$\{(\w+)", (FOLDER / "gatewayd.toml").read_text())
        self.assertLessEqual(set(self.gateway["environment"]), set(used))

    def test_prometheus_is_told_the_same_as_outside_of_containers(self):
        here, = documents("prometheus.yml")
        there, = documents("../monitoring/prometheus.yml")
        there["scrape_configs"][0]["static_configs"][0]["targets"] = ["gatewayd:8000"]
        self.assertEqual(here, there)


class Kubernetes(unittest.TestCase):
    def setUp(self):
        found = [document for path in sorted((FOLDER / "kubernetes").glob("*.yaml"))
                 for document in documents(path.relative_to(FOLDER))]
        self.objects = {document["kind"]: document for document in found}
        self.assertEqual(len(self.objects), len(found))
        self.pod = self.objects["Deployment"]["spec"]["template"]
        self.container, = self.pod["spec"]["containers"]

    def test_the_kinds_that_are_needed(self):
        versions = {kind: found["apiVersion"] for kind, found in self.objects.items()}
        self.assertEqual(versions, {"ConfigMap": "v1", "Secret": "v1", "Service": "v1",
                                    "Deployment": "apps/v1",
                                    "HorizontalPodAutoscaler": "autoscaling/v2"})
        for found in self.objects.values():
            self.assertEqual(found["metadata"]["name"], "gatewayd")

    def test_they_find_each_other(self):
        labels = self.pod["metadata"]["labels"]
        self.assertEqual(self.objects["Deployment"]["spec"]["selector"]["matchLabels"], labels)
        self.assertEqual(self.objects["Service"]["spec"]["selector"], labels)
        ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        self.assertIn(self.objects["Service"]["spec"]["ports"][0]["targetPort"], ports)
        target = self.objects["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
        self.assertEqual(target, {"apiVersion": "apps/v1", "kind": "Deployment",
                                  "name": "gatewayd"})
        self.assertNotIn("replicas", self.objects["Deployment"]["spec"])
        self.assertIn("cpu", self.container["resources"]["requests"])  # what the hpa reckons with
        address = config()["listeners"]["public"]["address"]
        self.assertEqual(ports["http"], int(address.rsplit(":")[-1]))

    def test_what_is_mounted_is_what_the_configuration_names(self):
        volumes = {volume["name"]: volume for volume in self.pod["spec"]["volumes"]}
        mounts = {mount["name"]: mount["mountPath"] for mount in self.container["volumeMounts"]}
        self.assertEqual(set(volumes), set(mounts))
        self.assertEqual(volumes["config"]["configMap"]["name"], "gatewayd")
        self.assertEqual(volumes["secrets"]["secret"]["secretName"], "gatewayd")
        self.assertEqual(self.objects["ConfigMap"]["data"]["gatewayd.toml"],
                         (FOLDER / "gatewayd.toml").read_text())
        key, = self.objects["Secret"]["stringData"]
        self.assertEqual(config()["auth"]["jwt"]["secret_file"], f"{mounts['secrets']}/{key}")
        self.assertEqual(os.path.dirname(config()["store"]["path"]), mounts["state"])
        self.assertEqual(os.path.dirname(config()["control"]["socket"]), mounts["run"])

    def test_probes_ask_what_the_gateway_answers(self):
        self.assertIn("health", config()["gateway"]["expose"])
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            self.assertEqual(self.container[probe]["httpGet"], {"path": "/health", "port": "http"})

    def test_it_may_do_little_and_stops_in_time(self):
        security = self.container["securityContext"]
        self.assertTrue(security["readOnlyRootFilesystem"])
        self.assertFalse(security["allowPrivilegeEscalation"])
        self.assertEqual(security["capabilities"], {"drop": ["ALL"]})
        self.assertTrue(self.pod["spec"]["securityContext"]["runAsNonRoot"])
        users = [rest for word, rest in stages()[-1] if word == "USER"]
        self.assertEqual(users[0].split(":")[0],
                         str(self.pod["spec"]["securityContext"]["runAsUser"]))
        pause = int(self.container["lifecycle"]["preStop"]["exec"]["command"][1])
        self.assertGreater(self.pod["spec"]["terminationGracePeriodSeconds"],
                           pause + seconds(config()["gateway"]["drain_timeout"]))


class InAContainer(Example):
    def test_its_configuration_serves(self):
        secrets = self.enterContext(tempfile.TemporaryDirectory())
        (pathlib.Path(secrets) / "jwt_secret").write_text(SECRET + "\n")
        self.start("../deploy/gatewayd.toml", {"SECRETS": secrets}, API_URL="api")
        self.assertEqual(self.get("/health").status, 200)
        self.assertEqual(self.get("/x").status, 401)
        self.assertAnswered(self.get("/x", self.token()), "api", "/x")
        self.assertAnswered(self.get("/public/x"), "api", "/public/x")
        self.assertIn(b"gateway_build_info", self.get("/metrics").body)


class InFront(Example):
    """A gateway as examples/configs/behind-nginx.toml has it, and a proxy before it."""

    def setUp(self):
        self.start("behind-nginx.toml", API_URL="api")
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="gwd-")))
        self.key, self.certificate = make_certificate(self.folder, "api.example.com")
        self.port = free_port()

    def ask(self, target, *fields):
        """Over TLS, from an address that is no proxy's."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        trust.set_alpn_protocols(["http/1.1"])
        with socket.create_connection(("127.0.0.1", self.port), 60, ("127.0.0.2", 0)) as plain, \
                trust.wrap_socket(plain, server_hostname="api.example.com") as secure:
            lines = [f"GET {target} HTTP/1.1", "Host: api.example.com", "Connection: close"]
            secure.sendall("\r\n".join([*lines, *fields, "", ""]).encode())
            answer = b"".join(iter(lambda: secure.recv(65536), b""))
        return int(answer.split()[1])

    def check_what_passes(self):
        within_a_minute(20)
        self.assertEqual(self.ask("/things?a=b", "X-Forwarded-For: 198.51.100.7"), 200)
        seen = self.origins["api"].requests[-1]
        self.assertEqual(seen.target, "/things?a=b")
        self.assertEqual(seen.fields.get("host"), "api.example.com")
        self.assertEqual(seen.fields.get("x-forwarded-proto"), "https")
        # The client is who came to the proxy, whatever it says of itself.
        self.assertRegex(seen.fields.get("x-forwarded-for"), r"127\.0\.0\.2, 127\.0\.0\.1$")
        statuses = [self.ask("/", f"X-Forwarded-For: 198.51.100.{n}") for n in range(100)]
        self.assertEqual((statuses.count(200), statuses.count(429)), (99, 1))
        self.assertEqual(self.ask("/metrics"), 404)

    def test_nginx(self):
        host, port = self.gateway.address
        text = (FOLDER / "nginx/gatewayd.conf").read_text()
        for there, here in (("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                            ("server 127.0.0.1:8000;", f"server {host}:{port};"),
                            ("/etc/ssl/certs/api.example.com.pem", str(self.certificate)),
                            ("/etc/ssl/private/api.example.com.key", str(self.key))):
            self.assertIn(there, text)
            text = text.replace(there, here)
        (self.folder / "gatewayd.conf").write_text(text)
        temporary = "".join(f"{name}_temp_path {self.folder}/{name};\n" for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        path = self.folder / "nginx.conf"
        path.write_text(f"{user}daemon off;\npid {self.folder}/nginx.pid;\n"
                        f"error_log {self.folder}/error.log;\nevents {{}}\nhttp {{\n"
                        f"access_log off;\n{temporary}include {self.folder}/gatewayd.conf;\n}}\n")
        checked = subprocess.run(["nginx", "-t", "-c", path], capture_output=True, text=True,
                                 timeout=180, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertNotIn("[warn]", checked.stderr)
        nginx = Foreign(self.folder, self.port, "nginx", "-c", path)
        self.addCleanup(nginx.close)
        self.check_what_passes()

    def test_haproxy(self):
        host, port = self.gateway.address
        both = self.folder / "both.pem"
        both.write_text(self.certificate.read_text() + self.key.read_text())
        text = (FOLDER / "haproxy/haproxy.cfg").read_text()
        for there, here in (("bind :443", f"bind 127.0.0.1:{self.port}"),
                            ("gateway1 127.0.0.1:8000", f"gateway1 {host}:{port}"),
                            ("gateway2 127.0.0.1:8001", f"gateway2 127.0.0.1:{free_port()}"),
                            ("/etc/haproxy/api.example.com.pem", str(both)),
                            ("log /dev/log local0", f"log {self.folder}/log local0")):
            self.assertIn(there, text)
            text = text.replace(there, here)
        path = self.folder / "haproxy.cfg"
        path.write_text(text)
        checked = subprocess.run(["haproxy", "-c", "-f", path], capture_output=True, text=True,
                                 timeout=180, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertNotIn("WARNING", checked.stderr + checked.stdout)
        haproxy = Foreign(self.folder, self.port, "haproxy", "-db", "-f", path)
        self.addCleanup(haproxy.close)
        self.check_what_passes()


if __name__ == "__main__":
    unittest.main()
