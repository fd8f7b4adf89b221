"""Requests that expect only positive answers: nobody owes one, and no clock runs."""

from collections.abc import Iterable
from typing import Final

from django.utils import translation
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from comity.desks.cases.models import CaseMessage
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.vocabulary.authority import AuthorityId

MEANS: Final = _(
    "Answer only if you have something. No time limit runs and no answer is owed; to say “no” stays possible."
)
"""What a reader of such a request is told, on both sides."""

_SPOKEN: Final = ("en", "fr", "es", "ar")


def may_be_closed_here(message: CaseMessage) -> bool:
    """Whether a partner's circular can be closed without a message: it waits, and nobody is owed anything."""
    return message.circular and message.incoming and message.state in {"new", "open"} and not message.standing


def may_be_opened_again(message: CaseMessage) -> bool:
    """Whether a circular that was closed without a message can be opened again."""
    return message.circular and message.incoming and message.state == "done" and not message.standing


def as_read_by(recipients: Iterable[AuthorityId]) -> tuple[tuple[str, str, str], ...]:
    """Return what the recipients are told, in their languages: code, name of the language, text.

    The language of who looks is left out, for he reads it anyway.
    """
    mine = (get_language() or "en")[:2]
    found = dict.fromkeys(code for one in recipients for code in _languages(one) if code in _SPOKEN and code != mine)
    return tuple((code, get_language_info(code)["name_translated"], _in(code)) for code in found)


def _languages(authority: AuthorityId) -> tuple[str, ...]:
    try:
        member = members.directory().member(authority)
    except PartnersError:
        return ()
    return member.languages[:1] if member is not None else ()


def _in(code: str) -> str:
    with translation.override(code):
        return str(MEANS)
