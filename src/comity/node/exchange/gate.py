"""Which agreement allows a message to leave or to be accepted; every path through the door asks here."""

from datetime import UTC, datetime

from comity.agreements import Action, Ask, Circumstances, Decision, Party, PolicyBook, Reason, Thing, ThingKind
from comity.directory.view import Standing
from comity.messages import Message
from comity.messages.note import Note
from comity.node.partners import members
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.urgency import Urgency

TWO_OFFICERS = 2


def may_be_received(message: Message, note: Note, at: datetime) -> Decision:
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
    )
    context = Circumstances(
        partner=partner,
        purpose=head.purpose.value,
        urgency=head.urgency.value,
        urgency_ground=None if head.ground is None else head.ground.value,
        in_reply=message.refers is not None,
        approvals=head.approvals,
    )
    # Answers and refusals are an action of their own: they need an open message of the partner, and no crime area.
    if action is Action.SEND and head.kind in {"answer", "refusal"}:
        action = Action.ANSWER
    ask = Ask(Party(own), action.value, thing, context, at.astimezone(UTC).date())
    return (book or members.policies()).decide(ask, under=head.agreement)


def code_of(decision: Decision) -> str:
    """Return the code that a partner is told: the first reason's rule, never what was found."""
    return decision.reasons[0].rule if decision.reasons else "agreement.none"
