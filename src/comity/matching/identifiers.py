# ruff: noqa: RUF001  letters of other scripts are what this file is about
"""Numbers that name one thing: which property holds which, how it is normalised, what agreement says.

Groups, not properties, are compared: one list calls a number a passport, the next an identity document.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from comity.subjects import Subject
from comity.vocabulary.visible import plain_digits, visible


class Group(NamedTuple):
    """A kind of identifier.

    Attributes:
        name: also the end of the rule keys, `identifier.same.imo`.
        certainty: how sure an agreement makes us on its own, 0 to 1.
        clash: what it costs when both sides have one and none agree; 0 where one can have several.
    """

    name: str
    certainty: float
    clash: float


DOCUMENT = Group("document", 0.86, 0.01)
NUMBER = Group("number", 0.82, 0.01)
IMO = Group("imo", 0.92, 0.4)
MMSI = Group("mmsi", 0.85, 0.05)
CALL_SIGN = Group("call-sign", 0.75, 0.03)
VIN = Group("vin", 0.94, 0.4)
PLATE = Group("plate", 0.8, 0.05)
ACCOUNT = Group("account", 0.9, 0.0)
WALLET = Group("wallet", 0.93, 0.0)
PHONE = Group("phone", 0.66, 0.0)
EMAIL = Group("email", 0.72, 0.0)
DEVICE = Group("device", 0.88, 0.0)
SERIAL = Group("serial", 0.85, 0.15)
LEGAL = Group("legal-entity", 0.93, 0.3)
BANK_CODE = Group("bank-code", 0.6, 0.0)
WEB = Group("website", 0.55, 0.0)

PROPERTIES = {
    "passportNumber": DOCUMENT, "idNumber": DOCUMENT, "socialSecurityNumber": DOCUMENT, "documentNumber": DOCUMENT,
    "nationalIdNumber": DOCUMENT, "visaNumber": DOCUMENT, "personalNumber": DOCUMENT,
    "registrationNumber": NUMBER, "taxNumber": NUMBER, "vatCode": NUMBER, "innCode": NUMBER, "ogrnCode": NUMBER,
    "okpoCode": NUMBER, "dunsCode": NUMBER, "uscCode": NUMBER, "npiCode": NUMBER, "jibCode": NUMBER, "cikCode": NUMBER,
    "uniqueEntityId": NUMBER,
    "licenseNumber": NUMBER,
    "leiCode": LEGAL, "isinCode": LEGAL, "swiftBic": BANK_CODE, "bic": BANK_CODE, "bikCode": BANK_CODE,
    "imoNumber": IMO, "mmsi": MMSI, "callSign": CALL_SIGN,
    "vin": VIN, "chassisNumber": VIN, "plateNumber": PLATE, "licensePlate": PLATE, "plate": PLATE,
    "iban": ACCOUNT, "accountNumber": ACCOUNT, "publicKey": WALLET, "cryptoAddress": WALLET,
    "phone": PHONE, "phoneNumber": PHONE, "msisdn": PHONE, "email": EMAIL, "website": WEB,
    "imei": DEVICE, "imsi": DEVICE, "iccid": DEVICE, "serialNumber": SERIAL, "icaoCode": SERIAL,
}  # fmt: skip
# Where the schema says what a plainly named property holds.
BY_SCHEMA = {
    ("Vehicle", "registrationNumber"): PLATE,
    ("Plate", "number"): PLATE,
    ("Plate", "registrationNumber"): PLATE,
    ("Airplane", "registrationNumber"): PLATE,
    ("Phone", "number"): PHONE,
    ("Passport", "number"): DOCUMENT,
    ("Identification", "number"): DOCUMENT,
    ("Passport", "passportNumber"): DOCUMENT,
    ("BankAccount", "number"): ACCOUNT,
    ("CryptoWallet", "name"): WALLET,
    ("Firearm", "number"): SERIAL,
}
GROUPS = {group.name: group for group in (
    DOCUMENT, NUMBER, IMO, MMSI, CALL_SIGN, VIN, PLATE, ACCOUNT, WALLET, PHONE, EMAIL, DEVICE, SERIAL, LEGAL,
    BANK_CODE, WEB,
)}  # fmt: skip
# Numbers that are written under either heading are compared across the two.
TOGETHER = {"number": "document"}

MAX_IDENTIFIERS = 40
MAX_CHARS = 80
PHONE_DIGITS = 9  # national and international forms agree in their last nine digits
LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS")
CONFUSED = str.maketrans("OQI", "001")
VIN_IN_TEXT = re.compile(r"\b(?=[A-Z0-9]*\d)[A-HJ-NPR-Z0-9]{17}\b")  # ISO 3779: 17 signs without I, O, Q
NOT_ALNUM = re.compile(r"[\W_]+")
PLACEHOLDER = re.compile(r"^(.)\1*$|^(?:0123|1234|123456789|UNKNOWN|NONE|NULL|XXXX)")


def identifiers(subject: Subject) -> tuple[tuple[str, str], ...]:
    """Return (group, normalised value) of every usable identifier of a subject, sorted, at most forty."""
    found: set[tuple[str, str]] = set()
    for prop, values in subject.properties:
        group = BY_SCHEMA.get((subject.schema, prop)) or PROPERTIES.get(prop)
        if group is None:
            continue
        for value in values:
            if normal := normalise(group, visible(value, MAX_CHARS)):
                found.add((TOGETHER.get(group.name, group.name), normal))
    if subject.schema == "Vehicle":  # the model has no property for it, so it stands in words
        texts = " ".join((*subject.get("description"), *subject.get("notes"))).upper()
        found |= {(VIN.name, normalise(VIN, number)) for number in VIN_IN_TEXT.findall(texts)}
    return tuple(sorted(found)[:MAX_IDENTIFIERS])


def one_sign_apart(
    ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]], group: str = VIN.name
) -> tuple[str, str] | None:
    """Return the first two numbers of a group that differ in one sign only, in the order of their values."""
    others = sorted(value for name, value in theirs if name == group)
    for value in sorted(value for name, value in ours if name == group):
        for other in others:
            if len(value) == len(other) and sum(x != y for x, y in zip(value, other, strict=True)) == 1:
                return value, other
    return None


def normalise(group: Group, value: str) -> str:
    """Return the value in the one form in which it is compared; empty when it identifies nothing."""
    if group is EMAIL:
        text = value.strip().casefold()
        return text if "@" in text else ""
    if group is WEB:
        return re.sub(r"^(?:https?://)?(?:www\.)?", "", value.strip().casefold()).rstrip("/")
    if group is WALLET:  # upper and lower case differ in addresses
        return value.strip()
    text = NOT_ALNUM.sub("", plain_digits(value).upper().translate(LOOKALIKES))
    if not text.isascii() or PLACEHOLDER.match(text):
        return ""
    return _by_group(group, text)


def _by_group(group: Group, text: str) -> str:
    digits = "".join(c for c in text if c.isdigit())
    if group is IMO:
        return digits if len(digits) == 7 else ""  # noqa: PLR2004  IMO numbers have seven digits
    if group is MMSI:
        return digits if len(digits) == 9 else ""  # noqa: PLR2004  ITU-R M.585: nine digits
    if group is PHONE:
        return digits[-PHONE_DIGITS:] if len(digits) >= 7 else ""  # noqa: PLR2004  shorter numbers are internal ones
    if group in {VIN, PLATE}:
        text = text.translate(CONFUSED)
        return text if len(text) >= (11 if group is VIN else 4) else ""
    least = 3 if group is CALL_SIGN else 5
    return text if len(text) >= least and (digits or group in {BANK_CODE, CALL_SIGN}) else ""
