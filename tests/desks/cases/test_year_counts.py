"""A year that takes long to count: the page answers at once, says how far it is, and ends by showing the figures."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases import statistics, year_counts
from comity.verify.statistics import Report

YEAR = 2026


class Slow:
    """Counts of a year that wait at one half until they are let go."""

    def __init__(self) -> None:
        self.go, self.begun, self.times, self.fault = threading.Event(), threading.Event(), 0, False

    def from_tables(self, authority: str, year: int, progress: statistics.Progress) -> Report:
        self.times += 1
        progress(0.5)
        self.begun.set()
        assert self.go.wait(10)
        if self.fault:
            raise OSError("disk I/O error")
        return Report(authority, year)

    def from_log(self, authority: str, year: int, _progress: statistics.Progress) -> Report:
        return Report(authority, year)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    found = Slow()
    monkeypatch.setattr(statistics, "from_tables", found.from_tables)
    monkeypatch.setattr(statistics, "from_log", found.from_log)
    monkeypatch.setattr(year_counts, "MANY", 0)
    monkeypatch.setattr(year_counts, "WAIT_S", 0.01)
    monkeypatch.setattr(year_counts, "_KEPT", {})
    yield found
    found.go.set()


def ended(at: datetime) -> year_counts.Counting:
    found = year_counts.counting("xa.ncb", YEAR, at)
    assert found.ended.wait(10)
    return found


@pytest.fixture
def chief(desk: None) -> Client:
    return sit_down(officer_named("chief", role="supervisor"))


def look(chief: Client, **asked: Any) -> Any:
    return chief.get("/cases/statistics", {"year": YEAR, **asked})


def test_the_page_says_how_far_the_count_is_and_then_shows_it(slow: Slow, chief: Client) -> None:
    page = look(chief).content.decode()
    assert slow.begun.wait(10)
    assert "The year is being counted" in page
    assert 'value="25"' in look(chief, wait=1).content.decode()
    slow.go.set()
    year_counts.counted("xa.ncb", YEAR, next(iter(year_counts._KEPT.values())).at)
    assert look(chief, wait=1).headers["HX-Refresh"] == "true"
    assert "Counted" in look(chief).content.decode()
    assert slow.times == 1


def test_two_who_look_wait_for_one_count(slow: Slow, desk: None, at: datetime) -> None:
    first = year_counts.counting("xa.ncb", YEAR, at)
    assert year_counts.counting("xa.ncb", YEAR, at, anew=True) is first
    slow.go.set()
    assert year_counts.counted("xa.ncb", YEAR, at) is first.count
    assert slow.times == 1


def test_a_count_is_kept_for_ten_minutes_unless_it_is_wanted_anew(slow: Slow, desk: None, at: datetime) -> None:
    slow.go.set()
    first = ended(at)
    assert ended(at + timedelta(minutes=9)) is first
    assert year_counts.counting("xa.ncb", YEAR, at, anew=True) is not first
    assert ended(at + timedelta(minutes=11)) is not first


def test_a_count_that_fails_is_told_and_can_be_begun_again(
    slow: Slow, chief: Client, caplog: pytest.LogCaptureFixture
) -> None:
    slow.fault = True
    slow.go.set()
    look(chief)
    assert next(iter(year_counts._KEPT.values())).ended.wait(10)
    assert look(chief, wait=1).headers["HX-Refresh"] == "true"
    page = look(chief).content.decode()
    assert "The year could not be counted." in page
    assert "disk I/O error" in caplog.text
    slow.fault = False
    assert look(chief, anew=1).headers["Location"].endswith(f"?year={YEAR}")
    assert next(iter(year_counts._KEPT.values())).ended.wait(10)
    assert "Counted" in look(chief).content.decode()


def test_whoever_wants_the_file_waits_and_learns_what_went_wrong(slow: Slow, desk: None, at: datetime) -> None:
    slow.fault = True
    slow.go.set()
    with pytest.raises(OSError, match="disk I/O"):
        year_counts.counted("xa.ncb", YEAR, at)
