"""The kinds of message: what each must and may hold beside its head. One row a kind, read aloud in review."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final

from comity.messages import canonical
from comity.messages.assisting import Assistance, TakenUp
from comity.messages.consenting import Consented, Wish
from comity.messages.errors import MessageError
from comity.messages.fields import choice, count, write_count
from comity.messages.fingerprint import Fingerprint
from comity.messages.parts import AboutSubject, Attachment, Condition, Match, Part, Refers, Text
from comity.messages.shape import Field, Shape
from comity.vocabulary.delay import Delay
from comity.vocabulary.refusal import RefusalGround


class Outcome(StrEnum):
    """How far an answer goes."""

    FULL = "full"
    PARTIAL = "partial"
    INTERIM = "interim"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of an answer.

    Attributes:
        outcome: how far it goes.
        more_by: Unix seconds by which more is promised; needed in an interim answer, 0 elsewhere.
        delay: why the time limit cannot be kept, in an interim answer alone; `more_by` is then the expected length.
    """

    name: ClassVar[str] = "answer"

    outcome: Outcome
    more_by: int = 0
    delay: Delay | None = None

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return ANSWER.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return ANSWER.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Answer":
        """Read a decoded map, or raise MessageError."""
        return ANSWER.read(value)

    def check(self) -> None:
        """Refuse an interim answer that does not say by when more comes, and any other that does or is delayed."""
        if (self.outcome is Outcome.INTERIM) != bool(self.more_by):
            raise MessageError("message.answer.more-by", "answer.more_by")
        if self.delay is not None and self.outcome is not Outcome.INTERIM:
            raise MessageError("message.answer.delay", "answer.delay")


ANSWER: Final = Shape(
    Answer.name,
    Answer,
    Field("outcome", choice(Outcome), canonical.text),
    Field("more_by", count, write_count, optional=True),
    Field("delay", choice(Delay), canonical.text, optional=True),
)


@dataclass(frozen=True, slots=True)
class Refused:
    """One ground of refusal, of the whole request or of one question.

    Attributes:
        ground: of the closed list (Directive (EU) 2023/977, Art. 6).
        part: place of the refused question, from 0; `None` for all of it.
    """

    name: ClassVar[str] = "refused"

    ground: RefusalGround
    part: int | None = None

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return REFUSED.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return REFUSED.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Refused":
        """Read a decoded map, or raise MessageError."""
        return REFUSED.read(value)

    def check(self) -> None:
        """Accept it: no rule joins its fields."""


REFUSED: Final = Shape(
    Refused.name,
    Refused,
    Field("ground", choice(RefusalGround), canonical.text),
    Field("part", count, write_count, optional=True, zero=True),
)

PARTS: Final[Mapping[str, type[Part]]] = MappingProxyType(
    {
        part.name: part
        for part in (
            AboutSubject,
            Text,
            Condition,
            Match,
            Attachment,
            Refers,
            Answer,
            Refused,
            Wish,
            Consented,
            Assistance,
            TakenUp,
            Fingerprint,
        )
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of message consists of.

    Attributes:
        name: as it stands in the head.
        needs: names of items of which at least one must be there.
        once: names of items of which at most one may be there.
        may: names of further items.
        needed: `needs` as a set.
        allowed: names of every item that may stand in it.
    """

    name: str
    needs: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    needed: frozenset[str] = field(init=False)
    allowed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "needed", frozenset(self.needs))
        object.__setattr__(self, "allowed", frozenset((*self.needs, *self.once, *self.may)))


_COMMON: Final = ("text", "condition", "attachment")

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("request", needs=("text",), may=("subject", "fingerprint", *_COMMON)),
            Kind(
                "answer",
                needs=("answer", "refers"),
                once=("answer", "refers"),
                may=("subject", "match", "refused", *_COMMON),
            ),
            Kind("refusal", needs=("refused", "refers"), once=("refers",), may=_COMMON),
            Kind("reminder", needs=("refers",), once=("refers",), may=("text",)),
            Kind("information", needs=("text",), may=("subject", *_COMMON)),
            Kind("correction", needs=("refers", "text"), once=("refers",), may=("subject", *_COMMON)),
            Kind("withdrawal", needs=("refers", "text"), once=("refers",), may=("text",)),
            Kind("clarification", needs=("refers", "text"), once=("refers",), may=_COMMON),
            Kind("hit", needs=("refers", "match"), once=("refers",), may=("subject", *_COMMON)),
            Kind("consent-request", needs=("refers", "wish", "text"), once=("refers", "wish"), may=_COMMON),
            Kind("consent", needs=("refers", "consent"), once=("refers", "consent"), may=("text", "condition")),
            Kind("supplement", needs=("refers", "text"), once=("refers",), may=("subject", *_COMMON)),
            Kind(
                "assistance",
                needs=("assistance", "text"),
                once=("assistance",),
                may=("subject", "fingerprint", *_COMMON),
            ),
            Kind("acknowledgement", needs=("refers", "taken-up"), once=("refers", "taken-up"), may=("text",)),
        )
    }
)
"""Every kind that this version speaks; another one is refused by receipt, and the lane goes on."""

COPIED: Final = frozenset({"request", "assistance", "information", "answer", "supplement", "correction", "withdrawal"})
"""Kinds of message of which others may get a copy; what was copied is also supplemented, corrected and withdrawn there.
"""
