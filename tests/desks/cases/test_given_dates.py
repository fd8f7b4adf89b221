from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from comity.desks.cases import actions, given_dates, prefilling
from comity.desks.cases.facts import facts_of
from comity.desks.cases.forms import Draft
from comity.node.officers.models import Officer

FillIn = Callable[..., Draft]
DAYS = ("1984-12-05", "1984-12-06")
NOTE = "Hijri birthDate 1405-03-12"


def stated(draft: Draft) -> dict[str, tuple[str, ...]]:
    assert draft.is_valid(), draft.subjects[0].errors
    return draft.subjects[0].properties()


@pytest.mark.parametrize("typed", ["1405-03-12 AH", "1405-3-12 ah", "1405/03/12 A.H.", "١٤٠٥/٣/١٢ هـ", "١٤٠٥-٠٣-١٢ ه"])
def test_a_date_marked_as_hijri_goes_with_every_day_it_may_be_and_as_given(fill_in: FillIn, typed: str) -> None:
    found = stated(fill_in(**{"s0-birthDate": typed}))
    assert (found["birthDate"], found["description"]) == (DAYS, (NOTE,))


def test_the_calendar_chosen_holds_for_dates_that_name_none(fill_in: FillIn) -> None:
    typed = {"s0-calendar": "hijri", "s0-birthDate": "1405-03-12\n1984-12 AD\n١٩٨٣ م"}
    found = stated(fill_in(**typed))
    assert (found["birthDate"], found["description"]) == ((*DAYS, "1984-12", "1983"), (NOTE,))


@pytest.mark.parametrize(("typed", "possible"), [("1405-03 AH", ("1984-11", "1984-12")), ("1405 AH", ("1984", "1985"))])
def test_it_is_no_more_exact_than_it_was_given(fill_in: FillIn, typed: str, possible: tuple[str, ...]) -> None:
    assert stated(fill_in(**{"s0-birthDate": typed}))["birthDate"] == possible


@pytest.mark.parametrize("typed", ["1974-03-22 AH", "1405-13 AH", "1405-03-31 AH"])
def test_what_is_no_hijri_date_is_named_at_its_field(fill_in: FillIn, typed: str) -> None:
    draft = fill_in(**{"s0-birthDate": typed})
    assert not draft.is_valid()
    assert list(draft.subjects[0].errors) == ["birthDate"]


def test_a_hijri_year_without_its_mark_is_not_taken_for_the_middle_ages(fill_in: FillIn) -> None:
    draft = fill_in(**{"s0-birthDate": "1405-03-12"})
    assert not draft.is_valid()
    assert "Hijri" in str(draft.subjects[0].errors["birthDate"])


def test_it_is_shown_as_given_with_the_other_calendar_beside_it() -> None:
    shown = facts_of({"name": ["Huda"], "birthDate": [*DAYS, "1983"], "description": [NOTE, "Wears glasses"]})
    values = {str(fact.name): fact.values for fact in shown}
    assert values["Date of birth"] == ("1405-03-12 AH = 1984-12-05 – 1984-12-06", "1983")
    assert values["Description"] == ("Wears glasses",)


@pytest.mark.parametrize("line", ["Hijri birthDate 9999", "Hijri birthDate 1405-03-12 and more", "Hijri 1405"])
def test_what_only_looks_like_a_given_date_stays_a_description(line: str) -> None:
    assert given_dates.noted({"description": [line]}) == {}
    assert [fact.values for fact in facts_of({"description": ["Hijri 1405"]})] == [("Hijri 1405",)]


def test_a_correction_begins_with_the_date_as_it_was_given(fill_in: FillIn, officer: Officer) -> None:
    draft = fill_in(**{"s0-birthDate": "1405-03-12 AH\n1983"})
    assert draft.is_valid()
    sent = actions.send_request(draft, officer, at=datetime.now(UTC)).message
    assert sent is not None
    data: QueryDict = prefilling.correction(sent)
    assert str(data["s0-birthDate"]).splitlines() == ["1405-03-12 AH", "1983"]
