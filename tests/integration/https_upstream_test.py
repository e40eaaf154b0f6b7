"""Services behind TLS: whom the gateway trusts, what it shows, and what it says of failures."""

import ssl

from support import (Authority, GatewayTest, Origin, answers, echo, eventually, gateway,
                     gatewayctl_json)


def serving(pair, client_authority=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    if client_authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_authority.certificate)
    return context


def route(name):
    return {"path": f"/{name}", "service": name}


class Upstreams(GatewayTest):
    NAMES = ("good", "named", "distrusted", "misnamed", "ended", "unverified", "mutual", "plain")
    TRUST = {"ca_file": "@dir@/authority.pem"}
    SERVICES = {
        "good": {"instances": ["@good@"], "tls": TRUST},
        "named": {"instances": ["@named@"], "tls": {**TRUST, "server_name": "inside.test"}},
        "distrusted": {"instances": ["@good@"]},
        "misnamed": {"instances": ["@named@"], "tls": TRUST},
        "ended": {"instances": ["@ended@"], "tls": TRUST},
        "unverified": {"instances": ["@ended@"], "tls": {"verify": False}},
        "mutual": {"instances": ["@mutual@"], "tls": {
            **TRUST, "certificate": "@dir@/gateway.pem", "key": "@dir@/gateway.key"}},
        "plain": {"instances": ["@plain@"], "tls": TRUST},
    }
    config = gateway(services=SERVICES, routes={name: route(name) for name in NAMES})

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        issue = cls.authority.issue
        cls.tls = {
            "good": serving(issue("good", "127.0.0.1")),
            "named": serving(issue("named", "inside.test")),
            "ended": serving(issue("ended", "127.0.0.1", begun=9, days=-1)),
            "mutual": serving(issue("mutual", "127.0.0.1"), cls.authority),
        }
        issue("gateway", client=True)
        for name, context in cls.tls.items():
            cls.running[name] = Origin(echo, tls=context)
            cls.addClassCleanup(cls.running[name].close)
            cls.places[name] = cls.running[name].url
        plain = Origin(echo)  # speaks no TLS where TLS is expected
        plain.on_connect = lambda peer: (peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
                                         peer.close())
        cls.addClassCleanup(plain.close)
        cls.places["plain"] = plain.url.replace("http:", "https:")

    def test_a_trusted_service_is_asked_over_kept_connections(self):
        client = self.client()
        before = self.running["good"].connections
        for _ in range(5):
            self.assertEqual(client.get("/good").status, 200)
        self.assertLessEqual(self.running["good"].connections, before + 1)

    def test_large_bodies_pass_both_ways(self):
        body = bytes(range(256)) * 8192
        self.running["good"].behaviour = lambda peer: peer.answer(200, peer.read_body())
        self.assertEqual(self.client().request("POST", "/good", body=body).answer().body, body)

    def test_a_service_is_known_by_the_name_that_the_config_gives(self):
        self.assertEqual(self.get("/named").status, 200)

    def test_who_cannot_be_trusted_gets_no_request(self):
        for name in ("distrusted", "misnamed", "ended"):
            with self.subTest(name):
                problem = self.assertProblem(self.get(f"/{name}"), 502)
                self.assertEqual(problem["type"], "urn:gatewayd:problem:upstream-tls")
        self.assertEqual(self.running["ended"].requests, [])
        self.gateway.wait_for_log("no TLS with https://127.0.0.1.*: certificate has expired")

    def test_verification_can_be_turned_off(self):
        self.assertEqual(self.get("/unverified").status, 200)
        self.running["ended"].requests.clear()

    def test_the_gateway_shows_its_certificate(self):
        self.assertEqual(self.get("/mutual").status, 200)
        subject = dict(pair for part in self.running["mutual"].handshakes[-1][1]["subject"]
                       for pair in part)
        self.assertEqual(subject["commonName"], "gateway")

    def test_a_service_that_speaks_no_tls_is_told_apart(self):
        problem = self.assertProblem(self.get("/plain"), 502)
        self.assertEqual(problem["type"], "urn:gatewayd:problem:upstream-tls")

    def test_a_session_is_resumed(self):
        origin = self.running["named"]
        origin.behaviour = lambda peer: (peer.read_body(), peer.answer(200, b"", "Connection: close"),
                                         peer.close())
        for _ in range(3):
            self.assertEqual(self.get("/named").status, 200)
        self.assertTrue(origin.handshakes[-1][0], origin.handshakes)

    def test_an_answer_that_ends_without_saying_so_is_not_whole(self):
        def cut(peer):
            peer.read_body()
            peer.send(b"HTTP/1.1 200 OK\r\n\r\npart")
            peer.close()  # FIN, and no close_notify before it

        self.running["good"].behaviour = cut
        client = self.client()
        client.request("GET", "/good")
        answer = client.head()
        self.assertCut(client, answer)


class Checks(GatewayTest):
    HEALTH = {"path": "/", "every": "100ms", "healthy_after": 1, "unhealthy_after": 1}
    config = gateway(services={
        "good": {"instances": ["@good@"], "tls": {"ca_file": "@dir@/authority.pem"},
                 "health": HEALTH},
        "bad": {"instances": ["@good@"], "health": HEALTH},
    }, routes={"good": route("good"), "bad": route("bad")})

    @classmethod
    def prepare(cls):
        cls.authority = Authority(cls.directory)
        context = serving(cls.authority.issue("good", "127.0.0.1"))
        cls.running["good"] = Origin(echo, tls=context)
        cls.addClassCleanup(cls.running["good"].close)
        cls.places["good"] = cls.running["good"].url

    def health(self):
        services = gatewayctl_json("health", "--socket", f"{self.directory}/control.sock")
        return {one["name"]: one for one in services["services"]}

    def test_checks_go_over_tls_too(self):
        eventually(lambda: self.health()["good"]["state"] == "healthy", "good is healthy")
        eventually(lambda: self.health()["bad"]["state"] == "unhealthy", "bad is unhealthy")
        self.assertIn("TLS certificate not trusted", str(self.health()["bad"]))
