"""What is asked of an agreement: who wants to do what with which thing, and under which circumstances.

The four values carry no identifiers of messages, records or officers, for two reasons: a clause may not single one out,
and equal questions are then equal values, so that the second is answered from memory. Every attribute a clause can name
is a field here, with its type and meaning beside it; the engine's schema, the checks on clauses and the reference page
are made from these fields. ``None`` means "not stated", and what is not stated satisfies no condition.

They are named tuples and no dataclasses because two are built for each message: a tuple of this width is built, hashed
and compared five times faster, and that is most of what a remembered answer costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

from comity.vocabulary.authority import AuthorityId


class Action(StrEnum):
    """What may be asked for; each is decided by name, and none includes another."""

    SEND = "send"
    RECEIVE = "receive"
    ANSWER = "answer"
    FORWARD = "forward"
    ATTACH = "attach"
    SEARCH = "search"
    VIEW = "view"
    EXPORT = "export"
    CONFIRM_MATCH = "confirm-match"


class Role(StrEnum):
    """What an officer is at his own authority. An officer with two roles acts in one of them at a time."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class ThingKind(StrEnum):
    """What sort of thing is asked for."""

    MESSAGE = "message"
    RECORD = "record"
    MATCH = "match"
    LEDGER_ENTRY = "ledger-entry"


class Part(StrEnum):
    """How much of it: what it says, or only that it exists, from whom, when and in which state."""

    CONTENT = "content"
    METADATA = "metadata"


OVERSIGHT = "oversight"
"""The purpose for which a data protection officer looks. Not one for which authorities exchange anything."""


class Type(StrEnum):
    """Type of an attribute, by the engine's own name for it."""

    TEXT = "String"
    TEXTS = "Set"
    NUMBER = "Long"
    TRUTH = "Bool"


class Party(NamedTuple):
    """An authority that acts towards another one under an agreement."""

    authority: Annotated[AuthorityId, "the authority that acts, or whose officer acts"]


class Official(NamedTuple):
    """An officer who acts inside his own authority, in one role."""

    authority: Annotated[AuthorityId, "the authority that acts, or whose officer acts"]
    role: Annotated[str, "officer, supervisor, dpo, auditor or administrator"]
    unit: Annotated[str | None, "the unit the officer belongs to"] = None


class Thing(NamedTuple):
    """What the act is about: a message, a record, a match or a ledger entry."""

    kind: Annotated[str, "message, record, match or ledger-entry"]
    authority: Annotated[AuthorityId | None, "the authority of this node that holds or writes it"] = None
    originator: Annotated[AuthorityId | None, "the authority that supplied the information and stays its owner"] = None
    message: Annotated[str | None, "kind of message: request, answer, information and so on"] = None
    purpose: Annotated[str | None, "the purpose it was supplied or asked for"] = None
    purpose_bound: Annotated[bool | None, "whether the originator limits its use to that purpose"] = False
    crime_area: Annotated[str | None, "crime area code"] = None
    schemata: Annotated[frozenset[str] | None, "kinds of subject it names"] = frozenset()
    categories: Annotated[frozenset[str] | None, "categories of the persons it names"] = frozenset()
    handling: Annotated[frozenset[str] | None, "handling codes it bears"] = None
    languages: Annotated[frozenset[str] | None, "languages its free text is in"] = frozenset()
    special: Annotated[bool | None, "whether it reveals special categories of data"] = False
    restricted: Annotated[bool | None, "whether only the unit that handles it may know it"] = False
    unit: Annotated[str | None, "the unit that handles it"] = None
    retain_until: Annotated[date | None, "last day it may be kept, as a day number"] = None
    size_bytes: Annotated[int | None, "size of an attachment in bytes"] = None
    copied: Annotated[bool | None, "whether the recipient gets it as a copy, for information only"] = False


class Circumstances(NamedTuple):
    """What else decides: the other side, the purpose, consents, approvals."""

    partner: Annotated[
        AuthorityId | None, "the other authority: recipient of what is sent, sender of what is received"
    ] = None
    purpose: Annotated[str | None, "what the officer does it for"] = None
    part: Annotated[str | None, "content or metadata"] = None
    urgency: Annotated[str | None, "normal, urgent or life-at-risk"] = None
    urgency_ground: Annotated[str | None, "ground of urgency, a to d"] = None
    in_reply: Annotated[bool | None, "whether it answers an open message of the partner"] = False
    originator_consent: Annotated[bool | None, "whether the originator consented to this act"] = False
    court: Annotated[bool | None, "whether it is for use before a court"] = False
    justified: Annotated[bool | None, "whether the officer stated a case or a reason"] = False
    necessary: Annotated[bool | None, "whether strict necessity was stated for special categories"] = False
    approvals: Annotated[int | None, "how many officers approved, the author not counted"] = 0
    same_state: Annotated[bool | None, "whether both authorities are of one state or organisation"] = False


class Ask(NamedTuple):
    """One question: may `principal` do `action` to `resource`, given `context`, on the day `today` (UTC)?"""

    principal: Party | Official
    action: str
    resource: Thing
    context: Circumstances
    today: date


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute that a clause can name, as ``resource.handling``."""

    of: str
    name: str
    type: Type
    meaning: str

    @property
    def path(self) -> str:
        """The name as clauses write it."""
        return f"{self.of}.{self.name}"

    @property
    def key(self) -> str:
        """The stem of its reason keys: ``resource.crime_area`` gives ``crime-area``."""
        return self.name.replace("_", "-")


# Filled in by decide() itself, from the ask's day and the agreement's dates: a caller cannot get them wrong.
_COMPUTED = (
    Attribute("context", "today", Type.NUMBER, "the day of the act in UTC, as a day number"),
    Attribute("context", "in_force", Type.TRUTH, "whether the agreement is in force on that day"),
)


_TYPES: Mapping[type, Type] = MappingProxyType(
    {
        AuthorityId: Type.TEXT,
        str: Type.TEXT,
        frozenset[str]: Type.TEXTS,
        bool: Type.TRUTH,
        int: Type.NUMBER,
        date: Type.NUMBER,
    }
)


def _of(who: str, value: type[Party | Official | Thing | Circumstances]) -> tuple[Attribute, ...]:
    hints = get_type_hints(value, include_extras=True)

    def attribute(name: str) -> Attribute:
        hint, meaning = get_args(hints[name])
        stated = next((part for part in get_args(hint) if part in _TYPES), hint)
        return Attribute(who, name, _TYPES[stated], meaning)

    return tuple(attribute(name) for name in value._fields)


_SHARED = (*_of("resource", Thing), *_of("context", Circumstances), *_COMPUTED)
PARTY_ATTRIBUTES = MappingProxyType({a.path: a for a in (*_of("principal", Party), *_SHARED)})
OFFICIAL_ATTRIBUTES = MappingProxyType({a.path: a for a in (*_of("principal", Official), *_SHARED)})


def stated(value: Party | Official | Thing | Circumstances) -> dict[str, Any]:
    """Return what the value states, as plain JSON: authorities as text, days as day numbers, sets sorted.

    Anything of another type is passed on as it is, for the engine's schema to refuse.
    """
    return {name: _plain(found) for name, found in zip(value._fields, value, strict=True) if found is not None}


def _plain(value: object) -> object:
    match value:
        case AuthorityId():
            return str(value)
        case date():
            return value.toordinal()
        case frozenset():
            return sorted(value, key=str)
        case _:
            return value


def kinds(ask: Ask) -> tuple[type, ...]:
    """Return the types of everything that is no text, because Python holds ``True`` equal to ``1``.

    Without it a remembered answer to ``approvals=1`` would also answer the ill-typed ``approvals=True``.
    """
    thing, context = ask.resource, ask.context
    return (
        thing.purpose_bound.__class__,
        thing.special.__class__,
        thing.restricted.__class__,
        thing.size_bytes.__class__,
        context.in_reply.__class__,
        context.originator_consent.__class__,
        context.court.__class__,
        context.justified.__class__,
        context.necessary.__class__,
        context.approvals.__class__,
        thing.copied.__class__,
        context.same_state.__class__,
    )
