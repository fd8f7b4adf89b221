"""Entries of a case's timeline beside its messages' own: who held it, what was escalated, what was entered by hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import pgettext_lazy

from comity.desks.cases import escalations, words
from comity.desks.cases.alerting import Escalation
from comity.desks.cases.holders import Passed, Passing
from comity.desks.cases.models import CaseMessage

_RECEIVED = pgettext_lazy("what happened", "Received")
_GIVEN = pgettext_lazy("what happened", "Given")
_ENTERED = pgettext_lazy("what happened", "Entered by hand")
_PASSED: Final[Mapping[str, Any]] = {
    Passing.TAKEN: pgettext_lazy("what happened", "Case taken"),
    Passing.ASSIGNED: pgettext_lazy("what happened", "Case assigned"),
    Passing.HANDED_OVER: pgettext_lazy("what happened", "Case handed over"),
    Passing.GIVEN_BACK: pgettext_lazy("what happened", "Case given back"),
    Passing.FORWARDED: pgettext_lazy("what happened", "Case forwarded to a unit"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a case's timeline."""

    at: datetime
    icon: str
    text: Any
    who: str = ""
    detail: str = ""


def of_escalations(told: Sequence[Escalation]) -> Iterable[Moment]:
    """Yield what was told to those above; of two at one time the later step stands on top."""
    return (Moment(one.at, "bell", words.word(escalations.WORDS, one.told)) for one in reversed(told))


def of_passed(passed: Iterable[Passed]) -> Iterable[Moment]:
    """Yield who took, assigned, handed over, gave back or forwarded the case, and to whom it went."""
    for one in passed:
        to = str(one.to) if one.to not in {None, one.by} else " · ".join(filter(None, [one.unit, one.why]))
        yield Moment(one.at, "user", _PASSED[one.how], str(one.by), to)


def of_entered(message: CaseMessage, kind: str) -> tuple[Moment, Moment]:
    """Return when a message that was entered by hand came or was given, and when it was entered.

    Args:
        message: with its channel, and who took and entered it.
        kind: its kind in words.
    """
    entered, channel = message.entered, str(words.word({**words.CHANNELS, **words.INFORMED}, message.channel))
    what, who = (_RECEIVED, message.originator) if message.incoming else (_GIVEN, str(entered.taken_by))
    return (
        Moment(entered.happened_at, "inbox" if message.incoming else "send", what, who, f"{kind}, {channel}"),
        Moment(entered.entered_at, "writing", _ENTERED, str(entered.entered_by), kind),
    )
