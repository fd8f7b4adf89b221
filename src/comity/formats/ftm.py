"""FollowTheMoney entities, one JSON object a line (also the lines of a delta file that add or change).

Source: https://followthemoney.tech/docs/ (entity as id, schema, properties: each property a list of strings).
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from comity.formats.rows import Good, Rejected, Row
from comity.formats.sources import lines, sniff_encoding
from comity.subjects import Subject

NAME = "ftm"
MAX_VALUES = 2_000  # the entity with most values in the published lists has some 600
MAX_ID_CHARS = 300
DELETED = ""  # a deletion needs the list it changes; whole lists are imported here


class _Entity(msgspec.Struct):
    schema: str
    id: str = ""
    properties: dict[str, list[str]] = {}  # msgspec copies an empty mutable default


class _Change(msgspec.Struct):
    op: str
    entity: _Entity


_entity = msgspec.json.Decoder(_Entity)
_change = msgspec.json.Decoder(_Change)


def read(path: Path, *, after: int = 0) -> Iterator[Row]:
    """Yield a row for each line that is not blank, past the first `after` of them.

    Raises:
        BrokenFileError: the archive is damaged.
    """
    position = 0
    for number, line in lines(path, sniff_encoding(path)):
        if line is not None and not line.strip():
            continue
        position += 1
        if position > after:
            yield _row(position, number, line)


def _row(position: int, number: int, line: str | None) -> Row:
    where = f"line {number}"
    if line is None or "\0" in line:
        return Rejected(position, where, "row.unreadable-text")
    try:
        entity = _decoded(line)
    except msgspec.ValidationError as error:
        return Rejected(position, where, "ftm.not-an-entity", _shape(str(error)))
    except (msgspec.DecodeError, RecursionError):
        return Rejected(position, where, "ftm.not-json")
    if rule := _objection(entity):
        return Rejected(position, where, rule)
    document = {"id": entity.id, "schema": entity.schema, "properties": entity.properties}
    return Good(position, entity.id, (Subject.from_ftm(document),))


def _objection(entity: _Entity) -> str:
    if entity.schema == DELETED:
        return "ftm.deletion"
    if not entity.id or len(entity.id) > MAX_ID_CHARS:
        return "row.no-reference"
    too_many = sum(len(values) for values in entity.properties.values()) > MAX_VALUES
    return "row.too-many-values" if too_many else ""


def _decoded(line: str) -> _Entity:
    """Return the entity of a line; one with schema `DELETED` when the line takes an entity off the list."""
    if not line.lstrip().startswith('{"op"'):
        return _entity.decode(line)
    change = _change.decode(line)
    return _Entity(DELETED) if change.op.upper() == "DEL" else change.entity


def _shape(message: str) -> str:
    """Return where the shape was wrong (`$.properties[...]`), never the value itself."""
    _, _, place = message.rpartition("at `")
    return place.rstrip("`") if place != message else ""
