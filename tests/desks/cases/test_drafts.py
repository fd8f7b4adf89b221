"""What is written survives; what names a victim is approved by a second officer before it leaves."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.desks.cases.conftest import FILLED, officer_named, posted, sit_down

from comity.desks.cases import actions, composing, drafts
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Approval, CaseMessage, DraftState, StoredDraft
from comity.messages import canonical
from comity.node.exchange.models import Note
from comity.node.ledger.models import Entry
from comity.node.officers import stepup
from comity.node.officers.models import Officer
from comity.node.officers.rules import Role

FillIn = Callable[..., Draft]
KEY = "0123456789abcdef" * 2
VICTIM = {"s0-category": "victim"}


def recorded() -> list[str]:
    openings = Entry.objects.exclude(opening=None).order_by("id").values_list("opening", flat=True)
    return [canonical.decode(bytes(one)).get("kind", "") for one in openings]


def form(**changed: str | list[str]) -> dict[str, Any]:
    return dict(posted(**({"draft": KEY} | changed)).lists())


def autosave(browser: Client, **changed: str | list[str]) -> int:
    return browser.post("/cases/new", form(**changed), headers={"Comity-Autosave": "1"}).status_code


@pytest.fixture
def chief(officer: Officer) -> Officer:
    return officer_named("chief", role="supervisor")


@pytest.fixture
def waiting(fill_in: FillIn, officer: Officer, at: datetime) -> StoredDraft:
    """A request that names a victim, handed in by the officer."""
    draft = fill_in(**VICTIM)
    assert draft.is_valid()
    stored = actions.save(draft, officer, KEY, at=at)
    actions.submit(stored, officer, 1, at=at)
    stored.refresh_from_db()
    return stored


def test_what_is_typed_is_kept_and_found_again(browser: Client, officer: Officer) -> None:
    assert autosave(browser, facts="") == 204
    assert autosave(browser, facts="Half a sen") == 204
    (kept,) = drafts.open_own(officer)
    assert kept.draft.caption == "Khaled al-Mansouri"
    page = browser.get(kept.address).content.decode()
    assert "Half a sen" in page
    assert "خالد المنصوري" in page
    assert "errors-title" not in page


def test_a_draft_is_kept_although_the_session_ends(browser: Client, officer: Officer) -> None:
    autosave(browser, facts="Half a sen")
    browser.logout()
    assert "Half a sen" in sit_down(officer).get(drafts.open_own(officer)[0].address).content.decode()


def test_nobody_else_reads_writes_or_discards_a_draft(browser: Client, chief: Officer) -> None:
    autosave(browser)
    stored = StoredDraft.objects.get()
    for who in (chief, officer_named("neighbour"), officer_named("stranger", authority="xa.cid")):
        other = sit_down(who)
        assert other.get(f"/cases/new?draft={stored.pk}").status_code == 404
        assert other.get(reverse("cases:draft", args=[stored.pk])).status_code == 404
        for act in ("discard", "restore", "take_back"):
            assert other.post(reverse(f"cases:{act}", args=[stored.pk])).status_code == 404
    autosave(sit_down(officer_named("twin")), facts="mine")
    stored.refresh_from_db()
    assert stored.data["facts"] == [FILLED["facts"]]


def test_a_discarded_draft_can_be_taken_back_and_is_deleted_later(
    browser: Client, officer: Officer, at: datetime
) -> None:
    autosave(browser)
    stored = StoredDraft.objects.get()
    page = browser.post(reverse("cases:discard", args=[stored.pk]), follow=True).content.decode()
    assert drafts.open_own(officer) == ()
    assert reverse("cases:restore", args=[stored.pk]) in page
    browser.post(reverse("cases:restore", args=[stored.pk]))
    assert len(drafts.open_own(officer)) == 1
    actions.discard(stored, at=at)
    autosave(browser, draft="f" * 32)
    actions.discard(StoredDraft.objects.get(key="f" * 32), at=at + timedelta(hours=2))
    assert not StoredDraft.objects.filter(pk=stored.pk).exists()


def test_a_form_sent_twice_is_one_message_and_its_draft_is_emptied(browser: Client) -> None:
    for _ in range(2):
        assert browser.post("/cases/new", form(step="send")).status_code == 302
    assert CaseMessage.objects.count() == 1
    stored = StoredDraft.objects.get()
    assert (stored.state, stored.data, stored.caption) == (DraftState.SENT, {}, "")


def test_what_names_a_victim_is_not_sent_but_handed_in(browser: Client, chief: Officer) -> None:
    page = browser.post("/cases/new", form(step="preview", **VICTIM)).content.decode()
    assert 'value="submit"' in page
    assert 'value="send"' not in page
    assert "May read it once it is approved" in page
    assert browser.post("/cases/new", form(step="send", **VICTIM)).status_code == 200  # the preview again
    browser.post("/cases/new", form(step="submit", **VICTIM))
    assert not Note.objects.exists()
    assert [one.draft.caption for one in drafts.listed(drafts.to_approve(chief), approving=True)] == [
        "Khaled al-Mansouri"
    ]
    assert drafts.waiting_for(chief) == 1


def test_with_the_approval_of_a_second_officer_it_is_sent_and_says_so(
    waiting: StoredDraft, officer: Officer, chief: Officer
) -> None:
    address = reverse("cases:approval", args=[waiting.pk])
    page = sit_down(chief).get(address).content.decode()
    assert "Khaled al-Mansouri" in page
    sit_down(chief).post(address, {"verdict": "approve", "read": actions.version(waiting)})
    sent = CaseMessage.objects.get()
    assert sent.written_by == officer
    assert (sent.content or {})["approvals"] == 1
    assert Note.objects.filter(out=True).count() == 2
    assert "message.approved" in recorded()
    case_page = sit_down(officer).get(f"/cases/{sent.case_id}/").content.decode()
    assert "Approved by" in case_page
    assert "Chief" in case_page


def test_an_approval_asks_for_a_fresh_second_factor_and_nothing_is_sent_before(
    waiting: StoredDraft, chief: Officer
) -> None:
    browser, address = sit_down(chief), reverse("cases:approval", args=[waiting.pk])
    session = browser.session
    session[stepup.CONFIRMED] -= 301
    session.save()
    assert browser.get(address).status_code == 200
    asked = browser.post(address, {"verdict": "approve"})
    assert asked["Location"].startswith("/account/confirm/")
    assert not Note.objects.exists()
    session = browser.session
    session[stepup.CONFIRMED] += 301
    session.save()
    assert 'name="verdict" value="approve"' in browser.get(asked["Location"]).content.decode()


@pytest.mark.parametrize("who", ["author", "colleague", "dpo", "auditor", "administrator", "elsewhere"])
def test_nobody_approves_without_the_right_or_what_is_his_own(
    waiting: StoredDraft, officer: Officer, who: str, at: datetime
) -> None:
    if who == "author":  # even one who has become supervisor since
        officer.role = Role.SUPERVISOR
        officer.save()
        approver = officer
    elif who == "elsewhere":
        approver = officer_named(who, role="supervisor", authority="xa.cid")
    else:
        approver = officer_named(who, role="officer" if who == "colleague" else who)
    client = sit_down(approver)
    address = reverse("cases:approval", args=[waiting.pk])
    assert client.get(address).status_code in {403, 404}
    assert client.post(address, {"verdict": "approve"}).status_code in {403, 404}
    with pytest.raises(PermissionDenied):
        actions.approve(waiting, approver, read=actions.version(waiting), at=at)
    with pytest.raises(PermissionDenied):
        actions.give_back(waiting, "no", approver, at=at)
    assert not Note.objects.exists()


def test_what_was_changed_after_it_was_read_is_not_approved_but_shown_again(
    waiting: StoredDraft, browser: Client, chief: Officer
) -> None:
    """The author takes it back, puts in something else and hands it in again, while the approver reads the first."""
    address = reverse("cases:approval", args=[waiting.pk])
    reading = sit_down(chief)
    (read,) = re.findall(r'name="read" value="(\w+)"', reading.get(address).content.decode())
    browser.post(reverse("cases:take_back", args=[waiting.pk]))
    browser.post("/cases/new", form(step="submit", **VICTIM, facts="Arrest them all."))
    for stale in (read, ""):
        shown = reading.post(address, {"verdict": "approve", "read": stale}, follow=True).content.decode()
        assert "It was changed after you opened it" in shown
        assert "Arrest them all." in shown
    assert not Note.objects.exists()
    assert not Approval.objects.exists()
    (again,) = re.findall(r'name="read" value="(\w+)"', shown)
    reading.post(address, {"verdict": "approve", "read": again})
    assert CaseMessage.objects.count() == 1


def test_the_database_itself_refuses_an_approval_of_ones_own(waiting: StoredDraft, officer: Officer) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(draft=waiting, author=officer, officer=officer, at=waiting.saved_at)


def test_what_waits_is_changed_by_nobody_until_its_author_takes_it_back(
    waiting: StoredDraft, browser: Client, chief: Officer, at: datetime
) -> None:
    autosave(browser, facts="Something else")
    assert actions.send(waiting, actions.rebuilt(waiting), waiting.author, at=at).message is None
    waiting.refresh_from_db()
    assert waiting.data["facts"] == [FILLED["facts"]]
    browser.post(reverse("cases:take_back", args=[waiting.pk]))
    autosave(browser, facts="Something else")
    waiting.refresh_from_db()
    assert waiting.data["facts"] == ["Something else"]
    assert not drafts.to_approve(chief).exists()


def test_it_goes_back_with_a_reason_and_can_be_handed_in_again(
    waiting: StoredDraft, browser: Client, officer: Officer, chief: Officer
) -> None:
    address = reverse("cases:approval", args=[waiting.pk])
    assert "errors-title" in sit_down(chief).post(address, {"verdict": "return"}).content.decode()
    sit_down(chief).post(address, {"verdict": "return", "reason": "Leave the child's name out."})
    (mine,) = drafts.open_own(officer)
    assert mine.draft.state == DraftState.RETURNED
    assert drafts.waiting_for(officer) == 1
    assert "Leave the child&#x27;s name out." in browser.get(mine.address).content.decode()
    browser.post("/cases/new", form(step="submit", **VICTIM))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (DraftState.WAITING, "")
    assert [one for one in recorded() if one.startswith("message.")] == [
        "message.submitted",
        "message.returned",
        "message.submitted",
    ]


def test_approved_twice_at_once_it_is_sent_once(waiting: StoredDraft, chief: Officer, at: datetime) -> None:
    first = actions.approve(waiting, chief, read=actions.version(waiting), at=at)
    second = actions.approve(waiting, officer_named("other", role="supervisor"), read="", at=at)
    assert first is not None
    assert second is not None
    assert first.message == second.message
    assert CaseMessage.objects.count() == 1


def test_an_answer_that_names_a_victim_waits_too(
    fill_in: FillIn, officer: Officer, chief: Officer, at: datetime, partner: Callable[[str], Any]
) -> None:
    draft = fill_in(**VICTIM)
    assert draft.is_valid()
    asked = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    asked.candidates.create(
        place=0, record_id=1, record_reference="r/1", score=0.9, confidence="probable", verdict="same", decided_at=at,
        decided_by=officer, record={"schema": "Person", "caption": "K", "properties": {"name": ["K"]}},
    )  # fmt: skip
    given = {
        "kind": "full", "include": [str(asked.candidates.get().pk)], "text": "", "handling": ["H0"], "draft": KEY,
    }  # fmt: skip
    address = f"/cases/messages/{asked.pk}/answer"
    browser = sit_down(officer)
    assert 'value="submit"' in browser.post(address, given | {"step": "preview"}).content.decode()
    browser.post(address, given | {"step": "submit"})
    stored = StoredDraft.objects.get()
    assert "Waits for approval" in browser.get(f"/cases/{asked.case_id}/").content.decode()
    outcome = actions.approve(stored, chief, read=actions.version(stored), at=at)
    assert outcome is not None
    assert outcome.message is not None
    asked.refresh_from_db()
    assert asked.state == "answered"


def test_the_lists_of_drafts_cost_the_same_for_one_and_for_many(
    waiting: StoredDraft, chief: Officer, django_assert_max_num_queries: Any, at: datetime
) -> None:
    for number in range(20):
        StoredDraft.objects.create(
            key=f"{number:032x}", kind="request", authority="xa.ncb", author=waiting.author, saved_at=at,
            state="waiting", needed=1, submitted_at=at,
        )  # fmt: skip
    browser = sit_down(chief)
    browser.get("/cases/approvals")
    with django_assert_max_num_queries(16):
        assert browser.get("/cases/approvals").content.decode().count("row-link") == 21


def test_what_its_author_may_no_longer_send_is_not_sent_by_approval(
    waiting: StoredDraft, officer: Officer, chief: Officer, at: datetime
) -> None:
    for changed in ({"is_active": False}, {"role": Role.AUDITOR}, {"authority": "xa.cid"}):
        for name, value in {"is_active": True, "role": Role.OFFICER, "authority": "xa.ncb", **changed}.items():
            setattr(officer, name, value)
        officer.save()
        outcome = actions.approve(waiting, chief, read=actions.version(waiting), at=at)
        assert outcome is not None
        assert outcome.message is None
        assert outcome.refusals
    assert not Note.objects.exists()
    assert not Approval.objects.exists()
