"""Clients that speak TLS."""

import socket
import ssl
import subprocess

from .client import Client
from .wire import PATIENCE, Stream


def trusting(authority, versions=(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3), alpn=None,
             certificate=None, ciphers=None):
    """A context that trusts `authority` alone. `certificate`: a Pair that the client presents."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority.certificate)
    context.minimum_version, context.maximum_version = versions
    if alpn:
        context.set_alpn_protocols(alpn)
    if ciphers:
        context.set_ciphers(ciphers)
    if certificate:
        context.load_cert_chain(certificate.certificate, certificate.key)
    return context


class TlsClient(Client):
    """As Client, under TLS. `before`: bytes that are sent before the handshake."""

    def __init__(self, address, context, server_name="gateway.test", session=None, before=b"",
                 **options):
        super().__init__(address, **options)
        try:
            self.sock.sendall(before)
            self.sock = context.wrap_socket(self.sock, server_hostname=server_name,
                                            session=session, suppress_ragged_eofs=False)
        except BaseException:
            self.sock.close()
            raise
        self.stream = Stream(self.sock)

    @property
    def names(self):
        """The DNS names of the certificate that the gateway presented."""
        return [value for kind, value in self.sock.getpeercert().get("subjectAltName", ())
                if kind == "DNS"]


def s_client(address, *arguments, data=b""):
    """openssl s_client against `address`: (exit status, output)."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", "%s:%d" % address, *arguments], input=data,
        capture_output=True, timeout=PATIENCE * 2, check=False)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


class Console:
    """openssl s_client that is typed at: `say` waits for what it is to show before."""

    def __init__(self, address, *arguments):
        self.process = subprocess.Popen(
            ["openssl", "s_client", "-connect", "%s:%d" % address, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.shown = b""

    def wait_for(self, text):
        while text not in self.shown:
            block = self.process.stdout.read1(65536)
            if not block:
                raise AssertionError(f"no {text!r} in {self.shown!r}")
            self.shown += block

    def say(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def close(self):
        self.process.kill()
        self.process.communicate()


def records(sock):
    """What the gateway sends in TLS records until it ends the connection: (type, body) each."""
    data = b""
    try:
        while block := sock.recv(65536):
            data += block
    except ConnectionResetError:
        pass
    except socket.timeout:
        raise AssertionError(f"the connection stays open; came so far: {data!r}") from None
    found = []
    while len(data) >= 5:
        size = int.from_bytes(data[3:5], "big")
        found.append((data[0], data[5:5 + size]))
        data = data[5 + size:]
    return found
