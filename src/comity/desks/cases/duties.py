"""What a permission obliges to, in words."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

# What a permission obliges to (`comity.agreements.DutyKind`).
DUTIES: Final[Mapping[str, Any]] = {
    "retain-days": _("Must be erased after %(amount)s days"),
    "answer-within-hours": _("Must be answered within %(amount)s hours"),
    "four-eyes": _("Needs the approval of further officers: %(amount)s"),
    "mark": _("Is marked as police information, not evidence"),
    "tell-originator": _("The originator is told of each use"),
    "court-consent": _("Use in court needs the originator's consent"),
}
