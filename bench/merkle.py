"""Measure the Merkle library against the hashing that it cannot avoid.

Every line is ours / limit from one run: the limit is the same number of SHA-256 calls over the same number of bytes and
nothing else. Figures are medians of interleaved runs, since a shared machine changes its speed under one's hands.
"""

import argparse
import json
import sys
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from statistics import median
from time import perf_counter
from typing import Final

from comity.merkle import Frontier, Tree, leaf_hash, runs_path, verify_inclusion, verify_runs

RUNS: Final = 5
BATCH: Final = 100


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work took."""
    start = perf_counter()
    work()
    return perf_counter() - start


def hashing(count: int, size: int) -> Callable[[], object]:
    """Return the work of `count` hashes over `size` bytes."""
    data = bytes(size)

    def work() -> None:
        for _ in range(count):
            sha256(data).digest()

    return work


def report(
    name: str, unit: str, count: int, ours: Callable[[], object], limit: Callable[[], object]
) -> dict[str, object]:
    """Run both alternately, print the medians, and return them."""
    pairs = [(seconds(ours), seconds(limit)) for _ in range(RUNS)]
    rate, bound = count / median(a for a, _ in pairs), count / median(b for _, b in pairs)
    ratio = median(b / a for a, b in pairs)
    print(f"{name:<44} {rate:>12,.0f} {unit:<9} limit {bound:>12,.0f}   ratio {ratio:.2f}")
    return {"work": name, "unit": unit, "ours": rate, "limit": bound, "ratio": ratio}


def memory_of(leaves: list[bytes]) -> float:
    """Return bytes a leaf that a tree holds, without the leaves that were passed in."""
    tracemalloc.start()
    tree = Tree(leaves)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / tree.size


def measure(count: int) -> list[dict[str, object]]:
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
        report("append, in batches", "leaves/s", count, lambda: Tree(map(leaf_hash, entries)), both),
        report("append, one by one", "leaves/s", count, one_by_one, both),
        report(
            "frontier (recompute a root)", "leaves/s", count, lambda: Frontier().extend(map(leaf_hash, entries)), both
        ),
        report(
            "make inclusion paths", "proofs/s", proofs, lambda: [tree.inclusion(i) for i in places], hashing(steps, 65)
        ),
        report("verify inclusion paths", "proofs/s", proofs, verify_all, hashing(steps, 65)),
        report("verify a batch of 100 leaves", "batches/s", 200, batches, hashing(200 * (BATCH - 1 + len(path)), 65)),
        {"work": "memory", "unit": "bytes/leaf", "ours": memory_of(leaves), "limit": 64.0},
    ]


def main() -> int:
    """Print the table; with --json also the figures as one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.leaves)
    print(f"{'memory of the tree':<44} {figures[-1]['ours']:>12.1f} bytes a leaf (64 are hashes)")
    if arguments.json:
        print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
