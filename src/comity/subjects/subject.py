"""A subject as a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from comity.vocabulary.visible import shown

CAPTIONS: Final = (
    "name", "weakAlias", "alias", "registrationNumber", "number", "serialNumber", "iban", "accountNumber", "publicKey",
    "imoNumber", "vin", "title", "summary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """An entity: a schema and its properties.

    Attributes:
        schema: name in the model, such as ``Person``.
        properties: (name, values), names and values each in the order in which they came; no empty values.
        id: as its source has it; empty where it has none.
    """

    schema: str
    properties: tuple[tuple[str, tuple[str, ...]], ...] = ()
    id: str = ""

    @classmethod
    def of(cls, schema: str, properties: Mapping[str, Iterable[str]], id: str = "") -> "Subject":  # noqa: A002  # its name
        """Return a subject without empty values and repetitions."""
        kept = ((name, tuple(dict.fromkeys(value for value in values if value))) for name, values in properties.items())
        return cls(schema, tuple((name, values) for name, values in kept if values), id)

    @classmethod
    def from_ftm(cls, entity: Mapping[str, object]) -> "Subject":
        """Read an entity in FollowTheMoney's JSON form.

        Raises:
            ValueError: it has no schema, or its properties are no lists of texts.
        """
        schema, properties = entity.get("schema"), entity.get("properties", {})
        if not isinstance(schema, str) or not isinstance(properties, dict):
            raise ValueError("an entity has a schema and properties")  # noqa: TRY004  # bad data, no wrong call
        found: dict[str, list[str]] = {}
        for name, values in properties.items():
            if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
                raise ValueError(f"the values of `{name}` are no list of texts")
            found[str(name)] = list(values)
        return cls.of(schema, found, str(entity.get("id") or ""))

    def to_ftm(self) -> dict[str, object]:
        """Return FollowTheMoney's JSON form."""
        return {
            "id": self.id,
            "schema": self.schema,
            "properties": {name: list(values) for name, values in self.properties},
        }

    def get(self, prop: str) -> tuple[str, ...]:
        """Return the values of a property, empty where it is not known."""
        return next((values for name, values in self.properties if name == prop), ())

    def first(self, prop: str) -> str:
        """Return the first value of a property, empty where it is not known."""
        return next(iter(self.get(prop)), "")

    @property
    def caption(self) -> str:
        """What a list shows: the first name or number that is known, else the schema."""
        return next((found for prop in CAPTIONS if (found := shown(self.first(prop)))), self.schema)
