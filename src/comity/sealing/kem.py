"""Keys that open what is sealed to a member: X-Wing (ML-KEM-768 and X25519), a week each."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from comity.sealing.errors import KeyFormatError

SEED_SIZE: Final = 32
ML_KEM_PUBLIC_SIZE: Final = 1184
KEM_PUBLIC_SIZE: Final = ML_KEM_PUBLIC_SIZE + 32


@dataclass(frozen=True)
class KemPublic:
    """The public half of a KEM key, as it stands in the directory.

    Attributes:
        raw: ML-KEM-768 encapsulation key || X25519 public key, 1,216 bytes.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEM_PUBLIC_SIZE:
            raise KeyFormatError(f"a public KEM key has {KEM_PUBLIC_SIZE} bytes, found {len(self.raw)}")

    @classmethod
    def from_bytes(cls, raw: bytes) -> "KemPublic":
        """Return the key; the same object for the same bytes, since the library takes long to load one.

        Raises:
            KeyFormatError: the length is wrong. A key of the right length that is no point of the modulus is refused
                when it is first used.
        """
        return _public(raw)

    @cached_property
    def id(self) -> str:
        """Name of the key: the first eight bytes of its SHA-256, in hex."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @cached_property
    def handle(self) -> MLKEM768X25519PublicKey:
        """The library's key.

        Raises:
            KeyFormatError: the bytes are no such key.
        """
        try:
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.raw[:ML_KEM_PUBLIC_SIZE]),
                X25519PublicKey.from_public_bytes(self.raw[ML_KEM_PUBLIC_SIZE:]),
            )
        except ValueError:
            raise KeyFormatError("the bytes are no public KEM key") from None


@lru_cache(maxsize=8192)
def _public(raw: bytes) -> KemPublic:
    return KemPublic(raw)


@dataclass(frozen=True)
class KemKey:
    """The private half of a KEM key.

    Attributes:
        seed: 32 random bytes, X-Wing's own private key format.
        public: the other half.
        valid_from: first instant at which partners may use it, UTC.
        valid_until: first instant at which they may no longer, UTC. The key is kept until the last note sealed with
            it has expired, and seven days more.
    """

    seed: bytes = field(repr=False)
    public: KemPublic
    valid_from: datetime
    valid_until: datetime

    @classmethod
    def from_seed(cls, seed: bytes, valid_from: datetime, valid_until: datetime) -> "KemKey":
        """Derive a key.

        Args:
            seed: 32 random bytes, or those that were stored.
            valid_from: see the class.
            valid_until: see the class.

        Raises:
            KeyFormatError: the seed has another length.

        Source: draft-connolly-cfrg-xwing-kem, expandDecapsulationKey.
        """
        ml_kem, x25519 = _expand(seed)
        raw = ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return cls(seed, KemPublic.from_bytes(raw), valid_from, valid_until)

    @property
    def id(self) -> str:
        """Name of the key, that of its public half."""
        return self.public.id

    @cached_property
    def handle(self) -> MLKEM768X25519PrivateKey:
        """The library's key, loaded once."""
        return MLKEM768X25519PrivateKey(*_expand(self.seed))

    @cached_property
    def x25519(self) -> X25519PrivateKey:
        """The classical half."""
        return _expand(self.seed)[1]

    def to_bytes(self) -> bytes:
        """Return what the keystore keeps."""
        times = {"from": int(self.valid_from.timestamp()), "until": int(self.valid_until.timestamp())}
        return json.dumps({"seed": self.seed.hex(), **times}).encode()

    @classmethod
    def from_stored(cls, data: bytes) -> "KemKey":
        """Read what `to_bytes` wrote.

        Raises:
            KeyFormatError: it is something else.
        """
        try:
            found = json.loads(data)
            times = (datetime.fromtimestamp(int(found[name]), UTC) for name in ("from", "until"))
            return cls.from_seed(bytes.fromhex(found["seed"]), *times)
        except (ValueError, KeyError, TypeError):
            raise KeyFormatError("the bytes are no stored KEM key") from None


def _expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    if len(seed) != SEED_SIZE:
        raise KeyFormatError(f"the seed of a KEM key has {SEED_SIZE} bytes, found {len(seed)}")
    expanded = hashlib.shake_256(seed).digest(96)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        X25519PrivateKey.from_private_bytes(expanded[64:]),
    )
