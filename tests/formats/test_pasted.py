import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.formats.pasted import MAX_PIECES, MAX_TEXT, Kind, Piece, find, recognise, strange
from comity.vocabulary.hijri import HijriDate
from comity.vocabulary.partial_date import PartialDate

TODAY = date(2026, 11, 23)
SPECIMEN = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"  # Doc 9303, 4


def pieces(text: str) -> list[tuple[str, str, tuple[str, ...], bool | None]]:
    return [(one.kind.value, one.written, one.readings, one.fits) for one in recognise(text, TODAY)]


@pytest.mark.parametrize(
    ("text", "kind", "readings"),
    [
        ("born 12 March 1974", "date", ("1974-03-12",)),
        ("March 12, 1974 she left", "date", ("1974-03-12",)),
        ("le 3 avr. 1980", "date", ("1980-04-03",)),
        ("le 1er août 1980", "date", ("1980-08-01",)),
        ("el 5 de mayo de 1969", "date", ("1969-05-05",)),
        ("في ٥ أكتوبر ١٩٨٠", "date", ("1980-10-05",)),
        ("في 5 تشرين الأول 1980", "date", ("1980-10-05",)),
        ("seen in March 1974", "date", ("1974-03",)),
        ("né en 1966", "date", ("1966",)),
        ("2026-11-23", "date", ("2026-11-23",)),
        ("1974/3", "date", ("1974-03",)),
        ("22.11.2026", "date", ("2026-11-22",)),
        ("03/04/1974", "date", ("1974-04-03", "1974-03-04")),
        ("12.03.74", "date", ("1974-03-12", "1974-12-03")),
        ("22/11/05", "date", ("2005-11-22", "1905-11-22")),
        ("1405-03-12", "hijri", ("1405-03-12 AH",)),
        ("12/03/1405 هـ", "hijri", ("1405-03-12 AH", "1405-12-03 AH")),
        ("١٢ ربيع الأول ١٤٠٥", "hijri", ("1405-03-12 AH",)),
        ("12 Rabi al-Awwal 1405 AH", "hijri", ("1405-03-12 AH",)),
        ("3 ذو الحجة 1441", "hijri", ("1441-12-03 AH",)),
        ("Dhu al-Hijjah 1441", "hijri", ("1441-12 AH",)),
        ("passport no. L898902C3", "document", ("L898902C3",)),
        ("جواز سفر رقم A1234567", "document", ("A1234567",)),
        ("DNI 12345678Z", "document", ("12345678Z",)),
        ("car AB-123-CD", "plate", ("AB-123-CD",)),
        ("matrícula 1234 BCD", "plate", ("1234 BCD",)),
        ("immatriculée: plaque XA 12 B", "plate", ("XA 12 B",)),
        ("MMSI 211234567", "mmsi", ("211234567",)),
        ("call +44 20 7946 0958", "phone", ("+44 20 7946 0958",)),
        ("هاتف ٠٥٠١٢٣٤٥٦٧", "phone", ("0501234567",)),
        ("Anna.K+x@Example.org", "email", ("anna.k+x@example.org",)),
    ],
)
def test_what_stands_in_a_letter_is_read_as_forms_take_it(text: str, kind: str, readings: tuple[str, ...]) -> None:
    assert [(found, read) for found, _written, read, _fits in pieces(text)] == [(kind, readings)]


@pytest.mark.parametrize(
    ("text", "kind", "fits"),
    [
        ("IMO 9074729", "imo", True),
        ("IMO no. 9074728", "imo", False),
        ("VIN 1M8GDM9AXKP042788", "vin", True),
        ("WVWZZZ1JZ3W386752", "vin", None),  # built for Europe, where the ninth sign checks nothing
        ("490154203237518", "imei", True),
        ("GB82 WEST 1234 5698 7654 32 AND MORE", "iban", True),
        ("DE89370400440532013000", "iban", True),
        ("GB83 WEST 1234 5698 7654 32", "iban", False),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "wallet", True),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "wallet", False),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "wallet", True),
        ("0x52908400098527886E0F7030069857D2E4169EE7", "wallet", None),
        (SPECIMEN, "zone", True),
        (SPECIMEN.replace("7408122F", "7408132F"), "zone", False),
    ],
)
def test_check_digits_say_whether_a_number_was_copied_rightly(text: str, kind: str, *, fits: bool | None) -> None:
    assert [(found, checked) for found, _written, _read, checked in pieces(text)] == [(kind, fits)]


@pytest.mark.parametrize(
    "text",
    [
        "XA-NCB-2026-000042",
        "at 10:30 on deck 12",
        "ITEM 2026/1234 OF THE REPORT",
        "31 February 1974, 45.13.1999",
        "Khaled al-Mansouri met Anna in Montréal",
        "version 1.2.3.4",
        "123456789012345",
        "",
    ],
)
def test_what_is_no_fact_is_left_alone(text: str) -> None:
    assert pieces(text) == []


def test_a_piece_says_where_it_stands_in_the_text_as_it_was_pasted() -> None:
    text = "One.\nIssued \u200e12\u200f\u00a0March 1974\u202c."
    (one,) = recognise(text, TODAY)
    assert (one.line, text[one.start : one.stop], one.readings) == (
        2, "12\u200f\u00a0March 1974", ("1974-03-12",),
    )  # fmt: skip


def test_signs_that_show_nothing_do_not_hide_a_number() -> None:
    assert pieces("IM\u200bO 90\u202e74729")[0][0] == "imo"


def test_signs_that_turn_the_writing_and_letters_that_look_alike_are_named() -> None:
    text = "pay \u202e\u202eXA p\u0430ypal \u0007"
    assert [(one.rule, one.code, text[one.start : one.stop]) for one in strange(text)] == [
        ("unseen", "U+202E", "\u202e\u202e"),
        ("mixed", "", "p\u0430ypal"),
        ("unseen", "U+0007", "\u0007"),
    ]


@pytest.mark.parametrize("text", ["می\u200cخواهم", "مـحـمـد", "Αθήνα and Москва", "naïve\tcafé\r\n"])
def test_what_belongs_to_the_spelling_of_a_language_is_not_called_strange(text: str) -> None:
    assert strange(text) == ()


def test_words_that_were_chosen_are_found_whatever_blanks_stand_between_them() -> None:
    text = "First line\nKhaled\u200b\n  al-Mansouri, born"
    found = find(text, "Khaled al-Mansouri")
    assert found is not None
    assert (found.line, text[found.start : found.stop]) == (2, "Khaled\u200b\n  al-Mansouri")
    assert find(text, "somebody else") is None
    assert find(text, "  ") is None


FACTS = st.sampled_from(
    ["12 March 1974", "١٤٠٥/٣/١٢", "IMO 9074729", "GB82 WEST 1234 5698 7654 32", "passport X1234567", "a@b.example"]
)
TEXTS = st.lists(st.one_of(st.text(max_size=40), FACTS), max_size=12).map(" ".join)


def _is_true(one: Piece, text: str) -> bool:
    if one.kind is Kind.DATE:
        return all(str(PartialDate.parse(reading)) == reading for reading in one.readings)
    if one.kind is Kind.HIJRI:
        return all(str(HijriDate.parse(reading.removesuffix(" AH"))) + " AH" == reading for reading in one.readings)
    return bool(one.readings) and all(one.readings)


@given(TEXTS)
def test_whatever_is_pasted_pieces_stand_in_order_apart_and_as_written(text: str) -> None:
    found = recognise(text, TODAY)
    assert len(found) <= MAX_PIECES
    assert all(text[one.start : one.stop] == one.written and one.written for one in found)
    assert all(before.stop <= after.start for before, after in pairwise(found))
    assert all(one.line == text[: one.start].count("\n") + 1 for one in found)
    assert all(_is_true(one, text) for one in found)


@given(TEXTS, TEXTS)
def test_what_is_written_in_another_paragraph_hides_nothing(first: str, second: str) -> None:
    alone = {(one.kind, one.written) for one in recognise(second, TODAY)}
    both = {(one.kind, one.written) for one in recognise(f"{first}\n\n.\n\n{second}", TODAY)}
    assert {kind for kind, _written in alone} <= {kind for kind, _written in both}


@given(TEXTS)
def test_strange_stretches_stand_in_the_text_and_say_which_sign(text: str) -> None:
    for one in strange(text):
        assert 0 <= one.start < one.stop <= len(text)
        assert not one.code or {f"U+{ord(sign):04X}" for sign in text[one.start : one.stop]} == {one.code}


@pytest.mark.parametrize(
    "once", ["1", "a", "A1 ", "+1 ", "12.", "<", "A<1", "a@", "\u202e", "IMO ", "passport ", "12 March ", "1 ربيع "]
)
def test_no_text_takes_long(once: str) -> None:
    text = once * (MAX_TEXT // len(once))
    begun = time.process_time()
    recognise(text, TODAY)
    strange(text)
    assert time.process_time() - begun < 2
