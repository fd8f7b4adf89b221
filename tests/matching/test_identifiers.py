"""Numbers that name one thing, however they are written."""

import pytest

from comity.matching.identifiers import identifiers
from comity.subjects import Subject

SAME = [
    ("Vessel", "imoNumber", "IMO 9187629", "9187629"),
    ("Vessel", "mmsi", "572 469 210", "572469210"),
    ("Person", "passportNumber", "ab-123 456", "AB123456"),
    ("Person", "phone", "+33 1 70 12 34 56", "01 70 12 34 56"),
    ("BankAccount", "iban", "DE89 3704 0044 0532 0130 00", "de89370400440532013000"),
    ("Vehicle", "registrationNumber", "АВ 123-С", "AB123C"),
    ("Vehicle", "vin", "WVWZZZ1JZXW0O0001", "wvwzzz1jzxw000001"),
    ("Person", "email", "Ann@Example.ORG", "ann@example.org"),
    ("Company", "website", "https://www.example.org/", "example.org"),
]
NOTHING = [
    ("Vessel", "imoNumber", "12"),
    ("Person", "passportNumber", "00000000"),
    ("Person", "passportNumber", "unknown"),
    ("Person", "idNumber", "12"),
    ("Person", "email", "none"),
    ("Person", "phone", "112"),
]


def only(schema: str, prop: str, value: str) -> tuple[tuple[str, str], ...]:
    return identifiers(Subject.from_ftm({"id": "x", "schema": schema, "properties": {prop: [value]}}))


@pytest.mark.parametrize(("schema", "prop", "one", "other"), SAME)
def test_one_number_in_two_spellings_is_one_number(schema, prop, one, other):
    assert only(schema, prop, one) == only(schema, prop, other) != ()


@pytest.mark.parametrize(("schema", "prop", "value"), NOTHING)
def test_a_number_that_identifies_nothing_is_left_out(schema, prop, value):
    assert only(schema, prop, value) == ()


def test_a_number_listed_as_passport_here_and_as_identity_document_there_is_one_number():
    assert only("Person", "passportNumber", "X1234567") == only("Person", "idNumber", "X 1234567")
    assert only("Person", "registrationNumber", "X1234567") == only("Person", "idNumber", "X 1234567")
