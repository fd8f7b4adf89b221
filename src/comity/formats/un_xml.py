"""The United Nations Security Council consolidated list as XML.

Source: https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list (sc-sanctions.xsd)
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from comity.formats.draft import Draft, joined
from comity.formats.rows import Row
from comity.formats.xml_entries import children, local, read_entries, text, within

NAME = "un-xml"
ROOT = "CONSOLIDATED_LIST"
ENTRY = frozenset({"INDIVIDUAL", "ENTITY"})
NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read(path: Path, *, after: int = 0) -> Iterator[Row]:
    """Yield a row for each individual and entity past the first `after`; the reference is the UN's permanent one.

    Raises:
        BrokenFileError: the file is damaged, unsafe or another document.
    """
    return read_entries(path, ROOT, ENTRY, _row, after=after)


def _row(entry: Element, position: int) -> Row:
    person = local(entry.tag) == "INDIVIDUAL"
    draft = Draft("Person" if person else "Organization")
    parts = [text(entry, part) for part in NAME_PARTS]
    draft.add("name", joined(parts))
    draft.add("name", text(entry, "NAME_ORIGINAL_SCRIPT"))
    _add_aliases(draft, entry, "INDIVIDUAL_ALIAS" if person else "ENTITY_ALIAS")
    _add_addresses(draft, entry, "INDIVIDUAL_ADDRESS" if person else "ENTITY_ADDRESS")
    if person:
        _add_person(draft, entry)
    draft.add("program", text(entry, "UN_LIST_TYPE"))
    draft.add("notes", text(entry, "COMMENTS1"))
    return draft.row(position, text(entry, "REFERENCE_NUMBER"))


def _add_person(draft: Draft, entry: Element) -> None:
    for value in within(entry, "NATIONALITY", "VALUE"):
        draft.add_country("nationality", value.text)
    draft.add("title", *(value.text for value in within(entry, "TITLE", "VALUE")))
    draft.add("position", *(value.text for value in within(entry, "DESIGNATION", "VALUE")))
    draft.add("gender", text(entry, "GENDER").casefold())
    for birth in children(entry, "INDIVIDUAL_DATE_OF_BIRTH"):
        years = joined((text(birth, "FROM_YEAR"), text(birth, "TO_YEAR")), "-")
        draft.add_dates("birthDate", text(birth, "DATE") or text(birth, "YEAR") or years)
    for place in children(entry, "INDIVIDUAL_PLACE_OF_BIRTH"):
        draft.add("birthPlace", joined((text(place, p) for p in ("CITY", "STATE_PROVINCE", "COUNTRY")), ", "))
        draft.add_country("birthCountry", text(place, "COUNTRY"))
    for document in children(entry, "INDIVIDUAL_DOCUMENT"):
        _add_document(draft, document)


def _add_document(draft: Draft, document: Element) -> None:
    kind, number = text(document, "TYPE_OF_DOCUMENT").casefold(), text(document, "NUMBER")
    if not number:
        return
    draft.add("passportNumber" if "pas" in kind else "idNumber", number)


def _add_aliases(draft: Draft, entry: Element, name: str) -> None:
    for alias in children(entry, name):
        quality = text(alias, "QUALITY").casefold()
        prop = {"low": "weakAlias", "f.k.a.": "previousName"}.get(quality, "alias")
        draft.add(prop, text(alias, "ALIAS_NAME"))


def _add_addresses(draft: Draft, entry: Element, name: str) -> None:
    parts = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
    for address in children(entry, name):
        draft.add("address", joined((text(address, p) for p in parts), ", "))
        draft.add_country("country", text(address, "COUNTRY"))
