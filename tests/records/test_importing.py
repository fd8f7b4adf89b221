"""An import is all or nothing, says what it left out, and goes on where it was interrupted."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.shared_data import shared

from comity.formats import BrokenFileError
from comity.node.records.errors import BusyError, TermsError
from comity.node.records.importing import Applied, Source, discard, entries_of, import_list
from comity.node.records.models import ImportRun, Record, RecordToken, Rejection, RunState
from comity.node.records.terms import Terms

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TERMS = Terms("xa.ncb", "xa.ncb", "harbour-list", "prevention", date(2027, 11, 22))


class PowerCutError(Exception):
    """Stands for the end of the process."""


def person(number: int, name: str = "", **more: str) -> dict[str, object]:
    properties = {"name": [name or f"Ann{number} Harbour{number}"], **{k: [v] for k, v in more.items()}}
    return {"id": f"p{number}", "schema": "Person", "properties": properties}


def listed(folder: Path, *entities: dict[str, object] | str, name: str = "list.ftm.jsonl") -> Source:
    path = folder / name
    path.write_text("\n".join(e if isinstance(e, str) else json.dumps(e) for e in entities) + "\n")
    return Source(path)


def imported(source: Source, terms: Terms = TERMS, **options: object) -> ImportRun:
    options = {"record_act": lambda _applied: None, "now": lambda: AT, **options}
    return import_list(source, terms, **options)


def references() -> list[str]:
    return sorted(Record.objects.live().values_list("reference", flat=True))


def cut_at(position: int) -> Callable[[int, int], None]:
    def progress(done: int, _total: int) -> None:
        if done >= position:
            raise PowerCutError

    return progress


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("comity.node.records.importing.BATCH", 3)
    return iter(())


def test_every_row_becomes_a_record_under_the_terms(tmp_path):
    run = imported(listed(tmp_path, person(1), person(2, birthDate="1974-03")))
    record = Record.objects.live().get(reference="p2")
    assert (run.added, run.rejected, run.state) == (2, 0, RunState.APPLIED)
    assert record.value().get("birthDate") == ("1974-03",)
    assert record.last_day == TERMS.retain_until
    assert (record.purpose, record.handling, record.category) == ("prevention", "H0", "other")


def test_a_bad_row_is_named_with_its_reason_and_the_rest_is_imported(tmp_path):
    run = imported(listed(tmp_path, person(1), "{broken", person(1), person(3)))
    assert references() == ["p1", "p3"]
    assert list(run.rejections.order_by("position").values_list("where", "rule")) == [
        ("line 2", "ftm.not-json"),
        ("entry p1", "row.reference-twice"),
    ]


def test_what_the_model_does_not_know_is_left_out(tmp_path):
    strange = {"id": "s", "schema": "Dragon", "properties": {"name": ["Smaug"]}}
    unknown = {"id": "u", "schema": "Person", "properties": {"wings": ["two"]}}
    run = imported(listed(tmp_path, person(1), strange, unknown))
    assert references() == ["p1"]
    assert list(run.rejections.order_by("position").values_list("rule", "found")) == [
        ("schema.unknown", "Dragon"),
        ("property.unknown", "wings"),
    ]


def test_a_broken_file_changes_nothing(tmp_path):
    whole = tmp_path / "un.xml"
    whole.write_text("<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>Ann</FIRST_NAME><REFERENCE_NUMBER>X.1")
    with pytest.raises(BrokenFileError):
        imported(Source(whole))
    assert not ImportRun.objects.exists()
    assert not Record.objects.exists()


def test_nothing_shows_until_all_of_it_does(tmp_path, small_batches):
    with pytest.raises(PowerCutError):
        imported(listed(tmp_path, *map(person, range(10))), progress=cut_at(6))
    assert Record.objects.count() == 6
    assert references() == []


def test_an_interrupted_import_goes_on_where_it_was_and_ends_as_if_nothing_had_happened(tmp_path, small_batches):
    source = listed(tmp_path, *map(person, range(5)), "{broken", *map(person, range(5, 10)))
    with pytest.raises(PowerCutError):
        imported(source, progress=cut_at(6))
    steps: list[int] = []
    run = imported(source, progress=lambda done, _total: steps.append(done))
    assert steps[0] == 6
    assert references() == [f"p{n}" for n in range(10)]
    assert (run.added, run.rejected) == (10, 1)
    assert Rejection.objects.count() == 1
    assert ImportRun.objects.count() == 1


def test_an_unfinished_import_of_another_file_is_discarded_without_a_trace(tmp_path, small_batches):
    imported(listed(tmp_path, person(0)))
    with pytest.raises(PowerCutError):
        imported(listed(tmp_path, *map(person, range(10))), progress=cut_at(6))
    run = imported(listed(tmp_path, person(0), person(99)))
    assert references() == ["p0", "p99"]
    assert (run.added, run.unchanged, run.withdrawn) == (1, 1, 0)
    assert Record.objects.count() == 2


def test_a_new_edition_adds_changes_withdraws_and_leaves_the_rest_alone(tmp_path):
    imported(listed(tmp_path, person(1), person(2), person(3)))
    kept = Record.objects.get(reference="p1").pk
    run = imported(listed(tmp_path, person(1), person(2, "Ben Quay"), person(4)))
    assert (run.added, run.changed, run.unchanged, run.withdrawn) == (1, 1, 1, 1)
    assert references() == ["p1", "p2", "p4"]
    assert Record.objects.get(reference="p1").pk == kept
    assert Record.objects.live().get(reference="p2").caption == "Ben Quay"


def test_what_was_replaced_or_withdrawn_is_erased_with_its_index_entries(tmp_path):
    imported(listed(tmp_path, person(1), person(2)))
    imported(listed(tmp_path, person(1, "Ben Quay")))
    assert Record.objects.count() == 1
    expected = {e for record in Record.objects.all() for e in entries_of(record)}
    assert set(RecordToken.objects.values_list("pk", flat=True)) == expected


def test_the_same_file_again_changes_nothing(tmp_path):
    source = listed(tmp_path, person(1), person(2))
    imported(source)
    before = list(Record.objects.order_by("pk").values_list("pk", "content"))
    run = imported(source)
    assert (run.added, run.changed, run.unchanged, run.withdrawn) == (0, 0, 2, 0)
    assert list(Record.objects.order_by("pk").values_list("pk", "content")) == before


def test_two_sources_and_two_authorities_do_not_touch_each_other(tmp_path):
    imported(listed(tmp_path, person(1)))
    imported(listed(tmp_path, person(1)), Terms("xa.ncb", "xa.ncb", "other-list", "prevention", date(2027, 1, 1)))
    imported(listed(tmp_path, person(1)), Terms("xa.piu", "xa.piu", "harbour-list", "prevention", date(2027, 1, 1)))
    assert references() == ["p1"] * 3


def test_one_import_is_one_act_that_names_every_record(tmp_path):
    acts: list[Applied] = []
    imported(listed(tmp_path, person(1), person(2)), record_act=acts.append, officer="hale")
    (act,) = acts
    assert (act.kind, act.authority, act.officer, act.at) == ("records.imported", "xa.ncb", "hale", AT)
    assert dict(act.facts)["added"] == "2"
    assert len(act.subjects) == 2


def test_an_import_whose_act_cannot_be_recorded_does_not_show(tmp_path):
    def refuse(_applied: Applied) -> None:
        raise LookupError("no log")

    with pytest.raises(LookupError):
        imported(listed(tmp_path, person(1)), record_act=refuse)
    assert references() == []
    imported(listed(tmp_path, person(1)))
    assert references() == ["p1"]


def test_a_second_process_at_the_same_import_is_stopped(tmp_path, small_batches):
    source = listed(tmp_path, *map(person, range(10)))

    def meanwhile(done: int, _total: int) -> None:
        if done == 3:
            ImportRun.objects.update(position=9)

    with pytest.raises(BusyError):
        imported(source, progress=meanwhile)


def test_an_import_begun_by_another_process_at_the_same_moment_is_not_begun_again(tmp_path, monkeypatch):
    source = listed(tmp_path, person(1))
    run = imported(source)
    ImportRun.objects.filter(pk=run.pk).update(state=RunState.STAGING, applied_at=None)
    monkeypatch.setattr("django.db.models.query.QuerySet.first", lambda _self: None)  # we looked a moment too early
    with pytest.raises(BusyError):
        imported(source)


def test_terms_that_cannot_be_kept_are_refused(tmp_path):
    passed = Terms("xa.ncb", "xa.ncb", "list", "prevention", AT.date() - timedelta(days=1))
    unknown = Terms("xa.ncb", "xa.ncb", "list", "fun", date(2027, 1, 1))
    for terms in (passed, unknown, Terms("xa.ncb", "", "list", "prevention", date(2027, 1, 1))):
        with pytest.raises(TermsError):
            imported(listed(tmp_path, person(1)), terms)


def test_discarding_brings_back_what_the_import_would_have_replaced(tmp_path, small_batches):
    imported(listed(tmp_path, *map(person, range(5))))
    with pytest.raises(PowerCutError):
        imported(listed(tmp_path, *(person(n, f"Ben Quay{n}") for n in range(5))), progress=cut_at(3))
    discard(ImportRun.objects.get(state=RunState.STAGING))
    assert references() == [f"p{n}" for n in range(5)]
    assert {r.caption for r in Record.objects.live()} == {f"Ann{n} Harbour{n}" for n in range(5)}


def test_the_list_of_2021_replaces_that_of_2019():
    old = imported(Source(shared("watchlists/ofac_sdn_2019")))
    new = imported(Source(shared("watchlists/ofac_sdn_2021-07")))
    assert old.added == 7379
    assert new.added + new.changed + new.unchanged == 8976
    assert Record.objects.live().count() == Record.objects.count() == 8976
    assert new.withdrawn == 7379 - new.changed - new.unchanged
