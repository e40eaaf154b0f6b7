"""GatewayTest: one gatewayd and its origins for the tests of a class."""

import json
import re
import shutil
import sys
import tempfile
import unittest

from .client import Client
from .config import fill, gateway
from .origin import Origin, echo
from .process import Gatewayd, eventually
from .stopwatch import Stopwatch
from .wire import PATIENCE, Closed

UUID_V7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
# What an answer must never tell of the inside: addresses, libraries, files, system errors.
_INTERNAL = re.compile(
    r"127\.0\.0\.|asio|boost|beast|exception|\.cc\b|\.h:|errno|/tmp/|std::|0x[0-9a-f]{6}", re.I)


class GatewayTest(unittest.TestCase):
    """A scenario is `config`, what the origin does (`behaviour`, or `origins`: name → behaviour),
    and test functions. The behaviour is that of the class again before every test."""

    config = gateway()
    behaviour = staticmethod(echo)
    origins = {}

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="gwd-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, True)
        cls.places = {"dir": cls.directory}
        cls.running = {}
        for name, behaviour in (cls.origins or {"origin": cls.behaviour}).items():
            cls.running[name] = Origin(behaviour)
            cls.addClassCleanup(cls.running[name].close)
            cls.places[name] = cls.running[name].url
        cls.origin = next(iter(cls.running.values()))
        cls.prepare()
        cls.gateway = Gatewayd(cls.directory, fill(cls.config, cls.places))
        cls.addClassCleanup(cls.gateway.close)
        cls.gateway.start()

    @classmethod
    def prepare(cls):
        """For what the config names and only a test can make: files in cls.directory, names in
        cls.places."""

    @classmethod
    def tearDownClass(cls):
        if cls.gateway.process.poll() is not None:
            return  # the test ended it and looked at how
        for origin in cls.running.values():
            origin.release.set()
        status = cls.gateway.stop()
        if status != 0:
            raise AssertionError(f"gatewayd ended with {status}:\n{cls.gateway.log()[-8000:]}")

    def setUp(self):
        for name, origin in self.running.items():
            origin.behaviour = self.origins.get(name, type(self).behaviour)
            origin.on_connect = None
            origin.release.clear()
            origin.faults.clear()

    def tearDown(self):
        for name, origin in self.running.items():
            origin.release.set()
            self.assertEqual(origin.faults, [], f"gatewayd sent {name} what is not HTTP/1")

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"--- log of gatewayd, {self.id()}\n{self.gateway.log()[-3000:]}---",
                  file=sys.stderr)

    # Clients

    def client(self, **options):
        client = Client(self.gateway.address, **options)
        self.addCleanup(client.close)
        return client

    def get(self, target="/", *fields, **options):
        """A GET on a connection of its own."""
        with self.client() as client:
            return client.get(target, *fields, **options)

    def forwarded(self, target="/", *fields, method="GET", **options):
        """Sends a request, expects 200, and returns what the origin saw of it."""
        source = options.pop("source", None)
        seen = len(self.origin.requests)
        with self.client(source=source) as client:
            answer = client.request(method, target, *fields, **options).answer(method)
        self.assertEqual(answer.status, 200, answer)
        return self.origin.requests[seen]

    def raw(self, data, method="GET"):
        """Sends these bytes on a connection of their own; `closed` tells if the answer ended it."""
        self.mark = (len(self.origin.requests), self.origin.bytes)
        with self.client() as client:
            client.try_send(data)
            answer = client.answer(method)
            if answer.fields.get("connection", "").lower() == "close":
                answer.closed = client.is_closed()
        return answer

    # Expectations

    def assertProblem(self, answer, status):
        """An error of the gateway's own making, in the form of RFC 9457, and nothing internal."""
        self.assertEqual(answer.status, status, answer.head + answer.body)
        self.assertEqual(answer.fields.get("content-type"), "application/problem+json")
        problem = json.loads(answer.body)
        self.assertLessEqual({"type", "title", "status", "detail", "request_id"}, set(problem))
        self.assertEqual(problem["status"], status)
        for key in ("type", "title", "detail"):
            self.assertIsInstance(problem[key], str)
            self.assertTrue(problem[key], f"{key} is empty: {problem}")
        self.assertRegex(problem["request_id"], UUID_V7)
        self.assertEqual(answer.fields.get("x-request-id"), problem["request_id"])
        self.assertNotRegex(answer.body.decode(), _INTERNAL)
        return problem

    def assertChallenged(self, answer, *schemes, error=None):
        """401 that names these ways to authenticate in this order (RFC 9110 §11.6.1)."""
        problem = self.assertProblem(answer, 401)
        challenge = answer.fields.get("www-authenticate")
        self.assertEqual(re.findall(r"(?:^|, )([A-Za-z]+) realm=", challenge), list(schemes))
        self.assertEqual(re.findall(r' error="([^"]*)"', challenge), [error] if error else [])
        return problem

    def assertRefused(self, answer, *statuses):
        """A problem with one of these statuses, the connection closed, the origin never touched."""
        self.assertIn(answer.status, statuses, answer.head + answer.body)
        self.assertProblem(answer, answer.status)
        self.assertEqual(answer.fields.get("connection", "").lower(), "close", answer.head)
        self.assertTrue(answer.closed)
        self.assertOriginUntouched()

    def assertOriginUntouched(self):
        """Nothing but a later request of our own came to the origin since raw()."""
        requests, count = self.mark
        with self.client() as client:
            self.assertEqual(client.get("/fence").status, 200)
        since = self.origin.requests[requests:]
        self.assertEqual([request.target for request in since], ["/fence"])
        self.assertEqual(self.origin.bytes - count, len(since[0].head))

    def assertCut(self, client, answer, method="GET"):
        """The body of `answer` ends before its time, and not in a way that looks whole."""
        received = b""
        with self.assertRaises(Closed, msg="the answer came to a clean end"):
            for block in client.blocks(answer, method):
                received += block
            if answer.fields.get(
                "transfer-encoding") is None and "content-length" not in answer.fields:
                self.fail(f"a close-delimited answer cannot be seen to be cut: {answer.head!r}")
        return received

    def reload(self, text):
        """Has the gateway read this config; returns what it logged."""
        return self.gateway.reload(fill(text, self.places))

    def fresh_gateway(self, text):
        """A gateway of this test's own in the class's place, with a folder of its own."""
        directory = tempfile.mkdtemp(prefix="gwd-")
        self.addCleanup(shutil.rmtree, directory, True)
        self.directory = directory
        self.gateway = Gatewayd(directory, fill(text, {**self.places, "dir": directory}))
        self.addCleanup(self._end, self.gateway)
        self.gateway.start()
        return self.gateway

    def _end(self, gateway):
        for origin in self.running.values():
            origin.release.set()
        status = gateway.stop()
        gateway.close()
        self.assertEqual(status, 0, gateway.log()[-8000:])

    def stopwatch(self):
        """For how long the gateway takes."""
        return Stopwatch(self.gateway.pid)

    def eventually(self, condition, what, patience=PATIENCE):
        return eventually(condition, what, patience)
