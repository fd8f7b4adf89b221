"""Inclusion and consistency: make a path, and believe one (RFC 9162, section 2.1.3 and 2.1.4)."""

from collections.abc import Sequence

from comity.merkle.errors import ProofError
from comity.merkle.hashing import EMPTY_ROOT, check_hashes, node_hash
from comity.merkle.nodes import Nodes, node_at


def _siblings(nodes: Nodes, level: int, index: int, size: int) -> tuple[bytes, ...]:
    """Return what is hashed with the node (level, index) and its ancestors, from below, up to the root."""
    path = []
    whole, last = size >> level, (size - 1) >> level
    while last:
        sibling = index ^ 1
        if sibling < whole:
            path.append(nodes(level, sibling))
        elif sibling == last:
            path.append(node_at(nodes, level, sibling, size))
        level, index, whole, last = level + 1, index >> 1, whole >> 1, last >> 1
    return tuple(path)


def inclusion_path(nodes: Nodes, index: int, size: int) -> tuple[bytes, ...]:
    """Return the path from leaf `index` to the root of the tree of `size` leaves, from below.

    Raises:
        ValueError: there is no such leaf in that tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return _siblings(nodes, 0, index, size)


def consistency_path(nodes: Nodes, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of `new_size` leaves begins with the tree of `old_size`.

    Raises:
        ValueError: the old tree is empty or larger than the new one.
    """
    if not 0 < old_size <= new_size:
        raise ValueError(f"no consistency proof leads from {old_size} to {new_size}")
    if old_size == new_size:
        return ()
    level = (old_size & -old_size).bit_length() - 1
    index = (old_size >> level) - 1
    # Where the old tree is one complete subtree its root is the first hash, and the verifier has it already.
    first = (nodes(level, index),) if index else ()
    return first + _siblings(nodes, level, index, new_size)


def verify_inclusion(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Believe that a leaf stands at `index` in the tree of `size` leaves with this root, or raise.

    Args:
        leaf_hash: SHA-256(0x00 || entry), 32 bytes.
        index: from 0.
        size: number of leaves under `root`.
        path: sibling hashes from below, 32 bytes each.
        root: 32 bytes.

    Raises:
        ProofError: it does not.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size}")
    check_hashes((leaf_hash, *path))
    node, last, found = index, size - 1, leaf_hash
    for sibling in path:
        if not last:
            raise ProofError("the path is too long")
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            # A last node without a right sibling is its own parent.
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the path is too short")
    if found != root:
        raise ProofError("the path does not lead to the root")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Believe that the tree with `new_root` begins with all leaves of the tree with `old_root`, or raise.

    Args:
        old_size: at least 1, unless both trees are empty: nothing can be proved about an empty tree.
        old_root: 32 bytes.
        new_size: not below `old_size`.
        new_root: 32 bytes.
        path: 32 bytes each; empty where the sizes are equal.

    Raises:
        ProofError: it does not.

    Source: RFC 9162, section 2.1.4.2.
    """
    if old_size == new_size == 0:
        if path or old_root != EMPTY_ROOT or new_root != EMPTY_ROOT:
            raise ProofError("the empty tree has one root and needs no path")
        return
    if old_size < 1:
        raise ProofError("nothing can be proved from an empty tree")
    verify_subtree_consistency((0, old_size), new_size, old_root, new_root, path)


def verify_subtree_inclusion(
    leaf_hash: bytes, index: int, span: tuple[int, int], path: Sequence[bytes], root: bytes
) -> None:
    """Believe that leaf `index` of a log stands in its subtree over the leaves span[0]..span[1], or raise.

    Raises:
        ProofError: it does not, or no tree has such a subtree.

    Source: draft-ietf-plants-merkle-tree-certs-02, section 4.3.
    """
    first, end = _checked(span)
    verify_inclusion(leaf_hash, index - first, end - first, path, root)


def verify_subtree_consistency(
    span: tuple[int, int], size: int, subtree_root: bytes, root: bytes, path: Sequence[bytes]
) -> None:
    """Believe that `subtree_root` covers exactly the leaves of a span of the tree with this root, or raise.

    Args:
        span: first leaf, and one past the last.
        size: of the tree.
        subtree_root: 32 bytes, like the next.
        root: of the tree.
        path: 32 bytes each.

    Raises:
        ProofError: it does not, or no tree has such a subtree.

    Source: draft-ietf-plants-merkle-tree-certs-02, section 4.4.3; from leaf 0 it is RFC 9162, section 2.1.4.2.
    """
    first, end = _checked(span)
    check_hashes((subtree_root, *path))
    if end > size:
        raise ProofError(f"a tree of {size} leaves has no subtree up to {end}")
    if first == end:
        if path or subtree_root != EMPTY_ROOT:
            raise ProofError("the empty subtree has one root and needs no path")
        return
    left, node, last = first, end - 1, size - 1
    while left != node and (node == last or node & 1):
        left, node, last = left >> 1, node >> 1, last >> 1
    # Where the subtree is complete, or the whole right edge, its own root is the seed; else the path brings it.
    seeds = (subtree_root, *path) if left == node else tuple(path)
    if not seeds:
        raise ProofError("the path is empty")
    old, new = _fold_both((left, node, last), seeds)
    if old != subtree_root:
        raise ProofError("the path does not lead to the old root")
    if new != root:
        raise ProofError("the path does not lead to the new root")


def _fold_both(place: tuple[int, int, int], seeds: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the root of the subtree and of the tree, hashed up from a node which both contain.

    Args:
        place: leftmost node of the subtree, the node to start from, and the last node, on one level.
        seeds: hash of the node to start from, then siblings from below.
    """
    left, node, last = place
    old = new = seeds[0]
    for sibling in seeds[1:]:
        if not last:
            raise ProofError("the path is too long")
        if node & 1 or node == last:
            if left < node:
                old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while not node & 1 and node:
                left, node, last = left >> 1, node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        left, node, last = left >> 1, node >> 1, last >> 1
    if last:
        raise ProofError("the path is too short")
    return old, new


def _checked(span: tuple[int, int]) -> tuple[int, int]:
    """Refuse bounds that are no node of any tree.

    The first leaf must be a multiple of the number of leaves, rounded up to a power of two.
    """
    first, end = span
    if not 0 <= first <= end or (first < end and first % (1 << (end - first - 1).bit_length())):
        raise ProofError(f"no subtree goes from {first} to {end}")
    return span
