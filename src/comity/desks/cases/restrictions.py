"""The restrictions of code H3 in words: what an author wrote, and what was stated so that a node can read it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from comity.desks.drawn import day
from comity.messages import ConditionRule


def in_words(content: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return every restriction of a message in the reader's language; an author's own words stay as they are.

    Args:
        content: as `content.content_of` returns it; `None` once erased.
    """
    return (*(content or {}).get("conditions", ()), *stated(content))


def stated(content: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the restrictions that a node can read, in the language that is active (`content` as in `in_words`)."""
    return tuple(_said(one["rule"], one["value"]) for one in (content or {}).get("restrictions", ()))


def _said(rule: str, value: str) -> str:
    if rule == ConditionRule.ERASE_ON:
        return _("To be erased on %(day)s") % {"day": day(date.fromisoformat(value))}
    if rule == ConditionRule.ONLY_UNITS:
        return _("Only for these units: %(units)s") % {"units": _(", ").join(value.splitlines())}
    return _("No contact with whom or what it is about")
