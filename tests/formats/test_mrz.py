from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.formats.mrz import Alike, Fault, Zone, check_digit, read

TODAY = date(2026, 11, 23)
# The specimens of ICAO Doc 9303, parts 4 to 7.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
LONG_NUMBER = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
MRV_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
MRV_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
SPECIMENS = {"TD3": TD3, "TD2": TD2, "TD1": TD1, "MRV-A": MRV_A, "MRV-B": MRV_B}


def zone(text: str) -> Zone:
    found = read(text, TODAY)
    assert isinstance(found, Zone)
    return found


def faults(text: str) -> tuple[Fault, ...]:
    found = read(text, TODAY)
    return found.faults if isinstance(found, Zone) else found


@pytest.mark.parametrize("layout", SPECIMENS)
def test_each_specimen_is_read_without_a_fault(layout: str) -> None:
    found = zone(SPECIMENS[layout])
    assert (found.layout, found.faults, found.repaired) == (layout, (), ())
    assert (found.name, found.sex, found.issuer) == ("ANNA MARIA ERIKSSON", "female", "UTO")


def test_a_passport_says_who_holds_it_and_until_when_it_is_valid() -> None:
    found = zone(TD3)
    assert (found.surname, found.given, found.number) == ("ERIKSSON", "ANNA MARIA", "L898902C3")
    assert (str(found.birth), str(found.expiry), found.nationality) == ("1974-08-12", "2012-04-15", "UTO")


def test_a_number_of_more_than_nine_signs_goes_on_in_the_optional_field() -> None:
    found = zone(LONG_NUMBER)
    assert (found.number, found.faults) == ("D23145890734", ())
    assert (str(found.birth), str(found.expiry)) == ("1934-07-12", "1995-07-12")


@pytest.mark.parametrize(
    "typed",
    [
        TD3.lower(),
        TD3.replace("\n", ""),
        TD3.replace("<", "< "),
        f"\n{TD3}\r\n",
        TD3.replace("<<<<<<<<<<<<<<<<<<<\n", "\n"),
        TD3.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ],
)
def test_how_it_was_copied_makes_no_difference(typed: str) -> None:
    assert zone(typed) == zone(TD3)


def test_a_wrong_check_digit_is_named_by_line_and_place() -> None:
    assert faults(TD3.replace("7408122F", "7408132F")) == (
        Fault("check", 2, 20, "birth", "2", "3"),
        Fault("check", 2, 44, "whole", "0", "7"),
    )


def test_a_letter_that_may_be_a_digit_is_named_and_not_changed() -> None:
    found = zone(TD3.replace("L898902C3", "L8989O2C3"))
    assert found.number == "L8989O2C3"
    assert found.faults[0].alike == (Alike(2, 6, "O", "0"),)


def test_a_letter_where_only_a_digit_can_stand_is_read_as_the_digit_and_said_so() -> None:
    found = zone(TD3.replace("7408122F", "74O8I22F"))
    assert (str(found.birth), found.faults) == ("1974-08-12", ())
    assert found.repaired == (Alike(2, 16, "O", "0"), Alike(2, 18, "I", "1"))


def test_a_digit_within_a_name_is_read_as_the_letter_and_said_so() -> None:
    found = zone(TD3.replace("ERIKSSON", "ER1KS5ON"))
    assert (found.surname, found.repaired) == ("ERIKSSON", (Alike(1, 8, "1", "I"), Alike(1, 11, "5", "S")))


@pytest.mark.parametrize(("written", "known"), [("74<<<<", "1974"), ("7408<<", "1974-08"), ("<<<<<<", "None")])
def test_a_birth_is_known_as_far_as_it_is_written(written: str, known: str) -> None:
    found = zone(TD3.replace("7408122F", f"{written}{check_digit(written)}F"))
    assert str(found.birth) == known
    assert {fault.field for fault in found.faults} <= {"whole"}


@pytest.mark.parametrize(("written", "year"), [("261122", 2026), ("261124", 1926), ("270101", 1927)])
def test_births_lie_in_the_past(written: str, year: int) -> None:
    found = zone(TD3.replace("7408122F", f"{written}{check_digit(written)}F"))
    assert found.birth is not None
    assert found.birth.year == year


def test_a_day_that_there_is_not_is_a_fault() -> None:
    wrong = "740231"
    found = zone(TD3.replace("7408122F", f"{wrong}{check_digit(wrong)}F"))
    assert found.birth is None
    assert Fault("date", 2, 14, "birth", wrong) in found.faults


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("", Fault("lines", found="0")),
        (f"{TD1}\n{TD1}", Fault("lines", found="6")),
        (TD3[:-1], Fault("width", 2, found="43", expected="44")),
        (TD3.replace("ANNA", "ANÑA"), Fault("sign", 1, 18, found="Ñ")),
    ],
)
def test_what_is_no_zone_says_why(typed: str, wrong: Fault) -> None:
    assert wrong in faults(typed)


@given(st.text(alphabet="AZ09O<\n ٣", max_size=150) | st.text(max_size=150))
def test_any_text_is_read_or_refused(typed: str) -> None:
    found = read(typed, TODAY)
    assert isinstance(found, Zone) or (found and all(fault.rule for fault in found))


@given(st.sampled_from(sorted(SPECIMENS)), st.data())
def test_every_single_wrong_digit_of_a_date_is_noticed(layout: str, data: st.DataObject) -> None:
    text = SPECIMENS[layout]
    at = text.index("740812" if "740812" in text else "400907") + data.draw(st.integers(0, 5))
    other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != text[at]]))
    assert faults(text[:at] + other + text[at + 1 :])
