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
            yield bytes(text or b"")

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
                yield Stored(index or 0, b"", bytes(h))
                continue
            data = notes.of(pk) if kind == Kind.NOTE else opening
            opened = None if data is None else Opening(kind, bytes(data), bytes(salt or b""))
            yield Stored(index or 0, entry(Kind(kind), bytes(h)), b"", opened, erased is not None)
        while pad is not None:
            yield pad
            pad = next(padding, None)

    def _padding(self) -> Iterator[Stored]:
        rows = Checkpoint.objects.filter(log=self.log, pad_count__gt=0).order_by("pad_first")
        for first, count, seed in rows.values_list("pad_first", "pad_count", "pad_seed").iterator(_AT_ONCE):
            for place in range(count):
                opening = Opening(Kind.PADDING, place.to_bytes(8), bytes(seed or b""))
                yield Stored(first + place, entry(Kind.PADDING, padding_h(opening.salt, place)), b"", opening)

    def _leaves(self) -> Iterator[bytes]:
        tiles = Tile.objects.filter(log=self.log, level=0).order_by("index")
        for hashes in tiles.values_list("hashes", flat=True).iterator(100):
            data = bytes(hashes)
            yield from (data[start : start + HASH] for start in range(0, len(data), HASH))


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
            self._early[row[0] or 0] = bytes(row[1])
        return self._early.pop(entry_id)
