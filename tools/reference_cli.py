"""`python tools/reference_cli.py `: write docs/reference/cli.md from the command line itself."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ["LANGUAGE"] = "en"  # the page is English, whatever the terminal of who writes it speaks

import click

from comity.cli import VERBS, main

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
HEAD = """# The command line

Written by `tools/reference_cli.py` from the command itself; do not edit. Every verb has `--help`. Exit codes: 0 done, 1
the work could not be done or a claim does not hold, 2 the command was written wrongly. A failure is one sentence that
says what is wrong and one that says what to do. Texts come in the terminal's language (`LANGUAGE`, `LC_ALL`, `LANG`).
"""


def page() -> str:
    """Return the whole page."""
    context = click.Context(main, info_name="comity")
    parts = [HEAD]
    for verb in main.list_commands(context):
        command = main.get_command(context, verb)
        if command is not None:
            parts += _sections(command, f"comity {verb}", VERBS[verb][1], "##")
    return "\n".join(parts)


def _sections(command: click.Command, path: str, summary: str, marks: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        usage = [parameter.opts[0] + " " + _metavar(parameter) for parameter in _options(command) if parameter.required]
        yield f"{marks} `{' '.join([path, *usage, 'VERB'])}`\n\n{summary}\n"
        if table := _table(command):
            yield table
        for name, child in sorted(command.commands.items()):
            yield from _sections(child, f"{path} {name}", _summary(child), marks + "#")
        return
    arguments = [_argument(parameter) for parameter in command.params if isinstance(parameter, click.Argument)]
    yield f"{marks} `{' '.join([path, *arguments])}`\n\n{summary}\n"
    if table := _table(command):
        yield table


def _summary(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())


def _argument(parameter: click.Argument) -> str:
    name = parameter.human_readable_name + ("..." if parameter.nargs != 1 else "")
    return name if parameter.required else f"[{name}]"


def _options(command: click.Command) -> Iterator[click.Option]:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield parameter


def _metavar(parameter: click.Option) -> str:
    if isinstance(parameter.type, click.Choice):
        return " or ".join(f"`{choice}`" for choice in parameter.type.choices)
    return "" if parameter.is_flag else parameter.type.name.upper()


def _table(command: click.Command) -> str:
    rows = [_row(parameter) for parameter in _options(command)]
    return "\n".join(["| option | value | meaning |", "|---|---|---|", *rows]) + "\n" if rows else ""


def _row(parameter: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    remarks = [parameter.help or ""]
    if parameter.required:
        remarks.append("Required.")
    if parameter.show_default and isinstance(parameter.default, str | int) and not isinstance(parameter.default, bool):
        remarks.append(f"Default: `{parameter.default}`.")
    if parameter.multiple:
        remarks.append("May be repeated.")
    return f"| {names} | {_metavar(parameter)} | {' '.join(filter(None, remarks))} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
