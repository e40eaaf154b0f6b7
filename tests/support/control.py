"""The control API as a client sees it: over its Unix socket, or over TCP with a token."""

import http.client
import json
import re
import socket

from .wire import PATIENCE

PREFIX = "/api/v1/gateway"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.fields = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def etag(self):
        return self.fields.get("etag")

    @property
    def pointers(self):
        """The fields that a problem names."""
        return [error["pointer"] for error in self.json.get("errors", [])]

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:2000]!r}"


class Control:
    """`place`: the path of a Unix socket, or (host, port)."""

    def __init__(self, place, token=None):
        self.place = place
        self.token = token

    def call(self, method, path, body=None, headers=None, patience=PATIENCE):
        """One call on a connection of its own. `body`: what becomes JSON, or bytes as they are;
        a path without a slash is one below the API's prefix."""
        path = path if path.startswith("/") else f"{PREFIX}/{path}"
        fields = {"Host": "localhost"} if isinstance(self.place, str) else {}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            fields["Content-Type"] = "application/json"
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields.update(headers or {})
        connection = self.connect(patience)
        try:
            connection.putrequest(method, path, skip_host="Host" in fields,
                                  skip_accept_encoding=True)
            for name, value in fields.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None and "Content-Length" not in fields:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def connect(self, patience=PATIENCE):
        if not isinstance(self.place, str):
            return http.client.HTTPConnection(*self.place, timeout=patience)
        connection = http.client.HTTPConnection("localhost", timeout=patience)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(patience)
        connection.sock.connect(self.place)
        return connection

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, body, **options)

    def put(self, path, body, **options):
        return self.call("PUT", path, body, **options)

    def delete(self, path, **options):
        return self.call("DELETE", path, **options)


def tcp_address(gateway):
    """Where a gateway's control API listens over TCP."""
    match = gateway.wait_for_log(r"the control API is at http://([0-9.]+):([0-9]+)")
    return match[1], int(match[2])
