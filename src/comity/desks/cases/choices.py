"""What may be chosen on a form: the partners of the directory, and the codes that agreements in force know."""

from collections.abc import Mapping

from django.utils import timezone

from comity.desks.cases import comparing, copying
from comity.desks.cases.forms import Choices
from comity.desks.cases.models import CaseMessage
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError


def for_officer(officer: Officer, language: str, about: CaseMessage | None = None) -> Choices:
    """Return partners by name, every purpose and crime area of the agreements that bind the officer's authority.

    Args:
        officer: who writes.
        language: of the partners' names.
        about: the message that is answered; the records confirmed for it may be sent.
    """
    confirmed = tuple((str(one.pk), comparing.caption_of(one)) for one in comparing.confirmed(about)) if about else ()
    questions = tuple((about.content or {}).get("questions", ())) if about and about.kind == "request" else ()
    asked = about.kind if about else ""
    own = AuthorityId.parse(officer.authority)
    try:
        directory, book = members.directory(), members.policies()
    except PartnersError:  # the band over the page says that the directory is missing
        return Choices(confirmed=confirmed, questions=questions, asked=asked)
    partners = sorted(
        (
            (str(member.authority), f"{in_language(member.name, language)} ({member.authority})")
            for member in directory.members()
            if member.authority != own
        ),
        key=lambda partner: partner[0],
    )
    agreements = [one.agreement for one in book.agreements if one.agreement.binds(own)]
    return Choices(
        partners=tuple(partners),
        purposes=tuple(dict.fromkeys(code for one in agreements for code in one.purposes)),
        areas=tuple(dict.fromkeys(code for one in agreements for code in one.crime_areas)),
        confirmed=confirmed,
        questions=questions,
        asked=asked,
        own=officer.authority,
        language=officer.language,
        copies=copying.known(agreements, own, dict(partners), language, at=timezone.now()),
    )


def authority_name(authority: str, language: str) -> str:
    """Return the name that the directory has for an authority; what is no known authority comes back as it is."""
    try:
        member = members.directory().member(AuthorityId.parse(authority))
    except (VocabularyError, PartnersError):
        return authority
    return in_language(member.name, language) if member is not None else authority


def contact_of(authority: str) -> str:
    """Return the telephone of an authority's first contact point in the directory; empty where it has none."""
    try:
        member = members.directory().member(AuthorityId.parse(authority))
    except (VocabularyError, PartnersError):
        return ""
    return next((one.phone for one in member.contacts), "") if member is not None else ""


def in_language(names: Mapping[str, str], language: str) -> str:
    """Return a name in the reader's language, else in English, else in any."""
    return names.get(language) or names.get("en") or next(iter(names.values()), "")
