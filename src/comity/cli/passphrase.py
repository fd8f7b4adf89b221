"""The pass phrase of a node's keystore: from a file, from the environment's file name, or typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from comity.cli.errors import Failure
from comity.cli.words import _, marked


def passphrase_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the option `--passphrase-file`."""
    return click.option(
        "--passphrase-file",
        envvar="COMITY_PASSPHRASE_FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help=marked("File whose first line is the pass phrase of the keystore."),
    )(function)


def ask_passphrase(file: Path | None, *, new: bool = False) -> str:
    """Return the pass phrase.

    Args:
        file: whose first line it is; `None` asks on the terminal.
        new: ask twice.

    Raises:
        Failure: the file cannot be read or is empty.
    """
    if file is None:
        typed: str = click.prompt(_("Pass phrase of the keystore"), hide_input=True, confirmation_prompt=new)
        return typed
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise Failure(_("the pass phrase file `{file}` cannot be read").format(file=file)) from None
    if not lines or not lines[0]:
        raise Failure(_("the pass phrase file `{file}` is empty").format(file=file))
    return lines[0]
