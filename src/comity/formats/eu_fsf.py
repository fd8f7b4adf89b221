"""The European Union's consolidated financial sanctions list, `xmlFullSanctionsList` 1.1.

Source: https://webgate.ec.europa.eu/fsd/fsf (namespace http://eu.europa.ec/fpi/fsd/export)
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from comity.formats.draft import Draft, joined
from comity.formats.rows import Rejected, Row
from comity.formats.values import real_date
from comity.formats.xml_entries import child, children, entries, local

NAME = "eu-fsf"
ROOT = "export"
ENTRY = frozenset({"sanctionEntity"})
SCHEMA_OF_CODE = {"person": "Person", "enterprise": "Organization"}
PROPERTY_OF_DOCUMENT = {
    "passport": "passportNumber",
    "id": "idNumber",
    "ssn": "socialSecurityNumber",
    "drivinglicence": "idNumber",
    "residentperm": "idNumber",
    "fiscalcode": "taxNumber",
    "regnumber": "registrationNumber",
    "imo": "imoNumber",
    "swiftbic": "swiftBic",
    "other": "idNumber",
}
PERSON_ONLY = frozenset({"passportNumber", "socialSecurityNumber"})
GENDERS = {"M": "male", "F": "female"}
CONTACTS = {"PHONE": "phone", "EMAIL": "email", "WEB": "website"}
UNKNOWN_COUNTRY = "00"


def read(path: Path, *, after: int = 0) -> Iterator[Row]:
    """Yield a row for each `sanctionEntity` past the first `after`; the reference is the EU's, else its logical id.

    The EU lists some subjects twice, once for each regulation, under one reference: the second is `EU.334.4 (2)`, so
    that nothing of either is lost.

    Raises:
        BrokenFileError: the file is damaged, unsafe or another document.
    """
    seen: dict[str, int] = {}
    for position, entry in enumerate(entries(path, ROOT, ENTRY), 1):
        reference = entry.get("euReferenceNumber") or entry.get("logicalId") or ""
        times = seen[reference] = seen.get(reference, 0) + 1
        if position > after:
            yield _row(entry, position, f"{reference} ({times})" if reference and times > 1 else reference)


def _row(entry: Element, position: int, reference: str) -> Row:
    kind = child(entry, "subjectType")
    schema = SCHEMA_OF_CODE.get(kind.get("code", "") if kind is not None else "")
    if schema is None:
        return Rejected(position, f"entry {reference or position}", "eu.unknown-type")
    draft = Draft(schema)
    for part in entry:
        if add := _PARTS.get(local(part.tag)):
            add(draft, part)
    return draft.row(position, reference)


def _add_name(draft: Draft, alias: Element) -> None:
    whole = alias.get("wholeName") or joined(alias.get(p) for p in ("firstName", "middleName", "lastName"))
    draft.add("weakAlias" if alias.get("strong") == "false" else "alias" if draft.has("name") else "name", whole)
    if draft.schema == "Person":
        draft.add("gender", GENDERS.get(alias.get("gender", "")))
        draft.add("title", alias.get("title"))
        draft.add("position", alias.get("function"))
    else:
        draft.add("notes", alias.get("function"))


def _add_citizenship(draft: Draft, citizenship: Element) -> None:
    _add_code(draft, "nationality" if draft.schema == "Person" else "jurisdiction", citizenship)


def _add_code(draft: Draft, prop: str, element: Element) -> None:
    code = element.get("countryIso2Code", "")
    if code not in {"", UNKNOWN_COUNTRY}:
        draft.add_country(prop, code)


def _add_birth(draft: Draft, birth: Element) -> None:
    if draft.schema != "Person":
        return
    draft.add("birthPlace", joined((birth.get(p) for p in ("place", "city", "region")), ", "))
    _add_code(draft, "birthCountry", birth)
    year, month, day = (_number(birth.get(p)) for p in ("year", "monthOfYear", "dayOfMonth"))
    if birth.get("calendarType") != "GREGORIAN":
        draft.add("notes", f"birthDate: {joined((birth.get('calendarType'), birth.get('year')))}")
    elif whole := birth.get("birthdate"):
        draft.add_dates("birthDate", whole)
    elif year:
        draft.add("birthDate", real_date(year, month, day if month else None))
    elif birth.get("yearRangeFrom") and birth.get("yearRangeTo"):
        draft.add_dates("birthDate", f"{birth.get('yearRangeFrom')}-{birth.get('yearRangeTo')}")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _add_document(draft: Draft, document: Element) -> None:
    code = document.get("identificationTypeCode", "")
    prop = PROPERTY_OF_DOCUMENT.get(code, "idNumber")
    if (draft.schema == "Person" and prop == "imoNumber") or (draft.schema != "Person" and prop in PERSON_ONLY):
        prop = "idNumber"
    if document.get("knownFalse") == "true":
        draft.add("notes", f"known to be false: {document.get('number', '')}")
        return
    draft.add(prop, document.get("number"), document.get("latinNumber"))


def _add_address(draft: Draft, address: Element) -> None:
    parts = [address.get(p) for p in ("street", "poBox", "zipCode", "place", "city", "region")]
    if address.get("countryIso2Code") != UNKNOWN_COUNTRY:
        parts.append((address.get("countryDescription") or "").title())
        _add_code(draft, "country", address)
    draft.add("address", joined(parts, ", "))
    for contact in children(address, "contactInfo"):
        _add_contact(draft, contact)


def _add_contact(draft: Draft, contact: Element) -> None:
    if prop := CONTACTS.get(contact.get("key", "")):
        draft.add(prop, contact.get("value"))


def _add_remark(draft: Draft, remark: Element) -> None:
    draft.add("notes", remark.text)


def _add_programme(draft: Draft, regulation: Element) -> None:
    draft.add("program", regulation.get("programme"))


_PARTS = {
    "nameAlias": _add_name,
    "citizenship": _add_citizenship,
    "birthdate": _add_birth,
    "identification": _add_document,
    "address": _add_address,
    "contactInfo": _add_contact,
    "remark": _add_remark,
    "regulation": _add_programme,
}
