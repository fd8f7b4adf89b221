"""What may be chosen on a form: the partners of the directory, and the codes that agreements in force know."""

from comity.desks.cases.forms import Choices
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError


def for_officer(officer: Officer, language: str) -> Choices:
    """Return partners by name, and every purpose and crime area of the agreements that bind the officer's authority."""
    own = AuthorityId.parse(officer.authority)
    partners = sorted(
        (
            (str(member.authority), f"{_in(member.name, language)} ({member.authority})")
            for member in members.directory().members()
            if member.authority != own
        ),
        key=lambda partner: partner[0],
    )
    agreements = [one.agreement for one in members.policies().agreements if one.agreement.binds(own)]
    return Choices(
        partners=tuple(partners),
        purposes=tuple(dict.fromkeys(code for one in agreements for code in one.purposes)),
        areas=tuple(dict.fromkeys(code for one in agreements for code in one.crime_areas)),
    )


def authority_name(authority: str, language: str) -> str:
    """Return the name that the directory has for an authority; what is no known authority comes back as it is."""
    try:
        member = members.directory().member(AuthorityId.parse(authority))
    except VocabularyError:
        return authority
    return _in(member.name, language) if member is not None else authority


def _in(names: object, language: str) -> str:
    found = dict(names)  # type: ignore[call-overload] # a mapping or pairs, as the directory keeps it
    return str(found.get(language) or found.get("en") or next(iter(found.values()), ""))
