"""Who gets a copy of what an authority sends to others: its own contact point, or the organisation, as agreed.

Source: Directive (EU) 2023/977, Art. 4 and 7; docs/protocol/agreements.md, section 6.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from comity.agreements import Agreement, CopyRule
from comity.desks.cases.models import CaseMessage
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.no_copy import NoCopy
from comity.vocabulary.urgency import Urgency

GROUNDS: Final[Mapping[str, Any]] = {
    NoCopy.SENSITIVE_INVESTIGATION.value: _("It would harm a highly sensitive investigation"),
    NoCopy.TERRORISM.value: _("A matter of terrorism that is no emergency and no crisis"),
    NoCopy.SAFETY.value: _("It would endanger a person"),
}
"""Why a copy that is owed is left out."""

COPIED: Final = frozenset({"request", "assistance", "information", "answer"})
"""Kinds of message on whose form a copy can be asked for; what follows them up goes where they went."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that an agreement knows of.

    Attributes:
        to: id of who gets it.
        name: in the reader's language.
        kinds: of message.
        owed: whether leaving it out needs a ground.
        agreement: title in the reader's language.
        number: of the clause that says so.
        text: of that clause, in the reader's language.
        clause: its id.
    """

    to: str
    name: str
    kinds: tuple[str, ...]
    owed: bool
    agreement: str = ""
    number: str = ""
    text: str = ""
    clause: str = ""


def known(
    agreements: Iterable[Agreement], own: AuthorityId, names: Mapping[str, str], language: str, *, at: datetime
) -> tuple[Copy, ...]:
    """Return the copies that agreements in force know for an authority; of two for the same the owed one.

    Args:
        agreements: that bind it.
        own: whose messages they are of.
        names: of authorities in the reader's language; who is not there cannot be written to and gets none.
        language: of clauses and titles.
        at: now, UTC.
    """
    found: dict[tuple[str, tuple[str, ...]], Copy] = {}
    for agreement in agreements:
        if not agreement.is_in_force(at.astimezone(UTC).date()):
            continue
        for one in agreement.copies:
            to, owed = str(one.to), one.rule is CopyRule.OWED
            before = found.get((to, one.kinds))
            if one.sender != own or to not in names or (before is not None and before.owed):
                continue
            clause = agreement.clause(one.clause)
            found[to, one.kinds] = Copy(
                to=to,
                name=names[to],
                kinds=one.kinds,
                owed=owed,
                agreement=agreement.title.get(language, agreement.title["en"]),
                number=clause.number if clause else "",
                text=clause.text.get(language, clause.text["en"]) if clause else "",
                clause=one.clause,
            )
    return tuple(found.values())


def goes_abroad(sender: str, recipients: Iterable[str]) -> bool:
    """Whether a message leaves the state: only then a copy is owed at home."""
    return any(one[:2] != sender[:2] for one in recipients)


def left_out_rightly(ground: str, area: str, urgency: str) -> bool:
    """Whether a copy may be left out on this ground: terrorism only in such a case, and in no emergency."""
    return ground != NoCopy.TERRORISM or (area == CrimeArea.TERRORISM and urgency == Urgency.NORMAL)


def taken(copies: Iterable[Copy], given: Mapping[str, Any], recipients: Iterable[str], sender: str) -> tuple[str, ...]:
    """Return to whom copies go: what is owed unless a ground is given, and what the author chose; nobody twice.

    Args:
        copies: of the kind of message.
        given: what was filled in: `no_copy`, the ground, and `copies`, ids of those chosen among the offered.
        recipients: to whom it is addressed, by id.
        sender: id of the author's authority.
    """
    to = set(recipients)
    chosen = set(given.get("copies") or ())
    owed = not given.get("no_copy") and goes_abroad(sender, to)
    found = (one.to for one in copies if one.to not in to and (owed if one.owed else one.to in chosen))
    return tuple(sorted(dict.fromkeys(found)))


def left_out(
    copies: Iterable[Copy], given: Mapping[str, Any], recipients: Iterable[str], sender: str
) -> tuple[Copy, ...]:
    """Return the copies that are owed and left out on a ground (arguments as in `taken`)."""
    to = set(recipients)
    if not given.get("no_copy") or not goes_abroad(sender, to):
        return ()
    return tuple(one for one in copies if one.owed and one.to not in to)


def is_copy(message: CaseMessage) -> bool:
    """Whether a message came here as a copy, for information only."""
    return message.incoming and message.copied
