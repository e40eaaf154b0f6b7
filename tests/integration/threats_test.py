"""Threat rules in live traffic: where they look, what they refuse, and that nothing is lost."""

import json
import time

from support import GatewayTest, chunked, gateway, table

SQL = "1' OR '1'='1"
SQL_FORM = b"name=1%27%20OR%20%271%27%3D%271&b=2"
BODY = 4096


class Threats(GatewayTest):
    config = gateway(
        client_body_timeout="2s", max_body_size="1MiB", workers=2,
        routes={"watched": {"path": "/watched/*", "service": "origin", "threats": "observe"},
                "off": {"path": "/off/*", "service": "origin", "threats": "off"},
                "all": {"path": "/*", "service": "origin"}}) + table("security", {
                    "threats": "block", "threat_body": "4KiB", "threat_headers": ["X-Search"],
                    "threat_rules": [{"id": "own", "pattern": "forbidden-word"}]})

    def post(self, body, kind="application/json", target="/x", *fields):
        return self.client().request("POST", target, f"Content-Type: {kind}", *fields,
                                     body=body).answer()

    def assertThreat(self, answer):
        self.assertProblem(answer, 403)
        self.assertIn("problem:threat", answer.body.decode())

    def test_the_head_is_looked_at(self):
        seen = len(self.origin.requests)
        client = self.client()
        for target, *fields in (
            ("/x?q=1%27%20OR%20%271%27%3D%271",), ("/x?1%27%20OR%20%271%27%3D%271=q",),
            ("/x?q=1%2527%2520OR%2520%25271%2527%253D%25271",), ("/x?q=%3Cscript%3Ealert(1)%3C/script%3E",),
            ("/x?file=..%2f..%2f..%2fetc/passwd",), ("/%3Cscript%3Ealert(1)",), ("/x", f"X-Search: {SQL}"), ("/x?a=forbidden-word",),
            ("/x?a=FORBIDDEN%2dWORD",)):
            with self.subTest(target=target):
                self.assertThreat(client.get(target, *fields))
        self.assertEqual(len(self.origin.requests), seen)
        self.assertEqual(client.get("/x?q=O%27Reilly+%26+sons").status, 200)  # and it goes on
        self.assertEqual(client.get("/off/x?q=1%27%20OR%20%271%27%3D%271").status, 200)

    def test_bodies_are_looked_at(self):
        seen = len(self.origin.requests)
        for body, kind in (
            (json.dumps({"name": SQL}).encode(), "application/json"),
            (json.dumps({"a": [{"b": SQL}]}).encode(), "Application/Problem+JSON; charset=utf-8"),
            (json.dumps({SQL: 1}).encode(), "application/json"),
            (b'{"a":"1\\u0027 OR \\u00271\\u0027=\\u00271"}', "application/json"),
            (b'{"a":"1\' OR \'1\'=\'1', "application/json"),
            (SQL_FORM, "application/x-www-form-urlencoded"),
            (b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + SQL.encode()
             + b"\r\n--b--\r\n", "multipart/form-data; boundary=b")):
            with self.subTest(body=body):
                self.assertThreat(self.post(body, kind))
        self.assertEqual(len(self.origin.requests), seen)

    def test_other_bodies_are_not(self):
        for kind in ("text/plain", "application/octet-stream", "application", "\xff/\xff", ";", "json"):
            self.assertEqual(self.post(SQL.encode(), kind).body, SQL.encode(), kind)

    def test_an_ordinary_body_arrives_as_it_was_sent(self):
        for size in (0, 1, 100, BODY - 20, BODY, BODY + 1, 20_000, 300_000):
            body = json.dumps({"text": "a" * size, "name": "O'Reilly & sons; select one"}).encode()
            with self.subTest(size=size):
                answer = self.post(body)
                self.assertEqual((answer.status, answer.body), (200, body))
                self.assertEqual(self.origin.requests[-1].fields.get("content-length"),
                                 str(len(body)))

    def test_what_lies_behind_the_looked_at_part_is_not_waited_for(self):
        client = self.client().request("POST", "/x", "Content-Type: application/json",
                                       f"Content-Length: {BODY * 2}")
        seen = len(self.origin.requests)
        client.send(b" " * BODY)
        self.origin.wait_for_requests(seen + 1)
        client.send(b"x" * BODY)
        self.assertEqual(client.answer().body, b" " * BODY + b"x" * BODY)

    def test_a_body_that_comes_byte_by_byte(self):
        for hostile, status in ((json.dumps({"name": SQL}), 403), ('{"name":"O\'Reilly"}', 200)):
            body = hostile.encode()
            client = self.client().request("POST", "/x?a=1", "Content-Type: application/json",
                                           f"Content-Length: {len(body)}", "X-Kept: yes")
            for at in range(len(body)):
                client.send(body[at:at + 1])
            self.assertEqual(client.answer().status, status)
            if status == 200:
                seen = self.origin.requests[-1]
                self.assertEqual((seen.body, seen.target, seen.fields.get("x-kept")),
                                 (body, "/x?a=1", "yes"))

    def test_chunked_bodies(self):
        def send(*parts, pieces=1, trailers=b""):
            data = chunked(*parts, trailers=trailers)
            client = self.client().request("POST", "/x", "Content-Type: application/json",
                                           "Transfer-Encoding: chunked")
            step = -(-len(data) // pieces)
            for at in range(0, len(data), step):
                client.try_send(data[at:at + step])
                time.sleep(0.002)
            return client.answer()

        hostile = json.dumps({"name": SQL}).encode()
        self.assertThreat(send(hostile))
        self.assertThreat(send(*(hostile[at:at + 1] for at in range(len(hostile))), pieces=7))
        for parts in ([b'{"a":"' + b"b" * 30_000 + b'"}'], [b"1"] * 3000, [b"{}"]):
            for pieces in (1, 3, 17):
                answer = send(*parts, pieces=pieces, trailers=b"X-Sum: 1\r\n")
                self.assertEqual((answer.status, answer.body), (200, b"".join(parts)))
                self.assertEqual(list(self.origin.requests[-1].trailers), [("X-Sum", "1")])

    def test_nothing_hides_behind_framing(self):
        client = self.client().request("POST", "/x", "Content-Type: application/json",
                                       "Transfer-Encoding: chunked")
        client.try_send(b"000000000000001\r\n \r\n" * 5000 + chunked(json.dumps(SQL).encode()))
        self.assertProblem(client.answer(), 400)
        self.assertTrue(client.is_closed())

    def test_chunks_that_are_none_are_a_bad_request(self):
        for data in (b"zz\r\n", b"5\r\nhello", b"5\r\nhelloXX", b"-1\r\n\r\n", b"5;" + b"x" * 300,
                     b"5\nhello\n0\n\n", b"fffffffffffffffff\r\n", b"0\r\nbad line\r\n\r\n"):
            client = self.client().request("POST", "/x", "Content-Type: application/json",
                                           "Transfer-Encoding: chunked")
            client.try_send(data)
            with self.subTest(data=data[:20]):
                answer = client.answer()
                self.assertIn(answer.status, (400, 408))
                self.assertProblem(answer, answer.status)
                self.assertTrue(client.is_closed())

    def test_a_client_that_waits_to_be_told_is_told(self):
        for body, status in ((b'{"a":1}', 200), (json.dumps({"name": SQL}).encode(), 403)):
            client = self.client().request("POST", "/x", "Content-Type: application/json",
                                           "Expect: 100-continue", f"Content-Length: {len(body)}")
            self.assertEqual(client.stream.status_head()[1], 100)
            client.send(body)
            answer = client.answer()
            self.assertEqual((answer.status, answer.interim), (status, []))

    def test_a_body_that_does_not_come_is_408(self):
        for sent in (b"", b'{"a":'):
            client = self.client().request("POST", "/x", "Content-Type: application/json",
                                           "Content-Length: 1000")
            client.send(sent)
            answer = client.answer()
            self.assertProblem(answer, 408)
            self.assertTrue(client.is_closed())

    def test_a_body_that_is_too_large(self):
        client = self.client().request("POST", "/x", "Content-Type: application/json",
                                       f"Content-Length: {(1 << 20) + 1}")
        self.assertProblem(client.answer(), 413)

    def test_a_client_that_leaves_meanwhile(self):
        for reset in (False, True):
            for _ in range(10):
                client = self.client().request("POST", "/x", "Content-Type: application/json",
                                               "Content-Length: 1000")
                client.send(b'{"a"')
                (client.reset if reset else client.close)()
        for _ in range(3):
            client = self.client().request("POST", "/x", "Content-Type: application/json",
                                           "Content-Length: 1000")
            client.end()
            self.assertTrue(client.is_closed())
        self.assertEqual(self.post(b"{}").status, 200)

    def test_observe_lets_pass_and_tells_it(self):
        hostile = json.dumps({"name": SQL}).encode()
        answer = self.post(hostile, target="/watched/x?q=forbidden-word")
        self.assertEqual((answer.status, answer.body), (200, hostile))

    def test_pipelined_requests_around_bodies(self):
        body = b'{"a":"' + b"b" * 3000 + b'"}'
        client = self.client()
        for _ in range(3):
            client.request("POST", "/x", "Content-Type: application/json", body=body)
            client.request("GET", "/y")
        for _ in range(3):
            self.assertEqual(client.answer().body, body)
            self.assertEqual(client.answer().status, 200)

    def test_a_long_head_and_a_body_that_is_looked_at(self):
        """The head moves out of the buffer when the body needs it; its fields must move along."""
        fields = [f"X-Field-{number}: {'v' * 300}" for number in range(40)]
        body = json.dumps({"a": "b" * 6000}).encode()
        client = self.client().request("POST", "/long/path?with=query", *fields,
                                       "Content-Type: application/json", f"Content-Length: {len(body)}")
        for at in range(0, len(body), 700):
            client.send(body[at:at + 700])
            time.sleep(0.003)
        self.assertEqual(client.answer().body, body)
        seen = self.origin.requests[-1]
        self.assertEqual((seen.target, seen.fields.get("host")), ("/long/path?with=query", "gateway.test"))
        for number in range(40):
            self.assertEqual(seen.fields.get(f"x-field-{number}"), "v" * 300)

    def test_sigterm_while_a_body_is_awaited(self):
        self.fresh_gateway(self.config.replace('"2s"', '"20s"').replace(
            "[gateway]", '[gateway]\ndrain_timeout = "200ms"'))
        for _ in range(10):
            client = self.client().request("POST", "/x", "Content-Type: application/json",
                                           "Content-Length: 1000")
            client.send(b'{"a"')
        time.sleep(0.1)
        watch = self.stopwatch()
        self.assertEqual(self.gateway.stop(), 0)
        self.assertLess(watch.own, 5)


class ByteChunks(GatewayTest):
    """What a peer can make the gateway work does not grow with how finely it cuts its body."""

    config = gateway(client_body_timeout="10s") + table(
        "security", {"threats": "block", "threat_body": "64KiB"})

    def test_a_large_body_in_small_chunks_costs_what_it_weighs(self):
        client = self.client(patience=60).request("POST", "/x", "Content-Type: application/json",
                                                  "Transfer-Encoding: chunked")
        part = b"8\r\naaaaaaaa\r\n" * 10
        before = self.cpu()
        for _ in range(4000):
            client.send(part)
        client.send(b"0\r\n\r\n")
        self.assertEqual(client.answer().body, b"a" * 320_000)
        self.assertLess(self.cpu() - before, 4.0)

    def cpu(self):
        with open(f"/proc/{self.gateway.pid}/stat") as file:
            parts = file.read().rsplit(")", 1)[1].split()
        return (int(parts[11]) + int(parts[12])) / 100
