"""What an office keeps about a case for itself: notes, links to other cases, the operation's name, and its end.

None of it is ever part of a message: no partner sees it, and the bundle on paper leaves it out.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from comity.desks.cases import reads, rules
from comity.desks.cases.models import Case, CaseLink, CaseNote, State
from comity.node.officers.models import Officer

MAX_NOTE: Final = 4_000
MAX_WHY: Final = 500
MAX_OPERATION: Final = 80


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as seen from one of its cases; the other is shown to those who may see it."""

    link: CaseLink
    other: Case


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about a case.

    Attributes:
        notes: the newest first; struck ones without their text.
        links: to cases that the officer may see.
        open: how many messages of the case still wait for us or for a partner: it cannot be closed before.
    """

    case: Case
    notes: tuple[CaseNote, ...]
    links: tuple[LinkView, ...]
    open: int

    @property
    def stamp(self) -> str:
        """A text that changes when something of it has changed."""
        last = [str(self.notes[0].pk) if self.notes else "", str(sum(1 for one in self.notes if one.struck_at))]
        links = "".join(f"{one.link.pk}." for one in self.links)
        return f"{'-'.join(last)}-{links}-{self.case.closed_at or ''}-{len(self.case.operation)}-{self.open}"


def kept(officer: Officer, case_id: int) -> Kept:
    """Return what is kept about a case of which the officer may see a message.

    Raises:
        Case.DoesNotExist: there is none, or none of its messages is for this officer.
    """
    case = case_for(officer, case_id)
    seen = reads.visible_to(officer)
    links = CaseLink.objects.filter(Q(first=case) | Q(second=case)).select_related("first", "second", "by")
    others = {one.pk: one.second if one.first_id == case.pk else one.first for one in links}
    known = set(seen.filter(case__in=[other.pk for other in others.values()]).values_list("case", flat=True))
    return Kept(
        case=case,
        notes=tuple(CaseNote.objects.filter(case=case).select_related("author").order_by("-id")),
        links=tuple(LinkView(one, others[one.pk]) for one in links if others[one.pk].pk in known),
        open=waiting_in(case),
    )


def case_for(officer: Officer, case_id: int) -> Case:
    """Load and authorise a case in one step (raises as `kept`)."""
    found = reads.visible_to(officer).filter(case=case_id).values("case")[:1]
    return Case.objects.select_related("holder", "closed_by").get(pk__in=found)


def waiting_in(case: Case) -> int:
    """Count what of a case waits for an answer, of ours or of a partner."""
    return case.messages.filter(
        kind__in=rules.AWAIT_REPLY,
        state__in=[State.NEW, State.OPEN],
        standing="",
        erased=False,
        circular=False,
        copied=False,
    ).count()


def find_case(officer: Officer, reference: str) -> Case | None:
    """Return the case that a reference names, its own or that of a message in it, if the officer may see it."""
    reference = reference.strip()
    seen = reads.visible_to(officer).filter(Q(case__reference=reference) | Q(reference=reference))
    found = seen.order_by("id").values_list("case", flat=True).first() if reference else None
    return None if found is None else Case.objects.filter(pk=found).first()
