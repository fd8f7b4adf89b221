"""Look in this node's records for the subjects of what partners send. Proposals only: a person decides on each."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from comity.desks.cases.models import Candidate
from comity.messages import Message
from comity.node import rows
from comity.node.ledger import actions as ledger
from comity.node.records.crosscheck import crosscheck, reasons_of
from comity.subjects import Subject

KINDS: Final = frozenset({"request", "assistance", "information", "correction", "supplement"})
"""What is worth a look: an answer speaks of what we asked about ourselves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that was kept and speaks of subjects.

    Attributes:
        message_id: its row.
        authority: ours, whose records are looked at.
        message: as it was read.
        at: when it arrived, UTC.
    """

    message_id: int
    authority: str
    message: Message
    at: datetime


def propose(messages: Sequence[Asked]) -> None:
    """Write a candidate for each record that may be a subject of these messages, and record that it was looked for.

    One cross-check for all messages of an authority and a purpose, and one act in the ledger for it.
    """
    groups: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in messages:
        groups[one.authority, one.message.head.purpose.value].append(one)
    for (authority, purpose), group in groups.items():
        _propose(group, authority, purpose)


def _propose(messages: Sequence[Asked], authority: str, purpose: str) -> None:
    places: list[tuple[int, int]] = []
    subjects: list[Subject] = []
    for one in messages:
        for place, about in enumerate(one.message.subjects):
            places.append((one.message_id, place))
            subjects.append(Subject.of(about.subject.schema, dict(about.subject.properties)))
    if not subjects:
        return
    at = messages[0].at
    found = crosscheck(subjects, authority, today=at.date(), purpose=purpose)
    proposed = [
        (
            message_id, place, one.record_id, f"{one.source}/{one.reference}"[:120],
            _json({**one.subject.to_ftm(), "caption": one.subject.caption}), one.comparison.score,
            str(one.comparison.verdict), _json(reasons_of(one.comparison)), one.comparison.version,
        )
        for (message_id, place), candidates in zip(places, found, strict=True)
        for one in candidates
    ]  # fmt: skip
    rows.insert(Candidate, _COLUMNS, proposed)
    ledger.record(
        ledger.Act(
            kind="record.crosschecked",
            authority=authority,
            officer="",
            at=at,
            purpose=purpose,
            facts=ledger.facts({"subjects": len(subjects), "candidates": len(proposed)}),
            subjects=tuple(hashlib.sha256(row[3].encode()).digest() for row in proposed),
        )
    )


_COLUMNS: Final = (
    "message_id", "place", "record_id", "record_reference", "record", "score", "confidence", "reasons", "engine",
)  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
