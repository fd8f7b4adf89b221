"""An agreement as a value, read from its JSON document.

The form is strict: an unknown field, a repeated key, a missing language, a condition that cannot be checked or a clause
number that occurs twice makes the whole document unusable (docs/reference/agreements.md). A document that was read is
thus one in which every clause says something the engine can decide, or openly says nothing to it.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from typing import Literal as Only

import msgspec

from comity.agreements.asking import OFFICIAL_ATTRIBUTES, PARTY_ATTRIBUTES, Action, Attribute
from comity.agreements.conditions import Condition, Literal, Op, fits
from comity.agreements.copies import Copies, CopyRule, check_copies
from comity.agreements.errors import DocumentError
from comity.vocabulary.authority import AuthorityId

LANGUAGES = ("en", "fr", "es", "ar")
MAX_BYTES = 1 << 20
MAX_NUMBER = (1 << 63) - 1
"""The engine counts in signed 64 bits."""

_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}")


class Form(StrEnum):
    """Whom a document binds: authorities towards each other, or officers at home."""

    CONVENTION = "convention"
    HOUSE = "house"


class Effect(StrEnum):
    """What a clause does when its conditions are met."""

    PERMIT = "permit"
    FORBID = "forbid"
    DUTY = "duty"
    DECLARE = "declare"


class DutyKind(StrEnum):
    """What a permitted act obliges to."""

    RETAIN_DAYS = "retain-days"
    ANSWER_WITHIN_HOURS = "answer-within-hours"
    MARK = "mark"
    FOUR_EYES = "four-eyes"
    TELL_ORIGINATOR = "tell-originator"
    COURT_CONSENT = "court-consent"


NUMBERED_DUTIES = frozenset({DutyKind.RETAIN_DAYS, DutyKind.ANSWER_WITHIN_HOURS, DutyKind.FOUR_EYES})
"""Duties that need a number: of days, of hours, of officers."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered clause: its words in four languages and its machine part.

    Attributes:
        id: agreement and number, as ``harbour.5.2``; the id of the policy, and what decisions name.
        when: for a permission: all must hold. For a prohibition or a duty: it applies where all hold or are not stated.
        unless: for a prohibition: it does not apply where all of these hold; empty means it always applies.
        duty: for a duty, what is owed, with its number or zero.
    """

    id: str
    number: str
    text: Mapping[str, str]
    effect: Effect
    actions: tuple[Action, ...] = ()
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    duty: tuple[DutyKind, int] | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What parties agreed, in the words they agreed on.

    Attributes:
        in_force: first and last day, both included, in UTC; no last day means until denounced.
        court_use: rule of the clause named beside it, for people; the clause decides.
        onward_transfer: as `court_use`.
        safeguards: code of a safeguard to the clause that holds it.
        time_limits_hours: urgency to hours, from receipt.
        copies: who gives whom a copy of what it sends.
    """

    id: str
    form: Form
    title: Mapping[str, str]
    parties: tuple[AuthorityId, ...]
    observers: tuple[AuthorityId, ...]
    in_force: tuple[date, date | None]
    purposes: tuple[str, ...]
    crime_areas: tuple[str, ...]
    message_kinds: tuple[str, ...]
    schemata: tuple[str, ...]
    person_categories: tuple[str, ...]
    handling: tuple[str, ...]
    languages: tuple[str, ...]
    court_use: tuple[str, str]
    onward_transfer: tuple[str, str]
    retention_days: Mapping[str, int]
    time_limits_hours: Mapping[str, int]
    safeguards: Mapping[str, str]
    clauses: tuple[Clause, ...]
    copies: tuple[Copies, ...] = ()

    def clause(self, clause_id: str) -> Clause | None:
        """Return the clause with this id, as ``harbour.5.2``."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)

    def is_in_force(self, today: date) -> bool:
        """Return whether the agreement is in force on a day (UTC)."""
        first, last = self.in_force
        return first <= today and (last is None or today <= last)

    def binds(self, authority: AuthorityId) -> bool:
        """Return whether the authority is a party or an observer; what an observer may do is for the clauses."""
        return authority in self.parties or authority in self.observers


def parse_agreement(raw: bytes) -> Agreement:
    """Read an agreement from its document.

    Raises:
        DocumentError: names the place and the fault.
    """
    if len(raw) > MAX_BYTES:
        raise DocumentError(f"{len(raw)} bytes, at most {MAX_BYTES} are read")
    try:
        document = msgspec.convert(_strict_json(raw), type=_Document, strict=True)
    except msgspec.ValidationError as error:
        raise DocumentError(str(error)) from error
    _check_words(document)
    numbers = [clause.number for clause in document.clauses]
    for position, number in enumerate(numbers):
        if number in numbers[:position]:
            raise DocumentError(f"clause number `{number}` occurs twice", f"clauses[{position}]")
    return _build(document)


# The shape of the document; what shape cannot say is checked below.
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
_Word = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9-]{0,59}\Z")]
_Amount = Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)]
_Right = str | int | bool | list[str]
_Triple = tuple[str, str, _Right]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Days(_Strict, frozen=True, rename={"first": "from", "last": "to"}):
    first: date
    last: date | None


class _Term(_Strict, frozen=True):
    rule: Only["with-consent", "forbidden", "permitted"]
    clause: str


class _Copies(_Strict, frozen=True, rename={"sender": "from"}):
    sender: str
    to: str
    kinds: Annotated[list[_Word], msgspec.Meta(min_length=1)]
    rule: CopyRule
    clause: str


class _Machine(_Strict, frozen=True):
    effect: Effect
    actions: list[Action] = []
    when: list[_Triple] = []
    unless: list[_Triple] = []
    duty: DutyKind | None = None
    amount: _Amount | str | None = None


class _Clause(_Strict, frozen=True):
    number: str
    text: dict[str, _Text]
    machine: _Machine


class _Document(_Strict, frozen=True):
    v: Only[1]
    id: str
    form: Form
    title: dict[str, _Text]
    in_force: _Days
    clauses: Annotated[list[_Clause], msgspec.Meta(min_length=1, max_length=500)]
    parties: list[str] = []
    observers: list[str] = []
    purposes: list[_Word] = []
    crime_areas: list[_Word] = []
    message_kinds: list[_Word] = []
    schemata: list[_Word] = []
    person_categories: list[_Word] = []
    handling: list[_Word] = []
    languages: list[_Word] = []
    court_use: _Term | None = None
    onward_transfer: _Term | None = None
    retention_days: dict[str, _Amount] = {}
    time_limits_hours: dict[str, _Amount] = {}
    safeguards: dict[str, str] = {}
    copies: Annotated[list[_Copies], msgspec.Meta(max_length=500)] = []


_LISTS = (
    "parties",
    "observers",
    "purposes",
    "crime_areas",
    "message_kinds",
    "schemata",
    "person_categories",
    "handling",
    "languages",
)


def _strict_json(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value, judged by the caller
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise DocumentError("a key occurs twice in one object")
        return dict(pairs)

    def never(found: str) -> None:
        raise DocumentError(f"`{found[:20]}` is no whole number")

    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=once, parse_float=never, parse_constant=never)
    except (ValueError, RecursionError) as error:
        raise DocumentError("the bytes are no JSON in UTF-8") from error


def _check_words(document: _Document) -> None:
    if not _ID.fullmatch(document.id):
        raise DocumentError("an id has 2 to 40 small letters, digits and hyphens, a letter first", "id")
    _check_text(document.title, "title")
    for name in _LISTS:
        found: list[str] = getattr(document, name)
        if len(set(found)) != len(found):
            raise DocumentError("a word occurs twice", name)
    first, last = document.in_force.first, document.in_force.last
    if last is not None and last < first:
        raise DocumentError("ends before it begins", "in_force")
    numbers = {clause.number for clause in document.clauses}
    terms = [(n, t.clause) for n in ("court_use", "onward_transfer") if (t := getattr(document, n)) is not None]
    for where, number in (*terms, *((f"safeguards.{code}", n) for code, n in document.safeguards.items())):
        if number not in numbers:
            raise DocumentError(f"there is no clause `{number}`", where)
    for position, one in enumerate(_copies(document)):
        check_copies(one, (document.parties, document.message_kinds, numbers), f"copies[{position}]")


def _check_text(text: Mapping[str, str], where: str) -> None:
    if set(text) != set(LANGUAGES):
        raise DocumentError(f"words are needed in exactly {', '.join(LANGUAGES)}", where)
    for language, words in text.items():
        # Control and direction-override characters could make a clause read other than it is stored.
        if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in words):
            raise DocumentError("holds a control character", f"{where}.{language}")
        if not unicodedata.is_normalized("NFC", words):
            raise DocumentError("is not in Unicode form NFC", f"{where}.{language}")


def _build(document: _Document) -> Agreement:
    def term(found: _Term | None) -> tuple[str, str]:
        return ("", "") if found is None else (found.rule, f"{document.id}.{found.clause}")

    return Agreement(
        id=document.id,
        form=document.form,
        title=document.title,
        parties=_authorities(document.parties, "parties"),
        observers=_authorities(document.observers, "observers"),
        in_force=(document.in_force.first, document.in_force.last),
        purposes=tuple(document.purposes),
        crime_areas=tuple(document.crime_areas),
        message_kinds=tuple(document.message_kinds),
        schemata=tuple(document.schemata),
        person_categories=tuple(document.person_categories),
        handling=tuple(document.handling),
        languages=tuple(document.languages),
        court_use=term(document.court_use),
        onward_transfer=term(document.onward_transfer),
        retention_days=document.retention_days,
        time_limits_hours=document.time_limits_hours,
        safeguards={code: f"{document.id}.{number}" for code, number in document.safeguards.items()},
        clauses=tuple(_clauses(document)),
        copies=tuple(replace(one, clause=f"{document.id}.{one.clause}") for one in _copies(document)),
    )


def _copies(document: _Document) -> Iterator[Copies]:
    for position, one in enumerate(document.copies):
        sender, to = _authorities([one.sender, one.to], f"copies[{position}]")
        yield Copies(sender, to, tuple(one.kinds), one.rule, one.clause)


def _authorities(names: list[str], where: str) -> tuple[AuthorityId, ...]:
    try:
        return tuple(AuthorityId.parse(name) for name in names)
    except ValueError as error:
        raise DocumentError("holds what is no authority id", where) from error


def _clauses(document: _Document) -> Iterator[Clause]:
    for position, clause in enumerate(document.clauses):
        where = f"clauses[{position}]"
        if not _NUMBER.fullmatch(clause.number):
            raise DocumentError(f"`{clause.number[:20]}` is no clause number such as 5.2", where)
        _check_text(clause.text, f"{where}.text")
        machine = clause.machine
        _check_machine(document.form, machine, f"{where}.machine")
        yield Clause(
            id=f"{document.id}.{clause.number}",
            number=clause.number,
            text=clause.text,
            effect=machine.effect,
            actions=tuple(machine.actions),
            when=tuple(_conditions(document, machine.when, f"{where}.machine.when")),
            unless=tuple(_conditions(document, machine.unless, f"{where}.machine.unless")),
            duty=_duty(document, machine, f"{where}.machine"),
        )


def _check_machine(form: Form, machine: _Machine, where: str) -> None:
    declares = machine.effect is Effect.DECLARE
    if declares and machine != _Machine(effect=Effect.DECLARE):
        raise DocumentError("a declaration has no machine part beside its effect", where)
    if not declares and not machine.actions:
        raise DocumentError("names no action", where)
    if len(set(machine.actions)) != len(machine.actions):
        raise DocumentError("names an action twice", where)
    if machine.unless and machine.effect is not Effect.FORBID:
        raise DocumentError("`unless` belongs to prohibitions only", where)
    if (machine.duty is not None) != (machine.effect is Effect.DUTY):
        raise DocumentError("a duty, and nothing else, says what is owed", where)
    # A permission without any condition would let a typing error open everything.
    if machine.effect is Effect.PERMIT and not machine.when:
        raise DocumentError("a permission needs at least one condition", where)
    outside = set(machine.actions) - ACTIONS_OF[form]
    if outside:
        raise DocumentError(f"a {form} does not decide about `{min(outside)}`", where)


ACTIONS_OF: Mapping[Form, frozenset[Action]] = {
    Form.CONVENTION: frozenset(Action) - {Action.VIEW, Action.EXPORT, Action.CONFIRM_MATCH},
    Form.HOUSE: frozenset(Action) - {Action.RECEIVE},
}
"""Who is asked about what: agreements about acts between authorities, house rules about acts of officers."""

ATTRIBUTES_OF: Mapping[Form, Mapping[str, Attribute]] = {
    Form.CONVENTION: PARTY_ATTRIBUTES,
    Form.HOUSE: OFFICIAL_ATTRIBUTES,
}


def _conditions(document: _Document, triples: list[_Triple], where: str) -> Iterator[Condition]:
    known = ATTRIBUTES_OF[document.form]
    for position, (path, word, right) in enumerate(triples):
        here = f"{where}[{position}]"
        if path not in known:
            raise DocumentError(f"unknown attribute `{path[:60]}`", here)
        if word not in list(Op):
            raise DocumentError(f"unknown comparison `{word[:20]}`", here)
        op = Op(word)
        other = known.get(right) if isinstance(right, str) and op in {Op.SAME, Op.AT_LEAST, Op.AT_MOST} else None
        literal = () if other else _literal(document, right, here)
        if not fits(op, known[path], literal, other):
            raise DocumentError(f"`{path}` cannot be compared by `{op}` with what stands there", here)
        yield Condition(known[path], op, literal, other)


def _literal(document: _Document, right: _Right, where: str) -> Literal:
    if isinstance(right, str) and right.startswith("@"):
        return _referred(document, right[1:], where)
    if isinstance(right, list):
        return tuple(right)
    if isinstance(right, int) and not -MAX_NUMBER <= right <= MAX_NUMBER:
        raise DocumentError("the number is too large", where)
    return right


def _referred(document: _Document, name: str, where: str) -> int | tuple[str, ...]:
    if name in _LISTS:
        return tuple(getattr(document, name))
    table, _, entry = name.partition(".")
    if table in {"retention_days", "time_limits_hours"}:
        numbers: dict[str, int] = getattr(document, table)
        if entry in numbers:
            return numbers[entry]
    raise DocumentError(f"`@{name[:60]}` is not in this document", where)


def _duty(document: _Document, machine: _Machine, where: str) -> tuple[DutyKind, int] | None:
    if machine.duty is None:
        if machine.amount is not None:
            raise DocumentError("an amount belongs to duties only", where)
        return None
    amount = machine.amount
    if isinstance(amount, str):
        found = _referred(document, amount.removeprefix("@"), where)
        amount = found if isinstance(found, int) else None
    if (machine.duty in NUMBERED_DUTIES) != (amount is not None):
        raise DocumentError(f"`{machine.duty}` is owed with a number, or without, not as it stands there", where)
    return (machine.duty, amount or 0)
