"""What desks want done again and again: in its time, apart where it waits for others, never the end of the worker."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.node import chores
from comity.node.exchange.worker import Worker

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "CHORES", {})


def test_a_chore_is_done_at_most_as_often_as_it_wishes() -> None:
    done: list[datetime] = []
    chores.register("count", MINUTE, done.append)
    worker = Worker()
    for seconds in (0, 30, 59, 60, 61, 121):
        worker._do_chores(NOON + timedelta(seconds=seconds))
    assert done == [NOON, NOON + MINUTE, NOON + timedelta(seconds=121)]


def test_a_chore_that_fails_stops_neither_the_worker_nor_the_others(caplog: pytest.LogCaptureFixture) -> None:
    done: list[datetime] = []
    chores.register("fail", MINUTE, lambda at: 1 / 0)
    chores.register("count", MINUTE, done.append)
    Worker()._do_chores(NOON)
    assert done == [NOON]
    assert "the chore fail failed" in caplog.text


def test_a_chore_that_waits_for_others_is_done_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[datetime] = []
    errands: list[str] = []
    chores.register("e-mail", MINUTE, done.append, apart=True)
    worker = Worker()
    monkeypatch.setattr(worker, "_errand", lambda whose, name, work: errands.append(whose) or work())
    worker._do_chores(NOON)
    assert errands == ["chore e-mail"]
    assert done == [NOON]
