"""A busy week, planned from a fixed seed: who asks whom what, who opens it when, and what is replied.

The plan knows no clock: its times are counted from when the week began. It is the same at each call, so that every node
can look up what it has to do with a message that came in. Names are those of the filler records (`generate`); some
subjects stand in the records of the one who is asked, so that there is something to find, and to rule out.
"""

# ruff: noqa: S311 - a fixed seed is the point: the demo's week is the same everywhere
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from comity.demo import generate, world
from comity.demo.stories import Asked

SEED: Final = "comity demo week 1"
WORDS: Final = Path(__file__).with_name("week.json")
REQUESTS: Final = 200
LASTS: Final = timedelta(days=9)
STATES: Final = (world.XA, world.XB, world.XC, world.XD)
_GROUNDS: Final = "abdefg"  # of refusal; c and h would need a court and a third state in the story
_SCHEMATA: Final[Mapping[str, Sequence[str]]] = {
    "money-laundering": ("Organization",),
    "environmental-crime": ("Organization",),
    "corruption": ("Organization", "Person"),
    "fraud": ("Phone",),
    "cyber-attacks": ("Phone",),
    "kidnapping": ("Phone", "Person"),
    "vehicle-crime": ("Plate",),
    "organised-property-crime": ("Plate",),
    "drug-trafficking": ("Person", "Vessel"),
}
_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "xa.piu": frozenset({"migrant-smuggling", "trafficking-in-human-beings", "terrorism", "missing-persons"}),
    "xb.fiu": frozenset({"money-laundering", "fraud", "corruption", "environmental-crime"}),
    "xc.customs": frozenset({"drug-trafficking", "firearms-trafficking", "environmental-crime", "vehicle-crime"}),
    "xd.piu": frozenset({"migrant-smuggling", "trafficking-in-human-beings", "terrorism", "missing-persons"}),
}
"""Of what an office asks that is neither its state's contact point nor its criminal police."""
_COPIES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("xb.fiu", area): ("xo.analysis",) for area in ("money-laundering", "fraud", "corruption")
}
"""Who gives a copy of what it asks about an area to whom, as `stories.ARRANGEMENT` lets it."""
_CATEGORY: Final[Mapping[str, str]] = {"missing-persons": "missing"}
_WEIGHTS: Final[Mapping[str, int]] = {"drug-trafficking": 6, "fraud": 4, "vehicle-crime": 4, "migrant-smuggling": 3}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a partner does with a request.

    Attributes:
        officer: who does it there.
        opens: when it is opened, after its arrival; `None` if nobody has.
        kind: full, partial, interim, negative or refusal; empty while it waits.
        after: when the reply leaves, after the arrival.
        heard: when the asker opens it, after it has left; `None` if nobody has.
        ground: of a refusal.
    """

    officer: str
    opens: timedelta | None = None
    kind: str = ""
    after: timedelta = timedelta()
    heard: timedelta | None = None
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the week.

    Attributes:
        number: of its case, counted for each authority from 1.
        sender: authority id.
        officer: who writes it.
        at: since the week began.
        replies: by recipient.
        purpose: code.
        area: crime area.
        urgency: code.
        ground: of urgency, empty where it is normal.
        basis: legal basis, in the sender's language, as all texts.
        facts: what happened.
        questions: what is asked.
        subjects: whom and what it is about.
        copies: who gets a copy that its writer chose to give.
    """

    number: int
    sender: str
    officer: str
    at: timedelta
    replies: Mapping[str, Reply]
    purpose: str
    area: str
    urgency: str
    ground: str
    basis: str
    facts: str
    questions: tuple[str, ...]
    subjects: tuple[Asked, ...] = field(default=())
    copies: tuple[str, ...] = ()


@cache
def words() -> Mapping[str, Any]:
    """Return the texts of the week by language."""
    found: Mapping[str, Any] = json.loads(WORDS.read_text(encoding="utf-8"))
    return found


@cache
def plan() -> tuple[Request, ...]:
    """Return the requests of the week, in the order in which they are sent."""
    dice = random.Random(SEED)
    areas = list(words()["facts"])
    drawn = areas + dice.choices(areas, [_WEIGHTS.get(area, 2) for area in areas], k=REQUESTS - len(areas))
    moments = sorted(_moment(dice) for _ in drawn)
    dice.shuffle(drawn)
    numbers: dict[str, int] = {}
    made = []
    for area, at in zip(drawn, moments, strict=True):
        sender, recipients = _between(dice, area)
        numbers[sender] = numbers.get(sender, 0) + 1
        made.append(_request(dice, area, at, sender, recipients, numbers[sender]))
    return tuple(made)


def _moment(dice: random.Random) -> timedelta:
    """Return when a request is sent: by day more than by night, and in the last minutes none."""
    day, hour = dice.randrange(LASTS.days), min(23.5, max(0.0, dice.gauss(12, 4)))
    return min(timedelta(days=day, hours=hour), LASTS - timedelta(minutes=20))


def _between(dice: random.Random, area: str) -> tuple[str, tuple[str, ...]]:
    """Return who asks and who is asked: mostly the offices that stand in the first place, one of each state.

    An office with a field of its own asks about nothing else, and about that as often as the first.
    """
    asker, *others = dice.sample(STATES, len(STATES))
    authorities = [one.id for one in asker.authorities if area in _FIELDS.get(one.id, {area})]
    sender = dice.choices(authorities, [6 if one == asker.first.id or one in _FIELDS else 1 for one in authorities])[0]
    count = dice.choices((1, 2, 3), (6, 3, 1))[0]
    return sender, tuple(sorted(state.first.id for state in others[:count]))


def _request(
    dice: random.Random, area: str, at: timedelta, sender: str, recipients: tuple[str, ...], number: int
) -> Request:
    state = world.state(sender[:2])
    language, said = state.language, words()
    urgency, ground = _urgency(dice, area)
    schemata = _SCHEMATA.get(area, ("Person",))
    subjects = tuple(_subject(dice, one, area, state, world.state(recipients[0][:2])) for one in schemata)
    town = dice.choice(generate.towns(state.code))
    return Request(
        number=number,
        sender=sender,
        officer=dice.choice([one.username for one in world.authority(sender).officers if one.role == "officer"]),
        at=at,
        replies={one: _reply(dice, one, urgency, LASTS - at) for one in recipients},
        purpose="missing-person" if area == "missing-persons" else "criminal-investigation",
        area=area,
        urgency=urgency,
        ground=ground,
        basis=said["basis"][language],
        facts=dice.choice(said["facts"][area][language]).format(town=town),
        questions=tuple(dice.choice(said["questions"][one][language]) for one in schemata),
        subjects=subjects,
        copies=_COPIES.get((sender, area), ()),
    )


def _urgency(dice: random.Random, area: str) -> tuple[str, str]:
    if area == "kidnapping":
        return "life-at-risk", "b"
    if area in {"missing-persons", "terrorism"} or dice.random() < 0.15:  # noqa: PLR2004  # about one in seven
        return "urgent", dice.choice("bcd")
    return "normal", ""


def _reply(dice: random.Random, recipient: str, urgency: str, left: timedelta) -> Reply:
    """Decide what becomes of a request: nine in ten are answered in time; the newest nobody has opened yet."""
    officer = dice.choice([one.username for one in world.authority(recipient).officers if one.role == "officer"])
    hurry = urgency != "normal"
    opens = timedelta(minutes=dice.uniform(1, 40) if hurry else dice.uniform(10, 900))
    kind = dice.choices(("full", "partial", "negative", "interim", "refusal", ""), (30, 12, 26, 6, 10, 16))[0]
    after = opens + timedelta(minutes=dice.uniform(20, 300)) if hurry else timedelta(hours=dice.uniform(16, 110))
    if dice.random() < 0.1:  # noqa: PLR2004  # late
        after = timedelta(hours=dice.uniform(9, 30) if hurry else dice.uniform(170, 200))
    heard = timedelta(hours=dice.uniform(0.2, 30)) / (20 if urgency == "life-at-risk" else 1)  # or it would ring
    return Reply(
        officer,
        opens if opens < left else None,
        kind if after < left else "",
        after,
        heard if after + heard < left else None,
        dice.choice(_GROUNDS) if kind == "refusal" else "",
    )


def _subject(dice: random.Random, schema: str, area: str, asker: world.State, asked: world.State) -> Asked:
    """Return a subject that the one who is asked holds, as another would write it, or one that nobody holds."""
    held = dice.random() < 0.55  # noqa: PLR2004  # of the rest nothing is known there
    state = asked if held else asker
    facts = dice.choice([one for one in _held(state.code) if one["schema"] == _RECORDED.get(schema, schema)])
    properties: dict[str, list[str]] = facts["properties"]
    chosen = tuple(
        (name, tuple(_as_written(dice, name, value, asker) for value in properties[name]))
        for name in _ASKED[schema]
        if name in properties and (name in _TELLING or dice.random() < 0.7)  # noqa: PLR2004  # not all is known
    )
    category = _CATEGORY.get(area, "suspect") if schema == "Person" else ""
    return Asked(schema, chosen, category, words()["link"][asker.language])


_RECORDED: Final[Mapping[str, str]] = {"Plate": "Vehicle", "Organization": "Company"}
_TELLING: Final = frozenset({"name", "number", "registrationNumber", "imoNumber"})
_ASKED: Final[Mapping[str, Sequence[str]]] = {
    "Person": ("name", "birthDate", "nationality", "gender", "passportNumber"),
    "Plate": ("registrationNumber", "country"),
    "Vessel": ("name", "imoNumber", "flag"),
    "Organization": ("name", "registrationNumber", "jurisdiction"),
    "Phone": ("number", "country"),
}


@cache
def _held(code: str) -> tuple[Any, ...]:
    return tuple(generate.records(code))


def _as_written(dice: random.Random, name: str, value: str, asker: world.State) -> str:
    """Return a value as the asking officer would write it: in Latin letters, less exact, with a slip now and then."""
    if name == "name" and asker.language != "ar":
        value = " ".join(words()["latin"].get(part, part) for part in value.split())
    if name == "birthDate" and dice.random() < 0.3:  # noqa: PLR2004  # known by the year only
        return value[:4]
    return value


def steps() -> Iterator[tuple[timedelta, str, Request, str]]:
    """Yield what happens, in order: (when, send | open | reply | hear, request, authority id).

    The authority is the one that is asked; it is the asker who sends, and hears what that one replied.
    """
    found = []
    for one in plan():
        found.append((one.at, "send", one, ""))
        for recipient, reply in one.replies.items():
            if reply.opens is not None:
                found.append((one.at + reply.opens, "open", one, recipient))
            if reply.kind:
                found.append((one.at + reply.after, "reply", one, recipient))
            if reply.kind and reply.heard is not None:
                found.append((one.at + reply.after + reply.heard, "hear", one, recipient))
    yield from sorted(found, key=lambda step: (step[0], step[2].sender, step[2].number, step[1], step[3]))
