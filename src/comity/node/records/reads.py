"""Which records an officer may see: the one door to them, for lists, counts, searches and exports."""

from datetime import date
from typing import Final

from django.db.models import QuerySet

from comity.agreements import Action, Circumstances, Official, Part, PolicyBook, ThingKind
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.node.records.models import Record
from comity.node.visibility import Always, Column, Columns, to_query
from comity.vocabulary.authority import AuthorityId

COLUMNS: Final[Columns] = {
    "kind": Always(ThingKind.RECORD),
    "authority": Column("authority"),
    "originator": Column("originator"),
    "purpose": Column("purpose", empty=""),
    "purpose_bound": Column("purpose_bound"),
    "special": Column("special"),
    "restricted": Column("restricted"),
    "unit": Column("unit", empty=""),
    "retain_until": Column("retain_until"),
    "message": Always(None),
    "crime_area": Always(None),
    "size_bytes": Always(None),
}


def visible_records(
    officer: Officer,
    *,
    today: date,
    purpose: str = "",
    justified: bool = False,
    part: Part = Part.CONTENT,
    action: Action = Action.VIEW,
    book: PolicyBook | None = None,
) -> QuerySet[Record]:
    """Return the records this officer may see, or search, or export; none where that is in doubt.

    Args:
        officer: who looks.
        today: day in UTC.
        purpose: what for.
        justified: whether a case or a reason was stated; without one only the existence may be listed.
        part: content, or metadata only.
        action: what is to be done with them.
        book: the agreements; by default those of the mirrored directory.
    """
    if not officer.is_active:
        return Record.objects.none()
    official = Official(authority=AuthorityId.parse(officer.authority), role=officer.role, unit=officer.unit or None)
    allowed = (book or members.policies()).visible(
        official,
        ThingKind.RECORD,
        context=Circumstances(purpose=purpose or None, part=part, justified=justified),
        today=today,
        action=action,
    )
    return Record.objects.live().filter(to_query(allowed, COLUMNS))
