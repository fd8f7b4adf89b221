"""Three members, published, for every test of the directory."""

import pytest
from tests.directory_world import World


@pytest.fixture
def world() -> World:
    made = World()
    made.admit("xa.ncb", "xb.spoc", "xc.ncb")
    return made
