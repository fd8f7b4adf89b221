"""A request for assistance: the measure with what it needs; and that somebody has taken up a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from comity.messages import canonical
from comity.messages.errors import MessageError
from comity.messages.fields import (
    choice,
    codes,
    count,
    is_day,
    text,
    text_or_empty,
    write_count,
    write_list,
    write_text,
)
from comity.messages.shape import Field, Shape
from comity.vocabulary.measure import Measure


@dataclass(frozen=True, slots=True)
class Assistance:
    """A measure with its own facts; which of them it needs says `NEEDS`, and it has no others.

    Attributes:
        measure: what is asked for.
        begins: first day, as 2026-11-22, where the measure takes place.
        ends: last day; of a preservation, until when the data are kept.
        place: where persons or things are watched.
        goods: what is delivered under control.
        route: on which way, by what.
        handover: where and how the next state takes over.
        provider: who holds the data.
        accounts: by which the provider finds the data: accounts, numbers, addresses.
        scope: which data, of which time.
        expertise: field of the experts.
        number: how many experts.
    """

    name: ClassVar[str] = "assistance"

    measure: Measure
    begins: str = ""
    ends: str = ""
    place: str = ""
    goods: str = ""
    route: str = ""
    handover: str = ""
    provider: str = ""
    accounts: tuple[str, ...] = ()
    scope: str = ""
    expertise: str = ""
    number: int = 0

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return ASSISTANCE.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return ASSISTANCE.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Assistance":
        """Read a decoded map, or raise MessageError."""
        return ASSISTANCE.read(value)

    def check(self) -> None:
        """Refuse a measure that lacks what it needs, has what belongs to another, or ends before it begins."""
        needs = NEEDS[self.measure]
        for name in _OWN:
            place, given = f"assistance.{name}", bool(getattr(self, name))
            if given and name not in needs:
                raise MessageError("message.assistance.foreign", place)
            if not given and name in needs:
                raise MessageError("message.field.missing", place)
        for name in ("begins", "ends"):
            if (day := getattr(self, name)) and not is_day(day):
                raise MessageError("message.field.code", f"assistance.{name}")
        if self.begins > self.ends:
            raise MessageError("message.assistance.period", "assistance.ends")


NEEDS: Final[Mapping[Measure, frozenset[str]]] = MappingProxyType(
    {
        Measure.SURVEILLANCE: frozenset({"place", "begins", "ends"}),
        Measure.CONTROLLED_DELIVERY: frozenset({"goods", "route", "handover", "begins", "ends"}),
        Measure.DATA_PRESERVATION: frozenset({"provider", "accounts", "scope", "ends"}),
        Measure.EXPERTS: frozenset({"expertise", "number", "begins", "ends"}),
    }
)
"""What each measure needs; it may have nothing else, so that a reader knows what is asked."""

_OWN: Final = tuple(sorted(frozenset().union(*NEEDS.values())))

ASSISTANCE: Final = Shape(
    Assistance.name,
    Assistance,
    Field("measure", choice(Measure), canonical.text),
    Field("begins", text_or_empty, write_text, optional=True),
    Field("ends", text_or_empty, write_text, optional=True),
    Field("place", text_or_empty, write_text, optional=True),
    Field("goods", text_or_empty, write_text, optional=True),
    Field("route", text_or_empty, write_text, optional=True),
    Field("handover", text_or_empty, write_text, optional=True),
    Field("provider", text_or_empty, write_text, optional=True),
    Field("accounts", codes(text), write_list(write_text), optional=True),
    Field("scope", text_or_empty, write_text, optional=True),
    Field("expertise", text_or_empty, write_text, optional=True),
    Field("number", count, write_count, optional=True),
)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Who works on a message, and when an answer may be expected. It promises nothing and moves no clock.

    Attributes:
        by: person or unit.
        answer_by: Unix seconds by which an answer may be expected; 0 where nobody can say.
        contact: how to reach them.
    """

    name: ClassVar[str] = "taken-up"

    by: str
    answer_by: int = 0
    contact: str = ""

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return TAKEN_UP.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return TAKEN_UP.value(self)

    @classmethod
    def from_value(cls, value: object) -> "TakenUp":
        """Read a decoded map, or raise MessageError."""
        return TAKEN_UP.read(value)

    def check(self) -> None:
        """Accept it: no rule joins its fields."""


TAKEN_UP: Final = Shape(
    TakenUp.name,
    TakenUp,
    Field("by", text, write_text),
    Field("answer_by", count, write_count, optional=True),
    Field("contact", text_or_empty, write_text, optional=True),
)
