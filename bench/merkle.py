"""Measure the Merkle library against the hashing that it cannot avoid.

Every line is ours / limit from one run: the limit is the same number of SHA-256 calls over the same number of bytes and
nothing else. Figures are medians of interleaved runs, since a shared machine changes its speed under one's hands.
"""

import argparse
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from statistics import median
from time import process_time
from typing import Final

from comity.merkle import Frontier, Tree, leaf_hash, runs_path, verify_inclusion, verify_runs
from figure import Figure, arguments, share, show

RUNS: Final = 5
BATCH: Final = 100


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time that a piece of work took: nothing here waits for anything."""
    start = process_time()
    work()
    return process_time() - start


def hashing(count: int, size: int) -> Callable[[], object]:
    """Return the work of `count` hashes over `size` bytes."""
    data = bytes(size)

    def work() -> None:
        for _ in range(count):
            sha256(data).digest()

    return work


def report(
    name: str,
    unit: str,
    count: int,
    ours: Callable[[], object],
    limit: Callable[[], object],
    reach: float | None = None,
) -> Figure:
    """Run both alternately and return the medians."""
    pairs = [(count / seconds(ours), count / seconds(limit)) for _ in range(RUNS)]
    rate, bound = median(a for a, _ in pairs), median(b for _, b in pairs)
    return Figure(
        f"Merkle library: {name}",
        unit,
        rate,
        reach,
        at_most=False,
        limit=bound,
        share=share(pairs, at_most=False),
    )


def memory_of(leaves: list[bytes]) -> float:
    """Return bytes a leaf that a tree holds, without the leaves that were passed in."""
    tracemalloc.start()
    tree = Tree(leaves)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / tree.size


def measure(count: int) -> list[Figure]:
    """Measure appending, proving and verifying in a log of `count` leaves."""
    entries = [index.to_bytes(32, "big") for index in range(count)]
    leaves = [leaf_hash(entry) for entry in entries]
    tree = Tree(leaves)
    root = tree.root()
    proofs = min(20_000, count)
    places = [(index * 7919) % count for index in range(proofs)]
    paths = [tree.inclusion(index) for index in places]
    steps = sum(map(len, paths))
    first = min(count * 2 // 3, count - BATCH)
    runs = ((first, BATCH),)
    path = runs_path(tree.node, runs, count)
    batch = leaves[first : first + BATCH]

    def one_by_one() -> None:
        grown = Tree()
        for entry in entries:
            grown.append(leaf_hash(entry))

    def batches() -> None:
        for _ in range(200):
            verify_runs(runs, batch, count, path, root)

    def verify_all() -> None:
        for index, proof in zip(places, paths, strict=True):
            verify_inclusion(leaves[index], index, count, proof, root)

    # Leaf and node hashes of a log, both about 33 to 65 bytes: one of each for every leaf.
    both = hashing(2 * count, 65)
    return [
        report("append, in batches", "leaves/s", count, lambda: Tree(map(leaf_hash, entries)), both, 150_000),
        report("append, one by one", "leaves/s", count, one_by_one, both, 150_000),
        report(
            "frontier (recompute a root)", "leaves/s", count, lambda: Frontier().extend(map(leaf_hash, entries)), both
        ),
        report(
            "make inclusion paths",
            "proofs/s",
            proofs,
            lambda: [tree.inclusion(i) for i in places],
            hashing(steps, 65),
            20_000,
        ),
        report("verify inclusion paths", "proofs/s", proofs, verify_all, hashing(steps, 65), 20_000),
        report("verify a batch of 100 leaves", "batches/s", 200, batches, hashing(200 * (BATCH - 1 + len(path)), 65)),
        _memory(leaves),
    ]


def _memory(leaves: list[bytes]) -> Figure:
    held = memory_of(leaves)
    remark = "64 of them are hashes; no peer was run: none for Python is among the packages"
    return Figure("Merkle library: memory", "B/leaf", held, 80, limit=64.0, share=64 / held, remark=remark)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--leaves", type=int, default=0, help="another number of leaves")


if __name__ == "__main__":
    chosen = arguments(__doc__, _more)
    show(measure(chosen.leaves or (100_000 if chosen.quick else 1_000_000)), as_json=chosen.json)
