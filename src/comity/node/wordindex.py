"""Full-text search through one port: FTS5 on SQLite, a tsvector on PostgreSQL, the same words and answers on both.

The words come ready-made from `comity.matching.findable`, so that no database's own idea of a word decides what is
found. An index holds personal data and follows its things: whoever erases a thing drops it here, in the same
transaction. FTS5 keeps dropped words in its pages until they are merged; `tidy` does that step by step.

Source: https://www.sqlite.org/fts5.html (secure-delete, merge, rank); PostgreSQL manual, chapter 12.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Final

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from comity.matching.findable import Wanted
from comity.node import rows

SECURE_DELETE_SINCE: Final = (3, 42)
MERGE_PAGES: Final = 500
AT_ONCE: Final = 400  # values of one statement
_GAP: Final = "\ue000"  # a word that no text has: what stands around it is no phrase
STEPS: Final = (600, 2_000, 8_000, 32_000)
"""How many hits are read at a time: few suffice where the newest are mine, many where hardly any is. The first are more
than a page of results can need, for each reading begins anew: a frequent word costs as much again.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is found of one thing.

    Attributes:
        id: of the thing; higher is newer.
        tags: what a thing is beside its words and stays, such as its authority and its kind; a search is narrowed by
            them before a row is read. Of each only letters and digits count.
        words: levelled words in their order; `""` separates what must not read as one phrase.
        sounds: how names in it sound.
    """

    id: int
    tags: Sequence[str]
    words: Sequence[str]
    sounds: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WordIndex:
    """One index, by the name of its table."""

    table: str

    def put(self, entries: Sequence[Entry]) -> None:
        """Add things, or replace what is known of them; call inside the transaction that changes them."""
        self.drop([one.id for one in entries])
        if connection.vendor == "sqlite":
            rows.run_each(
                f"INSERT INTO {self.table} (rowid, tags, words, sounds) VALUES (%s, %s, %s, %s)",  # noqa: S608  # our own name
                [
                    (
                        one.id,
                        " ".join(map(_plain, one.tags)),
                        " ".join(word or _GAP for word in one.words),
                        " ".join(one.sounds),
                    )
                    for one in entries
                ],
            )
            return
        rows.run_each(
            f"INSERT INTO {self.table} (id, words) VALUES (%s, %s::tsvector) ON CONFLICT DO NOTHING",  # noqa: S608  # our own name
            [(one.id, _vector(one)) for one in entries],
        )

    def drop(self, ids: Sequence[int]) -> int:
        """Forget things; tells how many were known. `tidy` must follow for their words to leave the disk."""
        dropped = 0
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            dropped += rows.run(f"DELETE FROM {self.table} WHERE {self._id} IN ({rows.marks(len(part))})", *part)  # noqa: S608  # our own names
        return dropped

    def clear(self) -> None:
        """Forget everything."""
        rows.run(f"DELETE FROM {self.table}")  # noqa: S608  # our own name

    def known(self, ids: Sequence[int]) -> set[int]:
        """Return which of these things are in the index."""
        found: set[int] = set()
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            query = f"SELECT id FROM {self._plain} WHERE id IN ({rows.marks(len(part))})"  # noqa: S608  # our own name
            found.update(row[0] for row in rows.every(query, *part))
        return found

    def size(self) -> int:
        """Return how many things are in the index."""
        found = rows.one(f"SELECT COUNT(*) FROM {self._plain}")  # noqa: S608  # our own name
        return int((found and found[0]) or 0)

    def newest(self) -> int:
        """Return the highest id in the index, 0 where it is empty."""
        found = rows.one(f"SELECT MAX(id) FROM {self._plain}")  # noqa: S608  # our own names
        return int((found and found[0]) or 0)

    def find(
        self, query: Sequence[Wanted], tags: Sequence[str] = (), *, below: int | None = None
    ) -> Iterator[list[int]]:
        """Yield the ids of what holds all that is wanted, newest first, in growing portions.

        Args:
            query: nothing wanted finds nothing.
            tags: all of which a thing must bear.
            below: only ids under this one, for the next page.
        """
        if not query:
            return
        condition, values = self._condition(query, tags)
        key = self._id
        for step in chain(STEPS, repeat(STEPS[-1])):
            limit = "" if below is None else f" AND {key} < %s"
            found = [
                row[0]
                for row in rows.every(
                    f"SELECT {key} FROM {self.table} WHERE {condition}{limit} ORDER BY {key} DESC LIMIT {step}",  # noqa: S608  # our own names
                    *values,
                    *(() if below is None else (below,)),
                )
            ]
            if found:
                yield found
            if len(found) < step:
                return
            below = found[-1]

    def tidy(self, *, begun: bool = False) -> bool:
        """Merge a portion of the index, so that what was dropped leaves its pages.

        Args:
            begun: whether an earlier call told that more is to be merged.

        Returns:
            whether more is to be merged: call it again, in a transaction of its own.
        """
        if connection.vendor != "sqlite":
            return False  # a vector goes with its row, and rows are the server's to vacuum
        before = rows.one("SELECT total_changes()")
        pages = MERGE_PAGES if begun else -MERGE_PAGES  # a negative number takes every part of the index in
        rows.run(f"INSERT INTO {self.table}({self.table}, rank) VALUES('merge', %s)", pages)
        after = rows.one("SELECT total_changes()")
        return bool(before and after and after[0] - before[0] > 1)

    def check(self) -> bool:
        """Tell whether the index is whole in itself."""
        if connection.vendor != "sqlite":
            return True
        try:
            rows.run(f"INSERT INTO {self.table}({self.table}) VALUES('integrity-check')")
        except DatabaseError:
            return False
        return True

    @property
    def _id(self) -> str:
        return "rowid" if connection.vendor == "sqlite" else "id"

    @property
    def _plain(self) -> str:
        """Where ids are read by their key: FTS5 keeps its rows in a plain table beside the index."""
        return f"{self.table}_content" if connection.vendor == "sqlite" else self.table

    def _condition(self, query: Sequence[Wanted], tags: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        if connection.vendor == "sqlite":
            return f"{self.table} MATCH %s", (
                " AND ".join([*(_match(one) for one in query), *(f'tags:"{_plain(one)}"' for one in tags)]),
            )
        return "words @@ %s::tsquery", (
            " & ".join([*(_tsquery(one) for one in query), *(f"'@{_plain(one)}'" for one in tags)]),
        )


def create(database: BaseDatabaseWrapper, table: str) -> None:
    """Make an empty index; for migrations."""
    with database.cursor() as cursor:
        if database.vendor != "sqlite":
            cursor.execute(f"CREATE TABLE {table} (id bigint PRIMARY KEY, words tsvector NOT NULL)")
            cursor.execute(f"CREATE INDEX {table}_words ON {table} USING gin (words)")
            return
        cursor.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5(tags, words, sounds, columnsize=0,"
            " tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")"
        )
        if _version(database) >= SECURE_DELETE_SINCE:
            cursor.execute(f"INSERT INTO {table}({table}, rank) VALUES('secure-delete', 1)")


def remove(database: BaseDatabaseWrapper, table: str) -> None:
    """Take an index away; for migrations."""
    with database.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table}")


def needs_tidying() -> bool:
    """Tell whether dropped words stay in pages until `tidy` has merged them."""
    return connection.vendor == "sqlite" and _version(connection) < SECURE_DELETE_SINCE


def _plain(tag: str) -> str:
    """Return a tag as one word."""
    return "".join(letter for letter in tag if letter.isalnum()) or "none"


def _version(database: BaseDatabaseWrapper) -> tuple[int, ...]:
    with database.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        return tuple(int(part) for part in cursor.fetchone()[0].split("."))


def _match(one: Wanted) -> str:
    """Return what FTS5 is asked; words hold letters and digits only, so quotes need no escape."""
    end = "*" if one.beginning else ""
    asked = [f'words:"{" ".join(phrase)}"{end}' for phrase in one.phrases]
    asked += [f'sounds:"{sound}"' for sound in one.sounds]
    return f"({' OR '.join(asked)})"


def _tsquery(one: Wanted) -> str:
    end = ":*" if one.beginning else ""
    asked = ["(" + " <-> ".join(f"'{word}'" for word in phrase) + end + ")" for phrase in one.phrases]
    asked += [f"'~{sound}'" for sound in one.sounds]
    return f"({' | '.join(asked)})"


def _vector(entry: Entry) -> str:
    """Return a tsvector as text. A position is at most 16,383 and a word has at most 256 of them."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(entry.words, 1):
        if word and place <= 16_000:  # noqa: PLR2004  as said
            held = places.setdefault(word, [])
            if len(held) < 250:  # noqa: PLR2004  as said
                held.append(place)
        elif word:
            places.setdefault(word, [])
    said = [f"'{word}'" + (":" + ",".join(map(str, held)) if held else "") for word, held in places.items()]
    return " ".join(
        [
            *(f"'@{_plain(one)}'" for one in dict.fromkeys(entry.tags)),
            *said,
            *(f"'~{sound}'" for sound in dict.fromkeys(entry.sounds)),
        ]
    )
