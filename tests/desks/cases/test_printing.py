"""A case on paper, with proofs beside it: complete, in the reader's direction, and without what may not leave."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases import printing, reads
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer

FillIn = Callable[..., Draft]


@pytest.fixture
def chief(desk: None) -> Officer:
    return officer_named("chief", role="supervisor")


def printed(officer: Officer, message: CaseMessage, at: datetime) -> dict[str, Any]:
    return printing.paper(reads.case_page(officer, message.case_id), officer, at=at)


def words_in(data: object) -> str:
    if isinstance(data, dict):
        return " ".join(words_in(value) for value in data.values())
    return " ".join(words_in(value) for value in data) if isinstance(data, (list, tuple)) else str(data)


def test_what_the_page_shows_stands_on_paper(chief: Officer, asked: CaseMessage, at: datetime) -> None:
    said = words_in(printed(chief, asked, at))
    for text in ("Khaled al-Mansouri", "1974-03", "Two containers were seized.", "Is he known?", "Drug trafficking"):
        assert text in said
    assert asked.reference in said
    assert "H0" in said


def test_what_may_not_leave_is_named_and_kept_back(officer: Officer, asked: CaseMessage, at: datetime) -> None:
    data = printed(officer, asked, at)
    (message,) = data["messages"]
    assert "Kept back" in words_in(message["rows"])
    assert (message["subjects"], message["texts"]) == ([], [])
    assert "Two containers" not in words_in(data)


def test_in_arabic_it_runs_from_right_to_left_and_numbers_stay_as_they_are(
    chief: Officer, asked: CaseMessage, at: datetime
) -> None:
    with translation.override("ar"):
        data = printed(chief, asked, at)
    assert data["rtl"]
    assert f"\u2066{asked.reference}\u2069" in data["line"]
    assert "\u20661974-03\u2069" in words_in(data)
    made = printing.pdf(data, at=at)
    assert made.startswith(b"%PDF-1.7")
    assert re.search(rb"NotoSansArabic", made)


@pytest.mark.parametrize("text", ["#panic[x] $x^2$ *b* _i_ <label> @ref \\ `code`", "\u202ereversed", "a\x0bb", "日本"])
def test_nothing_that_is_written_can_speak_to_the_printer(
    chief: Officer, asked: CaseMessage, at: datetime, text: str
) -> None:
    data = printed(chief, asked, at)
    data["title"] = data["messages"][0]["rows"][0][1] = text
    assert printing.pdf(data, at=at).startswith(b"%PDF")


def test_the_bundle_holds_paper_and_proofs_and_is_an_act(chief: Officer, asked: CaseMessage, at: datetime) -> None:
    before = Entry.objects.count()
    made = printing.bundle(reads.case_page(chief, asked.case_id), chief, at=at)
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "case.pdf"
        assert len(archive.namelist()) == 1 + made.proofs
    assert made.name == f"{asked.case.reference}.zip"
    assert made.proofs + made.unproved == 1
    last = Entry.objects.order_by("-id")[0]
    assert Entry.objects.count() > before
    assert b"case.exported" in bytes(last.opening or b"")


def test_the_page_hands_it_out_and_only_when_it_is_asked_for_by_hand(
    browser: Client, asked: CaseMessage, chief: Officer
) -> None:
    address = f"/cases/{asked.case_id}/bundle"
    assert browser.get(address).status_code == 405
    answer = sit_down(chief).post(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert f'filename="{asked.case.reference}.zip"' in answer["Content-Disposition"]
    stranger = officer_named("stranger", authority="xa.cid")
    assert sit_down(stranger).post(address).status_code == 404
