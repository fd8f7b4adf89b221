"""What was sent and can still be called back: for some seconds it waits here, and no note of it exists.

The worker sends it when its time has come, as if the officer had pressed the button then: everything is decided
anew, so that what a colleague, the partner or an agreement has changed meanwhile counts. What cannot leave any more
goes back to its author with the reason. Nothing is kept in memory: after a power cut the worker finds what is due.
"""

import logging
from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from comity.desks.cases.actions.drafts import case_of, digest, locked, rebuilt, sent_whole
from comity.desks.cases.actions.recording import record
from comity.desks.cases.actions.sending import Outcome
from comity.desks.cases.models import DraftState, StoredDraft
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty
from comity.node.writing import writing

PORTION: Final = 50
"""So many leave in one turn of the worker; the next turn comes a second later."""

log = logging.getLogger(__name__)


def call_back(stored: StoredDraft, officer: Officer, *, at: datetime) -> bool:
    """Stop what is leaving; tells whether it was still here.

    Its author gets it back as a draft, and approvals are void. An approver who let it leave takes back his own
    approval alone: it waits again.

    Raises:
        PermissionDenied: the officer neither wrote it nor let it leave.
    """
    with writing():
        held = locked().get(pk=stored.pk)
        if held.state != DraftState.LEAVING:
            return False
        _must_concern(officer, held)
        if officer.pk == held.author_id:
            held.state = DraftState.DRAFT
            held.approvals.all().delete()
        else:
            held.state = DraftState.WAITING
            held.approvals.filter(officer=officer).delete()
        held.leaves_at, held.saved_at = None, at
        held.save()
        record("message.called-back", officer, at, case=case_of(held), subjects=[digest(held)])
        return True


def send_now(stored: StoredDraft, officer: Officer, *, at: datetime) -> Outcome:
    """Send what is leaving without waiting for its time.

    Raises:
        PermissionDenied: the officer neither wrote it nor let it leave.
    """
    _must_concern(officer, stored)
    return _leave(stored.pk, at) or _found(stored.pk)


def send_due(at: datetime) -> None:
    """Send what can no longer be called back, the first that was released first; a chore of the worker.

    Raises:
        django.db.DatabaseError: the database refuses; what is left is sent in the next turn.
    """
    due = StoredDraft.objects.filter(leaves_at__lte=at).order_by("leaves_at", "pk")
    for key in due.values_list("pk", flat=True)[:PORTION]:
        _leave(key, at)


def _must_concern(officer: Officer, draft: StoredDraft) -> None:
    if officer.pk not in {draft.author_id, draft.released_by_id} or officer.authority != draft.authority:
        raise PermissionDenied


def _leave(key: int, at: datetime) -> Outcome | None:
    """Send one message, or give it back to its author; `None` when it is not leaving any more."""
    with writing():
        held = locked().select_related("author", "about__case", "case").filter(pk=key, state=DraftState.LEAVING).first()
        if held is None:
            return None
        with override(held.author.language or None):
            outcome = _try(held, at)
        if outcome.message is None:
            held.state, held.leaves_at = DraftState.RETURNED, None
            held.returned_by, held.reason = None, " ".join(outcome.refusals)[:500]
            held.save()
            held.approvals.all().delete()
            record("message.held-back", held.author, at, case=case_of(held), subjects=[digest(held)])
        return outcome


def _try(held: StoredDraft, at: datetime) -> Outcome:
    author, draft = held.author, rebuilt(held)
    if not author.may(Duty.WRITE_MESSAGES) or author.authority != held.authority or not draft.is_valid():
        return Outcome(None, (_("It can no longer be sent as it is. Look through it and send it again."),))
    try:
        with (
            transaction.atomic()
        ):  # what was begun of a message that cannot be sent is undone, and that is written down
            return sent_whole(held, draft, author, at=at, approvals=held.approvals.count())
    except DatabaseError:
        raise
    except Exception:
        log.exception("a message could not be sent; its author gets it back")
        return Outcome(None, (_("A fault on this node kept it from being sent. Send it again, or ask for help."),))


def _found(key: int) -> Outcome:
    held = StoredDraft.objects.select_related("message").get(pk=key)
    return Outcome(held.message, (held.reason,) if held.state == DraftState.RETURNED else ())
