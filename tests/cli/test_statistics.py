"""`comity statistics`: an auditor recomputes the figures from the acts log of a real node."""

import json
import os
import subprocess
import sys

import pytest
from tests import federation

WRITE = """
import django; django.setup()
from datetime import UTC, datetime
from comity.node.ledger import actions
from comity.node.writing import writing
from comity.desks.cases import indexing
at = datetime(2026, 11, 2, 8, tzinfo=UTC)
def act(kind, **facts):
    with writing():
        actions.record(actions.Act(kind, "xa.ncb", "", at, facts=actions.facts(facts)))
act("requests.counted", **{"in 2026-11-02 xb.spoc urgent": 3, "out 2026-11-02 xc.ncb normal": 2, "upto": 9})
said = {"day": "2026-11-02", "partner": "xb.spoc", "urgency": "urgent", "delay": ""}
act("request.settled", request="aa", outcome="full", grounds="", late="yes", **said)
act("request.settled", request="bb", outcome="refusal", grounds="b,c", late="no", **said)
act("request.settled", request="cc", outcome="refusal", grounds="b", late="no", **said)
act("request.reopened", request="cc")
"""


def run(*arguments):
    return federation.processes.run(["-m", "comity", *arguments])


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("node") / "xa"
    phrase = folder.parent / "phrase"
    phrase.write_text("the lighthouse keeper sleeps\n")
    done = run(
        "init", str(folder), "--authority", "xa.ncb", "--passphrase-file", str(phrase),
        "--port", "18915", "--federation-port", "18916",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    env = {**os.environ, "COMITY_NODE": str(folder), "DJANGO_SETTINGS_MODULE": "comity.config.settings"}
    subprocess.run([sys.executable, "-c", WRITE], env=env, check=True)
    return folder


def test_the_figures_of_a_year_are_recomputed(node):
    found = json.loads(run("statistics", str(node), "--year", "2026", "--json").stdout)
    assert found["received"] == [{"partner": "xb.spoc", "urgency": "urgent", "count": 3}]
    assert found["sent"] == [{"partner": "xc.ncb", "urgency": "normal", "count": 2}]
    assert [(one["outcome"], one["count"]) for one in found["answered"]] == [("full", 1), ("refusal", 1)]
    assert found["refused"] == [{"ground": "b", "count": 1}, {"ground": "c", "count": 1}]
    assert [one["count"] for one in found["late"]] == [1]
    assert found["unread"] == 0


def test_they_are_printed_for_people_and_another_year_is_empty(node):
    done = run("statistics", str(node), "--year", "2026")
    assert done.returncode == 0
    assert "received: 3" in done.stdout
    assert "xb.spoc urgent full" in done.stdout
    assert "received: 0" in run("statistics", str(node), "--year", "2025").stdout


def test_whose_they_are_must_be_said_where_it_is_not_plain(node):
    done = run("statistics", str(node), "--authority", "xb.spoc")
    assert done.returncode == 1
    assert "name one with --authority: xa.ncb" in done.stderr


def test_the_doctor_finds_the_index_of_words_whole(node):
    findings = json.loads(run("doctor", str(node), "--json").stdout)
    assert [one["state"] for one in findings if one["check"] == "search"] == ["good"]
