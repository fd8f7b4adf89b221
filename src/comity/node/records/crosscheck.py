"""Does this node hold what a partner asks about? Candidates with their reasons; people decide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from comity.matching import (
    Comparison,
    Prepared,
    Verdict,
    VersionError,
    compare_prepared,
    digest,
    hopeless,
    peek,
    score,
    tokens_of,
    unpack,
)
from comity.matching.comparison import POSSIBLE_FROM
from comity.node import rows
from comity.node.records import tokens
from comity.node.records.models import ImportRun, Record, RunState
from comity.subjects import Subject

COMPARED = 20  # candidates of a subject that are compared in full
SHOWN = 10
REMEMBERED_DIGESTS = 4_096
AT_ONCE = 200  # records read by one statement


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

    One query for every 64 distinct tokens, two for the candidates and one for the hits, however many subjects are asked
    about. Records that are
    restricted to a unit, expired, or bound to another purpose are not proposed.

    Args:
        subjects: as the partner sent them.
        authority: whose records are asked.
        today: day in UTC.
        purpose: of the request; records bound to a purpose are proposed for that one only.
    """
    if rows.one("SELECT 1 FROM records_record WHERE authority = %s LIMIT 1", authority) is None:
        return tuple(() for _ in subjects)  # making subjects ready would cost more than all else of a message's filing
    digests = [digest(subject) for subject in subjects]
    found = tokens.candidates(authority, [tokens_of(d) for d in digests], COMPARED)
    wanted = {candidate.record for group in found for candidate in group}
    if not wanted:
        return tuple(() for _ in subjects)
    held = _held(wanted, authority, today, purpose)
    hits = [
        _compared(asked, [held[c.record] for c in group if c.record in held])
        for asked, group in zip(digests, found, strict=True)
    ]
    return _with_subjects(hits)


class _Held(NamedTuple):
    """What is read of a record that may be a candidate; the order is that of `_COLUMNS`."""

    pk: int
    source: str
    reference: str
    digest: bytes
    purpose: str
    purpose_bound: bool
    authority: str
    restricted: bool
    retain_until: int
    since: int | None
    until: int | None

    def may_be_proposed(self, applied: Collection[int], today: date, purpose: str) -> bool:
        """Return whether the record is live, see `LiveRecords.live`, in time, and free for the purpose."""
        live = (self.since is None or self.since in applied) and self.until not in applied
        free = not self.restricted and (not self.purpose_bound or self.purpose == purpose)
        return live and free and self.retain_until >= today.toordinal()


_COLUMNS: Final = (
    "id", "source", "reference", "digest", "purpose", "purpose_bound", "authority", "restricted", "retain_until",
    "since_id", "until_id",
)  # fmt: skip


_READ: Final = f"SELECT {', '.join(_COLUMNS)} FROM records_record WHERE id IN ({rows.marks(AT_ONCE)})"  # noqa: S608  # our own names


class _Hit(NamedTuple):
    record: _Held
    comparison: Comparison


def _held(wanted: Collection[int], authority: str, today: date, purpose: str) -> dict[int, _Held]:
    """Read the wanted records that are in force.

    All but the ids is judged here and not in the query: SQLite would begin with the authority or the imports, and read
    all their records.
    """
    held, ids = [], sorted(wanted)
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        part += part[-1:] * (AT_ONCE - len(part))  # one size, one prepared statement
        found = rows.every(_READ, *part)
        held += [one for row in found if (one := _Held(*row)).authority == authority]
    runs = {run for one in held for run in (one.since, one.until) if run is not None}
    applied = set(ImportRun.objects.filter(pk__in=runs, state=RunState.APPLIED).values_list("pk", flat=True))
    return {one.pk: one for one in held if one.may_be_proposed(applied, today, purpose)}


def _compared(asked: Prepared, records: Sequence[_Held]) -> tuple[_Hit, ...]:
    scored = []
    for record in records:
        if (prepared := _worth_comparing(asked, record)) is None:
            continue
        value = score(asked, prepared)
        if value >= POSSIBLE_FROM:
            scored.append((-value, record.pk, record, prepared))
    scored.sort(key=lambda item: item[:2])
    return tuple(_Hit(record, compare_prepared(asked, prepared)) for _, _, record, prepared in scored[:SHOWN])


def _worth_comparing(asked: Prepared, record: _Held) -> Prepared | None:
    """Return the record made ready, unless its birth dates and numbers already say that it is another."""
    data = bytes(record.digest)
    try:
        packed = peek(data)
    except VersionError:  # stored by an older version of the algorithm: a little slower, never wrong
        return digest(Record.objects.get(pk=record.pk).value())
    return None if hopeless(asked, packed) else _unpacked(data)


def _with_subjects(hits: Sequence[Sequence[_Hit]]) -> tuple[tuple[Candidate, ...], ...]:
    """Read the subjects of the hits alone: most candidates are none."""
    wanted = {hit.record.pk for group in hits for hit in group}
    texts = dict(Record.objects.filter(pk__in=wanted).values_list("pk", "subject")) if wanted else {}
    return tuple(
        tuple(
            Candidate(
                hit.record.pk,
                hit.record.source,
                hit.record.reference,
                Subject.from_ftm(msgspec.json.decode(texts[hit.record.pk])),
                hit.comparison,
            )
            for hit in group
            if hit.record.pk in texts
        )
        for group in hits
    )


_unpacked = lru_cache(maxsize=REMEMBERED_DIGESTS)(unpack)


def reasons_of(comparison: Comparison) -> list[dict[str, str | float]]:
    """Return the reasons as plain values, as a desk keeps them beside its candidate."""
    return [msgspec.to_builtins(reason) for reason in comparison.reasons]


def is_hit(comparison: Comparison) -> bool:
    """Return whether a comparison is worth an officer's look."""
    return comparison.verdict != Verdict.DIFFERENT
