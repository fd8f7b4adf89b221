"""Who will be able to read a message, and the clause by which each recipient may or may not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.agreements import Action, Agreement, Decision
from comity.desks.cases import circulars, content, duties, restrictions, rules, words
from comity.desks.cases.asked_before import Earlier
from comity.desks.cases.choices import authority_name
from comity.desks.cases.copying import Copy
from comity.desks.cases.facts import SubjectView, subjects_of
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.spoken import Told, as_read_by
from comity.formats.check_digits import iban_fits, imo_fits
from comity.messages import Message
from comity.node.exchange import gate
from comity.node.partners import members
from comity.vocabulary.authority import AuthorityId


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient: whether it may read the message, by which clauses, with which duties, or why not."""

    authority: str
    name: str
    allowed: bool
    agreement: str
    clauses: tuple[tuple[str, str], ...]
    duties: tuple[str, ...]
    reasons: tuple[str, ...]
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as its recipients will read it."""

    recipients: tuple[Recipient, ...]
    subjects: tuple[SubjectView, ...]
    content: dict[str, Any]
    handling: tuple[str, ...]
    conditions: tuple[str, ...]
    kind: str = "request"
    approvals: int = 0  # how many further officers have to approve before it is sent
    doubts: tuple[Any, ...] = ()
    helps: bool = False  # it answers a request for assistance
    earlier: tuple[Earlier, ...] = ()  # requests about the same, to or from the same partners
    not_copied: tuple[Copy, ...] = ()  # copies that are owed and left out
    no_copy: str = ""  # the ground for it
    told: tuple[Told, ...] = ()  # in the languages of the recipients: what a circular means, which conditions hold

    @property
    def allowed(self) -> bool:
        """Whether it may be sent, approved where that is asked for: to all of its recipients, or to none."""
        return bool(self.recipients) and all(one.allowed for one in self.recipients)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Whom one would have to leave out so that it may be sent; empty where nobody would remain."""
        refused = tuple(one.authority for one in self.recipients if not one.allowed)
        return refused if len(refused) < len(self.recipients) else ()


def preview(message: Message) -> Preview:
    """Return what each recipient will read and by which clause; decides in the same way as the sending does."""
    shown = content.content_of(message)
    approvals, recipients = _decided(message)
    copied = {str(one) for one in message.head.copies}
    return Preview(
        recipients=tuple(replace(one, copied=one.authority in copied) for one in recipients),
        subjects=subjects_of(CaseMessage(kept=shown)),
        content=shown,
        handling=tuple(str(code) for code in message.head.handling),
        conditions=restrictions.in_words(shown),
        kind=message.head.kind,
        approvals=approvals,
        doubts=doubts_of(message),
        told=_told(message, shown),
    )


def _told(message: Message, shown: dict[str, Any]) -> tuple[Told, ...]:
    """Return what recipients are told in their own languages: what a circular means, and what a node can read of H3."""
    circular = as_read_by(message.head.asked, lambda: str(circulars.MEANS)) if message.head.expects else ()
    stated = bool(shown["restrictions"])
    joined = as_read_by(message.head.recipients, lambda: " · ".join(restrictions.stated(shown))) if stated else ()
    return (*circular, *joined)


def _decided(message: Message) -> tuple[int, tuple[Recipient, ...]]:
    """Return how many further officers must approve, and what is then decided for each recipient.

    Where not even two approvals are enough, approval is not what is missing: the number is 0 and the reasons tell.
    """
    at = datetime.fromtimestamp(message.head.sent, UTC)
    recipients: tuple[Recipient, ...] = ()
    for approvals in range(rules.MAX_APPROVALS + 1):
        asked = replace(message, head=replace(message.head, approvals=approvals))
        recipients = tuple(
            _recipient(one, gate.may_pass(Action.SEND, asked, own=asked.head.from_, partner=one, at=at))
            for one in asked.head.recipients
        )
        if all(one.allowed for one in recipients):
            return approvals, recipients
    return 0, recipients


def doubts_of(message: Message) -> tuple[Any, ...]:
    """Return what an officer should compare once more; nothing of it stops the sending."""
    found = []
    for about in message.subjects:
        found += [
            _("The check digit of %(number)s does not fit.") % {"number": number}
            for number in about.subject.get("imoNumber")
            if not imo_fits(number)
        ]
        found += [
            _("The check digits of %(number)s do not fit.") % {"number": number}
            for number in about.subject.get("iban")
            if not iban_fits(number)
        ]
    return tuple(found)


def refusals_in_words(refusals: Iterable[tuple[AuthorityId, Decision]]) -> tuple[str, ...]:
    """Return one sentence for each recipient that may not receive a message."""
    found = []
    for authority, decision in refusals:
        one = _recipient(authority, decision)
        reasons = " ".join((*one.reasons, *(f"({number}) {text}" for number, text in one.clauses[:1])))
        found.append(_("Not sent: %(name)s must not receive it. %(reasons)s") % {"name": one.name, "reasons": reasons})
    return tuple(found)


def _recipient(authority: AuthorityId, decision: Decision) -> Recipient:
    language = get_language() or "en"
    agreement = next(
        (one.agreement for one in members.policies().agreements if one.agreement.id == decision.agreement), None
    )
    clauses = decision.clauses or ((decision.nearest,) if decision.nearest else ())
    return Recipient(
        authority=str(authority),
        name=authority_name(str(authority), language),
        allowed=decision.allowed,
        agreement=_in(agreement.title, language) if agreement else "",
        clauses=clauses_in_words(agreement, clauses, language),
        duties=tuple(str(words.word(duties.DUTIES, duty.kind)) % {"amount": duty.amount} for duty in decision.duties),
        reasons=tuple(dict.fromkeys(str(words.reason(one.rule)) for one in decision.reasons)),
    )


def clauses_in_words(agreement: Agreement | None, clauses: Iterable[str], language: str) -> tuple[tuple[str, str], ...]:
    """Return the number and text of each clause in the reader's language."""
    if agreement is None:
        return ()
    found = (agreement.clause(clause) for clause in clauses)
    return tuple((clause.number, _in(clause.text, language)) for clause in found if clause is not None)


def _in(texts: Any, language: str) -> str:  # noqa: ANN401 - a mapping of language to text
    return str(texts.get(language) or texts["en"])
