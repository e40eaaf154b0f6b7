"""JSON Web Tokens of the tests: HS256 by hand, the others with keys of the openssl command."""

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

    def sign_pss(self, text, salt=32):
        return _openssl("dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                        f"rsa_pss_saltlen:{salt}", "-sign", str(self.private), data=text)

    def jwk(self, kid=None):
        shown = _openssl("rsa", "-pubin", "-in", str(self.public), "-modulus", "-noout").decode()
        modulus = bytes.fromhex(shown.strip().removeprefix("Modulus="))
        key = {"kty": "RSA", "n": b64(modulus), "e": "AQAB", "alg": "RS256", "use": "sig"}
        return {**key, "kid": kid} if kid else key


def raw_signature(der, size):
    """r and s of an ECDSA signature, `size` bytes each (RFC 7518 §3.4), from its DER."""
    at = 2 if der[1] < 0x80 else 3
    numbers = []
    for _ in range(2):
        length = der[at + 1]
        numbers.append(int.from_bytes(der[at + 2:at + 2 + length], "big").to_bytes(size, "big"))
        at += 2 + length
    return b"".join(numbers)


class CurveKey:
    """A key on a curve, with its files in `directory`. `algorithm`: of _CURVES."""

    _CURVES = {"ES256": ("P-256", 32, "sha256"), "ES384": ("P-384", 48, "sha384"),
               "ES512": ("P-521", 66, "sha512"), "EdDSA": ("Ed25519", 32, None)}

    def __init__(self, directory, algorithm, name=None):
        self.algorithm = algorithm
        self.curve, self.size, self._digest = self._CURVES[algorithm]
        self.private = Path(directory) / f"{name or algorithm}.key"
        self.public = self.private.with_suffix(".pem")
        kind = (["ed25519"] if self._digest is None else
                ["EC", "-pkeyopt", f"ec_paramgen_curve:{self.curve}"])
        _openssl("genpkey", "-algorithm", *kind, "-out", str(self.private))
        _openssl("pkey", "-in", str(self.private), "-pubout", "-out", str(self.public))

    def sign(self, text, digest=None):
        if self._digest is None:
            data = self.private.with_suffix(".txt")
            data.write_bytes(text)
            return _openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(self.private), "-in",
                            str(data))
        der = _openssl("dgst", f"-{digest or self._digest}", "-sign", str(self.private), data=text)
        return raw_signature(der, self.size)

    def token(self, payload, sign=None, **header):
        return join({"alg": self.algorithm, "typ": "JWT", **header}, payload, sign or self.sign)

    def jwk(self, kid=None):
        point = _openssl("pkey", "-in", str(self.private), "-pubout", "-outform", "DER")
        if self._digest is None:
            key = {"kty": "OKP", "crv": self.curve, "x": b64(point[-self.size:])}
        else:
            key = {"kty": "EC", "crv": self.curve, "x": b64(point[-2 * self.size:-self.size]),
                   "y": b64(point[-self.size:])}
        return {**key, "kid": kid} if kid else key


def jwks(*keys):
    return json.dumps({"keys": keys})
