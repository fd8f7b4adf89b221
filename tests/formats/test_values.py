"""Dates and countries as lists write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.formats.values import clean, country, dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1974", ("1974",)),
        ("1974-03", ("1974-03",)),
        ("1974-03-22", ("1974-03-22",)),
        ("1974-03-22T00:00:00Z", ("1974-03-22",)),
        ("14 Jun 1975", ("1975-06-14",)),
        ("June 1975", ("1975-06",)),
        ("circa 1965", ("1965",)),
        ("1960 to 1962", ("1960", "1961", "1962")),
        ("Between 1958 and 1959", ("1958", "1959")),
        ("1900 to 1999", ()),
        ("30 Feb 1975", ()),
        ("14 Foo 1975", ()),
        ("unknown", ()),
        ("", ()),
    ],
)
def test_a_date_is_as_exact_as_it_was_written(text, expected):
    assert dates(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("France", "fr"),
        ("IRAN (ISLAMIC REPUBLIC OF)", "ir"),
        ("Korea, North", "kp"),
        ("Allemagne", "de"),
        ("Marruecos", "ma"),
        ("the Netherlands", "nl"),
        ("RU", "ru"),
        ("xx", ""),
        ("Atlantis", ""),
    ],
)
def test_a_state_is_known_by_its_names(text, code):
    assert country(text) == code


@given(st.text())
def test_no_text_makes_the_readers_of_values_fail(text):
    assert clean(clean(text)) == clean(text)
    assert all(date[:4].isdecimal() for date in dates(text))
    country(text)
