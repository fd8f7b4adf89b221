"""Which words of a message and of a note are found by a search, and that the index keeps up with what is stored.

What arrives is indexed by the worker a moment later, in portions: nobody waits for it, and a search first catches up
with what is missing. The index can be made anew from the messages at any time.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from comity.desks.cases.how_far import DroppedWords
from comity.desks.cases.models import CaseMessage, CaseNote, open_bodies
from comity.matching.findable import compact, sounds_of, words_of
from comity.node.exchange import erasing
from comity.node.wordindex import Entry, WordIndex, needs_tidying
from comity.node.writing import writing

MESSAGES: Final = WordIndex("cases_words")
NOTES: Final = WordIndex("cases_note_words")
PORTION: Final = 200
MAX_WORDS: Final = 4_000  # of one message; what is longer is found by its beginning
STEPS: Final = 10
_NAMES: Final = frozenset(["name", "alias", "weakAlias", "previousName", "firstName", "lastName", "fatherName"])


def catch_up(*, portions: int = 1) -> int:
    """Index what is stored and not yet indexed, in transactions of 200 messages; tells how many were added.

    Args:
        portions: how many transactions at most.
    """
    added = 0
    for _ in range(portions):
        waiting = list(_waiting())
        if not waiting:
            break
        open_bodies(waiting)
        entries = [entry_of(one) for one in waiting]
        with writing():  # what was erased since it was read must not come back
            live = _live([one.pk for one in waiting])
            MESSAGES.put([one for one in entries if one.id in live])
        added += len(live)
        if len(waiting) < PORTION:
            break
    return added


def rebuild() -> int:
    """Make the index of messages anew; tells how many messages it holds."""
    with writing():
        MESSAGES.clear()
    return catch_up(portions=1 << 30)


def drop(messages: Iterable[int] = (), notes: Iterable[int] = ()) -> None:
    """Forget messages and notes that are being erased; call inside their transaction."""
    for index, ids in ((MESSAGES, list(messages)), (NOTES, list(notes))):
        if index.drop(ids) and needs_tidying():
            DroppedWords.objects.update_or_create(index=index.table, defaults={"at": timezone.now()})


def tidy(*, steps: int = STEPS) -> bool:
    """Let dropped words leave the disk, some steps at a time; tells whether more is to be done."""
    for row in DroppedWords.objects.all():
        begun = row.index in _BEGUN and _BEGUN[row.index] == row.at
        _BEGUN[row.index] = row.at
        for _ in range(steps):
            with writing():
                more = WordIndex(row.index).tidy(begun=begun)
            begun = True
            if not more:
                with writing():
                    DroppedWords.objects.filter(index=row.index, at=row.at).delete()
                erasing.settle_journal()
                break
    return DroppedWords.objects.exists()


_BEGUN: Final[dict[str, datetime]] = {}
"""Which tidying this process has begun: after a restart it begins again."""


def note_entry(note: CaseNote) -> Entry:
    """Return what is found of a note."""
    return Entry(note.pk, [tag("own", note.case.authority)], words_of(note.text)[:MAX_WORDS])


def entry_of(message: CaseMessage) -> Entry:
    """Return what is found of a message: its references, subjects and texts, and what its subjects are called."""
    content = message.content or {}
    words: dict[str, list[str]] = {}
    for text in (message.reference, message.case.reference, message.caption, *_texts(content)):
        if text and text not in words:
            words[text] = words_of(text)
    joined = {one for text in (message.reference, message.case.reference, *_values(content)) if (one := compact(text))}
    sounds = dict.fromkeys(sound for name in _names(content) for sound in sounds_of(name))
    return Entry(message.pk, tags_of(message), _rows(words.values(), joined), tuple(sounds))


def tag(name: str, value: str) -> str:
    """Return what is narrowed by, such as `kind request`."""
    return f"{name} {value}"


def tags_of(message: CaseMessage) -> list[str]:
    """Return what a message is and stays: whose, which way, with whom, of which kind, area and urgency."""
    partners = [message.originator] if message.incoming else [one.authority for one in message.addressees.all()]
    return [
        tag("own", message.authority),
        tag("way", "in" if message.incoming else "out"),
        tag("kind", message.kind),
        tag("area", message.crime_area),
        tag("urgency", message.urgency),
        *(tag("partner", one) for one in partners),
    ]


def _rows(texts: Iterable[Sequence[str]], joined: Iterable[str]) -> list[str]:
    found: list[str] = []
    for part in texts:
        found += [*part, ""]
    return found[:MAX_WORDS] + [word for one in sorted(joined) for word in (one, "")]


def _texts(content: dict[str, Any]) -> Iterator[str]:
    yield from _values(content)
    for subject in content.get("subjects", ()):
        yield subject["caption"]
        yield subject["link"]
    yield from (one["text"] for one in content.get("texts", ()))
    yield from content.get("questions", ())
    yield content.get("legal_basis", "")
    yield from content.get("conditions", ())
    yield from (one["title"] for one in content.get("attachments", ()))
    yield from (one["record"] for one in content.get("matches", ()) if one["record"])


def _values(content: dict[str, Any]) -> Iterator[str]:
    for subject in content.get("subjects", ()):
        for values in subject["properties"].values():
            yield from values


def _names(content: dict[str, Any]) -> Iterator[str]:
    """Return the names of persons: companies and ships bear common words, which sound like many a name."""
    for subject in content.get("subjects", ()):
        for name, values in subject["properties"].items():
            if name in _NAMES and subject["schema"] == "Person":
                yield from values


def _waiting() -> QuerySet[CaseMessage]:
    """Return the oldest messages that are not indexed.

    SQLite has one writer, so that ids come in order. On PostgreSQL a lower id may be committed after a higher one: a
    thousand ids back is looked at again.
    """
    newest = MESSAGES.newest()
    found = (
        CaseMessage.objects.filter(erased=False).select_related("case").prefetch_related("addressees").order_by("pk")
    )
    if connection.vendor == "sqlite":
        return found.filter(pk__gt=newest)[:PORTION]
    recent = found.filter(pk__gt=newest - 1_000, pk__lte=newest)
    missed = set(recent.values_list("pk", flat=True)) - MESSAGES.known(list(recent.values_list("pk", flat=True)))
    return (found.filter(pk__in=missed) | found.filter(pk__gt=newest))[:PORTION]


def _live(ids: Sequence[int]) -> set[int]:
    return set(CaseMessage.objects.filter(pk__in=ids, erased=False).values_list("pk", flat=True))
