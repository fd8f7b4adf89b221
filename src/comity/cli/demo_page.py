"""How the demo looks on a terminal: sentences wrapped to its width, headings in bold, asides dim."""

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import click

from comity.cli.demo_story import Told

NARROWEST: Final = 40
WIDEST: Final = 100
USUAL: Final = 80
_INDENT: Final = 4


def prepare() -> None:
    """Let a terminal that lacks a letter show a stand-in, and heed `NO_COLOR`."""
    if (reconfigure := getattr(sys.stdout, "reconfigure", None)) is not None:
        reconfigure(errors="replace")
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


def show(one: Told) -> None:
    """Print one sentence of the play."""
    if one.weight == "heading":
        click.echo()
    indent = " " * (_INDENT * one.depth)
    for line in wrapped(one.text, indent, " " * _INDENT if one.weight == "heading" else indent + "  ", width()):
        click.secho(line, bold=one.weight == "heading" or None, dim=one.weight == "passing" or None)


def say(text: str, depth: int = 0, *, colour: str | None = None) -> None:
    """Print a sentence set in by `depth` steps, wrapped."""
    indent = " " * (_INDENT * depth)
    for line in wrapped(text, indent, indent + ("  " if depth else ""), width()):
        click.secho(line, fg=colour)


@contextmanager
def progress() -> Iterator[Callable[[int, int], None]]:
    """Return what draws a bar of (done, in all) where somebody looks on, and nothing into a file."""
    bars: list[Any] = []

    def tell(done: int, whole: int) -> None:
        if not bars:
            bars.append(click.progressbar(length=whole, label=" " * _INDENT, width=0, show_eta=False))
        bars[0].update(done - bars[0].pos)

    yield tell if sys.stdout.isatty() else lambda _done, _whole: None
    for bar in bars:
        bar.render_finish()


def wrapped(text: str, first: str, later: str, columns: int) -> list[str]:
    """Return the lines of a sentence; a word that is longer than a line, such as an address, is left whole."""
    return textwrap.wrap(
        text, columns, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def width() -> int:
    """Return how many columns to fill: the terminal's, within what is easily read; the usual 80 where there is none."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((USUAL, 24)).columns))
