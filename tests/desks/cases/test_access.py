"""Who may do what: every route, every role, and a message that belongs to another authority."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases import composing, reads, searching
from comity.desks.cases.filters import Filter
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Candidate, CaseMessage
from comity.desks.cases.urls import urlpatterns
from comity.node.officers.models import Officer
from comity.node.officers.rules import Role

READ, WRITE, APPROVE, OVERSEE = "read", "write", "approve", "oversee"
NEEDS = {
    "partners": READ, "partner": READ, "bundle": READ, "hold": WRITE,
    "ringing": WRITE, "enter": WRITE, "enter_assistance": WRITE,
    "enter_answer": None,  # what came sealed is answered sealed: see test_entering.py
    "statistics": OVERSEE, "handover": WRITE, "handover_read": None,  # see test_handing_over.py
    "kept": READ, "notes": WRITE, "links": WRITE, "facts": WRITE,
    "bulk": WRITE, "export": READ, "keep_filter": READ, "drop_filter": READ, "choose_columns": READ,
    "home": READ, "list": READ, "search": READ, "case": READ, "review": READ, "proof": READ, "evidence": READ,
    "new": WRITE, "inform": WRITE, "assist": WRITE, "decide": WRITE, "answer": WRITE, "refuse": WRITE,
    "acknowledge": WRITE, "nothing_found": None,  # see test_circulars.py
    "clarify": WRITE, "supplement": WRITE, "hit": WRITE, "ask_consent": WRITE, "consent": WRITE,
    "remind": WRITE, "correct": WRITE, "withdraw": WRITE, "drafts": WRITE, "approvals": APPROVE,
    # An officer's own draft, which nobody else may open: see test_drafts.py.
    "records": READ, "look_up": READ, "start_from": WRITE,
    "patterns": WRITE, "add_pattern": APPROVE, "pattern": None, "remove_pattern": None,  # see test_patterns.py
    "draft": None, "discard": None, "restore": None, "take_back": None, "approval": None,
    "leaving": None, "call_back": None, "send_now": None,  # see test_leaving.py
    "draft_files": None, "detach": None, "download": None, "look": None,  # see test_files.py
    "draft_look": None,  # see test_drawing.py
    "record": None,  # see test_records.py
    "calendar": None,  # needs no sign-in: see test_calendars.py
}  # fmt: skip
OPEN = [route for route, need in NEEDS.items() if need]
POSTED = {
    "notes",
    "links",
    "facts",
    "search",
    "bulk",
    "export",
    "keep_filter",
    "choose_columns",
    "drop_filter",
    "decide",
    "look_up",
    "bundle",
    "hold",
}
MAY = {
    Role.OFFICER: {READ, WRITE},
    Role.SUPERVISOR: {READ, WRITE, APPROVE, OVERSEE},
    Role.DPO: {READ, OVERSEE},
    Role.AUDITOR: {OVERSEE},
    Role.ADMINISTRATOR: set(),
}


@pytest.fixture
def asked(fill_in: Callable[..., Draft], officer: Officer, at: datetime, partner: Callable[[str], Any]) -> CaseMessage:
    draft = fill_in()
    assert draft.is_valid()
    message: CaseMessage = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    Candidate.objects.create(
        message=message, place=0, record_id=1, record_reference="r/1", score=0.9, confidence="probable",
        record={"schema": "Person", "caption": "K", "properties": {"name": ["K"]}},
        reasons=[{"rule": "name.same-word", "left": "K", "right": "K", "weight": 0.9}],
    )  # fmt: skip
    return message


def ask(client: Client, route: str, message: CaseMessage) -> int:
    candidate = message.candidates.get()
    known = {
        "case_id": message.case_id, "message_id": message.pk, "candidate_id": candidate.pk, "authority": "xb.spoc",
        "filter_id": 1,
    }  # fmt: skip
    pattern = next(one for one in urlpatterns if one.name == route)
    wanted = {name: known[name] for name in pattern.pattern.converters}
    address = reverse(f"cases:{route}", kwargs=wanted)
    answer = (
        client.post(address, {"q": "K", "verdict": "same", "step": "take", "text": "K"})
        if route in POSTED
        else client.get(address)
    )
    return answer.status_code


def test_the_matrix_knows_every_route() -> None:
    assert {one.name for one in urlpatterns} == set(NEEDS)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("route", OPEN)
def test_a_role_opens_what_it_includes_and_nothing_else(asked: CaseMessage, route: str, role: Role) -> None:
    client = sit_down(officer_named("somebody", role=role))
    status = ask(client, route, asked)
    assert (status in {200, 302}) is (NEEDS[route] in MAY[role]), status
    if NEEDS[route] not in MAY[role]:
        assert status == 403


@pytest.mark.parametrize(
    "route",
    [
        r
        for r in OPEN
        if r not in {"home", "list", "search", "new", "inform", "assist", "partners", "partner", "drafts", "approvals"}
        and r
        not in {
            "records",
            "look_up",
            "handover",
            "statistics",
            "bulk",
            "export",
            "keep_filter",
            "choose_columns",
            "drop_filter",
            "ringing",
            "enter",
            "enter_assistance",
            "start_from",
            "patterns",
            "add_pattern",
        }
    ],
)
def test_to_an_officer_of_another_authority_it_does_not_exist(asked: CaseMessage, route: str) -> None:
    stranger = officer_named("stranger", authority="xa.cid")
    assert ask(sit_down(stranger), route, asked) == 404


def test_lists_counts_and_searches_do_not_tell_a_stranger_of_it(asked: CaseMessage) -> None:
    stranger = officer_named("stranger", authority="xa.cid")
    assert reads.waiting_for(stranger) == 0
    assert reads.home(stranger).new == ()
    assert searching.search(stranger, asked.caption, Filter()).hits == ()
    page = sit_down(stranger).post("/cases/search", {"q": "Khaled"}).content.decode()
    assert asked.reference not in page


def test_what_is_restricted_is_known_to_its_unit_and_to_supervisors(asked: CaseMessage) -> None:
    asked.restricted, asked.unit = True, "homicide"
    asked.save()
    seen = {
        name: reads.visible_to(officer_named(name, **facts)).exists()
        for name, facts in {
            "colleague": {"unit": "homicide"},
            "elsewhere": {"unit": "fraud"},
            "nowhere": {},
            "chief": {"role": "supervisor"},
        }.items()
    }
    assert seen == {"colleague": True, "elsewhere": False, "nowhere": False, "chief": True}


def test_a_deactivated_officer_sees_nothing(asked: CaseMessage, officer: Officer) -> None:
    assert reads.visible_to(officer).filter(pk=asked.pk).exists()
    officer.is_active = False
    assert not reads.visible_to(officer).exists()
