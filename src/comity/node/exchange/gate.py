"""Which agreement allows a message to leave or to be accepted; every path through the door asks here."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from comity.agreements import Action, Ask, Circumstances, Decision, Party, PolicyBook, Reason, Thing, ThingKind
from comity.directory.view import Standing
from comity.messages import Message
from comity.messages.note import Note as Envelope
from comity.node import accredited
from comity.node.exchange import attachments
from comity.node.exchange.models import Note
from comity.node.partners import members
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.urgency import Urgency

TWO_OFFICERS: Final = 2
REPLIES: Final = frozenset(
    {"answer", "refusal", "clarification", "hit", "consent-request", "consent", "acknowledgement"}
)
"""Kinds that only the recipient of a message may send, about that message."""


def may_be_received(message: Message, note: Envelope, at: datetime) -> Decision:
    """Decide whether a message may be accepted, by the agreements of the directory under which it was written.

    Source: docs/protocol/delivery.md, steps 5.4 and 5.6.
    """
    book = members.policies_under(note.dir, note.from_)
    if book is None:
        return Decision(allowed=False, reasons=(Reason("member.unknown"),))
    return may_pass(Action.RECEIVE, message, own=note.to, partner=note.from_, at=at, book=book)


def may_pass(
    action: Action,
    message: Message,
    *,
    own: AuthorityId,
    partner: AuthorityId,
    at: datetime,
    book: PolicyBook | None = None,
) -> Decision:
    """Decide whether a message may pass between an authority of this node and a partner.

    Args:
        action: ``send`` on the way out, ``receive`` on the way in.
        message: as read from its payload, or about to be written.
        own: who acts.
        partner: recipient of what is sent, sender of what is received.
        at: now, UTC.
        book: the agreements that are asked; today's by default. Who is suspended today is so in any case.
    """
    head = message.head
    if accredited.is_too_high(head.classification):
        return Decision(allowed=False, reasons=(Reason(accredited.RULE),))
    standing = members.standing(partner, at)
    # With the member's files expired only life at risk passes, approved by two officers (design of the directory).
    last_resort = head.urgency is Urgency.LIFE_AT_RISK and head.approvals >= TWO_OFFICERS
    if standing is not Standing.ACTIVE and not (standing is Standing.EXPIRED and last_resort):
        return Decision(allowed=False, reasons=(Reason(f"member.{standing.value}"),))
    thing = Thing(
        kind=ThingKind.MESSAGE.value,
        authority=own,
        originator=head.from_,
        message=head.kind,
        purpose=head.purpose.value,
        crime_area=head.area.value,
        schemata=frozenset(about.subject.schema for about in message.subjects),
        categories=frozenset(about.category.value for about in message.subjects if about.category is not None),
        handling=frozenset(code.value for code in head.handling),
        languages=message.languages,
        copied=(partner if action is Action.SEND else own) in head.copies,
    )
    context = Circumstances(
        partner=partner,
        purpose=head.purpose.value,
        urgency=head.urgency.value,
        urgency_ground=None if head.ground is None else head.ground.value,
        in_reply=_is_in_reply(action, message, own, partner),
        approvals=head.approvals,
        same_state=own.state == partner.state,
    )
    # What replies to a request is an action of its own: it needs an open message of the partner, and no crime area. Who
    # gets a copy of a reply asked nothing, so to him it is sent.
    if action is Action.SEND and head.kind in REPLIES and not thing.copied:
        action = Action.ANSWER
    ask = Ask(Party(own), action.value, thing, context, at.astimezone(UTC).date())
    book = members.policies() if book is None else book
    decision = book.decide(ask, under=head.agreement)
    return _with_files(decision, ask, message, book) if message.attachments else decision


def _with_files(decision: Decision, ask: Ask, message: Message, book: PolicyBook) -> Decision:
    """Decide for each attached file too: one that may not pass keeps the message from passing."""
    clauses = decision.clauses
    for file in message.attachments:
        if not decision.allowed:
            return decision
        if not attachments.is_possible(file):
            return Decision(allowed=False, reasons=(Reason("attachment.impossible"),))
        thing = ask.resource._replace(size_bytes=file.size)
        asked = book.decide(ask._replace(action=Action.ATTACH.value, resource=thing), under=message.head.agreement)
        if not asked.allowed:
            return asked
        clauses += tuple(one for one in asked.clauses if one not in clauses)
    return replace(decision, clauses=clauses)


def _is_in_reply(action: Action, message: Message, own: AuthorityId, partner: AuthorityId) -> bool:
    """Tell whether a message refers to an earlier one; of a reply, whether the one it names was asked.

    Whoever answers what was never asked of him tries to place unasked information where a request would excuse it.
    """
    refers = message.refers
    if refers is None or message.head.kind not in REPLIES:
        return refers is not None
    receives = action is Action.RECEIVE
    asker = own if receives else partner
    asked = Note.objects.filter(pair__own=str(own), pair__partner=str(partner), out=receives, msg=refers.msg)
    return refers.authority == asker and asked.exists()


def code_of(decision: Decision) -> str:
    """Return the code that a partner is told: the first reason's rule, never what was found."""
    return decision.reasons[0].rule if decision.reasons else "agreement.none"
