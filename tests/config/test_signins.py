from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from comity.messages import canonical
from comity.node.ledger.actions import open_log
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer

PASSWORD = "seven quiet harbours"


@pytest.fixture(autouse=True)
def logged(officer: Officer, node: Callable[..., None], tmp_path: Path) -> None:
    """The node has a folder and the authority's log of acts."""
    node(folder=tmp_path)
    open_log(f"{officer.authority}/a1")


def acts() -> list[tuple[str, str]]:
    openings = (canonical.decode(bytes(one.opening or b"")) for one in Entry.objects.order_by("id"))
    return [(opening["kind"], opening["officer"]) for opening in openings]


def test_a_sign_in_and_a_sign_out_are_acts(client: Client) -> None:
    client.post("/account/login/", {"login": "hale", "password": PASSWORD})
    client.post("/account/logout/")
    assert acts() == [("officer.signed-in", "hale"), ("officer.signed-out", "hale")]


def test_a_wrong_password_is_an_act_under_the_name_of_the_officer(client: Client) -> None:
    client.post("/account/login/", {"login": "Hale", "password": "wrong"})
    assert acts() == [("officer.sign-in-refused", "hale")]


def test_a_name_that_nobody_has_may_be_a_password_and_is_not_written_down(client: Client) -> None:
    client.post("/account/login/", {"login": "Hunter2Hunter2", "password": "wrong"})
    assert acts() == [("officer.sign-in-refused", "")]


def test_who_forgot_a_password_is_told_who_helps_signed_in_or_not(client: Client, signed_in: Client) -> None:
    for browser in (client, signed_in):
        assert "administrator" in browser.get("/account/forgotten/").content.decode()


def test_a_password_alone_leads_to_the_second_factor_and_is_told_why(client: Client) -> None:
    answer = client.post("/account/login/", {"login": "hale", "password": PASSWORD}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/account/2fa/"
    assert "A password alone is not enough here." in page
    assert "Successfully" not in page
