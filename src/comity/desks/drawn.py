"""Small things that every desk draws alike: isolated names, icons, times, states in words.

Templates have them as filters and tags; a list of many rows, which a template would take too long for, as functions.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from comity.desks.distances import distance


def ltr(value: object) -> SafeString:
    """Isolate a reference, plate, phone or number left to right, or a right-to-left page draws it reversed."""
    return format_html('<bdi dir="ltr">{}</bdi>', value) if value not in {None, ""} else SafeString("")


def bdi(value: object) -> SafeString:
    """Isolate a name in its own direction, for use inside a sentence."""
    return format_html("<bdi>{}</bdi>", value)


@lru_cache(maxsize=512)  # a list draws three hundred of thirty
def icon(name: str, flips: str = "") -> SafeString:
    """Draw an outline icon; it is decoration, words stand beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        " icon-flips" if flips else "",
        static("vendor/tabler-icons/sprite.svg"),
        name,
    )


def badge(text: object, tone: str = "", symbol: str = "") -> SafeString:
    """Draw a state in words with a symbol; the tone only repeats what both say."""
    return format_html(
        '<span class="mark-badge{}">{}{}</span>',
        f" tone-{tone}" if tone else "",
        icon(symbol) if symbol else "",
        text,
    )


def zone_name(moment: datetime) -> str:
    """Return the offset as people write it: `UTC+1`, `UTC-4`, `UTC`, `UTC+5:30`."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


def absolute(moment: datetime) -> str:
    """Return `22 Nov 2026, 14:05 (UTC+1)` in the reader's language and the node's zone."""
    local = timezone.localtime(moment)
    day = _day(get_language() or "", local.date())
    return _("%(day)s, %(time)s (%(zone)s)") % {"day": day, "time": f"{local:%H:%M}", "zone": zone_name(local)}


def day(value: date | None) -> str:
    """Show a day as the reader's language writes it: `22 Nov 2026`."""
    return "" if value is None else _day(get_language() or "", value)


@lru_cache(maxsize=4096)  # a list names few days, and each takes a tenth of a millisecond
def _day(_language: str, value: date) -> str:
    # Translators: how a day is written, in Django's letters for dates: 22 Nov 2026, 22 nov. 2026
    return formats.date_format(value, pgettext("format of a day", "j M Y"))


def moment(value: datetime | None) -> SafeString:
    """Show a time absolutely, with the distance from now on hover."""
    if value is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', _stamp(value), distance(value, timezone.now()), absolute(value)
    )


def since(value: datetime | None) -> SafeString:
    """Show a time by its distance from now, absolutely on hover."""
    if value is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', _stamp(value), absolute(value), distance(value, timezone.now())
    )


def _stamp(value: datetime) -> str:
    return value.isoformat(timespec="seconds")
