"""What officers keep about a case for their own office; each act is recorded, the words of a note are not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from comity.desks.cases import indexing, keeping
from comity.desks.cases.actions.recording import record
from comity.desks.cases.models import Case, CaseLink, CaseNote, State
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty
from comity.node.writing import writing

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NotKept:
    """An act that changed nothing.

    Attributes:
        rule: `empty`, `repeated`, `itself`, `unknown`, `open` (something still waits), `closed` or `not-closed`.
        count: of what stands in the way.
    """

    rule: str
    count: int = 0


def _may(case: Case, officer: Officer) -> None:
    if case.authority != officer.authority or not officer.may(Duty.WRITE_MESSAGES):
        raise PermissionDenied


def add_note(case: Case, text: str, officer: Officer, *, at: datetime) -> CaseNote | NotKept:
    """Note something about a case for colleagues; the same text by the same officer within a minute is kept once.

    Args:
        case: visible to the officer.
        text: 1 to 4,000 characters, as given.
        officer: who notes it.
        at: now, UTC.

    Raises:
        PermissionDenied: the officer writes no messages, or the case is another authority's.
    """
    _may(case, officer)
    text = text.strip()[: keeping.MAX_NOTE]
    if not text:
        return NotKept("empty")
    with writing():
        twice = CaseNote.objects.filter(case=case, author=officer, text=text, struck_at=None, at__gt=at - MINUTE)
        if (earlier := twice.first()) is not None:
            return earlier
        note = CaseNote.objects.create(case=case, author=officer, text=text, at=at)
        indexing.NOTES.put([indexing.note_entry(note)])
        record("case.noted", officer, at, case=case.reference, facts={"note": note.pk, "length": len(text)})
    return note


def strike_note(note: CaseNote, officer: Officer, *, at: datetime) -> bool:
    """Strike a note out: its words are gone, that there was one stays.

    Returns:
        whether it was struck now.

    Raises:
        PermissionDenied: it is a colleague's, and the officer supervises nobody.
    """
    _may(note.case, officer)
    if note.author_id != officer.pk and not officer.may(Duty.APPROVE):
        raise PermissionDenied
    with writing():
        if not CaseNote.objects.filter(pk=note.pk, struck_at=None).update(text="", struck_at=at):
            return False
        indexing.drop(notes=[note.pk])
        record("case.note-struck", officer, at, case=note.case.reference, facts={"note": note.pk})
    return True


def link(case: Case, reference: str, why: str, officer: Officer, *, at: datetime) -> CaseLink | NotKept:
    """Link a case to another that the officer may see, with the reason (raises as `add_note`).

    Args:
        case: visible to the officer.
        reference: of the other case, or of a message in it.
        why: what they have to do with each other, 1 to 500 characters.
        officer: who links them.
        at: now, UTC.
    """
    _may(case, officer)
    why = " ".join(why.split())[: keeping.MAX_WHY]
    other = keeping.find_case(officer, reference)
    if other is None or other.authority != case.authority:
        return NotKept("unknown")
    if other.pk == case.pk:
        return NotKept("itself")
    if not why:
        return NotKept("empty")
    first, second = sorted((case, other), key=lambda one: one.pk)
    try:
        with writing():
            made = CaseLink.objects.create(first=first, second=second, why=why, by=officer, at=at)
            record("case.linked", officer, at, case=case.reference, facts={"with": other.reference})
    except IntegrityError:
        return NotKept("repeated")
    return made


def unlink(found: CaseLink, case: Case, officer: Officer, *, at: datetime) -> None:
    """Take a link away (raises as `add_note`)."""
    _may(case, officer)
    other = found.second if found.first_id == case.pk else found.first
    with writing():
        if CaseLink.objects.filter(pk=found.pk).delete()[0]:
            record("case.unlinked", officer, at, case=case.reference, facts={"with": other.reference})


def name_operation(case: Case, name: str, officer: Officer, *, at: datetime) -> None:
    """Say to which operation a case belongs; empty: to none (raises as `add_note`)."""
    _may(case, officer)
    name = " ".join(name.split())[: keeping.MAX_OPERATION]
    with writing():
        if Case.objects.filter(pk=case.pk).exclude(operation=name).update(operation=name):
            record("case.operation", officer, at, case=case.reference, facts={"operation": name})


def close(case: Case, why: str, officer: Officer, *, at: datetime) -> Case | NotKept:
    """Close a case in which nothing waits any more. What arrives in it later opens it again (raises as `add_note`).

    Args:
        case: visible to the officer.
        why: in a few words, at most 500 characters; may be empty.
        officer: who closes it.
        at: now, UTC.
    """
    _may(case, officer)
    with writing():
        held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if held.closed_at is not None:
            return NotKept("closed")
        if waits := keeping.waiting_in(held):
            return NotKept("open", waits)
        held.closed_at, held.closed_by, held.closing = at, officer, " ".join(why.split())[: keeping.MAX_WHY]
        held.save(update_fields=["closed_at", "closed_by", "closing"])
        # Nobody owes anything to a circular: it waits no more, on either side.
        held.messages.filter(circular=True, state__in=[State.NEW, State.OPEN]).update(state=State.DONE)
        record("case.closed", officer, at, case=held.reference)
    return held


def reopen(case: Case, officer: Officer, *, at: datetime) -> Case | NotKept:
    """Open a closed case again (raises as `add_note`)."""
    _may(case, officer)
    with writing():
        if not Case.objects.filter(pk=case.pk, closed_at__isnull=False).update(
            closed_at=None, closed_by=None, closing=""
        ):
            return NotKept("not-closed")
        record("case.reopened", officer, at, case=case.reference)
    return case
