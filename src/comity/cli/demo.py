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

from comity.cli import demo_page
from comity.cli.demo_page import say
from comity.cli.demo_story import told
from comity.cli.errors import Failure
from comity.cli.words import _, marked
from comity.demo import build, run, world
from comity.demo.errors import DemoError
from comity.demo.hands import Hands
from comity.demo.play import Play

FOLDER: Final = Path("nodes")
INTERRUPTED: Final = 130  # what a shell says of a command that SIGINT ended
INTRODUCTION: Final = marked(
    "An invented federation on this machine: four states, and the organisation that they formed. "
    "All in it is fiction but for one official list."
)
STANDING: Final = marked("They stand in `{folder}` with all that was entered; the same command starts them again.")
BUILDING: Final = {
    "keys": marked("making the keys of every authority"),
    "directory": marked("signing the directory of members and agreements"),
    "nodes": marked("filling five nodes: officers, records, an official list"),
    "week": marked("letting the states exchange requests and answers through the nine days before now"),
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
@click.option(
    "--week/--no-week",
    default=None,
    help=marked("Fill the desks of newly built nodes with a busy week before now; not with --once, unless asked for."),
)
@click.option("--browser/--no-browser", default=False, help=marked("Open Aldermark's console in a browser."))
def command(
    folder: Path, port: int, *, once: bool, fresh: bool, playing: bool, week: bool | None, browser: bool
) -> None:
    """Build, play, and keep running until Ctrl-C."""
    demo_page.prepare()
    interrupt = run.Interrupt()
    say(_(INTRODUCTION))
    click.echo()
    try:
        with interrupt.at_once():
            built = _build(folder, port, fresh=fresh, week=not once if week is None else week)
        with _started(folder, built, interrupt) as federation:
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
def _started(folder: Path, built: build.Built, interrupt: run.Interrupt) -> Iterator[run.Federation]:
    """Start the nodes, and stop them when the block is left."""
    with run.Federation.of(built.folders) as federation:
        try:
            say(_("Starting {count} nodes").format(count=len(federation.nodes)))
            with interrupt.at_once():
                federation.start()
                federation.wait_until_ready()
            yield federation
        finally:
            click.echo()
            say(_("Stopping the nodes"))
    say(
        _("They stand in `{folder}` with all that was entered; the same command starts them again.").format(
            folder=folder
        )
    )


def _build(folder: Path, port: int, *, fresh: bool, week: bool) -> build.Built:
    began = time.monotonic()
    if not fresh and build.stands(folder):
        say(_("The nodes in `{folder}` stand already; `comity demo --fresh` builds them anew").format(folder=folder))
        return build.load(folder)
    with demo_page.progress() as tell:
        built = build.build(folder, lambda what: say(_(BUILDING[what]), 1), port, progress=tell if week else None)
    say(
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
            for one in told(scene, number, language):
                demo_page.show(one)
            federation.check()
    click.echo()
    say(_("Every step was verified, in {seconds:.0f} s.").format(seconds=time.monotonic() - began), colour="green")


def _show_addresses(federation: run.Federation) -> None:
    click.echo()
    say(_("The nodes are running. Choose who you are on the sign-in page, or type a name and this password:"))
    say(world.PASSWORD, 1)
    language = _language()
    for node in federation.nodes:
        state = world.state(node.file.state)
        click.echo()
        click.echo(f"  {click.style(f'{node.file.origin}/', bold=True)}  {state.name(language)}")
        for authority in state.authorities:
            say(f"{authority.id}: " + ", ".join(f"{one.username} ({one.role})" for one in authority.officers), 1)
    click.echo()
    say(_("Ctrl-C stops them all."))
    sys.stdout.flush()


def _language() -> str:
    """Return the terminal's language where the demo speaks it, else English."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value[:2] if value[:2] in world.LANGUAGES else "en"
    return "en"
