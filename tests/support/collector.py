"""A collector of spans: takes OTLP/HTTP in JSON, strictly, and answers as a test says."""

import json
import re

from .origin import Origin

_TRACE_ID = re.compile(r"^[0-9a-f]{32}$")
_SPAN_ID = re.compile(r"^[0-9a-f]{16}$")
_NANOS = re.compile(r"^[1-9][0-9]{18}$")
_VALUES = {"stringValue": str, "intValue": str, "boolValue": bool}


class Span(dict):
    """One span as it came, its attributes as a dict."""

    def __init__(self, span):
        super().__init__(span)
        self.attributes = _attributes(span["attributes"])
        self.begin = int(span["startTimeUnixNano"])
        self.end = int(span["endTimeUnixNano"])

    @property
    def parent(self):
        return self.get("parentSpanId")


def _attributes(items):
    found = {}
    for item in items:
        (kind, value), = item["value"].items()
        assert isinstance(value, _VALUES[kind]), item
        assert item["key"] not in found, f"{item['key']} stands twice"
        found[item["key"]] = int(value) if kind == "intValue" else value
    return found


class Collector:
    """`answer(peer)`, when set, answers in its place and the batch does not count as taken."""

    def __init__(self):
        self.spans = []
        self.resources = []
        self.batches = 0       # asked to take, the refused ones included
        self.faults = []
        self.requests = []     # heads, as the origin has them
        self.answer = None
        self._server = Origin(self._take)
        self.url = f"{self._server.url}/v1/traces"
        self.wait = self._server.wait
        self.close = self._server.close
        self.release = self._server.release  # what `answer` waits for when a test holds it back

    def _take(self, peer):
        body = peer.read_body()
        refuse = self.answer
        try:
            spans, resource = self._parse(peer.request, body)
        except (AssertionError, KeyError, ValueError, TypeError) as fault:
            self.faults.append(f"{type(fault).__name__}: {fault} in {body[:2000]!r}")
            spans, resource = [], {}
        with self._server.changed:
            self.batches += 1
            self.requests.append(peer.request)
            if refuse is None:
                self.spans += spans
                self.resources.append(resource)
            self._server.changed.notify_all()
        if refuse is None:
            peer.answer(200, b"{}", "Content-Type: application/json")
        else:
            refuse(peer)

    def _parse(self, request, body):
        assert request.method == "POST", request.method
        assert request.fields.get("content-type") == "application/json"
        (group,) = json.loads(body)["resourceSpans"]
        (scope,) = group["scopeSpans"]
        spans = [Span(span) for span in scope["spans"]]
        assert spans, "a batch without a span"
        for span in spans:
            assert _TRACE_ID.match(span["traceId"]), span["traceId"]
            assert _SPAN_ID.match(span["spanId"]), span["spanId"]
            assert span.parent is None or _SPAN_ID.match(span.parent), span.parent
            assert _NANOS.match(span["startTimeUnixNano"]), span
            assert span.end >= span.begin
            assert span["kind"] in (2, 3), span["kind"]
        return spans, _attributes(group["resource"]["attributes"])

    def wait_for_trace(self, trace_id, count):
        """The spans of this trace, once there are `count` of them; the server's first."""
        found = lambda: [span for span in self.spans if span["traceId"] == trace_id]
        self.wait(lambda: len(found()) >= count, f"{count} spans of {trace_id}; {self.faults}")
        return sorted(found(), key=lambda span: (span["kind"], span.begin))
