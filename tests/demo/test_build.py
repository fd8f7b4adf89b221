"""When a federation stands, and when it is not touched; that it can be built is shown by the journeys."""

import json
from pathlib import Path

import pytest

from comity.demo import build
from comity.demo.errors import BuildError


def test_nothing_stands_in_an_empty_folder(tmp_path: Path) -> None:
    assert not build.stands(tmp_path)
    assert not build.stands(tmp_path / "not-there")


def test_what_was_left_half_built_does_not_stand(tmp_path: Path) -> None:
    (tmp_path / "xa").mkdir()
    assert not build.stands(tmp_path)
    with pytest.raises(BuildError, match="no demo stands"):
        build.load(tmp_path)


@pytest.mark.parametrize("mark", ["", "no json", json.dumps({"version": build.VERSION + 1})])
def test_a_mark_of_another_version_is_none(tmp_path: Path, mark: str) -> None:
    (tmp_path / build.MARK).write_text(mark)
    assert not build.stands(tmp_path)


def test_a_file_where_the_folder_should_be_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "nodes"
    path.write_text("mine")
    with pytest.raises(BuildError, match="is no folder"):
        build.build(path)
    assert path.read_text() == "mine"
