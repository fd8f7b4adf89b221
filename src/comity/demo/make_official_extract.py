"""Cut the demo's official list out of OFAC's SDN list: vessels, aircraft and the organisations behind them.

    python -m comity.demo.make_official_extract sdn.xml

Kept are every vessel and aircraft that the list links to no natural person, and every organisation to which it links
one of them. Natural persons are left out, and so is what could name one: remarks, but for the links between kept
entries; electronic and telephone addresses; addresses in somebody's care. Everything else stays as published, in the
publisher's own format, so that the demo's import is a real one. See official.SOURCE.md beside this file.
"""

import gzip
import re
import sys
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring

CRAFT: Final = frozenset({"Vessel", "Aircraft"})
ORGANISATION: Final = "Entity"
CONTACTS: Final = frozenset({"Email Address", "Phone Number", "Telephone"})
TARGET: Final = Path(__file__).with_name("official.xml.gz")
_LINK: Final = re.compile(r"Linked To: ([^;()]*(?:\([^()]*\)[^;()]*)*)")


def extract(source: Path) -> bytes:
    """Return the cut-down list as XML.

    Args:
        source: OFAC's `sdn.xml`, packed with gzip or not.

    Raises:
        ValueError: a kept entry carries facts of a natural person.
    """
    raw = source.read_bytes()
    root: ET.Element = fromstring(gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw)
    ET.register_namespace("", root.tag.partition("}")[0].strip("{"))
    entries = root.findall("{*}sdnEntry")
    organisations = frozenset(_name(one) for one in entries if _kind(one) == ORGANISATION)
    craft = [one for one in entries if _kind(one) in CRAFT and _links(one) <= organisations]
    behind = frozenset(name for one in craft for name in _links(one))
    fleet = frozenset(map(id, craft))
    for entry in entries:
        if id(entry) in fleet or (_kind(entry) == ORGANISATION and _name(entry) in behind):
            _bare(entry, behind)
        else:
            root.remove(entry)
    if (count := root.find("{*}publshInformation/{*}Record_Count")) is not None:
        count.text = str(len(root.findall("{*}sdnEntry")))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return re.sub(rb">\s+<", b">\n<", written)


def _kind(entry: ET.Element) -> str:
    return entry.findtext("{*}sdnType", "")


def _name(entry: ET.Element) -> str:
    return entry.findtext("{*}lastName", "")


def _links(entry: ET.Element) -> AbstractSet[str]:
    """Return whom the remarks of a vessel or an aircraft name as behind it."""
    return {name.strip() for name in _LINK.findall(entry.findtext("{*}remarks", ""))}


def _bare(entry: ET.Element, behind: AbstractSet[str]) -> None:
    """Take out of an entry what could name a natural person."""
    if entry.find("{*}dateOfBirthList") is not None or entry.find("{*}firstName") is not None:
        raise ValueError(f"entry {entry.findtext('{*}uid')} carries facts of a natural person")
    links = sorted(_links(entry) & behind)
    for remarks in entry.findall("{*}remarks"):
        if links:
            remarks.text = " ".join(f"(Linked To: {name})" for name in links)
        else:
            entry.remove(remarks)
    _drop(entry.find("{*}idList"), _is_contact)
    _drop(entry.find("{*}addressList"), _in_care)


def _is_contact(fact: ET.Element) -> bool:
    return fact.findtext("{*}idType", "") in CONTACTS


def _in_care(address: ET.Element) -> bool:
    return any("c/o" in (part.text or "").casefold() for part in address)


def _drop(parent: ET.Element | None, personal: Callable[[ET.Element], bool]) -> None:
    if parent is not None:
        for one in tuple(parent):
            if personal(one):
                parent.remove(one)


def main(arguments: list[str]) -> None:
    """Write the extract beside this file."""
    if len(arguments) != 1:
        raise SystemExit("usage: python -m comity.demo.make_official_extract sdn.xml")
    TARGET.write_bytes(gzip.compress(extract(Path(arguments[0])), mtime=0))


if __name__ == "__main__":
    main(sys.argv[1:])
