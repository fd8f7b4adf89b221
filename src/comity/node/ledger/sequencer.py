"""One sequencer for each log: number, store, sync; then sign, store, sync; then others may be told.

Source: docs/protocol/ledger.md, section "Sequencer"; design: what was signed once can never be taken back by a crash.
"""

import fcntl
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import DEFAULT_DB_ALIAS

from comity.merkle import EMPTY_ROOT, Frontier, Kind, entry, leaf_hash, padding_h, root_at, runs_of
from comity.merkle import Checkpoint as Signable
from comity.node import places, rows
from comity.node.ledger import keys, tree
from comity.node.ledger.models import HASH_ONLY, Checkpoint, Log
from comity.node.writing import writing

MOST_AT_ONCE: Final = 20_000
_LOCKS: Final[dict[str, threading.Lock]] = defaultdict(threading.Lock)
_HANDLES: Final[dict[tuple[int, Path], int]] = {}
_SIGNED: Final[dict[str, tuple[int, bytes, Frontier]]] = {}
"""Size, root and right edge of each log as this process signed it last."""


class SequencerError(Exception):
    """The stored log contradicts itself; nothing is signed until a person has looked."""


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Hold a log's lock against the threads of this process and, through a file, against other processes."""
    with _LOCKS[name]:
        handle = _handle(places.run() / f"{name.replace('/', '-')}.lock")
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


def _handle(path: Path) -> int:
    """Return a lock file, opened once a process: a child that inherited it would share its parent's lock."""
    key = os.getpid(), path
    if key not in _HANDLES:
        _HANDLES[key] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return _HANDLES[key]


def sequence(name: str, at: datetime, *, first: Sequence[int] = ()) -> Checkpoint | None:
    """Number and sign what waits in a log, and return its newest signed checkpoint.

    Whoever waits for the lock finds its leaves numbered by the one before: this is the group commit, without a timer.

    Args:
        name: of the log.
        at: now, UTC.
        first: ids of entries that cannot wait until those before them are numbered: these alone are, where any is not
            yet. Without them everything is, but for what exceeds `MOST_AT_ONCE`.

    Returns:
        the newest signed checkpoint, `None` while the log is empty.

    Raises:
        SequencerError: stored leaves do not give the stored root.
        LookupError: this process holds no keys of the log, or there is no such log.
    """
    with _alone(name):
        log = _log(name)
        _number_waiting(log, at, first)
        return _sign(log) if log.signed_size < log.size else _newest(log)


@contextmanager
def numbering(name: str, at: datetime) -> Iterator[None]:
    """Number what waits in a log at the end of the block, in the transaction that the block opens: one sync for both.

    A log's lock is taken before the database's, here as in `sequence`: never open this inside a writing block.

    Args:
        name: of the log.
        at: now, UTC.

    Raises:
        LookupError: there is no such log.
    """
    with _alone(name), writing():
        yield
        _number_waiting(_log(name), at)


def _log(name: str) -> Log:
    found = rows.one("SELECT id, size, root, frontier, signed_size, pad_to FROM ledger_log WHERE name = %s", name)
    if found is None:
        raise LookupError(f"this node has no log {name}")
    log_id, size, root, frontier, signed_size, pad_to = found
    return Log(
        id=log_id, name=name, size=size, root=bytes(root), frontier=bytes(frontier), signed_size=signed_size,
        pad_to=pad_to,
    )  # fmt: skip


def _number_waiting(log: Log, at: datetime, first: Sequence[int] = ()) -> None:
    chosen = f" AND id IN ({rows.marks(len(first))})" if first else ""
    waiting = rows.every(
        f'SELECT id, kind, h FROM ledger_entry WHERE log_id = %s AND "index" IS NULL{chosen} ORDER BY id LIMIT %s',  # noqa: S608  # marks
        log.id,
        *first,
        MOST_AT_ONCE,
    )
    if waiting:
        _number(log, waiting, at)


def _newest(log: Log) -> Checkpoint | None:
    found = rows.one(
        "SELECT id, size, root, text FROM ledger_checkpoint WHERE log_id = %s AND text IS NOT NULL"
        " ORDER BY size DESC LIMIT 1",
        log.id,
    )
    return None if found is None else _checkpoint(log, *found)


def _checkpoint(log: Log, key: int, size: int, root: bytes, text: bytes) -> Checkpoint:
    """Return a row of which the rest is read where it is asked for."""
    fields = ("id", "log_id", "size", "root", "text")
    return Checkpoint.from_db(DEFAULT_DB_ALIAS, fields, (key, log.id, size, bytes(root), bytes(text)))


def leaf_of(kind: int, h: bytes) -> bytes:
    """Return the leaf hash of a stored entry."""
    return h if kind == HASH_ONLY else leaf_hash(entry(Kind(kind), h))


def _number(log: Log, waiting: Sequence[tuple[int, int, bytes]], at: datetime) -> None:
    """Give waiting entries (id, kind, h) their indices, and store size, root and tiles: step 1."""
    start = log.size
    leaves = [leaf_of(kind, bytes(h)) for _, kind, h in waiting]
    pad_first, pad_seed = start + len(leaves), os.urandom(32)
    pad_count = -pad_first % log.pad_to
    leaves += [leaf_hash(entry(Kind.PADDING, padding_h(pad_seed, i))) for i in range(pad_count)]
    frontier = Frontier.from_bytes(bytes(log.frontier)).extend(leaves)
    log.size, log.root, log.frontier = start + len(leaves), frontier.root(), frontier.to_bytes()
    with writing():
        index = start
        # Entries of one batch have neighbouring ids, so that one statement numbers them all.
        for first, count in runs_of([row[0] for row in waiting]):
            numbered = rows.run(
                'UPDATE ledger_entry SET "index" = id + %s WHERE id BETWEEN %s AND %s AND log_id = %s'
                ' AND "index" IS NULL',
                index - first,
                first,
                first + count - 1,
                log.id,
            )
            if numbered != count:
                raise SequencerError(f"an entry of {log.name} was numbered by somebody else")
            index += count
        tree.grow(log, start, leaves)
        rows.run(
            "UPDATE ledger_log SET size = %s, root = %s, frontier = %s WHERE id = %s",
            log.size,
            log.root,
            log.frontier,
            log.id,
        )
        rows.insert(
            Checkpoint,
            ("log_id", "size", "root", "pad_first", "pad_count", "pad_seed", "at"),
            [(log.id, log.size, log.root, pad_first, pad_count, pad_seed, rows.moment(at))],
        )


def _sign(log: Log) -> Checkpoint:
    """Sign the highest stored root, after its newest leaves were read and hashed again: step 2."""
    sign = keys.signer(log.name)
    if sign is None:
        raise LookupError(f"this process holds no keys of {log.name}")
    held = rows.every(
        "SELECT id, size, root, pad_first, pad_count, pad_seed FROM ledger_checkpoint WHERE log_id = %s AND size >="
        " (SELECT COALESCE(MAX(size), 0) FROM ledger_checkpoint WHERE log_id = %s AND size <= %s"
        " AND text IS NOT NULL) ORDER BY size",
        log.id,
        log.id,
        log.signed_size,
    )
    if not held:
        raise SequencerError(f"{log.name} has no stored checkpoint")
    signed_size, signed_root = (held[0][1], bytes(held[0][2])) if held[0][1] <= log.signed_size else (0, EMPTY_ROOT)
    key, size, root = held[-1][0], held[-1][1], bytes(held[-1][2])
    if (size, root) != (log.size, bytes(log.root)):
        raise SequencerError(f"the newest checkpoint of {log.name} is not its head")
    before = _signed_edge(log, signed_size, signed_root)
    edge = _rehash(log, before, {row[3]: (row[4], row[5]) for row in held if row[1] > signed_size})
    text = sign(Signable(log.name, size, root))
    with writing():
        rows.run("UPDATE ledger_checkpoint SET text = %s WHERE id = %s AND text IS NULL", text, key)
        rows.run("UPDATE ledger_log SET signed_size = %s WHERE id = %s", size, log.id)
    log.signed_size = size
    _SIGNED[log.name] = size, root, edge
    return _checkpoint(log, key, size, root, text)


def _signed_edge(log: Log, size: int, root: bytes) -> Frontier:
    """Return the right edge of a log as it was signed last: from memory if we signed it, else from its tiles."""
    known = _SIGNED.get(log.name)
    return known[2] if known is not None and known[:2] == (size, root) else Frontier.at(tree.nodes(log), size)


def _rehash(log: Log, before: Frontier, paddings: Mapping[int, tuple[int, bytes | None]]) -> Frontier:
    """Compare entries as they were stored with the root that is about to be signed; returns its right edge.

    Args:
        log: with the root that was stored.
        before: up to which it was compared before.
        paddings: (count, seed) of the dummy leaves beyond, by the index of the first.

    Raises:
        SequencerError: they differ: memory or disk failed between writing and signing.
    """
    leaves = {
        first + i: leaf_hash(entry(Kind.PADDING, padding_h(bytes(seed or b""), i)))
        for first, (count, seed) in paddings.items()
        for i in range(count)
    }
    stored = rows.every(
        'SELECT "index", kind, h FROM ledger_entry WHERE log_id = %s AND "index" >= %s', log.id, before.size
    )
    leaves.update((index, leaf_of(kind, bytes(h))) for index, kind, h in stored)
    missing = next((index for index in range(before.size, log.size) if index not in leaves), None)
    if missing is not None:
        raise SequencerError(f"entry {missing} of {log.name} is missing")
    edge = before.extend(leaves[index] for index in range(before.size, log.size))
    if edge.root() != bytes(log.root):
        raise SequencerError(f"the entries of {log.name} do not give the root that was stored")
    return edge


def recover(name: str) -> None:
    """Check, on start, that the tiles give the highest stored root; nothing smaller or different is ever signed.

    Raises:
        SequencerError: they do not: restore the node from a backup and its partners' mirrors.
    """
    with _alone(name):
        log = Log.objects.get(name=name)
        if log.size and root_at(tree.nodes(log), log.size) != bytes(log.root):
            raise SequencerError(f"the tiles of {name} do not give its stored root")


@contextmanager
def held(name: str) -> Iterator[Log]:
    """Hold a log still, as it is stored: nobody numbers or signs in it before the block ends."""
    with _alone(name):
        yield Log.objects.get(name=name)
