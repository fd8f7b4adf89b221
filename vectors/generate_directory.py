"""Golden vectors of the directory: a published one, and what a mirror says of it at a time, changed in one place.

`python vectors/generate_directory.py` writes them; a test judges each. Signatures with ML-DSA are random by
design, so that a second run gives other files that are judged alike; a vector, once released, never changes.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import evidence_world as ew  # a script beside this one

from comity.directory.card import make_card, read_card

FOLDER: Final = Path(__file__).resolve().parent / "directory"
Files = dict[str, str]


def files(world: ew.World) -> Files:
    """Return what the registrar has published, as text; patches are only a shorter way to the same files."""
    return {path: data.decode() for path, data in world.published.files.items() if not path.startswith("patches/")}


def changed(before: Files, path: str, change: Callable[[dict[str, object]], object]) -> dict[str, object]:
    """Return the files with one of them edited without new signatures."""
    value = json.loads(before[path])
    change(value["signed"])
    return {path: json.dumps(value, sort_keys=True, separators=(",", ":"))}


def worlds() -> tuple[Files, Files]:
    """Return the directory of the first day, and of the next day with a changed member."""
    world = ew.begin()
    first = files(world)
    day_two = ew.DAY_ONE + timedelta(days=1)
    member = replace(world.members[ew.XB], languages=("en", "fr"))
    card = make_card(member, ew.pair("identity", ew.XB), day_two, version=2)
    world.registrar.admit(read_card(card))
    _, _, table = ew.holders(2027)
    world.registrar.publish(table, day_two)
    return first, files(world)


def stamp(at: datetime) -> int:
    """Return Unix seconds."""
    return int(at.timestamp())


def cases(first: Files) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield each case: which files are there in which order of refreshing, when, and what the last refresh says."""
    hour = timedelta(hours=1)
    now = ew.DAY_ONE + hour
    later = ew.DAY_ONE + timedelta(days=1) + hour

    def case(comment: str, expect: str, *steps: tuple[str, Mapping[str, object], int]) -> dict[str, object]:
        return {
            "comment": comment,
            "root": "1.root.json",
            "refresh": [{"published": name, "instead": patch, "now": at} for name, patch, at in steps],
            "expect": expect,
        }

    yield "first-day", case("everything as published", "ok", ("first", {}, stamp(now)))
    yield "next-day", case("a member has changed", "ok", ("first", {}, stamp(now)), ("second", {}, stamp(later)))
    yield (
        "rolled-back",
        case("yesterday's files are shown again", "directory.rollback",
             ("first", {}, stamp(now)), ("second", {}, stamp(later)), ("first", {}, stamp(later))),
    )  # fmt: skip
    yield (
        "expired",
        case("two years later", "directory.expired", ("first", {}, stamp(ew.DAY_ONE + timedelta(days=730)))),
    )
    at = stamp(now)
    timestamp = changed(first, "timestamp.json", lambda signed: signed.update(version=99))
    yield (
        "timestamp-edited",
        case("a higher version, not signed", "directory.threshold", ("first", timestamp, at)),
    )
    value = json.loads(first["timestamp.json"])
    value["signatures"] = value["signatures"][:1]
    alone = {"timestamp.json": json.dumps(value, sort_keys=True, separators=(",", ":"))}
    yield "timestamp-one-signature", case("one of two algorithms", "directory.threshold", ("first", alone, at))
    for name in ("snapshot", "targets"):
        path = next(path for path in first if path.endswith(f".{name}.json"))
        edited = {path: first[path].replace('"version":1', '"version":7', 1)}
        yield (
            f"{name}-edited",
            case("not the bytes named above it", "directory.mismatch", ("first", edited, at)),
        )
        yield f"{name}-missing", case("not there", "directory.unreachable", ("first", {path: None}, at))
    path = next(path for path in first if path.startswith("targets/"))
    longer = {path: {"blanks": 1_000_000}}  # so many after it
    yield "member-longer", case("a megabyte of blanks after it", "directory.oversize", ("first", longer, at))
    yield (
        "timestamp-no-json",
        case("no metadata", "directory.malformed", ("first", {"timestamp.json": "{"}, at)),
    )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    one, two = worlds()
    published = {"first": one, "second": two, **dict(cases(one))}
    for name, vector in published.items():
        (FOLDER / f"{name}.json").write_text(json.dumps(vector, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(published)} files\n")
