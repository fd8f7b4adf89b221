"""`comity demo` from the command line: real processes, real TLS on loopback, nothing left behind."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.journeys.conftest import own_ports

from comity.demo import build

pytestmark = pytest.mark.journey

PATIENCE_S = 120


type Demo = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the whole file: the first test builds the nodes, the others find them standing."""
    return tmp_path_factory.mktemp("d") / "nodes"


@pytest.fixture
def standing(folder: Path) -> Path:
    if not build.stands(folder):
        build.build(folder, first_port=own_ports(), progress=lambda _done, _whole: None, most=40)
    return folder


@pytest.fixture
def played(standing: Path) -> Path:
    if not (standing / "evidence").exists():
        subprocess.run(  # our own interpreter and module
            [sys.executable, "-m", "comity", "demo", "--folder", str(standing), "--once"],
            capture_output=True,
            timeout=PATIENCE_S,
            check=True,
        )
    return standing


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    """`demo("--once")` starts the command; whatever still runs after the test is killed, and nothing may be left."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, into: Path = folder) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # our own interpreter and module
            [sys.executable, "-m", "comity", "demo", "--folder", into.name, "--port", str(own_ports()), *arguments],
            cwd=into.parent,  # as in `make demo`, the folder is named from where one stands
            env={**os.environ, "LANGUAGE": "en"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()
    deadline = time.monotonic() + PATIENCE_S
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def processes_of(folder: Path) -> list[str]:
    """Return the command line of every process that names the folder, in its arguments or its environment."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                command = (process / "cmdline").read_bytes()
                environment = (process / "environ").read_bytes()
            except OSError:
                continue
            if command and str(folder).encode() in command + environment:
                found.append(command.decode(errors="replace").replace("\0", " "))
    return found


def test_every_step_of_the_play_is_verified(demo: Demo) -> None:
    process = demo("--once")
    out, err = process.communicate(timeout=PATIENCE_S * 2)
    assert process.returncode == 0, out + err
    assert "Every step was verified" in out
    assert "Nabil EL KHOURY" in out
    assert "Nabeel Salim Al-Khoury" not in err


@pytest.mark.soak
def test_without_a_play_it_ends_by_itself_when_told_once(demo: Demo, standing: Path) -> None:
    process = demo("--once", "--no-play")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out + err
    assert "stand already" in out


def test_a_log_in_which_one_thing_was_changed_afterwards_is_found_out(played: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(played / "xd", tmp_path / "xd", ignore=shutil.ignore_patterns("run"))
    assert verified(copy).returncode == 0
    with closing(sqlite3.connect(copy / "db.sqlite3")) as database, database:
        changed = "CAST(opening || x'00' AS BLOB)"
        database.execute(f'UPDATE ledger_entry SET opening = {changed} WHERE kind = 5 AND "index" = 0')  # noqa: S608
    done = verified(copy)
    assert done.returncode == 1
    assert "at entry 0: what is kept is not what the entry commits to" in done.stdout


def verified(node: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # our own interpreter and module
        [sys.executable, "-m", "comity", "verify", "--node", str(node)],
        env={**os.environ, "LANGUAGE": "en"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)], ids=["ctrl-c", "sigterm"]
)
def test_a_second_time_the_nodes_that_stand_are_used_again_and_run_on_until_told_to_stop(
    demo: Demo, standing: Path, number: signal.Signals
) -> None:
    before = build.load(standing).fingerprint
    process = demo("--no-play")
    lines = until(process, "Ctrl-C stops them all.")
    assert any("stand already" in line for line in lines)
    for state in ("xa", "xb", "xc", "xd", "xo"):
        assert any(f"http://{state}.localhost:" in line for line in lines)
    assert any("harriet.lowe (officer)" in line for line in lines)
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out + err
    assert build.load(standing).fingerprint == before


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGTERM, marks=pytest.mark.soak), signal.SIGKILL], ids=["ended", "killed"]
)
def test_a_node_that_dies_is_named_and_the_others_are_stopped(
    demo: Demo, standing: Path, number: signal.Signals
) -> None:
    process = demo("--no-play")
    until(process, "Ctrl-C stops them all.")
    whole = ["serve", str(standing / "xc"), "--with-parent", ""]
    (serving,) = [int(one.name) for one in Path("/proc").glob("[0-9]*") if commanded(one) == whole]
    os.kill(serving, number)  # the fixture sees to it that its console and its worker are gone as well
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "the node of XC ended" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "said",
    ["Starting 5 nodes", pytest.param("Aldermark asks", marks=pytest.mark.soak)],
    ids=["while-they-start", "in-the-play"],
)
@pytest.mark.usefixtures("standing")
def test_ctrl_c_ends_it_at_once_wherever_it_is(demo: Demo, said: str) -> None:
    process = demo("--once")
    until(process, said)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert err == "comity: interrupted before the play was over.\n"


def test_ctrl_c_while_nodes_are_built_leaves_nothing_that_stands(demo: Demo, tmp_path: Path) -> None:
    process = demo("--once", into=tmp_path / "nodes")
    until(process, "filling five nodes")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert err == "comity: interrupted before the play was over.\n"
    assert not build.stands(tmp_path / "nodes")


OF_THE_FORGER = """
    WHERE (id & (1 << 27) - 1) IN (SELECT id FROM records_record WHERE reference = 'xb-lantern-forger')
"""


@pytest.fixture
def unfindable(standing: Path) -> Iterator[None]:
    """Take one record out of the index by which Belcourt's node finds it; put it back."""
    with closing(sqlite3.connect(standing / "xb" / "db.sqlite3")) as database:
        with database:
            index = database.execute(f"SELECT id FROM records_recordtoken {OF_THE_FORGER}").fetchall()  # noqa: S608
            database.execute(f"DELETE FROM records_recordtoken {OF_THE_FORGER}")  # noqa: S608  # text of this file
        assert index
        yield
        with database:
            database.executemany("INSERT INTO records_recordtoken (id) VALUES (?)", index)


@pytest.mark.usefixtures("unfindable")
def test_a_step_that_does_not_hold_is_named_and_the_exit_code_says_so(demo: Demo) -> None:
    process = demo("--once")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "Every step was verified" not in out
    assert err == "comity: find: check: not found: ['xb-lantern-forger'].\n"


@pytest.mark.usefixtures("standing")
def test_no_node_outlives_a_demo_that_was_killed(demo: Demo) -> None:
    process = demo("--no-play")
    until(process, "Ctrl-C stops them all.")
    process.kill()
    assert process.wait() != 0  # the fixture sees to it that nothing is left


def test_a_folder_with_something_else_in_it_is_left_alone(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    process = demo("--once", "--fresh", into=tmp_path)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "holds `thesis.txt`, which is not of a demo" in err
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def until(process: subprocess.Popen[str], said: str) -> list[str]:
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.strip())
        if said in line:
            return lines
    pytest.fail(f"it ended without saying {said!r}: {lines} {process.stderr.read() if process.stderr else ''}")


def commanded(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_text().split("\0")[3:]
    except OSError:
        return []
