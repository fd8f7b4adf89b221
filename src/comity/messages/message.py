"""A message: a head and its parts, written to a payload and read from one."""

from collections.abc import Iterator
from dataclasses import dataclass

from comity.messages.errors import MessageError
from comity.messages.head import Head
from comity.messages.items import Salts, read_payload, write_payload
from comity.messages.kinds import KINDS, PARTS, Answer, Refused
from comity.messages.parts import AboutSubject, Attachment, Condition, Match, Part, Refers, Text, TextRole
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

    def _rules(self) -> Iterator[tuple[str, str, bool]]:
        head = self.head
        kind = KINDS.get(head.kind)
        yield "message.kind.unknown", "head.kind", kind is None
        if kind is None:
            return
        names = [part.name for part in self.parts]
        yield "message.item.foreign", head.kind, not kind.allowed.issuperset(names)
        yield "message.item.missing", head.kind, any(name not in names for name in kind.needs)
        yield "message.item.repeated", head.kind, any(names.count(name) > 1 for name in kind.once)
        yield "message.recipient.self", "head.to", head.from_ in head.recipients
        yield "urgency.ground.missing", "head.ground", head.urgency is not Urgency.NORMAL and head.ground is None
        yield "urgency.ground.needless", "head.ground", head.urgency is Urgency.NORMAL and head.ground is not None
        yield "handling.missing", "head.handling", not head.handling
        yield "handling.condition.missing", "condition", Handling.H3 in head.handling and not self.conditions
        if head.kind == "request":
            yield from self._request_rules()

    def _request_rules(self) -> Iterator[tuple[str, str, bool]]:
        """Directive (EU) 2023/977, Art. 4: what a request must contain."""
        for role in (TextRole.LEGAL_BASIS, TextRole.FACTS, TextRole.QUESTION):
            yield f"request.{role.value}.missing", "text", not self.texts(role)
        yield "request.link.missing", "subject.link", any(not about.link for about in self.subjects)


def write(message: Message, salts: Salts) -> tuple[bytes, bytes]:
    """Return the payload of a message and its root.

    Args:
        message: checked against the rules of its kind before a byte is written.
        salts: draws 16 random bytes for each item.

    Raises:
        MessageError: it breaks a rule.
    """
    message.check()
    parts: tuple[Part, ...] = (message.head, *message.parts)
    return write_payload(((part.name, part.to_value()) for part in parts), salts)


def read(payload: bytes) -> tuple[Message, bytes]:
    """Return the message of a payload and its root.

    Raises:
        MessageError: it is malformed, of an unknown kind, breaks a rule, or has lost an item to erasure.
    """
    items, root = read_payload(payload)
    first = items[0]
    if first is None or first.name != Head.name:
        raise MessageError("message.head.missing")
    parts: list[Part] = []
    for item in items[1:]:
        if item is None:
            raise MessageError("message.item.erased")
        part = PARTS.get(item.name)
        if part is None:
            raise MessageError("message.item.unknown-name")
        parts.append(part.from_value(item.value))
    message = Message(Head.from_value(first.value), tuple(parts))
    message.check()
    return message, root


def read_what_is_left(payload: bytes) -> tuple[Head | None, tuple[Part | None, ...]]:
    """Return what erasure has left of a message: `None` stands for an item that is gone.

    Raises:
        MessageError: what is left is malformed.
    """
    items, _ = read_payload(payload)
    parts = tuple(None if item is None else PARTS[item.name].from_value(item.value) for item in items[1:])
    return None if items[0] is None else Head.from_value(items[0].value), parts
