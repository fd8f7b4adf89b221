"""Certificates of members work with Python's own TLS, on both sides, and only those that the directory pins."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from comity.sealing import KeyFormatError, TlsKey, client_context, make_tls_key, server_context, spki_of

YESTERDAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
NEXT_YEAR = YESTERDAY + timedelta(days=366)


def tls_key(host: str) -> TlsKey:
    return make_tls_key(host, YESTERDAY, NEXT_YEAR)


@pytest.fixture(scope="module")
def xa():
    return tls_key("xa.localhost")


@pytest.fixture(scope="module")
def xb():
    return tls_key("127.0.0.1")


def talk(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[bytes, str]:
    """Connect over loopback; return what the client heard, and the pin that the server saw."""
    seen: list[str] = []

    def serve(listening: socket.socket) -> None:
        raw, _ = listening.accept()
        with raw, suppress(OSError), server.wrap_socket(raw, server_side=True) as connection:
            seen.append(spki_of(connection.getpeercert(binary_form=True) or b""))
            connection.sendall(b"heard")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        try:
            with (
                socket.create_connection(listening.getsockname(), timeout=10) as raw,
                client.wrap_socket(raw, server_hostname="localhost") as connection,
            ):
                heard = connection.recv(5)
        finally:
            thread.join(10)
    return heard, seen[0]


def test_two_members_meet_and_know_each_other_by_their_keys(xa, xb):
    heard, pin = talk(server_context(xa, [xb.certificate]), client_context(xb, xa.certificate))
    assert heard == b"heard"
    assert pin == xb.spki


def test_one_member_is_told_from_many(xa, xb):
    others = [tls_key("xa.localhost").certificate for _ in range(5)]  # of the same name, with other keys
    heard, pin = talk(server_context(xa, [*others, xb.certificate]), client_context(xb, xa.certificate))
    assert (heard, pin) == (b"heard", xb.spki)


def test_the_connection_is_strict_and_of_version_1_3(xa, xb):
    context = client_context(xb, xa.certificate)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_3
    assert context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_a_stranger_is_not_let_in(xa, xb):
    stranger = tls_key("127.0.0.1")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        talk(server_context(xa, [xb.certificate]), client_context(stranger, xa.certificate))


def test_a_client_without_a_certificate_is_not_let_in(xa, xb):
    client = client_context(xb, xa.certificate)
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.check_hostname = False
    bare.verify_flags = client.verify_flags
    bare.load_verify_locations(cadata=xa.certificate)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        talk(server_context(xa, [xb.certificate]), bare)


def test_a_server_with_the_right_name_and_another_key_is_not_believed(xa, xb):
    impostor = tls_key("xa.localhost")
    with pytest.raises(ssl.SSLCertVerificationError):
        talk(server_context(impostor, [xb.certificate]), client_context(xb, xa.certificate))


def test_a_certificate_issued_by_a_member_is_worth_nothing(xa, xb):
    # xb signs a certificate for a key of its own choice: a chain that ends at a pinned certificate, which is no CA.
    issuer = x509.load_pem_x509_certificate(xb.certificate.encode())
    issuer_key = serialization.load_pem_private_key(xb.private.encode(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    issued = (
        x509.CertificateBuilder()
        .subject_name(issuer.subject)
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(YESTERDAY)
        .not_valid_after(NEXT_YEAR)
        .sign(issuer_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    forged = TlsKey(issued.public_bytes(serialization.Encoding.PEM).decode() + xb.certificate, private.decode())
    with pytest.raises((ssl.SSLError, ConnectionError)):
        talk(server_context(xa, [xb.certificate]), client_context(forged, xa.certificate))


def test_a_certificate_of_yesterday_is_not_believed(xa, xb):
    old = make_tls_key("xa.localhost", YESTERDAY - timedelta(days=2), YESTERDAY)
    with pytest.raises(ssl.SSLCertVerificationError):
        talk(server_context(old, [xb.certificate]), client_context(xb, old.certificate))


def test_a_key_survives_the_keystore_and_keeps_its_pin(xa):
    kept = TlsKey.from_stored(xa.to_bytes())
    assert kept == xa
    assert kept.spki == xa.spki


def test_a_private_key_is_not_shown(xa):
    assert "PRIVATE" not in repr(xa)


@pytest.mark.parametrize("found", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\x30\x00"])
def test_what_is_no_certificate_is_refused(found):
    with pytest.raises(KeyFormatError):
        spki_of(found)


def test_what_is_no_stored_key_is_refused():
    with pytest.raises(KeyFormatError):
        TlsKey.from_stored(b"[]")
