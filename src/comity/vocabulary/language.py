"""Languages of the console and of free texts."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from comity.vocabulary.errors import VocabularyError

_CODE: Final = re.compile(r"[a-z]{2}")


class Language(StrEnum):
    """Languages in which the console and coded facts are read."""

    EN = "en"
    FR = "fr"
    ES = "es"
    AR = "ar"

    @property
    def right_to_left(self) -> bool:
        """Whether it is written from right to left."""
        return self is Language.AR


@lru_cache(maxsize=26 * 26)
def language_code(text: str) -> str:
    """Return an ISO 639-1 code of a free text's language.

    Raises:
        VocabularyError: it is not of two letters.
    """
    if not _CODE.fullmatch(text):
        raise VocabularyError("a language is written with two letters of ISO 639-1")
    return text
