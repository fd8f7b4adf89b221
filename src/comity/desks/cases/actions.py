"""What officers do with cases. Each act decides, writes and appends to the ledger in one transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from comity.agreements import Action
from comity.desks.cases import composing, content, rules
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, Candidate, Case, CaseMessage, State, Verdict
from comity.desks.cases.preview import Preview, preview, refusals_in_words
from comity.desks.cases.reads import CasePage
from comity.desks.cases.visibility import may_do
from comity.messages import Message
from comity.node.exchange import outbox, reading
from comity.node.exchange.models import Note
from comity.node.ledger import actions as ledger
from comity.node.officers.models import Officer
from comity.node.writing import writing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sending: the stored message, or why it may not leave, in words for the officer."""

    message: CaseMessage | None
    refusals: tuple[str, ...] = ()


def preview_request(draft: Draft, officer: Officer, *, at: datetime) -> Preview:
    """Return who will be able to read the request, and under which clauses. Nothing is kept or sent."""
    return preview(composing.request(draft, officer, rules.reference(officer.authority, 0, at), at))


def send_request(draft: Draft, officer: Officer, *, at: datetime) -> Outcome:
    """Open a case and send its request to all recipients, or to none."""
    with writing():
        reference = _next_reference(officer.authority, at)
        message = composing.request(draft, officer, reference, at)
        return _send(message, None, officer, at=at, title=rules.caption(content.captions(message)))


def answer_request(request: CaseMessage, answer: Mapping[str, Any], officer: Officer, *, at: datetime) -> Outcome:
    """Answer a request with the records that were confirmed and chosen."""
    chosen = tuple(Candidate.objects.filter(message=request, verdict=Verdict.SAME, pk__in=answer.get("include") or ()))
    with writing():
        message = composing.answer(request, answer, chosen, officer, at)
        outcome = _send(message, request.case, officer, at=at, in_reply_to=request)
        if outcome.message is not None and answer["kind"] != "interim":
            _settle(request, State.ANSWERED)
        return outcome


def refuse_request(request: CaseMessage, refusal: Mapping[str, Any], officer: Officer, *, at: datetime) -> Outcome:
    """Refuse a request on one ground of the closed list."""
    with writing():
        message = composing.refusal(request, refusal, officer, at)
        outcome = _send(message, request.case, officer, at=at, in_reply_to=request)
        if outcome.message is not None:
            _settle(request, State.REFUSED)
        return outcome


def may_be_answered(message: CaseMessage) -> bool:
    """Whether the message is a partner's request that still waits for an answer."""
    return message.incoming and message.kind == "request" and message.state in {State.NEW, State.OPEN}


def open_case(page: CasePage, officer: Officer, *, at: datetime) -> bool:
    """Mark what is new in a case as read by this officer, tell the partners, and record the consultation.

    Returns:
        whether anything was new. Consulting again is recorded again: every look at personal data is an act.
    """
    fresh = [view.message for view in page.messages if view.message.incoming and view.message.state == State.NEW]
    with writing():
        for message in fresh:
            message.state = State.OPEN if message.kind == "request" else State.DONE
            message.read_by, message.read_at = officer, at
            message.save(update_fields=["state", "read_by", "read_at"])
            note = Note.objects.filter(pk=message.note_id or 0).select_related("pair").first()
            if note is not None:
                reading.mark_read(note, at)
        _record(
            "message.consulted",
            officer,
            at,
            case=page.case.reference,
            subjects=[bytes(view.message.msg) for view in page.messages],
        )
    return bool(fresh)


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
        _record(
            f"match.{verdict}",
            officer,
            at,
            case=candidate.message.case.reference,
            subjects=[bytes(candidate.message.msg), hashlib.sha256(candidate.record_reference.encode()).digest()],
        )


def note_search(officer: Officer, *, at: datetime, hits: int) -> None:
    """Record that an officer searched the cases, and how many hits were shown; not for what."""
    with writing():
        _record("case.searched", officer, at, facts={"hits": hits})


def _send(
    message: Message,
    case: Case | None,
    officer: Officer,
    *,
    at: datetime,
    title: str = "",
    in_reply_to: CaseMessage | None = None,
) -> Outcome:
    """Hand a message to the exchange and keep what the desk shows of it; call inside the act's transaction."""
    reference = case.reference if case is not None else message.head.reference
    draft = content.row_of(
        message, b"", case=case or Case(reference=reference), authority=officer.authority, incoming=False
    )
    if not may_do(officer, Action.ANSWER if in_reply_to is not None else Action.SEND, draft):
        _record("message.refused", officer, at, case=reference, facts={"rule": "house"})
        return Outcome(None, (_("The rules of this node do not let you send this."),))
    (sent,) = outbox.send([message], by=officer.username, at=at, case=reference)
    if isinstance(sent, outbox.NotSent):
        return Outcome(None, refusals_in_words(sent.refusals))
    if case is None:
        case = Case.objects.create(reference=reference, authority=officer.authority, title=title, opened_at=at)
    row = content.row_of(message, sent.msg, case=case, authority=officer.authority, incoming=False)
    row.written_by = officer
    row.in_reply_to = bytes(in_reply_to.msg).hex() if in_reply_to is not None else ""
    row.state = State.OPEN if row.kind == "request" else State.DONE
    row.save()
    Addressee.objects.bulk_create(
        [
            Addressee(message=row, authority=str(recipient), note_id=note_id, clauses=list(decision.clauses))
            for recipient, note_id, decision in zip(message.head.recipients, sent.note_ids, sent.decisions, strict=True)
        ]
    )
    return Outcome(row)


def _settle(request: CaseMessage, state: State) -> None:
    request.state = state
    request.save(update_fields=["state"])


def _next_reference(authority: str, at: datetime) -> str:
    """Return the next free reference of the year; the transaction holds the database's only writer."""
    stem = rules.reference(authority, 0, at)[:-6]
    taken = Case.objects.filter(authority=authority, reference__startswith=stem).order_by("-reference").first()
    return rules.reference(authority, int(taken.reference[-6:]) + 1 if taken else 1, at)


def _record(
    kind: str,
    officer: Officer,
    at: datetime,
    *,
    case: str = "",
    subjects: Sequence[bytes] = (),
    facts: Mapping[str, object] | None = None,
) -> None:
    ledger.record(
        ledger.Act(
            kind=kind,
            authority=officer.authority,
            officer=officer.username,
            at=at,
            case=case,
            facts=ledger.facts(facts or {}),
            subjects=tuple(subjects),
        )
    )
