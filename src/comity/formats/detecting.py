"""Name the format of a file by what it contains, never by its name."""

import re
from pathlib import Path

from comity.formats import eu_fsf, ftm, mapped_csv, ofac_csv, ofac_xml, un_xml
from comity.formats.errors import UnknownFormatError
from comity.formats.sources import BOMS, head

XML_ROOTS = {ofac_xml.ROOT: ofac_xml.NAME, un_xml.ROOT: un_xml.NAME, eu_fsf.ROOT: eu_fsf.NAME}
EU_NAMESPACE = "eu.europa.ec/fpi/fsd/export"
FIRST_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
OFAC_CSV_LINE = re.compile(r'^\d+,"(?:[^"]|"")*",\s*(?:-0-|"\w+")')
CSV_LINE = re.compile(r"^[^\n]*[,;\t|][^\n]*$")


def detect(path: Path) -> str:
    """Return the name of the format: `ftm`, `ofac-csv`, `ofac-xml`, `un-xml`, `eu-fsf` or `csv`.

    Raises:
        UnknownFormatError: the content is none of them.
        BrokenFileError: the archive that holds it is damaged.
        OSError: the file cannot be opened.
    """
    if path.is_dir():
        if any((path / n).is_file() for n in ("sdn.csv", "sdn.csv.gz")):
            return ofac_csv.NAME
        raise UnknownFormatError("format.unknown", "the folder holds no `sdn.csv`")
    text = _text(head(path))
    first = next((line for line in text.splitlines() if line.strip()), "")
    if text.lstrip().startswith("<"):
        return _xml(text)
    if first.lstrip().startswith("{"):
        return ftm.NAME
    if OFAC_CSV_LINE.match(first):
        return ofac_csv.NAME
    if CSV_LINE.match(first) and "\0" not in first:
        return mapped_csv.NAME
    raise UnknownFormatError("format.unknown", "the content is none of the formats that can be read")


def _text(start: bytes) -> str:
    encoding = next((name for mark, name in BOMS if start.startswith(mark)), "utf-8")
    return start.decode(encoding, "replace")


def _xml(text: str) -> str:
    body = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    found = FIRST_ELEMENT.search(body)
    name = XML_ROOTS.get(found[1]) if found else None
    if name is None or (name == eu_fsf.NAME and EU_NAMESPACE not in text):
        raise UnknownFormatError("format.unknown-xml", "the XML document is none of the lists that can be read")
    return name
