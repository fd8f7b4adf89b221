"""`comity demo`: build the invented federation, play its main job once, and leave its nodes running."""

import os
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from comity.cli.demo_story import told
from comity.cli.errors import Failure
from comity.cli.words import _, marked
from comity.demo import build, run, world
from comity.demo.errors import DemoError
from comity.demo.hands import Hands
from comity.demo.play import Play

FOLDER: Final = Path("nodes")
INTERRUPTED: Final = 130  # what a shell says of a command that SIGINT ended
BUILDING: Final = {
    "keys": marked("making the keys of every authority"),
    "directory": marked("signing the directory of members and agreements"),
    "nodes": marked("filling five nodes: officers, records, an official list"),
}


@click.command(name="demo", help=marked("Build the invented federation, play its story, leave its nodes running."))
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help=marked("Where the nodes are built."),
)
@click.option("--once", is_flag=True, help=marked("End after the play; exit code 0 only if every step was verified."))
@click.option("--fresh", is_flag=True, help=marked("Build the nodes anew, even where they stand already."))
@click.option(
    "--port",
    type=click.IntRange(1024, 65000),
    default=world.FIRST_CONSOLE_PORT,
    show_default=True,
    help=marked("First port of the consoles when nodes are built; the doors for partners follow 100 above."),
)
@click.option("--play/--no-play", "playing", default=True, help=marked("Play the main job first."))
@click.option("--browser/--no-browser", default=False, help=marked("Open Aldermark's console in a browser."))
def command(folder: Path, port: int, *, once: bool, fresh: bool, playing: bool, browser: bool) -> None:
    """Build, play, and keep running until Ctrl-C."""
    interrupt = run.Interrupt()
    try:
        with interrupt.at_once():
            built = _build(folder, port, fresh=fresh)
        with _started(built, interrupt) as federation:
            if playing:
                with interrupt.at_once():
                    _play(folder, federation, built)
            if not once:
                _show_addresses(federation)
                if browser:
                    webbrowser.open(federation.nodes[0].file.origin)
                run.watch(federation, interrupt, lambda: build.renew(folder))
    except DemoError as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt:
        raise Failure(_("interrupted before the play was over"), exit_code=INTERRUPTED) from None


@contextmanager
def _started(built: build.Built, interrupt: run.Interrupt) -> Iterator[run.Federation]:
    """Start the nodes, and stop them when the block is left."""
    with run.Federation.of(built.folders) as federation:
        try:
            click.echo(_("Starting {count} nodes").format(count=len(federation.nodes)))
            with interrupt.at_once():
                federation.start()
                federation.wait_until_ready()
            yield federation
        finally:
            click.echo(_("Stopping the nodes"))


def _build(folder: Path, port: int, *, fresh: bool) -> build.Built:
    began = time.monotonic()
    if not fresh and build.stands(folder):
        click.echo(_("The nodes in `{folder}` stand already; --fresh builds them anew").format(folder=folder))
        return build.load(folder)
    built = build.build(folder, lambda what: click.echo(f"  {_(BUILDING[what])}"), port)
    click.echo(
        _("Built {count} nodes in `{folder}` in {seconds:.0f} s").format(
            count=len(built.folders), folder=folder, seconds=time.monotonic() - began
        )
    )
    return built


def _play(folder: Path, federation: run.Federation, built: build.Built) -> None:
    began = time.monotonic()
    language = _language()
    codes = tuple(state.code for state in world.STATES)
    with Hands(folder, codes, language) as hands:
        for number, scene in enumerate(Play(folder, hands, fingerprint=built.fingerprint).scenes(), 1):
            click.echo()
            for line in told(scene, number, language):
                click.echo(line)
            federation.check()
    click.echo()
    click.echo(
        click.style(
            _("Every step was verified, in {seconds:.0f} s.").format(seconds=time.monotonic() - began), fg="green"
        )
    )


def _show_addresses(federation: run.Federation) -> None:
    click.echo()
    click.echo(_("The nodes are running. Choose who you are on the sign-in page, or type a name and this password:"))
    click.echo(f"    {world.PASSWORD}")
    language = _language()
    for node in federation.nodes:
        state = world.state(node.file.state)
        click.echo()
        click.echo(f"  {node.file.origin}/  {state.name(language)}")
        for authority in state.authorities:
            names = ", ".join(f"{one.username} ({one.role})" for one in authority.officers)
            click.echo(f"      {authority.id}: {names}")
    click.echo()
    click.echo(_("Ctrl-C stops them all."))
    sys.stdout.flush()


def _language() -> str:
    """Return the terminal's language where the demo speaks it, else English."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value[:2] if value[:2] in world.LANGUAGES else "en"
    return "en"
