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
    "preview": WRITE, "decision": WRITE, "take": WRITE, "give_back": WRITE, "read": READ,
    "search": READ, "notes": READ, "close": WRITE, "reopen": WRITE, "nothing_found": WRITE,
    "draft": None, "draft_preview": None, "draft_send": None, "discard": None, "restore": None, "take_back": None,
    "colleagues": WRITE, "handovers": WRITE, "links": READ, "operation": None,
    "assign": None, "bulk": None, "handover_read": None, "link": None,  # see test_passing.py
    "templates": WRITE, "start_from_template": None, "start_from_message": WRITE,
    "statistics": None, "partner": None,  # see test_starting.py
    "filters": READ, "filter": None,  # an officer's own: test_listing.py
    "home": READ, "ringing": WRITE, "at_home": READ, "proofs": READ, "records": READ,
    "look_up": None, "record": None,  # test_desk.py
    "approvals": None, "approval": None, "approve": None, "return": None,  # test_confirming.py, as the next
    "bundle": None, "export": None, "evidence": None,
    "units": WRITE, "forward": None,  # test_forwarding.py
    "note": None, "template": None, "entered": None, "entered_drafts": None, "entered_answer": None,
    "files": None, "file": None, "download": None,  # an officer's own, which nobody else may open: test_drafting.py
}  # fmt: skip
POSTED: dict[str, Any] = {
    "messages": REQUEST,
    "preview": REQUEST,
    "decision": {"verdict": "same"},
    "take": {"seen": None},
    "give_back": {"seen": 1},
    "read": {},
    "search": {"text": "Khaled"},
    "close": {},
    "reopen": {},
    "nothing_found": {},
}
ALSO_POSTED: dict[str, Any] = {"notes": {"text": "Called."}}
"""What is posted to an address that is also read."""
READ_BY_POST = {"search", "preview"}
"""Changes nothing; posted so that no name stands in an address."""
NAMES_NOTHING = {
    "home",
    "ringing",
    "records",
    "cases",
    "search",
    "partners",
    "drafts",
    "templates",
    "units",
    "filters",
    "colleagues",
    "handovers",
    "messages",
    "preview",
    "me",
    *(r for r, need in NEEDS.items() if need == OPEN),
}
ASKED = [route for route, need in NEEDS.items() if need in {READ, WRITE}]


def ask(system: System, route: str, message: CaseMessage, body: Any = None) -> int:
    known = {"case_id": message.case_id, "message_id": message.pk, "candidate_id": message.candidates.get().pk}
    place = "/" + str(next(one.pattern for one in urlpatterns if one.name == route)).replace("<", "{").replace(">", "}")
    place = place.format(**known)
    body = POSTED.get(route) if body is None else body
    return (system.get(place) if body is None else system.post(place, body)).status_code


def test_the_matrix_knows_every_route() -> None:
    assert {one.name for one in urlpatterns} == set(NEEDS)


def test_the_document_knows_every_route() -> None:
    assert len(document()["paths"]) == len(NEEDS) - 2  # itself, and what is nowhere


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_includes_and_nothing_else(asked: CaseMessage, role: Role) -> None:
    system = system_of(officer_named("somebody", role=role))
    found = {route: ask(system, route, asked) for route in ASKED}
    # Of what the officer does not hold there is nothing to give back; what waits is not closed, nor opened again.
    own_case = {"give_back": {403, 409}, "close": {409}, "reopen": {409}, "nothing_found": {409}}
    for route, status in found.items():
        includes = NEEDS[route] in MAY[role]
        assert (status < 300 or status in own_case.get(route, ())) if includes else status == 403, (route, status)


def test_a_token_for_reading_opens_what_is_read(asked: CaseMessage) -> None:
    system = system_of(officer_named("somebody"), writes=False)
    found = {route: ask(system, route, asked) for route in ASKED}
    assert found == {route: 403 if route in POSTED and route not in READ_BY_POST else 200 for route in ASKED}


@pytest.mark.parametrize("route", list(ALSO_POSTED))
def test_what_is_also_posted_needs_who_may_write(asked: CaseMessage, route: str) -> None:
    body = ALSO_POSTED[route]
    statuses = {role: ask(system_of(officer_named(role, role=role)), route, asked, body) for role in Role}
    assert {role for role, status in statuses.items() if status == 201} == {r for r in Role if WRITE in MAY[r]}
    assert ask(system_of(officer_named("one"), writes=False), route, asked, body) == 403
    assert ask(system_of(officer_named("stranger", authority="xa.cid")), route, asked, body) == 404


def test_nothing_opens_without_a_token(asked: CaseMessage) -> None:
    closed = [route for route, need in NEEDS.items() if need not in {OPEN, None}]
    assert {ask(System(""), route, asked) for route in closed} == {401}


def test_to_an_officer_of_another_authority_it_does_not_exist(asked: CaseMessage) -> None:
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    found = {route: ask(stranger, route, asked) for route in set(ASKED) - NAMES_NOTHING}
    assert set(found.values()) == {404}, found
