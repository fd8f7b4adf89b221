"""Who works on a case: an officer takes it, gives it back or forwards it to a unit, a supervisor assigns it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied

from comity.desks.cases.actions.recording import record
from comity.desks.cases.holders import Passed, Passing
from comity.desks.cases.models import Case, CaseMessage
from comity.desks.cases.visibility import visible_messages
from comity.node.officers import actions as officers
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty
from comity.node.writing import writing

MOST_WHY: Final = 500


@dataclass(frozen=True, slots=True)
class Held:
    """What became of it.

    Attributes:
        done: whether the case is now held as was asked.
        holder: who holds it; `None` if nobody does.
        since: when that last changed, UTC; `None` if it never did.
    """

    done: bool
    holder: Officer | None
    since: datetime | None


def colleagues(officer: Officer) -> tuple[Officer, ...]:
    """Return to whom a supervisor may assign a case: those of the same authority who may write messages."""
    found = Officer.objects.filter(authority=officer.authority, is_active=True).order_by("display_name")
    return tuple(one for one in found if one.may(Duty.WRITE_MESSAGES))


def take(case: Case, officer: Officer, *, shown: int | None, at: datetime) -> Held:
    """Take a case, also over from a colleague.

    Args:
        case: visible to the officer.
        officer: who takes it.
        shown: key of the holder whom the officer saw when he decided; if another has taken it since, nothing changes.
        at: now, UTC.
    """
    return _hand_to(case, officer, officer, shown=shown, at=at, how=Passing.TAKEN)


def assign(case: Case, to: Officer, officer: Officer, *, shown: int | None, at: datetime) -> Held:
    """Give a case to a colleague (args as `take`).

    Raises:
        PermissionDenied: the officer may not assign, or not to this one.
    """
    if not officer.may(Duty.APPROVE) or to not in colleagues(officer):
        raise PermissionDenied
    return _hand_to(case, to, officer, shown=shown, at=at, how=Passing.ASSIGNED)


def let_go(case: Case, officer: Officer, *, shown: int | None, at: datetime) -> Held:
    """Let nobody hold a case any more (args as `take`).

    Raises:
        PermissionDenied: it is a colleague's, and the officer assigns no cases.
    """
    if shown != officer.pk and not officer.may(Duty.APPROVE):
        raise PermissionDenied
    return _hand_to(case, None, officer, shown=shown, at=at, how=Passing.GIVEN_BACK)


def pass_on(case: Case, to: Officer, officer: Officer, *, at: datetime) -> Held:
    """Leave a case of one's own to a colleague at the end of a shift (args as `take`).

    Raises:
        PermissionDenied: the colleague is none who may write messages for the same authority.
    """
    if to not in colleagues(officer):
        raise PermissionDenied
    return _hand_to(case, to, officer, shown=officer.pk, at=at, how=Passing.HANDED_OVER)


def units(officer: Officer) -> tuple[str, ...]:
    """Return the units of an officer's authority in which somebody may write messages, by name."""
    return tuple(sorted({one.unit for one in colleagues(officer) if one.unit}))


def forward(case: Case, unit: str, why: str, officer: Officer, *, shown: int | None, at: datetime) -> Held:
    """Forward a case to a unit: what came in it is the unit's to handle, and nobody of it has taken it yet.

    What arrives in it later, in reply to what is in it, goes to the unit as well.

    Args:
        case: visible to the officer.
        unit: one of `units`.
        why: for colleagues; may be empty.
        officer: who forwards it.
        shown: as `take` has it.
        at: now, UTC.

    Raises:
        PermissionDenied: there is no such unit, or it is a colleague's case and the officer assigns none.
    """
    own = shown in {None, officer.pk} or officer.may(Duty.APPROVE)
    if unit not in units(officer) or case.authority != officer.authority or not own:
        raise PermissionDenied
    if not officer.may(Duty.WRITE_MESSAGES):
        raise PermissionDenied
    with writing():
        held = Case.objects.select_for_update(of=("self",)).select_related("holder").get(pk=case.pk)
        if held.holder_id != shown:
            return Held(False, held.holder, held.held_since)
        before = held.holder
        held.holder, held.held_since = None, at
        held.save(update_fields=["holder", "held_since"])
        visible_messages(officer, CaseMessage.objects.filter(case=held)).update(unit=unit)
        why = " ".join(why.split())[:MOST_WHY]
        Passed.objects.create(case=held, how=Passing.FORWARDED, by=officer, unit=unit, why=why, at=at)
        names = {"from": before.username if before else "", "unit": unit}
        record(f"case.{Passing.FORWARDED}", officer, at, case=held.reference, facts=names)
    return Held(True, None, at)


def close_access(officer: Officer, *, at: datetime) -> int:
    """Close an officer's access and let nobody hold his open cases any more; return how many those were.

    Held by somebody who never comes back they would stand in no list of what nobody has taken.
    """
    with writing():
        held = list(Case.objects.filter(holder=officer, closed_at=None).order_by("pk"))
        for case in held:
            _hand_to(case, None, officer, shown=officer.pk, at=at, how=Passing.GIVEN_BACK, why="access-closed")
        officers.deactivate(officer)
        record("officer.closed", officer, at, facts={"cases": len(held)})
    return len(held)


def _hand_to(
    case: Case, to: Officer | None, by: Officer, *, shown: int | None, at: datetime, how: Passing, why: str = ""
) -> Held:
    if not why and (case.authority != by.authority or not by.may(Duty.WRITE_MESSAGES)):
        raise PermissionDenied
    with writing():
        held = Case.objects.select_for_update(of=("self",)).select_related("holder").get(pk=case.pk)
        if held.holder_id != shown or held.holder == to:
            return Held(held.holder == to, held.holder, held.held_since)
        before = held.holder
        held.holder, held.held_since = to, at
        held.save(update_fields=["holder", "held_since"])
        names = {"from": before.username if before else "", "to": to.username if to else ""}
        names |= {"why": why} if why else {}
        Passed.objects.create(case=held, how=how, by=by, to=to, at=at)
        record(f"case.{how}", by, at, case=held.reference, facts=names)
    return Held(True, held.holder, held.held_since)
