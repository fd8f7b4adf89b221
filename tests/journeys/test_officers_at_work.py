"""Two nodes with ten officers each who all work at once: nothing fails, nothing is lost, nothing happens twice."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.officers_at_work import Done, Officer, doubled, eventually, seats, work

from comity.demo import run

pytestmark = pytest.mark.journey

MINUTE, HOUR = 60.0, 3_600.0


@pytest.mark.parametrize("simulated_s", [MINUTE, pytest.param(HOUR, marks=pytest.mark.soak)], ids=["minute", "hour"])
def test_ten_officers_at_each_of_two_nodes_lose_and_double_nothing(
    federation: run.Federation, simulated_s: float
) -> None:
    nodes = {node.file.state: node.file for node in federation.nodes}
    done = Done()
    officers = [
        Officer(nodes[state].origin, cookie, partner, number, done)
        for state, own, partner in (("XA", "xa.ncb", "xb.spoc"), ("XB", "xb.spoc", "xa.ncb"))
        for number, cookie in enumerate(seats(nodes[state].folder, own, 10), int(simulated_s) * 100)
    ]
    work(officers, simulated_s)
    assert done.faults == []
    assert len(done.asked) >= len(officers) * simulated_s / MINUTE / 4, "hardly anything was asked"

    here, there = (Path(str(nodes[state].folder)) / "db.sqlite3" for state in ("XA", "XB"))
    assert eventually(lambda: waiting(here) + waiting(there) == 0, 60)
    for ours, theirs, own, partner in ((here, there, "xa.ncb", "xb.spoc"), (there, here, "xb.spoc", "xa.ncb")):
        came_once_as_it_went(ours, theirs, own, partner, done.asked)
    notes = rows(here, NOTES) + rows(there, NOTES)
    assert sorted(notes) == sorted(done.noted)


def came_once_as_it_went(ours: Path, theirs: Path, own: str, partner: str, asked: Sequence[str]) -> None:
    """Assert that a partner has what went to it, once, and that every request that a page confirmed went once."""
    went = rows(
        ours,
        "SELECT hex(m.msg) FROM cases_casemessage m JOIN cases_addressee a ON a.message_id = m.id"
        " WHERE NOT m.incoming AND m.authority = ? AND a.authority = ?",
        own,
        partner,
    )
    came = rows(
        theirs,
        "SELECT hex(msg) FROM cases_casemessage WHERE incoming AND authority = ? AND originator = ?",
        partner,
        own,
    )
    assert doubled(came) == []
    assert sorted(went) == sorted(came)
    named = [text for text in rows(ours, ASKED, partner) if "Quellmann" in text]
    confirmed = {name.partition(" ")[0] for name in asked if name.startswith(partner.replace(".", ""))}
    assert {text.partition(" ")[0] for text in named} == confirmed
    assert doubled(named) == []
    replies = rows(
        ours,
        "SELECT in_reply_to FROM cases_casemessage WHERE NOT incoming AND kind = 'answer' AND case_id IN"
        " (SELECT case_id FROM cases_casemessage WHERE caption LIKE '%Quellmann%')",
    )
    assert doubled(replies) == []


ASKED = (
    "SELECT caption FROM cases_casemessage m JOIN cases_addressee a ON a.message_id = m.id"
    " WHERE NOT incoming AND kind = 'request' AND a.authority = ?"
)
NOTES = "SELECT text FROM cases_casenote WHERE text LIKE '% note %'"


def rows(path: Path, query: str, *values: str) -> list[str]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        found = [row[0] for row in database.execute(query, values)]
    database.close()
    return found


def waiting(path: Path) -> int:
    leaving = rows(path, "SELECT COUNT(*) FROM cases_storeddraft WHERE state = 'leaving'")
    return int(leaving[0]) + int(rows(path, "SELECT COUNT(*) FROM exchange_note WHERE out AND state = 'w'")[0])
