"""That the same was asked before: told before sending and on arrival, on every channel, and never in the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from tests.desks.cases.conftest import FILLED, Partner, officer_named
from tests.desks.cases.test_following_up import newest, write

from comity.desks.cases import actions, asked_before, composing, fingerprinting, forgetting, marks, reads
from comity.desks.cases.entered import Entered
from comity.desks.cases.forms import Draft
from comity.desks.cases.marked import Marking, SubjectMark
from comity.desks.cases.models import CaseMessage
from comity.messages import Fingerprint
from comity.node.officers.models import Officer
from comity.node.partners import agreeing
from comity.node.partners.errors import KeyringError
from comity.node.partners.models import AgreedKey
from comity.sealing import KemKey
from comity.vocabulary.authority import AuthorityId

FillIn = Callable[..., Draft]
Partners = Callable[[str], Partner]
ASKED = "The same was asked before:"
CAME = "The same request was received before:"


def preview(browser: Client, **changed: str | list[str]) -> str:
    return browser.post("/cases/new", {**FILLED, **changed, "step": "preview"}).content.decode()


def test_who_asks_again_is_told_of_the_case_and_may_go_on(browser: Client, sent: CaseMessage) -> None:
    page = preview(browser, recipients=["xb.spoc"])
    assert ASKED in page
    assert f'href="/cases/{sent.case_id}/"' in page
    assert sent.case.reference in page
    write(browser, "new", **{**FILLED, "recipients": ["xb.spoc"]})
    assert newest().pk > sent.pk


@pytest.mark.parametrize(
    "changed",
    [
        {"s0-name": "AL-MANSOURI  khaled"},
        {"s0-name": "خالد المنصوري", "s0-birthDate": "1974-03-09"},
        {"s0-passportNumber": "P 99 123"},
        {"facts": "Something else.", "questions": "Where is he?"},
    ],
)
def test_it_is_the_same_however_it_is_written(browser: Client, sent: CaseMessage, changed: dict[str, str]) -> None:
    assert ASKED in preview(browser, **changed)


@pytest.mark.parametrize(
    "changed",
    [{"s0-birthDate": "1975"}, {"s0-name": "Khaled al-Mansoor"}, {"recipients": ["xd.ncb"]}],
)
def test_another_person_and_another_partner_are_no_repetition(
    browser: Client, sent: CaseMessage, changed: dict[str, str | list[str]]
) -> None:
    assert ASKED not in preview(browser, **changed)


def test_what_the_partner_itself_asked_is_told_too(browser: Client, asked: CaseMessage) -> None:
    page = preview(browser, recipients=["xb.spoc"])
    assert ASKED in page
    assert asked.case.reference in page


def test_what_is_withdrawn_or_erased_or_long_ago_is_not_told(browser: Client, sent: CaseMessage, at: datetime) -> None:
    CaseMessage.objects.filter(pk=sent.pk).update(sent_at=at - timedelta(days=400))
    assert ASKED not in preview(browser)
    CaseMessage.objects.filter(pk=sent.pk).update(sent_at=at, standing="withdrawn")
    assert ASKED not in preview(browser)
    CaseMessage.objects.filter(pk=sent.pk).update(standing="")
    assert ASKED in preview(browser)
    forgetting.forget(AuthorityId.parse("xa.ncb"), bytes(sent.msg))
    assert not SubjectMark.objects.exists()
    assert ASKED not in preview(browser)


def test_a_recipient_sees_that_the_same_request_came_before_on_another_channel(
    browser: Client, asked: CaseMessage, fill_in: FillIn, officer: Officer, at: datetime, partner: Partners
) -> None:
    assert CAME not in browser.get(f"/cases/{asked.case_id}/").content.decode()
    CaseMessage.objects.filter(pk=asked.pk).update(channel="telephone")
    Entered.objects.create(message=asked, taken_by=officer, entered_by=officer, happened_at=at, entered_at=at)
    draft = fill_in()
    assert draft.is_valid()
    again = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at + timedelta(seconds=1)))
    page = browser.get(f"/cases/{again.case_id}/").content.decode()
    assert page.count(CAME) == 1
    assert page.index(f'id="message-{again.pk}"') < page.index(CAME)
    assert "By telephone" in page
    other = partner("xc.ncb").asks(composing.request(draft, officer, "XA-1", at + timedelta(seconds=2)))
    assert CAME not in browser.get(f"/cases/{other.case_id}/").content.decode()


def test_what_is_hidden_from_an_officer_stays_hidden(
    browser: Client, sent: CaseMessage, fill_in: FillIn, at: datetime
) -> None:
    CaseMessage.objects.filter(pk=sent.pk).update(restricted=True)
    stranger = officer_named("lowe", unit="ports")
    draft = fill_in()
    assert draft.is_valid()
    message = composing.request(draft, stranger, "XA-1", at)
    assert not reads.visible_to(stranger).filter(pk=sent.pk).exists()
    assert asked_before.before_sending(message, stranger, at=at) == ()


def test_queries_do_not_grow_with_what_was_asked(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Partners
) -> None:
    draft = fill_in()
    assert draft.is_valid()
    message = composing.request(draft, officer, "XA-1", at)
    counts = []
    for number in range(4):
        actions.send_request(draft, officer, at=at)
        came = partner("xb.spoc").asks(replace(message, head=replace(message.head, sent=message.head.sent + number)))
        CaseMessage.objects.filter(pk=came.pk).update(case=CaseMessage.objects.order_by("pk")[0].case_id)
        with CaptureQueriesContext(connection) as asked:
            found = asked_before.before_sending(message, officer, at=at)
            asked_before.of_received(list(CaseMessage.objects.filter(incoming=True)), officer)
        counts.append(len([one for one in asked.captured_queries if "cases_" in one["sql"]]))
    assert len(found) == asked_before.MOST
    assert len(set(counts[1:])) == 1


def test_old_messages_are_marked_by_the_worker_and_again_under_another_key(
    asked: CaseMessage, sent: CaseMessage, settings: Settings
) -> None:
    made = set(SubjectMark.objects.values_list("message", "mark"))
    SubjectMark.objects.all().delete()
    assert marks.catch_up() == 2
    assert set(SubjectMark.objects.values_list("message", "mark")) == made
    assert marks.catch_up() == 0
    settings.SECRET_KEY = "another secret of the node"
    assert marks.catch_up() == 2
    found = set(SubjectMark.objects.values_list("message", "mark"))
    assert {key for key, _mark in found} == {key for key, _mark in made}
    assert not found & made
    assert Marking.objects.count() == 1


def keys_of(*authorities: str) -> dict[str, KemKey]:
    week = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
    return {one: KemKey.from_seed(one.encode().ljust(32, b"\0"), *week) for one in authorities}


@pytest.fixture
def agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every authority holds its keys in this process, as each would in its own."""
    found = keys_of("xa.ncb", "xb.spoc", "xc.ncb")
    monkeypatch.setattr(agreeing.keyring, "kem_keys", lambda own: (found[str(own)],))
    monkeypatch.setattr(agreeing.members, "kem_key", lambda partner, _at: found[str(partner)].public)


def test_each_recipient_gets_tags_that_it_alone_can_make_anew(
    agreed: None, fill_in: FillIn, officer: Officer, at: datetime
) -> None:
    draft = fill_in()
    assert draft.is_valid()
    plain = composing.request(draft, officer, "XA-1", at)
    message = fingerprinting.with_fingerprints(plain, at)
    one, other = message.of(Fingerprint)
    assert [str(one.to), str(other.to)] == ["xb.spoc", "xc.ncb"]
    assert not set(one.tags) & set(other.tags)
    assert message.subjects == plain.subjects
    for name in ("xb.spoc", "xc.ncb"):
        assert fingerprinting.fits(message, AuthorityId.parse(name)) is True
    assert fingerprinting.fits(plain, AuthorityId.parse("xb.spoc")) is None
    swapped = replace(plain, parts=(*plain.parts, replace(one, tags=other.tags)))
    assert fingerprinting.fits(swapped, one.to) is False
    assert fingerprinting.fits(replace(message, parts=(one,)), one.to) is False  # of what it does not say


def test_a_fingerprint_that_does_not_fit_is_shown_and_changes_nothing(
    agreed: None, browser: Client, fill_in: FillIn, officer: Officer, at: datetime, partner: Partners
) -> None:
    draft = fill_in()
    assert draft.is_valid()
    said = composing.request(draft, officer, "XA-1", at)
    to = AuthorityId.parse("xa.ncb")
    wrong = replace(said, parts=(*said.parts, Fingerprint(to, 1, (bytes(16),))))
    came = partner("xb.spoc").asks(wrong)
    assert (came.tags_fit, came.state, came.due_at is not None) == (False, "new", True)
    assert "is not that of what it says" in browser.get(f"/cases/{came.case_id}/").content.decode()
    key = agreeing.key_with(to, AuthorityId.parse("xb.spoc"), at)
    assert key is not None
    right = fingerprinting._tags(key, fingerprinting.forms_of(said))
    fits = partner("xb.spoc").asks(replace(said, parts=(*said.parts, Fingerprint(to, 1, right))))
    assert fits.tags_fit is True


def test_a_process_without_keys_takes_those_that_the_worker_wrote_down(
    fill_in: FillIn, officer: Officer, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = fill_in()
    assert draft.is_valid()
    message = composing.request(draft, officer, "XA-1", at)
    whole = fingerprinting.with_fingerprints(message, at)
    agreeing.keep(at)

    def locked(_own: AuthorityId) -> None:
        raise KeyringError("the keys of this node are locked in this process")

    monkeypatch.setattr(agreeing.keyring, "kem_keys", locked)
    assert len(whole.of(Fingerprint)) == 2
    assert fingerprinting.with_fingerprints(message, at) == whole
    assert fingerprinting.with_fingerprints(message, at + timedelta(days=30)) == message
    AgreedKey.objects.all().delete()
    assert fingerprinting.with_fingerprints(message, at) == message


def test_keys_of_pairs_are_written_once_and_taken_away_when_their_week_is_over(officer: Officer, at: datetime) -> None:
    agreeing.keep(at)
    made = set(AgreedKey.objects.values_list("partner", "begins", "key"))
    agreeing.keep(at)
    assert set(AgreedKey.objects.values_list("partner", "begins", "key")) == made
    assert AgreedKey.objects.filter(partner="xb.spoc", begins__lte=at, until__gt=at).exists()
    agreeing.keep(at + timedelta(days=8))
    assert not AgreedKey.objects.filter(until__lte=at + timedelta(days=8)).exists()
