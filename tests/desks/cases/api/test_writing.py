from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from tests.desks.cases.api.conftest import REQUEST, System, changed, system_of
from tests.desks.cases.api.test_reading import acts
from tests.desks.cases.conftest import officer_named

from comity.desks.cases import actions
from comity.desks.cases.api import once as kept
from comity.desks.cases.models import Candidate, Case, CaseMessage, DraftState, State, StoredDraft
from comity.node.officers.models import KeptAnswer, Officer

NEW = {"verdict": "same", "reason": ""}


def faults(answer: Any) -> dict[str, str]:
    return {one["pointer"]: one["detail"] for one in answer.json().get("errors", [])}


@pytest.fixture
def candidate(asked: CaseMessage) -> Candidate:
    return Candidate.objects.create(
        message=asked, place=0, record_id=1, record_reference="r/1", score=0.9, confidence="probable",
        record={"schema": "Person", "caption": "K", "properties": {"name": ["K"]}}, reasons=[],
    )  # fmt: skip


def test_a_request_is_sent_as_the_pages_send_it(system: System, officer: Officer) -> None:
    answer = system.post("/messages", REQUEST)
    assert answer.status_code == 201
    sent = CaseMessage.objects.get(pk=answer.json()["message"])
    assert answer["Location"] == f"/api/v1/messages/{sent.pk}"
    assert (sent.kind, sent.written_by, sent.case.reference) == ("request", officer, answer.json()["reference"])
    assert [one.authority for one in sent.addressees.order_by("authority")] == ["xb.spoc", "xc.ncb"]
    assert sent.content["subjects"][0]["properties"]["birthDate"] == ["1974-03"]
    assert "message.sent" in acts()
    assert StoredDraft.objects.get().state == DraftState.SENT


def test_a_request_of_a_partner_is_answered_with_what_was_confirmed(system: System, candidate: Candidate) -> None:
    asked = candidate.message
    assert system.post(f"/candidates/{candidate.pk}/decision", NEW).json()["verdict"] == "same"
    fields = {"kind": "partial", "include": [candidate.pk], "refused": [{"question": 2, "ground": "f"}]}
    answer = system.post("/messages", {"kind": "answer", "about": asked.pk, "fields": fields})
    assert answer.status_code == 201, answer.content
    sent = CaseMessage.objects.get(pk=answer.json()["message"])
    assert sent.content["matches"][0]["record"] == "r/1"
    assert sent.content["refused"][0]["part"] == 1
    asked.refresh_from_db()
    assert asked.state == State.ANSWERED


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("refusal", {"ground": "f"}),
        ("clarification", {"questions": "Which of the two?"}),
        ("answer", {"kind": "negative"}),
    ],
)
def test_a_request_of_a_partner_gets_every_reply(
    system: System, asked: CaseMessage, kind: str, fields: dict[str, Any]
) -> None:
    answer = system.post("/messages", {"kind": kind, "about": asked.pk, "fields": fields})
    assert answer.status_code == 201, answer.content
    again = system.post("/messages", {"kind": "answer", "about": asked.pk, "fields": {"kind": "negative"}})
    assert again.status_code == (201 if kind == "clarification" else 409)


@pytest.mark.parametrize(
    ("kind", "text"), [("reminder", ""), ("supplement", "More."), ("correction", "Wrong."), ("withdrawal", "Over.")]
)
def test_a_request_of_ours_is_followed_up(system: System, sent: CaseMessage, kind: str, text: str) -> None:
    answer = system.post("/messages", {"kind": kind, "about": sent.pk, "fields": {"text": text}})
    assert answer.status_code == 201, answer.content


def test_information_is_sent_within_a_case(system: System, asked: CaseMessage) -> None:
    fields = {name: REQUEST["fields"][name] for name in ("purpose", "crime_area", "facts", "urgency", "handling")}
    body = {"kind": "information", "case": asked.case_id, "fields": {**fields, "recipients": ["xb.spoc"]}}
    answer = system.post("/messages", body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["case"] == asked.case_id
    assert system.post("/messages", {**body, "case": 99_999}).status_code == 404


def test_what_the_form_does_not_take_is_named_with_its_place_and_remedy(system: System) -> None:
    body = changed(handling=["H3"], urgency="urgent")
    body["subjects"][0]["birthDate"] = ["1974-13"]
    answer = system.post("/messages", body)
    assert answer.status_code == 422
    assert set(faults(answer)) == {"/fields/conditions", "/fields/urgency_ground", "/subjects/0/birthDate"}
    assert not StoredDraft.objects.exists()
    body["subjects"][0]["birthDate"] = ["1974-03"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({**REQUEST, "more": 1}, "/more"),
        ({**REQUEST, "kind": "wish"}, ""),
        ({**REQUEST, "fields": {**REQUEST["fields"], "facts": 5}}, "/fields/facts"),
        ({**REQUEST, "subjects": [{"schema": "Person"}]}, "/subjects/0/category"),
        ({**REQUEST, "subjects": [{"schema": "Ghost"}]}, "/subjects/0"),
        ({"kind": "reminder", "about": "1", "fields": {}}, "/about"),
        (changed(deadline="soon"), "/fields/deadline"),
        (changed(facts="x" * 8001), "/fields/facts"),
        ("{", None),
        ('{"kind": "\\ud800"}', None),
        (b"\xff", None),
        ("[" * 5000, None),
        ("null", ""),
    ],
)
def test_what_is_not_written_as_the_document_says_is_refused(system: System, body: Any, place: str | None) -> None:
    answer = system.post("/messages", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["type"] == "/api/v1/problems/malformed"
    assert place is None or place in faults(answer), faults(answer)


def test_what_the_agreement_forbids_is_refused_and_recorded(system: System) -> None:
    answer = system.post("/messages", changed(recipients=["xb.spoc", "xo.sec"]))
    assert answer.status_code == 403
    assert answer.json()["type"] == "/api/v1/problems/refused"
    assert "message.refused" in acts()
    assert not CaseMessage.objects.exists()


def test_what_needs_approval_waits_as_a_draft(system: System) -> None:
    person = {**REQUEST["subjects"][0], "category": "victim"}
    answer = system.post("/messages", {**REQUEST, "subjects": [person]})
    assert answer.status_code == 202, answer.content
    assert answer["Location"] == f"/api/v1/drafts/{answer.json()['draft']}"
    draft = system.get(f"/drafts/{answer.json()['draft']}").json()
    assert (draft["state"], draft["needed"], draft["message"]) == ("waiting", 1, None)
    assert not CaseMessage.objects.exists()
    chief = officer_named("chief", role="supervisor")
    stored = StoredDraft.objects.get()
    assert actions.approve(stored, chief, read=actions.version(stored), at=timezone.now())
    assert system.get(f"/drafts/{draft['id']}").json()["message"] == CaseMessage.objects.get().pk
    assert system.get("/drafts").json() == {"drafts": []}


def test_a_case_is_taken_and_given_back_as_it_was_seen(system: System, officer: Officer, asked: CaseMessage) -> None:
    place = f"/cases/{asked.case_id}"
    assert system.post(f"{place}/take", {"seen": None}).json()["holder"]["me"] is True
    colleague = system_of(officer_named("berg"))
    assert colleague.post(f"{place}/take", {"seen": None}).status_code == 409
    assert colleague.post(f"{place}/give-back", {"seen": officer.pk}).status_code == 403
    assert colleague.post(f"{place}/take", {"seen": officer.pk}).status_code == 200
    assert system.post(f"{place}/give-back", {"seen": officer.pk}).status_code == 409


def test_a_rejection_needs_a_reason(system: System, candidate: Candidate) -> None:
    answer = system.post(f"/candidates/{candidate.pk}/decision", {"verdict": "different"})
    assert (answer.status_code, set(faults(answer))) == (422, {"/reason"})


def test_a_token_for_reading_writes_nothing(officer: Officer, candidate: Candidate) -> None:
    reads = system_of(officer, writes=False)
    case = candidate.message.case_id
    for place, body in (
        ("/messages", REQUEST),
        (f"/cases/{case}/take", {"seen": None}),
        (f"/cases/{case}/read", {}),
        (f"/candidates/{candidate.pk}/decision", NEW),
    ):
        assert reads.post(place, body).status_code == 403


def test_what_is_foreign_and_what_is_absent_get_the_same_answer(candidate: Candidate) -> None:
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    for place, body in (
        ("/cases/{}/take", {"seen": None}),
        ("/cases/{}/give-back", {"seen": 1}),
        ("/cases/{}/read", {}),
        ("/candidates/{}/decision", NEW),
    ):
        number = candidate.pk if "candidates" in place else candidate.message.case_id
        foreign, absent = (stranger.post(place.format(one), body) for one in (number, 99_999))
        assert (foreign.status_code, foreign.content) == (404, absent.content)
    about = {"kind": "answer", "fields": {"kind": "negative"}}
    foreign, absent = (stranger.post("/messages", {**about, "about": one}) for one in (candidate.message_id, 99_999))
    assert (foreign.status_code, foreign.content) == (404, absent.content)


def test_the_same_key_and_body_give_the_same_answer_and_one_message(system: System) -> None:
    first, second = (system.post("/messages", REQUEST, key="the-same-key") for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert second[kept.REPLAYED] == "true"
    assert Case.objects.count() == CaseMessage.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(system: System) -> None:
    system.post("/messages", REQUEST, key="the-same-key")
    answer = system.post("/messages", changed(facts="Others."), key="the-same-key")
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems/key-used")
    assert CaseMessage.objects.count() == 1


def test_what_was_not_valid_is_sent_anew_under_the_same_key(system: System) -> None:
    assert system.post("/messages", changed(handling=["H3"]), key="the-same-key").status_code == 422
    assert system.post("/messages", REQUEST, key="the-same-key").status_code == 201


def test_a_key_stands_for_a_day_and_for_one_token(system: System, officer: Officer) -> None:
    system.post("/messages", REQUEST, key="the-same-key")
    assert system_of(officer).post("/messages", REQUEST, key="the-same-key").status_code == 201
    KeptAnswer.objects.update(at=F("at") - timedelta(hours=25))
    assert kept.REPLAYED not in system.post("/messages", REQUEST, key="the-same-key")
    assert CaseMessage.objects.count() == 3


def test_what_fails_half_way_leaves_neither_act_nor_answer(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_fields: Any) -> None:
        raise RuntimeError("the power went")

    system.client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(KeptAnswer.objects, "create", broken)
        assert system.post("/messages", REQUEST, key="the-same-key").status_code == 500
    assert not CaseMessage.objects.exists()
    assert system.post("/messages", REQUEST, key="the-same-key").status_code == 201


def test_a_key_is_asked_for(system: System) -> None:
    answer = system.post("/messages", REQUEST, key="short")
    assert (answer.status_code, set(faults(answer))) == (400, {"Idempotency-Key"})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Length": str((1 << 20) + 1)}, 413),
        ({"Content-Length": ""}, 411),
    ],
)
def test_bodies_are_bounded_and_json(system: System, headers: dict[str, str], status: int) -> None:
    names = {"Content-Type": "CONTENT_TYPE", "Content-Length": "CONTENT_LENGTH"}
    extra = {names[name]: value for name, value in headers.items()}
    answer = system.client.post(
        "/api/v1/messages", b"{}", content_type="application/json", headers=system._headers(), **extra
    )
    assert answer.status_code == status


def test_of_two_that_do_the_same_at_once_in_two_processes_one_is_kept(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = system.post("/messages", REQUEST, key="the-same-key")
    found = kept._kept
    looked: list[int] = []

    def late(*given: Any) -> KeptAnswer | None:
        looked.append(1)
        return found(*given) if len(looked) > 1 else None  # the other's answer is not there yet when this one looks

    monkeypatch.setattr(kept, "_kept", late)
    second = system.post("/messages", REQUEST, key="the-same-key")
    assert (second.json(), second[kept.REPLAYED]) == (first.json(), "true")
    assert CaseMessage.objects.count() == 1


def test_a_case_is_closed_when_nothing_waits_in_it_and_opened_again(system: System, asked: CaseMessage) -> None:
    place = f"/cases/{asked.case_id}"
    answer = system.post(f"{place}/close", {"why": "Done."})
    assert (answer.status_code, "1 message in it still waits" in answer.json()["detail"]) == (409, True)
    system.post("/messages", {"kind": "answer", "about": asked.pk, "fields": {"kind": "negative"}})
    assert system.post(f"{place}/close", {"why": "Done."}).json()["closed"] is True
    assert system.get(place).json()["closed_at"]
    assert system.post(f"{place}/close", {}).status_code == 409
    assert system.post(f"{place}/reopen", {}).json()["closed"] is False
    assert {"case.closed", "case.reopened"} <= set(acts())
