"""Certificates of the tests: an authority of their own and what it issues."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = datetime.timedelta(days=1)


def new_key(kind="ec"):
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa")))


def key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def _alternative(name):
    if "://" in name:
        return x509.UniformResourceIdentifier(name)
    if "@" in name:
        return x509.RFC822Name(name)
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _subject(common_name):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Gateway Tests"),
                      x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


class Pair:
    """A certificate, its chain and its key, in files."""

    def __init__(self, directory, file_name, certificate, key, issuers=()):
        self.x509 = certificate
        self.private = key
        self.certificate = Path(directory) / f"{file_name}.pem"
        self.key = Path(directory) / f"{file_name}.key"
        chain = [certificate, *issuers]
        self.certificate.write_bytes(
            b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain))
        self.key.write_bytes(key_pem(key))


class Authority(Pair):
    """A certificate authority whose files, and those of what it issues, live in `directory`."""

    def __init__(self, directory, name="authority", issuer=None):
        self.directory = directory
        self.issuer = issuer
        key = new_key()
        now = datetime.datetime.utcnow()
        builder = (x509.CertificateBuilder()
                   .subject_name(_subject(name))
                   .issuer_name(issuer.x509.subject if issuer else _subject(name))
                   .public_key(key.public_key())
                   .serial_number(x509.random_serial_number())
                   .not_valid_before(now - _DAY).not_valid_after(now + 365 * _DAY)
                   .add_extension(x509.BasicConstraints(True, None), True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                                  False))
        certificate = builder.sign(issuer.private if issuer else key, hashes.SHA256())
        super().__init__(directory, name, certificate, key)

    def issue(self, common_name, *names, file_name=None, days=90, begun=1, kind="ec", client=False,
              ocsp_url=None):
        """A certificate for `names` (DNS, IP, URI or mail), good until `days` from now."""
        key = new_key(kind)
        now = datetime.datetime.utcnow()
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        builder = (x509.CertificateBuilder()
                   .subject_name(_subject(common_name)).issuer_name(self.x509.subject)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - begun * _DAY).not_valid_after(now + days * _DAY)
                   .add_extension(x509.BasicConstraints(False, None), True)
                   .add_extension(x509.ExtendedKeyUsage([usage]), False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                       self.private.public_key()), False))
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), False)
        if ocsp_url:
            builder = builder.add_extension(x509.AuthorityInformationAccess([
                x509.AccessDescription(x509.oid.AuthorityInformationAccessOID.OCSP,
                                       x509.UniformResourceIdentifier(ocsp_url))]), False)
        issuers = [self.x509] if self.issuer else []
        return Pair(self.directory, file_name or common_name.replace("*", "any"),
                    builder.sign(self.private, hashes.SHA256()), key, issuers)
