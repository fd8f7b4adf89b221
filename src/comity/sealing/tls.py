"""The node's TLS certificate: self-signed, pinned by the directory; no authority vouches for it.

TLS is only the outer coat: what is said is sealed already, and what is signed is the ledger.
"""

import hashlib
import json
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from comity.sealing.errors import KeyFormatError

MAX_COMMON_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class TlsKey:
    """A certificate with its private key.

    Attributes:
        certificate: PEM; stands in the directory.
        private: PEM (PKCS #8, not encrypted); lives in the keystore.
    """

    certificate: str
    private: str = field(repr=False)

    @property
    def spki(self) -> str:
        """SHA-256 of the public key's SPKI, in hex: what the directory pins."""
        return spki_of(self.certificate)

    def to_bytes(self) -> bytes:
        """Return what the keystore keeps."""
        return json.dumps({"certificate": self.certificate, "private": self.private}).encode()

    @classmethod
    def from_stored(cls, data: bytes) -> "TlsKey":
        """Read what `to_bytes` wrote.

        Raises:
            KeyFormatError: it is something else.
        """
        try:
            found = json.loads(data)
            return cls(str(found["certificate"]), str(found["private"]))
        except (ValueError, KeyError, TypeError):
            raise KeyFormatError("the bytes are no stored TLS key") from None


def make_tls_key(host: str, not_before: datetime, not_after: datetime) -> TlsKey:
    """Make a P-256 key and a self-signed certificate for client and server use.

    P-256 rather than Ed25519, because some middle boxes and older OpenSSL builds refuse the latter in TLS.

    Args:
        host: name or address under which partners reach the node.
        not_before: UTC.
        not_after: UTC; partners pin the key, but their TLS libraries look at the date.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:MAX_COMMON_NAME])])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        # Not a CA: a member must not be able to issue certificates that partners would accept for anybody else.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return TlsKey(certificate.public_bytes(Encoding.PEM).decode(), private.decode())


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@lru_cache(maxsize=8192)
def spki_of(certificate: str | bytes) -> str:
    """Return the SHA-256 of a certificate's SPKI, in hex.

    Args:
        certificate: PEM text or DER bytes.

    Raises:
        KeyFormatError: it is no certificate.
    """
    try:
        if isinstance(certificate, str):
            parsed = x509.load_pem_x509_certificate(certificate.encode())
        else:
            parsed = x509.load_der_x509_certificate(certificate)
        spki = parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except ValueError:
        raise KeyFormatError("this is no certificate") from None
    return hashlib.sha256(spki).hexdigest()


def server_context(own: TlsKey, members: Iterable[str]) -> ssl.SSLContext:
    """Return a TLS 1.3 context that lets in only those who show one of the members' certificates.

    Args:
        own: our certificate and key.
        members: PEM certificates from the directory, of every member that may connect.
    """
    return _context(ssl.PROTOCOL_TLS_SERVER, own, members)


def client_context(own: TlsKey, member: str) -> ssl.SSLContext:
    """Return a TLS 1.3 context that shows our certificate and believes one certificate alone.

    The host's name is not compared: the certificate itself is pinned, whatever name it bears.
    """
    return _context(ssl.PROTOCOL_TLS_CLIENT, own, (member,))


def _context(protocol: int, own: TlsKey, trusted: Iterable[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    # A certificate that is no CA may end a chain, if it is itself among the trusted ones. Strict on every version of
    # Python, not only from 3.13 on.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    anchors = "".join(trusted)
    if anchors:
        context.load_verify_locations(cadata=anchors)
    # Python loads keys from files only. The file is in memory where the system offers that, and readable by us alone.
    with tempfile.TemporaryDirectory(prefix="comity-tls-", dir=_in_memory()) as folder:
        path = Path(folder) / "own.pem"
        path.touch(mode=0o600)
        path.write_text(own.certificate + own.private)
        context.load_cert_chain(path)
    return context


def _in_memory() -> str | None:
    shared = Path("/dev/shm")  # noqa: S108  # a private folder is made below it
    return str(shared) if shared.is_dir() else None
