"""Files of a draft are drawn for its author and for who approves it, as those of a message are; never handed out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.desks.cases.conftest import officer_named, posted, sit_down
from tests.desks.cases.test_thumbnails import bomb, picture

from comity.desks.cases import thumbnails
from comity.desks.cases.models import DraftFile, StoredDraft
from comity.messages import Attachment, canonical
from comity.node.exchange import serving
from comity.node.ledger.models import Entry

KEY = "abcdef0123456789" * 2
PHOTO = picture()


@dataclass(frozen=True)
class Attached:
    """A draft with one file."""

    draft: StoredDraft
    sha256: str

    @property
    def address(self) -> str:
        return reverse("cases:draft_look", args=[self.draft.pk, self.sha256])


def form(**changed: str) -> dict[str, list[str]]:
    return {name: [str(one) for one in values] for name, values in posted(draft=KEY, **changed).lists()}


def attach(browser: Client, data: bytes = PHOTO, claimed: str = "image/png") -> Attached:
    browser.post("/cases/new", form(step="files"))
    stored = StoredDraft.objects.get()
    file = SimpleUploadedFile("quay.png", data, content_type=claimed)
    browser.post(reverse("cases:draft_files", args=[stored.pk]), {"file": file})
    return Attached(stored, hashlib.sha256(data).hexdigest())


@pytest.fixture
def attached(browser: Client) -> Attached:
    return attach(browser)


def acts() -> Iterator[str]:
    return (bytes(one.opening or b"").decode("utf-8", "replace") for one in Entry.objects.order_by("id"))


def test_the_author_sees_a_picture_made_anew_and_nothing_of_the_file(browser: Client, attached: Attached) -> None:
    answer = browser.get(attached.address, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert f'src="data:{thumbnails.MEDIA_TYPE};base64,' in page
    assert "image/png" in page
    assert answer["Content-Type"].startswith("text/html")
    assert answer["Cache-Control"] == "no-store"
    assert b"IHDR" not in answer.content
    assert "<html" not in page
    assert attached.sha256 in browser.get(attached.address).content.decode()


def test_the_form_and_the_preview_show_where_it_is_drawn(browser: Client, attached: Attached) -> None:
    assert f'data-hx-get="{attached.address}"' in browser.get(f"/cases/new?draft={attached.draft.pk}").content.decode()
    assert f'data-hx-get="{attached.address}"' in browser.post("/cases/new", form(step="preview")).content.decode()
    files = reverse("cases:draft_files", args=[attached.draft.pk])
    assert f'data-hx-get="{attached.address}"' in browser.get(files).content.decode()


def test_one_after_the_other_is_drawn(browser: Client, attached: Attached) -> None:
    page = browser.get(f"/cases/new?draft={attached.draft.pk}").content.decode()
    assert 'data-hx-sync="closest ul:queue all"' in page


def test_a_bomb_is_told_and_not_drawn(browser: Client) -> None:
    page = browser.get(attach(browser, bomb(9_000, 9_000)).address).content.decode()
    assert "too large to be drawn" in page
    assert "<img" not in page.partition('class="look')[2].partition("</div>")[0]


def test_what_is_not_what_its_sender_calls_it_is_told(browser: Client) -> None:
    page = browser.get(attach(browser, claimed="application/pdf").address).content.decode()
    assert "not the same" in page


def test_who_approves_sees_it_and_that_is_recorded(browser: Client) -> None:
    held = attach(browser)
    browser.post("/cases/new", form(**{"s0-category": "victim"}, step="submit"))
    chief = sit_down(officer_named("marsh", role="supervisor"))
    assert f'data-hx-get="{held.address}"' in chief.get(f"/cases/approvals/{held.draft.pk}/").content.decode()
    before = [one for one in acts() if "draft.consulted" in one]
    assert "base64," in chief.get(held.address).content.decode()
    assert len([one for one in acts() if "draft.consulted" in one]) == len(before) + 1
    browser.get(held.address)
    assert len([one for one in acts() if "draft.consulted" in one]) == len(before) + 1


@pytest.mark.parametrize(
    ("role", "authority"),
    [("officer", "xa.ncb"), ("supervisor", "xa.ncb"), ("supervisor", "xa.cid"), ("dpo", "xa.ncb")],
)
def test_nobody_else_sees_a_file_of_a_draft(attached: Attached, role: str, authority: str) -> None:
    other = sit_down(officer_named("other", role=role, authority=authority))
    assert other.get(attached.address).status_code == 404


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "0" * 63])
def test_a_file_that_the_draft_has_not_does_not_exist(browser: Client, attached: Attached, sha256: str) -> None:
    assert browser.get(reverse("cases:draft_look", args=[attached.draft.pk, sha256])).status_code == 404


def test_a_file_whose_pieces_are_gone_does_not_exist(browser: Client, attached: Attached) -> None:
    item = Attachment.from_value(canonical.decode(bytes(DraftFile.objects.get().item)))
    for digest, _size in item.chunks:
        serving.chunk_path(digest).unlink()
    assert browser.get(attached.address).status_code == 404


def test_what_was_sent_is_looked_at_in_its_message(browser: Client, attached: Attached) -> None:
    browser.post("/cases/new", form(step="send"))
    assert browser.get(attached.address).status_code == 404
