"""Files: sealed while they are uploaded, sent with a message, and handed out to be saved, never to be shown."""

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.desks.cases.conftest import officer_named, posted, sit_down

from comity.desks.cases import actions
from comity.desks.cases.models import CaseMessage, DraftFile, StoredDraft
from comity.desks.cases.uploading import title_of
from comity.messages import canonical
from comity.node import places
from comity.node.exchange import attachments
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer

KEY = "0123456789abcdef" * 2
TEXT = b"<svg onload=alert(1)>the harbour at night</svg>"


@pytest.fixture
def stored(browser: Client) -> StoredDraft:
    browser.post("/cases/new", form(step="files"))
    return StoredDraft.objects.get()


def form(**changed: str) -> dict[str, Any]:
    return dict(posted(draft=KEY, **changed).lists())


def upload(browser: Client, stored: StoredDraft, name: str = "plan.svg", data: bytes = TEXT) -> str:
    file = SimpleUploadedFile(name, data, content_type="image/svg+xml")
    return browser.post(reverse("cases:draft_files", args=[stored.pk]), {"file": file}, follow=True).content.decode()


def sent_with_a_file(browser: Client, stored: StoredDraft) -> CaseMessage:
    upload(browser, stored)
    browser.post("/cases/new", form(step="send"))
    return CaseMessage.objects.get()


def test_an_uploaded_file_is_listed_with_its_size_and_hash_and_lies_sealed(
    browser: Client, stored: StoredDraft
) -> None:
    page = upload(browser, stored)
    assert "plan.svg" in page
    assert hashlib.sha256(TEXT).hexdigest() in page
    files = [one for one in places.bodies().rglob("*") if one.is_file()]
    assert files
    assert not any(b"harbour" in one.read_bytes() for one in files)


def test_the_same_file_twice_is_one_and_can_be_removed(browser: Client, stored: StoredDraft) -> None:
    upload(browser, stored)
    upload(browser, stored)
    file = DraftFile.objects.get()
    browser.post(reverse("cases:detach", args=[stored.pk, file.pk]))
    assert not DraftFile.objects.exists()


def test_no_more_files_than_a_message_bears(
    browser: Client, stored: StoredDraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comity.desks.cases.rules.MAX_FILES", 1)
    upload(browser, stored)
    assert "as many files as it bears" in upload(browser, stored, data=b"another")
    assert DraftFile.objects.count() == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [(attachments.OversizedError("much"), "larger than 2 GiB"), (OSError("full"), "the disk of this node is full")],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(
    browser: Client, stored: StoredDraft, monkeypatch: pytest.MonkeyPatch, fault: Exception, words: str
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(attachments.Sealing, "write", fail)
    assert words in upload(browser, stored)
    assert not DraftFile.objects.exists()


def test_a_form_without_its_token_uploads_nothing(officer: Officer, stored: StoredDraft) -> None:
    signed = sit_down(officer)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed.cookies
    answer = strict.post(reverse("cases:draft_files", args=[stored.pk]), {"file": SimpleUploadedFile("a", b"b")})
    assert answer.status_code == 403
    assert not DraftFile.objects.exists()


def test_nobody_else_attaches_to_a_draft(stored: StoredDraft) -> None:
    for who in (officer_named("twin"), officer_named("chief", role="supervisor")):
        assert sit_down(who).get(reverse("cases:draft_files", args=[stored.pk])).status_code == 404


def test_it_is_shown_before_sending_and_leaves_with_the_message(browser: Client, stored: StoredDraft) -> None:
    upload(browser, stored)
    assert "plan.svg" in browser.post("/cases/new", form(step="preview")).content.decode()
    message = sent_with_a_file(browser, stored)
    assert [one["title"] for one in (message.content or {})["attachments"]] == ["plan.svg"]
    assert not DraftFile.objects.exists()  # its key lies with the message alone


def test_it_is_handed_out_as_a_file_and_recorded(browser: Client, stored: StoredDraft) -> None:
    message = sent_with_a_file(browser, stored)
    address = reverse("cases:download", args=[message.pk, hashlib.sha256(TEXT).hexdigest()])
    assert address in browser.get(f"/cases/{message.case_id}/").content.decode()
    answer = browser.get(address)
    assert b"".join(answer.streaming_content) == TEXT
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="plan.svg"'
    assert "sandbox" in answer["Content-Security-Policy"]
    last = canonical.decode(bytes(Entry.objects.exclude(opening=None).latest("id").opening or b""))
    assert (last["kind"], last["officer"]) == ("attachment.consulted", "hale")


def test_to_a_stranger_it_does_not_exist(browser: Client, stored: StoredDraft) -> None:
    message = sent_with_a_file(browser, stored)
    address = reverse("cases:download", args=[message.pk, hashlib.sha256(TEXT).hexdigest()])
    assert sit_down(officer_named("stranger", authority="xa.cid")).get(address).status_code == 404
    for role in ("auditor", "administrator"):
        assert sit_down(officer_named(role, role=role)).get(address).status_code == 403


@pytest.mark.parametrize("name", ["0" * 64, "z" * 64, "00"])
def test_a_file_that_the_message_does_not_name_is_not_handed_out(
    browser: Client, stored: StoredDraft, name: str
) -> None:
    message = sent_with_a_file(browser, stored)
    answer = browser.get(reverse("cases:download", args=[message.pk, name]))
    assert answer.status_code in {302, 404}


def test_what_is_no_longer_on_the_disk_is_not_sent(browser: Client, stored: StoredDraft) -> None:
    upload(browser, stored)
    for one in places.bodies().rglob("*"):
        if one.is_file():
            one.unlink()
    page = browser.post("/cases/new", form(step="send"), follow=True).content.decode()
    assert "Attach it again" in page
    assert not CaseMessage.objects.exists()
    stored.refresh_from_db()
    assert stored.state in actions.WRITABLE


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\cases\\plan.pdf", "plan.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("\n", "file"),
        ("e\u0301.txt", "\u00e9.txt"),
    ],
)
def test_a_files_name_carries_no_folder_and_nothing_unseen(given: str, kept: str) -> None:
    assert title_of(given) == kept
