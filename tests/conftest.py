"""What every test may lean on: how long to look, where the programs are, and the repository itself.

Conventions. Helpers that build values live in `tests/strategies.py` (for properties) and beside the tests that use
them. Sockets reach loopback only, warnings are errors (pyproject.toml). A test that needs a program or data which a
machine may lack asks for a fixture below, and is skipped with one sentence that says what to install.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests import federation, forks
from tests.order import JOURNEYS, LONG, SHARING

REPOSITORY = Path(__file__).resolve().parent.parent

# A slow or shared machine must not turn a true property into a failure: no deadline, no complaint about slow inputs.
settings.register_profile("quick", max_examples=20, deadline=None, derandomize=True, database=None)
settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "soak", max_examples=2000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long form of every sampled test (hours)")


def pytest_configure(config: pytest.Config) -> None:
    federation.processes = forks.Forks()
    sys.modules.setdefault("federation", federation)  # some tests load it by its path: there is one
    settings.load_profile("soak" if config.getoption("--soak") else os.environ.get("COMITY_TEST_PROFILE", "ci"))


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, which one may do without
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        """Gives out whole files in the order in which they were collected."""

        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return next((together[0] for together in (SHARING, JOURNEYS) if path in together), path)

    config.option.loadscopereorder = False  # it would give out files of few tests last, and those are the longest
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    places = {path: place for place, path in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
    if config.getoption("--soak"):
        return
    long_forms = [item for item in items if item.get_closest_marker("soak")]
    if long_forms:
        config.hook.pytest_deselected(items=long_forms)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def sampled(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """`sampled(50, 1000)` is 50 in `make test` and 1000 in `make soak`."""
    full = pytestconfig.getoption("--soak")
    return lambda sample, whole: whole if full else sample


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; `COMITY_CHROMIUM` names one that is not on PATH."""
    named = os.environ.get("COMITY_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("needs a browser: apt install chromium, or set COMITY_CHROMIUM to the path of one")
    return found


@pytest.fixture(scope="session")
def strace() -> str:
    """The path of strace, which injects faults into system calls."""
    found = shutil.which("strace")
    if not found:
        pytest.skip("needs strace: apt install strace")
    return found
