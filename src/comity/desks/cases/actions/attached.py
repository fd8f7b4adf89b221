"""Taking a file out of a message: decided and recorded, then read chunk by chunk."""

from datetime import datetime
from typing import Final

from comity.agreements import Action, Decision
from comity.desks.cases.actions.drafts import case_of, digest, files_of
from comity.desks.cases.actions.recording import record
from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.desks.cases.visibility import ask_about
from comity.node.exchange import files as exchanged
from comity.node.exchange.models import Note
from comity.node.officers.models import Officer
from comity.node.writing import writing

SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
}
"""Headers of a file that is handed out: it is saved and never shown, whatever it says that it is."""

_HASH_DIGITS: Final = 64


def take_out(message: CaseMessage, sha256: str, officer: Officer, *, at: datetime) -> exchanged.File | Decision | None:
    """Return a file of a message and record that it is taken out.

    Args:
        message: visible to the officer.
        sha256: of the plain file, in hex.
        officer: who takes it.
        at: now, UTC.

    Returns:
        the file; the decision where the house rules withhold it; `None` where the message has no note or entry that
        could carry files, or the hash is none.

    Raises:
        NotHereError: the message names no such file, it has not arrived whole, or it was erased.
    """
    source = _source(message)
    if source is None or len(sha256) != _HASH_DIGITS:
        return None
    try:
        wanted = bytes.fromhex(sha256)
    except ValueError:
        raise exchanged.NotHereError from None
    ask = ask_about(officer, Action.VIEW, message)
    return exchanged.read(source, wanted, ask, by=officer.username, at=at, case=message.case.reference)


def look_into(stored: StoredDraft, sha256: str, officer: Officer, *, at: datetime) -> exchanged.File:
    """Return a file of a draft for its author, or for who has to approve it, of whom it is recorded.

    Args:
        stored: the officer's own, or waiting for his approval.
        sha256: of the plain file, in hex.
        officer: who looks.
        at: now, UTC.

    Raises:
        NotHereError: the draft has no such file, or it is no longer here whole.
    """
    found = next((one for one in files_of(stored) if one.sha256.hex() == sha256), None)
    if found is None:
        raise exchanged.NotHereError("the draft has no such file")
    file = exchanged.of_draft(found)
    if officer.pk != stored.author_id:
        with writing():
            facts = {"bytes": file.size}
            subjects = [digest(stored), found.sha256]
            record("draft.consulted", officer, at, case=case_of(stored), subjects=subjects, facts=facts)
    return file


def _source(message: CaseMessage) -> Note | exchanged.Kept | None:
    """Return where a message's files stand: in the note that carried it, else in the draft as which it was entered."""
    if message.channel:
        stored = StoredDraft.objects.filter(message=message).first()
        items = files_of(stored) if stored is not None else ()
        return exchanged.Kept(message.authority, bytes(message.msg), items)
    note_id = message.note_id if message.incoming else message.addressees.values_list("note_id", flat=True).first()
    return Note.objects.select_related("pair", "body").filter(pk=note_id or 0).first()
