"""What the origin is told of the client: X-Forwarded-*, Forwarded (RFC 7239), Via, X-Request-ID."""

import re

from support import UUID_V7, GatewayTest, gateway

TRUSTED, STRANGER = "127.0.0.1", "127.0.0.2"
GIVEN_ID = "0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60"


def elements(forwarded):
    """Forwarded as a list of {parameter: value}."""
    return [{name.lower(): value.strip('"') for name, value in re.findall(
        r'(\w+)=("[^"]*"|[^;,]+)', element)} for element in forwarded.split(",")]


class Forwarding(GatewayTest):
    config = gateway(trusted_proxies=["127.0.0.1/32"])

    def test_a_stranger_is_described_by_the_gateway_alone(self):
        fields = self.forwarded("/", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https",
                                "X-Forwarded-Host: evil.test", "Forwarded: for=1.2.3.4;proto=https",
                                source=STRANGER).fields
        self.assertEqual(fields.get("x-forwarded-for"), STRANGER)
        self.assertEqual(fields.get("x-forwarded-proto"), "http")
        self.assertEqual(fields.get("x-forwarded-host"), "gateway.test")
        element, = elements(fields.get("forwarded"))
        self.assertEqual((element["for"], element["proto"], element["host"]),
                         (STRANGER, "http", "gateway.test"))
        self.assertNotIn("by", element)

    def test_several_lines_of_a_stranger_are_replaced_by_one(self):
        fields = self.forwarded("/", "X-Forwarded-For: 1.2.3.4", "x-forwarded-for: 5.6.7.8",
                                "Forwarded: for=1.2.3.4", "FORWARDED: for=5.6.7.8",
                                source=STRANGER).fields
        self.assertEqual(fields.get("x-forwarded-for"), STRANGER)
        self.assertEqual(len(elements(fields.get("forwarded"))), 1)

    def test_a_trusted_proxy_is_appended_to_what_it_says(self):
        fields = self.forwarded("/", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https",
                                "X-Forwarded-Host: shop.test",
                                "Forwarded: for=203.0.113.9;proto=https", source=TRUSTED).fields
        self.assertEqual(re.split(", *", fields.get("x-forwarded-for")), ["203.0.113.9", TRUSTED])
        self.assertEqual(fields.get("x-forwarded-proto"), "https")
        self.assertEqual(fields.get("x-forwarded-host"), "shop.test")
        first, second = elements(fields.get("forwarded"))
        self.assertEqual((first["for"], second["for"]), ("203.0.113.9", TRUSTED))

    def test_several_lines_of_a_trusted_proxy_are_one_list(self):
        fields = self.forwarded("/", "X-Forwarded-For: 203.0.113.9",
                                "X-Forwarded-For: 203.0.113.10", source=TRUSTED).fields
        chain = re.split(", *", ", ".join(fields.all("x-forwarded-for")))
        self.assertEqual(chain, ["203.0.113.9", "203.0.113.10", TRUSTED])

    def test_a_trusted_proxy_that_says_nothing_is_described(self):
        fields = self.forwarded("/", source=TRUSTED).fields
        self.assertEqual(fields.get("x-forwarded-for"), TRUSTED)
        self.assertEqual(fields.get("x-forwarded-proto"), "http")
        self.assertEqual(fields.get("x-forwarded-host"), "gateway.test")

    def test_a_host_with_a_port_is_quoted_in_forwarded(self):
        fields = self.forwarded("/", host="gateway.test:8080", source=STRANGER).fields
        self.assertEqual(fields.get("x-forwarded-host"), "gateway.test:8080")
        self.assertIn('host="gateway.test:8080"', fields.get("forwarded"))

    def test_via_is_off_by_default(self):
        self.assertNotIn("via", self.forwarded("/").fields)
        self.assertNotIn("via", self.get("/").fields)

    def test_a_via_that_came_is_passed_on(self):
        self.assertEqual(self.forwarded("/", "Via: 1.1 edge").fields.get("via"), "1.1 edge")

    # X-Request-ID

    def test_a_request_has_one_id_on_both_sides(self):
        answer = self.get("/")
        self.assertRegex(answer.fields.get("x-request-id"), UUID_V7)
        self.assertEqual(self.origin.requests[-1].fields.get("x-request-id"),
                         answer.fields.get("x-request-id"))

    def test_every_request_has_another(self):
        client = self.client()
        ids = [client.get("/").fields.get("x-request-id") for _ in range(200)]
        self.assertEqual(len(set(ids)), 200)
        # UUIDv7: their first 48 bits are the time.
        self.assertEqual(ids, sorted(ids, key=lambda text: text[:13]))

    def test_a_trusted_proxys_id_is_taken_over(self):
        with self.client(source=TRUSTED) as client:
            answer = client.get("/", f"X-Request-ID: {GIVEN_ID}")
        self.assertEqual(answer.fields.get("x-request-id"), GIVEN_ID)
        self.assertEqual(self.origin.requests[-1].fields.get("x-request-id"), GIVEN_ID)

    def test_a_strangers_id_is_not(self):
        with self.client(source=STRANGER) as client:
            answer = client.get("/", f"X-Request-ID: {GIVEN_ID}")
        self.assertNotEqual(answer.fields.get("x-request-id"), GIVEN_ID)
        self.assertRegex(answer.fields.get("x-request-id"), UUID_V7)
        self.assertEqual(self.origin.requests[-1].fields.get("x-request-id"),
                         answer.fields.get("x-request-id"))

    def test_what_is_no_id_is_not_taken_over_from_anyone(self):
        for value in ("", "x" * 5000, "not-an-id", "0192f3c4-8a10", GIVEN_ID + "0"):
            with self.subTest(value=value[:40]), self.client(source=TRUSTED) as client:
                answer = client.get("/", f"X-Request-ID: {value}")
                self.assertRegex(answer.fields.get("x-request-id"), UUID_V7)
                self.assertEqual(self.origin.requests[-1].fields.get("x-request-id"),
                                 answer.fields.get("x-request-id"))

    def test_an_origins_id_does_not_replace_it(self):
        self.origin.behaviour = lambda peer: (peer.read_body(),
                                              peer.answer(200, b"", "X-Request-ID: mine"))
        answer = self.get("/")
        self.assertRegex(answer.fields.get("x-request-id"), UUID_V7)


class Via(GatewayTest):
    config = gateway(forwarded_headers=["x-forwarded", "forwarded", "via"])

    def test_it_is_appended_to_the_request(self):
        self.assertRegex(self.forwarded("/").fields.get("via"), r"^1\.1 \S+$")
        via = ", ".join(self.forwarded("/", "Via: 1.0 edge").fields.all("via"))
        self.assertRegex(via, r"^1\.0 edge, 1\.1 \S+$")

    def test_it_tells_the_version_that_was_received(self):
        self.assertRegex(self.forwarded("/", minor=0).fields.get("via"), r"^1\.0 \S+$")

    def test_it_is_appended_to_the_answer(self):
        self.assertRegex(self.get("/").fields.get("via"), r"^1\.1 \S+$")


class Silent(GatewayTest):
    config = gateway(forwarded_headers=[])

    def test_a_gateway_told_to_be_silent_says_nothing_and_passes_nothing_false(self):
        fields = self.forwarded("/", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4").fields
        self.assertNotIn("1.2.3.4", fields.get("x-forwarded-for") or "")
        self.assertNotIn("127.0.0.1", fields.get("x-forwarded-for") or "")
        self.assertNotIn("1.2.3.4", fields.get("forwarded") or "")
