"""Real data that may not be copied into the repository: found where it is, skipped cleanly where it is not.

The folder is named by the environment variable `COMITY_SHARED_DATA`; else it is looked for beside the repository.
"""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def shared(path: str) -> Path:
    """Return the file or folder `path` of the shared data; the calling test is skipped where it is absent."""
    found = Path(os.environ.get("COMITY_SHARED_DATA") or _BESIDE) / path
    if not found.exists():
        pytest.skip(f"the shared data hold no {path} here; COMITY_SHARED_DATA names their folder")
    return found
