"""The two hashes of a Merkle tree (RFC 9162, section 2.1.1)."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from comity.merkle.errors import ProofError

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash under which an entry stands in the tree: SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right).

    The leading byte differs from a leaf's, so that nobody can pass an inner node off as an entry.
    """
    return sha256(b"\x01" + left + right).digest()


def pair_up(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the parents of an even number of neighbours, the first of which is a left child."""
    # Written out rather than calling node_hash(): this line is most of what a batch costs.
    return [sha256(b"\x01" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes), 2)]


def check_hashes(hashes: Sequence[bytes]) -> None:
    """Refuse a path that holds anything but hashes.

    Raises:
        ProofError: an element is not 32 bytes long.
    """
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError(f"a hash has {len(value)} bytes, expected {HASH_SIZE}")
