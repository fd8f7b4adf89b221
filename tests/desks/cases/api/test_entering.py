"""What came by telephone or on paper, entered by a national system with its real time."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.desks.cases.api.conftest import REQUEST, System, system_of
from tests.desks.cases.conftest import officer_named

from comity.desks.cases.entered import Entered
from comity.desks.cases.models import CaseMessage, State
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer

HOURS = timedelta(hours=2)


def happened(**changed: Any) -> dict[str, Any]:
    at = (timezone.now() - HOURS).replace(second=0, microsecond=0)
    return {"partner": "xb.spoc", "channel": "telephone", "happened_at": at.isoformat(), **changed}


def call(**changed: Any) -> dict[str, Any]:
    fields = {name: value for name, value in REQUEST["fields"].items() if name != "recipients"}
    message = {"kind": "request", "fields": {**fields, **changed}, "subjects": REQUEST["subjects"]}
    return {"happened": happened(spoken_to="Brigadier Delcourt"), "message": message}


@pytest.fixture
def called(desk: None, system: System) -> CaseMessage:
    answer = system.post("/entered", call())
    assert answer.status_code == 201, answer.content
    return CaseMessage.objects.get(pk=answer.json()["message"])


def test_a_call_opens_a_case_whose_clock_runs_from_when_it_came(called: CaseMessage, officer: Officer) -> None:
    kept = Entered.objects.get()
    assert (called.incoming, called.originator, called.state) == (True, "xb.spoc", State.OPEN)
    assert called.case.holder == officer
    assert called.arrived_at == kept.happened_at
    assert abs(timezone.now() - HOURS - kept.happened_at) < timedelta(minutes=2)
    assert (kept.spoken_to, kept.taken_by, called.channel) == ("Brigadier Delcourt", officer, "telephone")


def test_the_same_key_enters_it_once(desk: None, system: System) -> None:
    said = call()
    first, second = (system.post("/entered", said, key="the-same-call") for _ in range(2))
    assert first.json() == second.json()
    assert CaseMessage.objects.count() == 1


def test_files_are_attached_to_a_draft_which_is_then_entered(desk: None, system: System) -> None:
    kept = system.post("/entered/drafts", {"message": call()["message"]})
    assert kept.status_code == 201, kept.content
    draft = kept.json()["draft"]
    assert system.upload(f"/drafts/{draft}/files", b"<svg/>").status_code == 201
    answer = system.post("/entered", {**call(facts="With a plan."), "draft": draft})
    assert answer.status_code == 201, answer.content
    made = CaseMessage.objects.get(pk=answer.json()["message"])
    assert [one["title"] for one in (made.content or {})["attachments"]] == ["plan.svg"]
    assert system.post("/entered", {**call(), "draft": draft}).status_code == 409
    assert CaseMessage.objects.count() == 1


def test_a_draft_of_another_officer_does_not_exist(desk: None, system: System) -> None:
    draft = system.post("/entered/drafts", {"message": call()["message"]}).json()["draft"]
    colleague = system_of(officer_named("colleague"))
    assert colleague.post("/entered", {**call(), "draft": draft}).status_code == 404
    assert not CaseMessage.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"happened_at": "2999-01-01T00:00:00Z"}, "/happened/happened_at"),
        ({"partner": "xz.ncb"}, "/happened/partner"),
        ({"by": 999_999}, "/happened/by"),
    ],
)
def test_what_cannot_have_been_is_refused_by_its_place(
    desk: None, system: System, wrong: dict[str, Any], pointer: str
) -> None:
    answer = system.post("/entered", {**call(), "happened": happened(**wrong)})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not CaseMessage.objects.exists()


def test_what_the_form_would_refuse_is_refused(desk: None, system: System) -> None:
    answer = system.post("/entered", call(urgency="urgent"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/message/fields/urgency_ground"
    unknown = call(recipients=["xb.spoc"])
    assert system.post("/entered", unknown).status_code == 400


def test_an_answer_by_telephone_settles_what_was_asked_by_telephone(called: CaseMessage, system: System) -> None:
    at = (timezone.now() - timedelta(hours=1)).isoformat(timespec="seconds")
    said = {"happened": happened(happened_at=at), "outcome": "negative", "text": "Not known here."}
    answer = system.post(f"/messages/{called.pk}/entered-answer", said)
    assert answer.status_code == 201, answer.content
    called.refresh_from_db()
    assert called.state == State.ANSWERED
    again = system.post(f"/messages/{called.pk}/entered-answer", said)
    assert again.status_code == 409
    assert b"message.entered" in bytes(Entry.objects.order_by("-id")[1].opening or b"") + bytes(
        Entry.objects.order_by("-id")[0].opening or b""
    )


def test_an_answer_is_not_older_than_what_it_answers(called: CaseMessage, system: System) -> None:
    at = (timezone.now() - timedelta(days=1)).isoformat(timespec="seconds")
    said = {"happened": happened(happened_at=at), "outcome": "negative", "text": "Not known here."}
    answer = system.post(f"/messages/{called.pk}/entered-answer", said)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/happened/happened_at")


def test_who_may_not_write_enters_nothing(called: CaseMessage) -> None:
    watcher, reading = system_of(officer_named("watcher", role="dpo")), system_of(officer_named("r"), writes=False)
    for system in (watcher, reading):
        assert system.post("/entered", call()).status_code == 403
        assert system.post("/entered/drafts", {"message": call()["message"]}).status_code == 403
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    said = {"happened": happened(), "outcome": "negative", "text": "No."}
    assert stranger.post(f"/messages/{called.pk}/entered-answer", said).status_code == 404
