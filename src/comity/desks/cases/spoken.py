"""What recipients are told, in the languages in which they read it."""

from collections.abc import Callable, Iterable
from typing import Final

from django.utils import translation
from django.utils.translation import get_language, get_language_info

from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.vocabulary.authority import AuthorityId

_SPOKEN: Final = ("en", "fr", "es", "ar")

type Told = tuple[str, str, str]
"""Code of a language, its name in the reader's, and what is said in it."""


def as_read_by(recipients: Iterable[AuthorityId], say: Callable[[], str]) -> tuple[Told, ...]:
    """Return what the recipients are told, in the first language of each.

    The language of who looks is left out, for he reads it anyway.

    Args:
        recipients: of the message.
        say: returns the text in the language that is active.
    """
    mine = (get_language() or "en")[:2]
    found = dict.fromkeys(code for one in recipients for code in _languages(one) if code in _SPOKEN and code != mine)
    return tuple((code, get_language_info(code)["name_translated"], _in(code, say)) for code in found)


def _languages(authority: AuthorityId) -> tuple[str, ...]:
    try:
        member = members.directory().member(authority)
    except PartnersError:
        return ()
    return member.languages[:1] if member is not None else ()


def _in(code: str, say: Callable[[], str]) -> str:
    with translation.override(code):
        return say()
