"""KEM keys are made five weeks ahead, published with a newer card, and destroyed when no note can wait for them."""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


federation = load("federation")


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    built = federation.build(tmp_path_factory.mktemp("federation"), {"XA": ("xa.ncb",)})
    built["XA"].open_hands()
    yield built["XA"]
    built.stop()


def test_with_all_weeks_published_nothing_is_renewed(node):
    assert node.call("renewed", days=0) == {"written": False, "version": 1, "weeks": 6, "held": 6}


def test_a_week_later_a_newer_card_waits_for_the_registrar_and_is_written_once(node):
    assert node.call("renewed", days=7) == {"written": True, "version": 2, "weeks": 6, "held": 7}
    assert not node.call("renewed", days=7)["written"]


def test_after_the_last_note_has_expired_the_private_key_is_gone(node):
    assert node.call("renewed", days=7 + 30 + 7 + 7)["held"] < 13


@pytest.fixture
def fresh(tmp_path):
    built = federation.build(tmp_path, {"XA": ("xa.ncb",)})
    built["XA"].open_hands()
    yield built["XA"]
    built.stop()


def test_what_was_sealed_this_week_opens_as_long_as_a_note_may_wait_and_never_after(fresh):
    """A week's key ends on Monday, a note lives for 30 days at most, and 7 days are for those that linger."""
    wrap = fresh.call("wrapped_for", authority="xa.ncb")
    opened = {days: fresh.call("opened_in_days", body=wrap, wrap_for="xa.ncb", days=days) for days in (0, 7, 36, 45)}
    assert opened == {0: True, 7: True, 36: True, 45: False}


def test_a_change_that_waits_for_the_registrar_is_not_taken_back_by_the_weekly_keys(fresh):
    fresh.call("change_log_keys")
    assert fresh.call("renewed", days=7)["written"]
    assert fresh.call("former_keys_on_card") == {"xa.ncb/x1": 1, "xa.ncb/a1": 1}
