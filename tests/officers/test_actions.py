from typing import Any

import pytest

from comity.node.officers import actions
from comity.node.officers.errors import NameTakenError, UnknownAuthorityError, UnknownRoleError, WeakPasswordError
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty

pytestmark = pytest.mark.django_db

GOOD = "seven quiet harbours"


def register(username: str = "Hale", **changed: Any) -> Officer:
    facts = {
        "password": GOOD,
        "display_name": "Miriam Hale",
        "authority": "xa.ncb",
        "served": ("xa.ncb", "xa.cid"),
        **changed,
    }
    return actions.register_officer(username, **facts)


def test_an_officer_signs_in_under_a_name_of_any_case() -> None:
    register("Hale")
    assert Officer.objects.get_by_natural_key("HALE").display_name == "Miriam Hale"


def test_a_name_is_given_once_whatever_its_case() -> None:
    register("Hale")
    with pytest.raises(NameTakenError):
        register("hALE")


def test_nobody_acts_for_an_authority_that_is_not_served_here() -> None:
    with pytest.raises(UnknownAuthorityError, match="xb"):
        register(authority="xb.spoc")


def test_a_role_must_be_known() -> None:
    with pytest.raises(UnknownRoleError, match="chief"):
        register(role="chief")


@pytest.mark.parametrize("password", ["short", "password1234", "miriam hale 12"])
def test_a_guessable_password_is_refused_and_nobody_is_registered(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        register(password=password)
    assert not Officer.objects.exists()


def test_a_password_is_kept_only_as_a_slow_hash() -> None:
    officer = register()
    assert GOOD not in officer.password
    assert officer.password.startswith("scrypt$")


def test_a_deactivated_officer_may_nothing() -> None:
    officer = register(role="supervisor")
    actions.deactivate(officer)

    assert not any(officer.may(duty) for duty in Duty)
