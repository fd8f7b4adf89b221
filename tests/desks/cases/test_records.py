"""Records are shown for a purpose and a reason, and every look is recorded."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases import records
from comity.matching import digest, pack
from comity.messages import canonical
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.node.records.models import ImportRun, Record
from comity.subjects import Subject

WHY = {"purpose": "criminal-investigation", "reason": "XA-NCB-2026-000001"}


def held(at: datetime, number: int = 1, **changed: Any) -> Record:
    subject = Subject.of("Person", {"name": ["Nabil El Khoury"], "idNumber": ["QXB-4471902"], "birthDate": ["1978"]})
    run, _ = ImportRun.objects.get_or_create(
        authority="xa.ncb", source="register", defaults={
            "originator": "xa.ncb", "format": "ftm", "file_name": "f", "sha256": b"", "state": "applied",
            "started_at": at, "applied_at": at, "rejected": 2,
        },
    )  # fmt: skip
    given = {
        "authority": "xa.ncb", "originator": "xa.ncb", "source": "register", "reference": f"r-{number}",
        "schema": "Person", "caption": "Nabil El Khoury", "subject": json.dumps(subject.to_ftm(), ensure_ascii=False),
        "digest": pack(digest(subject)), "content": b"", "handling": "H0 H1", "purpose": "criminal-investigation",
        "category": "suspect", "retain_until": at.date().toordinal() + 30, "since": run, "created_at": at,
        "changed_at": at,
    }  # fmt: skip
    return Record.objects.create(**(given | changed))


@pytest.fixture
def record(officer: Officer, at: datetime) -> Record:
    return held(at)


def acts() -> list[dict[str, Any]]:
    return [canonical.decode(bytes(one.opening or b"")) for one in Entry.objects.exclude(opening=None).order_by("id")]


def test_without_records_the_page_teaches_how_to_import(browser: Client) -> None:
    assert "comity import --help" in browser.get("/cases/records").content.decode()


def test_the_sources_are_listed_and_what_they_say_is_not(browser: Client, record: Record) -> None:
    page = browser.get("/cases/records").content.decode()
    assert "register" in page
    assert "Khoury" not in page


@pytest.mark.parametrize("words", ["khoury", "QXB-4471902", "r-1"])
def test_a_search_with_a_reason_finds_and_is_recorded_without_its_words(
    browser: Client, record: Record, words: str
) -> None:
    page = browser.post("/cases/records/search", {**WHY, "q": words}).content.decode()
    assert "Nabil El Khoury" in page
    (act,) = acts()
    assert act["kind"] == "record.searched"
    assert ["reason", WHY["reason"]] in act["facts"]
    assert words not in json.dumps(act["facts"])


@pytest.mark.parametrize(("typed", "enough"), [("李明", True), ("مي", True), ("Li", False), ("42", False)])
def test_two_letters_are_enough_where_they_make_a_name(
    browser: Client, record: Record, typed: str, *, enough: bool
) -> None:
    page = browser.post("/cases/records/search", {**WHY, "q": typed}).content.decode()
    assert ("at least three letters" not in page) is enough


@pytest.mark.parametrize("missing", ["purpose", "reason", "q"])
def test_without_purpose_reason_or_words_nothing_is_shown(browser: Client, record: Record, missing: str) -> None:
    page = browser.post("/cases/records/search", {**WHY, "q": "khoury", missing: ""}).content.decode()
    assert f'href="#id_{missing}"' in page
    assert "Nabil" not in page
    assert acts() == []


def test_a_record_is_shown_once_it_is_said_why_and_every_look_is_recorded(browser: Client, record: Record) -> None:
    address = f"/cases/records/{record.pk}/"
    assert "Nabil" not in browser.get(address).content.decode()
    for page in (browser.post(address, WHY), browser.get(address)):
        text = page.content.decode()
        assert "QXB-4471902" in text
        assert "H1" in text
    assert [one["kind"] for one in acts()] == ["record.consulted"] * 2


def test_a_record_of_another_authority_or_out_of_time_does_not_exist(
    browser: Client, record: Record, at: datetime
) -> None:
    hidden = [
        held(at, 2, authority="xa.cid"),
        held(at, 3, retain_until=at.date().toordinal() - 1),
        held(at, 4, restricted=True, unit="homicide"),
    ]
    for one in hidden:
        assert browser.post(f"/cases/records/{one.pk}/", WHY).status_code == 404
    page = browser.post("/cases/records/search", {**WHY, "q": "khoury"}).content.decode()
    assert page.count("row-link") == 1


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_may_not_read_records_sees_none(record: Record, role: str) -> None:
    client = sit_down(officer_named("somebody", role=role))
    for path in ("/cases/records", f"/cases/records/{record.pk}/"):
        assert client.get(path).status_code == 403
    assert client.post("/cases/records/search", {**WHY, "q": "khoury"}).status_code == 403


def test_a_search_shows_at_most_fifty_in_few_queries(
    browser: Client, at: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(records.FOUND + 10):
        held(at, number)
    with django_assert_max_num_queries(40):
        page = browser.post("/cases/records/search", {**WHY, "q": "khoury"}).content.decode()
    assert page.count("row-link") == records.FOUND
    assert "There are more" in page
