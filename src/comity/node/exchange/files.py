"""Give an officer the file that came with a message, and sweep away what no message wants any more."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.agreements import Ask, Decision
from comity.messages import Attachment, MessageError
from comity.messages import read as read_message
from comity.node import places
from comity.node.exchange import attachments, serving
from comity.node.exchange.models import Chunk, Note
from comity.node.ledger import actions as ledger
from comity.node.partners import members
from comity.node.writing import writing
from comity.sealing import SealingError, open_body

UNWANTED_AFTER_S: Final = 7 * 86_400.0  # a draft may wait for its approval that long
HASH_DIGITS: Final = 64


class NotHereError(Exception):
    """The message names no such file, it has not arrived, or it was erased."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that an officer may read.

    Attributes:
        title: name as its author gave it: foreign input.
        media_type: as its author gave it, not to be relied upon.
        size: bytes.
        chunks: plain, of at most 4 MiB each, in order. The last comes only when the whole has the hash that the message
            names; SealingError is raised where it has another, or where a chunk was altered.
    """

    title: str
    media_type: str
    size: int
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that no note carried, with its files: one that an officer entered.

    Attributes:
        own: id of the authority that keeps it.
        msg: root over its items.
        items: its files, with their keys.
    """

    own: str
    msg: bytes
    items: tuple[Attachment, ...]


def read(source: Note | Kept, sha256: bytes, ask: Ask, *, by: str, at: datetime, case: str = "") -> File | Decision:
    """Decide whether an officer may read a file, record that he does, and return it.

    Args:
        source: any note that carried the message, with `pair` and `body`; or what was kept of one that none carried.
        sha256: of the plain file, as the message names it.
        ask: the officer's question, of the message to which the file belongs.
        by: the officer's id.
        at: now, UTC.
        case: reference of the case.

    Returns:
        the decision where it is a no; it is recorded as well.

    Raises:
        NotHereError: the message names no such file, it has not arrived whole, or it was erased.
    """
    own, msg = (source.own, source.msg) if isinstance(source, Kept) else (source.pair.own, bytes(source.msg))
    decision = members.policies().decide(ask)
    found = _named(source, sha256) if decision.allowed else None
    if found is not None:
        _must_be_here(msg, found)
    with writing():
        ledger.record(
            ledger.Act(
                kind="attachment.consulted" if found is not None else "attachment.refused",
                authority=own,
                officer=by,
                at=at,
                case=case,
                purpose=ask.resource.purpose or "",
                clauses=decision.clauses,
                facts=ledger.facts({} if found is None else {"bytes": found.size}),
                subjects=(msg, sha256),
            )
        )
    if found is None:
        return decision
    return File(found.title, found.media_type, found.size, _opened(found))


def of_draft(attachment: Attachment) -> File:
    """Return a file that was sealed here for a message that is not sent yet.

    Only for who writes that message or has to approve it; whoever calls this decides and records.

    Raises:
        NotHereError: it is no longer here whole, as after a restore.
    """
    if not all(serving.chunk_path(digest).exists() for digest, _ in attachment.chunks):
        raise NotHereError("a piece of the file is gone")
    return File(attachment.title, attachment.media_type, attachment.size, _opened(attachment))


def _named(source: Note | Kept, sha256: bytes) -> Attachment:
    items = source.items if isinstance(source, Kept) else _items(source)
    found = next((one for one in items if one.sha256 == sha256), None)
    if found is None:
        raise NotHereError("the message names no such file")
    return found


def _items(note: Note) -> tuple[Attachment, ...]:
    body = note.body
    if body is None or body.sealed is None or body.cek is None:
        raise NotHereError("the message was erased")
    try:
        message, _ = read_message(open_body(bytes(body.cek), bytes(body.sealed)))
    except (SealingError, MessageError) as error:
        raise NotHereError("the message cannot be read any more") from error
    return message.attachments


def _must_be_here(msg: bytes, attachment: Attachment) -> None:
    held = {one.sha256: one for one in attachments.state(msg)}.get(attachment.sha256)
    if held is None or not held.complete:
        raise NotHereError("the file has not arrived whole")


def _opened(attachment: Attachment) -> Iterator[bytes]:
    """Yield the plain chunks; the last only when the whole is what the message named."""
    found = hashlib.sha256()
    for number, plain in enumerate(attachments.open_file(attachment.key, [digest for digest, _ in attachment.chunks])):
        found.update(plain)
        if number == len(attachment.chunks) - 1 and found.digest() != attachment.sha256:
            raise SealingError("the file has another hash than its message names")
        yield plain


def sweep() -> int:
    """Remove sealed chunks that no message announces, and broken-off beginnings, when they are a week old."""
    removed = 0
    before = time.time() - UNWANTED_AFTER_S
    for path in places.bodies().glob("*/*"):
        if path.stat().st_mtime > before:
            continue
        if len(path.name) == HASH_DIGITS and Chunk.objects.filter(sha256=bytes.fromhex(path.name)).exists():
            continue
        path.unlink(missing_ok=True)
        removed += 1
    return removed
