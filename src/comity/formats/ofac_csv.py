"""OFAC's SDN list as the legacy CSV files sdn, alt (aliases), add (addresses) and sdn_comments.

No header; `-0-` is null; the last line is the DOS end-of-file mark 0x1A. The readers find the other files beside
`sdn.csv`. They are joined by entry number: all four are sorted by it, so each is read once, in step.

Source: https://ofac.treasury.gov/sdn-list-data-formats-data-schemas (dat_spec.txt)
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from comity.formats.draft import Draft, joined
from comity.formats.errors import BrokenFileError
from comity.formats.ofac_terms import SCHEMA_OF_TYPE, add_remarks, listed_name, split_name
from comity.formats.rows import Rejected, Row
from comity.formats.sources import lines, sniff_encoding

NAME = "ofac-csv"
NULL = "-0-"
END_OF_FILE = "\x1a"
SDN_COLUMNS = 12
ALT_COLUMNS = 5
ADD_COLUMNS = 6
COMMENT_COLUMNS = 2
SIDE_FILES = {"alt": ALT_COLUMNS, "add": ADD_COLUMNS, "sdn_comments": COMMENT_COLUMNS}
MAX_SIDE_ROWS = 1_000  # an entry has at most a few dozen aliases

type Fields = tuple[str, ...]


def read(path: Path, *, after: int = 0) -> Iterator[Row]:
    """Yield a row for each line of `sdn.csv` past the first `after`; the reference is OFAC's entry number.

    Args:
        path: `sdn.csv`, packed or not, or the folder that holds it.
        after: how many rows to leave out.

    Raises:
        BrokenFileError: a file is damaged, or not sorted by entry number.
    """
    main = _main_file(path)
    sides = {name: _Side(found) if (found := _beside(main, name)) else None for name in SIDE_FILES}
    for position, (number, fields) in enumerate(_records(main), 1):
        row = _row(position, number, fields, sides)
        if position > after:
            yield row


def _main_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = next((p for n in ("sdn.csv", "sdn.csv.gz") if (p := path / n).is_file()), None)
    if found is None:
        raise BrokenFileError("ofac.no-main-file", "the folder holds no `sdn.csv`")
    return found


def _beside(main: Path, name: str) -> Path | None:
    """Return the side file, found without regard to upper and lower case (the publisher uses both)."""
    wanted = {f"{name}.csv", f"{name}.csv.gz"}
    return next((p for p in sorted(main.parent.iterdir()) if p.name.casefold() in wanted), None)


def _records(path: Path) -> Iterator[tuple[int, Fields | None]]:
    """Yield (line number, fields) of each record; None for one that cannot be read."""
    numbers: list[int] = [0]

    def texts() -> Iterator[str]:
        for number, line in lines(path, sniff_encoding(path)):
            numbers[0] = number
            yield "\0" if line is None else line

    reader = csv.reader(texts(), strict=True)  # a quote that nobody closes would take the rows after it
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield numbers[0], None
            continue
        if not fields or (len(fields) == 1 and fields[0].strip() in {"", END_OF_FILE}):
            continue
        broken = any("\0" in f for f in fields)
        yield numbers[0], None if broken else tuple(_value(f) for f in fields)


def _value(field: str) -> str:
    text = field.strip()
    return "" if text == NULL else text


class _Side:
    """A side file read in step with the main one."""

    def __init__(self, path: Path) -> None:
        self._records = ((int(f[0]), f) for _, f in _records(path) if f and f[0].isdecimal())
        self._next = next(self._records, None)
        self._last = -1

    def of(self, entry: int) -> list[Fields]:
        """Return the records of an entry; entries are asked for in rising order."""
        found: list[Fields] = []
        while self._next is not None and self._next[0] <= entry:
            if self._next[0] < self._last:
                raise BrokenFileError("ofac.not-sorted", "a file is not sorted by entry number")
            self._last = self._next[0]
            if self._next[0] == entry and len(found) < MAX_SIDE_ROWS:
                found.append(self._next[1])
            self._next = next(self._records, None)
        return found


def _row(position: int, number: int, fields: Fields | None, sides: dict[str, _Side | None]) -> Row:
    where = f"line {number}"
    if fields is None:
        return Rejected(position, where, "row.unreadable-text")
    if len(fields) != SDN_COLUMNS:
        return Rejected(position, where, "row.columns", f"{len(fields)} columns instead of {SDN_COLUMNS}")
    if not fields[0].isdecimal():
        return Rejected(position, where, "row.no-reference")
    schema = SCHEMA_OF_TYPE.get(fields[2].casefold())
    if schema is None:
        return Rejected(position, where, "ofac.unknown-type")
    draft = Draft(schema)
    split_name(draft, fields[1])
    draft.add("program", *(p.strip(" []") for p in fields[3].split("] [")))
    draft.add("title" if schema == "Person" else "notes", fields[4])
    if schema == "Vessel":
        _add_vessel(draft, fields)
    beside = {name: side.of(int(fields[0])) if side else [] for name, side in sides.items()}
    add_remarks(draft, fields[11] + "".join(f[1] for f in beside["sdn_comments"] if len(f) > 1))
    _add_aliases(draft, beside["alt"])
    _add_addresses(draft, beside["add"])
    return draft.row(position, fields[0])


def _add_vessel(draft: Draft, fields: Fields) -> None:
    draft.add("callSign", fields[5])
    draft.add("type", fields[6])
    draft.add("tonnage", fields[7].replace(",", ""))
    draft.add("grossRegisteredTonnage", fields[8].replace(",", ""))
    draft.add_country("flag", fields[9])
    if fields[10]:
        draft.add("notes", f"owner: {fields[10]}")


def _add_aliases(draft: Draft, aliases: list[Fields]) -> None:
    for alias in aliases:
        if len(alias) == ALT_COLUMNS:
            prop = "previousName" if alias[2].casefold().startswith("f") else "alias"
            draft.add(prop, listed_name(draft.schema, alias[3]))


def _add_addresses(draft: Draft, addresses: list[Fields]) -> None:
    for address in addresses:
        if len(address) == ADD_COLUMNS:
            draft.add("address", joined(address[2:5], ", "))
            draft.add_country("country", address[4])
