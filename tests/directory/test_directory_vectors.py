"""The golden vectors of the directory are judged as they say, by a mirror that starts from the root alone."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.directory import DirectoryError, MemoryStore, Mirror

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "directory"
CASES = sorted(path for path in FOLDER.glob("*.json") if path.stem not in {"first", "second"})


def published(step) -> dict[str, bytes]:
    files = {
        path: text.encode() for path, text in json.loads((FOLDER / f"{step['published']}.json").read_text()).items()
    }
    for path, text in step["instead"].items():
        if text is None:
            del files[path]
        elif isinstance(text, str):
            files[path] = text.encode()
        else:
            files[path] += b" " * text["blanks"]
    return files


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_directory_is_judged_as_its_vector_says(path):
    vector = json.loads(path.read_text())
    *before, last = vector["refresh"]
    root = published(vector["refresh"][0])[vector["root"]]
    mirror = Mirror(MemoryStore(), root)
    for step in before:
        mirror.refresh(published(step).get, datetime.fromtimestamp(step["now"], UTC))
    view = mirror.directory if mirror.is_filled else None
    try:
        mirror.refresh(published(last).get, datetime.fromtimestamp(last["now"], UTC))
        found = "ok"
    except DirectoryError as error:
        found = error.code
    assert found == vector["expect"]
    if found == "ok":
        assert len(list(mirror.directory.members())) == 4
    else:  # what was believed before stays
        assert (mirror.directory if mirror.is_filled else None) == view
