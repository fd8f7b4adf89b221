"""After a partition: a week without the other, a backlog with a gap, and the urgent note that must not wait."""

import time
from datetime import UTC, datetime, timedelta

import pytest

A, B = "xa.ncb", "xb.spoc"
WEEK_S = 7 * 86_400


@pytest.fixture
def pair(make_federation):
    return make_federation({"XA": (A,), "XB": (B,)})


def start(node) -> None:
    node.start()
    node.ready(60)


def move_clock(node, seconds: int) -> None:
    node.close_hands()
    node.wanted = {"COMITY_TEST_AHEAD_S": str(seconds)}
    node.open_hands()


def test_after_a_week_apart_both_sides_converge_alone(pair):
    a, b = pair["XA"], pair["XB"]
    start(a)
    a.call("send", sender=A, recipients=[B], count=20)
    b.call("send", sender=B, recipients=[A], count=20)
    a.wait("state", lambda now: now["failures"] == ["partner.unreachable"], 30)
    a.stop()
    pair.registrar.publish(pair.table, datetime.now(UTC) + timedelta(days=7))
    for node in (a, b):
        move_clock(node, WEEK_S)
    a.call("send", sender=A, recipients=[B], count=3)
    b.call("send", sender=B, recipients=[A], count=3)
    start(a)
    start(b)
    for node in (a, b):
        found = node.wait("state", lambda now: now["waiting"] == 0 and now["arrived"] == 23, 90)
        assert (found["delivered"], found["refused"], found["refused_by_partner"]) == (23, 0, 0)
        assert (found["incidents"], found["failures"]) == ([], [])
        assert node.call("audit")["wrong"] == []


def overtakes(pair, backlog: int) -> float:
    """Return the seconds from sending an urgent note until it is on the desk, behind a gap and a backlog."""
    a, b = pair["XA"], pair["XB"]
    a.call("send", sender=A, recipients=[B], urgent=True)
    a.call("send", sender=A, recipients=[B])
    assert a.call("settle_away", own=A, partner=B) == 2  # XB never gets the first of either lane: a gap
    for first in range(0, backlog, 1000):
        a.call("send", sender=A, recipients=[B], count=1000, words=20, first=first)
    start(a)
    time.sleep(1)
    a.call("pause", partner=B, seconds=300)  # XB was away for long: ordinary notes are tried every few minutes
    start(b)
    a.call("pause", partner=B, seconds=300)
    begun = time.monotonic()
    a.call("send", sender=A, recipients=[B], urgent=True, first=900_000)
    b.wait("on_screen", lambda found: found == [[0, True]], 60, pause_s=0.05, reference="XA-2026-900000")
    took = time.monotonic() - begun
    waiting = a.call("state")["waiting"]
    print(f"urgent after {took:.2f} s, {waiting} still waiting")  # noqa: T201 - a measure
    return took


def test_an_urgent_note_overtakes_a_backlog_and_a_gap(pair):
    assert overtakes(pair, 3_000) < 5
    a, b = pair["XA"], pair["XB"]
    a.wait("state", lambda now: now["waiting"] == 0, 120)
    b.wait("state", lambda now: now["arrived"] == 3_003, 120)  # the gap was asked for and closed
    assert b.call("audit")["wrong"] == []


@pytest.mark.soak
def test_an_urgent_note_overtakes_a_hundred_thousand_and_a_gap(pair):
    assert overtakes(pair, 100_000) < 5
