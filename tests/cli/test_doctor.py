"""`comity doctor`: each fault comes with a remedy, in a real node."""

import json

import pytest
from tests import federation


def run(*arguments):
    return federation.processes.run(["-m", "comity", *arguments])


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("node") / "xa"
    phrase = folder.parent / "phrase"
    phrase.write_text("the lighthouse keeper sleeps\n")
    done = run(
        "init", str(folder), "--authority", "xa.ncb", "--passphrase-file", str(phrase),
        "--port", "18911", "--federation-port", "18912",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def test_every_finding_that_is_not_good_says_what_to_do(node):
    findings = json.loads(run("doctor", str(node), "--json").stdout)
    assert {"disk", "ports", "database", "clock", "directory", "logs", "backlog"} <= {one["check"] for one in findings}
    assert [one["text"] for one in findings if one["state"] == "fault" and not one["remedy"]] == []


def test_a_node_without_a_directory_is_told_so_once(node):
    done = run("doctor", str(node), "--json")
    faults = [one["check"] for one in json.loads(done.stdout) if one["state"] == "fault"]
    assert faults == ["directory"]
    assert done.returncode == 1


def test_a_node_that_does_not_run_is_a_warning_and_no_fault(node):
    ports = [one for one in json.loads(run("doctor", str(node), "--json").stdout) if one["check"] == "ports"]
    assert [one["state"] for one in ports] == ["warning", "warning"]


def test_a_folder_without_a_node_is_named_with_the_command_that_makes_one(tmp_path):
    done = run("doctor", str(tmp_path))
    assert done.returncode == 1
    assert "comity init" in done.stderr
    assert "Traceback" not in done.stderr
