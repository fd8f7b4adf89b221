"""Full-text search over the messages and notes that an officer may see, narrowed by the filters of the list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from comity.desks.cases import indexing, reads
from comity.desks.cases.filters import Filter
from comity.desks.cases.models import CaseMessage, CaseNote, open_bodies
from comity.desks.cases.scarce import among
from comity.matching.findable import Wanted, places, wanted
from comity.node import nodefile
from comity.node.officers.models import Officer

LIMIT: Final = 500  # shown at most; whoever has more adds a word
PER_PAGE: Final = 25
MAX_QUERY: Final = 200
AROUND: Final = 60  # characters beside what was found
PIECES: Final = 3  # of a text
MAX_NOTES: Final = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, and whether it is what was searched for."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found, and where its texts say so."""

    message: CaseMessage
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What was found.

    Attributes:
        page: of messages, newest first.
        hits: the messages of the page with their texts.
        notes: notes that stay at home, on the first page only.
        more: whether there is more than is shown.
        understood: whether there was a word to search for.
    """

    page: Page[int]
    hits: tuple[Hit, ...]
    notes: tuple[tuple[CaseNote, tuple[Piece, ...]], ...]
    more: bool
    understood: bool

    @property
    def count(self) -> int:
        """How many messages were found, at most 500."""
        return self.page.paginator.count


def search(officer: Officer, text: str, chosen: Filter, number: object = 1) -> Results:
    """Return the messages that hold every word of `text`, as `comity.matching.findable.wanted` reads it.

    Args:
        officer: what he may not see is neither shown nor counted.
        text: at most 200 characters of it are read.
        chosen: narrows the result; its order is not heeded, the newest come first.
        number: of the page; what is none is the nearest.
    """
    indexing.catch_up(portions=3)
    asked = wanted(text[:MAX_QUERY])
    ids = _visible(officer, asked, chosen)
    page: Page[int] = Paginator(ids[:LIMIT], PER_PAGE).get_page(number)  # type: ignore[arg-type] # Django takes what a form holds
    found = _loaded(officer, list(page))
    open_bodies(found)
    return Results(
        page=page,
        hits=tuple(Hit(one, _first(_texts(one), asked)) for one in found),
        notes=_notes(officer, asked) if page.number == 1 else (),
        more=len(ids) > LIMIT,
        understood=bool(asked),
    )


def _visible(officer: Officer, asked: tuple[Wanted, ...], chosen: Filter) -> list[int]:
    """Return the ids of what was found and may be seen, newest first, one more than is shown."""
    known = chosen.tags()
    tags = [indexing.tag(name, value) for name, value in {**_own(officer), **known}.items()]
    rest = chosen.without(known)
    allowed = reads.visible_to(officer).filter(rest.condition(officer.pk))
    found: list[int] = []
    for portion in indexing.MESSAGES.find(asked, tags):
        found += sorted(allowed.filter(among(portion)).values_list("pk", flat=True), reverse=True)
        if len(found) > LIMIT:
            break
    return found[: LIMIT + 1]


def _own(officer: Officer) -> dict[str, str]:
    """Return by what the index finds what is the officer's authority's; nothing where the node serves no other.

    Every message would bear it, and a search for a frequent word would read the longest list of the index for nothing.
    What the officer may see is asked of the messages themselves in any case.
    """
    return {"own": officer.authority} if len(nodefile.authorities()) > 1 else {}


def _loaded(officer: Officer, ids: list[int]) -> list[CaseMessage]:
    found: QuerySet[CaseMessage] = reads.visible_to(officer).filter(pk__in=ids)
    return list(found.select_related("case__holder").prefetch_related("addressees").order_by("-id"))


def _notes(officer: Officer, asked: tuple[Wanted, ...]) -> tuple[tuple[CaseNote, tuple[Piece, ...]], ...]:
    cases = reads.visible_to(officer).values("case")
    found: list[CaseNote] = []
    for portion in indexing.NOTES.find(asked, [indexing.tag(*one) for one in _own(officer).items()]):
        notes = CaseNote.objects.filter(pk__in=portion, struck_at=None, case__in=cases)
        found += notes.select_related("case", "author").order_by("-id")
        if len(found) >= MAX_NOTES:
            break
    return tuple((one, _first([one.text], asked)) for one in found[:MAX_NOTES])


def _texts(message: CaseMessage) -> Iterator[str]:
    content: dict[str, Any] = message.content or {}
    yield from (one["text"] for one in content.get("texts", ()))
    yield from content.get("questions", ())
    for subject in content.get("subjects", ()):
        yield from (value for values in subject["properties"].values() for value in values)
        yield subject["link"]
    yield content.get("legal_basis", "")
    yield from content.get("conditions", ())
    yield from (one["title"] for one in content.get("attachments", ()))


def _first(texts: Any, asked: tuple[Wanted, ...]) -> tuple[Piece, ...]:  # noqa: ANN401  # any iterable of texts
    """Return the stretch of the first text in which something was found; nothing where only the caption says it."""
    for text in texts:
        where = places(text, asked)
        if where:
            return _pieces(text, where)
    return ()


def _pieces(text: str, where: list[tuple[int, int]]) -> tuple[Piece, ...]:
    begin = max(0, where[0][0] - AROUND)
    found = [Piece(("… " if begin else "") + text[begin : where[0][0]], found=False)]
    for place, (start, end) in enumerate(where[:PIECES]):
        found.append(Piece(text[start:end], found=True))
        following = where[place + 1][0] if place + 1 < min(len(where), PIECES) else len(text)
        stop = min(following, end + AROUND)
        cut = stop < following
        found.append(Piece(text[end:stop] + (" … " if cut else ""), found=False))
        if cut:
            break
    return tuple(one for one in found if one.text)
