"""What the demo's nodes hold: plausible, checkable, and about nobody."""

import json
from collections import Counter
from itertools import chain, pairwise
from pathlib import Path

import pytest
from stdnum import iban, imo, iso6346

from comity.demo import generate, stories, world
from comity.vocabulary.person_category import PersonCategory

CODES = ("XA", "XB", "XC", "XD")
FICTION = {
    "xa": ("+447700900",),  # Ofcom: numbers for drama, mobile
    "xb": ("+3363998",),  # Arcep: numbers for audiovisual works
    "xc": ("+120255501",),  # NANP: 555-0100 to 555-0199
    "xd": ("+441632960",),  # Ofcom: numbers for drama, geographic
}


def core(code: str) -> tuple[dict, ...]:
    files = stories.records(code).values()
    return tuple(json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines())


def held(code: str) -> tuple[dict, ...]:
    return (*core(code), *generate.records(code))


EVERYTHING = tuple(chain.from_iterable(held(code) for code in CODES))


def values(prop: str) -> tuple[str, ...]:
    return tuple(value for one in EVERYTHING for value in one["properties"].get(prop, ()))


def truth() -> dict:
    return json.loads(stories.TRUTH.read_text(encoding="utf-8"))


def test_no_two_records_bear_the_same_id() -> None:
    counted = Counter(one["id"] for one in EVERYTHING)
    assert {name for name, count in counted.items() if count > 1} == set()


def test_a_record_id_begins_with_the_state_that_holds_it() -> None:
    assert all(one["id"].startswith(f"{code.lower()}-") for code in CODES for one in held(code))


def test_filler_is_the_same_at_each_call() -> None:
    assert [list(generate.lines(code)) for code in CODES] == [list(generate.lines(code)) for code in CODES]


def test_a_cross_check_has_some_hundreds_of_records_to_choose_from_at_each_node() -> None:
    assert all(len(held(code)) > 300 for code in CODES)


def test_the_concord_holds_no_records() -> None:
    assert list(generate.records("XO")) == []


def test_every_ship_number_has_its_check_digit_and_was_given_to_no_ship() -> None:
    assert values("imoNumber")
    for number in values("imoNumber"):
        assert imo.is_valid(number)
        assert number.startswith("IMO2")


def test_every_container_number_has_its_check_digit() -> None:
    boxes = [
        one["properties"]["registrationNumber"][0]
        for one in EVERYTHING
        if one["schema"] == "Vehicle" and one["properties"]["registrationNumber"][0].startswith("QXCU")
    ]
    assert len(set(boxes)) == 2
    assert all(iso6346.is_valid(box) for box in boxes)


def test_every_account_number_passes_its_check() -> None:
    assert values("iban")
    assert all(iban.is_valid(number) for number in values("iban"))


@pytest.mark.parametrize("code", CODES)
def test_every_phone_number_is_kept_for_fiction(code: str) -> None:
    own = [one["properties"]["number"][0] for one in held(code) if one["schema"] == "Phone"]
    assert own
    assert all(number.startswith(FICTION[code.lower()]) for number in own)
    every = tuple(chain.from_iterable(FICTION.values()))
    assert all(number.startswith(every) for number in (*values("phone"), *values("number")))
    assert all(len(number) in {12, 13} for number in own)


def test_every_altered_vehicle_number_fails_its_check_and_every_genuine_one_passes() -> None:
    for one in EVERYTHING:
        for text in one["properties"].get("description", ()):
            vin = text.removeprefix("VIN ")
            altered = one["id"].startswith("xd-cars")
            assert (vin_check_digit(vin) == vin[8]) is not altered


def test_documents_bear_the_three_letters_of_invented_states() -> None:
    assert all(number[:3] in {state.document_code for state in world.STATES} for number in values("passportNumber"))


def test_countries_are_the_invented_ones() -> None:
    found = {*values("nationality"), *values("country"), *values("flag"), *values("jurisdiction")}
    assert found == {"xa", "xb", "xc", "xd"}


def test_the_four_of_the_network_are_known_to_several_states() -> None:
    people = {name: truth()["same"][name] for name in ("haulier", "bookkeeper", "customs-agent", "forger")}
    assert all(len({record[:2] for record in ids}) >= 3 for ids in people.values())


def test_the_same_person_is_written_differently_at_each_node() -> None:
    by_id = {one["id"]: one for one in EVERYTHING}
    for name in ("haulier", "bookkeeper", "customs-agent", "forger", "child"):
        spellings = [by_id[one]["properties"]["name"][0] for one in truth()["same"][name]]
        assert len(set(spellings)) == len(spellings)


def test_a_partial_birth_date_never_contradicts_a_fuller_one_of_the_same_person() -> None:
    by_id = {one["id"]: one for one in EVERYTHING}
    for ids in truth()["same"].values():
        dates = sorted({date for one in ids for date in by_id[one]["properties"].get("birthDate", ())}, key=len)
        assert all(longer.startswith(shorter) for shorter, longer in pairwise(dates))


def test_the_truth_names_only_records_that_are_there() -> None:
    named = {*chain.from_iterable(truth()["same"].values()), *chain.from_iterable(truth()["different"])}
    assert named <= {one["id"] for one in EVERYTHING}


def test_what_the_main_job_confirms_and_rejects_is_held_by_who_answers() -> None:
    job = stories.LANTERN
    ids = {one["id"] for one in held(world.authority(job.answerer).id[:2].upper())}
    assert {*job.same, *job.different} <= ids
    forger = set(truth()["same"]["forger"]) | set(truth()["same"]["vessel"])
    assert set(job.same) <= forger
    assert not set(job.different) & forger


def test_every_record_is_one_the_importer_accepts(tmp_path: Path) -> None:
    formats = pytest.importorskip("comity.formats")
    subjects = pytest.importorskip("comity.subjects")
    for code in CODES:
        path = tmp_path / f"{code}.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in held(code)), encoding="utf-8")
        for row in formats.read(path):
            assert isinstance(row, formats.Good), row
            assert [subjects.objections(subject) for subject in row.subjects] == [()]


def vin_check_digit(vin: str) -> str:
    """ISO 3779 as North America applies it: weighted sum of transliterated characters, modulo 11."""
    letters = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(
        (int(char) if char.isdigit() else letters[char]) * weight for char, weight in zip(vin, weights, strict=True)
    )
    return "X" if total % 11 == 10 else str(total % 11)


def test_every_file_of_records_names_a_category_of_person_that_has_a_list() -> None:
    for code in CODES:
        assert set(stories.records(code)) <= set(stories.SOURCES)
        assert "suspect" in stories.records(code)
    assert set(stories.SOURCES) <= {str(category) for category in PersonCategory}
