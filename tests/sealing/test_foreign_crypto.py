"""The primitives that the suite is made of agree with the vectors of others: RFC 9180, X-Wing, Wycheproof."""

import gzip
import hashlib
import json
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
    MLKEM1024PrivateKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tests.shared_data import shared

from comity.merkle import ED25519, ML_DSA_65
from comity.sealing import KemKey
from comity.sealing.kem import _expand
from comity.sealing.pairs import verifies

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BASE = 0
decrypt = openssl.hpke._decrypt_with_aad  # the vectors have associated data, our suite has none
KEMS = {
    16: KEM.P256,
    18: KEM.P521,
    32: KEM.X25519,
    65: KEM.MLKEM768,
    66: KEM.MLKEM1024,
    25722: KEM.MLKEM768_X25519,
}
KDFS = {1: KDF.HKDF_SHA256, 2: KDF.HKDF_SHA384, 3: KDF.HKDF_SHA512, 16: KDF.SHAKE128, 17: KDF.SHAKE256}
AEADS = {1: AEAD.AES_128_GCM, 2: AEAD.AES_256_GCM, 3: AEAD.CHACHA20_POLY1305}
CURVES = {16: ec.SECP256R1(), 18: ec.SECP521R1()}


@cache
def load(path: str):
    file = shared(f"crypto/{path}")
    return json.loads(gzip.decompress(file.read_bytes()) if path.endswith(".gz") else file.read_bytes())


def private_key(kem: int, raw: bytes):
    if kem in CURVES:
        return ec.derive_private_key(int.from_bytes(raw), CURVES[kem])
    if kem == 32:
        return X25519PrivateKey.from_private_bytes(raw)
    if kem == 25722:
        return MLKEM768X25519PrivateKey(*_expand(raw))
    return (MLKEM768PrivateKey if kem == 65 else MLKEM1024PrivateKey).from_seed_bytes(raw)


def supported(vector) -> bool:
    """The library has the base mode alone, and not every suite; keys that only open exporters have no cipher."""
    return (
        vector["mode"] == BASE and vector["kem_id"] in KEMS and vector["kdf_id"] in KDFS and vector["aead_id"] in AEADS
    )


@pytest.mark.parametrize("path", ["hpke_rfc9180_dev.json.gz", "hpke_pq_dev.json"])
def test_hpke_opens_the_first_message_of_every_suite_that_the_library_has(path):
    opened, left = 0, 0
    for vector in load(path):
        if not supported(vector):
            left += 1
            continue
        suite = Suite(KEMS[vector["kem_id"]], KDFS[vector["kdf_id"]], AEADS[vector["aead_id"]])
        first = vector["encryptions"][0]
        plain = decrypt(
            suite,
            bytes.fromhex(vector["enc"] + first["ct"]),
            private_key(vector["kem_id"], bytes.fromhex(vector["skRm"])),
            bytes.fromhex(vector["info"]),
            bytes.fromhex(first["aad"]),
        )
        assert plain.hex() == first.get("pt", vector.get("pt"))
        opened += 1
    # Left are modes with sender keys or pre-shared keys, export-only suites and KEMs that the library does not have.
    assert opened >= (12 if "9180" in path else 3), f"{opened} opened, {left} left"


def test_the_hybrid_suites_own_vector_is_among_them():
    assert any(vector["kem_id"] == 25722 and supported(vector) for vector in load("hpke_pq_dev.json"))


def test_a_message_of_the_hybrid_suite_with_one_bit_flipped_is_refused():
    vector = next(vector for vector in load("hpke_pq_dev.json") if vector["kem_id"] == 25722)
    suite = Suite(KEM.MLKEM768_X25519, KDFS[vector["kdf_id"]], AEADS[vector["aead_id"]])
    key = private_key(25722, bytes.fromhex(vector["skRm"]))
    sealed = bytes.fromhex(vector["enc"] + vector["encryptions"][0]["ct"])
    for position in range(0, len(sealed), 97):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(InvalidTag):
            decrypt(
                suite,
                bytes(changed),
                key,
                bytes.fromhex(vector["info"]),
                bytes.fromhex(vector["encryptions"][0]["aad"]),
            )


def test_our_keys_are_those_of_x_wing():
    for vector in load("xwing_vectors.json"):
        key = KemKey.from_seed(bytes.fromhex(vector["sk"]), NOW, NOW)
        assert key.public.raw.hex() == vector["pk"]


def test_x_wing_gives_the_shared_secret_from_our_two_halves():
    for vector in load("xwing_vectors.json"):
        ml_kem, x25519 = _expand(bytes.fromhex(vector["sk"]))
        sealed = bytes.fromhex(vector["ct"])
        first = ml_kem.decapsulate(sealed[:1088])
        second = x25519.exchange(X25519PublicKey.from_public_bytes(sealed[1088:]))
        own = x25519.public_key().public_bytes_raw()
        assert hashlib.sha3_256(first + second + sealed[1088:] + own + b"\\./" + b"/^\\").hexdigest() == vector["ss"]


def wycheproof(name: str):
    """Yield (group, case) of a file."""
    for group in load(f"wycheproof/{name}")["testGroups"]:
        for case in group["tests"]:
            yield group, case


def test_wycheproof_ed25519():
    for group, case in wycheproof("ed25519_test.json"):
        public = bytes.fromhex(group["publicKey"]["pk"])
        found = verifies(ED25519, public, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
        assert found == (case["result"] == "valid"), case["tcId"]


def test_wycheproof_ml_dsa_65():
    tried = 0
    for group, case in wycheproof("mldsa_65_verify_test.json.gz"):
        if case.get("ctx"):
            continue  # checkpoints and metadata are signed without a context
        tried += 1
        public = bytes.fromhex(group["publicKey"])
        found = verifies(ML_DSA_65, public, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
        assert found == (case["result"] == "valid"), case["tcId"]
    assert tried > 100


def test_wycheproof_hkdf_sha256():
    for _, case in wycheproof("hkdf_sha256_test.json"):
        salt, info, ikm = (bytes.fromhex(case[name]) for name in ("salt", "info", "ikm"))
        if case["result"] == "valid":
            assert HKDF(SHA256(), case["size"], salt, info).derive(ikm).hex() == case["okm"]
        else:
            with pytest.raises(ValueError, match="larger"):
                HKDF(SHA256(), case["size"], salt, info)


def test_wycheproof_x25519():
    for _, case in wycheproof("x25519_test.json.gz"):
        key = X25519PrivateKey.from_private_bytes(bytes.fromhex(case["private"]))
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(case["public"]))
        if not int(case["shared"], 16):
            with pytest.raises(ValueError, match="shared key"):
                key.exchange(public)  # a point of small order: the secret would be known to everybody
        else:
            assert key.exchange(public).hex() == case["shared"], case["tcId"]


def test_wycheproof_ml_kem_768():
    tried = 0
    for _, case in wycheproof("mlkem_768_test.json.gz"):
        tried += ml_kem(case)
    assert tried > 100


def ml_kem(case) -> bool:
    """Try one case; those that give an expanded private key cannot be tried, for the library takes seeds alone."""
    if "seed" not in case:
        return False
    try:
        key = MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(case["seed"]))
        if "ek" in case and case["result"] == "valid":
            MLKEM768PublicKey.from_public_bytes(bytes.fromhex(case["ek"]))
            assert key.public_key().public_bytes_raw().hex() == case["ek"], case["tcId"]
        secret = key.decapsulate(bytes.fromhex(case["c"]))
    except ValueError:
        assert case["result"] == "invalid", case["tcId"]
        return True
    assert case["result"] == "valid", case["tcId"]
    assert secret.hex() == case["K"].lower(), case["tcId"]
    return True
