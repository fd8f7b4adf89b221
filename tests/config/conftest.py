import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from comity.node.officers import stepup
from comity.node.officers.actions import register_officer
from comity.node.officers.models import Officer


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Slow hashing protects officers, not tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def officer(db: None) -> Officer:
    return register_officer(
        "hale", password="seven quiet harbours", display_name="Miriam Hale", authority="xa.ncb", served=("xa.ncb",)
    )


@pytest.fixture
def signed_in(client: Client, officer: Officer) -> Client:
    """A browser in which the officer has signed in with both factors."""
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_known"] = True
    session[stepup.CONFIRMED] = time.time()
    session.save()
    return client


@pytest.fixture
def node(settings: Settings) -> Callable[..., None]:
    """Change facts of the node for one test."""

    def change(**facts: object) -> None:
        settings.NODE = replace(settings.NODE, **facts)

    return change
