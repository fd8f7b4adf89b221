"""The `comity` command: what an administrator or an auditor types.

Each verb is a module of its own and is imported only when it is typed, so that `comity verify` needs no database and
`comity --help` answers at once.
"""

import importlib
import importlib.util
import os
from collections.abc import Mapping, Sequence

import click

from comity.cli.errors import REMEDIES, Failure
from comity.cli.words import _, marked

VERBS: Mapping[str, tuple[str, str]] = {
    "init": ("comity.cli.init:command", marked("Create a node: its folder, keys and database.")),
    "directory": ("comity.cli.directory:command", marked("Keep the directory of members and agreements.")),
    "key": ("comity.cli.key:command", marked("Change a node's keys or its pass phrase.")),
    "officer": ("comity.cli.officer:command", marked("Add officers and change their roles.")),
    "serve": ("comity.cli.serve:command", marked("Run a node: console, delivery and federation door.")),
    "doctor": ("comity.cli.doctor:command", marked("Examine a node and say what to do about each fault.")),
    "incident": ("comity.cli.incident:command", marked("Read and settle what partners cannot explain away.")),
    "export-log": ("comity.cli.export_log:command", marked("Write a log as files that any tiled-log tool reads.")),
    "backup": ("comity.cli.backup:command", marked("Write one consistent archive of a running node.")),
    "restore": ("comity.cli.restore:command", marked("Make a node from a backup and go on with its logs.")),
    "import": ("comity.cli.import_:command", marked("Import records from a file or an official list.")),
    "verify": ("comity.cli.verify:command", marked("Check evidence or whole logs, without trusting a node.")),
    "statistics": (
        "comity.cli.statistics:command",
        marked("Recompute the yearly statistics on requests from the acts log."),
    ),
    "demo": ("comity.cli.demo:command", marked("Build the invented federation and play its story.")),
}
"""Each verb: where its click command is, and what it does in one line."""


class LazyGroup(click.Group):
    """A group that knows its verbs by name and imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs that this installation has, in the order of a node's life."""
        del ctx
        return [verb for verb, (place, _help) in VERBS.items() if _exists(place)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the verb, or `None` where there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, attribute = VERBS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs from the table above, so that help imports none of them."""
        rows = [(verb, _(VERBS[verb][1])) for verb in self.list_commands(ctx)]
        if rows:
            with formatter.section(_("Verbs")):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; an error of ours, or of the disk, becomes one sentence instead of a trace."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except OSError as error:
            raise _of_the_system(error) from error
        except Exception as error:
            if type(error).__module__ == "django.db.utils":
                raise _of_the_database(error) from error
            if not type(error).__module__.startswith("comity."):
                raise
            remedy = REMEDIES.get(type(error).__name__)
            raise Failure(str(error), _(remedy) if remedy else "") from error


def _exists(place: str) -> bool:
    return importlib.util.find_spec(place.partition(":")[0]) is not None


def _of_the_system(error: OSError) -> Failure:
    """Name the file and the fault of an `OSError`; never its arguments, which may hold an address with a password."""
    fault = os.strerror(error.errno) if error.errno else _("the system refused")
    return Failure(f"{fault}: `{error.filename}`" if error.filename else fault)


def _of_the_database(error: Exception) -> Failure:
    """Name what the database says, in its first line; the rest may repeat values of a row."""
    return Failure(
        _("the database refuses: {fault}").format(fault=str(error).partition("\n")[0]),
        _("run `comity doctor` on the node's folder"),
    )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="comity", message="%(prog)s %(version)s")
def main() -> None:
    """Sealed, proved exchange between police authorities of sovereign states."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line with `arguments` (by default the process's own) and end the process."""
    main(args=arguments, prog_name="comity")
