"""One proof for many leaves: the leaves of a batch stand in a few runs, and one short path serves them all.

The path holds, level by level from below and from left to right, every sibling that cannot be computed from the leaves.
For one leaf it equals the inclusion path of RFC 9162. Source: docs/protocol/ledger.md, section 4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from comity.merkle.errors import ProofError
from comity.merkle.hashing import check_hashes, pair_up
from comity.merkle.nodes import Nodes, node_at

type Runs = Sequence[tuple[int, int]]
"""(first leaf, number of leaves), ascending, with at least one leaf between two runs."""

MAX_SIZE: Final = 1 << 62
"""No log grows as far; a larger number in a proof is an attack on our arithmetic or memory."""


@dataclass(slots=True)
class _Run:
    """Neighbouring nodes of one level; on the way up runs grow together."""

    first: int
    hashes: list[bytes]


def runs_of(indices: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return the runs that cover ascending, distinct leaf indices."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if runs and sum(runs[-1]) == index:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((index, 1))
    return tuple(runs)


def check_runs(runs: Runs, size: int) -> int:
    """Return how many leaves the runs cover.

    Raises:
        ProofError: they are empty, out of order, touch or overlap, or reach beyond the tree.
    """
    end, total = -1, 0
    for first, count in runs:
        if first <= end or count < 1:
            raise ProofError(f"the run at {first} is empty or does not stand apart from the one before")
        end, total = first + count, total + count
    if not total:
        raise ProofError("there are no runs")
    if not end <= size <= MAX_SIZE:
        raise ProofError(f"a run ends at {end} in a tree of {size}")
    return total


def runs_path(nodes: Nodes, runs: Runs, size: int) -> tuple[bytes, ...]:
    """Return the proof that the leaves of these runs stand in the tree of `size` leaves.

    Args:
        nodes: the log.
        runs: as `Runs` says; every leaf below `size`.
        size: of the tree whose root the verifier has.

    Raises:
        ProofError: the runs are not as they must be.
    """
    check_runs(runs, size)
    path: list[bytes] = []
    spans = [(first, first + count - 1) for first, count in runs]
    level, last = 0, size - 1
    while last:
        for left, right in spans:
            if left & 1:
                path.append(node_at(nodes, level, left - 1, size))
            if not right & 1 and right < last:
                path.append(node_at(nodes, level, right + 1, size))
        spans = _joined((left >> 1, right >> 1) for left, right in spans)
        level, last = level + 1, last >> 1
    return tuple(path)


def _joined(spans: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that have become neighbours."""
    joined: list[tuple[int, int]] = []
    for left, right in spans:
        if joined and joined[-1][1] + 1 == left:
            joined[-1] = (joined[-1][0], right)
        else:
            joined.append((left, right))
    return joined


def verify_runs(runs: Runs, leaf_hashes: Sequence[bytes], size: int, path: Sequence[bytes], root: bytes) -> None:
    """Believe that these leaves stand in these places of the tree with this root, or raise.

    Args:
        runs: as `Runs` says.
        leaf_hashes: of all runs, in order, 32 bytes each.
        size: number of leaves under `root`.
        path: as `runs_path` makes it; nothing may be left over.
        root: 32 bytes.

    Raises:
        ProofError: they do not.
    """
    for _ in _climb(runs, leaf_hashes, size, path, root):
        pass


def inclusion_from_runs(
    runs: Runs, leaf_hashes: Sequence[bytes], size: int, path: Sequence[bytes], root: bytes, *, indices: Sequence[int]
) -> tuple[tuple[bytes, ...], ...]:
    """Return the inclusion path of each wanted leaf out of a proof for many: what evidence of one note needs.

    Args:
        runs: as for `verify_runs`, like the next four.
        leaf_hashes: of all runs.
        size: of the tree.
        path: for the runs.
        root: of the tree.
        indices: of the wanted leaves, each in one of the runs.

    Raises:
        ProofError: the proof does not hold, or a leaf is not in its runs.
    """
    wanted = {index: list[bytes]() for index in indices}
    for index in wanted:
        if not any(first <= index < first + count for first, count in runs):
            raise ProofError(f"leaf {index} is not in the runs")
    for level, last, spans in _climb(runs, leaf_hashes, size, path, root):
        for index, found in wanted.items():
            sibling = (index >> level) ^ 1
            if sibling <= last:
                found.append(_held(spans, sibling))
    return tuple(tuple(wanted[index]) for index in indices)


def _held(spans: Sequence[_Run], node: int) -> bytes:
    return next(span.hashes[node - span.first] for span in spans if span.first <= node < span.first + len(span.hashes))


def _climb(
    runs: Runs, leaf_hashes: Sequence[bytes], size: int, path: Sequence[bytes], root: bytes
) -> Iterator[tuple[int, int, list[_Run]]]:
    """Compute the tree upwards, yielding (level, last node of it, runs with their siblings), and compare its root."""
    if check_runs(runs, size) != len(leaf_hashes):
        raise ProofError(f"there are {len(leaf_hashes)} leaves for other runs")
    check_hashes(leaf_hashes)
    check_hashes(path)
    siblings = iter(path)
    spans, taken = [], 0
    for first, count in runs:
        spans.append(_Run(first, list(leaf_hashes[taken : taken + count])))
        taken += count
    level, last = 0, size - 1
    while last:
        try:
            _complete(spans, last, siblings)
        except StopIteration:
            raise ProofError("the path is too short") from None
        yield level, last, spans
        spans = _parents(spans)
        level, last = level + 1, last >> 1
    if next(siblings, None) is not None:
        raise ProofError("the path is too long")
    if spans[0].hashes[0] != root:
        raise ProofError("the path does not lead to the root")


def _complete(spans: Sequence[_Run], last: int, siblings: Iterator[bytes]) -> None:
    """Give each run the sibling that it lacks on its left and on its right, from the path."""
    for span in spans:
        if span.first & 1:
            span.first -= 1
            span.hashes.insert(0, next(siblings))
        right = span.first + len(span.hashes) - 1
        if not right & 1 and right < last:
            span.hashes.append(next(siblings))


def _parents(spans: Sequence[_Run]) -> list[_Run]:
    """Return the runs of the level above; a last node without a right sibling rises as it is."""
    above: list[_Run] = []
    for span in spans:
        alone = len(span.hashes) & 1
        parents = pair_up(span.hashes[:-1]) + span.hashes[-1:] if alone else pair_up(span.hashes)
        first = span.first >> 1
        if above and above[-1].first + len(above[-1].hashes) == first:
            above[-1].hashes += parents
        else:
            above.append(_Run(first, parents))
    return above
