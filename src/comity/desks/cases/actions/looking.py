"""Opening a case, searching, deciding on candidates."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied

from comity.agreements import Action
from comity.desks.cases import due, rules
from comity.desks.cases.actions.recording import record
from comity.desks.cases.models import Candidate, CaseMessage, State, Verdict
from comity.desks.cases.reads import CasePage
from comity.desks.cases.records import RecordView, Why
from comity.desks.cases.visibility import may_do
from comity.node.exchange import reading
from comity.node.exchange.models import Note
from comity.node.officers.models import Officer
from comity.node.writing import writing


def open_case(page: CasePage, officer: Officer, *, at: datetime) -> bool:
    """Mark what is new in a case as read by this officer, tell the partners, and record the consultation.

    Returns:
        whether anything was new. Consulting again is recorded again: every look at personal data is an act.
    """
    fresh = [view.message for view in page.messages if view.message.incoming and view.message.state == State.NEW]
    with writing():
        for message in fresh:
            waits = message.kind in rules.AWAIT_REPLY and not message.standing and not message.copied
            message.state = State.OPEN if waits else State.DONE
            message.read_by, message.read_at = officer, at
            message.save(update_fields=["state", "read_by", "read_at"])
            if message.kind == "clarification" and (asked := due.request_of(message)) is not None:
                due.wind(asked, [message.originator])  # it may have been answered unread
            note = Note.objects.filter(pk=message.note_id or 0).select_related("pair").first()
            if note is not None:
                reading.mark_read(note, at)
        note_messages_consulted([view.message for view in page.messages], officer, at=at)
    return bool(fresh)


def note_messages_consulted(messages: Sequence[CaseMessage], officer: Officer, *, at: datetime) -> None:
    """Record that an officer read messages of one case; consulted again, it is recorded again."""
    with writing():
        record(
            "message.consulted",
            officer,
            at,
            case=messages[0].case.reference,
            subjects=[bytes(one.msg) for one in messages],
        )


def decide_candidate(candidate: Candidate, verdict: Verdict, reason: str, officer: Officer, *, at: datetime) -> None:
    """Keep an officer's decision on a candidate; `Verdict.OPEN` takes an earlier one back. Both are recorded.

    Raises:
        PermissionDenied: the house rules do not let this officer decide.
    """
    if not may_do(officer, Action.CONFIRM_MATCH, candidate.message):
        raise PermissionDenied
    with writing():
        candidate.verdict = verdict
        candidate.reason = reason.strip() if verdict != Verdict.OPEN else ""
        candidate.decided_by = officer if verdict != Verdict.OPEN else None
        candidate.decided_at = at if verdict != Verdict.OPEN else None
        candidate.save(update_fields=["verdict", "reason", "decided_by", "decided_at"])
        record(
            f"match.{verdict}",
            officer,
            at,
            case=candidate.message.case.reference,
            subjects=[bytes(candidate.message.msg), hashlib.sha256(candidate.record_reference.encode()).digest()],
        )


def note_search(officer: Officer, *, at: datetime, hits: int) -> None:
    """Record that an officer searched the cases, and how many hits were shown; not for what."""
    with writing():
        record("case.searched", officer, at, facts={"hits": hits})


def note_look_up(officer: Officer, why: Why, found: Sequence[RecordView], *, at: datetime) -> None:
    """Record that an officer searched the records, for what, and which were shown; not with which words."""
    with writing():
        _looked("record.searched", officer, why, found, at)


def note_consulted(officer: Officer, why: Why, view: RecordView, *, at: datetime) -> None:
    """Record that an officer read a record, and for what."""
    with writing():
        _looked("record.consulted", officer, why, (view,), at)


def _looked(kind: str, officer: Officer, why: Why, found: Sequence[RecordView], at: datetime) -> None:
    names = [f"{one.record.source}/{one.record.reference}" for one in found]
    record(
        kind,
        officer,
        at,
        subjects=[hashlib.sha256(name.encode()).digest() for name in names],
        facts={"purpose": why.purpose, "reason": why.reason, "hits": len(found)},
    )
