"""What asks for a second factor on the pages asks for one here: a token that its officer has just confirmed."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.desks.cases.api.conftest import REQUEST, System, system_of
from tests.desks.cases.api.test_reading import acts
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases import actions
from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.node.ledger.sequencer import sequence
from comity.node.officers import stepup
from comity.node.officers.models import AccessToken, Officer
from comity.verify import Evidence, State

VICTIM = {**REQUEST, "subjects": [{**REQUEST["subjects"][0], "category": "victim"}]}


@pytest.fixture
def chief(desk: None) -> Officer:
    return officer_named("chief", role="supervisor")


@pytest.fixture
def approving(chief: Officer) -> System:
    return system_of(chief)


@pytest.fixture
def waiting(system: System) -> int:
    """A draft of an officer that names a victim, so that another has to approve it."""
    answer = system.post("/messages", VICTIM)
    assert answer.status_code == 202, answer.content
    number: int = answer.json()["draft"]
    return number


def confirm(officer: Officer, browser: Client | None = None) -> None:
    token = AccessToken.objects.get(officer=officer)
    (browser or sit_down(officer)).post(f"/me/systems/tokens/{token.pk}/confirm")


def approve(system: System, draft: int, **changed: Any) -> Any:
    read = system.get(f"/approvals/{draft}").json()["version"]
    return system.post(f"/approvals/{draft}/approve", {"read": read, **changed})


def test_a_colleagues_message_is_read_and_approved_with_a_confirmed_token(
    waiting: int, approving: System, chief: Officer
) -> None:
    (line,) = approving.get("/approvals").json()["approvals"]
    assert (line["id"], line["kind"], line["needed"]) == (waiting, "request", 1)
    found = approving.get(f"/approvals/{waiting}").json()
    assert found["body"]["subjects"][0]["category"] == "victim"
    assert [one["authority"] for one in found["preview"]["recipients"]] == ["xb.spoc", "xc.ncb"]
    assert "draft.consulted" in acts()
    confirm(chief)
    answer = approve(approving, waiting)
    assert answer.status_code == 200, answer.content
    sent = CaseMessage.objects.get()
    assert answer.json() == {
        "draft": waiting, "state": "sent", "message": sent.pk, "place": f"/api/v1/messages/{sent.pk}",
    }  # fmt: skip
    assert approving.get("/approvals").json() == {"approvals": []}


def test_without_a_confirmation_it_says_where_to_confirm_and_does_nothing(
    waiting: int, approving: System, chief: Officer
) -> None:
    answer = approve(approving, waiting)
    assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems/second-factor")
    assert answer.json()["confirm"] == "/me/systems/"
    assert not CaseMessage.objects.exists()
    AccessToken.objects.filter(officer=chief).update(confirmed_until=timezone.now())
    assert approve(approving, waiting).status_code == 403
    assert "message.approved" not in acts()


def test_a_lost_answer_is_given_again_after_the_confirmation_has_ended(
    waiting: int, approving: System, chief: Officer
) -> None:
    confirm(chief)
    body = {"read": approving.get(f"/approvals/{waiting}").json()["version"]}
    first = approving.post(f"/approvals/{waiting}/approve", body, key="the-only-approval")
    AccessToken.objects.filter(officer=chief).update(confirmed_until=None)
    again = approving.post(f"/approvals/{waiting}/approve", body, key="the-only-approval")
    assert (again.status_code, again.json()) == (200, first.json())
    assert CaseMessage.objects.count() == 1


def test_what_was_changed_after_it_was_read_is_not_approved(
    waiting: int, system: System, approving: System, chief: Officer
) -> None:
    confirm(chief)
    read = approving.get(f"/approvals/{waiting}").json()["version"]
    system.post(f"/drafts/{waiting}/take-back", {})
    system.put(f"/drafts/{waiting}", {**VICTIM, "fields": {**VICTIM["fields"], "facts": "Arrest them all."}})
    assert system.post(f"/drafts/{waiting}/send", {}).status_code == 202
    answer = approving.post(f"/approvals/{waiting}/approve", {"read": read})
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/problems/too-late")
    assert not CaseMessage.objects.exists()
    assert approve(approving, waiting).status_code == 200


def test_it_goes_back_to_its_author_with_the_reason(waiting: int, system: System, approving: System) -> None:
    answer = approving.post(f"/approvals/{waiting}/return", {"reason": "Leave the child's name out."})
    assert answer.json()["state"] == "returned"
    found = system.get(f"/drafts/{waiting}").json()
    assert (found["state"], found["reason"]) == ("returned", "Leave the child's name out.")
    assert approving.post(f"/approvals/{waiting}/return", {"reason": "Again."}).status_code == 404


@pytest.mark.parametrize("who", ["author", "colleague", "dpo", "elsewhere", "reading"])
def test_nobody_approves_without_the_right_or_what_is_his_own(
    waiting: int, officer: Officer, chief: Officer, who: str
) -> None:
    if who == "author":
        officer.role = "supervisor"
        officer.save()
        AccessToken.objects.filter(officer=officer).delete()
    somebody = {"author": officer, "reading": chief}.get(who) or officer_named(
        who, role={"colleague": "officer", "dpo": "dpo"}.get(who, "supervisor"),
        authority="xa.cid" if who == "elsewhere" else "xa.ncb",
    )  # fmt: skip
    system = system_of(somebody, writes=who != "reading")
    AccessToken.objects.update(confirmed_until=timezone.now() + timedelta(minutes=5))
    version = actions.version(StoredDraft.objects.get())
    answers = [
        system.post(f"/approvals/{waiting}/approve", {"read": version}),
        system.post(f"/approvals/{waiting}/return", {"reason": "No."}),
    ]
    assert {one.status_code for one in answers} <= {403, 404}
    assert StoredDraft.objects.get().state == "waiting"


def test_a_case_is_handed_out_on_paper_with_its_proofs(
    sent: CaseMessage, chief: Officer, approving: System, at: datetime
) -> None:
    sequence("xa.ncb/x1", at)
    place = f"/cases/{sent.case_id}/bundle"
    assert approving.get(place).json()["type"] == "/api/v1/problems/second-factor"
    confirm(chief)
    answer = approving.get(place)
    assert answer["Content-Type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert any(name.endswith(".pdf") for name in names)
    assert any(name.endswith(".json") for name in names)
    assert "case.exported" in acts()


def test_a_list_is_handed_out_in_each_form(sent: CaseMessage, chief: Officer, approving: System) -> None:
    assert approving.get("/exports/messages").status_code == 403
    confirm(chief)
    rows = json.loads(approving.get("/exports/messages", form="json", way="out").content)
    assert [row["reference"] for row in rows] == [sent.reference]
    assert approving.get("/exports/messages", form="json", way="in").content == b"[]"
    assert approving.get("/exports/messages", form="csv").content.startswith(b"\xef\xbb\xbf")
    assert approving.get("/exports/messages", form="xlsx").content.startswith(b"PK")
    assert approving.get("/exports/messages", form="doc").status_code == 400
    assert approving.get("/exports/messages", wey="in").status_code == 400
    assert acts().count("list.exported") == 4


def test_an_officer_takes_out_what_the_rules_let_him_and_learns_how_much_stays(
    sent: CaseMessage, system: System, officer: Officer, browser: Client
) -> None:
    confirm(officer, browser)
    answer = system.get("/exports/messages", form="json")
    assert int(answer["Comity-Withheld"]) + len(json.loads(answer.content)) == 1


def test_the_evidence_of_a_copy_is_handed_out(
    sent: CaseMessage, chief: Officer, approving: System, at: datetime
) -> None:
    confirm(chief)
    (first, *_rest) = approving.get(f"/messages/{sent.pk}/proofs").json()["proofs"]
    place = f"/messages/{sent.pk}/evidence/{first['note']}"
    assert approving.get(place).status_code == 404  # the log is not signed yet
    sequence("xa.ncb/x1", at)
    found = Evidence.from_bytes(approving.get(place).content)
    assert (found.body.state, found.proof.log) == (State.GIVEN, "xa.ncb/x1")
    assert approving.get(f"/messages/{sent.pk}/evidence/99999").status_code == 404
    AccessToken.objects.update(confirmed_until=None)
    assert approving.get(place).status_code == 403


def test_a_token_is_confirmed_by_a_second_factor_for_minutes_and_that_is_recorded(
    system: System, officer: Officer, browser: Client
) -> None:
    assert system.get("/me").json()["confirmed_until"] is None
    session = browser.session
    confirmed = session.pop(stepup.CONFIRMED)
    session.save()
    token = AccessToken.objects.get()
    asked = browser.post(f"/me/systems/tokens/{token.pk}/confirm")
    assert asked["Location"].startswith("/account/confirm/")
    assert system.get("/me").json()["confirmed_until"] is None
    session[stepup.CONFIRMED] = confirmed
    session.save()
    confirm(officer, browser)
    until = datetime.fromisoformat(system.get("/me").json()["confirmed_until"])
    assert timedelta(minutes=4) < until - timezone.now() <= timedelta(minutes=5)
    assert "token.confirmed" in acts()
    assert "End the confirmation" in browser.get("/me/systems/").content.decode()
    browser.post(f"/me/systems/tokens/{token.pk}/end")
    assert system.get("/me").json()["confirmed_until"] is None


def test_nobody_confirms_anothers_token_nor_one_that_has_ended(
    system: System, officer: Officer, browser: Client
) -> None:
    confirm(officer, sit_down(officer_named("berg", role="supervisor")))
    AccessToken.objects.update(
        made_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1)
    )
    confirm(officer, browser)
    assert AccessToken.objects.get().confirmed_until is None


def test_what_is_foreign_is_absent_before_a_second_factor_is_spoken_of(
    sent: CaseMessage, fill_in: Callable[..., Any]
) -> None:
    stranger = system_of(officer_named("stranger", authority="xa.cid", role="supervisor"))
    for place in (f"/cases/{sent.case_id}/bundle", f"/messages/{sent.pk}/evidence/1", f"/messages/{sent.pk}/proofs"):
        assert stranger.get(place).status_code == 404
        assert stranger.get(place.replace(str(sent.pk), "99999")).status_code == 404
