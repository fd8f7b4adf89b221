"""The play of the demo in words: a heading for each scene and a sentence for each line.

`comity.demo.play` tells what happened as keys and values; here they become the reader's language.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from comity.cli.words import _, marked, ngettext
from comity.demo.play import Line, Scene

HEADINGS: Final[Mapping[str, str]] = {
    "stage": marked("The federation: each node has its own keys, database and officers, and the same directory"),
    "preview-of-a-stranger": marked("First try: may operational information go to the secretariat?"),
    "ask": marked("Aldermark asks Belcourt and Castellar about a person and a ship"),
    "deliver": marked("Sealed for two readers, recorded, delivered, acknowledged"),
    "nothing-for-the-stranger": marked("Who was not asked sees nothing of it"),
    "find": marked("Belcourt's node compares its records, and says why it proposes each"),
    "confirm": marked("The machine proposes, an officer decides"),
    "reply": marked("Belcourt answers"),
    "refuse": marked("Castellar refuses, on a ground of the closed list"),
    "bring-home": marked("Both replies are on the desk in Aldermark"),
    "prove": marked("Proof, checked without any node: who said what, when, under whose keys"),
    "audit": marked("Every log recomputed, and who is witness of it"),
}
"""Heading of each scene of the play."""

SENTENCES: Final[Mapping[str, str]] = {
    "stage.node": marked("{code}  {state}: {records} records"),
    "stage.official": marked(
        "{codes}: {count} of them are vessels, aircraft and organisations of an official list (OFAC SDN, 7 May 2024)"
    ),
    "stage.directory": marked(
        "directory: root {root}, timestamp {timestamp}, {members} members, the same at all nodes"
    ),
    "reader.refused": marked("no: {name} must not receive it"),
    "reader.allowed": marked("will be able to read it: {name} ({authority})"),
    "reader.clause": marked("clause {number}: {text}"),
    "ask.who": marked("{officer}, {authority}, asks:"),
    "ask.subject": marked("about {schema}: {facts}"),
    "ask.question": marked("question: {text}"),
    "ask.sent": marked("sent as {reference}"),
    "deliver.receipts": marked("both receipts came back and were verified after {seconds:.2f} s"),
    "deliver.copy": marked("{authority}: {word}"),
    "stranger.nothing": marked("{state}: no note, no message, no trace"),
    "find.candidate": marked("{asked}  ↔  {held}: {confidence} ({score:.0%}), record {record}"),
    "find.reason": "{text}: {left} ↔ {right}",
    "find.reason-of-one": "{text}: {left}",
    "confirm.who": marked("{officer} decides:"),
    "confirm.same": marked("the same: {held} ({record})"),
    "confirm.different": marked("not the same: {held} ({record}): {reason}"),
    "reply.text": marked("in its author's language ({language}): {text}"),
    "refuse.ground": marked("{authority} refuses on ground ({ground}): {text}"),
    "home.case": marked("case {reference} holds the request, an answer and a refusal"),
    "home.subject": marked("received: {schema}: {facts}"),
    "home.receipts": marked("receipts say that both partners have opened the request"),
    "prove.who": marked("{officer} may export what was said, as a supervisor; an officer's files would keep it back"),
    "prove.file": marked("{kind}: {path} ({size} kB)"),
    "prove.count": marked("points that hold: {count}; that fail: none; it existed by {time}"),
    "prove.claim": "{verdict} {text}",
    "audit.log": marked("{name}: {size} entries, all signed; witnesses: {witnesses}"),
    "audit.unseen": marked("{logs} more logs, {size} entries, all signed; no partner has had to see them yet"),
}
"""Sentence of each line."""

KINDS: Final[Mapping[str, str]] = {
    "request": marked("request"),
    "answer": marked("answer"),
    "refusal": marked("refusal"),
}
GROUNDS: Final[Mapping[str, str]] = {
    "a": marked("not held here"),
    "b": marked("the request lacks something"),
    "c": marked("judicial authorisation refused"),
    "d": marked("outside the permitted categories"),
    "e": marked("inaccurate, incomplete or outdated"),
    "f": marked("it would endanger an investigation or a person"),
    "g": marked("no offence here, or a minor one"),
    "h": marked("another state, whose information it is, did not consent"),
}
COUNTRIES: Final = frozenset({"nationality", "country", "flag", "jurisdiction"})
DEEPER: Final = frozenset({"prove.claim", "prove.count", "stage.official"})
SCHEMATA: Final[Mapping[str, str]] = {"Person": marked("a person"), "Vessel": marked("a vessel")}


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of the play: how far it is set in, and whether it is a heading or said in passing."""

    text: str
    depth: int = 0
    weight: Literal["heading", "", "passing"] = ""


def told(scene: Scene, number: int, language: str) -> Iterator[Told]:
    """Yield a scene in words.

    Args:
        scene: of the play.
        number: its place, from 1.
        language: in which names of authorities are given.
    """
    yield Told(f"{number:2d}. {_(HEADINGS[scene.key])}", weight="heading")
    for line in scene.lines:
        for text, depth in _sentences(line, language):
            yield Told(text, 1 + depth, "passing" if depth else "")


def _sentences(line: Line, language: str) -> Iterator[tuple[str, int]]:
    values = {name: _value(name, value, language) for name, value in line.values.items()}
    if line.key.startswith("reader."):
        reader = line.values["reader"]
        yield _(SENTENCES[line.key]).format(**reader), 0
        for reason in reader["reasons"]:
            yield reason, 1
        for clause, text in reader["clauses"]:
            yield _(SENTENCES["reader.clause"]).format(number=clause, text=text), 1
        return
    if line.key == "find.candidate":
        yield _(SENTENCES[line.key]).format(**values), 0
        for reason in line.values["reasons"]:
            key = "find.reason" if reason["left"] and reason["right"] else "find.reason-of-one"
            yield (
                SENTENCES[key].format(
                    text=reason["text"], left=reason["left"] or reason["right"], right=reason["right"]
                ),
                1,
            )
        return
    if line.key == "refuse.ground":
        values["text"] = _(GROUNDS[line.values["ground"]])
    if line.key == "reply.answer":
        yield (
            ngettext(
                "{authority} sends {count} record", "{authority} sends {count} records", line.values["count"]
            ).format(**values),
            0,
        )
        return
    yield _(SENTENCES[line.key]).format(**values), int(line.key in DEEPER)


def _value(name: str, value: Any, language: str) -> Any:  # noqa: ANN401  # whatever a sentence holds
    if name in {"state", "authority"} and isinstance(value, Mapping):
        return value[language]
    return WRITTEN[name](value) if name in WRITTEN else value


def _facts(value: Any) -> str:  # noqa: ANN401  # a mapping, or the pairs of one
    return ", ".join(_fact(prop, values) for prop, values in (value.items() if isinstance(value, Mapping) else value))


def _from_here(path: Path) -> str:
    """Return a path as it is typed in the folder where one stands."""
    here, whole = Path.cwd(), path.resolve()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)


def _fact(prop: str, values: Iterable[str]) -> str:
    return " / ".join(value.upper() if prop in COUNTRIES else value for value in values)


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


WRITTEN: Final[Mapping[str, Callable[[Any], str]]] = {
    "codes": ", ".join,
    "facts": _facts,
    "kind": lambda value: _(KINDS[value]),
    "path": _from_here,
    "schema": lambda value: _(SCHEMATA.get(value, value)),
    "time": _moment,
    "verdict": lambda value: "✓" if value == "holds" else "·",
    "witnesses": ", ".join,
}
"""How a value of this name is written, whatever the sentence."""
