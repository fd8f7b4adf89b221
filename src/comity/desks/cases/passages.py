"""From which passage of a pasted text each value of a message came: kept at home, shown to those who read the message.

No partner gets any of it, no index holds it, and it is erased with the message.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from comity.desks.cases import words
from comity.desks.cases.athome import PickedFrom
from comity.desks.cases.models import CaseMessage
from comity.formats.pasted import Piece, Strange, strange

IN_WORDS = -1
"""Place of what went into the text of the message and not into a subject."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Where one value of a message came from.

    Attributes:
        place: of the subject among those of the message, from 0; `IN_WORDS` for its text.
        prop: name of the property; empty for the text.
        value: as it stands in the message.
        written: as it stood in the pasted text.
        line: of that text, from 1.
        source: of that text, as the officer named it; may be empty.
    """

    place: int
    prop: str
    value: str
    written: str
    line: int
    source: str

    @property
    def label(self) -> Any:  # noqa: ANN401 - a lazy text
        """The property in words."""
        return words.word(words.PROPERTIES, self.prop) if self.prop else ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the text as it is shown: plain, a piece that was found, or something that is not what it looks like."""

    text: str
    name: str = ""
    kind: Any = ""
    code: str = ""
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Passages:
    """All passages of a message.

    Attributes:
        groups: of each subject its caption and its passages, what went into the text last, with an empty caption.
        text: as it was pasted; empty where the officer removed it.
    """

    groups: tuple[tuple[str, tuple[Passage, ...]], ...] = ()
    text: str = ""

    @property
    def values(self) -> tuple[Passage, ...]:
        """Every passage, in the order of the groups."""
        return tuple(one for _caption, some in self.groups for one in some)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The text as it is shown, line feeds in it."""
        return tuple(stretches(self.text))


def grouped(values: Iterable[Passage], captions: Sequence[str], text: str) -> Passages:
    """Return passages by subject.

    Args:
        values: in any order.
        captions: of the subjects, in their order.
        text: out of which they were picked.
    """
    found = sorted(values, key=lambda one: (one.place == IN_WORDS, one.place))
    groups = (
        (captions[place] if 0 <= place < len(captions) else "", tuple(some))
        for place, some in groupby(found, key=lambda one: one.place)
    )
    return Passages(tuple(groups), text)


def of(message: CaseMessage) -> Passages:
    """Return what is kept of a message that the reader may see; no query where it was loaded with `picked_from`."""
    kept: PickedFrom | None = getattr(message, "picked_from", None)
    if kept is None:
        return Passages()
    captions = [one.get("caption", "") for one in (message.content or {}).get("subjects", ())]
    return grouped((Passage(**value) for value in kept.values), captions, kept.text)


def _unnamed(_piece: Piece) -> tuple[str, Any]:
    return "", ""


def stretches(
    text: str, pieces: Sequence[Piece] = (), named: Callable[[Piece], tuple[str, Any]] = _unnamed
) -> Iterator[Stretch]:
    """Yield the text from its begin to its end; a piece is one stretch, except where something in it is strange.

    Args:
        text: as it was pasted.
        pieces: what was found in it, in its order.
        named: gives name and kind, in words, of each.
    """
    odd = strange(text)
    of_piece = {one.start: one for one in pieces}
    unseen = {one.start: one for one in odd if one.code}
    mixed = {one.start: one for one in odd if not one.code}
    spans = [*((one.start, one.stop) for one in odd), *((one.start, one.stop) for one in pieces)]
    cuts = {0, len(text)} | {end for span in spans for end in span}
    inside: Piece | None = None
    word: Strange | None = None
    for start, stop in pairwise(sorted(cuts)):
        inside = of_piece.get(start) or (inside if inside is not None and start < inside.stop else None)
        word = mixed.get(start) or (word if word is not None and start < word.stop else None)
        hidden = unseen.get(start)
        times = f" \N{MULTIPLICATION SIGN} {stop - start}" if stop - start > 1 else ""
        name, kind = named(inside) if inside is not None else ("", "")
        yield Stretch(
            text="" if hidden is not None else text[start:stop],
            name=name,
            kind=kind,
            code=f"{hidden.code}{times}" if hidden is not None else "",
            mixed=word is not None,
        )
