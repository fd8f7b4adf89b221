"""The case as one thing: whom and what it is about, who takes part, which clocks run.

Each subject stands once, with everything that the messages of the case and the records confirmed for it say of it, who
said it, and where they differ. Subjects are put together where somebody has said so (an answer to what was asked, a
correction, a record that a person confirmed) or where they are named by the same sure thing; likeness alone is for the
review, where a person decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any, Final

from comity.desks.cases import comparing, facts, marks, rules, words
from comity.desks.cases.models import CaseMessage, Standing, State, Verdict
from comity.desks.cases.reads import CasePage, MessageView
from comity.matching import compare
from comity.subjects import Subject

MOST_COMPARED: Final = 8  # sources of one subject among which differences are looked for


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was said.

    Attributes:
        message: in which it was said, or for which a record was confirmed.
        record: reference of the record, where it is one of ours.
    """

    message: CaseMessage
    record: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One value as people read it, and by whom it was said."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of one property; `differs` where what two sources say cannot both be so."""

    name: Any
    values: tuple[Value, ...]
    code: bool
    differs: bool


@dataclass(frozen=True, slots=True)
class CaseSubject:
    """One subject of the case."""

    caption: str
    schema: Any
    icon: str
    categories: tuple[Any, ...]
    lines: tuple[Line, ...]
    sources: tuple[Source, ...]

    @property
    def differs(self) -> int:
        """How many properties are in conflict."""
        return sum(line.differs for line in self.lines)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that runs: whose answer is awaited until when."""

    partner: str
    message: CaseMessage
    timed: Any
    ours: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The case in short.

    Attributes:
        areas: crime areas in words, as its messages name them.
        participants: ids of the authorities that wrote or were written to, our own first.
        references: (authority, reference) under which each of those who began something in it keeps it.
        clocks: what is due, the first before the others.
        subjects: where more than one message names any.
    """

    areas: tuple[Any, ...]
    participants: tuple[str, ...]
    references: tuple[tuple[str, str], ...]
    clocks: tuple[Clock, ...]
    subjects: tuple[CaseSubject, ...]


def overview(page: CasePage) -> Overview:
    """Return the case in short, from what its page has read already; no query."""
    messages = [view.message for view in page.messages]
    own = page.case.authority
    others = [one.originator for one in messages] + [
        copy.authority for view in page.messages for copy in view.deliveries
    ]
    # A reply bears the reference of what it replies to; only what begins something has its author's own.
    references = [(one.originator, one.reference) for one in messages if not one.in_reply_to]
    return Overview(
        areas=tuple(dict.fromkeys(words.word(words.CRIME_AREAS, one.crime_area) for one in messages if one.crime_area)),
        participants=tuple(dict.fromkeys((own, *others))),
        references=tuple(dict.fromkeys(references)),
        clocks=_clocks(page.messages),
        subjects=subjects(page.messages),
    )


def _clocks(views: Iterable[MessageView]) -> tuple[Clock, ...]:
    found: list[Clock] = []
    for view in views:
        one = view.message
        if one.kind not in rules.ASKS or one.state not in {State.NEW, State.OPEN} or one.standing == Standing.WITHDRAWN:
            continue
        if one.incoming and (one.due_at or one.still_since):
            found.append(Clock(one.originator, one, one, ours=True))
        found += [
            Clock(copy.authority, one, copy, ours=False) for copy in view.deliveries if copy.awaited and copy.due_at
        ]
    return tuple(sorted(found, key=lambda one: (one.timed.due_at is None, one.timed.due_at or one.message.sent_at)))


@dataclass(frozen=True, slots=True)
class _Said:
    """A subject as one source has it."""

    source: Source
    kept: Mapping[str, Any]
    subject: Subject

    @property
    def at(self) -> datetime:
        """When it was said."""
        return self.source.message.sent_at


def subjects(views: Sequence[MessageView]) -> tuple[CaseSubject, ...]:
    """Return the subjects of a case, each once; none where a single message names all, for there they stand already."""
    said, joined = _said(views)
    if len({one.source for one in said.values()}) <= 1:
        return ()
    groups = _together(said, joined)
    return tuple(_gathered([said[key] for key in group]) for group in groups)


_Key = tuple[str, int, int]  # root of a message, place of the subject, record or 0


def _said(views: Sequence[MessageView]) -> tuple[dict[_Key, _Said], list[tuple[_Key, _Key]]]:
    """Return what each message says of each subject, and which of them somebody has said to be the same."""
    said: dict[_Key, _Said] = {}
    joined: list[tuple[_Key, _Key]] = []
    for view in views:
        one, content = view.message, view.content
        if one.standing == Standing.WITHDRAWN:
            continue
        root, about = bytes(one.msg).hex(), one.in_reply_to
        listed = content.get("subjects", ())
        for place, kept in enumerate(listed):
            said[root, place, 0] = _Said(Source(one), kept, marks.subject_of(kept))
        matches = content.get("matches", ())
        if len(matches) == len(listed):
            joined += [((root, place, 0), (about, match["asked"], 0)) for place, match in enumerate(matches)]
        if one.kind == "correction":
            for place in range(len(listed)):
                said.pop((about, place, 0), None)  # what it says instead stands now
        for shown in view.subjects:
            for item in shown.candidates:
                if item.verdict == Verdict.SAME and item.record:
                    key = (root, shown.place, item.record_id)
                    kept = {**item.record, "category": "", "caption": item.record.get("caption", "")}
                    said[key] = _Said(Source(one, item.record_reference), kept, marks.subject_of(kept))
                    joined.append((key, (root, shown.place, 0)))
    return said, joined


def _together(said: Mapping[_Key, _Said], joined: Iterable[tuple[_Key, _Key]]) -> list[list[_Key]]:
    """Return the keys in groups of one subject each, in the order in which they were first said."""
    groups: dict[_Key, list[_Key]] = {key: [key] for key in said}

    def join(one: _Key, other: _Key) -> None:
        mine, theirs = groups.get(one), groups.get(other)
        if mine is None or theirs is None or mine is theirs:
            return
        mine += theirs
        for key in theirs:
            groups[key] = mine

    for one, other in joined:
        join(one, other)
    named: dict[bytes, _Key] = {}
    for key, what in said.items():
        for mark in marks.of_subject(what.subject):
            other = named.setdefault(mark, key)
            # Father and son, named in one message, are two whatever their names.
            if not _both_of_one_message(groups[key], groups[other]):
                join(key, other)
    return list({id(group): group for group in groups.values()}.values())


def _both_of_one_message(one: Iterable[_Key], other: Iterable[_Key]) -> bool:
    places = {root: place for root, place, record in one if not record}
    return any(not record and places.get(root, place) != place for root, place, record in other)


def _gathered(found: Sequence[_Said]) -> CaseSubject:
    newest = max(found, key=lambda one: (not one.source.record, one.at))
    schema = str(newest.kept["schema"])
    told: dict[str, dict[str, list[Source]]] = {}
    for one in found:
        for prop, values in one.kept.get("properties", {}).items():
            for value in values:
                told.setdefault(prop, {}).setdefault(facts.shown_value(prop, str(value)), []).append(one.source)
    order = {name: place for place, name in enumerate(words.PROPERTIES)}
    differing = _differing(found)
    return CaseSubject(
        caption=str(newest.kept.get("caption", "")),
        schema=words.word(words.SCHEMATA, schema),
        icon=words.SCHEMA_ICONS.get(schema, "id"),
        categories=tuple(
            dict.fromkeys(
                words.word(words.CATEGORIES, one.kept["category"]) for one in found if one.kept.get("category")
            )
        ),
        lines=tuple(
            Line(
                name=words.word(words.PROPERTIES, prop),
                values=tuple(Value(text, tuple(dict.fromkeys(sources))) for text, sources in told[prop].items()),
                code=prop in facts.CODES,
                differs=prop in differing,
            )
            for prop in sorted(told, key=lambda name: order.get(name, len(order)))
        ),
        sources=tuple(dict.fromkeys(one.source for one in found)),
    )


def _differing(found: Sequence[_Said]) -> frozenset[str]:
    """Return the properties of which two sources say what the comparison counts against each other."""
    differing: set[str] = set()
    for one, other in combinations(found[:MOST_COMPARED], 2):
        reasons = [
            {"rule": reason.rule, "weight": reason.weight} for reason in compare(one.subject, other.subject).reasons
        ]
        schema = other.subject.schema
        for prop, values in one.subject.properties:
            if comparing.mark_of(schema, prop, (values, other.subject.get(prop)), reasons) == "conflicts":
                differing.add(prop)
    return frozenset(differing)
