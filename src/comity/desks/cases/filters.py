"""What narrows a list of messages: a few fields that can stand in an address, for none of them is a name.

A filter is read leniently: a value that is none is left out and named, so that an old link still shows a list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Case as DbCase
from django.db.models import Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.desks.cases import words
from comity.desks.cases.choices import authority_name
from comity.desks.cases.models import Addressee, Case, State
from comity.messages import KINDS
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError

WAYS: Final = ("in", "out")
SORTS: Final = ("due", "newest", "oldest")
TAGGED: Final = ("way", "partner", "kind", "area", "urgency")
"""Fields that never change for a message, see `indexing.tags_of`."""
HOLDERS: Final = ("me", "nobody")
WAITS: Final = (State.NEW, State.OPEN)
AWAITED: Final = Q(incoming__in=(True, False), state__in=WAITS, due_at__isnull=False)
"""Messages for which a time limit runs, or ran out; either way, so that an index can serve it."""
BY_DUE: Final = (F("still_since").asc(nulls_first=True), F("due_at").asc(nulls_last=True), "-id")
"""Overdue first, then what is due next; what stands still comes after it, and last what has no time limit."""
DUE_FIRST: Final = (
    DbCase(When(AWAITED, then=Value(0)), default=Value(1)),
    DbCase(When(AWAITED, then=F("still_since"))).asc(nulls_first=True),
    DbCase(When(AWAITED, then=F("due_at"))).asc(nulls_last=True),
    "-id",
)
"""Among all messages: what was ever due would else stand before what is due."""
WHEN: Final = Coalesce("arrived_at", "sent_at")
"""When a message came or went: what goes has no time of arrival. An index holds it."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition that is on: what it is, its value in words, and the address of the list without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown; an empty field narrows nothing.

    Attributes:
        way: `in` or `out`.
        partner: id of an authority, from which it came or to which it went.
        kind: of message.
        area: crime area.
        urgency: code.
        state: code of `State`.
        holder: `me` or `nobody`.
        since: first day of sending or arrival, in the reader's zone.
        until: last day of it.
        sort: how it is ordered; empty: as the tab is.
    """

    way: str = ""
    partner: str = ""
    kind: str = ""
    area: str = ""
    urgency: str = ""
    state: str = ""
    holder: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Filter":
        """Return the filter of an address or a form; what is no value of a field is left out."""
        found: dict[str, Any] = {}
        for name, values in _CODES.items():
            if (code := str(given.get(name, ""))) in values:
                found[name] = code
        for name in ("since", "until"):
            if day := _day(str(given.get(name, ""))):
                found[name] = day
        if partner := _authority(str(given.get("partner", ""))):
            found["partner"] = partner
        return cls(**found)

    def query(self, **others: str) -> str:
        """Return it as the query of an address, always in the same order."""
        own = {field.name: _text(getattr(self, field.name)) for field in fields(self)}
        return urlencode([(name, value) for name, value in {**others, **own}.items() if value])

    def condition(self, officer_id: int) -> Q:
        """Return what messages must be; `officer_id` is who looks."""
        found = Q()
        if self.way:
            found &= Q(incoming=self.way == "in")
        if self.partner:
            to = Exists(Addressee.objects.filter(authority=self.partner, message=OuterRef("pk")))
            found &= Q(incoming=True, originator=self.partner) | Q(to, incoming=False)
        for name, column in (("kind", "kind"), ("area", "crime_area"), ("urgency", "urgency"), ("state", "state")):
            if value := getattr(self, name):
                found &= Q(**{column: value})
        if self.holder:
            found &= held_by(officer_id) if self.holder == "me" else held_by_nobody()
        if self.since:
            found &= Q(GreaterThanOrEqual(WHEN, _start(self.since)))
        if self.until:
            found &= Q(LessThan(WHEN, _start(self.until + timedelta(days=1))))
        return found

    def tags(self) -> dict[str, str]:
        """Return the fields by which the index of words narrows by itself; `condition` holds them as well."""
        return {name: value for name in TAGGED if (value := getattr(self, name))}

    def without(self, names: Iterable[str]) -> "Filter":
        """Return the filter with these fields empty."""
        changes: dict[str, Any] = {name: _EMPTY.get(name, "") for name in names}
        return replace(self, **changes)

    def order(self, *, by_due: bool) -> tuple[Any, ...]:
        """Return in which order messages come; `by_due` is what the tab would do."""
        if self.is_due_first(by_due=by_due):
            return DUE_FIRST
        if (self.sort or ("due" if by_due else "newest")) == "due":
            return BY_DUE
        dated = self.since is not None or self.until is not None  # then by that time, which their index follows
        if self.sort == "oldest":
            return (WHEN.asc(), "id") if dated else ("id",)
        return (WHEN.desc(), "-id") if dated else ("-id",)

    def is_due_first(self, *, by_due: bool) -> bool:
        """Whether what is due is to come first in a list that holds other things as well."""
        return self.sort == "due" and not by_due

    def chips(self, **others: str) -> tuple[Chip, ...]:
        """Return what is on, in words; `others` are what the address holds beside the filter."""
        shown = {
            "way": {"in": _("Incoming"), "out": _("Outgoing")}.get(self.way, ""),
            "partner": authority_name(self.partner, get_language() or "en") if self.partner else "",
            "kind": words.word(words.KINDS, self.kind),
            "area": words.word(words.CRIME_AREAS, self.area),
            "urgency": words.word(words.URGENCIES, self.urgency),
            "state": words.word(words.STATES, self.state),
            "holder": {"me": _("me"), "nobody": _("nobody")}.get(self.holder, ""),
            "since": date_format(self.since) if self.since else "",
            "until": date_format(self.until) if self.until else "",
        }
        names = labels()
        return tuple(
            Chip(str(names[name]), str(value), self.without([name]).query(**others))
            for name, value in shown.items()
            if getattr(self, name)
        )


def held_by(officer_id: int) -> Q:
    """Return the condition that an officer works on a message's case."""
    return Q(case__in=Case.objects.filter(holder=officer_id))


def held_by_nobody() -> Q:
    """Return the condition that nobody works on a message's case.

    By those that somebody holds, which are few: read with every message, the cases would cost more than the messages.
    """
    return ~Q(case__in=Case.objects.filter(holder__isnull=False))


def labels() -> dict[str, str]:
    """Return what the fields are called."""
    return {
        "way": _("Direction"),
        "partner": _("Partner"),
        "kind": _("Kind"),
        "area": _("Crime area"),
        "urgency": _("Urgency"),
        "state": _("State"),
        "holder": _("Held by"),
        "since": _("From day"),
        "until": _("To day"),
        "sort": _("Order"),
    }


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form: a choice, or a day where `options` is empty."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, Any], ...]


def fields_of(chosen: Filter, own: str) -> tuple[Field, ...]:
    """Return the form of a filter for an officer of the authority `own`."""
    names, language = labels(), get_language() or "en"
    options: dict[str, tuple[tuple[str, Any], ...]] = {
        "way": (("in", _("Incoming")), ("out", _("Outgoing"))),
        "partner": partners(own, language),
        "kind": tuple(words.KINDS.items()),
        "area": tuple(words.CRIME_AREAS.items()),
        "urgency": tuple(words.URGENCIES.items()),
        "state": tuple(words.STATES.items()),
        "holder": (("me", _("me")), ("nobody", _("nobody"))),
        "since": (),
        "until": (),
        "sort": (("due", _("Due first")), ("newest", _("Newest first")), ("oldest", _("Oldest first"))),
    }
    return tuple(Field(name, names[name], _text(getattr(chosen, name)), options[name]) for name in options)


def partners(own: str, language: str) -> tuple[tuple[str, str], ...]:
    """Return the members of the directory but our own authority, by name in the reader's language."""
    try:
        found = [str(member.authority) for member in members.directory().members()]
    except PartnersError:
        return ()
    named = [(one, f"{authority_name(one, language)} ({one})") for one in found if one != own]
    return tuple(sorted(named, key=lambda one: one[1]))


_CODES: Final[Mapping[str, Any]] = {
    "way": WAYS,
    "kind": frozenset(KINDS),
    "area": words.CRIME_AREAS,
    "urgency": words.URGENCIES,
    "state": frozenset(State.values),
    "holder": HOLDERS,
    "sort": SORTS,
}
_EMPTY: Final[Mapping[str, Any]] = {"since": None, "until": None}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _authority(text: str) -> str:
    try:
        return str(AuthorityId.parse(text)) if text else ""
    except VocabularyError:
        return ""


def _start(day: date) -> datetime:
    """Return when a day begins in the reader's zone, in UTC; of a day at the edge of the calendar in UTC itself."""
    try:
        return timezone.make_aware(datetime.combine(day, time()), timezone.get_current_timezone()).astimezone(UTC)
    except (OverflowError, ValueError):
        return datetime.combine(day, time(), UTC)
