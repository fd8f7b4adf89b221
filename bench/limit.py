"""The physical limit of the exchange: the sum of the primitives that the protocol asks for, measured here and now.

For a batch of n messages of 2 KiB: n wraps and n openings (HPKE with ML-KEM-768 and X25519), n sealings and openings
with AES-256-GCM, the hashes of notes, bodies and leaves, Ed25519 and ML-DSA-65 once each to sign and to verify, and one
row of 3.5 KB a message and side, committed in one synced transaction. No parsing, no policy, no HTTP, no indexes.
"""

import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from comity.sealing import SUITE, KemKey, LogKeys, open_body, seal_body

PAYLOAD = 2048
ROW = 3500
HASHES_A_MESSAGE = 12  # note, body and leaf on both sides, and the tree above them
START = datetime(2026, 11, 22, tzinfo=UTC)


def cpu_seconds(work: Callable[[], object], repeat: int) -> float:
    """Return the CPU seconds of one call, the fastest of three runs of `repeat` calls."""
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        for _ in range(repeat):
            work()
        best = min(best, (time.process_time() - begin) / repeat)
    return best


def crypto_a_message() -> float:
    """Return CPU seconds of wrap, open, AES both ways and hashes."""
    key = KemKey.from_seed(os.urandom(32), START, START + timedelta(days=7))
    cek, core, payload = os.urandom(32), os.urandom(300), os.urandom(PAYLOAD)
    wrap, body, note = SUITE.wrap(key.public, cek, core), seal_body(cek, payload), os.urandom(1600)
    hashes = cpu_seconds(lambda: [hashlib.sha256(note).digest() for _ in range(HASHES_A_MESSAGE)], 500)
    return (
        cpu_seconds(lambda: SUITE.wrap(key.public, cek, core), 200)
        + cpu_seconds(lambda: SUITE.unwrap(key, wrap, core), 200)
        + cpu_seconds(lambda: seal_body(cek, payload), 500)
        + cpu_seconds(lambda: open_body(cek, body), 500)
        + hashes
    )


def signatures_a_batch() -> float:
    """Return CPU seconds of one pair of signatures made and verified, on each side."""
    keys = LogKeys.from_seed("xa.ncb/x1", os.urandom(32))
    signers, verifiers, message = keys.signers, keys.verifiers, os.urandom(120)

    def both() -> None:
        for signer, verifier in zip(signers, verifiers, strict=True):
            verifier.verify(signer.sign(message), message)

    return 2 * cpu_seconds(both, 50)


def rows_a_batch(batch: int) -> float:
    """Return CPU seconds of one synced transaction of a batch's rows, on each side."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "limit.sqlite3", isolation_level=None)
        database.execute("PRAGMA page_size=16384")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, raw BLOB)")
        rows = [(os.urandom(ROW),) for _ in range(batch)]

        def write() -> None:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO note (raw) VALUES (?)", rows)
            database.execute("COMMIT")

        return 2 * cpu_seconds(write, 30)


def messages_a_cpu_second(batch: int) -> float:
    """Return the limit for batches of a size, both nodes summed."""
    seconds = batch * crypto_a_message() + signatures_a_batch() + rows_a_batch(batch)
    return batch / seconds


if __name__ == "__main__":
    for size in (100, 10, 1):
        print(f"limit, batches of {size}: {messages_a_cpu_second(size):,.0f} messages a CPU-second")
