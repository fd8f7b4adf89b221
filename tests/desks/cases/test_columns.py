"""Officers choose which columns a list has, and in which order; files of the list follow."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.desks.cases.conftest import FillIn, officer_named, sit_down

from comity.desks.cases import actions, columns
from comity.desks.cases.models import CaseMessage
from comity.node.officers.models import Officer

STEPS = st.builds(
    "{}:{}".format,
    st.sampled_from(["add", "remove", "up", "down", "reset", "else"]),
    st.sampled_from([*columns.HEADINGS, "nothing"]),
)


def headings(page: str) -> list[str]:
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    cells = [one.partition("</th>")[0].partition(">")[2] for one in head.split("<th ")[1:]]
    return [one for one in cells if "<" not in one]


def listed(browser: Client, address: str = "/cases/list") -> str:
    return browser.get(address).content.decode()


def choose(browser: Client, *steps: str) -> str:
    page = ""
    for step in steps:
        page = browser.post("/cases/list/columns", {"step": step}, follow=True).content.decode()
    return page


@given(st.lists(STEPS, max_size=12))
def test_whatever_is_pressed_columns_are_known_stand_once_and_one_is_left(steps: list[str]) -> None:
    keys = columns.DEFAULT
    for step in steps:
        keys = columns.changed(keys, step) or columns.DEFAULT
        assert keys
        assert len(set(keys)) == len(keys)
        assert set(keys) <= set(columns.HEADINGS)


@given(st.permutations(list(columns.DEFAULT)), st.sampled_from(columns.DEFAULT))
def test_forward_and_back_again_is_as_before(keys: list[str], key: str) -> None:
    before = tuple(keys)
    if before[0] != key:
        assert columns.changed(columns.changed(before, f"up:{key}"), f"down:{key}") == before


def test_columns_come_go_and_change_places_for_this_officer_alone(
    browser: Client, sent: CaseMessage, officer: Officer
) -> None:
    assert headings(listed(browser)) == ["Subject", "Kind", "Partner", "Reference", "State", "Due", "Time"]
    page = choose(browser, "add:holder", "up:holder", "remove:kind", "remove:time", "remove:reference")
    assert headings(page) == ["Subject", "Partner", "State", "Due", "Held by"]
    assert headings(listed(browser)) == headings(page)
    assert "Kind" in headings(listed(sit_down(officer_named("other"))))
    assert headings(choose(browser, "reset:"))[1:3] == ["Kind", "Partner"]


def test_every_column_shows_what_the_message_says(browser: Client, sent: CaseMessage, officer: Officer) -> None:
    actions.choose_columns(officer, list(columns.HEADINGS))
    rows = listed(browser).partition("<tbody>")[2]
    expected = {"purpose": "Criminal investigation", "area": "Drug trafficking", "handling": "H0", "urgency": "Normal"}
    for key, heading in columns.HEADINGS.items():
        cell = rows.partition(f'data-label="{heading}"')[2].partition("</td>")[0]
        assert expected.get(key, "") in cell, key
        assert cell.partition(">")[2].strip() or key in {"operation", "holder", "arrived"}, key


def test_the_list_stays_as_it_was_narrowed_and_the_same_button_keeps_the_focus(
    browser: Client, sent: CaseMessage
) -> None:
    answer = browser.post("/cases/list/columns", {"step": "up:due", "show": "sent", "way": "out"})
    assert answer["Location"] == "/cases/list?show=sent&columns=up%3Adue&way=out"
    page = listed(browser, answer["Location"])
    assert 'value="up:due" autofocus' in page
    for _ in range(4):
        page = choose(browser, "up:due")
    assert 'value="down:due" autofocus' in page  # it is the first now, and can only go back


@pytest.mark.parametrize("step", ["add:nothing", "up:holder", "<script>", "", "remove:nothing"])
def test_a_step_that_is_none_changes_nothing(browser: Client, sent: CaseMessage, officer: Officer, step: str) -> None:
    page = choose(browser, step)
    assert headings(page)[1:] == [str(columns.HEADINGS[key]) for key in columns.DEFAULT]
    assert "<script>" not in page.partition("<main")[2]


@pytest.mark.parametrize(
    "kept", [{"messages": "x"}, {"messages": ["nothing"]}, {"messages": []}, {"messages": [["a"]]}]
)
def test_what_another_version_kept_does_no_harm(
    browser: Client, sent: CaseMessage, officer: Officer, kept: Any
) -> None:
    Officer.objects.filter(pk=officer.pk).update(list_columns=kept)
    assert headings(listed(browser))[1] == "Kind"


def test_files_have_the_columns_that_were_chosen_and_all_where_none_were(sent: CaseMessage, at: datetime) -> None:
    chief = officer_named("chief", role="supervisor")
    browser = sit_down(chief)
    (row,) = json.loads(browser.post("/cases/list/export", {"form": "json"}).content)
    assert {"reference", "operation", "handling"} <= set(row)
    actions.choose_columns(chief, ["due", "partner"])
    (row,) = json.loads(browser.post("/cases/list/export", {"form": "json"}).content)
    assert list(row) == ["subject", "due", "partner", "partner_id"]


def test_any_columns_cost_the_same_queries(
    browser: Client, fill_in: FillIn, officer: Officer, at: datetime, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        draft = fill_in()
        assert draft.is_valid()
        actions.send_request(draft, officer, at=at)
    actions.choose_columns(officer, list(columns.HEADINGS))
    with django_assert_max_num_queries(20):
        assert len(headings(listed(browser))) == 1 + len(columns.HEADINGS)


def test_choosing_keeps_what_other_lists_have(officer: Officer) -> None:
    Officer.objects.filter(pk=officer.pk).update(list_columns={"notices": ["colour"]})
    actions.choose_columns(officer, ["due"])
    officer.refresh_from_db()
    assert officer.list_columns == {"notices": ["colour"], "messages": ["due"]}
