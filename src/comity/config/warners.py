"""What is wrong with the node, in one line each, for the band over every page: what it means and what to do."""

from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from comity.config.frame import Warning_
from comity.config.incidents import may_see
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.node.partners.models import Incident, Pair
from comity.vocabulary.authority import AuthorityId

DAY_S: Final = 86_400
FAILURES: Final = 3
"""Deliveries that fail in a row before an officer is told: one is a restart, three are not."""


def directory(officer: Officer) -> tuple[Warning_, ...]:  # noqa: ARG001 - the same for everybody
    """Warn of a directory that is missing or has not been refreshed for a day."""
    try:
        found = members.directory()
    except PartnersError:
        return (
            Warning_(
                _("This node has no directory, so nobody can be written to."),
                _("Your administrator fetches it with `comity directory refresh`."),
                "danger",
            ),
        )
    now = timezone.now()
    if not found.is_stale(now):
        return ()
    days = max(1, int(found.age_s(now) // DAY_S))
    return (
        Warning_(
            ngettext(
                "The directory of members is %(days)s day old.",
                "The directory of members is %(days)s days old.",
                days,
            )
            % {"days": days},
            _("Exchange with known partners goes on; new members and agreements wait. Tell your administrator."),
        ),
    )


def partners(officer: Officer) -> tuple[Warning_, ...]:
    """Warn of partners that cannot be reached; what is sent to them waits and is tried again."""
    silent = Pair.objects.filter(own=officer.authority, failures__gte=FAILURES).order_by("partner")
    names = _(", ").join(_name(pair.partner) for pair in silent)
    if not names:
        return ()
    return (
        Warning_(
            _("Not reachable at present: %(names)s.") % {"names": names},
            _("What you send is kept and delivered as soon as they answer. If it cannot wait, telephone."),
        ),
    )


def _name(authority: str) -> str:
    """Return an authority's name in the reader's language with its id, the id alone where there is no directory."""
    try:
        member = members.directory().member(AuthorityId.parse(authority))
    except PartnersError:
        member = None
    if member is None:
        return authority
    name = member.name.get(get_language() or "en") or member.name.get("en")
    return f"{name} ({authority})" if name else authority


def incidents(officer: Officer) -> tuple[Warning_, ...]:
    """Warn of incidents that nobody has settled yet."""
    count = Incident.objects.filter(settled_at__isnull=True).count()
    if not count:
        return ()
    return (
        Warning_(
            ngettext(
                "%(count)s incident with a partner is not settled.",
                "%(count)s incidents with partners are not settled.",
                count,
            )
            % {"count": count},
            _("The evidence is kept. Your supervisor compares it with the partner by telephone."),
            "danger",
            reverse("incidents") if may_see(officer) else "",
        ),
    )
