"""What the first page would wait for is loaded once, before any page, and nothing that fails then stops the console."""

import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest
from django.template import engines

from comity.config import warming


def answers(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
    return [b"page"]


def test_every_template_of_ours_is_found_and_can_be_compiled() -> None:
    names = warming.templates()
    assert {"base.html", "cases/home.html", "cases/rows.html"} <= set(names)
    for name in names:
        engines["django"].get_template(name)


def test_first_requests_that_come_at_once_wait_until_one_of_them_has_loaded_everything() -> None:
    loaded: list[str] = []

    def load() -> None:
        time.sleep(0.05)
        loaded.append("all")

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        assert loaded == ["all"]
        return answers(environ, start)

    application = warming.Warm(answer, load)
    found: list[Iterable[bytes]] = []
    threads = [threading.Thread(target=lambda: found.append(application({}, None))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == [[b"page"]] * 4
    assert loaded == ["all"]


def test_it_is_loaded_though_nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "PAUSE_S", 0.0)
    loaded: list[str] = []
    warming.Warm(answers, lambda: loaded.append("all")).load_soon().join(10)
    assert loaded == ["all"]


def test_what_fails_is_told_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise LookupError

    application = warming.Warm(answers, fail)
    with caplog.at_level(logging.WARNING):
        assert application({}, None) == [b"page"]
    assert "not everything could be loaded ahead" in caplog.text
