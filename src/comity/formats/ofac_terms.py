"""The labels under which OFAC writes identifiers and facts, and the properties of a subject that hold them.

The CSV list writes them into one remarks field (`DOB 14 Jun 1975; Passport 717637093 (Russia)`), the XML list
into id elements. Both use the same words.

Source: the published lists; https://ofac.treasury.gov/specially-designated-nationals-list-sdn-list
"""

import re

from comity.formats.draft import Draft
from comity.formats.values import clean

# Label in lower case -> property. Labels that are longer come first, as `passport` begins none of the others.
IDENTIFIERS: tuple[tuple[str, str], ...] = (
    ("vessel registration identification", "imoNumber"),
    ("vessel registration number", "registrationNumber"),
    ("other vessel call sign", "callSign"),
    ("mmsi", "mmsi"),
    ("aircraft manufacturer's serial number (msn)", "serialNumber"),
    ("aircraft construction number (also called l/n or s/n or f/n)", "serialNumber"),
    ("aircraft serial identification", "serialNumber"),
    ("aircraft tail number", "registrationNumber"),
    ("aircraft mode s transponder code", "icaoCode"),
    ("aircraft model", "model"),
    ("aircraft manufacture date", "buildDate"),
    ("diplomatic passport", "passportNumber"),
    ("stateless person passport", "passportNumber"),
    ("passport", "passportNumber"),
    ("national id no.", "idNumber"),
    ("national foreign id number", "idNumber"),
    ("identification number", "idNumber"),
    ("cedula no.", "idNumber"),
    ("c.u.r.p.", "idNumber"),
    ("d.n.i.", "idNumber"),
    ("british national overseas passport", "passportNumber"),
    ("driver's license no.", "idNumber"),
    ("electoral registry no.", "idNumber"),
    ("residency number", "idNumber"),
    ("birth certificate number", "idNumber"),
    ("personal id card", "idNumber"),
    ("turkish identification number", "idNumber"),
    ("afghan money service provider license number", "registrationNumber"),
    ("ssn", "socialSecurityNumber"),
    ("tax id no.", "taxNumber"),
    ("nit #", "taxNumber"),
    ("ruc #", "taxNumber"),
    ("rif #", "taxNumber"),
    ("r.f.c.", "taxNumber"),
    ("c.u.i.t.", "taxNumber"),
    ("italian fiscal code", "taxNumber"),
    ("tax identification number", "taxNumber"),
    ("v.a.t. number", "vatCode"),
    ("registration id", "registrationNumber"),
    ("registration number", "registrationNumber"),
    ("business registration document #", "registrationNumber"),
    ("business registration number", "registrationNumber"),
    ("public registration number", "registrationNumber"),
    ("company number", "registrationNumber"),
    ("commercial registry number", "registrationNumber"),
    ("certificate of incorporation number", "registrationNumber"),
    ("matricula mercantil no", "registrationNumber"),
    ("folio mercantil no.", "registrationNumber"),
    ("trade license no.", "registrationNumber"),
    ("c.r. no.", "registrationNumber"),
    ("unified social credit code (uscc)", "uscCode"),
    ("legal entity number", "leiCode"),
    ("d-u-n-s number", "dunsCode"),
    ("government gazette number", "okpoCode"),
    ("bik (ru)", "bikCode"),
    ("swift/bic", "swiftBic"),
    ("isin", "isinCode"),
    ("license", "licenseNumber"),
    ("email address", "email"),
    ("website", "website"),
    ("phone number", "phone"),
    ("telephone", "phone"),
    ("organization established date", "incorporationDate"),
    ("organization type:", "sector"),
    ("gender", "gender"),
)
DATE_PROPERTIES = frozenset({"buildDate", "incorporationDate"})
LEGAL_PROPERTIES = frozenset({"bikCode", "isinCode"})  # only a Company has them
ORGANISATION_SCHEMATA = frozenset({"Organization", "Company", "LegalEntity"})
PLACE_OF_ISSUE = re.compile(r"\s*\(([^()]*)\)\s*$")
ALSO_KNOWN_AS = re.compile(r"^(a\.k\.a\.|f\.k\.a\.|n\.k\.a\.)\s+'(.*)'$", re.IGNORECASE)
VESSEL_NUMBER = re.compile(r"^(?:IMO\s*)?(\d{7})$", re.IGNORECASE)
SCHEMA_OF_TYPE = {
    "individual": "Person",
    "entity": "Organization",
    "vessel": "Vessel",
    "aircraft": "Airplane",
    "": "Organization",  # the CSV list writes -0- for an entity
}
# Which properties the schemata other than persons and organisations have; other facts about them become notes.
ASSET_PROPERTIES = {
    "Vessel": frozenset({"imoNumber", "mmsi", "callSign", "registrationNumber", "buildDate", "model"}),
    "Airplane": frozenset({"serialNumber", "registrationNumber", "icaoCode", "model", "buildDate"}),
}
ASSET_ONLY = frozenset({"mmsi", "callSign", "serialNumber", "model", "buildDate", "icaoCode"})
PERSON_ONLY = frozenset({"passportNumber", "gender", "socialSecurityNumber"})


def add_fact(draft: Draft, label: str, value: str, place: str = "") -> bool:
    """Add a labelled fact to the draft; False when the label is none of ours, so that it becomes a note.

    Args:
        draft: the entry being read.
        label: OFAC's words, such as `Passport`.
        value: what stands after them.
        place: the country of issue, when it stands apart.
    """
    prop = next((p for known, p in IDENTIFIERS if label.casefold() == known), None)
    if prop is None or not fits(draft.schema, prop):
        return False
    if prop == "gender":
        draft.add("gender", value.casefold())
    elif prop in DATE_PROPERTIES:
        draft.add_dates(prop, value)
    elif prop == "imoNumber":
        found = VESSEL_NUMBER.match(value)
        draft.add("imoNumber" if found else "registrationNumber", found[1] if found else value)
    else:
        draft.add(prop, value)
    if place and draft.schema in ORGANISATION_SCHEMATA:
        draft.add_country("jurisdiction", place)
    return True


def fits(schema: str, prop: str) -> bool:
    """Return whether a subject of this schema has the property."""
    if schema in ASSET_PROPERTIES:
        return prop in ASSET_PROPERTIES[schema]
    if prop in ASSET_ONLY or (prop in PERSON_ONLY and schema != "Person"):
        return False
    if schema == "Person" and prop == "sector":
        return False
    return prop not in LEGAL_PROPERTIES or schema == "Company"


def add_remarks(draft: Draft, remarks: str) -> None:
    """Read the remarks field of the CSV list: facts between semicolons."""
    for segment in remarks.rstrip(". ").split(";"):
        text = clean(segment).removeprefix("alt. ").removeprefix("Alt. ")
        if text and not _known_segment(draft, text):
            draft.add("notes", text)


def _known_segment(draft: Draft, text: str) -> bool:
    person = draft.schema == "Person"
    if alias := ALSO_KNOWN_AS.match(text):
        draft.add("previousName" if alias[1].casefold().startswith("f") else "weakAlias", alias[2])
        return True
    word, _, rest = text.partition(" ")
    if person and word in {"DOB", "POB", "nationality", "citizen"}:
        _add_origin(draft, word, rest)
        return True
    folded = text.casefold()
    for known, _prop in IDENTIFIERS:
        if folded.startswith(known + " "):
            value = text[len(known) :].strip()
            place = PLACE_OF_ISSUE.search(value)
            bare = PLACE_OF_ISSUE.sub("", value) if place else value
            return add_fact(draft, known, bare, place[1] if place else "")
    return False


def _add_origin(draft: Draft, word: str, rest: str) -> None:
    if word == "DOB":
        draft.add_dates("birthDate", rest)
    elif word == "POB":
        draft.add("birthPlace", rest)
    else:
        draft.add_country("nationality" if word == "nationality" else "citizenship", rest)


def split_name(draft: Draft, listed: str) -> None:
    """Add a listed name; a person is written `SURNAME, Given names`, anything else as it is called."""
    if draft.schema != "Person" or "," not in listed:
        draft.add("name", listed)
        return
    family, _, given = (part.strip() for part in listed.partition(","))
    draft.add("name", f"{given} {family}".strip())
    draft.add("lastName", family)
    draft.add("firstName", given)


def listed_name(schema: str, listed: str) -> str:
    """Return a person's listed name `SURNAME, Given names` in speaking order."""
    if schema != "Person" or "," not in listed:
        return clean(listed)
    family, _, given = listed.partition(",")
    return clean(f"{given} {family}")
