"""Which messages an officer may see, by the house rules of the node."""

from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from comity.agreements import Action, Ask, Circumstances, Official, Part, Thing, ThingKind
from comity.desks.cases.models import CaseMessage
from comity.node.officers.models import Officer
from comity.node.officers.rules import Role
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


def purpose_of(officer: Officer) -> str | None:
    """Return what an officer looks for: oversight, where that is the role; else the purpose is the message's own."""
    return "oversight" if officer.role == Role.DPO else None


def visible_messages(
    officer: Officer, messages: QuerySet[CaseMessage], *, part: Part = Part.CONTENT
) -> QuerySet[CaseMessage]:
    """Narrow `messages` to those that this officer may read; nothing where that is in doubt.

    Args:
        officer: who looks.
        messages: of any authority.
        part: their content, or only that they exist, from whom and when.
    """
    if not officer.is_active:
        return messages.none()
    try:
        book = members.policies()
    except PartnersError:  # without a directory there are no rules, and without rules nobody sees anything
        return messages.none()
    allowed = book.visible(
        official(officer),
        ThingKind.MESSAGE,
        context=Circumstances(part=part, purpose=purpose_of(officer), justified=True),
        today=timezone.now().date(),
    )
    return messages.filter(to_query(allowed, COLUMNS))


def ask_about(officer: Officer, action: Action, message: CaseMessage) -> Ask:
    """Return the question whether an officer may do something with a message of this desk.

    Args:
        officer: who acts.
        action: such as `Action.EXPORT`; `CONFIRM_MATCH` asks about the candidates of the message.
        message: stored, or about to be.
    """
    thing = Thing(
        kind=ThingKind.MATCH if action is Action.CONFIRM_MATCH else ThingKind.MESSAGE,
        authority=AuthorityId.parse(message.authority),
        originator=AuthorityId.parse(message.originator),
        message=message.kind,
        purpose=message.purpose or None,
        crime_area=message.crime_area or None,
        handling=frozenset(message.handling),
        restricted=message.restricted,
        unit=message.unit or None,
    )
    # It is done from its case, which is the reason that the rules ask for.
    context = Circumstances(part=Part.CONTENT, purpose=purpose_of(officer) or message.purpose or None, justified=True)
    return Ask(official(officer), action, thing, context, timezone.now().date())


def may_do(officer: Officer, action: Action, message: CaseMessage) -> bool:
    """Whether the house rules let this officer do something with a message, as `ask_about` asks; a doubt is a no."""
    try:
        book = members.policies()
    except PartnersError:
        return False
    return book.decide(ask_about(officer, action, message)).allowed


def may_export(officer: Officer, message: CaseMessage) -> bool:
    """Whether this officer may take the content of a message out of the node."""
    return may_do(officer, Action.EXPORT, message)
