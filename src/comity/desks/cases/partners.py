"""The partners: who they are, when their contact points answer, and how the exchange with each is going."""

from dataclasses import dataclass
from datetime import datetime

from comity.desks.cases.choices import in_language
from comity.node.exchange import reading
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.node.partners.models import Incident, Pair
from comity.vocabulary.authority import AuthorityId


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact point: its name in the reader's language, telephone, languages, and whether it answers always."""

    name: str
    phone: str
    languages: str
    always: bool


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner with the state of the exchange: `waiting` counts what it has not acknowledged."""

    authority: str
    name: str
    state: str
    agreements: tuple[str, ...]
    contacts: tuple[Contact, ...]
    waiting: int
    failures: int
    reached_at: datetime | None
    last_code: str
    incidents: int

    @property
    def reachable(self) -> bool:
        """Whether the last delivery did not fail."""
        return self.failures == 0


def partners(officer: Officer, language: str, *, at: datetime) -> tuple[PartnerView, ...]:
    """Return every member of the directory but the officer's own authority; none without a directory.

    Args:
        officer: for whose authority.
        language: of names and titles.
        at: now; agreements in force on that day (UTC) are named.
    """
    try:
        directory, book = members.directory(), members.policies()
    except PartnersError:
        return ()
    own = AuthorityId.parse(officer.authority)
    pairs = {pair.partner: pair for pair in Pair.objects.filter(own=officer.authority)}
    waiting = reading.unacknowledged(officer.authority)
    open_incidents = tuple(Incident.objects.filter(settled_at__isnull=True).values_list("subject", "shown_by"))
    found = []
    for member in directory.members():
        if member.authority == own:
            continue
        authority, pair = str(member.authority), pairs.get(str(member.authority))
        binding = book.between(own, member.authority, at.date())
        found.append(
            PartnerView(
                authority=authority,
                name=in_language(member.name, language),
                state=member.state,
                agreements=tuple(in_language(one.agreement.title, language) for one in binding),
                contacts=tuple(
                    Contact(in_language(one.name, language), one.phone, ", ".join(one.languages), not one.hours)
                    for one in member.contacts
                ),
                waiting=waiting.get(authority, 0),
                failures=pair.failures if pair else 0,
                reached_at=pair.reached_at if pair else None,
                last_code=pair.last_code if pair else "",
                incidents=sum(1 for about in open_incidents if authority in " ".join(about)),
            )
        )
    return tuple(sorted(found, key=lambda one: one.authority))
