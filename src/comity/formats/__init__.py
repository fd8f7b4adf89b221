"""How others write what they know: lists and exports of other publishers, read as streams of subjects.

`detect` names the format of a file by its content, `read` yields its rows. A bad row is a value (`Rejected`) and
reading goes on; a broken file is an error, because half of a list must never pass for the whole.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from comity.formats import eu_fsf, ftm, mapped_csv, ofac_csv, ofac_xml, un_xml
from comity.formats.detecting import detect
from comity.formats.errors import BrokenFileError, FormatError, MappingError, UnknownFormatError
from comity.formats.mapped_csv import Mapping, load_mapping
from comity.formats.rows import Good, Rejected, Row

READERS: dict[str, Callable[..., Iterator[Row]]] = {
    module.NAME: module.read for module in (ftm, ofac_csv, ofac_xml, un_xml, eu_fsf)
}
FORMATS = (*READERS, mapped_csv.NAME)

__all__ = [
    "FORMATS",
    "BrokenFileError",
    "FormatError",
    "Good",
    "Mapping",
    "MappingError",
    "Rejected",
    "Row",
    "UnknownFormatError",
    "detect",
    "load_mapping",
    "read",
]


def read(path: Path, name: str = "", *, mapping: Mapping | None = None, after: int = 0) -> Iterator[Row]:
    """Yield the rows of a file, in the order of the file, past the first `after`.

    Args:
        path: a file, packed with gzip or not; for OFAC's CSV list `sdn.csv` or its folder.
        name: one of `FORMATS`; empty: found by content.
        mapping: what the columns of a CSV file mean; needed for format `csv` only.
        after: how many rows to leave out, as counted by `Row.position`.

    Raises:
        UnknownFormatError: no name was given and the content is none we know.
        MappingError: a CSV file without a mapping.
        BrokenFileError: while iterating: what was read is not the whole list.
        OSError: the file cannot be opened.
    """
    name = name or (mapped_csv.NAME if mapping else detect(path))
    if name == mapped_csv.NAME:
        if mapping is None:
            raise MappingError("mapping.missing", "a CSV file needs a mapping of its columns")
        return mapped_csv.read(path, mapping, after=after)
    if name not in READERS:
        raise UnknownFormatError("format.unknown-name", f"format `{name[:40]}` is none of {', '.join(FORMATS)}")
    return READERS[name](path, after=after)
