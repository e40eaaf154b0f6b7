"""Who may ask at all, by address: globally and by route, the longer prefix deciding."""

from support import GatewayTest, gateway, table


class Networks(GatewayTest):
    config = gateway(trusted_proxies=["127.0.0.1/32", "10.0.0.0/8"], routes={
        "office": {"path": "/office/*", "service": "origin",
                   "allow": ["192.0.2.0/24", "2001:db8::/32"], "deny": ["192.0.2.128/25"]},
        "most": {"path": "/most/*", "service": "origin", "deny": ["192.0.2.0/24", "::/0"],
                 "allow": ["192.0.2.5", "::/0", "0.0.0.0/0"]},
        "all": {"path": "/*", "service": "origin"}}) + table("security", {
            "deny": ["203.0.113.0/24", "127.0.0.66", "2001:db8:bad::/48"]})

    def status(self, target, forwarded=None, source=None):
        with self.client(source=source) as client:
            answer = client.get(target, *([f"X-Forwarded-For: {forwarded}"] if forwarded else []))
        if answer.status != 200:
            self.assertProblem(answer, 403)
            self.assertIn("ip-denied", answer.body.decode())
        return answer.status

    def test_the_global_list(self):
        for address, status in (("203.0.113.9", 403), ("203.0.112.9", 200), ("2001:db8:bad::1", 403),
                                ("2001:db8:bae::1", 200), ("::ffff:203.0.113.9", 403)):
            with self.subTest(address=address):
                self.assertEqual(self.status("/x", address), status)
                self.assertEqual(self.status("/office/x", address) == 403,
                                 status == 403 or not address.startswith("2001"))

    def test_the_lists_of_a_route(self):
        for target, address, status in (
            ("/office/x", "192.0.2.5", 200), ("/office/x", "192.0.2.200", 403),
            ("/office/x", "198.51.100.1", 403), ("/office/x", "2001:db8:1::1", 200),
            ("/most/x", "192.0.2.5", 200), ("/most/x", "192.0.2.6", 403),
            ("/most/x", "198.51.100.1", 200), ("/most/x", "2001:db8:1::1", 403)):
            with self.subTest(target=target, address=address):
                self.assertEqual(self.status(target, address), status)

    def test_only_trusted_proxies_are_believed(self):
        self.assertEqual(self.status("/office/x", "192.0.2.5", source="127.0.0.9"), 403)
        self.assertEqual(self.status("/x", source="127.0.0.66"), 403)
        self.assertEqual(self.status("/x", "192.0.2.5", source="127.0.0.66"), 403)

    def test_the_first_that_is_no_proxy_counts(self):
        self.assertEqual(self.status("/office/x", "192.0.2.5, 203.0.113.9"), 403)
        self.assertEqual(self.status("/office/x", "203.0.113.9, 192.0.2.5"), 200)
        self.assertEqual(self.status("/office/x", "192.0.2.5, 10.1.2.3, 10.3.2.1"), 200)

    def test_what_is_no_address_lets_nobody_in(self):
        for value in ("nonsense", "192.0.2.5.1", "192.0.2", "192.0.2.05", ",,,", "192.0.2.5 x",
                      "[2001:db8::1", "unknown", "\xff", "a" * 8000, "," * 8000,
                      "192.0.2.5, nonsense", "0x7f.1", "::ffff:0:1:2:3:4:5:6:7"):
            with self.subTest(value=value[:40]):
                self.assertEqual(self.status("/office/x", value), 403)

    def test_a_refused_request_never_reaches_the_service_and_the_connection_goes_on(self):
        seen = len(self.origin.requests)
        client = self.client()
        for _ in range(3):
            client.request("GET", "/office/x")
        client.request("GET", "/x")
        self.assertEqual([client.answer().status for _ in range(4)], [403, 403, 403, 200])
        self.assertEqual(len(self.origin.requests), seen + 1)


class AllowAlone(GatewayTest):
    config = gateway() + table("security", {"allow": ["127.0.0.1", "192.0.2.0/24"]})

    def test_everyone_else_is_refused(self):
        self.assertEqual(self.get("/x").status, 200)
        with self.client(source="127.0.0.2") as client:
            self.assertProblem(client.get("/x"), 403)
            self.assertProblem(client.get("/no/../x%00"), 403)
