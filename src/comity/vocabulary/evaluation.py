"""How sure a source and its information are: two scales that differ in meaning and are never converted."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from comity.vocabulary.errors import VocabularyError


class Scale(StrEnum):
    """Which scale a code is of."""

    FOUR = "4x4"  # how it is known (Regulation (EU) 2016/794, Art. 29)
    SIX = "6x6"  # how likely it is (Admiralty)


_SOURCES: Final = MappingProxyType({Scale.FOUR: "ABCX", Scale.SIX: "ABCDEF"})
_INFORMATION: Final = MappingProxyType({Scale.FOUR: "1234", Scale.SIX: "123456"})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation code, such as ``4x4 B2``.

    Attributes:
        scale: of both letters.
        source: reliability of the source.
        information: reliability of the information.
    """

    scale: Scale
    source: str
    information: str

    @classmethod
    def parse(cls, text: str) -> "Evaluation":
        """Read what `str` wrote.

        Raises:
            VocabularyError: the scale is unknown or has no such code.
        """
        scale, _, code = text.partition(" ")
        if scale not in tuple(Scale) or len(code) != 2:  # noqa: PLR2004  # a letter and a digit
            raise VocabularyError("an evaluation is written like `4x4 B2`")
        found = Scale(scale)
        if code[0] not in _SOURCES[found] or code[1] not in _INFORMATION[found]:
            raise VocabularyError(f"the scale {found} has no such code")
        return cls(found, code[0], code[1])

    def __str__(self) -> str:
        return f"{self.scale} {self.source}{self.information}"
