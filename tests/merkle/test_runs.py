"""One proof for many leaves: it believes nothing that the paths of the single leaves would not prove."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.merkle import (
    ProofError,
    Tree,
    inclusion_from_runs,
    leaf_hash,
    runs_of,
    runs_path,
    verify_inclusion,
    verify_runs,
)

LEAVES = [leaf_hash(b"leaf %d" % i) for i in range(200)]
TREE = Tree(LEAVES)


@st.composite
def selections(draw: st.DrawFn) -> tuple[list[int], int]:
    size = draw(st.integers(1, len(LEAVES)))
    return sorted(draw(st.sets(st.integers(0, size - 1), min_size=1))), size


def proof_of(indices, size):
    runs = runs_of(indices)
    return runs, [LEAVES[i] for i in indices], size, runs_path(TREE.node, runs, size), TREE.root(size)


@given(selections())
def test_a_proof_of_any_selection_verifies(selection):
    verify_runs(*proof_of(*selection))


@given(st.integers(0, 199), st.integers(1, 200))
def test_the_proof_of_one_leaf_is_its_inclusion_path(index, size):
    if index < size:
        assert runs_path(TREE.node, ((index, 1),), size) == TREE.inclusion(index, size)


@given(selections(), st.data())
def test_one_changed_bit_anywhere_is_refused(selection, data):
    runs, leaves, size, path, root = proof_of(*selection)
    hashes = [*leaves, *path, root]
    which = data.draw(st.integers(0, len(hashes) - 1))
    hashes[which] = (int.from_bytes(hashes[which]) ^ (1 << data.draw(st.integers(0, 255)))).to_bytes(32)
    with pytest.raises(ProofError):
        verify_runs(runs, hashes[: len(leaves)], size, hashes[len(leaves) : -1], hashes[-1])


@given(selections())
def test_a_longer_or_shorter_path_is_refused(selection):
    runs, leaves, size, path, root = proof_of(*selection)
    with pytest.raises(ProofError):
        verify_runs(runs, leaves, size, (*path, LEAVES[0]), root)
    if path:
        with pytest.raises(ProofError):
            verify_runs(runs, leaves, size, path[:-1], root)


@given(selections(), st.integers(1, 200))
def test_the_same_leaves_are_in_no_tree_of_another_size(selection, size):
    runs, leaves, true_size, path, _ = proof_of(*selection)
    if size != true_size:
        with pytest.raises(ProofError):
            verify_runs(runs, leaves, size, path, TREE.root(size))


@given(selections())
def test_two_leaves_that_changed_places_are_refused(selection):
    runs, leaves, size, path, root = proof_of(*selection)
    if len(leaves) > 1:
        with pytest.raises(ProofError):
            verify_runs(runs, leaves[::-1], size, path, root)


@given(selections())
def test_the_path_of_each_leaf_comes_out_of_the_proof_of_all(selection):
    indices, size = selection
    paths = inclusion_from_runs(*proof_of(indices, size), indices=indices)
    assert list(paths) == [TREE.inclusion(index, size) for index in indices]
    verify_inclusion(LEAVES[indices[-1]], indices[-1], size, paths[-1], TREE.root(size))


def test_no_path_comes_out_of_a_proof_that_does_not_hold():
    runs, leaves, size, path, root = proof_of([3, 4, 9], 20)
    with pytest.raises(ProofError):
        inclusion_from_runs(runs, leaves, size, path[::-1], root, indices=[4])
    with pytest.raises(ProofError, match="not in the runs"):
        inclusion_from_runs(runs, leaves, size, path, root, indices=[5])


@pytest.mark.parametrize(
    "runs",
    [
        (),
        ((0, 0),),
        ((-1, 2),),
        ((3, 2), (1, 1)),
        ((1, 2), (2, 2)),
        ((1, 2), (3, 1)),  # one run in two: the same leaves would have two proofs
        ((9, 2),),
        ((1 << 70, 1),),
    ],
)
def test_runs_that_are_empty_touching_unordered_or_too_far_are_refused(runs):
    with pytest.raises(ProofError):
        verify_runs(runs, [LEAVES[0]] * sum(count for _, count in runs), 10, (), TREE.root(10))
    with pytest.raises(ProofError):
        runs_path(TREE.node, runs, 10)


def test_a_run_of_a_billion_leaves_is_refused_without_work():
    with pytest.raises(ProofError, match="leaves"):
        verify_runs(((0, 1 << 40),), [LEAVES[0]], 1 << 41, (), TREE.root(1))


def test_a_batch_of_a_hundred_in_a_log_of_a_million_needs_few_hashes():
    size = 1_000_000
    nodes = []

    def source(level: int, index: int) -> bytes:
        nodes.append((level, index))
        return bytes(32)

    assert len(runs_path(source, ((654_321, 100),), size)) <= 40
    assert len(nodes) < 60
