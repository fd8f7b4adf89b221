"""A log of a million entries, verified offline: the whole command `comity verify --node DIR`, and an exported folder.

The node's log holds a note for every second entry and receipts between them, signed at every thousandth entry: what
remains of traffic in both directions, message by message. Its rows are written as the node writes them, but for the
wraps in the notes, which are random bytes, since no verifier can open them. Ours is the command from its start to its
end: reading the database, every entry with its opening, the tiles, the chains of the lanes, and both signatures of
every checkpoint. The exported folder holds entries and checkpoints alone.

Limit: the hashes over the same bytes and the signatures, in one loop, from memory. No peer was run: none is installed
that verifies a C2SP log with ML-DSA signatures.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

import nodes
from comity.merkle import Checkpoint, Frontier, Kind, entry, leaf_hash, note_h, salted_h, sign, verify
from comity.sealing import LogKeys
from figure import Figure, arguments, show

ENTRIES, QUICK = 1_000_000, 100_000
EVERY = 1_000
STEP = 20_000

NAME: Final = "xa.ncb/x1"
KEYS: Final = LogKeys.from_seed(NAME, bytes(32))


# A node's log


def fill() -> None:
    """Write entries, notes, tiles and checkpoints into this node's exchange log, until it holds as many as asked."""
    import django

    django.setup()
    from comity.node.ledger.models import Log
    from comity.node.partners import keyring, pairs
    from comity.vocabulary.authority import AuthorityId

    keyring.unlock(nodes.PASSPHRASE)
    pair = pairs.pair(AuthorityId.parse(nodes.OURS), AuthorityId.parse(nodes.THEIRS))
    log, traffic = Log.objects.get(name=NAME), _traffic()
    while log.size < int(sys.argv[2]):
        _append(log, list(islice(traffic, min(STEP, int(sys.argv[2]) - log.size))), pair.id)
    nodes.tell(log.size)


def _traffic() -> Iterator[tuple[Kind, bytes, bytes]]:
    """Yield (kind, h, note or salt and receipt) of what passes between two nodes, message by message."""
    from comity.delivery import ReceiptKind, Statement
    from comity.messages.note import SUITE, VERSION, Note
    from comity.sealing import WRAP_SIZE
    from comity.vocabulary.authority import AuthorityId

    own, partner = AuthorityId.parse(nodes.OURS), AuthorityId.parse(nodes.THEIRS)
    directory, now, prev, seq = (1, 1, bytes(32)), 1_770_000_000, bytes(32), 0
    while True:
        seq += 1
        raw = Note(
            v=VERSION, suite=SUITE, from_=own, to=partner, lane=1, seq=seq, prev=prev, msg=os.urandom(32),
            body=os.urandom(32), size=2300, dir=directory, sent=now + seq, exp=now + seq + 1_209_600,
            supersedes=None, wrap=os.urandom(WRAP_SIZE),
        ).to_bytes()  # fmt: skip
        prev = note_h(raw)
        yield Kind.NOTE, prev, raw
        salt = os.urandom(32)
        said = Statement(ReceiptKind.STORED, own, partner, 1, seq, seq, os.urandom(32), now + seq).to_bytes()
        yield Kind.RECEIPT, salted_h(salt, said), salt + said


def _append(log: Any, taken: list[tuple[Kind, bytes, bytes]], pair: int) -> None:  # noqa: ANN401  # a row
    """Append to a log as the sequencer does, in one transaction."""
    from comity.merkle import Checkpoint as Signable
    from comity.node import rows
    from comity.node.exchange.models import Note
    from comity.node.ledger import keys, tree
    from comity.node.ledger.models import Checkpoint as Row
    from comity.node.ledger.models import Entry
    from comity.node.writing import writing

    at, start = rows.moment(datetime.now(UTC)), log.size
    leaves = [leaf_hash(entry(kind, h)) for kind, h, _ in taken]
    frontier, signer = Frontier.from_bytes(bytes(log.frontier)), keys.signer(log.name)
    assert signer is not None
    signed = []
    for place in range(0, len(leaves), EVERY):
        frontier = frontier.extend(leaves[place : place + EVERY])
        text = signer(Signable(log.name, frontier.size, frontier.root()))
        signed.append((log.id, frontier.size, frontier.root(), text, frontier.size, 0, bytes(32), at))
    with writing():
        ids = rows.insert(
            Entry,
            ("log_id", "index", "kind", "h", "salt", "opening", "at"),
            [
                (log.id, start + place, int(kind), h, *_opened(kind, data), at)
                for place, (kind, h, data) in enumerate(taken)
            ],
        )  # fmt: skip
        rows.insert(
            Note,
            ("pair_id", "out", "lane", "seq", "hash", "raw", "msg", "state", "code", "ahead", "entry_id", "at"),
            [
                (pair, True, 1, (start + place) // 2 + 1, h, data, h, "s", "", False, key, at)
                for place, (key, (kind, h, data)) in enumerate(zip(ids, taken, strict=True))
                if kind is Kind.NOTE
            ],
        )
        tree.grow(log, start, leaves)
        columns = ("log_id", "size", "root", "text", "pad_first", "pad_count", "pad_seed", "at")
        rows.insert(Row, columns, signed)
        log.size = log.signed_size = frontier.size
        log.root, log.frontier = frontier.root(), frontier.to_bytes()
        log.save()


def _opened(kind: Kind, data: bytes) -> tuple[bytes | None, bytes | None]:
    """Return salt and opening as an entry's row has them: a note stands with the notes."""
    return (None, None) if kind is Kind.NOTE else (data[:32], data[32:])


def command(folder: Path) -> tuple[float, float]:
    """Run `comity verify --node` and return its seconds and megabytes at the peak."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "comity", "verify", "--node", str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    return took, used.ru_maxrss * 1024 / 1e6


def node_limit_s(count: int) -> float:
    """Return the seconds of the hashes and signatures that a node's log of this size needs."""
    pieces = list(islice(_traffic(), 1000))
    checkpoint = sign(Checkpoint(NAME, 1, bytes(32)), KEYS.signers)
    begin = time.perf_counter()
    for _ in range(count // len(pieces)):
        for kind, h, data in pieces:
            node = sha256(b"\x00" + sha256(kind.to_bytes() + h + sha256(data).digest()).digest()).digest()
            sha256(b"\x01" + node + node).digest()
        verify(checkpoint, KEYS.verifiers)
    return time.perf_counter() - begin


def node(count: int) -> list[Figure]:
    """Measure the command on a node's folder."""
    with nodes.two_nodes() as built:
        part = nodes.inside(built["XA"], __file__, "fill", str(count))
        assert nodes.told(part) == count
        part.wait()
        size = (built["XA"].folder / "db.sqlite3").stat().st_size
        runs = [(*command(built["XA"].folder), node_limit_s(count)) for _ in range(3)]
    took, peak, bound = sorted(runs)[1]
    full = count == ENTRIES
    return [
        Figure(
            f"`comity verify --node`, a log of {count:,} entries",
            "s",
            took,
            60 if full else None,
            limit=bound,
            share=bound / took,
            remark=f"median of three; {count // 2:,} notes, {count // EVERY:,} checkpoints, {size / 1e6:,.0f} MB of "
            "database; no peer was run",
        ),
        Figure("the same: memory at its peak", "MB", peak, 300),
    ]


# An exported folder


def entries(count: int) -> Iterator[bytes]:
    """Yield entries that look like a log's."""
    for index in range(count):
        yield sha256(b"entry %d" % index).digest()


def checkpoints(count: int) -> Iterator[bytes]:
    """Yield a signed checkpoint after each batch."""
    frontier, source = Frontier(), entries(count)
    for size in range(EVERY, count + EVERY, EVERY):
        frontier = frontier.extend(map(leaf_hash, islice(source, EVERY)))
        yield sign(Checkpoint(NAME, min(size, count), frontier.root()), KEYS.signers)


def export(folder: Path) -> None:
    """Verify an exported folder and tell the seconds, in a process of its own."""
    from comity.verify import ExportedLog, verify_log

    begin = time.perf_counter()
    report = verify_log(ExportedLog.open(folder), lambda _: (KEYS.verifiers,))
    took = time.perf_counter() - begin
    assert report.sound
    nodes.tell([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6])


def exported(count: int) -> list[Figure]:
    """Measure an exported folder."""
    from comity.verify import write_export

    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        write_export(Path(folder), entries(count), checkpoints(count))
        runs = []
        for _ in range(3):
            part = subprocess.Popen([sys.executable, __file__, "export", folder], stdout=subprocess.PIPE, text=True)
            took, peak = nodes.told(part)
            part.wait()
            begin = time.perf_counter()
            for one in entries(count):
                sha256(b"\x01" + sha256(b"\x00" + one).digest() * 2).digest()
            runs.append((took, peak, time.perf_counter() - begin))
    took, peak, bound = sorted(runs)[1]
    name = f"an exported log of {count:,} entries, verified"
    remark = "median of three; limit: hashing alone"
    return [Figure(name, "s", took, limit=bound, share=bound / took, remark=f"{remark}; {peak:.0f} MB at the peak")]


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entries", type=int, default=0, help="another number of entries, a multiple of 1,000")


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        fill()
    elif sys.argv[1:2] == ["export"]:
        export(Path(sys.argv[2]))
    else:
        chosen = arguments(__doc__, _more)
        wanted = chosen.entries or (QUICK if chosen.quick else ENTRIES)
        show([*node(wanted), *exported(wanted)], as_json=chosen.json)
