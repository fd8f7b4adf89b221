"""The head: the first item of every message, which says who, what, why, how urgent and under which restrictions."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from comity.messages import canonical
from comity.messages.fields import (
    authority,
    choice,
    codes,
    count,
    text,
    text_or_empty,
    write_authority,
    write_count,
    write_list,
    write_text,
)
from comity.messages.shape import Field, Shape
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.classification import Classification
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.expects import Expects
from comity.vocabulary.handling import Handling
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.urgency import Urgency, UrgencyGround


@dataclass(frozen=True, slots=True)
class Head:
    """What every message says of itself.

    Attributes:
        kind: one of `comity.messages.kinds.KINDS`.
        from_: the originator; compared with the note's `from`.
        recipients: all of them, for all to see; each note's `to` must be among them.
        sent: Unix seconds, UTC.
        reference: the originator's own, such as ``XA-2026-000123``.
        purpose: what the information is for.
        area: area of crime.
        urgency: anything but normal needs a ground.
        ground: of urgency.
        handling: codes H0 to H3; H3 needs a condition.
        deadline: Unix seconds by which an answer is asked for; 0 for the agreement's time limit.
        approvals: how many officers approved beside the author.
        classification: of the whole, files included; nothing where it is for official use and no more.
        expects: which answers a request to several expects; where it says nothing, every recipient owes one.
        copies: those of the recipients who get it for their information only and owe nothing.
        agreement: id of the agreement that the sender names as its basis; empty for any in force.
    """

    name: ClassVar[str] = "head"

    kind: str
    from_: AuthorityId
    recipients: tuple[AuthorityId, ...]
    sent: int
    reference: str
    purpose: Purpose
    area: CrimeArea
    urgency: Urgency = Urgency.NORMAL
    ground: UrgencyGround | None = None
    handling: tuple[Handling, ...] = (Handling.H0,)
    deadline: int = 0
    approvals: int = 0
    classification: Classification | None = None
    expects: Expects | None = None
    copies: tuple[AuthorityId, ...] = ()
    agreement: str = ""

    @property
    def asked(self) -> tuple[AuthorityId, ...]:
        """The recipients to whom it is addressed, without those who get a copy."""
        return tuple(one for one in self.recipients if one not in self.copies) if self.copies else self.recipients

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return HEAD.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return HEAD.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Head":
        """Read a decoded map.

        Raises:
            MessageError: a field is missing, unknown, of the wrong type, or no word of the vocabulary.
        """
        return HEAD.read(value)


HEAD: Final = Shape(
    Head.name,
    # No code stands for H0 here: a head that came without one has none, and is refused for that.
    partial(Head, handling=()),
    Field("kind", text, write_text),
    Field("from", authority, write_authority, "from_"),
    Field("to", codes(authority, needed=True), write_list(write_authority, needed=True), "recipients"),
    Field("sent", count, write_count),
    Field("reference", text, write_text),
    Field("purpose", choice(Purpose), canonical.text),
    Field("area", choice(CrimeArea), canonical.text),
    Field("urgency", choice(Urgency), canonical.text, optional=True),
    Field("ground", choice(UrgencyGround), canonical.text, optional=True),
    Field("handling", codes(choice(Handling)), write_list(canonical.text), optional=True),
    Field("deadline", count, write_count, optional=True),
    Field("approvals", count, write_count, optional=True),
    Field("classification", choice(Classification), canonical.text, optional=True),
    Field("expects", choice(Expects), canonical.text, optional=True),
    Field("copies", codes(authority, needed=True), write_list(write_authority, needed=True), optional=True),
    Field("agreement", text_or_empty, write_text, optional=True),
)
