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
    yield built["XA"]
    built.stop()


def test_with_all_weeks_published_nothing_is_renewed(node):
    assert node.call("renewed", days=0) == {"written": False, "version": 1, "weeks": 6, "held": 6}


def test_a_week_later_a_newer_card_waits_for_the_registrar_and_is_written_once(node):
    assert node.call("renewed", days=7) == {"written": True, "version": 2, "weeks": 6, "held": 7}
    assert not node.call("renewed", days=7)["written"]


def test_after_the_last_note_has_expired_the_private_key_is_gone(node):
    assert node.call("renewed", days=7 + 30 + 7 + 7)["held"] < 13
