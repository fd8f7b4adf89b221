"""Closing a partner's circular without a message, and opening it again."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from comity.agreements import Action
from comity.desks.cases import circulars
from comity.desks.cases.actions.recording import record
from comity.desks.cases.models import CaseMessage, State
from comity.desks.cases.visibility import may_do
from comity.node.officers.models import Officer
from comity.node.writing import writing


def close_circular(message: CaseMessage, officer: Officer, *, at: datetime) -> bool:
    """Note that nothing was found for a circular: it waits no more, and its asker is told nothing.

    Returns:
        whether it waited; of two officers who close it at once, the first did.

    Raises:
        PermissionDenied: the house rules do not let this officer answer it.
    """
    return _move(message, officer, at, State.DONE)


def open_circular(message: CaseMessage, officer: Officer, *, at: datetime) -> bool:
    """Let a circular wait again that was closed without a message (returns and raises as `close_circular`)."""
    return _move(message, officer, at, State.OPEN)


def _move(message: CaseMessage, officer: Officer, at: datetime, state: State) -> bool:
    if not may_do(officer, Action.ANSWER, message):
        raise PermissionDenied
    may = circulars.may_be_closed_here if state == State.DONE else circulars.may_be_opened_again
    with writing():
        held = CaseMessage.objects.select_for_update(of=("self",)).select_related("case").get(pk=message.pk)
        if not may(held):
            return False
        held.state = state
        held.save(update_fields=["state"])
        kind = "circular.nothing-found" if state == State.DONE else "circular.reopened"
        record(kind, officer, at, case=held.case.reference, subjects=[bytes(held.msg)])
        return True
