from collections.abc import Callable

import pytest
from tests.desks.cases.conftest import FILLED

from comity.desks.cases.forms import AnswerForm, Draft, RefusalForm, VerdictForm

FillIn = Callable[..., Draft]


def faults(draft: Draft) -> set[str]:
    draft.is_valid()
    return {name for form in draft.forms for name in form.errors}


def test_a_request_that_says_everything_is_ready(fill_in: FillIn) -> None:
    assert faults(fill_in()) == set()


@pytest.mark.parametrize(
    "name", ["recipients", "purpose", "crime_area", "legal_basis", "facts", "questions", "s0-category", "s0-link"]
)
def test_what_the_law_asks_of_a_request_cannot_be_left_out(fill_in: FillIn, name: str) -> None:
    assert faults(fill_in(**{name: []})) == {name.removeprefix("s0-")}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"urgency": "urgent"}, "urgency_ground"),
        ({"handling": ["H0", "H3"]}, "conditions"),
        ({"s0-birthDate": "22.03.1974"}, "birthDate"),
        ({"s0-birthDate": "1974-13"}, "birthDate"),
        ({"s0-name": "", "s0-birthDate": "", "s0-nationality": ""}, "name"),
        ({"recipients": ["zz.nobody"]}, "recipients"),
        ({"purpose": "curiosity"}, "purpose"),
    ],
)
def test_a_wrong_answer_is_named_at_its_field(fill_in: FillIn, changed: dict[str, str], wrong: str) -> None:
    assert faults(fill_in(**changed)) == {wrong}


@pytest.mark.parametrize("date", ["1974", "1974-03", "1974-03-22"])
def test_a_birth_date_is_taken_as_far_as_it_is_known(fill_in: FillIn, date: str) -> None:
    draft = fill_in(**{"s0-birthDate": date})
    assert draft.is_valid()
    assert draft.subjects[0].properties()["birthDate"] == (date,)


def test_a_request_about_nothing_is_refused(fill_in: FillIn) -> None:
    assert not fill_in(subjects="").is_valid()


def test_a_subject_added_leaves_what_was_written_as_it_was(fill_in: FillIn) -> None:
    draft = fill_in().with_subject("Vessel")
    assert draft.listed == "0:Person,1:Vessel"
    assert draft.subjects[0]["name"].value() == FILLED["s0-name"]
    assert draft.form["facts"].value() == "Two containers were seized."
    assert draft.form["recipients"].value() == ["xb.spoc", "xc.ncb"]
    assert not any(form.errors for form in draft.forms)


def test_a_subject_removed_takes_only_its_own_facts_along(fill_in: FillIn) -> None:
    draft = fill_in().with_subject("Vessel").without_subject("0")
    assert draft.listed == "1:Vessel"
    assert draft.with_subject("Phone").listed == "1:Vessel,2:Phone"


def test_an_unknown_kind_of_subject_is_not_added(fill_in: FillIn) -> None:
    assert fill_in().with_subject("Spell").listed == "0:Person"
    assert fill_in(subjects="0:Person,1:Spell,x:Vessel").listed == "0:Person"


def test_no_more_subjects_than_a_request_bears(fill_in: FillIn) -> None:
    draft = fill_in()
    for _ in range(30):
        draft = draft.with_subject("Phone")
    assert len(draft.subjects) == 20


def answer(**given: object) -> AnswerForm:
    return AnswerForm({"kind": "full", "text": "He is known.", "handling": ["H0"], **given}, confirmed=[("1", "one")])


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"kind": "negative", "include": ["1"]}, "kind"),
        ({"kind": "full", "text": ""}, "text"),
        ({"kind": "interim"}, "more_by"),
        ({"include": ["2"]}, "include"),
        ({"handling": ["H3"]}, "conditions"),
    ],
)
def test_an_answer_holds_what_its_kind_says(given: dict[str, object], wrong: str) -> None:
    assert set(answer(**given).errors) == {wrong}


def test_a_negative_answer_needs_no_words() -> None:
    assert answer(kind="negative", text="").is_valid()


@pytest.mark.parametrize("ground", ["", "i", "z"])
def test_a_refusal_names_a_ground_of_the_closed_list(ground: str) -> None:
    assert "ground" in RefusalForm({"ground": ground}).errors


def test_not_the_same_needs_a_reason_and_the_same_does_not() -> None:
    assert "reason" in VerdictForm({"verdict": "different", "reason": "  "}).errors
    assert VerdictForm({"verdict": "same"}).is_valid()
