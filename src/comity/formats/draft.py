"""Collect the values of one entry and turn them into a row."""

from collections.abc import Iterable
from textwrap import wrap

from comity.formats.rows import Good, Rejected, Row
from comity.formats.values import clean, country, dates
from comity.subjects import Subject

MAX_VALUE = 2_000  # of comity.subjects; longer notes are kept in pieces
NAME_PROPERTIES = ("name", "lastName", "firstName", "alias", "weakAlias")


class Draft:
    """Collects the values of one entry; keeps their order, drops blanks and repetitions."""

    __slots__ = ("_properties", "schema")

    def __init__(self, schema: str) -> None:
        self.schema = schema
        self._properties: dict[str, dict[str, None]] = {}

    def add(self, prop: str, *values: str | None) -> None:
        """Add the cleaned values to a property."""
        for value in values:
            if text := clean(value):
                held = self._properties.setdefault(prop, {})
                for piece in wrap(text, MAX_VALUE) if len(text) > MAX_VALUE else (text,):
                    held[piece] = None

    def add_dates(self, prop: str, text: str | None) -> None:
        """Add the dates in `text`; what is no date is kept as a note, because an officer may still read it."""
        found = dates(text)
        self.add(prop, *found)
        if not found and clean(text):
            self.add("notes", f"{prop}: {clean(text)}")

    def add_country(self, prop: str, text: str | None) -> None:
        """Add a country by its code; one we do not know is kept as a note."""
        code = country(text)
        self.add(prop, code)
        if not code and clean(text):
            self.add("notes", f"{prop}: {clean(text)}")

    def has(self, *props: str) -> bool:
        """Return whether any of the properties has a value."""
        return any(self._properties.get(p) for p in props)

    def row(self, position: int, reference: str, where: str = "entry {}") -> Row:
        """Return the entry as a good row, or a rejection when it has no reference or no name."""
        if not reference:
            return Rejected(position, where.format(position), "row.no-reference")
        if not self.has(*NAME_PROPERTIES):
            return Rejected(position, where.format(reference), "row.no-name")
        return self.good(position, reference)

    def good(self, position: int, reference: str) -> Good:
        """Return the entry as a good row; for a subject that needs no name, such as a vehicle."""
        return Good(position, reference, (self.subject(reference),))

    def subject(self, reference: str) -> Subject:
        """Return the collected values as a subject."""
        properties = {prop: list(values) for prop, values in self._properties.items()}
        return Subject.from_ftm({"id": reference, "schema": self.schema, "properties": properties})


def joined(parts: Iterable[str | None], separator: str = " ") -> str:
    """Join the parts that are not blank."""
    return separator.join(filter(None, (clean(p) for p in parts)))
