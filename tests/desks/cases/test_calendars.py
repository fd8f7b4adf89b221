"""A calendar of deadlines at a secret address: what it shows, what it hides, and who may have one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar as File
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases import actions as acts
from comity.desks.cases import calendars
from comity.desks.cases.actions.calendars import make_calendar, revoke_calendar
from comity.desks.cases.alerting import Calendar, Scope
from comity.desks.cases.models import Case, CaseMessage, State
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer

NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def due(asked: CaseMessage) -> CaseMessage:
    """The request, due tomorrow at this time."""
    CaseMessage.objects.update(due_at=timezone.now() + timedelta(days=1))
    asked.refresh_from_db()
    return asked


def address(officer: Officer, scope: Scope = Scope.ALL) -> str:
    return f"/cases/calendar/{make_calendar(officer, scope, at=timezone.now())}.ics"


def summaries(answer) -> list[str]:
    assert answer.status_code == 200
    return [str(one["summary"]) for one in File.from_ical(answer.content).walk("VEVENT")]


def another(message: CaseMessage, number: int) -> CaseMessage:
    row = CaseMessage.objects.get(pk=message.pk)
    row.case = Case.objects.create(authority="xa.ncb", reference=f"K-{number}", opened_at=timezone.now())
    row.pk, row.msg = None, bytes([number]) * 32
    row.save(force_insert=True)
    return row


def test_whoever_has_the_address_learns_when_how_many_answers_are_due(due: CaseMessage, officer: Officer) -> None:
    another(due, 1)
    answer = Client().get(address(officer))
    assert summaries(answer) == ["Answer due: 2 cases"]
    (event,) = File.from_ical(answer.content).walk("VEVENT")
    assert due.due_at is not None
    assert event["dtstart"].dt == due.due_at.replace(second=0, microsecond=0)
    assert b"DTSTART:" in answer.content
    assert event["dtstart"].to_ical().endswith(b"Z")


def test_no_case_no_partner_and_no_person_stands_in_it(due: CaseMessage, officer: Officer) -> None:
    text = Client().get(address(officer)).content.decode()
    for word in (due.reference, due.case.reference, "xb", "Khaled", "hale", "Hale", due.caption):
        assert word not in text, word


def test_it_speaks_the_language_of_its_officer(due: CaseMessage) -> None:
    reader = officer_named("lecteur", language="fr")
    assert summaries(Client(headers={"Accept-Language": "es"}).get(address(reader))) == ["Réponse à donner : 1 dossier"]


def test_of_my_cases_it_shows_those_that_i_hold(due: CaseMessage, officer: Officer) -> None:
    another(due, 1)
    place = address(officer, Scope.MINE)
    assert summaries(Client().get(place)) == []
    acts.take(due.case, officer, shown=None, at=timezone.now())
    assert summaries(Client().get(place)) == ["Answer due: 1 case"]


@pytest.mark.parametrize(
    "changed", [{"state": State.ANSWERED}, {"standing": "withdrawn"}, {"still_since": NOON}, {"due_at": None}]
)
def test_what_waits_no_more_or_stands_still_has_no_deadline(
    due: CaseMessage, officer: Officer, changed: dict[str, object]
) -> None:
    CaseMessage.objects.update(**changed)
    assert summaries(Client().get(address(officer))) == []


def test_an_officer_of_another_authority_has_another_calendar(due: CaseMessage) -> None:
    assert summaries(Client().get(address(officer_named("stranger", authority="xa.cid")))) == []


def test_what_has_not_changed_is_not_sent_again(due: CaseMessage, officer: Officer) -> None:
    place = address(officer)
    first = Client().get(place)
    again = Client().get(place, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    CaseMessage.objects.update(due_at=timezone.now() + timedelta(days=2))
    assert Client().get(place, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_it_sets_no_cookie_and_needs_none(due: CaseMessage, officer: Officer) -> None:
    answer = Client().get(address(officer))
    assert not answer.cookies
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_it_is_only_read(due: CaseMessage, officer: Officer) -> None:
    place = address(officer)
    assert Client().head(place).status_code == 200
    assert {Client().generic(method, place).status_code for method in ("POST", "PUT", "DELETE")} == {405}


def test_revoked_replaced_unknown_and_of_a_deactivated_officer_look_the_same(officer: Officer, at: datetime) -> None:
    first = address(officer)
    second = address(officer)
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)
    officer.is_active = False
    officer.save()
    gone = Client().get(second)
    officer.is_active = True
    officer.save()
    assert revoke_calendar(officer, at=at)
    assert not revoke_calendar(officer, at=at)
    answers = [gone, Client().get(second), Client().get("/cases/calendar/nobody.ics")]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1


def test_the_secret_is_kept_nowhere_but_with_its_officer(officer: Officer, at: datetime) -> None:
    secret = make_calendar(officer, Scope.MINE, at=at)
    kept = Calendar.objects.get()
    assert bytes(kept.digest) == calendars.digest(secret)
    acts_made = [bytes(one.opening or b"") for one in Entry.objects.all()]
    assert any(b"calendar.made" in one for one in acts_made)
    assert not any(secret.encode() in one for one in acts_made)


def test_it_says_when_it_was_fetched_last_to_the_hour(officer: Officer) -> None:
    place = address(officer)
    Client().get(place)
    first = Calendar.objects.get().fetched_at
    Client().get(place)
    assert first is not None
    assert Calendar.objects.get().fetched_at == first


def test_my_account_makes_shows_once_and_revokes_it(browser: Client, due: CaseMessage) -> None:
    page = browser.post("/me/calendar", {"scope": "all"}).content.decode()
    secret = page.partition("/cases/calendar/")[2].partition(".ics")[0]
    assert summaries(Client().get(f"/cases/calendar/{secret}.ics")) == ["Answer due: 1 case"]
    account = browser.get("/me/").content.decode()
    assert secret not in account
    assert "Revoke the address" in account
    assert "leads nowhere any more" in browser.post("/me/calendar/revoke", follow=True).content.decode()
    assert Client().get(f"/cases/calendar/{secret}.ics").status_code == 404


def test_without_a_choice_none_is_made_and_that_is_said(browser: Client) -> None:
    assert "Choose which deadlines" in browser.post("/me/calendar", follow=True).content.decode()
    assert not Calendar.objects.exists()


def test_who_reads_no_cases_has_no_calendar(desk: None) -> None:
    client = sit_down(officer_named("keeper", role="administrator"))
    assert "Calendar of deadlines" not in client.get("/me/").content.decode()
    assert client.post("/me/calendar", {"scope": "all"}).status_code == 403


def test_making_one_asks_for_a_fresh_second_factor(browser: Client) -> None:
    session = browser.session
    session["second_factor_at"] = 0.0
    session.save()
    assert "/account/confirm/" in browser.post("/me/calendar", {"scope": "all"})["Location"]
    assert not Calendar.objects.exists()


def test_the_calendar_takes_one_query_for_its_deadlines(
    due: CaseMessage, officer: Officer, django_assert_num_queries
) -> None:
    for number in range(5):
        another(due, number)
    with django_assert_num_queries(1):
        assert calendars.deadlines(officer, Scope.ALL, timezone.now())[0][1] == 6
