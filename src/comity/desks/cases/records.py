"""What this node holds: its sources, and the records that an officer finds for a stated purpose and reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet

from comity.agreements import Part
from comity.desks.cases import words
from comity.desks.cases.facts import Fact, facts_of
from comity.node.officers.models import Officer
from comity.node.officers.rules import Role
from comity.node.partners.errors import PartnersError
from comity.node.records.crosscheck import crosscheck
from comity.node.records.models import ImportRun, Record, RunState
from comity.node.records.reads import visible_records
from comity.subjects import Subject

FOUND: Final = 50
OVERSIGHT: Final = "oversight"
NAMED: Final = ("Person", "Organization", "Vessel")
"""Kinds as which a name is compared, so that it is found in another spelling or script."""


@dataclass(frozen=True, slots=True)
class Why:
    """For what an officer looks at records: stated before anything is shown, and recorded with every look."""

    purpose: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """One list of records: how many of it are in force, and when it was last imported."""

    name: str
    originator: str
    count: int
    imported_at: datetime | None
    rejected: int


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as pages show it."""

    record: Record
    schema: Any
    icon: str
    facts: tuple[Fact, ...] = ()

    @property
    def imported_at(self) -> datetime | None:
        """When the import was applied that brought it; `None` for one entered by hand."""
        return self.record.since.applied_at if self.record.since is not None else None


def _visible(officer: Officer, today: date, why: Why | None) -> QuerySet[Record]:
    """Return the records this officer may see: that they exist, or with a reason what they say; else none."""
    purpose = OVERSIGHT if officer.role == Role.DPO else why.purpose if why else ""
    try:
        return visible_records(
            officer,
            today=today,
            purpose=purpose,
            justified=why is not None,
            part=Part.CONTENT if why is not None else Part.METADATA,
        )
    except PartnersError:  # without a directory there are no rules, and without rules nobody sees anything
        return Record.objects.none()


def sources(officer: Officer, today: date) -> tuple[Source, ...]:
    """Return every list of which this officer may see records; two queries."""
    rows = list(
        _visible(officer, today, None)
        .values("source", "originator")
        .annotate(count=Count("pk"), changed=Max("changed_at"))
        .order_by("source")
    )
    runs: dict[str, ImportRun] = {}
    for run in ImportRun.objects.filter(
        authority=officer.authority, state=RunState.APPLIED, source__in={row["source"] for row in rows}
    ).order_by("applied_at"):
        runs[run.source] = run
    return tuple(
        Source(
            name=row["source"],
            originator=row["originator"],
            count=row["count"],
            imported_at=runs[row["source"]].applied_at if row["source"] in runs else row["changed"],
            rejected=runs[row["source"]].rejected if row["source"] in runs else 0,
        )
        for row in rows
    )


def search(officer: Officer, text: str, why: Why, today: date) -> tuple[RecordView, ...]:
    """Return at most fifty records, those that compare best first, then those that hold the text letter by letter.

    Args:
        officer: who looks.
        text: a name in any script, a number, a reference.
        why: purpose and reason.
        today: day in UTC.
    """
    text = text.strip()[:200]
    if not text:
        return ()
    seen = _visible(officer, today, why)
    alike = [
        one.record_id
        for group in crosscheck(
            [Subject.of(schema, {"name": [text]}) for schema in NAMED],
            officer.authority,
            today=today,
            purpose=why.purpose,
        )
        for one in group
    ]
    order = {key: place for place, key in enumerate(dict.fromkeys(alike))}
    compared = sorted(seen.filter(pk__in=order).select_related("since"), key=lambda one: order[one.pk])
    literal = seen.filter(Q(reference__iexact=text) | Q(caption__icontains=text) | Q(subject__icontains=text))
    rest = literal.exclude(pk__in=order).select_related("since").order_by("caption", "pk")[:FOUND]
    return tuple(_view(one) for one in (*compared, *rest))[:FOUND]


def record_for(officer: Officer, record_id: int, why: Why, today: date) -> RecordView:
    """Load and authorise a record in one step (raises `Record.DoesNotExist`)."""
    record = _visible(officer, today, why).select_related("since").get(pk=record_id)
    return _view(record, facts_of(dict(record.value().properties)))


def _view(record: Record, facts: Iterable[Fact] = ()) -> RecordView:
    return RecordView(
        record, words.word(words.SCHEMATA, record.schema), words.SCHEMA_ICONS.get(record.schema, "id"), tuple(facts)
    )
