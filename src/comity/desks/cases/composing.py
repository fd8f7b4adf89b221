"""From what an officer filled in to a message."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, Final

from comity.desks.cases import classified, comparing
from comity.desks.cases.forms import Draft, SubjectForm
from comity.desks.cases.forms.subject import composed
from comity.desks.cases.models import Addressee, Candidate, CaseMessage
from comity.messages import (
    AboutSubject,
    Answer,
    Assistance,
    Attachment,
    Condition,
    ConditionRule,
    Consented,
    Head,
    Match,
    Message,
    Outcome,
    Part,
    Refers,
    Refused,
    TakenUp,
    Text,
    TextRole,
    Wish,
)
from comity.messages.assisting import NEEDS
from comity.messages.parts import PERSONS
from comity.node.officers.models import Officer
from comity.node.records.models import Record
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.classification import Classification
from comity.vocabulary.consent import Consent, Use
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.delay import Delay
from comity.vocabulary.evaluation import Evaluation
from comity.vocabulary.expects import Expects
from comity.vocabulary.handling import Handling
from comity.vocabulary.measure import Measure
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.refusal import RefusalGround
from comity.vocabulary.urgency import Urgency, UrgencyGround


def compose(
    draft: Draft, officer: Officer, reference: str, at: datetime, *, files: Sequence[Attachment] = ()
) -> Message:
    """Return the message that a valid draft stands for.

    Args:
        draft: of any kind.
        officer: its author.
        reference: for kinds that begin something; the others take that of the message they refer to.
        at: now, UTC.
        files: already sealed, to be attached.
    """
    if draft.kind in _BEGUN:
        message = _BEGUN[draft.kind](draft, officer, reference, at)
    elif draft.about is None:
        raise ValueError(f"a {draft.kind} refers to a message")
    else:
        message = _referring(draft, draft.about, officer, at)
    copies = tuple(AuthorityId.parse(one) for one in draft.copied_to)
    head = replace(
        message.head,
        classification=classification_of(draft.given, draft.about),
        recipients=(*message.head.recipients, *copies),
        copies=(*message.head.copies, *copies),
    )
    return Message(head, (*_in_language(message.parts, draft.given.get("language", "")), *files))


def _in_language(parts: Iterable[Part], language: str) -> Iterable[Part]:
    """Yield the parts with their texts marked as written in a language; in the author's own where none was chosen."""
    for part in parts:
        yield replace(part, language=language) if language and isinstance(part, Text) else part


def classification_of(given: Mapping[str, Any], about: CaseMessage | None) -> Classification | None:
    """Return what was chosen; where nothing was, that of the message that it is about, of which it speaks."""
    code = str(given.get("classification") or "")
    return classified.level(code) if code else classified.of(about)


def _referring(draft: Draft, about: CaseMessage, officer: Officer, at: datetime) -> Message:
    """Return a message that refers to another."""
    kind, given = draft.kind, draft.given
    if kind == "answer":
        return answer(about, given, chosen(about, given.get("include") or ()), officer, at)
    if kind == "refusal":
        return refusal(about, given, officer, at)
    if kind == "hit":
        return hit(about, given, chosen(about, given["include"]), officer, at)
    if kind == "clarification":
        return clarification(about, given, officer, at)
    if kind in _SAYS:
        return _with_reason(about, kind, _SAYS[kind](given), given, officer, at)
    return _follow_up(draft, about, officer, at)


def chosen(asked: CaseMessage, include: Iterable[str]) -> tuple[Candidate, ...]:
    """Return the records to be sent: those chosen, as far as a person confirmed them."""
    wanted = set(map(str, include))
    return tuple(one for one in comparing.confirmed(asked) if str(one.pk) in wanted)


def request(draft: Draft, officer: Officer, reference: str, at: datetime) -> Message:
    """Return the request that a valid draft stands for."""
    given = draft.given
    texts = [
        _text(TextRole.LEGAL_BASIS, given["legal_basis"], officer),
        _text(TextRole.FACTS, given["facts"], officer),
        *_questions(given["questions"], officer),
    ]
    head = _head(draft, officer, reference, at, deadline=_end_of(given["deadline"]))
    return Message(head, (*(_about(form) for form in draft.subjects), *texts, *_conditions(given)))


def information(draft: Draft, officer: Officer, reference: str, at: datetime) -> Message:
    """Return the spontaneous information that a valid draft stands for."""
    texts = [_text(TextRole.FACTS, draft.given["facts"], officer)]
    head = _head(draft, officer, reference, at)
    return Message(head, (*(_about(form) for form in draft.subjects), *texts, *_conditions(draft.given)))


def assistance(draft: Draft, officer: Officer, reference: str, at: datetime) -> Message:
    """Return the request for assistance that a valid draft stands for."""
    given = draft.given
    measure = Measure(given["measure"])
    facts = {name: _fact(given[name]) for name in NEEDS[measure]}
    texts = [
        _text(TextRole.LEGAL_BASIS, given["legal_basis"], officer),
        _text(TextRole.FACTS, given["facts"], officer),
    ]
    parts: list[Part] = [Assistance(measure, **facts), *(_about(form) for form in draft.subjects), *texts]
    parts += _conditions(given)
    return Message(_head(draft, officer, reference, at, deadline=_end_of(given["deadline"])), tuple(parts))


def _fact(value: Any) -> Any:  # noqa: ANN401 - a date, a number, a text or several, as a form gives it
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return tuple(map(composed, value))
    return composed(value) if isinstance(value, str) else value


def _head(draft: Draft, officer: Officer, reference: str, at: datetime, *, deadline: int = 0) -> Head:
    given = draft.given
    urgency = Urgency(given["urgency"])
    return Head(
        kind=draft.kind,
        from_=AuthorityId.parse(officer.authority),
        recipients=tuple(AuthorityId.parse(one) for one in given["recipients"]),
        sent=int(at.timestamp()),
        reference=reference,
        purpose=Purpose(given["purpose"]),
        area=CrimeArea(given["crime_area"]),
        urgency=urgency,
        ground=UrgencyGround(given["urgency_ground"]) if urgency is not Urgency.NORMAL else None,
        handling=_handling(given),
        deadline=deadline,
        expects=Expects.POSITIVE_ONLY if given.get("only_positive") else None,
    )


def answer(
    asked: CaseMessage, given: Mapping[str, Any], chosen: Sequence[Candidate], officer: Officer, at: datetime
) -> Message:
    """Return the answer to a request: its outcome, the confirmed records chosen, and what the officer wrote.

    Only subjects that a person confirmed are among `chosen`; nothing else of the records leaves.
    """
    outcome = Outcome(given["kind"])
    parts: list[Part] = [
        _refers(asked),
        Answer(
            outcome,
            _end_of(given["more_by"]) if outcome is Outcome.INTERIM else 0,
            Delay.JUDICIAL_AUTHORISATION if given.get("delay") else None,
        ),
        *(Refused(RefusalGround(ground), place) for place, ground in given.get("refused") or ()),
    ]
    parts += _found(asked, chosen)
    if given["text"]:
        parts.append(_text(TextRole.ANSWER, given["text"], officer))
    return Message(_reply(asked, "answer", officer, at, _handling(given)), (*parts, *_conditions(given)))


def _found(asked: CaseMessage, chosen: Sequence[Candidate]) -> Iterable[Part]:
    """Yield what is sent of each confirmed record: the subject, and to which of the subjects named it belongs."""
    categories = [one.get("category", "") for one in (asked.content or {}).get("subjects", [])]
    for candidate in chosen:
        yield _held(candidate, categories[candidate.place] if candidate.place < len(categories) else "")
        yield Match(candidate.place, "same", candidate.record_reference, candidate.engine or "none")


def hit(
    named: CaseMessage, given: Mapping[str, Any], chosen: Sequence[Candidate], officer: Officer, at: datetime
) -> Message:
    """Return the notification that what a partner named is in our records."""
    parts: list[Part] = [_refers(named), *_found(named, chosen)]
    if given["text"]:
        parts.append(_text(TextRole.FACTS, given["text"], officer))
    return Message(_reply(named, "hit", officer, at, _handling(given)), (*parts, *_conditions(given)))


def refusal(asked: CaseMessage, given: Mapping[str, Any], officer: Officer, at: datetime) -> Message:
    """Return the refusal of a request."""
    parts: list[Part] = [_refers(asked), Refused(RefusalGround(given["ground"]))]
    if given["text"]:
        parts.append(_text(TextRole.REASON, given["text"], officer))
    return Message(_reply(asked, "refusal", officer, at, (Handling.H0,)), tuple(parts))


def clarification(asked: CaseMessage, given: Mapping[str, Any], officer: Officer, at: datetime) -> Message:
    """Return the questions that a request leaves open."""
    parts: list[Part] = [_refers(asked), *_questions(given["questions"], officer)]
    if given["text"]:
        parts.append(_text(TextRole.REASON, given["text"], officer))
    return Message(_reply(asked, "clarification", officer, at, (Handling.H0,)), tuple(parts))


def _with_reason(
    about: CaseMessage, kind: str, part: Part, given: Mapping[str, Any], officer: Officer, at: datetime
) -> Message:
    """Return a message that says one coded thing about another, with the reason and any conditions in words."""
    parts: list[Part] = [_refers(about), part, *_conditions(given)]
    if given["text"]:
        parts.append(_text(TextRole.REASON, given["text"], officer))
    return Message(_reply(about, kind, officer, at, (Handling.H0,)), tuple(parts))


def _codes(given: Mapping[str, Any]) -> tuple[Handling, ...]:
    return tuple(Handling(code) for code in sorted(given["codes"]))


def _questions(lines: str, officer: Officer) -> Iterable[Text]:
    return (_text(TextRole.QUESTION, line, officer) for line in lines.splitlines() if line.strip())


def _follow_up(draft: Draft, about: CaseMessage, officer: Officer, at: datetime) -> Message:
    """Return a reminder, correction or withdrawal of a message of ours, or what is added to a request of ours."""
    given = draft.given
    informs = draft.kind in {"correction", "supplement"}
    parts: list[Part] = [_refers(about), *(_about(form) for form in draft.subjects)]
    if given["text"]:
        role = TextRole.FACTS if informs else TextRole.REASON
        parts.append(_text(role, given["text"], officer))
    handling = _handling(given) if informs else (Handling.H0,)
    return Message(_reply(about, draft.kind, officer, at, handling), (*parts, *_conditions(given)))


def _reply(about: CaseMessage, kind: str, officer: Officer, at: datetime, handling: tuple[Handling, ...]) -> Head:
    """Return the head of a message that refers to another, whose purpose, area and urgency it shares."""
    ground = (about.content or {}).get("urgency_ground")
    recipients = recipients_of(about, kind)
    return Head(
        kind=kind,
        from_=AuthorityId.parse(officer.authority),
        recipients=recipients,
        copies=_copies_of(about, recipients),
        sent=int(at.timestamp()),
        reference=about.reference,
        purpose=Purpose(about.purpose),
        area=CrimeArea(about.crime_area),
        urgency=Urgency(about.urgency),
        ground=UrgencyGround(ground) if ground else None,
        handling=handling,
    )


def recipients_of(about: CaseMessage, kind: str) -> tuple[AuthorityId, ...]:
    """Return who gets a message that refers to another.

    A reply goes to the partner who wrote; what concerns a message of ours goes to everyone who got that, a reminder or
    supplement only to those who have not replied for good.
    """
    if about.incoming:
        return (AuthorityId.parse(about.originator),)
    addressees = Addressee.objects.filter(message=about).order_by("authority")
    if kind == "reminder":
        addressees = addressees.filter(copied=False)
    if kind in {"reminder", "supplement"}:
        addressees = addressees.filter(reply__in=["", "interim", "withdrawn"])
    return tuple(AuthorityId.parse(one.authority) for one in addressees)


def _copies_of(about: CaseMessage, recipients: Sequence[AuthorityId]) -> tuple[AuthorityId, ...]:
    """Return who of the recipients has the message of ours as a copy, and gets what concerns it as one too.

    Where nobody else is left to whom it is addressed, it is addressed to them.
    """
    if about.incoming:
        return ()
    found = set(Addressee.objects.filter(message=about, copied=True).values_list("authority", flat=True))
    copies = tuple(one for one in recipients if str(one) in found)
    return copies if len(copies) < len(recipients) else ()


def _refers(asked: CaseMessage) -> Refers:
    return Refers(AuthorityId.parse(asked.originator), asked.reference, bytes(asked.msg))


def _about(form: SubjectForm) -> AboutSubject:
    category = form.cleaned_data.get("category")
    return AboutSubject(
        Subject.of(form.schema_code, form.properties()),
        PersonCategory(category) if category else None,
        composed(form.cleaned_data["link"]),
        form.evaluation,
    )


def _held(candidate: Candidate, category: str) -> AboutSubject:
    """Return a confirmed record as a subject; it is the same as the one asked about, so it has its category."""
    record = candidate.record or {}
    subject = Subject.of(record["schema"], record["properties"])
    found = Record.objects.filter(pk=candidate.record_id).values_list("category", "evaluation").first()
    known, evaluation = found or ("", "")
    if subject.schema in PERSONS and not category:  # asked about was a thing, and the record is a person's
        category = known or PersonCategory.CONTACT
    return AboutSubject(
        subject,
        PersonCategory(category) if category else None,
        evaluation=Evaluation.parse(evaluation) if evaluation else None,
    )


def _text(role: TextRole, text: str, officer: Officer) -> Text:
    return Text(role, officer.language, composed(text))


def _handling(given: Mapping[str, Any]) -> tuple[Handling, ...]:
    """Return the codes chosen; H0 always applies."""
    return tuple(Handling(code) for code in sorted({"H0", *given["handling"]}))


def _conditions(given: Mapping[str, Any]) -> Iterable[Condition]:
    if text := composed(given.get("conditions")):
        yield Condition(ConditionRule.TEXT, text)
    if day := given.get("erase_on"):
        yield Condition(ConditionRule.ERASE_ON, day.isoformat())
    if units := composed(given.get("only_units")):
        yield Condition(ConditionRule.ONLY_UNITS, units)
    if given.get("no_contact"):
        yield Condition(ConditionRule.NO_CONTACT)


def _end_of(day: Any) -> int:  # noqa: ANN401 - a date or None, as a form gives it
    """Return the last second of a day in UTC as Unix seconds; 0 for no day."""
    return int(datetime.combine(day, time(23, 59, 59), UTC).timestamp()) if day else 0


def _taken_up(given: Mapping[str, Any]) -> TakenUp:
    return TakenUp(composed(given["by"]), _end_of(given["answer_by"]), composed(given["contact"]))


_BEGUN: Final = {"request": request, "information": information, "assistance": assistance}
"""How a message is made that refers to none."""

_SAYS: Final[Mapping[str, Callable[[Mapping[str, Any]], Part]]] = {
    "consent-request": lambda given: Wish(Use(given["use"]), _codes(given)),
    "consent": lambda given: Consented(Consent(given["outcome"])),
    "acknowledgement": _taken_up,
}
"""The one coded thing that a message says about another."""
