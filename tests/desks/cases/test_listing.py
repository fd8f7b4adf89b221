"""Lists are narrowed, kept as filters, acted on in bulk, and taken out as files in which nothing is a formula."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import cbor2
import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.desks.cases.conftest import FillIn, officer_named, sit_down

from comity.desks.cases import actions, composing, exporting, reads, tabs
from comity.desks.cases.filters import Filter, fields_of
from comity.desks.cases.models import Case, CaseMessage, SavedFilter
from comity.node.ledger.models import Entry
from comity.node.officers import stepup
from comity.node.officers.models import Officer


def test_a_filter_and_its_address_say_the_same() -> None:
    chosen = Filter(way="in", partner="xb.spoc", kind="request", since=date(2026, 11, 2), sort="oldest")
    assert Filter.read(QueryDict(chosen.query(show="late"))) == chosen
    assert chosen.query(show="late").startswith("show=late&way=in&partner=xb.spoc")


@given(st.dictionaries(st.sampled_from(["way", "partner", "kind", "state", "since", "until", "sort"]), st.text()))
def test_whatever_stands_in_an_address_is_a_filter(given_: dict[str, str]) -> None:
    chosen = Filter.read(given_)
    assert Filter.read(QueryDict(chosen.query())) == chosen
    chosen.condition(1)


def test_each_condition_can_be_taken_away(desk: None) -> None:
    chosen = Filter(way="out", kind="answer", until=date(2026, 11, 2))
    without = {chip.name: Filter.read(QueryDict(chip.without)) for chip in chosen.chips(show="sent")}
    assert without == {
        "Direction": Filter(kind="answer", until=date(2026, 11, 2)),
        "Kind": Filter(way="out", until=date(2026, 11, 2)),
        "To day": Filter(way="out", kind="answer"),
    }


def test_partners_can_be_chosen_by_name_and_our_own_office_cannot(desk: None) -> None:
    options = next(one for one in fields_of(Filter(), "xa.ncb") if one.name == "partner").options
    assert "xb.spoc" in dict(options)
    assert "xa.ncb" not in dict(options)


def listed(officer: Officer, chosen: Filter) -> set[int]:
    return {one.pk for one in reads.page(officer, "all", 1, chosen)[1]}


def test_each_field_narrows_the_list(asked: CaseMessage, sent: CaseMessage, officer: Officer, at: datetime) -> None:
    both, day = {asked.pk, sent.pk}, timedelta(days=1)
    for chosen, wanted in (
        (Filter(), both),
        (Filter(way="in"), {asked.pk}),
        (Filter(partner="xb.spoc"), both),
        (Filter(partner="xc.ncb"), {sent.pk}),
        (Filter(partner="xd.ncb"), set()),
        (Filter(kind="request"), both),
        (Filter(kind="answer"), set()),
        (Filter(area="drug-trafficking"), both),
        (Filter(urgency="urgent"), set()),
        (Filter(state="new"), {asked.pk}),
        (Filter(holder="me"), set()),
        (Filter(since=at.date() - day, until=at.date() + day), both),
        (Filter(since=at.date() + 2 * day), set()),
        (Filter(since=date.max, until=date.min), set()),
    ):
        assert listed(officer, chosen) == wanted, chosen


def test_the_oldest_come_first_where_that_is_asked(asked: CaseMessage, sent: CaseMessage, officer: Officer) -> None:
    assert [one.pk for one in reads.page(officer, "all", 1, Filter(sort="oldest"))[1]] == sorted([asked.pk, sent.pk])


def test_a_filter_is_kept_under_a_name_and_is_its_officers_own(browser: Client, officer: Officer) -> None:
    page = browser.post(
        "/cases/list/filters", {"name": " Harbour  watch ", "way": "in", "kind": "request"}, follow=True
    )
    assert "Harbour watch" in page.content.decode()
    kept = SavedFilter.objects.get()
    assert (kept.officer, kept.name, kept.query) == (officer, "Harbour watch", "way=in&kind=request")
    other = sit_down(officer_named("other"))
    assert "Harbour watch" not in other.get("/cases/list").content.decode()
    other.post(f"/cases/list/filters/{kept.pk}/drop")
    assert SavedFilter.objects.count() == 1
    browser.post("/cases/list/filters", {"name": "Harbour watch", "way": "out"})
    assert SavedFilter.objects.get().query == "way=out"
    browser.post(f"/cases/list/filters/{kept.pk}/drop")
    assert SavedFilter.objects.count() == 0


def test_a_filter_without_a_name_or_beyond_thirty_is_not_kept_and_says_why(browser: Client, officer: Officer) -> None:
    for number in range(30):
        browser.post("/cases/list/filters", {"name": f"n{number}", "way": "in"})
    for name in ("", "one more"):
        page = browser.post("/cases/list/filters", {"name": name, "way": "in"}, follow=True).content.decode()
        assert "remove one that you no longer need" in page
    assert SavedFilter.objects.count() == 30


@pytest.fixture
def many(fill_in: FillIn, officer: Officer, at: datetime) -> list[CaseMessage]:
    for _ in range(3):
        draft = fill_in(recipients=["xb.spoc"])
        assert draft.is_valid()
        actions.send_request(draft, officer, at=at)
    return list(CaseMessage.objects.order_by("id"))


def test_chosen_rows_are_taken_at_once_and_a_colleagues_are_left_to_him(
    many: list[CaseMessage], officer: Officer, browser: Client, at: datetime
) -> None:
    colleague = officer_named("colleague")
    actions.take(many[0].case, colleague, shown=None, at=at)
    picked = {"pick": [one.pk for one in many], "step": "take", "kind": "request", "show": "waiting"}
    answer = browser.post("/cases/list/bulk", picked)
    assert answer["Location"] == "/cases/list?show=waiting&kind=request"
    page = browser.get(answer["Location"]).content.decode()
    assert "2 cases have changed hands." in page
    assert f"for a colleague holds them: {many[0].case.reference}" in page
    assert list(Case.objects.order_by("id").values_list("holder__username", flat=True)) == [
        "colleague",
        officer.username,
        officer.username,
    ]
    page = browser.post("/cases/list/bulk", {**picked, "step": "give-back"}, follow=True).content.decode()
    assert "2 cases have changed hands." in page
    assert Case.objects.filter(holder=None).count() == 2


def test_a_supervisor_assigns_chosen_rows_and_an_officer_does_not(many: list[CaseMessage], browser: Client) -> None:
    colleague = officer_named("colleague")
    picked = {"pick": [one.pk for one in many], "step": "assign", "to": colleague.pk}
    assert browser.post("/cases/list/bulk", picked).status_code == 403
    chief = sit_down(officer_named("chief", role="supervisor"))
    assert "3 cases have changed hands." in chief.post("/cases/list/bulk", picked, follow=True).content.decode()
    assert Case.objects.filter(holder=colleague).count() == 3
    page = chief.post("/cases/list/bulk", {**picked, "to": "0"}, follow=True).content.decode()
    assert "Choose to whom the case is assigned." in page


def test_rows_of_another_authority_are_as_if_none_was_chosen(many: list[CaseMessage]) -> None:
    stranger = sit_down(officer_named("stranger", authority="xa.cid"))
    page = stranger.post("/cases/list/bulk", {"pick": [many[0].pk, "x", ""], "step": "take"}, follow=True)
    assert "Choose at least one row first." in page.content.decode()
    assert Case.objects.filter(holder=None).count() == 3


@pytest.fixture
def chief(desk: None) -> Client:
    """A supervisor, who may export by the rules of the house."""
    return sit_down(officer_named("chief", role="supervisor"))


EVIL = '=HYPERLINK("http://xb.example","click")'


@pytest.fixture
def evil(fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Any]) -> CaseMessage:
    draft = fill_in(**{"s0-name": EVIL})
    assert draft.is_valid()
    message: CaseMessage = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    return message


def test_no_cell_of_a_csv_file_is_a_formula(evil: CaseMessage, chief: Client) -> None:
    answer = chief.post("/cases/list/export", {"form": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="messages-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    cells = dict(zip(head, row, strict=True))
    assert cells["Subject"] == f"'{EVIL}"
    assert cells["Reference"] == "xb.spoc-7"
    assert cells["Partner's id"] == "xb.spoc"
    assert cells["Arrived"].endswith("Z")


def test_every_cell_of_an_xlsx_file_is_text(evil: CaseMessage, chief: Client) -> None:
    data = chief.post("/cases/list/export", {"form": "xlsx"}).content
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    texts = {cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert EVIL in texts
    assert all(cell.data_type in "sn" for row in sheet.iter_rows() for cell in row)
    parts = ZipFile(io.BytesIO(data))
    assert not any(b"<f>" in parts.read(name) or b"hyperlink " in parts.read(name) for name in parts.namelist())


def test_json_says_it_as_given(evil: CaseMessage, chief: Client) -> None:
    (row,) = json.loads(chief.post("/cases/list/export", {"form": "json"}).content)
    assert (row["subject"], row["direction"]) == (EVIL, "Incoming")


@given(st.text())
def test_whatever_a_cell_holds_no_spreadsheet_calculates_it(text: str) -> None:
    assert not exporting.harmless(text).startswith(exporting.FORMULA)


def test_only_what_is_shown_or_chosen_is_exported_and_the_ledger_says_which(
    many: list[CaseMessage], chief: Client
) -> None:
    rows = json.loads(chief.post("/cases/list/export", {"form": "json", "pick": [many[0].pk]}).content)
    assert [one["reference"] for one in rows] == [many[0].reference]
    assert json.loads(chief.post("/cases/list/export", {"form": "json", "way": "in"}).content) == []
    assert len(json.loads(chief.post("/cases/list/export", {"form": "json", "show": "sent"}).content)) == 3
    act = cbor2.loads(bytes(Entry.objects.order_by("-id")[0].opening or b""))
    assert (act["kind"], act["officer"], act["subjects"][1]) == ("list.exported", "chief", 3)
    assert dict(act["facts"]) == {"form": "json", "rows": "3", "withheld": "0"}


def test_what_a_stranger_exports_is_empty(many: list[CaseMessage]) -> None:
    stranger = sit_down(officer_named("stranger", authority="xa.cid"))
    picked = {"form": "json", "pick": [one.pk for one in many]}
    assert json.loads(stranger.post("/cases/list/export", picked).content) == []


def test_an_export_asks_for_a_fresh_second_factor(many: list[CaseMessage], chief: Client) -> None:
    session = chief.session
    session[stepup.CONFIRMED] = 0.0
    session.save()
    answer = chief.post("/cases/list/export", {"form": "json"})
    assert answer.status_code == 302
    assert "confirm" in answer["Location"]


def test_whoever_may_not_export_is_told_who_may(many: list[CaseMessage], browser: Client) -> None:
    answer = browser.post("/cases/list/export", {"form": "json"}, follow=True)
    assert "ask a supervisor to export them" in answer.content.decode()


def test_an_export_asks_a_fixed_number_of_queries(
    fill_in: FillIn, officer: Officer, at: datetime, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        draft = fill_in(recipients=["xb.spoc"])
        assert draft.is_valid()
        actions.send_request(draft, officer, at=at)
    chief = officer_named("chief", role="supervisor")
    with django_assert_max_num_queries(3):
        made = exporting.table(chief, reads.listed(chief, tabs.TABS[0], Filter()))
    assert len(made.rows) == 6
    assert exporting.moment(datetime(2026, 11, 2, 8, tzinfo=UTC)) == "2026-11-02T08:00:00Z"
