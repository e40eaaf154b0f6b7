"""Tokens with signatures of every kind but HS256 and RS256, through the running gateway, and those
that only look like them."""

from pathlib import Path

from jwt_test import JwtTest, jwt_config
from support.tokens import CurveKey, RsaKey, b64, bearer, claims, hs256, join, jwks, part, unb64

CURVES = ("ES256", "ES384", "ES512", "EdDSA")
# Order of the group of P-256 (FIPS 186-4).
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Algorithms(JwtTest):
    config = jwt_config(algorithms=[*CURVES, "PS256"], jwks_file="keys.json")

    @classmethod
    def prepare(cls):
        cls.keys = {name: CurveKey(cls.directory, name) for name in CURVES}
        cls.rsa = RsaKey(cls.directory, "rsa")
        pss = {**cls.rsa.jwk("PS256"), "alg": "PS256"}
        (Path(cls.directory) / "keys.json").write_text(
            jwks(pss, *(key.jwk(name) for name, key in cls.keys.items())))
        cls.foreign = {name: CurveKey(cls.directory, name, f"foreign-{name}") for name in CURVES}

    def pss(self, payload, sign=None, **header):
        return join({"alg": "PS256", "kid": "PS256", **header}, payload, sign or self.rsa.sign_pss)

    def refused(self, *tokens):
        seen = len(self.origin.requests)
        for token in tokens:
            with self.subTest(token=token):
                self.assertToken(token, counts=False)
        self.assertEqual(len(self.origin.requests), seen)

    def test_each_kind_of_signature_counts(self):
        for name, key in self.keys.items():
            with self.subTest(name):
                self.assertToken(key.token(claims(), kid=name))
                self.assertToken(key.token(claims()))  # found without a kid, too
                seen = self.asking(key.token(claims(sub="u-9"), kid=name))
                self.assertEqual(seen.status, 200)
        self.assertToken(self.pss(claims()))

    def test_other_keys_other_texts_and_cut_signatures_do_not(self):
        for name, key in self.keys.items():
            head, body, signature = key.token(claims(), kid=name).split(".")
            raw = unb64(signature)
            self.refused(
                self.foreign[name].token(claims(), kid=name),
                f"{head}.{part(claims(sub='admin'))}.{signature}",
                f"{head}.{body}.", f"{head}.{body}.{b64(raw[:-1])}", f"{head}.{body}.{b64(raw + b'0')}",
                f"{head}.{body}.{b64(raw[:-1] + bytes([raw[-1] ^ 1]))}",
                f"{head}.{body}.{b64(raw + raw)}", f"{head}.{body}.{signature}=")

    def test_a_signature_of_zeros_or_of_the_groups_order_does_not(self):
        for name, key in self.keys.items():
            size = key.size
            one = (1).to_bytes(size, "big")
            for forged in (bytes(2 * size), one + bytes(size), bytes(size) + one,
                           b"\xff" * (2 * size), one + one):
                self.refused(key.token(claims(), lambda _, value=forged: value, kid=name))
        order = P256_ORDER.to_bytes(32, "big")
        self.refused(self.keys["ES256"].token(claims(), lambda _: order + order, kid="ES256"))

    def test_a_signature_in_der_does_not(self):
        for name in ("ES256", "ES384", "ES512"):
            raw = self.keys[name].sign
            half = self.keys[name].size

            def der(text):
                parts = b""
                for number in (raw(text)[:half], raw(text)[half:]):
                    number = number.lstrip(b"\0")
                    number = b"\0" + number if number[0] & 0x80 else number
                    parts += b"\x02" + bytes([len(number)]) + number
                length = bytes([len(parts)]) if len(parts) < 128 else bytes([0x81, len(parts)])
                return b"\x30" + length + parts

            self.refused(self.keys[name].token(claims(), der, kid=name))

    def test_a_key_of_another_curve_or_kind_does_not(self):
        for name, key in self.keys.items():
            for other in self.keys:
                if other != name:  # it signs rightly, but as what it is not
                    self.refused(key.token(claims(), alg=other, kid=name),
                                 key.token(claims(), alg=other, kid=other),
                                 key.token(claims(), kid=other))
            self.refused(key.token(claims(), alg="RS256", kid=name),
                         key.token(claims(), alg="none", kid=name),
                         key.token(claims(), alg="ES256K", kid=name),
                         hs256(claims(), key.public.read_bytes(), kid=name))
        self.refused(self.keys["ES384"].token(
            claims(), lambda text: self.keys["ES384"].sign(text, "sha256"), kid="ES384"))

    def test_rsa_signatures_of_the_other_padding_do_not(self):
        self.refused(self.pss(claims(), self.rsa.sign),
                     self.pss(claims(), alg="RS256"),
                     self.pss(claims(), self.rsa.sign, alg="RS256"),
                     self.pss(claims(), lambda text: self.rsa.sign_pss(text, 0)),
                     self.pss(claims(), lambda text: self.rsa.sign_pss(text, 20)),
                     self.pss(claims(), lambda _: bytes(256)),
                     self.pss(claims(), lambda _: b""))

    def test_a_key_that_the_token_brings_along_is_not_used(self):
        for name, key in self.foreign.items():
            self.refused(key.token(claims(), kid=name, jwk=key.jwk()), key.token(claims(), jwk=key.jwk()))


class OneKey(JwtTest):
    """A single public key in a file, of each kind in turn."""

    config = jwt_config(algorithms=["ES256"], public_key_file="ES256.pem")

    @classmethod
    def prepare(cls):
        cls.keys = {name: CurveKey(cls.directory, name) for name in CURVES}

    def test_its_own_signatures_count_and_no_others(self):
        for name, key in self.keys.items():
            with self.subTest(name):
                said = self.reload(jwt_config(algorithms=[name], public_key_file=f"{name}.pem"))
                self.assertIn("is live", said)
                self.assertEqual(self.get("/x", bearer(key.token(claims()))).status, 200)
                for other in self.keys.values():
                    if other is not key:
                        self.assertToken(other.token(claims()), counts=False)
                        self.assertToken(other.token(claims(), alg=name), counts=False)
