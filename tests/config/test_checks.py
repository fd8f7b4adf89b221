from pathlib import Path

import pytest

from comity.config.checks import objections
from comity.config.nodefile import SECRET_FILE, NodeFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secret = tmp_path / SECRET_FILE
    secret.parent.mkdir()
    secret.write_text("x" * 50)
    secret.chmod(0o600)
    return tmp_path


def ids(node: NodeFile) -> list[str | None]:
    return [found.id for found in objections(node)]


def test_a_sound_node_starts(folder: Path) -> None:
    assert ids(NodeFile(folder)) == []


def test_a_process_without_a_node_is_not_judged() -> None:
    assert ids(NodeFile(None, host="node.example.org")) == []


def test_a_missing_secret_stops_the_start(tmp_path: Path) -> None:
    assert ids(NodeFile(tmp_path)) == ["comity.E001"]


def test_a_secret_that_others_can_read_stops_the_start(folder: Path) -> None:
    (folder / SECRET_FILE).chmod(0o644)
    assert ids(NodeFile(folder)) == ["comity.E002"]


def test_a_demo_never_serves_a_public_name(folder: Path) -> None:
    assert ids(NodeFile(folder, host="node.example.org", scheme="https", demo=True)) == ["comity.E003"]


def test_a_public_name_is_never_served_without_encryption(folder: Path) -> None:
    assert ids(NodeFile(folder, host="node.example.org")) == ["comity.E004"]


def test_every_objection_says_what_to_do(tmp_path: Path) -> None:
    for found in objections(NodeFile(tmp_path, host="node.example.org", demo=True)):
        assert found.hint
