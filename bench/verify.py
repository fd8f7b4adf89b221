"""Measure the verification of a whole log: time and memory for a million entries, from an exported folder."""

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

from comity.merkle import Checkpoint, Frontier, leaf_hash, sign
from comity.sealing import LogKeys
from comity.verify import ExportedLog, verify_log, write_export

NAME: Final = "xa.ncb/x1"
KEYS: Final = LogKeys.from_seed(NAME, bytes(32))


def entries(count: int) -> Iterator[bytes]:
    """Yield entries that look like a log's."""
    for index in range(count):
        yield sha256(b"entry %d" % index).digest()


def checkpoints(count: int, every: int) -> Iterator[bytes]:
    """Yield a signed checkpoint after each batch."""
    frontier, source = Frontier(), entries(count)
    for size in range(every, count + every, every):
        frontier = frontier.extend(map(leaf_hash, islice(source, every)))
        yield sign(Checkpoint(NAME, min(size, count), frontier.root()), KEYS.signers)


def main() -> int:
    """Write an export, verify it, and print both figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=1_000, help="entries between two signed checkpoints")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_export(Path(folder), entries(arguments.entries), checkpoints(arguments.entries, arguments.every))
        start = perf_counter()
        report = verify_log(ExportedLog.open(Path(folder)), lambda _: (KEYS.verifiers,))
        took = perf_counter() - start
    assert report.sound
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = perf_counter()
    for entry in entries(arguments.entries):
        sha256(b"\x00" + sha256(entry).digest()).digest()
    limit = perf_counter() - start
    print(f"verify {report.size:,} entries and {report.checkpoints:,} checkpoints: {took:.1f} s, peak {peak:.0f} MB")
    print(f"hashing alone: {limit:.1f} s   ratio {limit / took:.2f}")
    if arguments.json:
        print(json.dumps({"work": "verify log", "entries": report.size, "seconds": took, "megabytes": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
