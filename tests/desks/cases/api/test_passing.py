"""Cases assigned, handed over, linked and named by a national system: by whom, and whose."""

import pytest
from tests.desks.cases.api.conftest import System, system_of
from tests.desks.cases.conftest import officer_named

from comity.desks.cases.models import Case, CaseMessage, Handover
from comity.node.officers.models import Officer


@pytest.fixture
def night(desk: None) -> Officer:
    return officer_named("night")


def test_a_supervisor_assigns_and_an_officer_does_not(system: System, asked: CaseMessage, night: Officer) -> None:
    chief = system_of(officer_named("chief", role="supervisor"))
    place, body = f"/cases/{asked.case_id}/assign", {"to": night.pk, "seen": None}
    assert system.post(place, body).status_code == 403
    assert chief.post(place, {"to": 99_999, "seen": None}).status_code == 422
    assert chief.post(place, body).json()["holder"]["id"] == night.pk
    assert (
        chief.post(place, {"to": chief.get("/colleagues").json()["colleagues"][0]["id"], "seen": None}).status_code
        == 409
    )


def test_many_cases_are_taken_and_given_back(system: System, asked: CaseMessage, sent: CaseMessage) -> None:
    cases = [asked.case_id, sent.case_id]
    assert system.post("/bulk", {"act": "take", "cases": cases}).json() == {"changed": 2, "left": []}
    assert system.post("/bulk", {"act": "give-back", "cases": cases}).json()["changed"] == 2
    assert system.post("/bulk", {"act": "assign", "cases": cases}).status_code == 422
    assert system.post("/bulk", {"act": "take", "cases": [*cases, 99_999]}).status_code == 404
    assert not Case.objects.exclude(holder=None).exists()


def test_a_shift_is_handed_over_once_and_read(system: System, asked: CaseMessage, night: Officer) -> None:
    system.post(f"/cases/{asked.case_id}/take", {"seen": None})
    body = {"to": night.pk, "cases": [asked.case_id], "text": "Quiet so far."}
    made = system.post("/handovers", body, key="end-of-shift").json()["handover"]
    assert system.post("/handovers", body, key="end-of-shift")["Idempotency-Replayed"] == "true"
    assert system.post("/handovers", body).json() == {"handover": None, "left": [asked.case_id]}
    theirs = system_of(night)
    (found,) = theirs.get("/handovers").json()["handovers"]
    assert (found["id"], found["text"], found["cases"]) == (made, "Quiet so far.", [asked.case_id])
    assert system.post(f"/handovers/{made}/read", {}).status_code == 404
    assert theirs.post(f"/handovers/{made}/read", {}).json()["new"] is True
    assert Handover.objects.count() == 1


def test_cases_are_linked_and_unlinked(system: System, asked: CaseMessage, sent: CaseMessage) -> None:
    place, body = f"/cases/{asked.case_id}/links", {"reference": sent.case.reference, "why": "The same containers."}
    made = system.post(place, body)
    assert made.status_code == 201
    assert system.post(place, body).status_code == 422
    assert system.post(place, {**body, "reference": "XA-NCB-2020-999999"}).status_code == 422
    assert [one["case"] for one in system.get(place).json()["links"]] == [sent.case_id]
    assert system.delete(f"{place}/{made.json()['link']}").status_code == 200
    assert system.delete(f"{place}/{made.json()['link']}").status_code == 404


def test_a_case_is_said_to_belong_to_an_operation(system: System, asked: CaseMessage) -> None:
    assert system.put(f"/cases/{asked.case_id}/operation", {"name": "Harbour"}).status_code == 200
    assert system.get(f"/cases/{asked.case_id}").json()["operation"] == "Harbour"


def test_to_a_stranger_no_case_of_ours_exists_and_a_reading_token_changes_none(
    officer: Officer, asked: CaseMessage, night: Officer
) -> None:
    place = f"/cases/{asked.case_id}"
    for system, status in (
        (system_of(officer_named("stranger", authority="xa.cid", role="supervisor")), 404),
        (system_of(officer, writes=False), 403),
    ):
        answers = [
            system.post(f"{place}/assign", {"to": night.pk, "seen": None}),
            system.post("/bulk", {"act": "take", "cases": [asked.case_id]}),
            system.post("/handovers", {"to": night.pk, "cases": [asked.case_id]}),
            system.post(f"{place}/links", {"reference": "X", "why": "Y"}),
            system.delete(f"{place}/links/1"),
            system.put(f"{place}/operation", {"name": "Harbour"}),
        ]
        assert {one.status_code for one in answers} == {status}
