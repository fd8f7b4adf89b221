"""`comity officer`: registering, passwords, closing, in a real node."""

import pytest
from tests import federation

PASSWORD = "the harbour freezes in march"


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("node") / "xa"
    phrase = folder.parent / "phrase"
    phrase.write_text("the lighthouse keeper sleeps\n")
    done = run("init", str(folder), "--authority", "xa.ncb", "--passphrase-file", str(phrase))
    assert done.returncode == 0, done.stderr
    return folder


def run(*arguments, typed=""):
    return federation.processes.run(["-m", "comity", *arguments], said=typed)


def test_an_officer_is_registered_listed_and_closed(node):
    at = ("officer", "--node", str(node))
    named = ("--name", "Harriet Lowe", "--authority", "xa.ncb")
    added = run(*at, "add", "hlowe", *named, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    assert "hlowe\tofficer" in run(*at, "list").stdout
    assert run(*at, "password", "hlowe", typed=f"{PASSWORD}x\n{PASSWORD}x\n").returncode == 0
    assert run(*at, "close", "hlowe").returncode == 0
    assert "closed" in run(*at, "list").stdout


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "x1", "--name", "X", "--authority", "xb.spoc"), f"{PASSWORD}\n{PASSWORD}\n", "xb.spoc"),
        (("add", "x2", "--name", "X", "--authority", "xa.ncb"), "short\nshort\n", "password"),
        (("close", "nobody"), "", "nobody"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(node, arguments, typed, said):
    done = run("officer", "--node", str(node), *arguments, typed=typed)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_officer_is_linked_to_an_identity_provider(node):
    at = ("officer", "--node", str(node))
    without = run(*at, "link", "hlowe", "f3c1")
    assert without.returncode == 1
    assert "[identity_provider]" in without.stderr
    with (node / "node.toml").open("a") as file:
        file.write('\n[identity_provider]\nissuer = "https://login.xa.example"\nclient_id = "comity"\n')
    linked = run(*at, "link", "hlowe", "f3c1")
    assert (linked.returncode, "hlowe may sign in there" in linked.stdout) == (0, True)
    assert run(*at, "unlink", "hlowe").returncode == 0


def test_a_folder_without_a_node_is_named(tmp_path):
    done = run("officer", "--node", str(tmp_path), "list")
    assert done.returncode == 1
    assert "comity init" in done.stderr


def test_a_verb_explains_itself_without_a_node():
    done = run("officer", "add", "--help")
    assert done.returncode == 0
    assert "--authority" in done.stdout


def test_without_a_node_one_is_asked_for():
    done = run("officer", "list")
    assert done.returncode == 2
    assert "name the node with --node" in done.stderr
