"""A message: a head and its parts, written to a payload and read from one."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from comity.messages import canonical
from comity.messages.consenting import Consented
from comity.messages.errors import MessageError
from comity.messages.fingerprint import Fingerprint
from comity.messages.head import HEAD, Head
from comity.messages.items import Opened, Salts, close_item, elements_of, join_items, open_items, root_of_elements
from comity.messages.kinds import COPIED, KINDS, PARTS, Answer, Outcome, Refused
from comity.messages.parts import AboutSubject, Attachment, Condition, Match, Part, Refers, Text, TextRole
from comity.vocabulary.consent import Consent
from comity.vocabulary.handling import Handling
from comity.vocabulary.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Message:
    """What one authority says to others.

    Attributes:
        head: who, what, why.
        parts: in the order of their items; item 0 is the head, part n is item n + 1.
    """

    head: Head
    parts: tuple[Part, ...] = ()

    def of[Kind: Part](self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Return the parts of one kind, in order."""
        return tuple(part for part in self.parts if isinstance(part, kind))

    @property
    def subjects(self) -> tuple[AboutSubject, ...]:
        """Whom and what it is about."""
        return self.of(AboutSubject)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Restrictions beyond the handling codes."""
        return self.of(Condition)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Files."""
        return self.of(Attachment)

    @property
    def matches(self) -> tuple[Match, ...]:
        """Candidates that were confirmed or ruled out."""
        return self.of(Match)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Grounds of refusal."""
        return self.of(Refused)

    @property
    def answer(self) -> Answer | None:
        """The outcome of an answer."""
        return next(iter(self.of(Answer)), None)

    @property
    def refers(self) -> Refers | None:
        """The message that this one answers, corrects or withdraws."""
        return next(iter(self.of(Refers)), None)

    @property
    def languages(self) -> frozenset[str]:
        """Languages of its free texts."""
        return frozenset(text.language for text in self.of(Text))

    def texts(self, role: TextRole) -> tuple[Text, ...]:
        """Return the texts of one role, in order."""
        return tuple(text for text in self.of(Text) if text.role is role)

    def check(self) -> None:
        """Hold the message to the rules of its kind.

        Raises:
            MessageError: the first rule that it breaks.

        Source: docs/protocol/messages.md, section 4.
        """
        for code, place, broken in self._rules():
            if broken:
                raise MessageError(code, place)
        for part in self.parts:
            part.check()

    def _rules(self) -> Iterator[tuple[str, str, bool]]:
        head = self.head
        kind = KINDS.get(head.kind)
        yield "message.kind.unknown", "head.kind", kind is None
        if kind is None:
            return
        names = [part.name for part in self.parts]
        yield "message.item.foreign", head.kind, not kind.allowed.issuperset(names)
        yield "message.item.missing", head.kind, not kind.needed.issubset(names)
        yield "message.item.repeated", head.kind, any(names.count(name) > 1 for name in kind.once)
        yield "message.recipient.self", "head.to", head.from_ in head.recipients
        yield "urgency.ground.missing", "head.ground", head.urgency is not Urgency.NORMAL and head.ground is None
        yield "urgency.ground.needless", "head.ground", head.urgency is Urgency.NORMAL and head.ground is not None
        yield "message.expects.foreign", "head.expects", head.expects is not None and head.kind != "request"
        if head.copies:
            yield from self._copy_rules()
        yield "handling.missing", "head.handling", not head.handling
        yield "handling.condition.missing", "condition", Handling.H3 in head.handling and not self.conditions
        named = [one.to for one in self.of(Fingerprint)]
        astray = len(set(named)) != len(named) or not set(head.recipients).issuperset(named)
        yield "message.fingerprint.to", "fingerprint.to", astray
        if head.kind == "request":
            yield from self._request_rules()
        elif head.kind == "assistance":
            yield from self._assistance_rules()
        yield from self._reply_rules()

    def _copy_rules(self) -> Iterator[tuple[str, str, bool]]:
        """A copy goes beside what is addressed to somebody else; what asks something of one alone has none."""
        head = self.head
        yield "message.copies.foreign", "head.copies", head.kind not in COPIED
        yield "message.copies.to", "head.copies", not set(head.recipients).issuperset(head.copies)
        yield "message.copies.all", "head.copies", not head.asked

    def _request_rules(self) -> Iterator[tuple[str, str, bool]]:
        """Directive (EU) 2023/977, Art. 4: what a request must contain."""
        roles = [part.role for part in self.parts if type(part) is Text]
        for role in (TextRole.LEGAL_BASIS, TextRole.FACTS, TextRole.QUESTION):
            yield f"request.{role}.missing", "text", role not in roles
        yield "request.link.missing", "subject.link", self._lacks_a_link()
        yield from self._circular_rules()

    def _circular_rules(self) -> Iterator[tuple[str, str, bool]]:
        """Only positive answers: of several, and never in a hurry, where silence would be taken for a "no"."""
        head = self.head
        if head.expects is not None:
            yield "request.expects.alone", "head.to", len(head.asked) == 1
            yield "request.expects.urgency", "head.urgency", head.urgency is not Urgency.NORMAL
            yield "request.expects.deadline", "head.deadline", bool(head.deadline)

    def _assistance_rules(self) -> Iterator[tuple[str, str, bool]]:
        """What whoever is to help must know; the law sets no time limit for it, so the asker names the day."""
        roles = [part.role for part in self.parts if type(part) is Text]
        for role in (TextRole.LEGAL_BASIS, TextRole.FACTS):
            yield f"assistance.{role}.missing", "text", role not in roles
        yield "assistance.deadline.missing", "head.deadline", not self.head.deadline
        yield "assistance.link.missing", "subject.link", self._lacks_a_link()

    def _reply_rules(self) -> Iterator[tuple[str, str, bool]]:
        """What refers to a request: Directive (EU) 2023/977, Art. 5 and 6."""
        kind, refused, answer = self.head.kind, self.refused, self.answer
        asks = kind != "clarification" or any(True for _ in self.texts(TextRole.QUESTION))
        yield "clarification.question.missing", "text", not asks
        yield "supplement.link.missing", "subject.link", kind == "supplement" and self._lacks_a_link()
        says = next(iter(self.of(Consented)), None)
        conditional = says is not None and says.outcome is Consent.CONDITIONAL
        yield "consent.condition", "condition", kind == "consent" and conditional != bool(self.conditions)
        proposed = any(one.outcome != "same" for one in self.matches)
        yield "hit.outcome", "match.outcome", kind == "hit" and proposed
        if kind == "answer" and refused:  # all of it is refused by a message of its own
            yield "message.answer.part", "refused.part", any(one.part is None for one in refused)
            whole = answer is not None and answer.outcome in {Outcome.FULL, Outcome.NEGATIVE}
            yield "message.answer.outcome", "answer.outcome", whole

    def _lacks_a_link(self) -> bool:
        return any(not about.link for about in self.subjects)


def write(message: Message, salts: Salts) -> tuple[bytes, bytes]:
    """Return the payload of a message and its root.

    Args:
        message: checked against the rules of its kind before a byte is written.
        salts: draws 16 random bytes for each item.

    Raises:
        MessageError: it breaks a rule.
    """
    message.check()
    items = [close_item(salts(), _HEAD, message.head.to_bytes())]
    items += [close_item(salts(), _NAMES[part.name], part.to_bytes()) for part in message.parts]
    return join_items(items)


_HEAD: Final = canonical.text(Head.name)
_NAMES: Final = MappingProxyType({name: canonical.text(name) for name in PARTS})


def read(payload: bytes) -> tuple[Message, bytes]:
    """Return the message of a payload and its root.

    Raises:
        MessageError: it is malformed, of an unknown kind, breaks a rule, or has lost an item to erasure.
    """
    elements = elements_of(payload)
    opened = open_items(elements)
    first = opened[0]
    if first is None or first[1] != Head.name:
        raise MessageError("message.head.missing")
    parts: list[Part] = []
    for item in opened[1:]:
        if item is None:
            raise MessageError("message.item.erased")
        parts.append(_read_part(item))
    message = Message(HEAD.read(first[2]), tuple(parts))
    message.check()
    return message, root_of_elements(elements)


def _read_part(item: Opened) -> Part:
    kind = PARTS.get(item[1])
    if kind is None:
        raise MessageError("message.item.unknown-name")
    return kind.from_value(item[2])


def read_what_is_left(payload: bytes) -> tuple[Head | None, tuple[Part | None, ...]]:
    """Return what erasure has left of a message: `None` stands for an item that is gone.

    Raises:
        MessageError: what is left is malformed.
    """
    first, *others = open_items(elements_of(payload))
    if first is not None and first[1] != Head.name:
        raise MessageError("message.head.missing")
    parts = tuple(None if item is None else _read_part(item) for item in others)
    for part in parts:
        if part is not None:
            part.check()
    return None if first is None else HEAD.read(first[2]), parts
