"""Filters and tags that every template may use without loading them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, SelectMultiple
from django.forms.forms import BaseForm
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comity.config import provider
from comity.config.demosignin import demo_officers as _demo_officers
from comity.desks import drawn
from comity.node.officers.models import Officer

register = template.Library()


register.filter(drawn.ltr)
register.filter(drawn.bdi)
register.filter(drawn.day)
register.filter(drawn.moment)
register.filter(drawn.since)
register.simple_tag(drawn.icon, name="icon")
register.simple_tag(drawn.badge)


@register.simple_tag
def icon_flip(name: str) -> SafeString:
    """Draw an icon that points along the line of reading: mirrored from right to left."""
    return drawn.icon(name, "flips")


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
