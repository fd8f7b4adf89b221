"""Cut the demo's official list out of OFAC's consolidated non-SDN list: organisations, vessels and aircraft only.

    python -m comity.demo.make_official_extract consolidated.xml

Natural persons are left out, and so are remarks, which name some. Everything else stays as published, in the
publisher's own format, so that the demo's import is a real one. See official.SOURCE.md beside this file.
"""

import gzip
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring

KEPT_TYPES = frozenset({"Entity", "Vessel", "Aircraft"})
TARGET = Path(__file__).with_name("official.xml.gz")


def extract(source: Path) -> bytes:
    """Return the cut-down list as XML.

    Args:
        source: OFAC's `consolidated.xml`, packed with gzip or not.

    Raises:
        ValueError: an entry of a kept type carries facts of a natural person.
    """
    raw = source.read_bytes()
    opened = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    root: ET.Element = fromstring(opened)
    namespace = root.tag.partition("}")[0] + "}"
    ET.register_namespace("", namespace.strip("{}"))
    for entry in root.findall(f"{namespace}sdnEntry"):
        if entry.findtext(f"{namespace}sdnType") not in KEPT_TYPES:
            root.remove(entry)
            continue
        for remarks in entry.findall(f"{namespace}remarks"):
            entry.remove(remarks)
        if entry.find(f"{namespace}dateOfBirthList") is not None or entry.find(f"{namespace}firstName") is not None:
            raise ValueError(f"entry {entry.findtext(f'{namespace}uid')} carries facts of a natural person")
    count = root.find(f"{namespace}publshInformation/{namespace}Record_Count")
    if count is not None:
        count.text = str(len(root.findall(f"{namespace}sdnEntry")))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def main(arguments: list[str]) -> None:
    """Write the extract beside this file."""
    if len(arguments) != 1:
        raise SystemExit("usage: python -m comity.demo.make_official_extract consolidated.xml")
    TARGET.write_bytes(gzip.compress(extract(Path(arguments[0])), mtime=0))


if __name__ == "__main__":
    main(sys.argv[1:])
