from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.hijri import HijriDate

DATES = st.builds(HijriDate, st.integers(1300, 1480), st.integers(1, 12), st.integers(1, 29))


@pytest.mark.parametrize(
    ("hijri", "day"),
    [
        ("1400-01-01", date(1979, 11, 20)),  # the seizure of the Grand Mosque of Mecca
        ("1445-09-01", date(2024, 3, 11)),  # Ramadan as Saudi Arabia announced it
        ("1446-01-01", date(2024, 7, 7)),
    ],
)
def test_a_day_that_history_knows_lies_within_the_span(hijri: str, day: date) -> None:
    found = HijriDate.parse(hijri)
    assert found.earliest <= day <= found.latest


@given(DATES)
def test_calendars_differ_by_few_days(found: HijriDate) -> None:
    assert timedelta(0) <= found.latest - found.earliest <= timedelta(days=3)


@given(DATES)
def test_a_day_lies_within_its_month_and_its_month_within_its_year(found: HijriDate) -> None:
    month, year = HijriDate(found.year, found.month), HijriDate(found.year)
    assert year.earliest <= month.earliest <= found.earliest <= found.latest <= month.latest <= year.latest


@pytest.mark.parametrize(
    ("hijri", "possible"),
    [
        ("1405-03-12", ["1984-12-05", "1984-12-06"]),
        ("1405-03", ["1984-11", "1984-12"]),
        ("1405", ["1984", "1985"]),
    ],
)
def test_it_is_as_exact_in_the_other_calendar_as_in_its_own(hijri: str, possible: list[str]) -> None:
    assert [str(one) for one in HijriDate.parse(hijri).gregorian] == possible


@pytest.mark.parametrize(
    "text", ["1974-03-22", "0999", "1405-13", "1405-00", "1405-03-31", "1405-3-12", "", "12.3.1405"]
)
def test_what_is_no_hijri_date_is_refused(text: str) -> None:
    with pytest.raises(VocabularyError):
        HijriDate.parse(text)


@pytest.mark.parametrize("text", ["1405", "1405-03", "1405-03-12"])
def test_it_is_written_as_it_was_read(text: str) -> None:
    assert str(HijriDate.parse(text)) == text
