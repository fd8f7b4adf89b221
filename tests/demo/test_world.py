"""The invented federation: what the rest of the demo, the docs and the pictures lean on."""

import re
import zoneinfo
from collections import Counter

import pytest

from comity.config import nodefile
from comity.demo import world

PEOPLE = tuple(person for state in world.STATES for one in state.authorities for person in one.officers)


def test_every_name_stands_in_the_four_languages() -> None:
    for state in world.STATES:
        for names in (state.names, *(one.names for one in state.authorities)):
            assert set(names) == set(world.LANGUAGES)
            assert all(names.values())


def test_an_authority_belongs_to_the_state_of_its_code() -> None:
    assert all(one.id.startswith(f"{state.key}.") for state in world.STATES for one in state.authorities)


def test_every_sign_in_name_is_used_once_and_can_be_typed_on_any_keyboard() -> None:
    counted = Counter(person.username for person in PEOPLE)
    assert set(counted.values()) == {1}
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", name) for name in counted)


@pytest.mark.parametrize("state", world.STATES, ids=lambda state: state.code)
def test_the_first_authority_of_a_state_has_every_role(state: world.State) -> None:
    roles = {person.role for person in state.first.officers}
    assert roles == {"officer", "supervisor", "dpo", "auditor", "administrator"}


@pytest.mark.parametrize("state", world.STATES, ids=lambda state: state.code)
def test_an_authority_has_somebody_who_acts_and_somebody_who_approves(state: world.State) -> None:
    for one in state.authorities:
        assert {"officer", "supervisor"} <= {person.role for person in one.officers}


@pytest.mark.parametrize("state", world.STATES, ids=lambda state: state.code)
def test_zone_language_and_colour_are_ones_a_node_knows(state: world.State) -> None:
    assert state.time_zone in zoneinfo.available_timezones()
    assert state.language in nodefile.LANGUAGES
    assert state.colour in nodefile.COLOURS
    assert state.host == f"{state.key}.localhost"


def test_states_and_officers_are_found_by_code_and_name() -> None:
    assert world.state("xb") is world.XB
    assert world.authority("xb.fiu").id == "xb.fiu"
    assert world.officer("layla.mansour").role == "officer"
