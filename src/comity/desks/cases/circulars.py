"""Requests that expect only positive answers: nobody owes one, and no clock runs."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from comity.desks.cases.models import CaseMessage

MEANS: Final = _(
    "Answer only if you have something. No time limit runs and no answer is owed; to say “no” stays possible."
)
"""What a reader of such a request is told, on both sides."""


def may_be_closed_here(message: CaseMessage) -> bool:
    """Whether a partner's circular can be closed without a message: it waits, and nobody is owed anything."""
    return message.circular and message.incoming and message.state in {"new", "open"} and not message.standing


def may_be_opened_again(message: CaseMessage) -> bool:
    """Whether a circular that was closed without a message can be opened again."""
    return message.circular and message.incoming and message.state == "done" and not message.standing
