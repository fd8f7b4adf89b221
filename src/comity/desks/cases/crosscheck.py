"""Look in this node's records for the subjects of what partners send. Proposals only: a person decides on each."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from comity.desks.cases.models import Candidate, CaseMessage
from comity.node.ledger import actions as ledger
from comity.node.records.crosscheck import crosscheck, reasons_of
from comity.subjects import Subject

KINDS: Final = frozenset({"request", "information"})
"""What is worth a look: an answer speaks of what we asked about ourselves."""


def propose(messages: Sequence[CaseMessage]) -> None:
    """Write a candidate for each record that may be a subject of these messages, and record that it was looked for.

    One cross-check for all messages of an authority and a purpose, and one act in the ledger for it.
    """
    groups: dict[tuple[str, str], list[CaseMessage]] = defaultdict(list)
    for message in messages:
        groups[message.authority, message.purpose].append(message)
    for (authority, purpose), group in groups.items():
        _propose(group, authority, purpose)


def _propose(messages: Sequence[CaseMessage], authority: str, purpose: str) -> None:
    places: list[tuple[CaseMessage, int]] = []
    subjects: list[Subject] = []
    for message in messages:
        for place, one in enumerate((message.content or {}).get("subjects", [])):
            places.append((message, place))
            subjects.append(Subject.of(one["schema"], one["properties"]))
    if not subjects:
        return
    at = messages[0].arrived_at or messages[0].sent_at
    found = crosscheck(subjects, authority, today=at.date(), purpose=purpose)
    rows = [
        Candidate(
            message=message,
            place=place,
            record_id=one.record_id,
            record_reference=f"{one.source}/{one.reference}"[:120],
            record={**one.subject.to_ftm(), "caption": one.subject.caption},
            score=one.comparison.score,
            confidence=str(one.comparison.verdict),
            reasons=reasons_of(one.comparison),
            engine=one.comparison.version,
        )
        for (message, place), candidates in zip(places, found, strict=True)
        for one in candidates
    ]
    Candidate.objects.bulk_create(rows)
    ledger.record(
        ledger.Act(
            kind="record.crosschecked",
            authority=authority,
            officer="",
            at=at,
            purpose=purpose,
            facts=ledger.facts({"subjects": len(subjects), "candidates": len(rows)}),
            subjects=tuple(hashlib.sha256(row.record_reference.encode()).digest() for row in rows),
        )
    )
