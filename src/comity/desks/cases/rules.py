"""Which facts a subject is asked by, and what a case's reference looks like."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a subject on the form.

    `kind` is text, name (in any script), date (partial dates allowed), country, sex, code (read letter by letter, drawn
    left to right in every language), or a code of which the form is known: imo, mmsi, vin, iban. `several` values are
    written one on a line.
    """

    prop: str
    kind: str = "text"
    several: bool = False


# What an officer is asked for each kind of subject, most telling first; names are the subject model's.
FIELDS: Final[dict[str, tuple[Asked, ...]]] = {
    "Person": (
        Asked("name", "name", several=True),
        Asked("alias", "name", several=True),
        Asked("birthDate", "date", several=True),
        Asked("birthPlace"),
        Asked("nationality", "country", several=True),
        Asked("gender", "sex"),
        Asked("passportNumber", "code", several=True),
        Asked("idNumber", "code", several=True),
        Asked("fatherName"),
        Asked("phone", "code", several=True),
        Asked("email", "code", several=True),
        Asked("address"),
    ),
    "Vessel": (
        Asked("name", "name", several=True),
        Asked("imoNumber", "imo"),
        Asked("mmsi", "mmsi"),
        Asked("callSign", "code"),
        Asked("flag", "country"),
        Asked("previousName", "name", several=True),
        Asked("type"),
    ),
    "Vehicle": (
        Asked("registrationNumber", "code", several=True),
        Asked("description", "vin"),  # the model has no property for it; the comparison reads it from the words
        Asked("type"),
        Asked("model"),
        Asked("country", "country"),
    ),
    "Airplane": (
        Asked("registrationNumber", "code"),
        Asked("serialNumber", "code"),
        Asked("icaoCode", "code"),
        Asked("manufacturer"),
        Asked("model"),
        Asked("country", "country"),
    ),
    "Organization": (
        Asked("name", "name", several=True),
        Asked("alias", "name", several=True),
        Asked("registrationNumber", "code", several=True),
        Asked("jurisdiction", "country"),
        Asked("taxNumber", "code"),
        Asked("phone", "code", several=True),
        Asked("email", "code", several=True),
        Asked("address"),
    ),
    "Plate": (Asked("registrationNumber", "code"), Asked("country", "country")),
    "Passport": (
        Asked("number", "code"),
        Asked("country", "country"),
        Asked("surname"),
        Asked("givenName"),
        Asked("birthDate", "date"),
        Asked("gender", "sex"),
        Asked("endDate", "date"),
    ),
    "Identification": (
        Asked("number", "code"),
        Asked("type"),
        Asked("country", "country"),
        Asked("endDate", "date"),
    ),
    "Phone": (Asked("number", "code"), Asked("imei", "code"), Asked("imsi", "code"), Asked("country", "country")),
    "BankAccount": (
        Asked("iban", "iban"),
        Asked("accountNumber", "code"),
        Asked("bankName"),
        Asked("bic", "code"),
        Asked("country", "country"),
    ),
    "CryptoWallet": (Asked("publicKey", "code"), Asked("currencySymbol", "code"), Asked("managingExchange")),
    "Firearm": (
        Asked("serialNumber", "code"),
        Asked("make"),
        Asked("model"),
        Asked("caliber"),
        Asked("country", "country"),
    ),
    "Address": (Asked("full"), Asked("city"), Asked("postalCode", "code"), Asked("country", "country")),
}

OFTEN: Final = ("Person", "Vehicle", "Plate", "Vessel", "Organization", "Phone")
"""Kinds of subject that stand first; the others are one step away."""

VIN_PREFIX: Final = "VIN "
"""Before a vehicle identification number among the words of a vehicle's description."""

MAX_SUBJECTS: Final = 20
"""A request about more belongs into a batch check."""

WITH_CATEGORY: Final = frozenset({"Person"})
"""Kinds of subject of whom the law asks why they are named."""

WITH_ZONE: Final = frozenset({"Person", "Passport", "Identification"})
"""Kinds of subject that a machine readable zone tells of."""

WITH_SUBJECTS: Final = frozenset({"request", "assistance", "information", "correction", "supplement"})
"""Kinds of message on whose form subjects are written; an answer takes them from confirmed records."""

LINKED: Final = frozenset({"request", "assistance", "supplement"})
"""Kinds of message in which every subject says how it is linked with the purpose."""

WITH_FILES: Final = frozenset(
    {"request", "assistance", "information", "answer", "refusal", "correction", "clarification", "supplement", "hit"}
)
"""Kinds of message to which files can be attached."""

MAX_FILES: Final = 20

ASKS: Final = frozenset({"request", "assistance"})
"""Kinds of message that an answer or a refusal replies to; each has a clock, of its own day or of the agreement."""

AWAIT_REPLY: Final = ASKS | {"clarification", "consent-request"}
"""Kinds of message that wait for an answer."""

CORRECTABLE: Final = frozenset({"request", "assistance", "answer", "information", "correction", "supplement", "hit"})
"""Kinds of message of ours that can be corrected."""

WITHDRAWABLE: Final = CORRECTABLE | {"refusal", "clarification", "consent-request", "consent", "acknowledgement"}
"""Kinds of message of ours that can be withdrawn."""

FOLLOW_UPS: Final = ("reminder", "correction", "withdrawal")
"""Kinds of message in which we speak of a message of our own."""

REPLIES: Final = frozenset(
    {"answer", "refusal", "clarification", "hit", "consent-request", "consent", "acknowledgement"}
)
"""Kinds of message that only the recipient of a message may send, about that message."""

NAMES_SUBJECTS: Final = frozenset({"information", "correction", "supplement"})
"""Kinds of message beside a request whose subjects are looked for in the records."""

REFERRING: Final = frozenset({*FOLLOW_UPS, *REPLIES, "supplement"} - {"answer", "refusal"})
"""Kinds of message that are shown with what they refer to."""

MAX_APPROVALS: Final = 2
"""More officers than these no agreement asks for before something is sent."""


def reference(authority: str, number: int, at: datetime) -> str:
    """Return a case's reference: `XA-NCB-2026-000042` for the 42nd case of `xa.ncb` in that year (UTC)."""
    state, _, name = authority.partition(".")
    return f"{state.upper()}-{name.upper()}-{at.year}-{number:06d}"


BETWEEN_NAMES: Final = " · "


def caption(names: tuple[str, ...]) -> str:
    """Return the title of a case from the captions of its subjects: two names, and how many more."""
    shown = BETWEEN_NAMES.join(names[:2])
    return f"{shown} +{len(names) - 2}" if len(names) > 2 else shown  # noqa: PLR2004 - as the docstring says


class Spoken(Protocol):
    """What the rules ask of a message."""

    incoming: bool
    kind: str
    state: str
    standing: str
    channel: str
    circular: bool
    copied: bool

    @property
    def content(self) -> Any:  # noqa: ANN401  # plain JSON
        """What the message says; nothing once erased."""
        ...


def may_be_answered(message: Spoken) -> bool:
    """Whether the message is a partner's request that still waits for an answer."""
    waits = message.incoming and message.kind in ASKS and message.state in {"new", "open"} and not message.copied
    return waits and message.standing != "withdrawn" and not message.channel


def may_be_entered(message: Spoken) -> bool:
    """Whether an answer given outside the exchange can be entered: to our request, or to one that was entered itself.

    What a partner asked through the exchange is answered there, or its clock would run on.
    """
    waits = message.kind in ASKS and message.state in {"new", "open"} and message.standing != "withdrawn"
    return waits and message.incoming == bool(message.channel) and bool(message.content)


def may_follow_up(message: Spoken, kind: str) -> bool:
    """Whether a reminder, correction or withdrawal of this message can be written now."""
    if message.incoming or message.channel or message.standing == "withdrawn" or not message.content:
        return False
    if kind == "reminder":
        return message.kind in ASKS and message.state == "open" and not message.circular
    return message.kind in (CORRECTABLE if kind == "correction" else WITHDRAWABLE)


def may_be_hit(message: Spoken) -> bool:
    """Whether a hit on what a partner named can be told now; on a request the answer tells it."""
    there = message.incoming and message.standing != "withdrawn" and not message.channel
    return there and (message.kind in NAMES_SUBJECTS or (message.copied and message.kind in ASKS))


def may_be_used(message: Spoken) -> bool:
    """Whether the owner of what a message brought can be asked to consent to a further use of it."""
    brought = message.kind in NAMES_SUBJECTS or message.kind in ASKS | {"answer", "hit"}
    sealed = message.incoming and not message.channel
    return sealed and brought and message.standing != "withdrawn" and bool(message.content)


def may_be_allowed(message: Spoken) -> bool:
    """Whether the message is a partner's wish for our consent that waits."""
    waits = message.incoming and message.kind == "consent-request" and message.state in {"new", "open"}
    return waits and message.standing != "withdrawn" and not message.channel


def may_be_supplied(message: Spoken) -> bool:
    """Whether something can be added now: to a partner's clarification that waits, or to our request that waits."""
    if message.standing == "withdrawn" or message.state not in {"new", "open"} or not message.content:
        return False
    return not message.channel and message.kind in ({"clarification"} if message.incoming else ASKS)


def may_be_acknowledged(message: Spoken) -> bool:
    """Whether one can tell the partner who works on its message; what is settled says more than that."""
    there = message.incoming and message.standing != "withdrawn" and not message.channel and not message.copied
    return there and bool(message.content) and (message.kind in {"information", "hit"} or _waits_for_us(message))


def _waits_for_us(message: Spoken) -> bool:
    return message.kind in ASKS | {"consent-request"} and message.state in {"new", "open"}


def may_be_about(message: Spoken, kind: str) -> bool:
    """Whether a message of this kind can refer to that message now."""
    if kind == "hit":
        return may_be_hit(message)
    if kind in {"consent-request", "consent"}:
        return may_be_used(message) if kind == "consent-request" else may_be_allowed(message)
    if kind == "acknowledgement":
        return may_be_acknowledged(message)
    if kind in REPLIES:
        return may_be_answered(message)
    return may_be_supplied(message) if kind == "supplement" else may_follow_up(message, kind)


def acts_on(message: Spoken) -> tuple[str, ...]:
    """Return the kinds of message that can be written about this one now, replies to a request apart."""
    return tuple(
        kind
        for kind in (*FOLLOW_UPS, "supplement", "consent-request", "consent", "acknowledgement")
        if may_be_about(message, kind)
    )
