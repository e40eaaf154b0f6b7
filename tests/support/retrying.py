"""What the scenarios of retries share: a config, and an origin that fails at first."""

from .case import GatewayTest
from .config import gateway
from .origin import echo

FAILURES = {
    "502": lambda peer: (peer.read_body(), peer.answer(502, b"bad", reason="Bad")),
    "503": lambda peer: (peer.read_body(), peer.answer(503, b"busy", reason="Busy")),
    "504": lambda peer: (peer.read_body(), peer.answer(504, b"late", reason="Late")),
    "500": lambda peer: (peer.read_body(), peer.answer(500, b"oops", reason="Oops")),
    "reset": lambda peer: peer.reset(),
    "timeout": lambda peer: peer.wait_for_end(),
}


def retry_config(response_timeout="30s", **retry):
    service = {"response_timeout": response_timeout,
               "retry": {"attempts": 3, "backoff": "1ms", **retry}}
    return gateway(service=service, routes={
        "any": {"path": "/any/*", "service": "origin", "retry": {"any_method": True}},
        "once": {"path": "/once/*", "service": "origin", "retry": {"attempts": 1}},
        "total": {"path": "/total/*", "service": "origin", "timeout": "2500ms"},
        "all": {"path": "/*", "service": "origin"}})


class RetryTest(GatewayTest):
    """Each test has a gateway of its own: a budget remembers."""

    config = retry_config()

    def start(self, text=None):
        self.origin.cut_idle()
        self.fresh_gateway(text or self.config)
        self.seen = len(self.origin.requests)

    def attempts(self):
        return len(self.origin.requests) - self.seen

    def fails_first(self, count, failure):
        """The origin fails this way so often, then answers well."""
        left = iter(range(count))

        def behaviour(peer):
            (echo if next(left, None) is None else failure)(peer)

        self.origin.behaviour = behaviour
        self.seen = len(self.origin.requests)
