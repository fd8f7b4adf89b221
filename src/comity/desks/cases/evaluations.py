"""How sure a source and its information are, in words: two scales beside each other, never one turned into the other.

Source: Regulation (EU) 2016/794, Art. 29 (4x4); the Admiralty scale (6x6).
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.evaluation import Evaluation, Scale

FIELDS: Final = ("evaluated_source", "evaluated_information")
"""The names under which a form asks for both halves."""

SOURCES: Final[Mapping[Scale, Mapping[str, Any]]] = {
    Scale.FOUR: {
        "A": _("No doubt, or always reliable so far"),
        "B": _("Reliable in most instances"),
        "C": _("Unreliable in most instances"),
        "X": _("Cannot be assessed"),
    },
    Scale.SIX: {
        "A": _("Completely reliable"),
        "B": _("Usually reliable"),
        "C": _("Fairly reliable"),
        "D": _("Not usually reliable"),
        "E": _("Unreliable"),
        "F": _("Cannot be judged"),
    },
}
INFORMATION: Final[Mapping[Scale, Mapping[str, Any]]] = {
    Scale.FOUR: {
        "1": _("Accuracy not in doubt"),
        "2": _("Known personally to the source"),
        "3": _("Not known personally to the source, but corroborated"),
        "4": _("Not known personally to the source, nor corroborated"),
    },
    Scale.SIX: {
        "1": _("Confirmed by other sources"),
        "2": _("Probably true"),
        "3": _("Possibly true"),
        "4": _("Doubtful"),
        "5": _("Improbable"),
        "6": _("Cannot be judged"),
    },
}
_SCALES: Final = {Scale.FOUR: _("4x4: how it is known"), Scale.SIX: _("6x6: how likely it is")}


def choices(table: Mapping[Scale, Mapping[str, Any]]) -> list[tuple[Any, Any]]:
    """Return what may be chosen, by scale; the value of a choice is `4x4 B`."""
    said = _("%(code)s: %(text)s")
    groups = [
        (_SCALES[scale], [(f"{scale} {code}", said % {"code": code, "text": text}) for code, text in words.items()])
        for scale, words in table.items()
    ]
    return [("", _("Not evaluated")), *groups]


def parsed(source: str, information: str) -> Evaluation | None:
    """Return the evaluation of two choices; `None` where nothing was chosen.

    Raises:
        VocabularyError: only one was chosen, or they are of two scales.
    """
    if not source and not information:
        return None
    scale, _space, letter = source.partition(" ")
    other, _space, digit = information.partition(" ")
    if scale != other:
        raise VocabularyError("an evaluation has a source and information, both of one scale")
    return Evaluation.parse(f"{scale} {letter}{digit}")


def chosen(code: str) -> tuple[str, str]:
    """Return the two choices that stand for a code such as `4x4 B2`; empty for none."""
    try:
        found = Evaluation.parse(code)
    except VocabularyError:
        return "", ""
    return f"{found.scale} {found.source}", f"{found.scale} {found.information}"


def in_words(code: str) -> tuple[Any, ...]:
    """Return what a code says of the source and of the information; nothing for no code, or one that is unknown."""
    try:
        found = Evaluation.parse(code)
    except VocabularyError:
        return ()
    return SOURCES[found.scale][found.source], INFORMATION[found.scale][found.information]
