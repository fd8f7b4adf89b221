"""From what an officer filled in to a message."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from comity.desks.cases.forms import Draft, SubjectForm
from comity.desks.cases.models import Candidate, CaseMessage
from comity.messages import (
    AboutSubject,
    Answer,
    Condition,
    ConditionRule,
    Head,
    Match,
    Message,
    Outcome,
    Part,
    Refers,
    Refused,
    Text,
    TextRole,
)
from comity.node.officers.models import Officer
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.handling import Handling
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.refusal import RefusalGround
from comity.vocabulary.urgency import Urgency, UrgencyGround


def request(draft: Draft, officer: Officer, reference: str, at: datetime) -> Message:
    """Return the request that a valid draft stands for."""
    given = draft.form.cleaned_data
    urgency = Urgency(given["urgency"])
    head = Head(
        kind="request",
        from_=AuthorityId.parse(officer.authority),
        recipients=tuple(AuthorityId.parse(one) for one in given["recipients"]),
        sent=int(at.timestamp()),
        reference=reference,
        purpose=Purpose(given["purpose"]),
        area=CrimeArea(given["crime_area"]),
        urgency=urgency,
        ground=UrgencyGround(given["urgency_ground"]) if urgency is not Urgency.NORMAL else None,
        handling=_handling(given),
        deadline=_end_of(given["deadline"]),
    )
    texts = [
        _text(TextRole.LEGAL_BASIS, given["legal_basis"], officer),
        _text(TextRole.FACTS, given["facts"], officer),
        *(_text(TextRole.QUESTION, line, officer) for line in given["questions"].splitlines() if line.strip()),
    ]
    return Message(head, (*(_about(form) for form in draft.subjects), *texts, *_conditions(given)))


def answer(
    asked: CaseMessage, given: Mapping[str, Any], chosen: Sequence[Candidate], officer: Officer, at: datetime
) -> Message:
    """Return the answer to a request: its outcome, the confirmed records chosen, and what the officer wrote.

    Only subjects that a person confirmed are among `chosen`; nothing else of the records leaves.
    """
    outcome = Outcome(given["kind"])
    parts: list[Part] = [
        _refers(asked),
        Answer(outcome, _end_of(given["more_by"]) if outcome is Outcome.INTERIM else 0),
    ]
    categories = [one.get("category", "") for one in (asked.content or {}).get("subjects", [])]
    for candidate in chosen:
        category = categories[candidate.place] if candidate.place < len(categories) else ""
        parts.append(_held(candidate, category))
        parts.append(Match(candidate.place, "same", candidate.record_reference, candidate.engine or "none"))
    if given["text"]:
        parts.append(_text(TextRole.ANSWER, given["text"], officer))
    return Message(_reply(asked, "answer", officer, at, _handling(given)), (*parts, *_conditions(given)))


def refusal(asked: CaseMessage, given: Mapping[str, Any], officer: Officer, at: datetime) -> Message:
    """Return the refusal of a request."""
    parts: list[Part] = [_refers(asked), Refused(RefusalGround(given["ground"]))]
    if given["text"]:
        parts.append(_text(TextRole.REASON, given["text"], officer))
    return Message(_reply(asked, "refusal", officer, at, (Handling.H0,)), tuple(parts))


def _reply(asked: CaseMessage, kind: str, officer: Officer, at: datetime, handling: tuple[Handling, ...]) -> Head:
    content = asked.content or {}
    ground = content.get("urgency_ground")
    return Head(
        kind=kind,
        from_=AuthorityId.parse(officer.authority),
        recipients=(AuthorityId.parse(asked.originator),),
        sent=int(at.timestamp()),
        reference=asked.reference,
        purpose=Purpose(asked.purpose),
        area=CrimeArea(asked.crime_area),
        urgency=Urgency(asked.urgency),
        ground=UrgencyGround(ground) if ground else None,
        handling=handling,
    )


def _refers(asked: CaseMessage) -> Refers:
    return Refers(AuthorityId.parse(asked.originator), asked.reference, bytes(asked.msg))


def _about(form: SubjectForm) -> AboutSubject:
    category = form.cleaned_data.get("category")
    return AboutSubject(
        Subject.of(form.schema_code, form.properties()),
        PersonCategory(category) if category else None,
        form.cleaned_data["link"],
    )


def _held(candidate: Candidate, category: str) -> AboutSubject:
    """Return a confirmed record as a subject; it is the same as the one asked about, so it has its category."""
    record = candidate.record or {}
    subject = Subject.of(record["schema"], record["properties"])
    return AboutSubject(subject, PersonCategory(category) if category else None)


def _text(role: TextRole, text: str, officer: Officer) -> Text:
    return Text(role, officer.language, text.strip())


def _handling(given: Mapping[str, Any]) -> tuple[Handling, ...]:
    """Return the codes chosen; H0 always applies."""
    return tuple(Handling(code) for code in sorted({"H0", *given["handling"]}))


def _conditions(given: Mapping[str, Any]) -> Iterable[Condition]:
    return (Condition(ConditionRule.TEXT, given["conditions"]),) if given["conditions"] else ()


def _end_of(day: Any) -> int:  # noqa: ANN401 - a date or None, as a form gives it
    """Return the last second of a day in UTC as Unix seconds; 0 for no day."""
    return int(datetime.combine(day, time(23, 59, 59), UTC).timestamp()) if day else 0
