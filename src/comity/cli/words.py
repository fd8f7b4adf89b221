"""The words of the command line, in the language of the terminal (`LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`).

Python's own gettext over the console's catalogues: `comity verify` speaks an auditor's language without Django.
"""

import gettext as _gettext
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).resolve().parent.parent / "locale"
_DOMAIN = "django"


def _(text: str) -> str:
    """Return `text` in the reader's language, or as it is where nobody has translated it."""
    return _catalogue().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form that `count` asks for; Arabic has six."""
    return _catalogue().ngettext(one, many, count)


def marked(text: str) -> str:
    """Return `text` unchanged: marks a text for translation that is shown later, through `_`."""
    return text


@cache
def _catalogue() -> _gettext.NullTranslations:
    return _gettext.translation(_DOMAIN, CATALOGUES, fallback=True)
