"""A suite that hides nothing, for the simulator: fast, and the same bytes for the same seed.

It refuses what the real one refuses (wrong key, other note, wrong length), so that a simulated federation takes
the same paths. It must never be reachable from a node's settings.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from comity.merkle.signing import ED25519, ML_DSA_65
from comity.sealing.body import CEK_SIZE
from comity.sealing.errors import OpenError
from comity.sealing.kem import KEM_PUBLIC_SIZE, KemKey, KemPublic
from comity.sealing.suite import WRAP_SIZE

TOY_SUITE_ID: Final = 1
"""The same as the real one's: notes of the simulator pass the same checks."""


class ToySuite:
    """Wraps with a keystream that anybody can compute from the public key."""

    id = TOY_SUITE_ID

    @staticmethod
    def key(seed: bytes, valid_from: datetime, valid_until: datetime) -> KemKey:
        """Return a toy key; it works with this suite alone."""
        raw = hashlib.shake_256(b"toy public" + seed).digest(KEM_PUBLIC_SIZE)
        return KemKey(seed, KemPublic.from_bytes(raw), valid_from, valid_until)

    def wrap(self, public: KemPublic, cek: bytes, core: bytes, /) -> bytes:
        """Mask a content key, and fill up to the real length."""
        if len(cek) != CEK_SIZE:
            raise ValueError(f"a content key has {CEK_SIZE} bytes, found {len(cek)}")
        stream = _stream(public, core)
        masked = bytes(a ^ b for a, b in zip(cek, stream, strict=False))
        return masked + hashlib.sha256(stream + cek).digest() + stream[64:]

    def unwrap(self, private: KemKey | Sequence[KemKey], wrap: bytes, core: bytes, /) -> bytes:
        """Unmask a content key."""
        if len(wrap) != WRAP_SIZE:
            raise OpenError(f"a wrap has {WRAP_SIZE} bytes, found {len(wrap)}")
        for key in (private,) if isinstance(private, KemKey) else private:
            stream = _stream(key.public, core)
            cek = bytes(a ^ b for a, b in zip(wrap[:CEK_SIZE], stream, strict=False))
            if hmac.compare_digest(self.wrap(key.public, cek, core), wrap):
                return cek
        raise OpenError("the wrap is for another key or another note")


def _stream(public: KemPublic, core: bytes) -> bytes:
    return hashlib.shake_256(public.raw + hashlib.sha256(core).digest()).digest(WRAP_SIZE)


@dataclass(frozen=True, slots=True)
class ToyLogKey:
    """A log key that anybody can forge: signer and verifier in one."""

    name: str
    algorithm: bytes
    public: bytes = field(repr=False)

    def sign(self, message: bytes, /) -> bytes:
        """Return 64 bytes that depend on key and message."""
        return hashlib.sha512(self.algorithm + self.public + message).digest()

    def verify(self, signature: bytes, message: bytes, /) -> bool:
        """Say whether `sign` made the signature."""
        return hmac.compare_digest(self.sign(message), signature)


def toy_log_keys(name: str, seed: bytes = b"") -> tuple[ToyLogKey, ToyLogKey]:
    """Return what plugs into `comity.merkle` as signers and as verifiers."""
    return (
        ToyLogKey(name, ED25519, hashlib.sha256(name.encode() + seed).digest()),
        ToyLogKey(name, ML_DSA_65, hashlib.shake_256(name.encode() + seed).digest(1952)),
    )
