"""For some seconds what was sent can be called back, and until then there is no note of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.desks.cases.conftest import Partner, officer_named, sit_down
from tests.desks.cases.test_drafts import KEY, VICTIM, form, recorded
from tests.desks.cases.test_following_up import about

from comity.desks.cases import actions, composing, drafts
from comity.desks.cases.actions import leaving
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage, DraftState, StoredDraft
from comity.node.exchange.models import Body, Note
from comity.node.officers.models import Officer

FillIn = Callable[..., Draft]
TEN = timedelta(seconds=10)


@pytest.fixture(autouse=True)
def ten_seconds(nothing_can_be_called_back: None, settings: Settings) -> None:
    settings.NODE = replace(settings.NODE, undo_seconds=10)


@pytest.fixture
def chief(officer: Officer) -> Officer:
    return officer_named("chief", role="supervisor")


@pytest.fixture
def released(fill_in: FillIn, officer: Officer, at: datetime) -> StoredDraft:
    """A request that its author has just sent."""
    draft = fill_in()
    assert draft.is_valid()
    stored = actions.save(draft, officer, KEY, at=at)
    assert actions.release(stored, draft, officer, at=at) == actions.Outcome(None, leaves=True)
    stored.refresh_from_db()
    return stored


@pytest.fixture
def approved(fill_in: FillIn, officer: Officer, chief: Officer, at: datetime) -> StoredDraft:
    """A request that names a victim, which its approver has just let leave."""
    draft = fill_in(**VICTIM)
    assert draft.is_valid()
    stored = actions.save(draft, officer, KEY, at=at)
    actions.submit(stored, officer, 1, at=at)
    outcome = actions.approve(stored, chief, read=actions.version(stored), at=at)
    assert outcome is not None
    assert outcome.leaves
    stored.refresh_from_db()
    return stored


def nothing_left() -> bool:
    return not Note.objects.filter(out=True).exists() and not Body.objects.exists() and "message.sent" not in recorded()


def test_what_is_sent_leaves_no_note_until_its_time_has_come(released: StoredDraft, at: datetime) -> None:
    actions.send_due(at + TEN - timedelta(milliseconds=1))
    assert nothing_left()
    actions.send_due(at + TEN)
    assert CaseMessage.objects.get().written_by == released.author
    assert Note.objects.filter(out=True).count() == 2
    released.refresh_from_db()
    assert (released.state, released.data, released.leaves_at) == (DraftState.SENT, {}, None)


def test_it_leaves_once_however_often_its_time_comes(released: StoredDraft, officer: Officer, at: datetime) -> None:
    for _ in range(3):
        actions.send_due(at + TEN)
        actions.send_now(released, officer, at=at + TEN)
    assert CaseMessage.objects.count() == 1


def test_called_back_it_is_a_draft_again_and_never_leaves(
    released: StoredDraft, officer: Officer, at: datetime
) -> None:
    written = dict(released.data)
    assert actions.call_back(released, officer, at=at + TEN)
    actions.send_due(at + 2 * TEN)
    assert nothing_left()
    released.refresh_from_db()
    assert (released.state, released.data) == (DraftState.DRAFT, written)
    assert recorded()[-2:] == ["message.released", "message.called-back"]


def test_what_has_left_is_not_called_back(released: StoredDraft, officer: Officer, at: datetime) -> None:
    actions.send_due(at + TEN)
    assert not actions.call_back(released, officer, at=at + TEN)
    browser = sit_down(officer)
    page = browser.post(reverse("cases:call_back", args=[released.pk]), follow=True).content.decode()
    assert "It had already left." in page
    assert CaseMessage.objects.count() == 1


def test_nobody_else_calls_it_back_hurries_it_or_sees_it(released: StoredDraft, chief: Officer, at: datetime) -> None:
    for who in (chief, officer_named("neighbour"), officer_named("far", authority="xa.cid")):
        browser = sit_down(who)
        assert browser.get(reverse("cases:leaving", args=[released.pk])).status_code == 404
        assert "data-leaving" not in browser.get("/cases/").content.decode()
        for act in ("call_back", "send_now"):
            assert browser.post(reverse(f"cases:{act}", args=[released.pk])).status_code == 404
        with pytest.raises(PermissionDenied):
            actions.call_back(released, who, at=at)
        with pytest.raises(PermissionDenied):
            actions.send_now(released, who, at=at)
    released.refresh_from_db()
    assert released.state == DraftState.LEAVING


def test_it_is_not_changed_discarded_or_sent_twice_while_it_leaves(
    released: StoredDraft, browser: Client, officer: Officer, at: datetime
) -> None:
    before = dict(released.data)
    browser.post("/cases/new", form(facts="Something else"), headers={"Comity-Autosave": "1"})
    browser.post(reverse("cases:discard", args=[released.pk]))
    assert not actions.send(released, actions.rebuilt(released), officer, at=at).message
    assert browser.post("/cases/new", form(step="send"))["Location"] == reverse("cases:draft", args=[released.pk])
    released.refresh_from_db()
    assert (released.state, released.data) == (DraftState.LEAVING, before)


def test_the_band_counts_down_and_tells_what_became_of_it(browser: Client, officer: Officer, at: datetime) -> None:
    page = browser.post("/cases/new", form(step="send"), follow=True).content.decode()
    stored = StoredDraft.objects.get()
    assert nothing_left()
    assert reverse("cases:call_back", args=[stored.pk]) in page
    assert "to 2 partners" in page
    look = reverse("cases:leaving", args=[stored.pk])
    assert browser.get(look).status_code == 204
    actions.send_due(at + 2 * TEN)
    became = browser.get(look).content.decode()
    assert "Sealed, recorded and sent to 2 partners." in became
    assert f"/cases/{CaseMessage.objects.get().case_id}/" in became
    assert "data-leaving" not in browser.get("/cases/").content.decode()


def test_called_back_on_the_page_it_can_be_written_on(browser: Client) -> None:
    browser.post("/cases/new", form(step="send"))
    stored = StoredDraft.objects.get()
    page = browser.post(reverse("cases:call_back", args=[stored.pk]), follow=True).content.decode()
    assert "Called back in time" in page
    assert "Two containers were seized." in page
    assert browser.post("/cases/new", form(step="send")).status_code == 302
    stored.refresh_from_db()
    assert stored.state == DraftState.LEAVING


def test_who_does_not_want_to_wait_sends_it_now(browser: Client) -> None:
    browser.post("/cases/new", form(step="send"))
    stored = StoredDraft.objects.get()
    page = browser.post(reverse("cases:send_now", args=[stored.pk]), follow=True).content.decode()
    assert "Sealed, recorded and sent to 2 partners." in page
    assert Note.objects.filter(out=True).count() == 2


def test_an_approver_takes_back_his_approval_and_it_waits_again(
    approved: StoredDraft, chief: Officer, at: datetime
) -> None:
    assert actions.call_back(approved, chief, at=at)
    approved.refresh_from_db()
    assert (approved.state, approved.approvals.count()) == (DraftState.WAITING, 0)
    assert drafts.waiting_for(chief) == 1
    assert nothing_left()


def test_its_author_calls_back_what_was_approved(approved: StoredDraft, officer: Officer, at: datetime) -> None:
    assert actions.call_back(approved, officer, at=at)
    approved.refresh_from_db()
    assert (approved.state, approved.approvals.count()) == (DraftState.DRAFT, 0)


def test_what_was_approved_leaves_with_the_number_of_approvals(approved: StoredDraft, at: datetime) -> None:
    actions.send_due(at + TEN)
    sent = CaseMessage.objects.get()
    assert (sent.content or {})["approvals"] == 1
    assert sent.written_by == approved.author


def test_two_answers_do_not_leave_at_once(asked: CaseMessage, officer: Officer, at: datetime) -> None:
    first, second = sit_down(officer), sit_down(officer_named("second"))
    address = reverse("cases:answer", args=[asked.pk])
    said = {"kind": "negative", "handling": "H0", "step": "send"}
    first.post(address, said)
    page = second.post(address, said, follow=True).content.decode()
    assert "is just leaving" in page
    assert StoredDraft.objects.filter(state=DraftState.LEAVING).count() == 1
    assert "Leaves in some seconds" in second.get(f"/cases/{asked.case_id}/").content.decode()
    actions.send_due(at + 2 * TEN)
    assert CaseMessage.objects.filter(kind="answer").count() == 1


def test_what_a_partner_withdrew_meanwhile_is_not_answered_but_given_back(
    asked: CaseMessage, officer: Officer, partner: Callable[[str], Partner], at: datetime
) -> None:
    browser = sit_down(officer)
    browser.post(
        reverse("cases:answer", args=[asked.pk]), {"kind": "negative", "handling": "H0", "step": "send"}, follow=True
    )
    partner("xb.spoc").send(about(asked, "withdrawal", "xb.spoc", "Plus nécessaire."))
    actions.send_due(at + 2 * TEN)
    stored = StoredDraft.objects.get(about=asked)
    assert stored.state == DraftState.RETURNED
    assert not Note.objects.filter(out=True).exists()
    assert "message.held-back" in recorded()
    assert drafts.waiting_for(officer) == 1
    assert "It was not sent" in browser.get(reverse("cases:leaving", args=[stored.pk])).content.decode()


def test_an_officer_who_may_not_send_any_more_sends_nothing(released: StoredDraft, at: datetime) -> None:
    Officer.objects.filter(pk=released.author_id).update(is_active=False)
    actions.send_due(at + TEN)
    released.refresh_from_db()
    assert released.state == DraftState.RETURNED
    assert nothing_left()


def test_a_fault_gives_one_back_and_the_others_leave(
    released: StoredDraft, fill_in: FillIn, officer: Officer, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = fill_in(facts="Another.")
    assert draft.is_valid()
    other = actions.save(draft, officer, "f" * 32, at=at)
    actions.release(other, draft, officer, at=at)
    compose = composing.compose

    def faulty(given: Draft, *arguments: object, **more: object) -> object:
        if given.kept["facts"] != ["Another."]:
            raise ZeroDivisionError
        return compose(given, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(composing, "compose", faulty)
    actions.send_due(at + TEN)
    released.refresh_from_db()
    other.refresh_from_db()
    assert (released.state, other.state) == (DraftState.RETURNED, DraftState.SENT)
    assert CaseMessage.objects.count() == 1


def test_a_disk_that_refuses_keeps_it_leaving(
    released: StoredDraft, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_more: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(leaving, "sent_whole", full)
    with pytest.raises(OperationalError):
        actions.send_due(at + TEN)
    released.refresh_from_db()
    assert released.state == DraftState.LEAVING
    monkeypatch.undo()
    actions.send_due(at + TEN)
    assert CaseMessage.objects.count() == 1


def test_a_node_may_do_without(fill_in: FillIn, officer: Officer, at: datetime, settings: Settings) -> None:
    settings.NODE = replace(settings.NODE, undo_seconds=0)
    draft = fill_in()
    assert draft.is_valid()
    stored = actions.save(draft, officer, KEY, at=at)
    assert actions.release(stored, draft, officer, at=at).message is not None


def test_the_database_refuses_what_leaves_at_no_time(released: StoredDraft) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredDraft.objects.filter(pk=released.pk).update(leaves_at=None)


def test_a_file_that_is_gone_gives_it_back(
    released: StoredDraft, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: object, **_more: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(composing, "compose", gone)
    actions.send_due(at + TEN)
    released.refresh_from_db()
    assert released.state == DraftState.RETURNED
    assert "Attach it again" in released.reason
    assert nothing_left()
