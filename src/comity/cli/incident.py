"""`comity incident`: read what partners cannot explain away, take the proof along, and say what came of it."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from comity.cli.errors import Failure
from comity.cli.words import _, marked
from comity.config import nodefile

if TYPE_CHECKING:
    from comity.node.officers.models import Officer
    from comity.node.partners.models import Incident

CODES: Final = {
    "log.forked": marked("a member showed two histories of its log"),
    "log.unconnected": marked("a member could not connect two heads of its log within a day"),
    "lane.equivocation": marked("a member gave one place of a lane to two notes"),
    "lane.unproved": marked("messages of a member stand above what is trusted of its log: a thief may have sent them"),
    "lane.chain-broken": marked("a note of a member does not continue the one before it"),
    "key.stolen": marked("somebody else signs with the keys of our log"),
    "directory.forked": marked("two signed directories of one version exist"),
    "directory.unshown": marked("a member names another directory of a version than ours, and does not show it"),
}
"""Each code in words."""
REMEDIES: Final = {
    "log.forked": marked("call the member, keep the proof, and tell the registrar: the log may have to be closed"),
    "log.unconnected": marked("call the member: its log must be served to its partners"),
    "lane.equivocation": marked("call the member: it may have been restored without `comity restore`"),
    "lane.unproved": marked("ask the member by telephone which of them it sent; what it sends again comes anew"),
    "lane.chain-broken": marked("call the member: it may have been restored without `comity restore`"),
    "key.stolen": marked("run `comity key stolen`, and give what it writes to the registrar by telephone and courier"),
    "directory.forked": marked("call the registrar, and compare the two with other members"),
    "directory.unshown": marked("call the member, and ask for the directory that it uses; then call the registrar"),
}
"""What to do about each."""


@click.group(name="incident", help=marked("Read and settle what partners cannot explain away."))
@click.option(
    "--node",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="COMITY_NODE",
    help=marked("Folder of the node."),
)
@click.pass_context
def command(context: click.Context, folder: Path | None) -> None:
    """Remember the node whose incidents are meant; its verbs open it, for their help needs none."""
    context.obj = folder


def _open() -> None:
    folder: Path | None = click.get_current_context().obj
    if folder is None:
        raise click.UsageError(_("name the node with --node, or in COMITY_NODE"))
    nodefile.load(folder)
    os.environ["COMITY_NODE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # only after the node is known

    django.setup()


@command.command(name="list", help=marked("List the incidents that are open."))
@click.option("--all", "every", is_flag=True, help=marked("Those that were settled too."))
def list_incidents(*, every: bool) -> None:
    """List incidents, the oldest first."""
    _open()
    from comity.node.partners.models import Incident  # noqa: PLC0415  # needs Django

    rows = list(Incident.objects.order_by("id") if every else Incident.objects.filter(settled_at=None).order_by("id"))
    for row in rows:
        click.echo(f"{row.id}\t{_moment(row.at)}\t{row.code}\t{row.subject}\t{_state(row)}")
    if not rows:
        click.echo(_("No incident is open."))


@command.command(name="show", help=marked("Say what an incident is, what to do, and write its evidence to files."))
@click.argument("number", type=int)
@click.option(
    "--evidence", "folder", type=click.Path(path_type=Path, file_okay=False), help=marked("Folder for the evidence.")
)
def show(number: int, folder: Path | None) -> None:
    """Show one incident."""
    _open()
    from comity.node.partners.incidents import texts_of  # noqa: PLC0415  # needs Django

    row = _incident(number)
    click.echo(f"{row.id}: {row.code}, {row.subject}, {_moment(row.at)}")
    click.echo(f"  {_(CODES.get(row.code, row.code))}")
    if row.shown_by:
        click.echo("  " + _("shown by {member}").format(member=row.shown_by))
    click.echo("  " + _state(row))
    click.echo(f"  -> {_(REMEDIES.get(row.code, marked('call the member, and keep the proof')))}.")
    texts = texts_of(bytes(row.evidence))
    if folder is None:
        click.echo(
            "  " + _("{count} texts are kept as evidence; --evidence writes them to files").format(count=len(texts))
        )
        return
    folder.mkdir(parents=True, exist_ok=True)
    for place, text in enumerate(texts, 1):
        path = folder / f"incident-{row.id}-{place}.txt"
        path.write_bytes(text)
        click.echo(f"  {path}")


@command.command(
    name="export",
    help=marked("Write the evidence as one file that `comity verify` checks anywhere; the ledger keeps who took it."),
)
@click.argument("number", type=int)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--by", required=True, help=marked("User name of the officer who takes it."))
def export(number: int, file: Path, by: str) -> None:
    """Write the contradiction file of one incident."""
    _open()
    from comity.node.exchange import contradictions  # noqa: PLC0415  # needs Django
    from comity.node.ledger.settling import exported  # noqa: PLC0415  # as above

    row, officer = _incident(number), _officer(by)
    found = contradictions.make(row)
    if found is None:
        raise Failure(
            _("what is kept of incident {number} does not convict anybody by itself").format(number=number),
            _("`comity incident show {number} --evidence FOLDER` writes the texts as they came").format(number=number),
        )
    exported(row, by=officer.username, authority=officer.authority, at=datetime.now(UTC))
    file.write_bytes(found.to_bytes())
    click.echo(
        _("{file} is written. Anybody checks it with `comity verify` and the root's fingerprint.").format(file=file)
    )


@command.command(name="settle", help=marked("Say what came of an incident; the ledger keeps who and when."))
@click.argument("number", type=int)
@click.option("--by", required=True, help=marked("User name of the officer who decides."))
@click.option("--found", required=True, help=marked("What came of it, in a few words without personal data."))
def settle(number: int, by: str, found: str) -> None:
    """Settle one incident."""
    _open()
    from comity.node.ledger.settling import SettlingError  # noqa: PLC0415  # needs Django
    from comity.node.ledger.settling import settle as close  # noqa: PLC0415  # as above

    officer = _officer(by)
    try:
        close(number, by=officer.username, authority=officer.authority, found=found, at=datetime.now(UTC))
    except SettlingError as error:
        raise Failure(str(error), _("see `comity incident list --all`")) from None
    click.echo(_("Incident {number} is settled.").format(number=number))


def _officer(username: str) -> "Officer":
    from comity.node.officers.models import Officer  # noqa: PLC0415  # needs Django

    officer = Officer.objects.filter(username=username, is_active=True).first()
    if officer is None:
        raise Failure(_("there is no officer `{username}`").format(username=username), _("see `comity officer list`"))
    return officer


def _incident(number: int) -> "Incident":
    from comity.node.partners.models import Incident  # noqa: PLC0415  # needs Django

    row = Incident.objects.filter(id=number).first()
    if row is None:
        raise Failure(_("there is no incident {number}").format(number=number), _("see `comity incident list --all`"))
    return row


def _state(row: "Incident") -> str:
    if row.settled_at is None:
        return _("open")
    return _("settled by {officer} on {time}").format(officer=row.settled_by, time=_moment(row.settled_at))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
