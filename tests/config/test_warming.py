"""What the first page would wait for is loaded ahead, and nothing that fails then keeps the console from running."""

import logging

import pytest
from django.template import engines

from comity.config import warming


def test_every_template_of_ours_is_found_and_can_be_compiled() -> None:
    names = warming.templates()
    assert {"base.html", "cases/home.html", "cases/rows.html"} <= set(names)
    for name in names:
        engines["django"].get_template(name)


@pytest.mark.django_db(transaction=True)
def test_what_fails_is_told_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(warming, "PAUSE_S", 0.0)
    monkeypatch.setattr(warming, "templates", lambda: ["no/such.html", *("\0",)])
    with caplog.at_level(logging.WARNING):
        warming.begin().join(30)
    assert "not everything could be loaded ahead" in caplog.text
