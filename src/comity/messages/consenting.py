"""The items by which a use of what was supplied is asked for and allowed."""

from dataclasses import dataclass
from typing import ClassVar, Final

from comity.messages import canonical
from comity.messages.errors import MessageError
from comity.messages.fields import choice, codes, write_list
from comity.messages.shape import Field, Shape
from comity.vocabulary.consent import Consent, Use
from comity.vocabulary.handling import Handling


@dataclass(frozen=True, slots=True)
class Wish:
    """A use for which consent is asked.

    Attributes:
        use: for what.
        handling: the codes that shall hold instead; needed where other codes are asked for, empty elsewhere.
    """

    name: ClassVar[str] = "wish"

    use: Use
    handling: tuple[Handling, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return WISH.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return WISH.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Wish":
        """Read a decoded map, or raise MessageError."""
        return WISH.read(value)

    def check(self) -> None:
        """Refuse a change of codes that names none, and codes where no change is asked for."""
        if (self.use is Use.HANDLING) != bool(self.handling):
            raise MessageError("message.wish.handling", "wish.handling")


WISH: Final = Shape(
    Wish.name,
    Wish,
    Field("use", choice(Use), canonical.text),
    Field("handling", codes(choice(Handling)), write_list(canonical.text), optional=True),
)


@dataclass(frozen=True, slots=True)
class Consented:
    """What the owner says to a wish.

    Attributes:
        outcome: granted, granted with conditions, or refused.
    """

    name: ClassVar[str] = "consent"

    outcome: Consent

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return CONSENTED.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return CONSENTED.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Consented":
        """Read a decoded map, or raise MessageError."""
        return CONSENTED.read(value)

    def check(self) -> None:
        """Accept it: whether it needs conditions is a rule of the message."""


CONSENTED: Final = Shape(Consented.name, Consented, Field("outcome", choice(Consent), canonical.text))
