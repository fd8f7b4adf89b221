"""How a verb of the command line ends other than well.

* click.ClickException
  + Failure             the work could not be done; one sentence says what is wrong, one what to do (exit code 1)
  + click.UsageError    the command was written wrongly (exit code 2; click's own)
"""

from collections.abc import Mapping
from typing import IO, Any, Final

import click

from comity.cli.words import marked

REMEDIES: Final[Mapping[str, str]] = {
    "WrongPassphraseError": marked("type it again, or check the first line of its file: nothing else opens the keys"),
    "ExpiredError": marked(
        "see whether this clock is right, and ask the registrar to run `comity directory timestamp`"
    ),
    "UnreachableError": marked("fetch the directory with `comity directory refresh`"),
    "MemberError": marked("refresh the directory, and see whether `comity doctor` finds the member"),
}
"""What to do about an error of a lower layer, by the name of its class."""


class Failure(click.ClickException):
    """A verb could not do its work.

    Args:
        what: what is wrong, one sentence without a full stop.
        remedy: what to do about it, one sentence; may be empty where `what` says it.
        exit_code: 1, unless a script must tell two failures apart.
    """

    def __init__(self, what: str, remedy: str = "", *, exit_code: int = 1) -> None:
        sentences = [sentence.strip().rstrip(".") for sentence in (what, remedy)]
        super().__init__(" ".join(f"{sentence}." for sentence in sentences if sentence))
        self.what, self.remedy = sentences
        self.exit_code = exit_code  # type: ignore[misc]  # click calls it a class variable and documents both

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentences on standard error."""
        click.echo(f"comity: {self.message}", file=file, err=file is None)
