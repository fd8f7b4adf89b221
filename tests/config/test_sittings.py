import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from comity.messages import canonical
from comity.node.ledger.actions import open_log
from comity.node.ledger.models import Entry
from comity.node.officers.actions import register_officer
from comity.node.officers.models import Officer, Sitting
from comity.node.officers.rules import Role

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def logged(officer: Officer, node: Callable[..., None], tmp_path: Path) -> None:
    """The node has a folder and the authority's log of acts."""
    node(folder=tmp_path)
    open_log(f"{officer.authority}/a1")


def last_act() -> tuple[str, str, dict[str, str]]:
    opening = canonical.decode(bytes(Entry.objects.order_by("id").last().opening or b""))
    return opening["kind"], opening["officer"], dict(opening["facts"])


def another(officer: Officer) -> Client:
    """Return a second browser of the same officer, a Firefox on Windows."""
    client = Client(headers={"User-Agent": FIREFOX})
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_known"], session["browser"] = True, "Firefox/Windows"
    session.save()
    return client


def handle(client: Client) -> str:
    return Sitting.objects.get(session_key=client.session.session_key).handle


def text(client: Client, path: str = "/me/") -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(path).content.decode()))


@pytest.fixture
def administrator(officer: Officer) -> Client:
    """A browser of the administrator."""
    who = register_officer(
        "moss", password=None, display_name="Gareth Moss", authority="xa.ncb", served=("xa.ncb",),
        role=Role.ADMINISTRATOR,
    )  # fmt: skip
    return another(who)


def test_my_account_lists_my_browsers_in_words_and_marks_this_one(signed_in: Client, officer: Officer) -> None:
    another(officer)
    page = text(signed_in)
    assert "Firefox on Windows" in page
    assert page.count("this one") == 1


def test_no_page_carries_the_key_of_a_session(signed_in: Client, officer: Officer) -> None:
    other = another(officer)
    page = signed_in.get("/me/").content.decode()
    assert other.session.session_key not in page
    assert handle(other) in page


def test_i_end_one_of_my_sessions_and_it_is_an_act(signed_in: Client, officer: Officer) -> None:
    other = another(officer)
    signed_in.post("/me/sessions/end", {"handle": handle(other)})
    assert other.get("/me/").status_code == 302
    assert signed_in.get("/me/").status_code == 200
    assert last_act() == ("officer.session-ended", "hale", {"why": "self", "sessions": "1"})


def test_i_end_all_others_and_stay(signed_in: Client, officer: Officer) -> None:
    others = [another(officer) for _ in range(3)]
    signed_in.post("/me/sessions/end")
    assert [one.get("/me/").status_code for one in others] == [302, 302, 302]
    assert signed_in.get("/me/").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(signed_in: Client, administrator: Client) -> None:
    signed_in.post("/me/sessions/end", {"handle": handle(administrator)})
    assert administrator.get("/me/").status_code == 200
    assert signed_in.post("/sign-ins/end", {"handle": handle(administrator)}).status_code == 403
    assert administrator.get("/me/").status_code == 200


def test_an_administrator_sees_and_ends_an_officers_session(
    signed_in: Client, officer: Officer, administrator: Client
) -> None:
    assert "Miriam Hale" in text(administrator, "/sign-ins/")
    administrator.post("/sign-ins/end", {"handle": handle(signed_in), "which": "one"})
    assert signed_in.get("/me/").status_code == 302
    assert last_act() == ("officer.session-ended", "moss", {"of": "hale", "why": "administrator", "sessions": "1"})


def test_an_administrator_ends_all_sessions_of_an_officer_at_once(
    signed_in: Client, officer: Officer, administrator: Client
) -> None:
    other = another(officer)
    administrator.post("/sign-ins/end", {"handle": handle(signed_in), "which": "all"})
    assert [one.get("/me/").status_code for one in (signed_in, other)] == [302, 302]
    assert administrator.get("/sign-ins/").status_code == 200


@pytest.mark.parametrize(("name", "seconds", "why"), [("seen_at", 901, "idle"), ("begun_at", 43_201, "hours")])
def test_a_session_that_time_ended_is_an_act_that_says_why(
    signed_in: Client, name: str, seconds: int, why: str
) -> None:
    session = signed_in.session
    session[name] = time.time() - seconds
    session.save()
    signed_in.get("/me/")
    assert last_act() == ("officer.session-ended", "hale", {"why": why})


def test_asking_how_long_it_lasts_does_not_prolong_a_session_and_staying_does(signed_in: Client) -> None:
    session = signed_in.session
    session["seen_at"] = time.time() - 850
    session.save()
    asked = signed_in.get("/me/session", headers={"Comity-Background": "1"}).json()
    assert asked["idle_s"] <= 50
    assert signed_in.post("/me/session").json()["idle_s"] > 890


def test_staying_does_not_prolong_the_hours(signed_in: Client) -> None:
    session = signed_in.session
    session["begun_at"] = time.time() - 43_000
    session.save()
    assert signed_in.post("/me/session").json()["hours_s"] <= 200


def test_a_fragment_asked_for_after_the_session_leads_back_to_its_page(client: Client) -> None:
    answer = client.get(
        "/cases/7/?stamp=0",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/7/?show=all#note"},
    )
    assert answer["HX-Redirect"] == "/account/login/?next=%2Fcases%2F7%2F%3Fshow%3Dall"


def test_a_page_of_elsewhere_is_not_led_back_to(client: Client) -> None:
    answer = client.get("/cases/", headers={"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/x"})
    assert answer["HX-Redirect"] == "/account/login/"


def test_the_list_of_sign_ins_costs_as_many_questions_for_twenty_as_for_two(
    administrator: Client, officer: Officer, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(20):
        another(officer)
    with django_assert_max_num_queries(14):
        administrator.get("/sign-ins/")


def test_a_browser_that_was_closed_is_ended_and_recorded_at_the_next_sign_in_of_anybody(
    signed_in: Client, officer: Officer
) -> None:
    session = signed_in.session
    session["seen_at"] = time.time() - 1000
    session.save()
    other = another(officer)
    assert Sitting.objects.filter(officer=officer).count() == 1
    told = [canonical.decode(bytes(one.opening or b"")) for one in Entry.objects.order_by("id")]
    assert [dict(one["facts"]) for one in told if one["kind"] == "officer.session-ended"] == [{"why": "idle"}]
    assert text(other).count("this one") == 1


def test_what_is_over_is_not_shown_as_signed_in(signed_in: Client, administrator: Client) -> None:
    Sitting.objects.filter(session_key=signed_in.session.session_key).update(
        seen_at=timezone.now() - timedelta(hours=1)
    )
    assert "Miriam Hale" not in text(administrator, "/sign-ins/")
