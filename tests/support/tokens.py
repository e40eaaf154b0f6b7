"""JSON Web Tokens of the tests: HS256 by hand, RS256 and ES256 with keys of the openssl command."""

import base64
import hashlib
import hmac
import json
import subprocess
import time
from pathlib import Path


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def part(value):
    """One part of a token: of an object its JSON, of bytes these bytes."""
    return b64(value if isinstance(value, bytes) else json.dumps(value).encode())


def claims(**more):
    """Claims that count for an hour; a claim given as None is left out."""
    base = {"sub": "u-17", "exp": int(time.time()) + 3600, **more}
    return {name: value for name, value in base.items() if value is not None}


def join(header, payload, sign):
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def hs256(payload, secret, **header):
    key = secret if isinstance(secret, bytes) else secret.encode()
    return join({"alg": "HS256", "typ": "JWT", **header}, payload,
                lambda text: hmac.new(key, text, hashlib.sha256).digest())


def bearer(token):
    return f"Authorization: Bearer {token}"


def _openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True,
                          check=True).stdout


class RsaKey:
    """An RSA key of 2048 bits whose files live in `directory`."""

    def __init__(self, directory, name):
        self.name = name
        self.private = Path(directory) / f"{name}.key"
        self.public = Path(directory) / f"{name}.pem"
        _openssl("genrsa", "-out", str(self.private), "2048")
        _openssl("rsa", "-in", str(self.private), "-pubout", "-out", str(self.public))

    def token(self, payload, **header):
        return join({"alg": "RS256", "typ": "JWT", **header}, payload, self.sign)

    def sign(self, text):
        return _openssl("dgst", "-sha256", "-sign", str(self.private), data=text)

    def jwk(self, kid=None):
        shown = _openssl("rsa", "-pubin", "-in", str(self.public), "-modulus", "-noout").decode()
        modulus = bytes.fromhex(shown.strip().removeprefix("Modulus="))
        key = {"kty": "RSA", "n": b64(modulus), "e": "AQAB", "alg": "RS256", "use": "sig"}
        return {**key, "kid": kid} if kid else key


def jwks(*keys):
    return json.dumps({"keys": keys})
