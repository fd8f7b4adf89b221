"""Codes and names have one written form: what is written is read, and nothing else is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.evaluation import Evaluation
from comity.vocabulary.partial_date import PartialDate

days = st.dates()
partial_dates = days.flatmap(
    lambda day: st.sampled_from(
        [PartialDate(day.year), PartialDate(day.year, day.month), PartialDate(day.year, day.month, day.day)]
    )
)


@given(st.from_regex(r"[a-z]{2}\.[a-z][a-z0-9-]{0,29}", fullmatch=True))
def test_an_authority_is_read_as_it_is_written(text):
    assert str(AuthorityId.parse(text)) == text
    assert AuthorityId.parse(text).state == text[:2].upper()


@pytest.mark.parametrize("text", ["", "xa", "xa.", "XA.ncb", "xa.1ncb", "xa.ncb\n", "xa.n" + "c" * 30, "xa.nçb"])
def test_what_is_no_authority_is_refused(text):
    with pytest.raises(VocabularyError):
        AuthorityId.parse(text)


@given(st.sampled_from("xa"), st.integers(1, 999_999))
def test_a_log_is_read_as_it_is_written(kind, number):
    text = f"xa.ncb/{kind}{number}"
    assert str(LogName.parse(text)) == text


@pytest.mark.parametrize("text", ["xa.ncb", "xa.ncb/x0", "xa.ncb/x01", "xa.ncb/b1", "xa.ncb/x١", "xa.ncb/x1\n"])
def test_what_is_no_log_is_refused(text):
    with pytest.raises(VocabularyError):
        LogName.parse(text)


@given(partial_dates)
def test_a_date_is_read_as_it_is_written(found):
    assert PartialDate.parse(str(found)) == found
    assert found.earliest <= found.latest


@given(partial_dates, days)
def test_a_date_agrees_with_the_days_that_it_may_be(found, day):
    exact = PartialDate(day.year, day.month, day.day)
    assert found.agrees(exact) == (found.earliest <= day <= found.latest)
    assert found.agrees(exact) == exact.agrees(found)


def test_a_month_ends_on_its_last_day():
    assert PartialDate.parse("2024-02").latest == date(2024, 2, 29)
    assert PartialDate.parse("9999-12").latest == date(9999, 12, 31)


@pytest.mark.parametrize(
    "text", ["", "74", "0000", "1974-13", "1974-02-30", "1974-3", "--03-22", "1974-03-22\n", "١٩٧٤", "１９７４"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(VocabularyError):
        PartialDate.parse(text)


@pytest.mark.parametrize("text", ["4x4 A1", "4x4 X4", "6x6 F6", "6x6 B2"])
def test_an_evaluation_is_read_as_it_is_written(text):
    assert str(Evaluation.parse(text)) == text


@pytest.mark.parametrize("text", ["", "A1", "5x5 A1", "4x4 D1", "4x4 A5", "6x6 X1", "6x6 A7", "4x4 A1 ", "4x4  A1"])
def test_a_code_of_another_scale_is_refused(text):
    with pytest.raises(VocabularyError):
        Evaluation.parse(text)
