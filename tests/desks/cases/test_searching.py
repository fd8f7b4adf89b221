"""An officer finds messages by any word in them, and only those that he may see."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from tests.desks.cases.conftest import FillIn, officer_named

from comity.desks.cases import actions, composing, forgetting, indexing, searching
from comity.desks.cases.filters import Filter
from comity.desks.cases.how_far import DroppedWords
from comity.desks.cases.models import CaseMessage, CaseNote
from comity.node.officers.models import Officer
from comity.node.wordindex import needs_tidying
from comity.vocabulary.authority import AuthorityId

ALL = Filter()


def found(officer: Officer, text: str, chosen: Filter = ALL) -> list[int]:
    return [hit.message.pk for hit in searching.search(officer, text, chosen).hits]


@pytest.mark.parametrize(
    "text",
    [
        "Khaled", "khalid", "KHALED AL-MANSOURI", "خالد", "Халид", "containers", "contain", '"were seized"',
        "which documents", "section 4", "xb.spoc-7", "XB SPOC 7", "released both",
    ],
)  # fmt: skip
def test_what_a_partner_wrote_is_found_by_its_words(asked: CaseMessage, officer: Officer, text: str) -> None:
    assert found(officer, text) == [asked.pk]


@pytest.mark.parametrize(
    "text", ["", "  ", "seized were containers nowhere", '"seized were"', "%", "*", '"', "\x00", "OR"]
)
def test_what_stands_nowhere_is_not_found(asked: CaseMessage, officer: Officer, text: str) -> None:
    assert found(officer, text) == []


def test_what_we_sent_is_found_as_well_and_the_newest_comes_first(
    asked: CaseMessage, sent: CaseMessage, officer: Officer
) -> None:
    assert found(officer, "containers") == [sent.pk, asked.pk]
    assert found(officer, "containers", Filter(way="in")) == [asked.pk]
    assert found(officer, "containers", Filter(partner="xc.ncb")) == [sent.pk]


@pytest.mark.parametrize("served", [1, 2])
def test_to_another_authority_it_is_neither_shown_nor_counted(
    asked: CaseMessage, officer: Officer, settings: Settings, served: int
) -> None:
    """Also where the index is not asked whose it is, since the node serves one authority alone."""
    settings.NODE = replace(settings.NODE, authorities=settings.NODE.authorities[:served])
    assert found(officer, "Khaled") == [asked.pk]
    note(asked, officer, "The harbour master called.")
    stranger = officer_named("stranger", authority="xa.cid")
    results = searching.search(stranger, "Khaled", ALL)
    assert (results.count, results.hits, results.more) == (0, (), False)
    assert searching.search(stranger, "harbour", ALL).notes == ()


def test_what_is_restricted_to_a_unit_is_found_in_that_unit_only(asked: CaseMessage) -> None:
    asked.restricted, asked.unit = True, "homicide"
    asked.save()
    note(asked, officer_named("writer"), "The harbour master called.")
    colleague, elsewhere = officer_named("colleague", unit="homicide"), officer_named("elsewhere", unit="fraud")
    assert (found(colleague, "Khaled"), found(elsewhere, "Khaled")) == ([asked.pk], [])
    assert [len(searching.search(one, "harbour", ALL).notes) for one in (colleague, elsewhere)] == [1, 0]


def test_the_place_is_shown_as_it_was_written(asked: CaseMessage, officer: Officer) -> None:
    (hit,) = searching.search(officer, "seized", ALL).hits
    assert [(one.text, one.found) for one in hit.pieces] == [
        ("Two containers were ", False),
        ("seized", True),
        (".", False),
    ]


def test_what_marks_up_a_page_is_shown_for_what_it_is(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Any], browser: Client
) -> None:
    draft = fill_in(facts="The crew said <script>alert(1)</script> & left.")
    assert draft.is_valid()
    partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    page = browser.post("/cases/search", {"q": "alert"}).content.decode()
    assert "&lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt; &amp; left." in page
    assert "<script>alert" not in page


def test_more_pages_come_by_a_form_and_no_word_stands_in_an_address(
    fill_in: FillIn, officer: Officer, at: datetime, browser: Client
) -> None:
    for _ in range(searching.PER_PAGE + 1):
        draft = fill_in(recipients=["xb.spoc"])
        assert draft.is_valid()
        actions.send_request(draft, officer, at=at)
    first = browser.post("/cases/search", {"q": "containers"}).content.decode()
    assert "Page 1 of 2" in first
    assert "containers" not in "".join(part.split('"')[0] for part in first.split('href="')[1:])
    second = browser.post("/cases/search", {"q": "containers", "page": "2"}).content.decode()
    assert second.count('class="row-link"') == 1


@pytest.mark.parametrize("text", ["contain", "zebra"])
def test_a_search_asks_a_fixed_number_of_queries(
    fill_in: FillIn, officer: Officer, at: datetime, django_assert_max_num_queries: Any, text: str
) -> None:
    for _ in range(12):
        draft = fill_in(recipients=["xb.spoc"])
        assert draft.is_valid()
        actions.send_request(draft, officer, at=at)
    indexing.catch_up()
    with django_assert_max_num_queries(10):
        searching.search(officer, text, ALL)


def test_a_search_is_recorded_without_its_words(asked: CaseMessage, browser: Client) -> None:
    browser.post("/cases/search", {"q": "Khaled"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT opening FROM ledger_entry ORDER BY id DESC LIMIT 1")
        opening = bytes(cursor.fetchone()[0])
    assert b"case.searched" in opening
    assert b"Khaled" not in opening


def note(message: CaseMessage, officer: Officer, text: str) -> CaseNote:
    made = CaseNote.objects.create(case=message.case, author=officer, text=text, at=message.sent_at)
    indexing.NOTES.put([indexing.note_entry(made)])
    return made


def test_the_worker_indexes_what_arrived_in_portions(
    fill_in: FillIn, officer: Officer, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        draft = fill_in(recipients=["xb.spoc"])
        assert draft.is_valid()
        actions.send_request(draft, officer, at=at)
    monkeypatch.setattr(indexing, "PORTION", 2)
    assert indexing.catch_up(portions=1) == 2
    assert indexing.catch_up(portions=5) == 1
    assert indexing.catch_up() == 0
    assert indexing.rebuild() == 3
    assert indexing.MESSAGES.check()


def test_what_was_erased_while_it_was_being_indexed_does_not_come_back(
    asked: CaseMessage, officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erased_meanwhile(message: CaseMessage) -> Any:
        entry = entry_of(message)
        CaseMessage.objects.filter(pk=message.pk).update(erased=True)
        return entry

    entry_of = indexing.entry_of
    monkeypatch.setattr(indexing, "entry_of", erased_meanwhile)
    indexing.catch_up()
    assert indexing.MESSAGES.newest() == 0


def test_what_is_erased_is_found_no_more_and_the_index_is_tidied(
    fill_in: FillIn, asked: CaseMessage, officer: Officer, at: datetime
) -> None:
    made = note(asked, officer, "The harbour master called.")
    other = fill_in(facts="Another text.")
    assert other.is_valid()
    actions.send_request(other, officer, at=at)
    assert found(officer, "seized") == [asked.pk]
    forgetting.forget(AuthorityId.parse("xa.ncb"), bytes(asked.msg))
    assert found(officer, "seized") == []
    assert indexing.NOTES.known([made.pk]) == indexing.MESSAGES.known([asked.pk]) == set()
    assert CaseNote.objects.get().text == ""
    assert set(DroppedWords.objects.values_list("index", flat=True)) == (
        {"cases_words", "cases_note_words"} if needs_tidying() else set()
    )
    while indexing.tidy(steps=1):
        pass
    assert not DroppedWords.objects.exists()
    assert len(found(officer, "another")) == 1


def test_a_filter_narrows_what_is_found(asked: CaseMessage, officer: Officer, at: datetime) -> None:
    day = at.date()
    assert found(officer, "Khaled", Filter(kind="request", area="drug-trafficking", since=day - timedelta(days=1)))
    assert not found(officer, "Khaled", Filter(kind="answer"))
    assert not found(officer, "Khaled", Filter(until=day - timedelta(days=3)))
    assert not found(officer, "Khaled", Filter(holder="me"))
    assert found(officer, "Khaled", Filter(holder="nobody"))
