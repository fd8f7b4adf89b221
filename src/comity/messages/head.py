"""The head: the first item of every message, which says who, what, why, how urgent and under which restrictions."""

from dataclasses import dataclass
from typing import ClassVar, Final

from comity.messages.errors import MessageError
from comity.messages.fields import Fields, without_empty
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.handling import Handling
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.urgency import Urgency, UrgencyGround

_FIELDS: Final = frozenset(
    {
        "kind", "from", "to", "sent", "reference", "purpose", "area", "urgency", "ground", "handling", "deadline",
        "approvals", "agreement",
    }
)  # fmt: skip


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
    agreement: str = ""

    def to_value(self) -> dict[str, object]:
        """Return the map that is encoded."""
        return without_empty(
            {
                "kind": self.kind,
                "from": str(self.from_),
                "to": [str(recipient) for recipient in self.recipients],
                "sent": self.sent,
                "reference": self.reference,
                "purpose": self.purpose.value,
                "area": self.area.value,
                "urgency": self.urgency.value,
                "ground": None if self.ground is None else self.ground.value,
                "handling": [code.value for code in self.handling],
                "deadline": self.deadline or None,
                "approvals": self.approvals or None,
                "agreement": self.agreement,
            }
        )

    @classmethod
    def from_value(cls, value: object) -> "Head":
        """Read a decoded map.

        Raises:
            MessageError: a field is missing, unknown, of the wrong type, or no word of the vocabulary.
        """
        fields = Fields(value, cls.name, _FIELDS)
        recipients = fields.codes("to", AuthorityId.parse)
        if not recipients:
            raise MessageError("message.field.missing", "head.to")
        return cls(
            kind=fields.text("kind"),
            from_=fields.authority("from"),
            recipients=recipients,
            sent=fields.count("sent"),
            reference=fields.text("reference"),
            purpose=fields.choice("purpose", Purpose),
            area=fields.choice("area", CrimeArea),
            urgency=fields.choice("urgency", Urgency),
            ground=fields.choice("ground", UrgencyGround) if fields.has("ground") else None,
            handling=fields.codes("handling", Handling),
            deadline=fields.count("deadline", 0),
            approvals=fields.count("approvals", 0),
            agreement=fields.text("agreement", ""),
        )
