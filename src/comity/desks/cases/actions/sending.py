"""Sending: what a valid draft stands for goes to all of its recipients, or to none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from comity.agreements import Action
from comity.desks.cases import asked_before, composing, content, counting, due, fingerprinting, marks, rules
from comity.desks.cases.actions import athome
from comity.desks.cases.actions.recording import record
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, Case, CaseMessage, Standing, State
from comity.desks.cases.preview import Preview, preview, refusals_in_words
from comity.desks.cases.visibility import may_do
from comity.messages import Attachment, Message
from comity.node.exchange import outbox
from comity.node.officers.models import Officer
from comity.node.writing import writing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sending: the stored message, or why it may not leave, in words for the officer.

    `leaves` says that it leaves soon and can still be called back.
    """

    message: CaseMessage | None
    refusals: tuple[str, ...] = ()
    leaves: bool = False


def preview_request(
    draft: Draft, officer: Officer, *, at: datetime, case: Case | None = None, files: Sequence[Attachment] = ()
) -> Preview:
    """Return who will be able to read what a valid draft stands for, and under which clauses. Nothing is kept or sent.

    Args:
        draft: of any kind.
        officer: its author.
        at: now, UTC.
        case: to which it belongs, where it begins none.
        files: to be attached.
    """
    reference = case.reference if case is not None else rules.reference(officer.authority, 0, at)
    asked = draft.about.kind if draft.about is not None else ""
    message = composing.compose(draft, officer, reference, at, files=files)
    return replace(
        preview(message),
        not_copied=draft.not_copied,
        no_copy=draft.given.get("no_copy", ""),
        helps=asked == "assistance",
        earlier=asked_before.before_sending(message, officer, at=at),
    )


def send_draft(
    draft: Draft,
    officer: Officer,
    *,
    at: datetime,
    case: Case | None = None,
    approvals: int = 0,
    files: Sequence[Attachment] = (),
) -> Outcome:
    """Send what a valid draft stands for, in its case or in a new one.

    Args:
        draft: of any kind.
        officer: its author, in whose name it leaves.
        at: now, UTC.
        case: to which it belongs; a message that refers to another belongs to that one's.
        approvals: how many further officers approved it.
        files: already sealed, to be attached.
    """
    with writing():
        own = draft.about.case if draft.about is not None else case
        reference = own.reference if own is not None else next_reference(officer.authority, at)
        message = composing.compose(draft, officer, reference, at, files=files)
        if approvals:
            message = replace(message, head=replace(message.head, approvals=approvals))
        title = rules.caption(content.captions(message))[: content.MAX_CAPTION]
        outcome = _send(message, own, officer, at=at, title=title, about=draft.about)
        if outcome.message is not None:
            _note_left_out(draft, outcome.message, officer, at)
            athome.keep_passages(outcome.message, draft.passages)
        if outcome.message is not None and draft.about is not None:
            settle(draft.about, outcome.message)
        return outcome


def _note_left_out(draft: Draft, sent: CaseMessage, officer: Officer, at: datetime) -> None:
    """Record which copies that are owed were left out, on which ground, by whom, and keep it beside the message."""
    athome.keep_left_out(sent, draft.not_copied, draft.given.get("no_copy", ""))
    for one in draft.not_copied:
        facts = {"to": one.to, "clause": one.number, "ground": draft.given["no_copy"]}
        record("copy.left-out", officer, at, case=sent.case.reference, subjects=[bytes(sent.msg)], facts=facts)


def send_request(draft: Draft, officer: Officer, *, at: datetime) -> Outcome:
    """Open a case and send its request to all recipients, or to none."""
    return send_draft(draft, officer, at=at)


def answer_request(request: CaseMessage, answer: Mapping[str, Any], officer: Officer, *, at: datetime) -> Outcome:
    """Answer a request with the records that were confirmed and chosen."""
    with writing():
        chosen = composing.chosen(request, answer.get("include") or ())
        return _reply(request, composing.answer(request, answer, chosen, officer, at), officer, at)


def refuse_request(request: CaseMessage, refusal: Mapping[str, Any], officer: Officer, *, at: datetime) -> Outcome:
    """Refuse a request on one ground of the closed list."""
    with writing():
        return _reply(request, composing.refusal(request, refusal, officer, at), officer, at)


def _reply(request: CaseMessage, message: Message, officer: Officer, at: datetime) -> Outcome:
    outcome = _send(message, request.case, officer, at=at, about=request)
    if outcome.message is not None:
        settle(request, outcome.message)
    return outcome


def _send(
    message: Message,
    case: Case | None,
    officer: Officer,
    *,
    at: datetime,
    title: str = "",
    about: CaseMessage | None = None,
) -> Outcome:
    """Hand a message to the exchange and keep what the desk shows of it; call inside the act's transaction."""
    if about is not None and not _still(about, message.head.kind):
        text = _(
            "Meanwhile a colleague or the partner settled this. What you wrote is kept; open the case to see more."
        )
        return Outcome(None, (text,))
    reference = case.reference if case is not None else message.head.reference
    draft = row_of(message, b"", case or Case(reference=reference), officer.authority)
    wanted = [
        Action.ANSWER if message.head.kind in rules.REPLIES else Action.SEND,
        *([Action.ATTACH] if message.attachments else []),
    ]
    if not all(may_do(officer, action, draft) for action in wanted):
        record("message.refused", officer, at, case=reference, facts={"rule": "house"})
        return Outcome(None, (_("The rules of this node do not let you send this."),))
    message = fingerprinting.with_fingerprints(message, at)
    (sent,) = outbox.send([message], by=officer.username, at=at, case=reference)
    if isinstance(sent, outbox.NotSent):
        return Outcome(None, refusals_in_words(sent.refusals))
    if case is None:
        case = Case.objects.create(reference=reference, authority=officer.authority, title=title, opened_at=at)
    row = row_of(message, sent.msg, case, officer.authority)
    row.written_by = officer
    row.in_reply_to = bytes(about.msg).hex() if about is not None else ""
    row.state = State.OPEN if row.kind in rules.AWAIT_REPLY else State.DONE
    row.save()
    copies = zip(message.head.recipients, sent.note_ids, sent.decisions, strict=True)
    limits, copied = due.Limits(), frozenset(message.head.copies)
    Addressee.objects.bulk_create(
        [
            Addressee(
                message=row,
                authority=str(recipient),
                note_id=note_id,
                clauses=list(decision.clauses),
                limit_at=None if recipient in copied else _limit(row, str(recipient), message.head.deadline, limits),
                copied=recipient in copied,
            )
            for recipient, note_id, decision in copies
        ]
    )
    marks.put([(row.pk, row.authority, marks.of_message(message))])
    if row.kind in rules.ASKS and not row.circular:
        due.wind(row)
    return Outcome(row)


def _still(about: CaseMessage, kind: str) -> bool:
    """Look again, now that nobody else writes, whether a message of this kind can be about that one.

    Two officers may have the same form open: the one who sends first settles it, the other is told.
    """
    CaseMessage.objects.select_for_update().values_list("pk").get(pk=about.pk)  # others wait here on PostgreSQL
    about.refresh_from_db(fields=["state", "standing", "delay", "due_at", "limit_at", "warn_at", "still_since"])
    return rules.may_be_about(about, kind)


def _limit(row: CaseMessage, partner: str, deadline: int, limits: due.Limits) -> datetime | None:
    """Return when a request of ours is due at one partner.

    An agreement counts from the receipt; here only our own time is known, and the two differ by seconds unless the
    partner was away.
    """
    if row.kind not in rules.ASKS or row.circular:
        return None
    return limits.due_at(row.authority, partner, row.urgency, row.sent_at, deadline)


def row_of(message: Message, msg: bytes, case: Case, authority: str) -> CaseMessage:
    """Return the row for a message of ours, unsaved; its state is the caller's."""
    head, answer = message.head, message.answer
    return CaseMessage(
        case=case,
        authority=authority,
        originator=str(head.from_),
        incoming=False,
        kind=head.kind,
        reference=head.reference[:60],
        in_reply_to=message.refers.msg.hex() if message.refers else "",
        msg=msg,
        purpose=str(head.purpose),
        crime_area=str(head.area),
        urgency=str(head.urgency),
        circular=head.expects is not None,
        handling=[str(code) for code in head.handling],
        languages=content.languages_of(message),
        caption=rules.caption(content.captions(message))[: content.MAX_CAPTION],
        kept=content.content_of(message),
        deadline=datetime.fromtimestamp(head.deadline, UTC) if head.deadline else None,
        due_at=due.moment(answer.more_by) if answer and answer.more_by else None,
        delay=answer.delay.value if answer and answer.delay else "",
        sent_at=datetime.fromtimestamp(head.sent, UTC),
    )


def settle(about: CaseMessage, sent: CaseMessage) -> None:
    """Write down at a message what the one that refers to it changes."""
    by = sent.written_by.username if sent.written_by else ""
    counting.note_settled(about, sent, by=by)
    if sent.kind == "answer" and (sent.content or {}).get("answer") != "interim":
        about.state = State.ANSWERED
    elif sent.kind == "refusal":
        about.state = State.REFUSED
    elif sent.kind == "consent":
        about.state = State.REFUSED if (sent.content or {}).get("consent") == "refused" else State.ANSWERED
    elif sent.kind == "correction":
        about.standing = Standing.CORRECTED
    elif sent.kind == "withdrawal":
        about.standing = Standing.WITHDRAWN
        about.state = State.DONE
        _reopen(about, by=by, at=sent.sent_at)
    about.save(update_fields=["state", "standing"])
    if sent.kind in _MOVES_CLOCK and (asked := due.request_of(about)) is not None:
        due.wind(asked, () if asked.incoming or not about.incoming else [about.originator])


_MOVES_CLOCK: Final = frozenset({"answer", "refusal", "clarification", "supplement", "withdrawal"})


def _reopen(withdrawn: CaseMessage, *, by: str, at: datetime) -> None:
    """Let a request wait again whose answer or refusal was withdrawn."""
    if withdrawn.kind not in {"answer", "refusal", "consent"} or not withdrawn.in_reply_to:
        return
    asked = CaseMessage.objects.filter(
        authority=withdrawn.authority,
        incoming=True,
        msg=bytes.fromhex(withdrawn.in_reply_to),
        state__in=[State.ANSWERED, State.REFUSED],
    ).exclude(standing=Standing.WITHDRAWN)
    for one in asked.select_related("case"):
        one.state = State.OPEN
        one.save(update_fields=["state"])
        if one.kind == "request" and counting.is_final(withdrawn):
            _count_anew(one, withdrawn, by=by, at=at)


def _count_anew(request: CaseMessage, withdrawn: CaseMessage, *, by: str, at: datetime) -> None:
    """Let the statistics know what is left of the replies to a request when one is withdrawn."""
    others = CaseMessage.objects.filter(
        authority=request.authority, incoming=False, in_reply_to=withdrawn.in_reply_to, kind__in=("answer", "refusal")
    ).exclude(standing=Standing.WITHDRAWN)
    left = [one for one in others.exclude(pk=withdrawn.pk).order_by("id") if counting.is_final(one)]
    if left:
        counting.note_settled(request, left[-1], by=by)
    else:
        counting.note_reopened(request, by=by, at=at)


def next_reference(authority: str, at: datetime) -> str:
    """Return the next free reference of the year; the transaction holds the database's only writer."""
    stem = rules.reference(authority, 0, at)[:-6]
    taken = Case.objects.filter(authority=authority, reference__startswith=stem).order_by("-reference").first()
    return rules.reference(authority, int(taken.reference[-6:]) + 1 if taken else 1, at)
