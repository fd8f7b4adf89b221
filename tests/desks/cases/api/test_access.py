"""Who may do what through the interface: every route, every role, both kinds of token, and another's message."""

from typing import Any

import pytest
from tests.desks.cases.api.conftest import REQUEST, System, system_of
from tests.desks.cases.conftest import officer_named
from tests.desks.cases.test_access import MAY, READ, WRITE, asked

__all__ = ["asked"]  # with a candidate

from comity.desks.cases.api.interface import document
from comity.desks.cases.api.urls import urlpatterns
from comity.desks.cases.models import CaseMessage
from comity.node.officers.rules import Role

OPEN, ANYBODY = "open", "anybody"
"""Needs no token; needs a token of anybody."""
NEEDS: dict[str, str | None] = {
    "openapi-json": OPEN, "nowhere": OPEN, "problem": OPEN, "me": ANYBODY,
    "cases": READ, "case": READ, "message": READ, "partners": READ, "drafts": WRITE, "messages": WRITE,
    "decision": WRITE, "take": WRITE, "give_back": WRITE, "read": READ,
    "draft": None,  # an officer's own, which nobody else may open: see test_writing.py
}  # fmt: skip
POSTED: dict[str, Any] = {
    "messages": REQUEST,
    "decision": {"verdict": "same"},
    "take": {"seen": None},
    "give_back": {"seen": 1},
    "read": {},
}
NAMES_NOTHING = {"cases", "partners", "drafts", "messages", "me", *(r for r, need in NEEDS.items() if need == OPEN)}
ASKED = [route for route, need in NEEDS.items() if need in {READ, WRITE}]


def ask(system: System, route: str, message: CaseMessage) -> int:
    known = {"case_id": message.case_id, "message_id": message.pk, "candidate_id": message.candidates.get().pk}
    place = "/" + str(next(one.pattern for one in urlpatterns if one.name == route)).replace("<", "{").replace(">", "}")
    place = place.format(**known)
    return (system.post(place, POSTED[route]) if route in POSTED else system.get(place)).status_code


def test_the_matrix_knows_every_route() -> None:
    assert {one.name for one in urlpatterns} == set(NEEDS)


def test_the_document_knows_every_route() -> None:
    assert len(document()["paths"]) == len(NEEDS) - 2  # itself, and what is nowhere


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_includes_and_nothing_else(asked: CaseMessage, role: Role) -> None:
    system = system_of(officer_named("somebody", role=role))
    found = {route: ask(system, route, asked) for route in ASKED}
    own_case = {"give_back": {403, 409}}  # of what the officer does not hold there is nothing to give back
    for route, status in found.items():
        includes = NEEDS[route] in MAY[role]
        assert (status < 300 or status in own_case.get(route, ())) if includes else status == 403, (route, status)


def test_a_token_for_reading_opens_what_is_read(asked: CaseMessage) -> None:
    system = system_of(officer_named("somebody"), writes=False)
    found = {route: ask(system, route, asked) for route in ASKED}
    assert found == {route: 403 if route in POSTED else 200 for route in ASKED}


def test_nothing_opens_without_a_token(asked: CaseMessage) -> None:
    closed = [route for route, need in NEEDS.items() if need not in {OPEN, None}]
    assert {ask(System(""), route, asked) for route in closed} == {401}


def test_to_an_officer_of_another_authority_it_does_not_exist(asked: CaseMessage) -> None:
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    found = {route: ask(stranger, route, asked) for route in set(ASKED) - NAMES_NOTHING}
    assert set(found.values()) == {404}, found
