"""Any CSV file, with a small description (JSON or TOML) of what its columns mean.

```toml
schema = "Person"
reference = "case_no"             # the column with the stable reference; without it the line number is the reference
date_format = "%d/%m/%Y"          # strptime; without it ISO and common written dates are read
separator = "|"                   # between several values in one cell; optional
encoding = "cp1256"               # optional; sniffed when absent
delimiter = ";"                   # optional; sniffed when absent

[columns]                         # column heading -> property, or several properties
"Surname" = "lastName"
"Full name" = "name"
"Born" = "birthDate"

[constants]                       # the same value in each row
country = "xa"
```
"""

import codecs
import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from comity.formats.draft import Draft
from comity.formats.errors import BrokenFileError, MappingError
from comity.formats.rows import Rejected, Row
from comity.formats.sources import head, lines, sniff_encoding
from comity.formats.values import clean, country, dates

NAME = "csv"
DELIMITERS = (",", ";", "\t", "|")
DATE_SUFFIX = "Date"
COUNTRY_PROPERTIES = frozenset(
    {"country", "nationality", "citizenship", "birthCountry", "jurisdiction", "flag", "mainCountry", "issuingCountry"}
)
SAMPLE_LINES = 20
MAX_COLUMNS = 500
NO_ENCODINGS = frozenset(
    {
        "idna",
        "punycode",
        "unicode-escape",
        "unicode_escape",
        "raw-unicode-escape",
        "raw_unicode_escape",
        "utf-7",
        "undefined",
    }
)


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of a CSV file mean.

    Attributes:
        schema: schema of each row's subject.
        columns: (heading, properties) pairs.
        constants: (property, value) pairs added to each row.
        reference: heading of the column with the stable reference; empty: the position.
        date_format: strptime pattern of dates; empty: common forms.
        separator: between several values in a cell; empty: one value.
        encoding: empty: sniffed.
        delimiter: empty: sniffed.
    """

    schema: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    constants: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    date_format: str = ""
    separator: str = ""
    encoding: str = ""
    delimiter: str = ""


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    columns: dict[str, str | list[str]]
    constants: dict[str, str] = {}  # msgspec copies an empty mutable default
    reference: str = ""
    date_format: str = ""
    separator: str = ""
    encoding: str = ""
    delimiter: str = ""


def load_mapping(path: Path) -> Mapping:
    """Read a mapping from a JSON or TOML file.

    Raises:
        MappingError: not JSON or TOML, an unknown key, or no column mapped.
    """
    try:
        raw = path.read_bytes()
        values = tomllib.loads(raw.decode()) if path.suffix == ".toml" else msgspec.json.decode(raw)
        document = msgspec.convert(values, _Document)
    except msgspec.ValidationError as error:
        raise MappingError("mapping.shape", f"the mapping is not as expected: {str(error)[:200]}") from error
    except (tomllib.TOMLDecodeError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MappingError("mapping.syntax", "the mapping is no readable JSON or TOML") from error
    if not document.columns:
        raise MappingError("mapping.no-columns", "the mapping maps no column")
    if len(document.delimiter) > 1:
        raise MappingError("mapping.delimiter", "the delimiter is more than one character")
    return Mapping(
        schema=document.schema,
        columns=tuple((c, (p,) if isinstance(p, str) else tuple(p)) for c, p in document.columns.items()),
        constants=tuple(document.constants.items()),
        reference=document.reference,
        date_format=document.date_format,
        separator=document.separator,
        encoding=document.encoding,
        delimiter=document.delimiter,
    )


def read(path: Path, mapping: Mapping, *, after: int = 0) -> Iterator[Row]:
    """Yield a row for each record below the heading, past the first `after`.

    Raises:
        BrokenFileError: no heading, a mapped column is missing, or the archive is damaged.
    """
    _check_encoding(mapping.encoding)
    encoding = mapping.encoding or sniff_encoding(path)
    delimiter = mapping.delimiter or sniff_delimiter(path, encoding)
    records = _records(path, encoding, delimiter)
    _, heading = next(records, (0, None))
    if heading is None:
        raise BrokenFileError("csv.no-heading", "the file has no readable first line")
    places = _places([clean(h) for h in heading], mapping)
    for position, (number, fields) in enumerate(records, 1):
        if position > after:
            yield _row(position, number, fields, heading, places=places, mapping=mapping)


def _check_encoding(name: str) -> None:
    """Refuse what is no encoding of a text in lines, among it the codecs that only Python knows."""
    try:
        b"a".decode(name or "utf-8")
    except (LookupError, ValueError):
        raise MappingError("mapping.encoding", "the mapping names an unknown encoding") from None
    if codecs.lookup(name or "utf-8").name in NO_ENCODINGS:
        raise MappingError("mapping.encoding", "the mapping names an encoding that no list is in")


def sniff_delimiter(path: Path, encoding: str) -> str:
    """Return the delimiter that splits the first lines into the same, largest number of columns."""
    sample = head(path).decode(encoding, "replace")
    best, most = ",", 1
    for delimiter in DELIMITERS:
        rows = []
        try:
            for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                rows.append(record)
                if len(rows) == SAMPLE_LINES:
                    break
        except csv.Error:
            continue
        widths = {len(r) for r in rows if r}
        width = len(rows[0]) if rows else 0
        score = width * (2 if len(widths) == 1 else 1)
        if width > 1 and score > most:
            best, most = delimiter, score
    return best


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    numbers: list[int] = [0]

    def texts() -> Iterator[str]:
        for number, line in lines(path, encoding):
            numbers[0] = number
            yield "\0" if line is None else line

    reader = csv.reader(texts(), delimiter=delimiter, strict=True)  # a quote that nobody closes takes all rows after it
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield numbers[0], None
            continue
        if fields:
            yield numbers[0], None if any("\0" in f for f in fields) else fields


def _places(heading: list[str], mapping: Mapping) -> tuple[tuple[int, tuple[str, ...]], ...]:
    if len(heading) > MAX_COLUMNS:
        raise BrokenFileError("csv.columns", f"the heading has more than {MAX_COLUMNS} columns")
    wanted = [column for column, _ in mapping.columns] + ([mapping.reference] if mapping.reference else [])
    if missing := [c for c in wanted if clean(c) not in heading]:
        raise BrokenFileError("csv.missing-column", f"the heading has no column `{missing[0]}`")
    return tuple((heading.index(clean(column)), props) for column, props in mapping.columns)


def _row(
    position: int,
    number: int,
    fields: list[str] | None,
    heading: list[str],
    *,
    places: tuple[tuple[int, tuple[str, ...]], ...],
    mapping: Mapping,
) -> Row:
    where = f"line {number}"
    if fields is None:
        return Rejected(position, where, "row.unreadable-text")
    if len(fields) != len(heading):
        return Rejected(position, where, "row.columns", f"{len(fields)} columns instead of {len(heading)}")
    draft = Draft(mapping.schema)
    for place, props in places:
        for prop in props:
            for cell in fields[place].split(mapping.separator) if mapping.separator else (fields[place],):
                if objection := _add(draft, prop, clean(cell), mapping.date_format):
                    return Rejected(position, where, objection, heading[place][:60])
    if not draft.has(*(p for _, props in places for p in props)):
        return Rejected(position, where, "row.empty")
    for prop, value in mapping.constants:
        draft.add(prop, value)
    headings = [clean(h) for h in heading]
    reference = clean(fields[headings.index(clean(mapping.reference))]) if mapping.reference else str(position)
    if not reference:
        return Rejected(position, where, "row.no-reference")
    return draft.good(position, reference)


def _add(draft: Draft, prop: str, value: str, date_format: str) -> str:
    """Add a value; return a rule key when it is not what the property holds."""
    if not value:
        return ""
    if prop.endswith(DATE_SUFFIX):
        found = dates(value, date_format or None)
        draft.add(prop, *found)
        return "" if found else "row.date"
    if prop in COUNTRY_PROPERTIES:
        code = country(value)
        draft.add(prop, code)
        return "" if code else "row.country"
    draft.add(prop, value)
    return ""
