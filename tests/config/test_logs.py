import logging

import pytest

from comity.config.logs import Impersonal, UtcLine


def line(message: str, *args: object, error: BaseException | None = None) -> str:
    record = logging.LogRecord("comity", logging.ERROR, "x.py", 1, message, args, None)
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    Impersonal().filter(record)
    return UtcLine().format(record)


@pytest.mark.parametrize("asked", ["/cases/search?q=Mansouri", "GET '/x?name=Mansouri' failed"])
def test_what_was_asked_for_does_not_reach_the_log(asked: str) -> None:
    assert "Mansouri" not in line("%s", asked)


def test_an_error_leaves_its_place_and_not_its_text() -> None:
    with pytest.raises(ValueError, match="Mansouri") as caught:
        int("Khaled al-Mansouri")
    written = line("failed", error=caught.value)
    assert "Mansouri" not in written
    assert "ValueError at test_logs.py" in written
    assert "\n" not in written
