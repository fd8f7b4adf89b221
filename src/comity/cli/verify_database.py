"""A node's logs as its database holds them, read by SQL alone: no Django, no settings, and nothing is ever written.

Whoever examines a node must not run the node's own code on its files; and a copy on a disk that cannot be written to is
examined like a node that runs. All reads see one moment of the database.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote

from comity.cli.errors import Failure
from comity.cli.words import _
from comity.config import nodefile
from comity.merkle import HASH_SIZE, Kind, entry, padding_h
from comity.verify import Fault, Opening, Stored

FILE: Final = "db.sqlite3"
HASH_ONLY: Final = 255
"""Kind of an entry that came back from a partner's mirror: its `h` is the leaf hash itself."""
_KINDS: Final = {int(kind): kind for kind in Kind}
_LEAF: Final = b"comity/leaf/v1\x00"
_BYTE: Final = 256
_AT_ONCE: Final = 2000
_REPORT_EVERY: Final = 4096
_MOST_EARLY: Final = 20_000  # notes that wait for their entries, at most: some 60 MB

_ENTRIES: Final = (
    'SELECT id, "index", kind, h, salt, opening, erased_at FROM ledger_entry '
    'WHERE log_id = {log} AND "index" IS NOT NULL ORDER BY "index"'
)
_NOTES: Final = (
    "SELECT n.entry_id, n.raw FROM exchange_note n JOIN ledger_entry e ON e.id = n.entry_id "
    "WHERE e.log_id = {log} ORDER BY n.id"
)
_PADDING: Final = (
    "SELECT pad_first, pad_count, pad_seed FROM ledger_checkpoint "
    "WHERE log_id = {log} AND pad_count > 0 ORDER BY pad_first"
)
_TILES: Final = 'SELECT hashes FROM ledger_tile WHERE log_id = {log} AND level = 0 ORDER BY "index"'
_CHECKPOINTS: Final = "SELECT text FROM ledger_checkpoint WHERE log_id = {log} AND text IS NOT NULL ORDER BY size"
_CHECKPOINT: Final = "SELECT text FROM ledger_checkpoint WHERE log_id = {log} AND size = {size} AND text IS NOT NULL"
_COSIGNATURES: Final = "SELECT witness, text FROM ledger_cosignature WHERE log_id = {log} ORDER BY witness, size"
_LOGS: Final = "SELECT id, name, size, root FROM ledger_log ORDER BY name"


class Database(Protocol):
    """Rows of a query, a few at a time."""

    def rows(self, query: str) -> Iterator[Sequence[Any]]:
        """Yield the rows."""
        ...


class _Sqlite:
    def __init__(self, path: Path) -> None:
        self._connection = _open(path)

    def rows(self, query: str) -> Iterator[Sequence[Any]]:
        cursor = self._connection.execute(query)
        cursor.arraysize = _AT_ONCE
        while rows := cursor.fetchmany():
            yield from rows


class _Postgresql:
    def __init__(self, url: str) -> None:
        import psycopg  # noqa: PLC0415  # only where a node has such a database

        try:
            self._connection = psycopg.connect(url, options="-c default_transaction_read_only=on")
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        except psycopg.Error as error:
            raise Failure(_("the database of the node cannot be reached"), _("start it, and verify again")) from error
        self._count = 0

    def rows(self, query: str) -> Iterator[Sequence[Any]]:
        self._count += 1
        with self._connection.cursor(name=f"verify_{self._count}") as cursor:  # named: rows stay with the server
            cursor.itersize = _AT_ONCE
            cursor.execute(query.encode())
            yield from cursor


def connect(folder: Path) -> Database:
    """Open the database of the node in a folder for reading.

    Raises:
        Failure: there is none, or it cannot be read.
        NodeFileError: `node.toml` says something that cannot be.
    """
    has_file = (folder / nodefile.FILE_NAME).exists()
    url = nodefile.load(folder).database if has_file else "sqlite"  # a copy may consist of the database alone
    return _Sqlite(folder / FILE) if url == "sqlite" else _Postgresql(url)


def _open(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise Failure(
            _("there is no database in `{folder}`").format(folder=path.parent), _("name the folder of a node")
        )
    settled = not path.with_name(path.name + "-wal").exists()
    fault: sqlite3.Error | None = None
    for mode in ("mode=ro", "mode=ro&immutable=1") if settled else ("mode=ro",):  # the second for a read-only disk
        try:
            connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?{mode}", uri=True, isolation_level=None)
            connection.execute("PRAGMA query_only = 1")
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM ledger_log").fetchone()
        except sqlite3.Error as error:
            fault = error
        else:
            return connection
    raise Failure(
        _("the database in `{folder}` cannot be read: {fault}").format(folder=path.parent, fault=fault),
        _("copy the node's folder while the node is stopped, and verify the copy"),
    )


@dataclass(frozen=True, slots=True)
class LogRow:
    """A log as the node's table of logs has it.

    Attributes:
        id: of the row.
        name: of the log.
        size: number of its entries.
        root: at that size.
    """

    id: int
    name: str
    size: int
    root: bytes


def logs(database: Database) -> tuple[LogRow, ...]:
    """Return the logs of a node, by name."""
    return tuple(LogRow(number, name, size, _bytes(root)) for number, name, size, root in database.rows(_LOGS))


def cosignatures(database: Database, log: LogRow) -> Iterator[tuple[str, bytes]]:
    """Yield (witness, cosigned checkpoint) of a log, by witness and size."""
    for witness, text in database.rows(_COSIGNATURES.format(log=log.id)):
        yield str(witness), _bytes(text)


def checkpoint_at(database: Database, log: LogRow, size: int) -> bytes | None:
    """Return the checkpoint that a log signed for a size, `None` where there is none."""
    row = next(database.rows(_CHECKPOINT.format(log=log.id, size=size)), None)
    return None if row is None else _bytes(row[0])


@dataclass(slots=True)
class DatabaseLog:
    """A source for `comity.verify.verify_log`: entries, padding and tiles as a database has them, in constant memory.

    Attributes:
        database: where they are.
        log: which one.
        progress: called now and then with the number of entries read since the last call.
        faults: what the table itself shows to be wrong; complete once the entries were read.
    """

    database: Database
    log: LogRow
    progress: Callable[[int], object] = int  # nobody looks
    faults: list[Fault] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the log."""
        return self.log.name

    def checkpoints(self) -> Iterator[bytes]:
        """Yield every signed checkpoint, the smallest first."""
        for (text,) in self.database.rows(_CHECKPOINTS.format(log=self.log.id)):
            yield _bytes(text)

    def entries(self) -> Iterator[Stored]:
        """Yield every numbered entry, padding in its place, each beside the leaf that the tiles hold."""
        leaves, count = self._leaves(), 0
        for count, (index, data, opening, erased, hash_only) in enumerate(self._merged(), start=1):
            leaf = next(leaves, b"")
            if not leaf:
                self._fault("log.tile", index)
            if hash_only:
                if leaf and leaf != data:
                    self._fault("log.leaf", index)
                yield Stored(index, b"", data)
            else:
                if opening is None and not erased:
                    self._fault("log.opening-gone", index)
                yield Stored(index, data, leaf, opening, erased)
            if count % _REPORT_EVERY == 0:
                self.progress(_REPORT_EVERY)
        self.progress(count % _REPORT_EVERY)

    def _fault(self, rule: str, index: int) -> None:
        """Keep the first fault of a rule: a missing tile or table would else be told a million times."""
        if all(fault.rule != rule for fault in self.faults):
            self.faults.append(Fault(rule, index))

    def _merged(self) -> Iterator[tuple[int, bytes, Opening | None, bool, bool]]:
        """Yield (index, entry or leaf, opening, erased, whether only the leaf hash is there), ascending."""
        padding, notes = self._padding(), _Notes(self.database, self.log)
        pad = next(padding, None)
        for number, index, kind, h, salt, opening, erased_at in self.database.rows(_ENTRIES.format(log=self.log.id)):
            place = index if isinstance(index, int) else -1
            while pad is not None and pad[0] < place:
                yield pad
                pad = next(padding, None)
            if kind == HASH_ONLY:
                yield place, _bytes(h), None, False, True
                continue
            data = notes.of(number) if kind == Kind.NOTE else opening
            opened = None if data is None else Opening(kind, _bytes(data), _bytes(salt))
            yield place, _entry(kind, _bytes(h)), opened, erased_at is not None, False
        while pad is not None:
            yield pad
            pad = next(padding, None)

    def _padding(self) -> Iterator[tuple[int, bytes, Opening, bool, bool]]:
        """Yield dummies; the i-th of a checkpoint counts from 0 (docs/protocol/ledger.md, section 2)."""
        for first, count, seed in self.database.rows(_PADDING.format(log=self.log.id)):
            salt = _bytes(seed)
            for i in range(count):
                data = entry(Kind.PADDING, padding_h(salt, i)) if len(salt) == HASH_SIZE else b"?"
                yield first + i, data, Opening(Kind.PADDING, i.to_bytes(8), salt), False, False

    def _leaves(self) -> Iterator[bytes]:
        for (hashes,) in self.database.rows(_TILES.format(log=self.log.id)):
            data = _bytes(hashes)
            for start in range(0, len(data), HASH_SIZE):
                yield data[start : start + HASH_SIZE]


class _Notes:
    """The notes behind a log's entries, read once, since no index leads from an entry to its note.

    Notes and their entries are made together, hence in nearly the same order: what comes early waits here.
    """

    def __init__(self, database: Database, log: LogRow) -> None:
        self._rows = database.rows(_NOTES.format(log=log.id))
        self._early: dict[int, object] = {}

    def of(self, entry_id: int) -> object | None:
        """Return the note of an entry; `None` where it is gone."""
        while entry_id not in self._early and len(self._early) < _MOST_EARLY:
            row = next(self._rows, None)
            if row is None:
                break
            self._early[row[0]] = row[1]
        return self._early.pop(entry_id, None)


def _entry(kind: object, h: bytes) -> bytes:
    """Return what an entry's row stands for; of a kind that we do not know too, since others may follow."""
    known = _KINDS.get(kind) if isinstance(kind, int) else None
    if known is not None:
        return entry(known, h)
    return sha256(_LEAF + bytes([kind]) + h).digest() if isinstance(kind, int) and 0 <= kind < _BYTE else b"?"


def _bytes(value: Any) -> bytes:  # noqa: ANN401  # SQLite keeps a text where somebody wrote one by hand
    return value.encode() if isinstance(value, str) else bytes(value or b"")
