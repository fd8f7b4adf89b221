"""Signing keys in pairs: Ed25519 and ML-DSA-65, both of which must be satisfied.

A quantum computer breaks the first, a mistake in a young algorithm the second; a forger needs both.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comity.merkle.signing import ED25519, ML_DSA_65
from comity.sealing.errors import KeyFormatError

SEED_SIZE: Final = 32
ED25519_SIZE: Final = 32
ML_DSA_65_SIZE: Final = 1952


@dataclass(frozen=True)
class PublicPair:
    """Both public keys of one holder.

    Attributes:
        ed25519: raw, 32 bytes.
        ml_dsa_65: raw, 1,952 bytes.
    """

    ed25519: bytes
    ml_dsa_65: bytes

    def __post_init__(self) -> None:
        if (len(self.ed25519), len(self.ml_dsa_65)) != (ED25519_SIZE, ML_DSA_65_SIZE):
            raise KeyFormatError("a pair of public keys is an Ed25519 key of 32 and an ML-DSA-65 key of 1,952 bytes")

    @cached_property
    def fingerprint(self) -> bytes:
        """SHA-256 over both keys, 32 bytes."""
        return hashlib.sha256(b"comity/key-pair/v1\x00" + self.ed25519 + self.ml_dsa_65).digest()

    def verify(self, signatures: tuple[bytes, bytes], message: bytes) -> bool:
        """Say whether both signatures (Ed25519, ML-DSA-65) are of this pair over the message."""
        return verifies(ED25519, self.ed25519, signatures[0], message) and verifies(
            ML_DSA_65, self.ml_dsa_65, signatures[1], message
        )


@dataclass(frozen=True)
class SigningPair:
    """Both private keys of one holder, derived from one seed.

    Attributes:
        seed: 32 random bytes.
        public: the other half.
    """

    seed: bytes = field(repr=False)
    public: PublicPair
    ed25519: Ed25519PrivateKey = field(repr=False, compare=False)
    ml_dsa_65: MLDSA65PrivateKey = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Derive both keys; see docs/protocol/sealing.md, section 5.

        Raises:
            KeyFormatError: the seed has another length.
        """
        if len(seed) != SEED_SIZE:
            raise KeyFormatError(f"the seed of a signing pair has {SEED_SIZE} bytes, found {len(seed)}")
        ed25519 = Ed25519PrivateKey.from_private_bytes(_derive(seed, b"comity/signing/ed25519/v1"))
        ml_dsa_65 = MLDSA65PrivateKey.from_seed_bytes(_derive(seed, b"comity/signing/ml-dsa-65/v1"))
        public = PublicPair(ed25519.public_key().public_bytes_raw(), ml_dsa_65.public_key().public_bytes_raw())
        return cls(seed, public, ed25519, ml_dsa_65)

    def sign(self, message: bytes) -> tuple[bytes, bytes]:
        """Return both signatures (Ed25519, 64 bytes; ML-DSA-65, 3,309 bytes, another one each time)."""
        return self.ed25519.sign(message), self.ml_dsa_65.sign(message)


class IdentityKey(SigningPair):
    """A member's identity key: signs its own delegation, agreements and approvals, nothing else."""


def _derive(seed: bytes, label: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=label).derive(seed)


@lru_cache(maxsize=16384)
def _loaded(algorithm: bytes, public: bytes) -> Ed25519PublicKey | MLDSA65PublicKey:
    if algorithm == ED25519:
        return Ed25519PublicKey.from_public_bytes(public)
    return MLDSA65PublicKey.from_public_bytes(public)


def verifies(algorithm: bytes, public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a raw signature is that of a raw public key (`comity.merkle.ED25519` or `ML_DSA_65`)."""
    try:
        _loaded(algorithm, public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
