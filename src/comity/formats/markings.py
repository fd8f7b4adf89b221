"""Markings of classification in a text or a file's name: what bears one in full is taken at its word.

Only whole markings count. `secret` alone is a word that any letter about a hidden compartment has.
"""

import re
from typing import Final

from comity.formats.pasted.levelled import level
from comity.vocabulary.classification import Classification, highest

_FAMILY: Final = r"(?:UE|EU|OTAN|NATO|INTERPOL)"
_GAP: Final = r"[\s_.\-/]{1,3}"
_MARKINGS: Final = tuple(
    (found, re.compile(rf"(?<![A-Z0-9])(?:{words}{_GAP}{_FAMILY}|{_FAMILY}{_GAP}{words})(?![A-Z0-9])"))
    for found, words in (
        (Classification.TOP_SECRET, rf"(?:TRES{_GAP}SECRET|TOP{_GAP}SECRET|COSMIC{_GAP}TOP{_GAP}SECRET)"),
        (Classification.SECRET, r"(?<!TRES[\s_.\-/])(?<!TOP[\s_.\-/])SECRET"),
        (Classification.CONFIDENTIAL, r"(?:CONFIDENTIEL|CONFIDENTIAL|CONFIDENCIAL)"),
        (Classification.RESTRICTED, r"(?:RESTREINT|RESTRICTED|DIFFUSION RESTREINTE|DIFUSION LIMITADA)"),
    )
)


def marking(text: str) -> Classification | None:
    """Return the highest classification that a text bears in full and in capitals, such as `SECRET UE`, if any."""
    plain = level(text).text
    return highest(*(found for found, pattern in _MARKINGS if pattern.search(plain)))


def marking_of_name(title: str) -> Classification | None:
    """Return the highest classification that a file's name bears in whatever letters (`plan_eu_secret.pdf`), if any."""
    return marking(title.upper())
