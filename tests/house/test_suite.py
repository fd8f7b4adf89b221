"""What the tests themselves lean on: the order in which they are given out, and processes that are forked."""

import signal
import subprocess

import pytest
from tests import federation, forks
from tests.order import LONG, SHARING

from comity.config import nodefile


def test_every_file_that_is_named_is_there(repository):
    assert [path for path in LONG if not (repository / path).is_file()] == []


def test_the_files_that_share_a_federation_are_those_that_make_none(repository):
    texts = {path: path.read_text(encoding="utf-8") for path in (repository / "tests" / "exchange").glob("test_*.py")}
    lent = [path for path, text in texts.items() if "(federation" in text and "make_federation" not in text]
    assert {str(path.relative_to(repository)) for path in lent} == set(SHARING)


@pytest.fixture(scope="module")
def forking():
    assert isinstance(federation.processes, forks.Forks)
    return federation.processes


@pytest.mark.parametrize("command", [["-m", "comity", "--version"], ["-m", "comity", "verify"], ["-m", "comity", "no"]])
def test_a_forked_process_says_and_ends_as_one_with_an_interpreter_of_its_own(forking, command):
    forked, begun = forking.run(command), federation.Interpreters.run(command)
    assert (forked.returncode, forked.stdout, forked.stderr) == (begun.returncode, begun.stdout, begun.stderr)


def test_each_reads_the_settings_of_its_own_node(forking, tmp_path):
    for zone in ("Europe/Lisbon", "Asia/Amman"):
        node = nodefile.NodeFile(folder=tmp_path / zone.partition("/")[2], time_zone=zone)
        node.folder.mkdir()
        nodefile.save(node)
        assert federation.Node(node.folder, ()).call("settings_here") == [str(node.folder), zone]


def test_how_it_ended_is_told(forking, tmp_path):
    node = nodefile.NodeFile(folder=tmp_path)
    nodefile.save(node)
    hands = federation.Node(tmp_path, ())
    hands.open_hands()
    assert hands.call("settings_here")[0] == str(tmp_path)
    with pytest.raises(subprocess.TimeoutExpired):
        hands.hands.wait(0.01)
    hands.hands.send_signal(signal.SIGKILL)
    assert hands.hands.wait(10) == -signal.SIGKILL
    hands.close_hands()
    assert forking.run(["-c", "print(1)"]).returncode == 1
