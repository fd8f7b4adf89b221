"""A word is found however it is written, a name also as it sounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.matching.findable import compact, level, places, sounds_of, wanted, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ørsted Straße", "orsted STRASSE"),
        ("José", "JOSE\u0301"),
        ("أحمد", "احمد"),
        ("خَالِد", "خالد"),
        ("فاطمة", "فاطمه"),
        ("علی", "علي"),
        ("١٢٣", "123"),
        ("ＡＢ１２", "ab12"),
        ("ЁЛКА", "елка"),
        ("Άννα", "αννα"),
    ],
)
def test_spellings_of_one_word_are_one_word(one: str, other: str) -> None:
    assert words_of(one) == words_of(other) != []


def test_the_signs_of_indic_vowels_are_letters() -> None:
    assert words_of("दिन दान") == ["दिन", "दान"]


def test_scripts_without_spaces_give_a_word_for_each_character() -> None:
    assert words_of("王小明 met") == ["王", "小", "明", "met"]


def test_a_reference_is_found_with_its_separators_and_without() -> None:
    assert compact("XA-2026-000123") == "xa2026000123"
    (asked,) = wanted("XA-2026-000123")
    assert asked.phrases == (("xa", "2026", "000123"), ("xa2026000123",))
    assert asked.sounds == ()


def test_a_name_sounds_alike_in_three_scripts() -> None:
    assert set(sounds_of("Khaled")) & set(sounds_of("خالد")) & set(sounds_of("Халид"))


def test_words_in_quotes_are_wanted_as_they_stand() -> None:
    (asked,) = wanted('"red car"')
    assert (asked.phrases, asked.sounds, asked.beginning) == ((("red", "car"),), (), False)


def test_only_the_last_word_may_go_on() -> None:
    assert [one.beginning for one in wanted("mansour khal")] == [False, True]
    assert [one.beginning for one in wanted("mansour kh")] == [False, False]


def test_the_places_are_those_of_the_text_as_given() -> None:
    text = "Khaled met خَالِد by the Red car, No. AB-123"
    shown = [text[start:end] for start, end in places(text, wanted('khalid "red car" AB-123'))]
    assert shown == ["Khaled", "خَالِد", "Red", "car", "AB", "123"]


@given(st.text(max_size=80))
def test_whatever_is_written_words_hold_letters_and_digits_only(text: str) -> None:
    for word in words_of(text):
        assert word
        assert not set(word) & set(" \"'*:()-\\")
    wanted(text)
    for start, end in places(text, wanted(text)):
        assert 0 <= start < end <= len(text)


@given(st.text(max_size=40))
def test_levelling_twice_changes_nothing_more(text: str) -> None:
    assert level(level(text)) == level(text)


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=30))
def test_a_text_is_found_by_itself(text: str) -> None:
    words = words_of(text)
    for asked in wanted(text):
        last = len(asked.phrases[0]) - 1
        assert list(asked.phrases[0][:last]) == words[:last]
