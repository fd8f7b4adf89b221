"""Entering what came, or was answered, by telephone, on paper or by another system: afterwards, with its real time."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from comity.desks.cases import arriving, classified, clock, composing, content, crosscheck, due, marks, rules
from comity.desks.cases.actions import athome
from comity.desks.cases.actions.drafts import files_of
from comity.desks.cases.actions.recording import record
from comity.desks.cases.actions.sending import next_reference, row_of, settle
from comity.desks.cases.entered import Entered
from comity.desks.cases.forms import Draft
from comity.desks.cases.forms.entering import Happened
from comity.desks.cases.holders import Passed, Passing
from comity.desks.cases.models import Addressee, Case, CaseMessage, DraftState, State, StoredDraft
from comity.messages import Message, write
from comity.node.exchange import attachments
from comity.node.officers.models import Officer
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId


def enter_request(
    draft: Draft, happened: Happened, officer: Officer, *, at: datetime, stored: StoredDraft
) -> CaseMessage | None:
    """Open a case with what was asked outside the exchange; its clock runs from when it came.

    Who enters it holds the case: he knows of it, so nothing has to ring. Its files stay with the draft, which holds
    their keys, for no sealed body does. `None` comes back, and nothing is entered, where a file of it is gone.

    Args:
        draft: valid, of a request or a request for assistance without recipients.
        happened: when, by what and from whom it came.
        officer: who enters it.
        at: now, UTC.
        stored: as which it was kept while it was written; entered a second time it is the same message.
    """
    try:
        return _enter(draft, happened, officer, at, stored)
    except FileNotFoundError:
        return None


def _enter(draft: Draft, happened: Happened, officer: Officer, at: datetime, stored: StoredDraft) -> CaseMessage:
    with writing():
        held = StoredDraft.objects.select_for_update(of=("self",)).get(pk=stored.pk)
        if held.message is not None:
            return held.message
        reference = next_reference(officer.authority, at)
        draft.given["recipients"] = (happened.partner,)
        compose = composing.assistance if draft.kind == "assistance" else composing.request
        message = compose(draft, officer, reference, happened.at)
        head = replace(message.head, classification=composing.classification_of(draft.given, None))
        message = _turned(Message(head, (*message.parts, *files_of(held))), happened.partner, officer)
        title = rules.caption(content.captions(message))[: content.MAX_CAPTION]
        case = Case.objects.create(
            reference=reference,
            authority=officer.authority,
            title=title,
            holder=officer,
            held_since=at,
            opened_at=at,
        )
        Passed.objects.create(case=case, how=Passing.TAKEN, by=officer, to=officer, at=at)
        row = _row(message, case, happened, officer)
        row.incoming, row.arrived_at, row.state = True, happened.at, State.OPEN
        _begin_clock(row, message.head.deadline)
        _keep(row, happened, officer, at)
        athome.keep_passages(row, draft.passages)
        attachments.announce(message, bytes(row.msg), None)
        marks.put([(row.pk, row.authority, marks.of_message(message))])
        crosscheck.propose([crosscheck.Asked(row.pk, row.authority, message, at)])
        held.state, held.message, held.data, held.caption = DraftState.SENT, row, {}, ""
        held.save()
        return row


def enter_answer(
    asked: CaseMessage, given: Mapping[str, Any], happened: Happened, officer: Officer, *, at: datetime
) -> CaseMessage | None:
    """Enter an answer: of a partner to our request, or ours to a request that was entered itself.

    Args:
        asked: as `rules.may_be_entered` allows; `None` comes back where somebody was quicker.
        given: outcome and text.
        happened: when, by what and between whom.
        officer: who enters it.
        at: now, UTC.
    """
    said = {"kind": given["outcome"], "text": given["text"], "more_by": None, "handling": (), "conditions": ""}
    with writing():
        held = CaseMessage.objects.select_for_update(of=("self",)).select_related("case").get(pk=asked.pk)
        if not rules.may_be_entered(held):
            return None
        message = composing.answer(held, said, (), officer, happened.at)
        message = Message(replace(message.head, classification=classified.of(held)), message.parts)
        if held.incoming:
            row = _row(message, held.case, happened, officer)
            row.written_by = happened.by
            _keep(row, happened, officer, at)
            settle(held, row)
        else:
            row = _row(_turned(message, happened.partner, officer), held.case, happened, officer)
            row.incoming, row.arrived_at = True, happened.at
            _keep(row, happened, officer, at)
            _note_reply(held, row)
        return row


def _turned(message: Message, partner: str, officer: Officer) -> Message:
    """Return a message as its partner would have written it to us."""
    own = AuthorityId.parse(officer.authority)
    return Message(replace(message.head, from_=AuthorityId.parse(partner), recipients=(own,)), message.parts)


def _row(message: Message, case: Case, happened: Happened, officer: Officer) -> CaseMessage:
    _payload, msg = write(message, lambda: secrets.token_bytes(16))
    row = row_of(message, msg, case, officer.authority)
    row.channel, row.state = happened.channel, State.DONE
    return row


def _begin_clock(row: CaseMessage, deadline: int) -> None:
    begins = row.arrived_at or row.sent_at
    row.limit_at = due.Limits().due_at(row.authority, row.originator, row.urgency, begins, deadline)
    if row.limit_at is not None:
        begun = clock.begin(begins, row.limit_at)
        row.due_at, row.warn_at = begun.due_at, begun.warn_at


def _keep(row: CaseMessage, happened: Happened, officer: Officer, at: datetime) -> None:
    """Store a message that was entered, and the act with both times."""
    if row.incoming:
        row.read_by, row.read_at = happened.by, happened.at
    row.save()
    Entered.objects.create(
        message=row,
        taken_by=happened.by,
        spoken_to=happened.spoken_to,
        entered_by=officer,
        happened_at=happened.at,
        entered_at=at,
    )
    record(
        "message.entered",
        officer,
        at,
        case=row.case.reference,
        subjects=[bytes(row.msg)],
        facts={
            "channel": happened.channel,
            "happened": int(happened.at.timestamp()),
            "kind": row.kind,
            "partner": happened.partner,
            "taken-by": happened.by.username,
            "way": "in" if row.incoming else "out",
        },
    )


def _note_reply(asked: CaseMessage, row: CaseMessage) -> None:
    """Write down at our request what its addressee answered."""
    found = Addressee.objects.filter(message=asked, authority=row.originator)
    found.update(reply=(row.content or {}).get("answer", ""), replied_at=row.arrived_at)
    arriving.settle(asked)
    due.wind(asked, [row.originator])
