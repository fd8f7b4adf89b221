"""The model: which schemata there are, what they extend, and which properties they have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from comity.subjects.subject import Subject

_MODEL: Final = Path(__file__).resolve().parent / "model.json"
MAX_VALUES: Final = 200
MAX_VALUE: Final = 2000


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a schema.

    Attributes:
        name: in the model.
        label: English, to be translated by pages.
        type: such as ``name``, ``date``, ``country``, ``identifier``, ``phone``, ``string``.
        matchable: whether it helps to tell whether two subjects are the same.
    """

    name: str
    label: str
    type: str
    matchable: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """A kind of subject.

    Attributes:
        name: in the model.
        label: English, to be translated by pages.
        abstract: whether no subject is of this kind itself.
        matchable: whether subjects of this kind are compared.
        ancestors: names of all schemata that it extends, itself among them.
        featured: properties that a short view shows, in order.
        properties: by name, inherited ones too.
    """

    name: str
    label: str
    abstract: bool
    matchable: bool
    ancestors: frozenset[str]
    featured: tuple[str, ...]
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason why a subject is none.

    Attributes:
        rule: ``schema.unknown``, ``schema.abstract``, ``subject.empty``, ``property.unknown``, ``property.too-many`` or
            ``property.too-long``.
        found: name of the schema or property; never a value.
    """

    rule: str
    found: str


@cache
def schemata() -> Mapping[str, Schema]:
    """Return all schemata by name; read once, in some milliseconds."""
    found = json.loads(_MODEL.read_text(encoding="utf-8"))["schemata"]
    return {
        name: Schema(
            name=name,
            label=one["label"],
            abstract=one["abstract"],
            matchable=one["matchable"],
            ancestors=frozenset(one["is"]),
            featured=tuple(one["featured"]),
            properties={
                key: Property(key, prop["label"], prop["type"], prop["matchable"])
                for key, prop in one["properties"].items()
            },
        )
        for name, one in found.items()
    }


def objections(subject: Subject) -> tuple[Objection, ...]:
    """Return every reason against a subject; an empty tuple means that it is one."""
    schema = schemata().get(subject.schema)
    if schema is None:
        return (Objection("schema.unknown", subject.schema),)
    if schema.abstract:
        return (Objection("schema.abstract", subject.schema),)
    found = [] if subject.properties else [Objection("subject.empty", subject.schema)]
    for name, values in subject.properties:
        if name not in schema.properties:
            found.append(Objection("property.unknown", name))
        if len(values) > MAX_VALUES:
            found.append(Objection("property.too-many", name))
        if max(map(len, values), default=0) > MAX_VALUE:
            found.append(Objection("property.too-long", name))
    return tuple(found)
