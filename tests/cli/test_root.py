"""The root of the command line: verbs on demand, and one sentence for what went wrong."""

import click
import pytest
from click.testing import CliRunner

from comity.cli import LazyGroup, main
from comity.cli.errors import Failure
from comity.config.errors import NodeFileError


def failing(error):
    class One(LazyGroup):
        def list_commands(self, ctx):
            return ["fail"]

        def get_command(self, ctx, cmd_name):
            def fail():
                raise error

            return click.Command("fail", callback=fail)

    return CliRunner().invoke(One("comity"), ["fail"])


def test_a_failure_says_what_is_wrong_and_what_to_do_as_two_sentences():
    result = failing(Failure("the port is taken", "stop the other program."))
    assert result.stderr == "comity: the port is taken. stop the other program.\n"
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "error",
    [NodeFileError("there is no node here"), PermissionError(13, "Permission denied", "/srv/comity")],
    ids=["one of ours", "the system's"],
)
def test_a_known_error_is_a_sentence_and_no_trace(error):
    result = failing(error)
    assert result.exit_code == 1
    assert result.stderr.startswith("comity: ")
    assert len(result.stderr.splitlines()) == 1


def test_what_nobody_foresaw_is_not_hidden():
    assert isinstance(failing(ZeroDivisionError()).exception, ZeroDivisionError)


def test_an_unknown_verb_is_a_usage_error():
    result = CliRunner().invoke(main, ["fly"], prog_name="comity")
    assert result.exit_code == 2
    assert "fly" in result.stderr
