"""Roots of ranges from a source of complete subtrees, whatever keeps them: memory, tiles, a database.

A complete subtree of `level` l and `index` i covers the leaves i * 2**l up to (i + 1) * 2**l, end excluded; level 0 are
leaf hashes. Its hash never changes once those leaves exist, which is why nothing else need be stored.
"""

from collections.abc import Callable, Iterator

from comity.merkle.hashing import EMPTY_ROOT, node_hash

type Nodes = Callable[[int, int], bytes]
"""Returns the hash of the complete subtree at (level, index), 32 bytes."""


def complete_subtrees(first: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the complete subtrees that tile the leaves first..end, from left to right.

    Args:
        first: start of a subtree of the tree: a multiple of the smallest power of two that is not below end - first.
        end: one past the last leaf.
    """
    while first < end:
        level = (end - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level


def range_root(nodes: Nodes, first: int, end: int) -> bytes:
    """Return the hash of the subtree over the leaves first..end, complete or not (RFC 9162, section 2.1.1).

    Args:
        nodes: the log; it must hold every leaf below `end`.
        first: as for `complete_subtrees`.
        end: one past the last leaf.
    """
    root: bytes | None = None
    for level, index in reversed(tuple(complete_subtrees(first, end))):
        left = nodes(level, index)
        root = left if root is None else node_hash(left, root)
    return EMPTY_ROOT if root is None else root


def root_at(nodes: Nodes, size: int) -> bytes:
    """Return the root which the log had when it held `size` leaves."""
    return range_root(nodes, 0, size)


def node_at(nodes: Nodes, level: int, index: int, size: int) -> bytes:
    """Return the hash of a node of the tree of `size` leaves; the last node of a level may be incomplete."""
    if (index + 1) << level <= size:
        return nodes(level, index)
    return range_root(nodes, index << level, size)
