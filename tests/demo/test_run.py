"""Starting, watching and ending nodes."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from comity.config import nodefile
from comity.demo import run
from comity.demo.errors import NodeDiedError, PortTakenError


@pytest.fixture
def federation(tmp_path: Path) -> run.Federation:
    folder = tmp_path / "xa"
    folder.mkdir()
    nodefile.save(nodefile.NodeFile(folder, host="xa.localhost", port=free_port(), federation_port=free_port()))
    return run.Federation.of([folder])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stand_in(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)  # a literal of this file


def test_a_taken_port_is_told_before_any_node_is_started(federation: run.Federation) -> None:
    (node,) = federation.nodes
    with socket.socket() as other:
        other.bind(("127.0.0.1", node.file.port))
        other.listen()
        with pytest.raises(PortTakenError, match=f"port {node.file.port} of XA is taken"):
            federation.start()
    assert node.process is None


def test_a_node_that_dies_is_named(federation: run.Federation) -> None:
    (node,) = federation.nodes
    node.process = stand_in("raise SystemExit(3)")
    node.process.wait()
    with pytest.raises(NodeDiedError, match="the node of XA ended with code 3"):
        federation.check()


def test_leaving_the_federation_ends_every_process(federation: run.Federation) -> None:
    (node,) = federation.nodes
    node.process = process = stand_in("import time; time.sleep(60)")
    with federation:
        federation.check()
    assert process.returncode is not None
    assert node.process is None


def test_a_node_that_does_not_end_when_told_is_killed(
    federation: run.Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "GRACE_S", 0.2)
    (node,) = federation.nodes
    node.process = process = stand_in(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    federation.stop()
    assert process.returncode is not None


def test_a_node_that_answers_nothing_is_not_ready(federation: run.Federation) -> None:
    assert not run.is_ready(federation.nodes[0].file)


def test_while_it_is_watched_the_directory_is_signed_anew(
    federation: run.Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "RENEW_EVERY_S", 0.0)
    renewed: list[int] = []
    run.watch(federation, lambda: len(renewed) > 1, lambda: renewed.append(1))
    assert len(renewed) == 2
