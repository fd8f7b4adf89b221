"""Erase what a message said: what remains proves that something was exchanged and when, and nothing of what.

Source: docs/protocol/delivery.md, section 12.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import OperationalError, connection, transaction

from comity.node.exchange import receivers, serving
from comity.node.exchange.models import Body, Chunk, Note, NoteState
from comity.node.ledger import actions as ledger
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId


@dataclass(frozen=True, slots=True)
class Erased:
    """What went.

    Attributes:
        bodies: sealed bodies with their content keys.
        chunks: of attachments; those that another message needs stay.
    """

    bodies: int
    chunks: int


@dataclass(frozen=True, slots=True)
class NotErased:
    """A message that was not erased; nothing changed.

    Attributes:
        rule: ``erasure.unknown`` (no such message of this authority), ``erasure.undelivered`` (a recipient has not
            acknowledged it: without its body the lane could never go on), or ``erasure.repeated``.
    """

    rule: str


def erase(own: AuthorityId, msg: bytes, *, by: str, at: datetime, why: str, case: str = "") -> Erased | NotErased:
    """Erase a message of one of our authorities, sent, received or entered, everywhere in this node.

    Body, content key and chunks go, and what the desks keep of it. Notes, receipts and log entries stay: they hold no
    personal data, and the logs verify as before. Copies at partners are theirs: send a withdrawal first.

    Args:
        own: whose message it is.
        msg: root over its items.
        by: the officer's id; empty where retention ran out and the node erases by itself.
        at: now, UTC.
        why: code of the ground, such as ``retention.over`` or ``subject.request``.
        case: reference of the case.
    """
    notes = list(Note.objects.filter(pair__own=str(own), msg=msg).select_related("body"))
    rule = _objection(notes)
    if rule:
        return NotErased(rule)
    with writing():
        kept = receivers.forget(own, msg)
        if not notes and not kept:
            return NotErased("erasure.unknown")
        ids = {note.body_id for note in notes if note.body_id is not None}
        bodies = Body.objects.filter(id__in=ids, sealed__isnull=False).update(sealed=None, cek=None, erased_at=at)
        files = _drop_chunks(own, msg)
        facts = ledger.facts({"bodies": bodies, "chunks": len(files), "why": why})
        ledger.record(ledger.Act("message.erased", str(own), by, at, case=case, facts=facts, subjects=(msg,)))
        transaction.on_commit(lambda: _after_commit(files))
    return Erased(bodies, len(files))


def _objection(notes: Sequence[Note]) -> str:
    if not notes:
        return ""  # entered by an officer, if at all: the desks know
    if any(note.out and note.state == NoteState.WAITING for note in notes):
        return "erasure.undelivered"
    return "" if any(note.body is not None and note.body.sealed is not None for note in notes) else "erasure.repeated"


def _drop_chunks(own: AuthorityId, msg: bytes) -> tuple[Path, ...]:
    """Forget the message's chunks and return the files that nobody else needs."""
    others = Note.objects.filter(msg=msg, body__sealed__isnull=False).exclude(pair__own=str(own))
    if others.exists():  # another authority of this node received the same message
        return ()
    digests = {bytes(digest) for digest in Chunk.objects.filter(msg=msg).values_list("sha256", flat=True)}
    Chunk.objects.filter(msg=msg).delete()
    needed = {bytes(digest) for digest in Chunk.objects.filter(sha256__in=digests).values_list("sha256", flat=True)}
    return tuple(serving.chunk_path(digest) for digest in sorted(digests - needed))


def _after_commit(files: Sequence[Path]) -> None:
    """Take the files from the disk; one that a crash leaves behind is swept away later, for no message names it."""
    for path in files:
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink(missing_ok=True)
    settle_journal()


def settle_journal() -> None:
    """Let the database's journal forget what was erased; a reader in its way only postpones it.

    The pages themselves were overwritten at once (`secure_delete`). The worker does this every hour too.
    """
    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError:
        return


def look_at_tables() -> None:
    """Let SQLite count what its indexes hold, so that it chooses among them rightly; PostgreSQL does it by itself.

    Measured with a million messages: two seconds, once a day. Counted by samples only, it chose worse than without.
    """
    if connection.vendor != "sqlite":
        return
    with writing(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
