"""What every page shows around its content: node, officer, desks, warnings."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext_lazy as _

from comity.config.commands import commands
from comity.config.sessions import BEGUN, SEEN
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty

BACKGROUND_HEADER = "Comity-Background"


@dataclass(frozen=True, slots=True)
class Desk:
    """One entry of the side bar; `waiting` counts what needs this officer."""

    key: str
    name: Any
    icon: str
    address: str
    waiting: int
    keys: str


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - the built-in exception has the name
    """One line of the band over every page: what is wrong and what to do."""

    text: str
    remedy: str
    level: str = "warning"
    address: str = ""  # of the page on which something can be done about it


_DESKS: tuple[tuple[str, Any, str, str, Duty, str], ...] = (
    ("cases", _("Cases"), "folder", "cases:home", Duty.READ_CASES, "g c"),
    ("records", _("Records"), "database", "cases:records", Duty.READ_RECORDS, "g r"),
    ("partners", _("Partners"), "world", "cases:partners", Duty.READ_CASES, "g p"),
    ("statistics", _("Statistics"), "report", "cases:statistics", Duty.READ_STATISTICS, "g t"),
    ("ledger", _("Ledger"), "link", "ledger:list", Duty.READ_LEDGER, "g l"),
    ("sign-ins", _("Sign-ins"), "users", "sign_ins", Duty.ADMINISTER, "g s"),
    ("incidents", _("Incidents"), "alert-triangle", "incidents", Duty.ADMINISTER, "g i"),
)

# Filled by the composition: desk key -> count for an officer; and the sources of warnings.
COUNTERS: dict[str, Callable[[Officer], int]] = {}
WARNERS: list[Callable[[Officer], tuple[Warning_, ...]]] = []
# What desks lay over every page of an officer.
BANDS: list[Callable[[HttpRequest], SafeString]] = []


def left_s(request: HttpRequest, now: float) -> tuple[float, float]:
    """Return for how many seconds the session lives on without a hand, and at most; negative when it is over."""
    node, session = settings.NODE, request.session
    return (
        session.get(SEEN, now) + node.idle_minutes * 60 - now,
        session.get(BEGUN, now) + node.session_hours * 3600 - now,
    )


def is_background(request: HttpRequest) -> bool:
    """Whether a page asked by itself, without an officer's hand."""
    return request.headers.get(BACKGROUND_HEADER) == "1"


def desks(officer: Officer) -> tuple[Desk, ...]:
    """Return the desks this officer may use, in the order of the side bar."""
    found = []
    for key, name, icon, url, duty, keys in _DESKS:
        if not officer.may(duty):
            continue
        address = _address(url)
        if not address:
            continue
        counter = COUNTERS.get(key)
        found.append(Desk(key, name, icon, address, counter(officer) if counter else 0, keys))
    return tuple(found)


def _address(url: str) -> str:
    """Return the address of a page, empty for a desk that this version does not have yet."""
    try:
        return reverse(url)
    except NoReverseMatch:
        return ""


def warnings(officer: Officer) -> tuple[Warning_, ...]:
    """Return what is wrong with the node right now, worst first."""
    found = [warning for warner in WARNERS for warning in warner(officer)]
    return tuple(sorted(found, key=lambda warning: warning.level != "danger"))


def bands(request: HttpRequest) -> tuple[SafeString, ...]:
    """Return what desks lay over this officer's pages."""
    return tuple(found for band in BANDS if (found := band(request)))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every template (see `templates/base.html`)."""
    language = get_language() or settings.LANGUAGE_CODE
    user = getattr(request, "user", None)
    officer = user if user is not None and user.is_authenticated else None
    idle_s, hours_s = left_s(request, time.time()) if officer else (0.0, 0.0)
    theme = request.COOKIES.get("comity_theme", "auto")
    return {
        "node": settings.NODE,
        "node_name": settings.NODE.name(language),
        "authority_name": settings.NODE.authority(officer.authority).name(language) if officer else "",
        "desks": SimpleLazyObject(lambda: desks(officer)) if officer else (),
        "warnings": SimpleLazyObject(lambda: warnings(officer)) if officer else (),
        "bands": SimpleLazyObject(lambda: bands(request)) if officer else (),
        "commands": SimpleLazyObject(lambda: commands(officer)) if officer else (),
        "search_address": _address("cases:search") if officer and officer.may(Duty.READ_CASES) else "",
        "session_left_s": int(min(idle_s, hours_s)),
        "languages": settings.LANGUAGES,
        "language": language,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "theme": theme if theme in {"light", "dark"} else "auto",
    }
