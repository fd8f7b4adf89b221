"""What a leaf commits to: the kind of an act and a hash of it (docs/protocol/ledger.md, section 2)."""

from enum import IntEnum
from hashlib import sha256
from typing import Final

_ENTRY: Final = b"comity/leaf/v1\x00"
_PADDING: Final = b"comity/padding/v1\x00"
SALT_SIZE: Final = 32


class Kind(IntEnum):
    """What an entry stands for; the number is its byte in the hash and never changes its meaning."""

    NOTE = 1
    RECEIPT = 2
    READ = 3
    REFUSAL = 4
    ACT = 5
    ACTS_ROOT = 6
    PADDING = 7
    OPENING = 8
    CLOSING = 9
    RECOVERY = 10


_PREFIX: Final = {kind: _ENTRY + bytes([kind]) for kind in Kind}


def entry(kind: Kind, h: bytes) -> bytes:
    """Return the 32 bytes of an entry: SHA-256("comity/leaf/v1" || 0x00 || kind || h).

    Args:
        kind: one byte.
        h: 32 bytes from `note_h`, `salted_h` or `padding_h`.
    """
    return sha256(_PREFIX[kind] + h).digest()


def note_h(note: bytes) -> bytes:
    """Return h of a whole note, with `to` and `wrap`; unsalted, since the encapsulation in it is random."""
    return sha256(note).digest()


def salted_h(salt: bytes, data: bytes) -> bytes:
    """Return h of anything but a note: without its salt nobody can guess what was hashed.

    Raises:
        ValueError: the salt is not 32 bytes long.
    """
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {len(salt)} bytes, expected {SALT_SIZE}")
    return sha256(salt + data).digest()


def padding_h(seed: bytes, i: int) -> bytes:
    """Return h of the i-th dummy leaf of a checkpoint; its seed is kept, so that an auditor can tell dummies.

    Raises:
        ValueError: the seed is not 32 bytes long.
    """
    if len(seed) != SALT_SIZE:
        raise ValueError(f"a seed has {len(seed)} bytes, expected {SALT_SIZE}")
    return sha256(_PADDING + seed + i.to_bytes(8, "big")).digest()
