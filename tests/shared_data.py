"""Finds the real lists and name pairs that developers keep beside the repository; tests skip where they are absent."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(path: str) -> Path:
    """Return the path below the shared data folder, or skip the calling test when it is not there."""
    found = Path(os.environ.get("COMITY_SHARED_DATA", BESIDE)) / path
    if not found.exists():
        pytest.skip(f"needs shared data `{path}` (set COMITY_SHARED_DATA)")
    return found
