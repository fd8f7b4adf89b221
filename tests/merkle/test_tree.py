"""The tree in memory and the frontier give the roots of the RFC, however leaves arrive."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.merkle import naive

from comity.merkle import EMPTY_ROOT, Frontier, ProofError, Tree, leaf_hash, root_at

LEAVES = [leaf_hash(b"%d" % i) for i in range(5000)]


def test_the_empty_tree_has_the_root_of_nothing():
    assert Tree().root() == EMPTY_ROOT == Frontier().root() == naive.mth([])


def test_the_roots_at_every_size_are_those_of_the_rfc():
    tree = Tree(LEAVES[:100])
    for size in range(101):
        assert tree.root(size) == root_at(tree.node, size) == naive.mth(LEAVES[:size])


@given(st.lists(st.integers(0, 300), max_size=8))
def test_leaves_one_by_one_and_in_batches_give_the_same_tree(batches):
    one_by_one, in_batches, frontier, taken = Tree(), Tree(), Frontier(), 0
    for count in batches:
        batch = LEAVES[taken : taken + count]
        in_batches.extend(batch)
        frontier = frontier.extend(iter(batch))
        for leaf in batch:
            assert one_by_one.append(leaf) == taken
            taken += 1
        assert one_by_one.root() == in_batches.root() == frontier.root()
        assert frontier == Frontier.at(in_batches.node, taken)
    assert one_by_one.size == len(in_batches) == frontier.size == taken


def test_a_tree_across_many_chunks_keeps_every_node():
    tree = Tree(LEAVES)
    for leaf in LEAVES[:10]:
        tree.append(leaf)
    whole = LEAVES + LEAVES[:10]
    assert [tree.leaf(i) for i in range(len(whole))] == whole
    assert tree.node(8, 3) == naive.mth(whole[768:1024])
    assert tree.root() == naive.mth(whole)


def test_a_node_that_is_not_complete_yet_is_not_given():
    tree = Tree(LEAVES[:5])
    for level, index in ((0, 5), (1, 2), (3, 0), (0, -1), (70, 0)):
        with pytest.raises(LookupError):
            tree.node(level, index)
    with pytest.raises(LookupError):
        tree.root(6)


@pytest.mark.parametrize("leaf", [b"", b"\0" * 31, b"\0" * 33])
def test_a_leaf_that_is_no_hash_is_refused_before_anything_changes(leaf):
    tree = Tree(LEAVES[:3])
    with pytest.raises(ValueError, match="32"):
        tree.append(leaf)
    with pytest.raises(ValueError, match="32"):
        tree.extend([LEAVES[4], leaf])
    with pytest.raises(ProofError):
        Frontier().append(leaf)
    assert tree.root() == naive.mth(LEAVES[:3])


@given(st.integers(0, 300))
def test_a_frontier_is_the_same_after_bytes(size):
    frontier = Frontier().extend(LEAVES[:size])
    assert Frontier.from_bytes(frontier.to_bytes()) == frontier


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 7, (3).to_bytes(8) + b"\0" * 32, (1).to_bytes(8) + b"\0" * 33, bytes(8) + b"\0" * 32]
)
def test_bytes_that_are_no_frontier_are_refused(data):
    with pytest.raises(ProofError):
        Frontier.from_bytes(data)


def test_a_leaf_costs_at_most_eighty_bytes_of_memory():
    count = 100_000
    leaves = [index.to_bytes(32) for index in range(count)]
    tracemalloc.start()
    tree = Tree(leaves)
    size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert tree.size == count
    assert size <= 80 * count
    assert peak <= 90 * count + 2_000_000
