"""Filters and tags that every template may use without loading them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, SelectMultiple
from django.forms.forms import BaseForm
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from comity.config import provider
from comity.config.demosignin import demo_officers as _demo_officers
from comity.config.distances import distance
from comity.node.officers.models import Officer

register = template.Library()


@register.filter
def ltr(value: object) -> SafeString:
    """Isolate a reference, plate, phone or number left to right, or a right-to-left page draws it reversed."""
    return format_html('<bdi dir="ltr">{}</bdi>', value) if value not in {None, ""} else SafeString("")


@register.filter
def bdi(value: object) -> SafeString:
    """Isolate a name in its own direction, for use inside a sentence."""
    return format_html("<bdi>{}</bdi>", value)


@register.simple_tag
def icon(name: str, flips: str = "") -> SafeString:
    """Draw an outline icon; it is decoration, words stand beside it."""
    return _drawn(name, flips)


@lru_cache(maxsize=512)  # a list draws three hundred of thirty
def _drawn(name: str, flips: str) -> SafeString:
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        " icon-flips" if flips else "",
        static("vendor/tabler-icons/sprite.svg"),
        name,
    )


@register.simple_tag
def icon_flip(name: str) -> SafeString:
    """Draw an icon that points along the line of reading: mirrored from right to left."""
    return icon(name, "flips")


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


@lru_cache(maxsize=4096)  # a list names few days, and each takes a tenth of a millisecond
def _day(_language: str, day: date) -> str:
    # Translators: how a day is written, in Django's letters for dates: 22 Nov 2026, 22 nov. 2026
    return formats.date_format(day, pgettext("format of a day", "j M Y"))


@register.filter
def day(value: date | None) -> str:
    """Show a day as the reader's language writes it: `22 Nov 2026`."""
    return "" if value is None else _day(get_language() or "", value)


def _stamp(value: datetime) -> str:
    return value.isoformat(timespec="seconds")


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Show a time absolutely, with the distance from now on hover."""
    if value is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', _stamp(value), distance(value, timezone.now()), absolute(value)
    )


@register.filter
def since(value: datetime | None) -> SafeString:
    """Show a time by its distance from now, absolutely on hover."""
    if value is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', _stamp(value), absolute(value), distance(value, timezone.now())
    )


@register.filter
def unix(value: int | None) -> datetime | None:
    """Return seconds since 1970 as an aware time in UTC."""
    return None if value is None else datetime.fromtimestamp(value, UTC)


_CLASSES: tuple[tuple[type, str], ...] = (
    (CheckboxInput, "form-check-input"),
    (Select, "form-select"),
    (SelectMultiple, "form-select"),
)


@register.inclusion_tag("elements/field.html")
def field(bound: BoundField, manner: str = "") -> dict[str, Any]:
    """Draw a form's field: label above, hint below it, the error beside both.

    Args:
        bound: the field.
        manner: `plain` where the page has said what need not be filled in, so that no field says it again.
    """
    widget = bound.field.widget
    optional = not bound.field.required and manner != "plain"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return {"field": bound, "choices": True, "optional": optional}
    name = next((name for kind, name in _CLASSES if isinstance(widget, kind)), "form-control")
    described = [part for part, there in (("helptext", bound.help_text), ("error", bound.errors)) if there]
    attrs: dict[str, str | bool] = {"class": f"{widget.attrs.get('class', '')} {name}".strip()}
    if bound.errors:
        attrs["class"] = f"{attrs['class']} is-invalid"
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(f"{bound.auto_id}_{part}" for part in described)
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attrs),
        "checkbox": isinstance(widget, CheckboxInput),
        "optional": optional,
    }


@register.inclusion_tag("elements/errors.html")
def errors(*forms: BaseForm | Iterable[BaseForm] | None) -> dict[str, Any]:
    """Draw the summary of everything wrong in these forms, each error a link to its field."""
    return {"errors": [entry for form in forms for entry in _errors(form)]}


def _errors(form: BaseForm | Iterable[BaseForm] | None) -> list[tuple[str, str]]:
    if form is None:
        return []
    if not isinstance(form, BaseForm):
        return [entry for one in form for entry in _errors(one)]
    found = []
    for name, texts in form.errors.items():
        bound = form[name] if name in form.fields else None
        target = "" if bound is None else bound.id_for_label or bound.auto_id
        label = "" if bound is None else bound.label
        # Of several forms on one page each says what it is about, or the same error would stand there twice.
        if label and (title := getattr(form, "title", "")):
            label = f"{title}, {label}"
        found += [
            (target, _("%(label)s: %(error)s") % {"label": label, "error": text} if label else str(text))
            for text in texts
        ]
    return found


@register.simple_tag
def badge(text: object, tone: str = "", symbol: str = "") -> SafeString:
    """Draw a state in words with a symbol; the tone only repeats what both say."""
    return format_html(
        '<span class="mark-badge{}">{}{}</span>',
        f" tone-{tone}" if tone else "",
        icon(symbol) if symbol else "",
        text,
    )


@register.inclusion_tag("elements/empty.html")
def nothing(title: str, text: str = "", symbol: str = "inbox", address: str = "", act: str = "") -> dict[str, Any]:
    """Draw an empty state that says what would be here and how it gets here."""
    return {"title": title, "text": text, "symbol": symbol, "address": address, "act": act}


@register.filter
def colon(label: object) -> str:
    """Return a label with the colon of the reader's language: French sets a space before it."""
    return _("%(label)s:") % {"label": label}


@register.filter
def names(value: Iterable[object]) -> SafeString:
    """Join names, each isolated, so that scripts do not run into each other."""
    return SafeString(_(", ").join(format_html("<bdi>{}</bdi>", str(name)) for name in value))


@register.simple_tag(takes_context=True)
def demo_officers(context: template.Context) -> tuple[Officer, ...]:
    """Return whom a visitor of a demo may sign in as; nobody where the node is no demo."""
    return _demo_officers(context["request"])


@register.simple_tag(takes_context=True)
def identity_provider(context: template.Context) -> provider.Shown | None:
    """Return the identity provider that the page of the sign-in offers; `None` where there is none."""
    return provider.shown(context["request"])
