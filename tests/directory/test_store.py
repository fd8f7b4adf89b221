"""Keeping files in a folder, however the folder is named."""

from pathlib import Path

import pytest

from comity.directory import FolderStore


@pytest.mark.parametrize("folder", ["published", "office/published", "."])
def test_a_folder_may_be_named_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    store = FolderStore(Path(folder))
    store.write("agreements/two/harbour.json", b"agreed")
    store.commit("timestamp.json", b"today")
    assert store.read("agreements/two/harbour.json") == b"agreed"
    assert (tmp_path / folder / "timestamp.json").read_bytes() == b"today"


def test_every_folder_made_on_the_way_is_synced_with_the_next_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("comity.directory.store.sync_folder", synced.append)
    store = FolderStore(tmp_path / "published")
    store.write("agreements/two/harbour.json", b"agreed")
    store.commit("timestamp.json", b"today")
    inside = tmp_path / "published"
    assert {tmp_path, inside, inside / "agreements", inside / "agreements/two"} <= set(synced)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "", "a//b", ".hidden"])
def test_a_name_that_leaves_the_folder_has_no_file_and_takes_none(tmp_path: Path, name: str) -> None:
    store = FolderStore(tmp_path / "published")
    assert store.read(name) is None
    assert not store.has(name)
    with pytest.raises(ValueError, match="no name of a file"):
        store.write(name, b"")
