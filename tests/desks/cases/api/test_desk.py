"""The home page, what rings, the records and what stays at home, for national systems."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from tests.desks.cases.api.conftest import System, system_of
from tests.desks.cases.api.test_reading import acts
from tests.desks.cases.conftest import officer_named
from tests.desks.cases.test_records import WHY, held
from tests.desks.cases.test_ringing import alarm

from comity.desks.cases.athome import LeftOut, PickedFrom
from comity.desks.cases.models import CaseMessage
from comity.node.officers.models import Officer
from comity.node.records.models import Record

__all__ = ["alarm"]


@pytest.fixture
def record(officer: Officer, at: datetime) -> Record:
    return held(at)


def test_home_tells_what_is_due_and_how_much_waits(asked: CaseMessage, sent: CaseMessage, system: System) -> None:
    found = system.get("/home").json()
    assert [one["id"] for one in found["due"]] == [asked.pk]
    assert (found["counts"]["new"], found["counts"]["waiting"]) == (1, 1)
    assert [one["id"] for one in found["travelling"]] == [sent.pk]
    assert (found["escalated"], found["approvals"]) == ([], 0)


def test_what_is_about_life_at_risk_rings_until_its_case_is_taken(alarm: CaseMessage, system: System) -> None:
    (ring,) = system.get("/ringing").json()["rings"]
    assert (ring["message"]["id"], ring["told"]) == (alarm.pk, "")
    assert system.post(f"/cases/{alarm.case_id}/take", {"seen": None}).status_code == 200
    assert system.get("/ringing").json() == {"rings": []}


def test_nothing_rings_for_another_authority(alarm: CaseMessage) -> None:
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    assert stranger.get("/ringing").json() == {"rings": []}


def test_records_are_found_and_read_for_a_stated_purpose_and_recorded(record: Record, system: System) -> None:
    (source,) = system.get("/records").json()["sources"]
    assert (source["name"], source["count"], source["rejected"]) == ("register", 1, 2)
    (found,) = system.post("/records/search", {"text": "khoury", **WHY}).json()["records"]
    assert (found["id"], found["caption"]) == (record.pk, "Nabil El Khoury")
    shown = system.post(f"/records/{record.pk}", WHY).json()
    assert shown["properties"]["idNumber"] == ["QXB-4471902"]
    assert acts()[-2:] == ["record.searched", "record.consulted"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [({"text": "N"}, "/text"), ({"purpose": "gossip"}, "/purpose"), ({"reason": " "}, "/reason")],
)
def test_a_search_without_a_purpose_or_reason_is_refused_with_its_place(
    record: Record, system: System, changed: dict[str, str], place: str
) -> None:
    answer = system.post("/records/search", {"text": "Nabil", **WHY, **changed})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, place)
    assert "record.searched" not in acts()


def test_another_authoritys_record_is_absent(record: Record) -> None:
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    assert stranger.get("/records").json() == {"sources": []}
    assert stranger.post(f"/records/{record.pk}", WHY).status_code == 404
    assert stranger.post("/records/99999", WHY).status_code == 404


def test_passages_and_copies_left_out_are_read_at_home(
    sent: CaseMessage, system: System, fill_in: Callable[..., Any]
) -> None:
    assert system.get(f"/messages/{sent.pk}/at-home").json() == {
        "message": sent.pk, "text": "", "passages": [], "left_out": [],
    }  # fmt: skip
    value = {
        "place": 0, "prop": "phone", "value": "+30210", "written": "+30 210", "line": 2, "source": "a letter",
    }  # fmt: skip
    PickedFrom.objects.create(message=sent, text="Call\n+30 210", values=[value])
    LeftOut.objects.create(message=sent, authority="xa.spoc", clause="gone", ground="terrorism")
    found = system.get(f"/messages/{sent.pk}/at-home").json()
    assert found["text"] == "Call\n+30 210"
    (passage,) = found["passages"]
    assert (passage["subject"], passage["property"], passage["written"]) == (0, "phone", "+30 210")
    assert found["left_out"] == [{"authority": "xa.spoc", "ground": "terrorism", "agreement": "", "clause": "gone"}]
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    assert stranger.get(f"/messages/{sent.pk}/at-home").status_code == 404
