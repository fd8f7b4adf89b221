"""A log of this node as an auditor reads it: every entry with what it commits to, in constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from comity.merkle import Kind, entry, padding_h
from comity.node.exchange.models import Note
from comity.node.ledger.models import HASH_ONLY, Checkpoint, Entry, Log, Tile
from comity.node.ledger.tree import HASH
from comity.verify import Opening, Stored

_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class DatabaseLog:
    """A source for `comity.verify.verify_log`: entries, padding and tiles as the database has them."""

    log: Log

    @property
    def name(self) -> str:
        """Name of the log."""
        return self.log.name

    def entries(self) -> Iterator[Stored]:
        """Yield every numbered entry, padding in its place, each beside the leaf that the tiles hold."""
        leaves = self._leaves()
        for one in self._stored():
            yield Stored(one.index, one.entry, one.leaf or next(leaves, b""), one.opening, one.erased)
            if one.leaf:
                next(leaves, b"")

    def checkpoints(self) -> Iterator[bytes]:
        """Yield every signed checkpoint, the smallest first."""
        found = Checkpoint.objects.filter(log=self.log, text__isnull=False).order_by("size")
        for text in found.values_list("text", flat=True).iterator(_AT_ONCE):
            yield _raw(text)

    def _stored(self) -> Iterator[Stored]:
        padding, notes = self._padding(), _Notes(self.log)
        rows = Entry.objects.filter(log=self.log, index__isnull=False).order_by("index")
        pad = next(padding, None)
        for pk, index, kind, h, salt, opening, erased in rows.values_list(
            "pk", "index", "kind", "h", "salt", "opening", "erased_at"
        ).iterator(_AT_ONCE):
            while pad is not None and pad.index < (index or 0):
                yield pad
                pad = next(padding, None)
            if kind == HASH_ONLY:
                yield Stored(index or 0, b"", _raw(h))
                continue
            data = notes.of(pk) if kind == Kind.NOTE else opening
            opened = None if data is None else Opening(kind, _raw(data), _raw(salt))
            yield Stored(index or 0, _entry(kind, _raw(h)), b"", opened, erased is not None)
        while pad is not None:
            yield pad
            pad = next(padding, None)

    def _padding(self) -> Iterator[Stored]:
        rows = Checkpoint.objects.filter(log=self.log, pad_count__gt=0).order_by("pad_first")
        for first, count, seed in rows.values_list("pad_first", "pad_count", "pad_seed").iterator(_AT_ONCE):
            for place in range(count):
                opening = Opening(Kind.PADDING, place.to_bytes(8), _raw(seed))
                yield Stored(first + place, entry(Kind.PADDING, padding_h(opening.salt, place)), b"", opening)

    def _leaves(self) -> Iterator[bytes]:
        tiles = Tile.objects.filter(log=self.log, level=0).order_by("index")
        for hashes in tiles.values_list("hashes", flat=True).iterator(100):
            data = _raw(hashes)
            yield from (data[start : start + HASH] for start in range(0, len(data), HASH))


def _entry(kind: int, h: bytes) -> bytes:
    """Return the entry of a row; none where the row holds what no entry can, which the verification then says."""
    try:
        return entry(Kind(kind), h)
    except ValueError:
        return b""


def _raw(value: object) -> bytes:
    """Return a column's bytes; where somebody's hand has left a text or a number, its bytes, which will not fit."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value or "").encode("utf-8", "replace")


class _Notes:
    """The notes behind a log's entries, read once from the first to the last.

    Notes and their entries are made together, hence in nearly the same order: what comes early waits here.
    """

    def __init__(self, log: Log) -> None:
        rows = Note.objects.filter(out=True, entry__log=log).order_by("pk")
        self._rows = rows.values_list("entry_id", "raw").iterator(_AT_ONCE)
        self._early: dict[int, bytes] = {}

    def of(self, entry_id: int) -> bytes | None:
        """Return the note of an entry; `None` where it is gone."""
        while entry_id not in self._early:
            row = next(self._rows, None)
            if row is None:
                return None
            self._early[row[0] or 0] = _raw(row[1])
        return self._early.pop(entry_id)
