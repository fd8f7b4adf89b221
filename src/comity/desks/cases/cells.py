"""What stands in the rows of a list of messages, and the states and clocks that other pages show in the same way.

Drawn here and not by templates: a page has fifty rows of eight cells, and a template takes a millisecond for each row.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, Protocol

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.desks.cases import choices, due, rules, words
from comity.desks.cases.columns import Column
from comity.desks.cases.models import CaseMessage
from comity.desks.drawn import badge, icon, ltr, moment, since

_NOTHING: Final = SafeString("")
_STATES: Final = {
    "new": ("info", "mail"),
    "open": ("warning", "clock"),
    "answered": ("good", "circle-check"),
    "refused": ("danger", "ban"),
}
_STANDINGS: Final = {"withdrawn": ("danger", "ban"), "corrected": ("warning", "edit")}


class Piece(Protocol):
    """A stretch of a text, and whether it is what was searched for."""

    @property
    def text(self) -> str:
        """As it stands."""
        ...

    @property
    def found(self) -> bool:
        """Whether it was searched for."""
        ...


class Timed(Protocol):
    """What has a clock: a message, or one recipient's copy of it."""

    due_at: datetime | None
    still_since: datetime | None
    delay: str


def state(message: CaseMessage) -> SafeString:
    """Draw the state of a message."""
    return badge(words.word(words.STATES, message.state), *_STATES.get(message.state, ("", "check")))


def standing(message: CaseMessage) -> SafeString:
    """Draw what the originator of a message said of it later; nothing where he said nothing."""
    if message.standing not in _STANDINGS:
        return _NOTHING
    return badge(words.word(words.STANDINGS, message.standing), *_STANDINGS[message.standing])


def clock(timed: Timed, rule: object) -> SafeString:
    """Draw when something is due, or that its clock stands still; `rule` says why then, to whoever hovers over it."""
    if timed.still_since:
        title = _("A clarification is asked; the clock goes on when it is answered.")
        text = mark_safe(_("since %(time)s") % {"time": moment(timed.still_since)})  # noqa: S308 # both parts are escaped
        return format_html('{} <span title="{}">{}</span>', badge(_("Stands still"), "info", "hourglass"), title, text)
    if timed.due_at is None:
        return _NOTHING
    return format_html(
        '<span title="{}">{}</span> <span class="quiet">{}</span>{}{}',
        rule,
        moment(timed.due_at),
        since(timed.due_at),
        _after(badge(_("Late"), "danger", "alert-triangle")) if timed.due_at < timezone.now() else "",
        _after(badge(words.word(words.DELAYS, timed.delay), "info", "scale")) if timed.delay else "",
    )


def title(text: object) -> SafeString:
    """Show a case's title with each of its names isolated: an Arabic name does not turn the others round."""
    parts = str(text).split(rules.BETWEEN_NAMES)
    return format_html_join(rules.BETWEEN_NAMES, "<bdi>{}</bdi>", ((part,) for part in parts))


def cells(message: CaseMessage, columns: Iterable[Column]) -> SafeString:
    """Draw the cells of one row: the subject, by which it is opened, then the columns."""
    return format_html("{}{}", _subject(message), mark_safe("".join(_cell(message, one) for one in columns)))  # noqa: S308 # each is escaped


def hit(message: CaseMessage, pieces: Iterable[Piece]) -> SafeString:
    """Draw one message that a search found: what it is about, what it is, and where the words stand in it."""
    shown = message.caption or message.case.title or message.case.reference
    urgent = words.word(words.URGENCIES, message.urgency)
    return format_html(
        '<li{}><a class="row-link" href="{}#message-{}">{}</a>{}<div class="quiet">{} · {} · {} · {} {}</div>{}</li>',
        SafeString(' class="unread"') if message.state == "new" else "",
        reverse("cases:case", args=[message.case_id]),
        message.pk,
        title(shown),
        _after(badge(urgent, "danger", "urgent")) if message.urgency != "normal" else "",
        _kind(message),
        _partner(message),
        ltr(message.reference),
        moment(message.arrived_at if message.incoming else message.sent_at),
        state(message),
        passage(pieces),
    )


def passage(pieces: Iterable[Piece]) -> SafeString:
    """Draw the stretch of a text in which something was found; nothing without pieces."""
    drawn = format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", one.text) if one.found else one.text,) for one in pieces)
    )
    return format_html('<p class="piece" dir="auto">{}</p>', drawn) if drawn else _NOTHING


def _cell(message: CaseMessage, column: Column) -> SafeString:
    return format_html(
        '<td{} data-label="{}">{}</td>',
        SafeString(' class="kind"') if column.key == "kind" else "",
        column.heading,
        _DRAWN[column.key](message),
    )


def _subject(message: CaseMessage) -> SafeString:
    shown = message.caption or message.case.title or message.case.reference
    return format_html(
        '<td><a class="row-link" href="{}">{}</a>{}</td>',
        reverse("cases:case", args=[message.case_id]),
        title(shown),
        mark_safe("".join(map(_after, _marks(message)))),  # noqa: S308 # each is escaped
    )


def _marks(message: CaseMessage) -> Iterable[SafeString]:
    if message.urgency != "normal":
        yield badge(words.word(words.URGENCIES, message.urgency), "danger", "urgent")
    if message.circular:
        yield badge(_("Only if you have something"), "none", "world")
    if message.copied:
        yield badge(_("For information"), "none", "copy")
    if message.channel:
        yield badge(words.word({**words.CHANNELS, **words.INFORMED}, message.channel), "none", "writing")
    if message.ahead:
        yield badge(_("Earlier message missing"), "warning", "alert-triangle")


def _after(one: SafeString) -> SafeString:
    return SafeString(" ") + one


def _named(authority: str) -> SafeString:
    return format_html("<bdi>{}</bdi>", choices.authority_name(authority, get_language() or "en"))


def _kind(one: CaseMessage) -> SafeString:
    return format_html("{} {}", icon("inbox" if one.incoming else "send"), words.word(words.KINDS, one.kind))


def _partner(one: CaseMessage) -> SafeString:
    if one.incoming:
        return _named(one.originator)
    return format_html_join(_(", "), "{}", ((_named(to.authority),) for to in one.addressees.all()))


def _state(one: CaseMessage) -> SafeString:
    who = format_html('<div class="quiet">{} {}</div>', icon("user"), _holder(one)) if one.case.holder else ""
    return format_html("{} {}{}", state(one), standing(one), who)


def _due(one: CaseMessage) -> SafeString:
    waits = one.state in {"new", "open"} and one.kind in rules.ASKS
    return clock(one, due.rule_of(one)) if waits else _NOTHING


def _holder(one: CaseMessage) -> SafeString:
    return format_html("<bdi>{}</bdi>", one.case.holder) if one.case.holder else _NOTHING


_DRAWN: Final[dict[str, Callable[[CaseMessage], Any]]] = {
    "kind": _kind,
    "partner": _partner,
    "reference": lambda one: ltr(one.reference),
    "state": _state,
    "due": _due,
    "time": lambda one: moment(one.arrived_at if one.incoming else one.sent_at),
    "case": lambda one: ltr(one.case.reference),
    "operation": lambda one: format_html("<bdi>{}</bdi>", one.case.operation),
    "purpose": lambda one: words.word(words.PURPOSES, one.purpose) if one.purpose else "",
    "area": lambda one: words.word(words.CRIME_AREAS, one.crime_area) if one.crime_area else "",
    "urgency": lambda one: words.word(words.URGENCIES, one.urgency),
    "holder": _holder,
    "handling": lambda one: ltr(" ".join(one.handling)),
    "sent": lambda one: moment(one.sent_at),
    "arrived": lambda one: moment(one.arrived_at),
}
