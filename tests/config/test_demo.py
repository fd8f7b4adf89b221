from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from comity.node.officers.actions import register_officer
from comity.node.officers.models import Officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def watcher() -> Officer:
    return register_officer(
        "quill",
        password="x",
        display_name="Ada Quill",
        authority="xa.ncb",
        served=("xa.ncb",),
        role="dpo",
        check_password=False,
    )


@pytest.mark.usefixtures("officer", "watcher")
def test_a_demo_offers_each_invented_officer_by_one_click(client: Client, node: Callable[..., None]) -> None:
    node(demo=True)
    page = client.get("/account/login/").content.decode()
    assert page.index("Miriam Hale") < page.index("Ada Quill")
    client.post("/account/demo/", {"username": "hale"})
    assert client.get("/me/").status_code == 200


@pytest.mark.parametrize(
    ("facts", "address"),
    [
        ({"demo": False}, "127.0.0.1"),
        ({"demo": True, "host": "node.example.org"}, "127.0.0.1"),
        ({"demo": True}, "192.0.2.7"),
    ],
)
@pytest.mark.usefixtures("officer")
def test_elsewhere_the_one_click_sign_in_does_not_exist(
    client: Client, node: Callable[..., None], facts: dict[str, Any], address: str
) -> None:
    node(**facts)
    assert "Miriam Hale" not in client.get("/account/login/", REMOTE_ADDR=address).content.decode()
    answer = client.post("/account/demo/", {"username": "hale"}, REMOTE_ADDR=address)
    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("officer")
def test_a_forwarded_address_is_not_believed(client: Client, node: Callable[..., None]) -> None:
    node(demo=True)
    answer = client.post(
        "/account/demo/", {"username": "hale"}, REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="127.0.0.1"
    )
    assert answer.status_code == 404


def test_every_page_of_a_demo_says_so(signed_in: Client, node: Callable[..., None]) -> None:
    node(demo=True)
    assert "demo-ribbon" in signed_in.get("/me/").content.decode()
    node(demo=False)
    assert "demo-ribbon" not in signed_in.get("/me/").content.decode()
