"""Which messages an officer may see, by the house rules of the node."""

from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from comity.agreements import Circumstances, Official, Part, ThingKind
from comity.desks.cases.models import CaseMessage
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.node.visibility import Always, Column, Columns, to_query
from comity.vocabulary.authority import AuthorityId

COLUMNS: Final[Columns] = {
    "kind": Always(ThingKind.MESSAGE),
    "authority": Column("authority"),
    "originator": Column("originator"),
    "message": Column("kind"),
    "purpose": Column("purpose", empty=""),
    "crime_area": Column("crime_area", empty=""),
    "purpose_bound": Always(False),
    "special": Always(False),
    "restricted": Column("restricted"),
    "unit": Column("unit", empty=""),
    "retain_until": Always(None),
    "size_bytes": Always(None),
}


def official(officer: Officer) -> Official:
    """Return the officer as the agreements know one."""
    return Official(authority=AuthorityId.parse(officer.authority), role=officer.role, unit=officer.unit or None)


def visible_messages(officer: Officer, messages: QuerySet[CaseMessage]) -> QuerySet[CaseMessage]:
    """Narrow `messages` to those whose content this officer may read; nothing where that is in doubt."""
    if not officer.is_active:
        return messages.none()
    try:
        book = members.policies()
    except PartnersError:  # without a directory there are no rules, and without rules nobody sees anything
        return messages.none()
    allowed = book.visible(
        official(officer),
        ThingKind.MESSAGE,
        context=Circumstances(part=Part.CONTENT, justified=True),
        today=timezone.now().date(),
    )
    return messages.filter(to_query(allowed, COLUMNS))
