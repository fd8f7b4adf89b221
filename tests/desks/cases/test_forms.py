import json
from collections.abc import Callable
from importlib import resources

import pytest
from tests.desks.cases.conftest import FILLED

from comity.desks.cases import rules
from comity.desks.cases.forms import AnswerForm, Draft, RefusalForm, VerdictForm
from comity.subjects.model import schemata

HARBOUR = resources.files("comity.agreements").joinpath("harbour.json")

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


@pytest.mark.parametrize("schema", list(rules.FIELDS))
def test_every_field_of_every_kind_of_subject_is_of_the_subject_model_and_of_the_agreement(schema: str) -> None:
    model = schemata()[schema]
    assert not model.abstract
    assert {asked.prop for asked in rules.FIELDS[schema]} <= set(model.properties)
    assert schema in json.loads(HARBOUR.read_text(encoding="utf-8"))["schemata"]


@pytest.mark.parametrize(
    ("schema", "prop", "given", "kept"),
    [
        ("Vehicle", "description", "1hg bh41jxm-n109186", "VIN 1HGBH41JXMN109186"),
        ("Vessel", "imoNumber", "2345674", "IMO2345674"),
        ("Vessel", "imoNumber", "imo 2345674", "IMO2345674"),
        ("Vessel", "mmsi", "211 331 640", "211331640"),
        ("Vessel", "flag", "XB", "xb"),
        ("BankAccount", "iban", "gb82 west 1234 5698 7654 32", "GB82WEST12345698765432"),
        ("Person", "birthDate", "\u0661\u0669\u0667\u0664-\u0660\u0663", "1974-03"),
        ("Person", "name", "Ame\u0301lie", "Am\u00e9lie"),
    ],
)
def test_a_number_is_taken_in_the_forms_in_which_it_is_written(
    fill_in: FillIn, schema: str, prop: str, given: str, kept: str
) -> None:
    changed = {"subjects": f"0:{schema}", "s0-schema": schema, "s0-name": "", "s0-birthDate": "", f"s0-{prop}": given}
    draft = fill_in(**changed)
    assert draft.is_valid(), [form.errors for form in draft.forms]
    assert draft.subjects[0].properties()[prop] == (kept,)


@pytest.mark.parametrize(
    ("schema", "prop", "given"),
    [
        ("Vehicle", "description", "WVW123"),
        ("Vehicle", "description", "1HGBH41JXMN10918O"),
        ("Vessel", "imoNumber", "23456"),
        ("Vessel", "mmsi", "21133164"),
        ("Vessel", "flag", "Belcourt"),
        ("BankAccount", "iban", "12345"),
        ("Person", "birthDate", "1974\n1974-02-30"),
        ("Person", "nationality", "XD\nMarsa"),
        ("Person", "name", "\n".join(f"name {number}" for number in range(21))),
    ],
)
def test_a_number_that_cannot_be_right_is_named_and_nothing_is_lost(
    fill_in: FillIn, schema: str, prop: str, given: str
) -> None:
    draft = fill_in(**{"subjects": f"0:{schema}", "s0-schema": schema, "s0-name": "", f"s0-{prop}": given})
    assert prop in faults(draft)
    assert draft.subjects[0][prop].value() == given
    assert draft.form["facts"].value() == FILLED["facts"]


def test_what_was_removed_comes_back_as_it_was(fill_in: FillIn) -> None:
    draft = fill_in().with_subject("Vessel").without_subject("0").with_again("0:Person")
    assert draft.listed == "0:Person,1:Vessel"
    assert draft.subjects[0]["name"].value() == FILLED["s0-name"]


@pytest.mark.parametrize("name", ["deadline"])
def test_a_day_that_is_over_is_refused(fill_in: FillIn, name: str) -> None:
    assert faults(fill_in(**{name: "2020-01-01"})) == {name}
