"""gRPC end to end: Debian's client and server of it, and nothing else but gatewayd between them."""

import threading
from concurrent import futures

import grpc

from support import (PATIENCE, GatewayTest, eventually, gateway, gatewayctl_json)


class Calls(grpc.GenericRpcHandler):
    """All four kinds of calls, of plain bytes."""

    def __init__(self):
        self.held = threading.Event()  # what /t.T/Wait waits for
        self.started = threading.Semaphore(0)
        self.cancelled = threading.Event()
        self.metadata = {}

    def service(self, details):
        name = details.method.rpartition("/")[2]
        self.metadata = dict(details.invocation_metadata)
        handlers = {
            "Echo": grpc.unary_unary_rpc_method_handler(self.echo),
            "Count": grpc.unary_stream_rpc_method_handler(self.count),
            "Sum": grpc.stream_unary_rpc_method_handler(self.sum),
            "Talk": grpc.stream_stream_rpc_method_handler(self.talk),
            "Fail": grpc.unary_unary_rpc_method_handler(self.fail),
            "Wait": grpc.unary_unary_rpc_method_handler(self.wait),
        }
        return handlers.get(name)

    @staticmethod
    def echo(request, context):
        context.send_initial_metadata((("x-first", "a"),))
        context.set_trailing_metadata((("x-last", "z"), ("x-bin-bin", b"\x00\xff")))
        return request

    @staticmethod
    def count(request, context):
        for number in range(int(request)):
            yield b"%d" % number

    @staticmethod
    def sum(requests, context):
        return b"%d" % sum(map(int, requests))

    @staticmethod
    def talk(requests, context):
        for request in requests:
            yield request.upper()

    @staticmethod
    def fail(request, context):
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not like this: 100 %")

    def wait(self, request, context):
        context.add_callback(self.cancelled.set)
        self.started.release()
        self.held.wait(PATIENCE)
        return b"waited"


class Grpc(GatewayTest):
    GATEWAY = dict(listener={"http2": True},
                   services={"origin": {"instances": ["@grpc@"], "http2": True,
                                        "response_timeout": "30s"},
                             "gone": {"instances": ["http://127.0.0.1:9"], "http2": True},
                             "slow": {"instances": ["@grpc@"], "http2": True,
                                      "response_timeout": "200ms"}},
                   routes={"calls": {"path": "/t.T/*", "service": "origin"},
                           "gone": {"path": "/gone.T/*", "service": "gone"},
                           "slow": {"path": "/slow.T/*", "service": "slow",
                                    "rewrite": "/t.T/*"},
                           "locked": {"path": "/locked.T/*", "service": "origin",
                                      "auth": "api_key"}})
    config = gateway(**GATEWAY) + """
[auth.api_key]
keys = [{ name = "ci", sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }]
"""

    @classmethod
    def prepare(cls):
        cls.calls = Calls()
        cls.server = grpc.server(futures.ThreadPoolExecutor(16), handlers=[cls.calls])
        cls.places["grpc"] = f"http://127.0.0.1:{cls.server.add_insecure_port('127.0.0.1:0')}"
        cls.server.start()
        cls.addClassCleanup(lambda: cls.server.stop(0).wait(PATIENCE))
        cls.addClassCleanup(cls.calls.held.set)  # what still waits would hold up the end

    def setUp(self):
        super().setUp()
        host, port = self.gateway.address
        self.channel = grpc.insecure_channel(f"{host}:{port}")
        self.addCleanup(self.channel.close)
        self.calls.held.clear()
        self.calls.cancelled.clear()

    def unary(self, method):
        return self.channel.unary_unary(method)

    def assertStatus(self, status, call, *arguments, **options):
        with self.assertRaises(grpc.RpcError) as raised:
            call(*arguments, timeout=PATIENCE, **options)
        self.assertEqual(raised.exception.code(), status, raised.exception)
        return raised.exception

    def test_a_unary_call_with_metadata_both_ways(self):
        answer, call = self.unary("/t.T/Echo").with_call(
            b"hello", timeout=PATIENCE, metadata=(("x-asked", "yes"), ("x-raw-bin", b"\x01\x02")))
        self.assertEqual(answer, b"hello")
        self.assertEqual(dict(call.initial_metadata())["x-first"], "a")
        trailing = dict(call.trailing_metadata())
        self.assertEqual((trailing["x-last"], trailing["x-bin-bin"]), ("z", b"\x00\xff"))
        self.assertEqual(self.calls.metadata["x-asked"], "yes")
        self.assertEqual(self.calls.metadata["x-raw-bin"], b"\x01\x02")

    def test_large_messages(self):
        body = bytes(range(256)) * 8000
        self.assertEqual(self.unary("/t.T/Echo")(body, timeout=PATIENCE), body)

    def test_the_server_streams(self):
        answers = self.channel.unary_stream("/t.T/Count")(b"500", timeout=PATIENCE)
        self.assertEqual([int(answer) for answer in answers], list(range(500)))

    def test_the_client_streams(self):
        call = self.channel.stream_unary("/t.T/Sum")
        self.assertEqual(call((b"%d" % i for i in range(500)), timeout=PATIENCE), b"124750")

    def test_both_stream_in_turn(self):
        """Each message is answered before the next is sent."""
        said = threading.Semaphore(1)

        def words():
            for word in (b"one", b"two", b"three"):
                said.acquire(timeout=PATIENCE)
                yield word

        heard = []
        for answer in self.channel.stream_stream("/t.T/Talk")(words(), timeout=PATIENCE):
            heard.append(answer)
            said.release()
        self.assertEqual(heard, [b"ONE", b"TWO", b"THREE"])

    def test_the_servers_own_status_passes(self):
        error = self.assertStatus(grpc.StatusCode.FAILED_PRECONDITION, self.unary("/t.T/Fail"), b"")
        self.assertEqual(error.details(), "not like this: 100 %")

    def test_an_unknown_method_is_the_servers_to_refuse(self):
        self.assertStatus(grpc.StatusCode.UNIMPLEMENTED, self.unary("/t.T/Nothing"), b"")

    def test_the_gateways_own_answers_have_a_grpc_status(self):
        code = grpc.StatusCode
        self.assertStatus(code.UNIMPLEMENTED, self.unary("/no.Route/X"), b"")
        self.assertStatus(code.UNAVAILABLE, self.unary("/gone.T/Echo"), b"")
        self.assertStatus(code.UNAUTHENTICATED, self.unary("/locked.T/Echo"), b"")
        self.assertStatus(code.DEADLINE_EXCEEDED, self.unary("/slow.T/Wait"), b"")
        self.assertEqual(self.unary("/t.T/Echo")(b"still", timeout=PATIENCE), b"still")

    def test_the_log_tells_them_as_of_any_other_protocol(self):
        self.assertStatus(grpc.StatusCode.UNIMPLEMENTED, self.unary("/no.Route/logged"), b"")
        rows = eventually(lambda: gatewayctl_json(
            "--socket", f"{self.directory}/control.sock", "logs", "--path",
            "/no.Route/logged").get("rows"), "the row")
        self.assertEqual(rows[0]["status"], 404)

    def test_a_call_that_is_cancelled_is_cancelled_at_the_server(self):
        call = self.unary("/t.T/Wait").future(b"", timeout=PATIENCE)
        self.calls.started.acquire(timeout=PATIENCE)
        call.cancel()
        self.assertTrue(self.calls.cancelled.wait(PATIENCE))
        self.calls.held.set()

    def test_many_calls_share_a_connection(self):
        call = self.unary("/t.T/Wait")
        running = [call.future(b"", timeout=PATIENCE) for _ in range(10)]
        for _ in running:
            self.calls.started.acquire(timeout=PATIENCE)
        port = int(self.places["grpc"].rpartition(":")[2])
        with open(f"/proc/{self.gateway.pid}/net/tcp", encoding="ascii") as table:
            open_now = [line for line in table
                        if line.split()[2].endswith(f":{port:04X}") and line.split()[3] == "01"]
        self.calls.held.set()
        self.assertEqual([one.result() for one in running], [b"waited"] * 10)
        self.assertEqual(len(open_now), 1, open_now)

    def test_a_server_that_goes_and_comes_back(self):
        self.assertEqual(self.unary("/t.T/Echo")(b"1", timeout=PATIENCE), b"1")
        port = self.places["grpc"].rpartition(":")[2]
        type(self).server.stop(0).wait(PATIENCE)
        self.assertStatus(grpc.StatusCode.UNAVAILABLE, self.unary("/t.T/Echo"), b"")
        type(self).server = grpc.server(futures.ThreadPoolExecutor(16), handlers=[self.calls])
        self.assertEqual(str(self.server.add_insecure_port(f"127.0.0.1:{port}")), port)
        self.server.start()
        self.assertEqual(self.unary("/t.T/Echo")(b"2", timeout=PATIENCE), b"2")
