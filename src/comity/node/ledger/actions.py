"""Append to a log. Call inside the transaction of the act itself: then nothing happens unrecorded."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import DEFAULT_DB_ALIAS

from comity.merkle import EMPTY_ROOT, Frontier, Kind, Tree, leaf_hash, salted_h
from comity.messages import canonical
from comity.node import rows
from comity.node.ledger.models import Entry, Log


@dataclass(frozen=True, slots=True)
class Act:
    """What was done, as the acts log keeps it (LED Art. 25; docs/protocol/ledger.md, section "Acts").

    Attributes:
        kind: such as ``message.sent`` or ``record.consulted``.
        authority: in whose name.
        officer: who; empty for the node itself.
        at: UTC.
        case: reference of the case, where there is one.
        purpose: code of the purpose that justifies it.
        clauses: ids of the clauses that decided.
        facts: further coded facts; no free text about persons beyond what the act needs.
        subjects: digests of the things acted upon: a list of 50 is one act with the root of its list.
    """

    kind: str
    authority: str
    officer: str
    at: datetime
    case: str = ""
    purpose: str = ""
    clauses: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    subjects: tuple[bytes, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the canonical bytes to which the leaf commits."""
        return canonical.encode(
            {
                "v": 1,
                "kind": self.kind,
                "authority": self.authority,
                "officer": self.officer,
                "at": int(self.at.timestamp()),
                "case": self.case,
                "purpose": self.purpose,
                "clauses": list(self.clauses),
                "facts": [list(fact) for fact in self.facts],
                "subjects": [_root(self.subjects), len(self.subjects)],
            }
        )


def _root(digests: Iterable[bytes]) -> bytes:
    tree = Tree()
    tree.extend(leaf_hash(digest) for digest in digests)
    return tree.root()


def open_log(name: str, *, pad_to: int = 1) -> Log:
    """Begin an empty log, or return it where it exists."""
    log, _ = Log.objects.get_or_create(
        name=name,
        defaults={
            "authority": name.partition("/")[0],
            "root": EMPTY_ROOT,
            "frontier": Frontier().to_bytes(),
            "pad_to": pad_to,
        },
    )
    return log


def record(act: Act) -> Entry:
    """Append an act to its authority's acts log, in the caller's transaction."""
    return append(acts_log(act.authority), Kind.ACT, act.to_bytes(), act.at)


def append(log: Log, kind: Kind, opening: bytes, at: datetime) -> Entry:
    """Append a salted leaf; it gets its index from the sequencer."""
    salt = secrets.token_bytes(32)
    h = salted_h(salt, opening)
    (key,) = rows.insert(
        Entry,
        ("log_id", "kind", "h", "salt", "opening", "at"),
        [(log.id, int(kind), h, salt, opening, rows.moment(at))],
    )
    return Entry(id=key, log=log, kind=kind, h=h, salt=salt, opening=opening, at=at)


def append_notes(log: Log, hashes: Sequence[bytes], at: datetime) -> Sequence[int]:
    """Append one leaf for each note, in this order, and return their ids; the notes themselves are the openings."""
    moment = rows.moment(at)
    return rows.insert(Entry, ("log_id", "kind", "h", "at"), [(log.id, int(Kind.NOTE), h, moment) for h in hashes])


def _current(authority: str, kind: str) -> Log:
    """Return the open log of a kind: the highest number that is not closed."""
    found = rows.one(
        f"SELECT {', '.join(_READ)} FROM ledger_log"  # noqa: S608  # our own names
        " WHERE authority = %s AND substr(name, %s, 1) = %s AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
        authority,
        len(authority) + 2,  # the kind stands behind the slash; `LIKE` would be planned anew for every value
        kind,
    )
    if found is None:
        raise LookupError(f"{authority} has no open log of kind {kind}; run comity init")
    return Log.from_db(DEFAULT_DB_ALIAS, _READ, found)


_READ: Final = ("id", "name", "authority", "size", "root", "frontier", "signed_size", "pad_to")


def exchange_log(authority: str) -> Log:
    """Return the log that holds an authority's notes and receipts.

    Raises:
        LookupError: the authority is not of this node.
    """
    return _current(authority, "x")


def acts_log(authority: str) -> Log:
    """Return the log that holds everything else that an authority does.

    Raises:
        LookupError: the authority is not of this node.
    """
    return _current(authority, "a")


def facts(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return coded facts in the order of their names."""
    return tuple((name, str(values[name])) for name in sorted(values))
