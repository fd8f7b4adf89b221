"""A log's tree in memory: every complete subtree, 64 bytes a leaf, in chunks that never move."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from comity.merkle.hashing import HASH_SIZE, node_hash, pair_up
from comity.merkle.nodes import range_root
from comity.merkle.paths import consistency_path, inclusion_path

# One growing array would be copied, and for a moment held twice, whenever it is full; a chunk is filled and left alone.
_CHUNK_BITS: Final = 10
_CHUNK_MASK: Final = (1 << _CHUNK_BITS) - 1
_CHUNK: Final = HASH_SIZE << _CHUNK_BITS
_BATCH: Final = 4096


class _Level:
    """The hashes of one level, append-only."""

    __slots__ = ("_full", "_tail", "size")

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []
        self._tail = bytearray()

    def append(self, value: bytes) -> None:
        self._tail += value
        self.size += 1
        if len(self._tail) == _CHUNK:
            self._full.append(bytes(self._tail))
            self._tail = bytearray()

    def extend(self, values: list[bytes]) -> None:
        self._tail += b"".join(values)
        self.size += len(values)
        if len(self._tail) >= _CHUNK:
            whole = len(self._tail) // _CHUNK * _CHUNK
            self._full += [bytes(self._tail[at : at + _CHUNK]) for at in range(0, whole, _CHUNK)]
            self._tail = self._tail[whole:]

    def get(self, index: int) -> bytes:
        chunk, at = index >> _CHUNK_BITS, (index & _CHUNK_MASK) * HASH_SIZE
        if chunk < len(self._full):
            return self._full[chunk][at : at + HASH_SIZE]
        return bytes(self._tail[at : at + HASH_SIZE])


class Tree:
    """An append-only Merkle tree of leaf hashes that keeps every complete subtree."""

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels = [_Level()]
        self.extend(leaf_hashes)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._levels[0].size

    def __len__(self) -> int:
        return self.size

    def append(self, leaf_hash: bytes) -> int:
        """Append one leaf and return its index.

        Raises:
            ValueError: it is not 32 bytes long.
        """
        if len(leaf_hash) != HASH_SIZE:
            raise ValueError(f"a leaf hash has {len(leaf_hash)} bytes, expected {HASH_SIZE}")
        index = self.size
        value = leaf_hash
        for level in self._levels:
            level.append(value)
            if level.size & 1:
                return index
            value = node_hash(level.get(level.size - 2), value)
        self._levels.append(_Level())
        self._levels[-1].append(value)
        return index

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Append many leaves; several times faster than one by one.

        Raises:
            ValueError: one is not 32 bytes long; those before it may have been appended.
        """
        source = iter(leaf_hashes)
        while batch := list(islice(source, _BATCH)):
            if any(len(value) != HASH_SIZE for value in batch):
                raise ValueError(f"a leaf hash does not have {HASH_SIZE} bytes")
            self._extend(batch)

    def _extend(self, values: list[bytes]) -> None:
        at = 0
        while values:
            if at == len(self._levels):
                self._levels.append(_Level())
            level = self._levels[at]
            # A left child that waited for its sibling is hashed with the first of the new ones.
            waiting = [level.get(level.size - 1)] if level.size & 1 else []
            level.extend(values)
            children = waiting + values
            values = pair_up(children[: len(children) & ~1])
            at += 1

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree; this method is a source of nodes.

        Raises:
            LookupError: the tree does not hold it.
        """
        if level >= len(self._levels) or not 0 <= index < self._levels[level].size:
            raise LookupError(f"the tree of {self.size} leaves has no complete subtree {level}/{index}")
        return self._levels[level].get(index)

    def leaf(self, index: int) -> bytes:
        """Return the hash of a leaf.

        Raises:
            LookupError: there is none.
        """
        return self.node(0, index)

    def root(self, size: int | None = None) -> bytes:
        """Return the root now, or as it was at a smaller size.

        Raises:
            LookupError: the tree is smaller than that.
        """
        return range_root(self.node, 0, self.size if size is None else size)

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Return the inclusion path of a leaf, now or at a smaller size."""
        return inclusion_path(self.node, index, self.size if size is None else size)

    def consistency(self, old_size: int, new_size: int | None = None) -> tuple[bytes, ...]:
        """Return the consistency path from a smaller size to now, or to another size."""
        return consistency_path(self.node, old_size, self.size if new_size is None else new_size)
