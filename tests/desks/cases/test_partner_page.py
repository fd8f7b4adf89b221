"""The page of one partner: figures in both directions, what is open, and what is compared by telephone."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from tests.desks.cases.conftest import officer_named

from comity.desks.cases import actions, partner_page
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, CaseMessage
from comity.desks.cases.partner_page import OnTime, PartnerPage
from comity.directory.member import ContactPoint, Hours
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.vocabulary.authority import AuthorityId

FillIn = Callable[..., Draft]
DAY = timedelta(days=1)


@pytest.fixture
def sent(fill_in: FillIn, officer: Officer, at: datetime) -> CaseMessage:
    draft = fill_in(recipients=["xb.spoc"])
    assert draft.is_valid()
    message = actions.send_request(draft, officer, at=at).message
    assert message is not None
    return message


def page_of(officer: Officer, at: datetime, partner: str = "xb.spoc") -> PartnerPage:
    found = partner_page.partner_page(officer, partner, "en", at=at)
    assert found is not None
    return found


def moved(message: CaseMessage, **to: datetime) -> None:
    CaseMessage.objects.filter(pk=message.pk).update(**to)


def test_what_waits_stands_on_either_side(
    officer: Officer, at: datetime, asked: CaseMessage, sent: CaseMessage
) -> None:
    found = page_of(officer, at)
    assert [one.pk for one in found.owed_by_us] == [asked.pk]
    assert [one.pk for one in found.owed_by_them] == [sent.pk]
    assert found.theirs == found.ours == OnTime()
    assert found.ours.share is None


def test_what_another_partner_owes_stands_on_its_own_page(officer: Officer, at: datetime, sent: CaseMessage) -> None:
    assert page_of(officer, at, "xc.ncb").owed_by_them == ()


@pytest.mark.parametrize(
    ("replied", "now", "expected"),
    [(6, 6, OnTime(in_time=1)), (8, 8, OnTime(late=1)), (None, 8, OnTime(overdue=1)), (None, 6, OnTime())],
    ids=["in time", "late", "overdue", "not yet due"],
)
def test_their_answers_are_counted_against_the_time_limit(  # a week, by the Harbour Convention
    officer: Officer, at: datetime, sent: CaseMessage, replied: int | None, now: int, expected: OnTime
) -> None:
    moved(sent, deadline=sent.sent_at + 7 * DAY)
    if replied is not None:
        Addressee.objects.filter(message=sent).update(reply="full", replied_at=sent.sent_at + replied * DAY)
    assert page_of(officer, at + now * DAY).theirs == expected


@pytest.mark.parametrize(("after", "expected"), [(1, OnTime(in_time=1)), (9, OnTime(late=1))])
def test_our_answers_are_counted_too(
    officer: Officer, at: datetime, asked: CaseMessage, after: int, expected: OnTime
) -> None:
    moved(asked, deadline=at + 7 * DAY)
    given = {"kind": "negative", "text": "Nothing.", "handling": ["H0"], "conditions": ""}
    assert actions.answer_request(asked, given, officer, at=at + after * DAY).message is not None
    found = page_of(officer, at + 10 * DAY)
    assert found.ours == expected
    assert found.owed_by_us == ()


def test_an_interim_answer_is_no_answer_yet(officer: Officer, at: datetime, asked: CaseMessage) -> None:
    moved(asked, deadline=at + 7 * DAY)
    given = {
        "kind": "interim", "more_by": (at + 9 * DAY).date(), "text": "Later.", "handling": ["H0"], "conditions": "",
    }  # fmt: skip
    assert actions.answer_request(asked, given, officer, at=at + DAY).message is not None
    assert page_of(officer, at + 8 * DAY).ours == OnTime(overdue=1)


def test_figures_hold_only_what_the_officer_may_see(at: datetime, asked: CaseMessage) -> None:
    found = page_of(officer_named("stranger", authority="xa.cid"), at + 30 * DAY)
    assert found.owed_by_us == ()
    assert found.ours == OnTime()


def test_the_digits_are_those_of_the_card_and_of_the_log_keys(officer: Officer, at: datetime) -> None:
    entry = members.directory().entry(AuthorityId.parse("xb.spoc"))
    assert entry is not None
    found = page_of(officer, at)
    assert found.identity == partner_page.spoken(entry.identity.fingerprint)
    assert [one.name for one in found.logs] == ["xb.spoc/a1", "xb.spoc/x1"]
    assert len({found.identity, *(one.digits for one in found.logs)}) == 3


def test_opening_hours_are_told_in_their_time_and_in_ours(at: datetime) -> None:
    point = ContactPoint(
        {"en": "Desk"}, "", "", ("en",), "Etc/GMT-3", (Hours(1, time(8), time(16)), Hours(7, time(22), time(0)))
    )
    early, late = partner_page._contact(point, "en", at).hours
    assert [f"{one:%a %H:%M}" for one in early.there] == ["Mon 08:00", "Mon 16:00"]
    assert [f"{one.astimezone(ZoneInfo('UTC')):%a %H:%M}" for one in early.here] == ["Mon 05:00", "Mon 13:00"]
    assert [f"{one:%a %H:%M}" for one in late.there] == ["Sun 22:00", "Mon 00:00"]


def test_who_is_no_member_or_oneself_has_no_page(browser: Client) -> None:
    assert [browser.get(f"/cases/partners/{name}/").status_code for name in ("xz.ncb", "nobody", "xa.ncb")] == [404] * 3


def test_the_page_asks_the_database_a_fixed_number_of_times(
    browser: Client, asked: CaseMessage, sent: CaseMessage, django_assert_max_num_queries: Any, fill_in: FillIn,
    officer: Officer, at: datetime,
) -> None:  # fmt: skip
    for _ in range(3):
        draft = fill_in(recipients=["xb.spoc"])
        assert draft.is_valid()
        actions.send_request(draft, officer, at=at)
    with django_assert_max_num_queries(24):
        page = browser.get("/cases/partners/xb.spoc/").content.decode()
    assert asked.reference in page
