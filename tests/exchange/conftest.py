"""One federation of real nodes for all tests of the exchange: own processes, databases and keys, real TLS."""

import importlib.util
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def federation(tmp_path_factory):
    """XA, XB and XC with their workers running, and XD, whose folder the test holds and whose worker never runs."""
    members = {"XA": ("xa.ncb",), "XB": ("xb.spoc",), "XC": ("xc.ncb",), "XD": ("xd.ncb",)}
    made = load("federation").build(tmp_path_factory.mktemp("federation"), members)
    try:
        for node in made.nodes.values():
            node.open_hands()
        for state in ("XA", "XB", "XC"):
            made[state].start()
        for state in ("XA", "XB", "XC"):
            made[state].ready(60)
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def make_federation(tmp_path_factory):
    """Return what builds a federation of its own for tests that break one; no worker runs yet."""
    made = []

    def make(members: dict[str, tuple[str, ...]], **settings):
        one = load("federation").build(tmp_path_factory.mktemp("federation"), members, **settings)
        made.append(one)
        for node in one.nodes.values():
            node.open_hands()
        return one

    yield make
    for one in made:
        one.stop()
