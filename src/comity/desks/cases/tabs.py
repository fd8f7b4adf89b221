"""The tabs of the list: what each shows, and what counts as due, owed and asked."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from comity.desks.cases.filters import WAITS, held_by, held_by_nobody
from comity.desks.cases.models import State
from comity.desks.cases.rules import ASKS, AWAIT_REPLY
from comity.node.officers.models import Officer


@dataclass(frozen=True, slots=True)
class Tab:
    """One saved filter of the list."""

    key: str
    name: Any
    condition: Q
    by_due: bool = False  # what is due first comes first, overdue before all
    mine: bool = False  # in cases that the officer has taken
    ours: bool = False  # forwarded to the unit of the officer

    def filter(self, officer: Officer) -> Q:
        """Return the condition for this officer."""
        if self.ours:
            return self.condition & Q(unit=officer.unit) & ~Q(unit="")
        return self.condition & held_by(officer.pk) if self.mine else self.condition


OWED: Final = Q(kind__in=AWAIT_REPLY, circular=False, copied=False)
TO_ANSWER: Final = Q(incoming=True, state__in=WAITS) & OWED
# As one condition on `state`, that an index can serve.
DUE: Final = Q(incoming=True, state__in=WAITS) & (OWED | Q(state=State.NEW))
NEW_BESIDE: Final = Q(incoming=True, state=State.NEW) & ~OWED
ASKED: Final = Q(incoming=False, state=State.OPEN) & OWED
NOT_URGENT: Final = Q(urgency="normal") | Q(copied=True)  # a copy asks nothing of whoever has it
WAITING: Final = TO_ANSWER | ASKED
TABS: Final[tuple[Tab, ...]] = (
    Tab("all", _("All"), Q()),
    Tab("new", _("New"), Q(incoming=True, state=State.NEW)),
    Tab("open", _("To be answered"), TO_ANSWER, by_due=True),
    Tab("waiting", _("Waiting for partners"), ASKED, by_due=True),
    # What a supervisor looks at: asked for anew each time, so that no timer can be missed.
    Tab(
        "late",
        _("Nearly late or late"),
        Q(incoming=True, kind__in=ASKS, state__in=WAITS, warn_at__lte=Now(), still_since=None),
        by_due=True,
    ),
    Tab("mine", _("Mine"), WAITING, by_due=True, mine=True),
    Tab("free", _("Taken by nobody"), TO_ANSWER & held_by_nobody(), by_due=True),
    Tab("unit", _("For my unit"), TO_ANSWER, by_due=True, ours=True),
    Tab("circulars", _("Only if you have something"), Q(incoming=True, circular=True, state__in=WAITS)),
    Tab("sent", _("Sent"), Q(incoming=False)),
    Tab("copies", _("Copies for information"), Q(copied=True)),
)


def of(officer: Officer) -> tuple[Tab, ...]:
    """Return the tabs of an officer; who belongs to no unit has none for it."""
    return tuple(one for one in TABS if not one.ours or officer.unit)


def tab_of(key: str) -> Tab:
    """Return the tab of a key; of none the first, which shows all."""
    return next((one for one in TABS if one.key == key), TABS[0])
