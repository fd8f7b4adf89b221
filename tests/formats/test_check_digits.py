import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import bitcoin, iban, imei, imo
from stdnum.exceptions import ValidationError

from comity.formats.check_digits import (
    base58_fits,
    bech32_fits,
    iban_fits,
    imo_fits,
    luhn_fits,
    vin_fits,
)

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@pytest.mark.parametrize(("number", "fits"), [("IMO2345674", True), ("IMO2345675", False), ("9074729", True)])
def test_the_check_digit_of_an_imo_number_is_checked(number: str, *, fits: bool) -> None:
    assert imo_fits(number) is fits


@pytest.mark.parametrize(("number", "fits"), [("GB82WEST12345698765432", True), ("GB83WEST12345698765432", False)])
def test_the_check_digits_of_an_iban_are_checked(number: str, *, fits: bool) -> None:
    assert iban_fits(number) is fits


@pytest.mark.parametrize("number", ["1M8GDM9AXKP042788", "11111111111111111"])  # the examples of 49 CFR 565 and SAE
def test_the_check_digit_of_a_vehicle_number_holds_and_every_other_does_not(number: str) -> None:
    assert vin_fits(number)
    others = "0123456789X".replace(number[8], "")
    assert not any(vin_fits(number[:8] + sign + number[9:]) for sign in others)


@pytest.mark.parametrize(
    "address",
    [
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",  # BIP 173
        "BC1SW50QGDZ25J",  # BIP 350, version 16
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",  # BIP 350, version 1
    ],
)
def test_addresses_of_both_witness_versions_hold_and_one_wrong_sign_shows(address: str) -> None:
    assert bech32_fits(address)
    wrong = address[:-1] + ("q" if address[-1] not in "qQ" else "p")
    assert not bech32_fits(wrong)


def test_an_address_in_small_and_capital_letters_at_once_is_none() -> None:
    assert not bech32_fits("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3T4")


def _is_valid(check: object, number: str) -> bool:
    try:
        check.validate(number)
    except ValidationError:
        return False
    return True


@given(st.text("0123456789", min_size=7, max_size=7))
def test_imo_numbers_are_judged_as_another_implementation_judges_them(number: str) -> None:
    assert imo_fits(number) == _is_valid(imo, number)


@given(st.text("0123456789", min_size=15, max_size=15))
def test_imeis_are_judged_as_another_implementation_judges_them(number: str) -> None:
    assert luhn_fits(number) == _is_valid(imei, number)


@given(st.text("0123456789", min_size=16, max_size=16), st.integers(0, 99))
def test_ibans_are_judged_as_another_implementation_judges_them(account: str, check: int) -> None:
    number = f"BE{check:02}{account[:12]}"
    expected = iban.calc_check_digits(number) == f"{check:02}"
    assert iban_fits(number) is (expected or (check < 2 and int(f"{account[:12]}1114{check:02}") % 97 == 1))


@given(st.binary(min_size=20, max_size=20), st.sampled_from([b"\0", b"\5"]), st.booleans())
def test_addresses_in_base_58_are_judged_as_another_implementation_judges_them(
    digest: bytes,
    version: bytes,
    spoiled: bool,  # noqa: FBT001  hypothesis gives them by place
) -> None:
    address = _base58(version + digest)
    if spoiled:
        address = address[:-1] + BASE58[BASE58.index(address[-1]) - 1]
    assert base58_fits(address) == bitcoin.is_valid(address) == (not spoiled)


def _base58(payload: bytes) -> str:
    whole = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    value, signs = int.from_bytes(whole), ""
    while value:
        value, rest = divmod(value, 58)
        signs = BASE58[rest] + signs
    return "1" * (len(whole) - len(whole.lstrip(b"\0"))) + signs


@given(st.text(max_size=60))
def test_no_text_breaks_a_check(text: str) -> None:
    for check in (imo_fits, iban_fits, vin_fits, luhn_fits, base58_fits, bech32_fits):
        assert check(text) in {True, False}
