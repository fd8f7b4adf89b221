"""Does this node hold what a partner asks about? Candidates with their reasons; people decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import msgspec

from comity.matching import (
    Comparison,
    Prepared,
    Verdict,
    VersionError,
    compare_prepared,
    digest,
    score,
    tokens_of,
    unpack,
)
from comity.matching.comparison import POSSIBLE_FROM
from comity.node.records import tokens
from comity.node.records.models import Record
from comity.subjects import Subject

COMPARED = 20  # candidates of a subject that are compared in full
SHOWN = 10
REMEMBERED_DIGESTS = 4_096


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be what was asked about.

    Attributes:
        record_id: of the record.
        source: the list it stands on.
        reference: within its source.
        subject: what the record says.
        comparison: score, verdict and reasons; `left` is what was asked, `right` the record.
    """

    record_id: int
    source: str
    reference: str
    subject: Subject
    comparison: Comparison


def crosscheck(
    subjects: Sequence[Subject], authority: str, *, today: date, purpose: str = ""
) -> tuple[tuple[Candidate, ...], ...]:
    """Return the candidates for each subject, best first, at most ten each.

    Two queries, and one more for every 64 distinct tokens, however many subjects are asked about. Records that are
    restricted to a unit, expired, or bound to another purpose are not proposed.

    Args:
        subjects: as the partner sent them.
        authority: whose records are asked.
        today: day in UTC.
        purpose: of the request; records bound to a purpose are proposed for that one only.
    """
    digests = [digest(subject) for subject in subjects]
    found = tokens.candidates(authority, [tokens_of(d) for d in digests], COMPARED)
    wanted = {candidate.record for group in found for candidate in group}
    if not wanted:
        return tuple(() for _ in subjects)
    records = {
        record.pk: record
        for record in Record.objects.live()
        .filter(pk__in=wanted, authority=authority, restricted=False, retain_until__gte=today.toordinal())
        .only("pk", "source", "reference", "subject", "digest", "purpose", "purpose_bound")
        if not record.purpose_bound or record.purpose == purpose
    }
    return tuple(
        _compared(asked, [records[c.record] for c in group if c.record in records])
        for asked, group in zip(digests, found, strict=True)
    )


def _compared(asked: Prepared, records: Sequence[Record]) -> tuple[Candidate, ...]:
    scored = []
    for record in records:
        held = _digest(record)
        value = score(asked, held)
        if value >= POSSIBLE_FROM:
            scored.append((-value, record.pk, record, held))
    scored.sort(key=lambda item: item[:2])
    return tuple(
        Candidate(record.pk, record.source, record.reference, record.value(), compare_prepared(asked, held))
        for _, _, record, held in scored[:SHOWN]
    )


def _digest(record: Record) -> Prepared:
    try:
        return _unpacked(bytes(record.digest))
    except VersionError:  # stored by an older version of the algorithm: a little slower, never wrong
        return digest(record.value())


_unpacked = lru_cache(maxsize=REMEMBERED_DIGESTS)(unpack)


def reasons_of(comparison: Comparison) -> list[dict[str, str | float]]:
    """Return the reasons as plain values, as a desk keeps them beside its candidate."""
    return [msgspec.to_builtins(reason) for reason in comparison.reasons]


def is_hit(comparison: Comparison) -> bool:
    """Return whether a comparison is worth an officer's look."""
    return comparison.verdict != Verdict.DIFFERENT
