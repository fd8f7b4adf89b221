"""Drafts of a national system, and files: whose they are, what they become, and what is refused."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from tests.desks.cases.api.conftest import REQUEST, System, changed, system_of
from tests.desks.cases.api.test_writing import faults
from tests.desks.cases.conftest import officer_named

from comity.config import interface
from comity.desks.cases.actions.tokens import revoke_token
from comity.desks.cases.models import CaseMessage, DraftFile, StoredDraft
from comity.node import places
from comity.node.exchange import attachments
from comity.node.officers.models import AccessToken, Officer

FILE = b"<svg onload=alert(1)>the harbour at night</svg>"
HASH = hashlib.sha256(FILE).hexdigest()
VICTIM = {**REQUEST, "subjects": [{**REQUEST["subjects"][0], "category": "victim"}]}


@pytest.fixture
def draft(system: System) -> str:
    return f"/drafts/{system.post('/drafts', REQUEST).json()['draft']}"


def test_a_draft_is_read_as_it_was_written(system: System) -> None:
    kept = system.post("/drafts", REQUEST)
    assert kept.status_code == 201
    found = system.get(f"/drafts/{kept.json()['draft']}").json()
    assert kept["Location"] == f"/api/v1/drafts/{found['id']}"
    assert (found["body"], found["state"], found["files"]) == (REQUEST, "draft", [])
    assert [one["id"] for one in system.get("/drafts").json()["drafts"]] == [found["id"]]


def test_a_reply_is_read_as_it_was_written(system: System, asked: CaseMessage) -> None:
    body = {
        "kind": "answer",
        "about": asked.pk,
        "fields": {"kind": "partial", "include": [7], "refused": [{"question": 1, "ground": "f"}]},
    }
    kept = system.post("/drafts", body).json()["draft"]
    assert system.get(f"/drafts/{kept}").json()["body"] == body


def test_a_whole_number_may_be_written_with_a_point(system: System) -> None:
    body = {**REQUEST, "kind": "assistance", "fields": {**REQUEST["fields"], "measure": "surveillance"}}
    del body["fields"]["questions"]
    body["fields"] |= {"number": 2.0, "deadline": "2026-12-24"}
    kept = system.post("/drafts", body)
    assert kept.status_code == 201, kept.content
    assert system.get(f"/drafts/{kept.json()['draft']}").json()["body"]["fields"]["number"] == 2
    assert system.post("/drafts", {**body, "fields": {**body["fields"], "number": 2.5}}).status_code == 400


def test_a_draft_need_not_be_right_and_says_what_is_wrong_when_it_is_sent(system: System) -> None:
    body = {
        **changed(handling=["H3"]),
        "subjects": [*REQUEST["subjects"], {**REQUEST["subjects"][0], "birthDate": ["1974-13"]}],
    }
    kept = system.post("/drafts", body).json()["draft"]
    assert set(faults(system.get(f"/drafts/{kept}/preview"))) == {"/fields/conditions", "/subjects/1/birthDate"}
    assert set(faults(system.post(f"/drafts/{kept}/send", {}))) == {"/fields/conditions", "/subjects/1/birthDate"}
    assert system.put(f"/drafts/{kept}", REQUEST).status_code == 200
    assert system.post(f"/drafts/{kept}/send", {}).status_code == 201
    assert not system.get("/drafts").json()["drafts"]


def test_a_draft_stays_of_its_kind_and_about_its_message(system: System, draft: str, asked: CaseMessage) -> None:
    answer = system.put(draft, {"kind": "refusal", "about": asked.pk, "fields": {"ground": "f"}})
    assert set(faults(answer)) == {"/kind", "/about"}


def test_a_draft_is_sent_with_its_file_which_is_handed_out_to_be_saved(system: System, draft: str) -> None:
    assert system.upload(f"{draft}/files", FILE, name="plan%20%C3%A9.svg").status_code == 201
    assert not any(b"harbour" in one.read_bytes() for one in places.bodies().rglob("*") if one.is_file())
    (file,) = system.get(draft).json()["files"]
    assert (file["name"], file["size"], file["sha256"]) == ("plan é.svg", len(FILE), HASH)
    assert system.get(f"{draft}/preview").json()["content"]["attachments"][0]["sha256"] == HASH
    sent = system.post(f"{draft}/send", {}).json()["message"]
    taken = system.get(f"/messages/{sent}/files/{HASH}")
    assert b"".join(taken) == FILE  # type: ignore[arg-type] # Django's client streams
    assert taken["Content-Type"] == "application/octet-stream"
    assert taken["Content-Disposition"].startswith("attachment")
    assert taken["X-Content-Type-Options"] == "nosniff"
    assert taken["Cache-Control"] == "no-store"
    assert "sandbox" in taken["Content-Security-Policy"]
    assert system.get(f"/messages/{sent}/files/{'0' * 64}").status_code == 404
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    assert stranger.get(f"/messages/{sent}/files/{HASH}").status_code == 404


def test_what_needs_approval_waits_and_can_be_taken_back(system: System) -> None:
    draft = f"/drafts/{system.post('/drafts', VICTIM).json()['draft']}"
    waiting = system.post(f"{draft}/send", {})
    assert (waiting.status_code, waiting.json()["needed"]) == (202, 1)
    assert system.put(draft, REQUEST).status_code == 409
    assert system.upload(f"{draft}/files", FILE).status_code == 409
    assert system.post(f"{draft}/take-back", {}).json()["state"] == "draft"
    assert system.put(draft, REQUEST).status_code == 200


def test_what_the_agreement_forbids_stays_a_draft(system: System) -> None:
    draft = f"/drafts/{system.post('/drafts', changed(recipients=['xo.sec'])).json()['draft']}"
    assert system.post(f"{draft}/send", {}).status_code == 403
    assert system.get(draft).json()["state"] == "draft"


def test_a_draft_is_discarded_and_restored(system: System, draft: str) -> None:
    assert system.post(f"{draft}/restore", {}).status_code == 409
    assert system.post(f"{draft}/discard", {}).json()["state"] == "discarded"
    assert system.post(f"{draft}/send", {}).status_code == 409
    assert system.post(f"{draft}/restore", {}).json()["state"] == "draft"


def test_a_file_is_removed(system: System, draft: str) -> None:
    system.upload(f"{draft}/files", FILE)
    number = system.get(draft).json()["files"][0]["id"]
    other = f"/drafts/{system.post('/drafts', REQUEST).json()['draft']}"
    assert system.delete(f"{other}/files/{number}").status_code == 404
    assert system.delete(f"{draft}/files/{number}", key="taken-away").status_code == 200
    assert system.delete(f"{draft}/files/{number}", key="taken-away")["Idempotency-Replayed"] == "true"
    assert not DraftFile.objects.exists()


def test_a_colleagues_draft_does_not_exist(system: System, draft: str) -> None:
    system.upload(f"{draft}/files", FILE)
    file = DraftFile.objects.get().pk
    colleague = system_of(officer_named("berg"))
    asked: list[Callable[[], Any]] = [
        lambda: colleague.get(draft),
        lambda: colleague.get(f"{draft}/preview"),
        lambda: colleague.put(draft, REQUEST),
        lambda: colleague.upload(f"{draft}/files", FILE),
        lambda: colleague.delete(f"{draft}/files/{file}"),
        *(lambda act=act: colleague.post(f"{draft}/{act}", {}) for act in ("send", "discard", "restore", "take-back")),
    ]
    absent = system.get("/drafts/99999").json()
    assert [(one.status_code, one.json()) for one in (ask() for ask in asked)] == [(404, absent)] * len(asked)


def test_a_token_for_reading_changes_no_draft(officer: Officer, draft: str) -> None:
    reading = system_of(officer, writes=False)
    assert reading.get(draft).status_code == 200
    acts = [reading.put(draft, REQUEST), reading.post("/drafts", REQUEST), reading.upload(f"{draft}/files", FILE)]
    acts += [reading.post(f"{draft}/{act}", {}) for act in ("send", "discard", "restore", "take-back")]
    acts += [reading.delete(f"{draft}/files/1")]
    assert {one.status_code for one in acts} == {403}


def test_a_withdrawn_token_uploads_nothing(system: System, draft: str, officer: Officer) -> None:
    assert revoke_token(officer, AccessToken.objects.get(officer=officer).pk, at=timezone.now())
    assert system.upload(f"{draft}/files", FILE).status_code == 401
    assert not DraftFile.objects.exists()


def test_a_file_under_the_key_of_another_is_refused(system: System, draft: str) -> None:
    assert system.upload(f"{draft}/files", FILE, key="one-upload").status_code == 201
    assert system.upload(f"{draft}/files", FILE, key="one-upload")["Idempotency-Replayed"] == "true"
    other = system.upload(f"{draft}/files", FILE + b"!", key="one-upload")
    assert (other.status_code, other.json()["type"]) == (422, "/api/v1/problems/key-used")
    renamed = system.upload(f"{draft}/files", FILE, name="another.svg", key="one-upload")
    assert renamed.status_code == 422
    assert DraftFile.objects.count() == 1


def test_a_draft_is_sent_once_by_two_systems_of_one_officer(system: System, officer: Officer, draft: str) -> None:
    other = system_of(officer)
    assert system.post(f"{draft}/send", {}).status_code == 201
    assert other.post(f"{draft}/send", {}).status_code == 409
    assert CaseMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
        ({"content_type": "application/json"}, 415),
        ({"File-Type": "text/html\u00e9"}, 400),
        ({"File-Type": "no type"}, 400),
        ({"File-Name": ""}, 400),
        ({"File-Name": "a b"}, 400),
        ({"Content-Length": str((2 << 30) + 1)}, 413),
        ({"Content-Length": "-1"}, 411),
    ],
)
def test_a_file_that_is_announced_wrong_is_refused(
    system: System, draft: str, headers: dict[str, str], status: int
) -> None:
    assert system.upload(f"{draft}/files", FILE, **headers).status_code == status
    assert not DraftFile.objects.exists()


def test_half_a_file_is_none(system: System, draft: str) -> None:
    held = {"Authorization": f"Bearer {system.token}", "Idempotency-Key": "half-a-file", "File-Name": "plan.svg"}
    cut = {"wsgi.input": BytesIO(FILE[:9]), "CONTENT_LENGTH": str(len(FILE))}
    place, kind = f"/api/v1{draft}/files", "application/octet-stream"
    assert system.client.generic("POST", place, FILE[:9], content_type=kind, headers=held, **cut).status_code == 400
    assert not DraftFile.objects.exists()


def test_a_file_keeps_of_its_name_only_what_names_it(system: System, draft: str) -> None:
    system.upload(f"{draft}/files", FILE, name="..%2F..%5Cetc%2F%00%E2%80%AEgnp.exe")
    assert system.get(draft).json()["files"][0]["name"] == "gnp.exe"


@pytest.mark.parametrize(("fault", "status"), [(attachments.OversizedError("much"), 413), (OSError("full"), 507)])
def test_a_file_that_cannot_be_taken_is_refused_in_words(
    system: System, draft: str, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int
) -> None:
    def fails(*_args: object) -> None:
        raise fault

    monkeypatch.setattr(attachments.Sealing, "write", fails)
    assert system.upload(f"{draft}/files", FILE).status_code == status


def test_no_more_files_than_a_message_bears(system: System, draft: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.desks.cases.rules.MAX_FILES", 1)
    assert system.upload(f"{draft}/files", FILE).status_code == 201
    assert system.upload(f"{draft}/files", b"another").status_code == 409


def test_only_where_files_go_may_a_body_be_large(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interface, "MAX_BODY", 10)
    assert system.post("/drafts", REQUEST).status_code == 413
    assert not StoredDraft.objects.exists()
