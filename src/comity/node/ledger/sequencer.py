"""One sequencer for each log: number, store, sync; then sign, store, sync; then others may be told.

Source: docs/protocol/ledger.md, section "Sequencer"; design: what was signed once can never be taken back by a crash.
"""

import fcntl
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db import connection

from comity.merkle import Checkpoint as Signable
from comity.merkle import Frontier, Kind, entry, leaf_hash, padding_h, root_at
from comity.node import places
from comity.node.ledger import keys, tree
from comity.node.ledger.models import HASH_ONLY, Checkpoint, Entry, Log
from comity.node.writing import writing

MOST_AT_ONCE: Final = 20_000
_LOCKS: Final[dict[str, threading.Lock]] = defaultdict(threading.Lock)


class SequencerError(Exception):
    """The stored log contradicts itself; nothing is signed until a person has looked."""


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Hold a log's lock against the threads of this process and, through a file, against other processes."""
    folder = places.run()
    folder.mkdir(parents=True, exist_ok=True)
    with _LOCKS[name], (folder / f"{name.replace('/', '-')}.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


def sequence(name: str, at: datetime) -> Checkpoint | None:
    """Number and sign whatever waits in a log, and return its newest signed checkpoint.

    Whoever waits for the lock finds its leaves numbered by the one before: this is the group commit, without a timer.

    Args:
        name: of the log.
        at: now, UTC.

    Returns:
        the newest signed checkpoint, `None` while the log is empty.

    Raises:
        SequencerError: stored leaves do not give the stored root.
        LookupError: this process holds no keys of the log.
    """
    with _alone(name):
        log = Log.objects.get(name=name)
        if Entry.objects.filter(log=log, index__isnull=True).exists():
            _number(log, at)
        if log.signed_size < log.size:
            _sign(log)
        return Checkpoint.objects.filter(log=log, text__isnull=False).order_by("-size").first()


def leaf_of(kind: int, h: bytes) -> bytes:
    """Return the leaf hash of a stored entry."""
    return h if kind == HASH_ONLY else leaf_hash(entry(Kind(kind), h))


def _number(log: Log, at: datetime) -> None:
    """Give every waiting entry its index, and store size, root and tiles: step 1."""
    with writing():
        log.refresh_from_db()
        waiting = list(
            Entry.objects.filter(log=log, index__isnull=True)
            .order_by("id")
            .values_list("id", "kind", "h")[:MOST_AT_ONCE]
        )
        start = log.size
        leaves = [leaf_of(kind, bytes(h)) for _, kind, h in waiting]
        with connection.cursor() as cursor:
            cursor.executemany(
                'UPDATE ledger_entry SET "index" = %s WHERE id = %s',
                [(start + place, row[0]) for place, row in enumerate(waiting)],
            )
        pad_first, pad_seed = start + len(leaves), os.urandom(32)
        pad_count = -pad_first % log.pad_to
        leaves += [leaf_hash(entry(Kind.PADDING, padding_h(pad_seed, i))) for i in range(pad_count)]
        frontier = Frontier.from_bytes(bytes(log.frontier)).extend(leaves)
        tree.grow(log, start, leaves)
        log.size, log.root, log.frontier = start + len(leaves), frontier.root(), frontier.to_bytes()
        log.save(update_fields=["size", "root", "frontier"])
        Checkpoint.objects.create(
            log=log, size=log.size, root=log.root, pad_first=pad_first, pad_count=pad_count, pad_seed=pad_seed, at=at
        )


def _sign(log: Log) -> None:
    """Sign the highest stored root, after its newest leaves were read and hashed again: step 2."""
    sign = keys.signer(log.name)
    if sign is None:
        raise LookupError(f"this process holds no keys of {log.name}")
    stored = Checkpoint.objects.filter(log=log).order_by("-size")[0]
    signed = Checkpoint.objects.filter(log=log, size__lte=log.signed_size, text__isnull=False).order_by("-size").first()
    _rehash(log, 0 if signed is None else signed.size, stored)
    text = sign(Signable(log.name, stored.size, bytes(stored.root)))
    with writing():
        Checkpoint.objects.filter(id=stored.id, text__isnull=True).update(text=text)
        Log.objects.filter(id=log.id).update(signed_size=stored.size)
    log.signed_size = stored.size


def _rehash(log: Log, signed_size: int, stored: Checkpoint) -> None:
    """Compare entries as they were stored with the tree that is about to be signed.

    Raises:
        SequencerError: they differ: memory or disk failed between writing and signing.
    """
    if (stored.size, bytes(stored.root)) != (log.size, bytes(log.root)):
        raise SequencerError(f"the newest checkpoint of {log.name} is not its head")
    paddings = Checkpoint.objects.filter(log=log, size__gt=signed_size).values_list(
        "pad_first", "pad_count", "pad_seed"
    )
    leaves = {
        first + i: leaf_hash(entry(Kind.PADDING, padding_h(bytes(seed or b""), i)))
        for first, count, seed in paddings
        for i in range(count)
    }
    rows = Entry.objects.filter(log=log, index__gte=signed_size).values_list("index", "kind", "h")
    leaves.update((index, leaf_of(kind, bytes(h))) for index, kind, h in rows if index is not None)
    source = tree.nodes(log)
    missing = next((index for index in range(signed_size, stored.size) if index not in leaves), None)
    if missing is not None:
        raise SequencerError(f"entry {missing} of {log.name} is missing")
    fresh = (leaves[index] for index in range(signed_size, stored.size))
    if Frontier.at(source, signed_size).extend(fresh).root() != bytes(stored.root):
        raise SequencerError(f"the entries of {log.name} do not give the root that was stored")


def recover(name: str) -> None:
    """Check, on start, that the tiles give the highest stored root; nothing smaller or different is ever signed.

    Raises:
        SequencerError: they do not: restore the node from a backup and its partners' mirrors.
    """
    with _alone(name):
        log = Log.objects.get(name=name)
        if log.size and root_at(tree.nodes(log), log.size) != bytes(log.root):
            raise SequencerError(f"the tiles of {name} do not give its stored root")
