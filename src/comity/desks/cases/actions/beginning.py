"""Starting a draft from an earlier message."""

from datetime import datetime

from comity.desks.cases.actions.drafts import save
from comity.desks.cases.actions.looking import note_messages_consulted
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.node.officers.models import Officer
from comity.node.writing import writing


def begin_from(message: CaseMessage, draft: Draft, officer: Officer, key: str, *, at: datetime) -> StoredDraft:
    """Keep a draft that was filled in from a message; to read that message is an act of its own.

    Args:
        message: which the officer may see.
        draft: filled in from it.
        officer: its author.
        key: of the new draft.
        at: now, UTC.
    """
    with writing():
        note_messages_consulted([message], officer, at=at)
        return save(draft, officer, key, at=at)
