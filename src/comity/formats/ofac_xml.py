"""OFAC's SDN list and consolidated non-SDN list as XML (both have the schema of sdn.xml).

Source: https://ofac.treasury.gov/sdn-list-data-formats-data-schemas
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from comity.formats.draft import Draft, joined
from comity.formats.ofac_terms import SCHEMA_OF_TYPE, add_fact
from comity.formats.rows import Rejected, Row
from comity.formats.values import clean
from comity.formats.xml_entries import child, read_entries, text, within

NAME = "ofac-xml"
ROOT = "sdnList"
ENTRY = frozenset({"sdnEntry"})


def read(path: Path, *, after: int = 0) -> Iterator[Row]:
    """Yield a row for each `sdnEntry` past the first `after`; the reference is OFAC's `uid`.

    Raises:
        BrokenFileError: the file is damaged, unsafe or another document.
    """
    return read_entries(path, ROOT, ENTRY, _row, after=after)


def _row(entry: Element, position: int) -> Row:
    reference = text(entry, "uid")
    kind = text(entry, "sdnType")
    schema = SCHEMA_OF_TYPE.get(kind.casefold()) if kind else None
    if schema is None:
        return Rejected(position, f"entry {reference or position}", "ofac.unknown-type")
    draft = Draft(schema)
    _add_names(draft, entry)
    _add_person(draft, entry)
    if (vessel := child(entry, "vesselInfo")) is not None:
        _add_vessel(draft, vessel)
    for fact in within(entry, "idList", "id"):
        label, value = text(fact, "idType"), text(fact, "idNumber")
        if value and not add_fact(draft, label, value, text(fact, "idCountry")):
            draft.add("notes", f"{label.rstrip(':')}: {value}")
    for address in within(entry, "addressList", "address"):
        parts = [text(address, f"address{n}") for n in (1, 2, 3)]
        parts += [text(address, part) for part in ("city", "stateOrProvince", "postalCode", "country")]
        draft.add("address", joined(parts, ", "))
        draft.add_country("country", text(address, "country"))
    for program in within(entry, "programList", "program"):
        draft.add("program", program.text)
    draft.add("title", text(entry, "title")) if schema == "Person" else draft.add("notes", text(entry, "title"))
    draft.add("notes", text(entry, "remarks"))
    return draft.row(position, reference)


def _add_names(draft: Draft, entry: Element) -> None:
    given, family = text(entry, "firstName"), text(entry, "lastName")
    draft.add("name", joined((given, family)))
    if draft.schema == "Person":
        draft.add("firstName", given)
        draft.add("lastName", family)
    for alias in within(entry, "akaList", "aka"):
        prop = "weakAlias" if text(alias, "category") == "weak" else "alias"
        if text(alias, "type").startswith("f"):
            prop = "previousName"
        draft.add(prop, joined((text(alias, "firstName"), text(alias, "lastName"))))


def _add_person(draft: Draft, entry: Element) -> None:
    if draft.schema != "Person":
        return
    for item in within(entry, "dateOfBirthList", "dateOfBirthItem"):
        draft.add_dates("birthDate", text(item, "dateOfBirth"))
    for item in within(entry, "placeOfBirthList", "placeOfBirthItem"):
        draft.add("birthPlace", text(item, "placeOfBirth"))
    for item in within(entry, "nationalityList", "nationality"):
        draft.add_country("nationality", text(item, "country"))
    for item in within(entry, "citizenshipList", "citizenship"):
        draft.add_country("citizenship", text(item, "country"))


def _add_vessel(draft: Draft, vessel: Element) -> None:
    if draft.schema != "Vessel":
        return
    draft.add("callSign", text(vessel, "callSign"))
    draft.add("type", text(vessel, "vesselType"))
    draft.add_country("flag", text(vessel, "vesselFlag"))
    draft.add("tonnage", clean(text(vessel, "tonnage")).replace(",", ""))
    draft.add("grossRegisteredTonnage", clean(text(vessel, "grossRegisteredTonnage")).replace(",", ""))
    if owner := text(vessel, "vesselOwner"):
        draft.add("notes", f"owner: {owner}")
