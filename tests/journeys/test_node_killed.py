"""The main path while others work and one node is killed in its middle: nothing is lost, nothing happens twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.journeys.conftest import own_ports
from tests.journeys.test_officers_at_work import came_once_as_it_went, rows, waiting
from tests.officers_at_work import ANSWER, Done, Officer, eventually, seats, work

from comity.demo import build, run

pytestmark = [pytest.mark.journey, pytest.mark.soak]

LOAD_S = 600.0  # simulated: forty acts of each officer
AFTER_S, DOWN_S = 5.0, 8.0


def kill(node: run.Node) -> None:
    """Let a node end as by a power cut: every process of it, at once."""
    assert node.process is not None
    os.killpg(node.process.pid, signal.SIGKILL)
    node.process.wait(20)


def start_again(node: run.Node) -> None:
    with node.log.open("ab") as log:
        node.process = run._serve(node, log)
    assert eventually(lambda: run.is_ready(node.file), 60)


def case_about(database: Path, name: str) -> int | None:
    found = rows(database, "SELECT case_id FROM cases_casemessage WHERE incoming AND caption LIKE ?", f"{name}%")
    return int(found[0]) if found else None


def test_a_request_under_load_is_answered_though_the_partners_node_was_killed(tmp_path: Path) -> None:
    built = build.build(tmp_path / "nodes", first_port=own_ports() + 100)
    with run.Federation.of(built.folders) as federation:
        federation.start()
        federation.wait_until_ready()
        nodes = {node.file.state: node for node in federation.nodes}
        data = {state: node.folder / "db.sqlite3" for state, node in nodes.items()}
        done, quiet = Done(), Done()
        pairs = (("XA", "xa.ncb", "xb.spoc"), ("XC", "xc.ncb", "xa.ncb"))
        origins = {state: node.file.origin for state, node in nodes.items()}
        at_work = [
            Officer(origins[state], cookie, partner, number, done)
            for state, own, partner in pairs
            for number, cookie in enumerate(seats(nodes[state].folder, own, 4))
        ]
        (answering,) = seats(nodes["XB"].folder, "xb.spoc", 1)
        asker = Officer(origins["XA"], (at_work[0].cookies.copy().popitem()), "xb.spoc", 7_000, done)
        partner = Officer(origins["XB"], answering, "xa.ncb", 8_000, quiet)

        others = threading.Thread(target=work, args=(at_work, LOAD_S))
        others.start()
        time.sleep(AFTER_S)
        asker.request()
        assert eventually(lambda: case_about(data["XB"], asker_name(asker, 1)) is not None, 60)
        kill(nodes["XB"])
        asker.request()  # while the partner is away
        time.sleep(DOWN_S)
        start_again(nodes["XB"])

        for number in (1, 2):
            name = asker_name(asker, number)
            assert eventually(lambda name=name: case_about(data["XB"], name) is not None, 120), name
            answer(partner, case_about(data["XB"], name))
            assert eventually(lambda name=name: answered(data["XA"], name), 60), name
        others.join()

        assert done.faults == []
        assert quiet.faults == []
        assert eventually(lambda: sum(waiting(data[state]) for state in ("XA", "XB", "XC")) == 0, 120)
        came_once_as_it_went(data["XA"], data["XB"], "xa.ncb", "xb.spoc", done.asked)
        came_once_as_it_went(data["XB"], data["XA"], "xb.spoc", "xa.ncb", quiet.asked)
        came_once_as_it_went(data["XC"], data["XA"], "xc.ncb", "xa.ncb", done.asked)
        assert len(done.asked) > 40
    for node in federation.nodes:
        judged = subprocess.run(
            [sys.executable, "-m", "comity", "verify", "--node", str(node.folder)],
            check=False,
            capture_output=True,
            text=True,
        )
        assert judged.returncode == 0, judged.stdout + judged.stderr


def asker_name(asker: Officer, number: int) -> str:
    return f"{asker.name}n{number} "


def answer(officer: Officer, case: int | None) -> None:
    officer.post("take", f"/cases/{case}/", f"/cases/{case}/hold", {"step": "take", "shown": ""})
    _status, text, _where = officer.ask_page("case", f"/cases/{case}/")
    found = ANSWER.search(text)
    assert found, "it cannot be answered"
    address = f"/cases/messages/{found[1]}/answer"
    officer.post("answer", address, address, {"kind": "negative", "handling": "H0", "step": "send"})


def answered(database: Path, name: str) -> bool:
    """Tell whether an answer arrived in the case of a request that went."""
    return bool(
        rows(
            database,
            "SELECT 1 FROM cases_casemessage WHERE incoming AND kind = 'answer' AND case_id IN"
            " (SELECT case_id FROM cases_casemessage WHERE NOT incoming AND caption LIKE ?)",
            f"{name}%",
        )
    )
