from datetime import UTC, datetime, timedelta

import pytest

from comity.node.officers import tokens
from comity.node.officers.actions import deactivate, register_officer
from comity.node.officers.models import AccessToken, Officer

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
HERE, THERE = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def officer(db: None) -> Officer:
    return register_officer("hale", password=None, display_name="R. Hale", authority="xa.ncb", served=("xa.ncb",))


def test_a_token_leads_to_its_officer_and_its_secret_is_not_kept(officer: Officer) -> None:
    made, text = tokens.make(officer, "Registry", writes=True, at=AT)
    assert tokens.recognise(text, HERE, at=AT) == made
    kept = "".join(map(str, AccessToken.objects.values_list().get()))
    assert text.rpartition("_")[2] not in kept


def test_a_token_lives_for_a_year_at_most(officer: Officer) -> None:
    made, text = tokens.make(officer, "Registry", writes=False, at=AT)
    assert made.expires_at == AT + timedelta(days=365)
    assert isinstance(tokens.recognise(text, HERE, at=made.expires_at), tokens.Refused)
    for lifetime in (timedelta(days=366), timedelta()):
        with pytest.raises(ValueError, match="a year at most"):
            tokens.make(officer, "Longer", writes=False, at=AT, lifetime=lifetime)


def test_a_token_ends_with_its_officer(officer: Officer) -> None:
    _made, text = tokens.make(officer, "Registry", writes=True, at=AT)
    deactivate(officer)
    assert tokens.recognise(text, HERE, at=AT) == tokens.Refused()


@pytest.mark.parametrize("text", ["", "comity", "comity_0_0", "comity_" + "0" * 16 + "_" + "x" * 43, "\0", "é" * 70])
def test_what_is_no_token_is_refused(officer: Officer, text: str) -> None:
    assert tokens.recognise(text, HERE, at=AT) == tokens.Refused()


def test_after_five_wrong_secrets_a_token_waits_from_that_address_alone(officer: Officer) -> None:
    _made, text = tokens.make(officer, "Registry", writes=True, at=AT)
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    found = [tokens.recognise(wrong, HERE, at=AT) for _ in range(5)]
    assert isinstance(found[-1], tokens.Refused)
    assert found[-1].until is not None
    assert isinstance(tokens.recognise(text, HERE, at=AT), tokens.Refused)
    assert isinstance(tokens.recognise(text, THERE, at=AT), AccessToken)


def test_when_a_token_was_last_used_is_kept_to_the_minute(officer: Officer) -> None:
    made, _text = tokens.make(officer, "Registry", writes=True, at=AT)
    for seconds in (0, 59, 61):
        tokens.note_used(AccessToken.objects.get(pk=made.pk), at=AT + timedelta(seconds=seconds))
    assert AccessToken.objects.get(pk=made.pk).used_at == AT + timedelta(seconds=61)
