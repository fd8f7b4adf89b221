"""What names a subject, in one normal form: whoever asks about the same one again gives the same bytes.

Not a comparison: only what is written alike after levelling is the same here, whatever the case, the marks, the order
of names and the space between them. It serves to warn of a request that was made before, and a warning that nobody can
explain is worse than none. A subject has one form for each way in which it is named, so that another document or
spelling beside the first hides nothing. The bytes say who is meant; keep and send them only under a key.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from comity.matching.digests import KINDS, STRONG_NAMES, birth_of
from comity.matching.findable import words_of
from comity.matching.identifiers import GROUPS, identifiers
from comity.messages import canonical
from comity.subjects import Subject

VERSION: Final = 1
"""Of the normal form; what it gives never changes under one number."""

MOST: Final = 12
SURE: Final = 0.8
"""Certainty from which an identifier alone says who is meant; a telephone may be anybody's."""


def forms(subject: Subject) -> tuple[bytes, ...]:
    """Return the normal forms of a subject, at most twelve, sorted; none for what nothing names.

    Args:
        subject: its identifiers that are sure, each by itself; a person's names, each with each year of birth. Names
            alone count only where there is nothing better, and unsure identifiers where there is nothing else.
    """
    kind = KINDS.get(subject.schema, subject.schema)
    numbers = identifiers(subject)
    sure = [(group, value) for group, value in numbers if group not in GROUPS or GROUPS[group].certainty >= SURE]
    years = sorted({birth[0] for text in subject.get("birthDate") if (birth := birth_of(text))})
    names = sorted({" ".join(words) for text in _names(subject) if (words := sorted(set(words_of(text))))})
    found = [_form(kind, "id", group, value) for group, value in sure]
    found += [_form(kind, "born", name, str(year)) for name in names for year in years]
    if not found:
        found = [_form(kind, "name", name) for name in names] or [
            _form(kind, "id", group, value) for group, value in numbers
        ]
    return tuple(sorted(found)[:MOST])


def form_of_texts(texts: Iterable[str]) -> bytes:
    """Return the normal form of a request that names nobody: all of its words, in order."""
    words = " ".join(word for text in texts for word in words_of(text))
    return _form("", "texts", hashlib.sha256(words.encode()).hexdigest())


def _names(subject: Subject) -> list[str]:
    found = [text for prop in STRONG_NAMES for text in subject.get(prop)]
    if not found:
        given = " ".join((subject.first("firstName"), subject.first("middleName")))
        found = [f"{given} {family}" for family in subject.get("lastName")]
    return found


def _form(*parts: str) -> bytes:
    return canonical.encode([VERSION, *parts])
