"""Keeping what is being written: saved as it is typed, discarded with a way back, sent once, approved by others."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.desks.cases import choices, content, rules
from comity.desks.cases.actions.recording import record
from comity.desks.cases.actions.sending import Outcome, preview_request, send_draft
from comity.desks.cases.forms import Draft, posted
from comity.desks.cases.models import (
    Approval,
    Case,
    CaseMessage,
    DraftFile,
    DraftState,
    StoredDraft,
)
from comity.messages import Attachment, canonical
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty
from comity.node.writing import writing

UNDO: Final = timedelta(hours=1)
"""For so long a discarded draft can be taken back; then it is deleted with the next one that is discarded."""

_SETTLES: Final = frozenset({"answer", "refusal", "consent", "correction", "withdrawal"})
"""Kinds of which one about a message is enough."""

WRITABLE: Final = (DraftState.DRAFT, DraftState.RETURNED)


def save(draft: Draft, officer: Officer, key: str, *, at: datetime, case: Case | None = None) -> StoredDraft:
    """Keep what was filled in so far, whether it is complete or not.

    Args:
        draft: as posted.
        officer: its author.
        key: of the form; saved again under the same key it is the same draft. What waits or was sent stays as it is.
        at: now, UTC.
        case: for spontaneous information within a case.
    """
    caption = rules.caption(tuple(filter(None, (one.caption for one in draft.subjects))))[: content.MAX_CAPTION]
    kept = {"caption": caption, "data": draft.kept, "saved_at": at}
    with writing():
        stored, made = StoredDraft.objects.get_or_create(
            author=officer,
            key=key,
            defaults={
                **kept,
                "kind": draft.kind,
                "authority": officer.authority,
                "about": draft.about,
                "case": case,
            },
        )
        if not made:
            mine = StoredDraft.objects.filter(pk=stored.pk)
            mine.filter(state=DraftState.DISCARDED).update(state=DraftState.DRAFT)  # typed on in another window
            mine.filter(state__in=WRITABLE).update(**kept)
            stored.refresh_from_db()
        return stored


def discard(stored: StoredDraft, *, at: datetime) -> None:
    """Put a draft away; it can be taken back for a moment. What was discarded long ago is deleted."""
    with writing():
        StoredDraft.objects.filter(pk=stored.pk, state__in=WRITABLE).update(state=DraftState.DISCARDED, saved_at=at)
        StoredDraft.objects.filter(author=stored.author_id, state=DraftState.DISCARDED, saved_at__lt=at - UNDO).delete()


def restore(stored: StoredDraft, *, at: datetime) -> None:
    """Take a discarded draft back."""
    with writing():
        StoredDraft.objects.filter(pk=stored.pk, state=DraftState.DISCARDED).update(state=DraftState.DRAFT, saved_at=at)


def take_back(stored: StoredDraft, officer: Officer, *, at: datetime) -> None:
    """Let the author change what waits for approval; approvals given so far are void."""
    with writing():
        if StoredDraft.objects.filter(pk=stored.pk, state=DraftState.WAITING).update(
            state=DraftState.DRAFT, saved_at=at
        ):
            stored.approvals.all().delete()
            record("message.taken-back", officer, at, case=case_of(stored), subjects=[digest(stored)])


def send(stored: StoredDraft, draft: Draft, officer: Officer, *, at: datetime) -> Outcome:
    """Send a valid draft and keep its message; sent a second time, it is the same message."""
    with writing():
        held = locked().get(pk=stored.pk)
        if held.message is not None:
            return Outcome(held.message)
        if held.state not in WRITABLE:
            return Outcome(None, (_("This draft waits for approval or was discarded, so it was not sent."),))
        return sent_whole(held, draft, officer, at=at)


def submit(stored: StoredDraft, officer: Officer, needed: int, *, at: datetime) -> None:
    """Hand a valid draft to those who may approve it; nobody changes it while it waits."""
    with writing():
        held = locked().get(pk=stored.pk)
        if held.state not in WRITABLE:
            return
        held.state, held.needed, held.submitted_at = DraftState.WAITING, needed, at
        held.returned_by, held.reason = None, ""
        held.save()
        record("message.submitted", officer, at, case=case_of(held), subjects=[digest(held)], facts={"needed": needed})


def undo_time() -> timedelta:
    """Return for how long what an officer sends can be called back on this node."""
    return timedelta(seconds=settings.NODE.undo_seconds)


def release(stored: StoredDraft, draft: Draft, officer: Officer, *, at: datetime) -> Outcome:
    """Let a valid draft leave after the time in which it can be called back; on a node without one, send it now."""
    with writing():
        held = locked().get(pk=stored.pk)
        if held.message is not None or not undo_time():
            return send(held, draft, officer, at=at)
        if held.state not in WRITABLE:
            return Outcome(None, (_("This draft waits for approval or was discarded, so it was not sent."),))
        return let_leave(held, officer, at=at)


def let_leave(held: StoredDraft, officer: Officer, *, at: datetime) -> Outcome:
    """Mark what is locked as leaving; the worker sends it when its time has come."""
    if held.kind in _SETTLES and held.about_id is not None:
        others = StoredDraft.objects.filter(about=held.about_id, state=DraftState.LEAVING, kind__in=_SETTLES)
        if others.exclude(pk=held.pk).exists():
            text = _("A colleague's message about the same is just leaving. What you wrote is kept; look at the case.")
            return Outcome(None, (text,))
    held.state, held.leaves_at, held.released_by = DraftState.LEAVING, at + undo_time(), officer
    held.save()
    record("message.released", officer, at, case=case_of(held), subjects=[digest(held)])
    return Outcome(None, leaves=True)


def may_approve(officer: Officer, stored: StoredDraft) -> bool:
    """Whether this officer may approve a draft that waits: another than its author, of the same authority."""
    return (
        officer.may(Duty.APPROVE)
        and officer.authority == stored.authority
        and officer.pk != stored.author_id
        and stored.state == DraftState.WAITING
    )


def rebuilt(stored: StoredDraft) -> Draft:
    """Return the forms of a kept draft, filled in by its author and checked."""
    author = stored.author
    return Draft.read(
        posted(stored.data),
        choices.for_officer(author, get_language() or author.language, stored.about),
        kind=stored.kind,
        about=stored.about,
    )


def approve(stored: StoredDraft, officer: Officer, *, read: str, at: datetime) -> Outcome | None:
    """Approve what another officer wrote, and let it leave once as many approve as are needed.

    Args:
        stored: what waits.
        officer: who approves it.
        read: `version` of what he read. Its author may have taken it back, changed it and handed it in again since:
            then nothing is approved.
        at: now, UTC.

    Returns:
        what became of the sending, which may still be called back; `None` while further approvals are missing.

    Raises:
        PermissionDenied: it is the officer's own, or the role does not include approving.
    """
    with writing():
        held = locked().select_related("author", "about__case", "case").get(pk=stored.pk)
        if held.message is not None:
            return Outcome(held.message)
        if not may_approve(officer, held):
            raise PermissionDenied
        if version(held) != read:
            return Outcome(None, (_("It was changed after you opened it, so nothing was approved. Read it again."),))
        draft = rebuilt(held)
        if not still_fits(draft, held):
            return Outcome(None, (_("It can no longer be sent as it is. Return it to its author."),))
        Approval.objects.get_or_create(draft=held, officer=officer, defaults={"author": held.author, "at": at})
        record("message.approved", officer, at, case=case_of(held), subjects=[digest(held)])
        given = held.approvals.count()
        needed = preview_request(draft, held.author, at=at, case=held.case, files=files_of(held)).approvals
        if given < max(needed, held.needed):
            StoredDraft.objects.filter(pk=held.pk).update(needed=max(needed, held.needed))
            return None
        if undo_time():
            return let_leave(held, officer, at=at)
        return sent_whole(held, draft, held.author, at=at, approvals=given)


def note_read(stored: StoredDraft, officer: Officer, *, at: datetime) -> None:
    """Record that an officer who may approve a draft read it."""
    with writing():
        record("draft.consulted", officer, at, case=case_of(stored), subjects=[digest(stored)])


def give_back(stored: StoredDraft, reason: str, officer: Officer, *, at: datetime) -> None:
    """Return what waits to its author, with what has to change.

    Raises:
        PermissionDenied: it is the officer's own, or the role does not include approving.
    """
    with writing():
        held = locked().get(pk=stored.pk)
        if not may_approve(officer, held):
            raise PermissionDenied
        held.approvals.all().delete()
        held.state, held.returned_by, held.reason = DraftState.RETURNED, officer, reason
        held.save()
        record("message.returned", officer, at, case=case_of(held), subjects=[digest(held)])


def attach(stored: StoredDraft, item: Attachment, *, at: datetime) -> bool:
    """Keep a sealed file with a draft; tells whether there was room for it. The same file twice is kept once."""
    with writing():
        held = {bytes(one) for one in stored.files.values_list("sha256", flat=True)}
        if item.sha256 not in held:
            if len(held) >= rules.MAX_FILES:
                return False
            DraftFile.objects.create(
                draft=stored,
                item=canonical.encode(item.to_value()),
                title=item.title,
                size=item.size,
                sha256=item.sha256,
                at=at,
            )
        return True


def files_of(stored: StoredDraft) -> tuple[Attachment, ...]:
    """Return the files of a draft as a message carries them."""
    return tuple(Attachment.from_value(canonical.decode(bytes(one.item))) for one in stored.files.order_by("pk"))


def locked() -> QuerySet[StoredDraft]:
    """Return drafts whose row alone is locked until the transaction ends; what it joins may be absent."""
    return StoredDraft.objects.select_for_update(of=("self",))


def still_fits(draft: Draft, stored: StoredDraft) -> bool:
    """Whether it can be sent as it was handed in: its author still may, and nobody has dealt with it meanwhile."""
    author = stored.author
    still_his = author.may(Duty.WRITE_MESSAGES) and author.authority == stored.authority
    return still_his and draft.is_valid() and (draft.about is None or rules.may_be_about(draft.about, draft.kind))


def sent_whole(stored: StoredDraft, draft: Draft, author: Officer, *, at: datetime, approvals: int = 0) -> Outcome:
    """Send what is locked, to all of its recipients or to none; call inside the act's transaction."""
    try:
        with writing():  # of a message that cannot be sent whole, nothing is
            outcome = send_draft(draft, author, at=at, case=stored.case, approvals=approvals, files=files_of(stored))
    except FileNotFoundError:
        return Outcome(None, (_("A file of this message is no longer here. Attach it again."),))
    if outcome.message is not None:
        stored.state, stored.message, stored.data, stored.caption = DraftState.SENT, outcome.message, {}, ""
        stored.leaves_at = None
        stored.save()
        stored.files.all().delete()
    return outcome


def case_of(stored: StoredDraft) -> str:
    """Return the reference of the case that a draft belongs to; empty for one that will open its own."""
    if stored.about is not None:
        return stored.about.case.reference
    return stored.case.reference if stored.case is not None else ""


def digest(stored: StoredDraft) -> bytes:
    """Return the hash of what was written, files included: the ledger says by it what was approved, and no more."""
    files = [bytes(one).hex() for one in stored.files.order_by("pk").values_list("sha256", flat=True)]
    written = json.dumps([stored.kind, stored.authority, stored.data, files], sort_keys=True)
    return hashlib.sha256(written.encode()).digest()


def version(stored: StoredDraft) -> str:
    """Return what names this wording of a draft, in hex; another one as soon as a word or a file is another."""
    return digest(stored).hex()


def open_drafts_about(message: CaseMessage, officer: Officer, kind: str) -> StoredDraft | None:
    """Return what this officer began to write about a message and has not sent."""
    found = StoredDraft.objects.filter(
        about=message, author=officer, kind=kind, state__in=[*WRITABLE, DraftState.WAITING, DraftState.LEAVING]
    )
    return found.order_by("-id").first()
