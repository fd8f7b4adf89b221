"""Inclusion and consistency against a naive implementation of the RFC, and against liars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.merkle import naive

from comity.merkle import (
    EMPTY_ROOT,
    ProofError,
    Tree,
    consistency_path,
    inclusion_path,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)

LEAVES = [leaf_hash(b"entry %d" % i) for i in range(70)]
TREE = Tree(LEAVES)

sizes = st.integers(1, len(LEAVES))


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw: st.DrawFn) -> tuple[int, int]:
    new = draw(sizes)
    return draw(st.integers(1, new)), new


def test_every_inclusion_path_is_the_one_of_the_rfc_and_verifies():
    for size in range(1, 40):
        root = naive.mth(LEAVES[:size])
        for index in range(size):
            path = inclusion_path(TREE.node, index, size)
            assert list(path) == naive.path(index, LEAVES[:size])
            verify_inclusion(LEAVES[index], index, size, path, root)


def test_every_consistency_path_is_the_one_of_the_rfc_and_verifies():
    for new in range(1, 40):
        for old in range(1, new + 1):
            path = consistency_path(TREE.node, old, new)
            assert list(path) == naive.proof(old, LEAVES[:new])
            verify_consistency(old, naive.mth(LEAVES[:old]), new, naive.mth(LEAVES[:new]), path)


@given(places(), st.data())
def test_an_inclusion_path_with_one_changed_bit_is_refused(place, data):
    index, size = place
    proof = [LEAVES[index], *TREE.inclusion(index, size), TREE.root(size)]
    which = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    proof[which] = (int.from_bytes(proof[which]) ^ (1 << bit)).to_bytes(32)
    with pytest.raises(ProofError):
        verify_inclusion(proof[0], index, size, proof[1:-1], proof[-1])


@given(places(), st.integers(-2, 80), sizes)
def test_a_leaf_is_nowhere_but_in_its_place(place, index, size):
    true_index, true_size = place
    path, root = TREE.inclusion(true_index, true_size), TREE.root(true_size)
    # A path fixes the shape of the tree only along itself: another size with the same shape there has another root.
    if index != true_index:
        with pytest.raises(ProofError):
            verify_inclusion(LEAVES[true_index], index, true_size, path, root)
    if size != true_size:
        with pytest.raises(ProofError):
            verify_inclusion(LEAVES[true_index], true_index, size, path, TREE.root(size))


@given(growths(), st.data())
def test_a_consistency_path_with_one_changed_bit_is_refused(growth, data):
    old, new = growth
    proof = [TREE.root(old), *TREE.consistency(old, new), TREE.root(new)]
    which = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    proof[which] = (int.from_bytes(proof[which]) ^ (1 << bit)).to_bytes(32)
    with pytest.raises(ProofError):
        verify_consistency(old, proof[0], new, proof[-1], proof[1:-1])


@given(growths(), st.integers(0, 69))
def test_a_log_that_changed_an_old_entry_is_not_consistent(growth, changed):
    old, new = growth
    if changed >= old:
        return
    forked = Tree([*LEAVES[:changed], leaf_hash(b"another"), *LEAVES[changed + 1 : new]])
    with pytest.raises(ProofError):
        verify_consistency(old, TREE.root(old), new, forked.root(), forked.consistency(old, new))


@pytest.mark.parametrize("change", [lambda path: path[:-1], lambda path: [*path, path[0]], lambda path: path[:0]])
def test_a_path_of_another_length_is_refused(change):
    with pytest.raises(ProofError):
        verify_inclusion(LEAVES[3], 3, 11, change(list(TREE.inclusion(3, 11))), TREE.root(11))
    with pytest.raises(ProofError):
        verify_consistency(3, TREE.root(3), 11, TREE.root(11), change(list(TREE.consistency(3, 11))))


def test_a_hash_of_another_length_is_refused_even_where_it_would_not_be_used():
    with pytest.raises(ProofError, match="31 bytes"):
        verify_inclusion(LEAVES[0], 0, 2, [b"\0" * 31], TREE.root(2))
    with pytest.raises(ProofError, match="33 bytes"):
        verify_consistency(1, TREE.root(1), 2, TREE.root(2), [b"\0" * 33])


def test_nothing_is_proved_from_an_empty_tree_to_a_grown_one():
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, ())
    with pytest.raises(ProofError):
        verify_consistency(0, EMPTY_ROOT, 4, TREE.root(4), ())
    with pytest.raises(ValueError, match="no consistency proof"):
        consistency_path(TREE.node, 0, 4)


def test_a_log_does_not_shrink():
    with pytest.raises(ProofError):
        verify_consistency(5, TREE.root(5), 4, TREE.root(4), ())


def test_an_inner_node_is_no_leaf():
    inner = TREE.node(1, 0)
    with pytest.raises(ProofError):
        verify_inclusion(leaf_hash(LEAVES[0] + LEAVES[1]), 0, 2, [TREE.node(1, 1)], TREE.root(4))
    verify_inclusion(inner, 0, 2, [TREE.node(1, 1)], TREE.root(4))  # why callers must compute the leaf hash themselves


def test_each_leaf_of_a_subtree_is_proved_within_it():
    sub = Tree(LEAVES[8:13])
    for index in range(8, 13):
        verify_subtree_inclusion(LEAVES[index], index, (8, 13), sub.inclusion(index - 8), sub.root())
    with pytest.raises(ProofError, match="no subtree"):
        verify_subtree_inclusion(LEAVES[9], 9, (7, 12), sub.inclusion(1), sub.root())


def test_a_complete_subtree_is_consistent_with_the_tree_by_its_inclusion_path():
    path = [TREE.node(2, 3), TREE.node(3, 0), TREE.node(4, 1)]
    verify_subtree_consistency((8, 12), 32, TREE.node(2, 2), TREE.root(32), path)
    with pytest.raises(ProofError):
        verify_subtree_consistency((4, 8), 32, TREE.node(2, 2), TREE.root(32), path)
