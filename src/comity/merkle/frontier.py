"""The right edge of a tree: all that is needed to append to it and to know its root, in at most 2 KiB."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Self

from comity.merkle.errors import ProofError
from comity.merkle.hashing import EMPTY_ROOT, HASH_SIZE, check_hashes, node_hash, pair_up
from comity.merkle.nodes import Nodes, complete_subtrees

_SIZE: Final = struct.Struct(">Q")
_BATCH: Final = 4096


@dataclass(frozen=True, slots=True)
class Frontier:
    """The complete subtrees that tile a tree, from left to right, hence the largest first.

    Attributes:
        size: number of leaves.
        hashes: one for each bit set in `size`, 32 bytes each.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ProofError(f"a tree of {self.size} leaves is not tiled by {len(self.hashes)} subtrees")

    @classmethod
    def at(cls, nodes: Nodes, size: int) -> Self:
        """Return the frontier which a log had at a size."""
        return cls(size, tuple(nodes(level, index) for level, index in complete_subtrees(0, size)))

    def append(self, leaf_hash: bytes) -> "Frontier":
        """Return the frontier after one more leaf; for many, `extend` costs less than half.

        Raises:
            ProofError: it is not 32 bytes long.
        """
        check_hashes((leaf_hash,))
        hashes, size, value = list(self.hashes), self.size, leaf_hash
        while size & 1:
            value, size = node_hash(hashes.pop(), value), size >> 1
        return Frontier(self.size + 1, (*hashes, value))

    def extend(self, leaf_hashes: Iterable[bytes]) -> "Frontier":
        """Return the frontier after more leaves, in constant memory.

        Raises:
            ProofError: one is not 32 bytes long.
        """
        size, hashes = self.size, list(self.hashes)
        source = iter(leaf_hashes)
        while batch := list(islice(source, _BATCH)):
            check_hashes(batch)
            _grow(size, hashes, batch)
            size += len(batch)
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        """Return size (8 bytes, big-endian) and hashes."""
        return _SIZE.pack(self.size) + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            ProofError: the length does not fit the size.
        """
        if len(data) < _SIZE.size or (len(data) - _SIZE.size) % HASH_SIZE:
            raise ProofError(f"{len(data)} bytes are no frontier")
        hashes = tuple(data[at : at + HASH_SIZE] for at in range(_SIZE.size, len(data), HASH_SIZE))
        return cls(_SIZE.unpack_from(data)[0], hashes)


def _grow(size: int, hashes: list[bytes], values: list[bytes]) -> None:
    """Add leaves to the frontier of a tree of `size` leaves, in place, a level at a time."""
    rising: list[bytes] = []  # the new frontier's nodes, the smallest first
    while values or size:
        if size & 1:
            values = [hashes.pop(), *values]
        if len(values) & 1:
            rising.append(values[-1])
        values = pair_up(values[: len(values) & ~1])
        size >>= 1
    hashes += reversed(rising)
