"""`comity officer`: register the officers of a node, give them a new password, close their access."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.errors import Failure
from comity.cli.words import _, marked
from comity.config import nodefile

if TYPE_CHECKING:
    from comity.node.officers.models import Officer

_HELP = "comity.officer.help"
ROLES = ("officer", "supervisor", "dpo", "auditor", "administrator")


class _OfNode(click.Group):
    """A group whose verbs explain themselves without a node."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note whether help is wanted: the group runs before its verb does."""
        ctx.meta[_HELP] = bool(set(args) & set(ctx.help_option_names))
        return super().parse_args(ctx, args)


@click.group(cls=_OfNode, name="officer", help=marked("Add officers and change their roles."))
@click.option(
    "--node",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="COMITY_NODE",
    help=marked("Folder of the node."),
)
@click.pass_context
def command(ctx: click.Context, folder: Path | None) -> None:
    """Open the node whose officers are meant."""
    if folder is None:
        if ctx.meta[_HELP]:
            return
        raise click.UsageError(_("name the node with --node, or in COMITY_NODE"))
    nodefile.load(folder)
    os.environ["COMITY_NODE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # only after the node is known

    django.setup()


@command.command(name="add")
@click.argument("username")
@click.option("--name", required=True, help=marked("Name as colleagues write it."))
@click.option("--authority", required=True, help=marked("Id of an authority of this node, such as xa.ncb."))
@click.option("--role", type=click.Choice(ROLES), default="officer", show_default=True)
@click.option("--unit", default="")
@click.option("--language", type=click.Choice(nodefile.LANGUAGES), default="en", show_default=True)
def add(username: str, name: str, authority: str, role: str, unit: str, language: str) -> None:
    """Register an officer and ask for the first password; the second factor is set up at the first sign-in."""
    from comity.node import nodefile as served  # noqa: PLC0415  # needs Django
    from comity.node.officers.actions import register_officer  # noqa: PLC0415  # only where it is needed

    register_officer(
        username,
        password=_new_password(),
        display_name=name,
        authority=authority,
        served=served.authorities(),
        role=role,
        unit=unit,
        language=language,
    )
    click.echo(_("{username} may sign in now and is then asked for a second factor.").format(username=username))


@command.command(name="password")
@click.argument("username")
def password(username: str) -> None:
    """Give an officer a new password."""
    from comity.node.officers.actions import set_password  # noqa: PLC0415  # needs Django

    set_password(_officer(username), _new_password())
    click.echo(_("The new password holds from now on."))


@command.command(name="close")
@click.argument("username")
def close(username: str) -> None:
    """Close an officer's access; what the officer did stays in the ledger."""
    from django.utils import timezone  # noqa: PLC0415  # needs Django

    from comity.desks.cases.actions import close_access  # noqa: PLC0415  # as above

    given_back = close_access(_officer(username), at=timezone.now())
    click.echo(_("The access of {username} is closed.").format(username=username))
    if given_back:
        click.echo(_("Open cases that nobody holds now: {count}").format(count=given_back))


@command.command(name="link")
@click.argument("username")
@click.argument("subject")
def link(username: str, subject: str) -> None:
    """Let an officer sign in as a subject of the authority's identity provider."""
    from django.conf import settings  # noqa: PLC0415  # needs Django
    from django.utils import timezone  # noqa: PLC0415  # as above

    from comity.node.officers import actions  # noqa: PLC0415  # as above

    provider = settings.NODE.identity_provider
    if provider is None:
        raise Failure(_("this node has no identity provider"), _("add [identity_provider] to node.toml"))
    actions.link(_officer(username), provider.issuer, subject, at=timezone.now())
    click.echo(_("{username} may sign in there from now on.").format(username=username))


@command.command(name="unlink")
@click.argument("username")
def unlink(username: str) -> None:
    """Let an officer no longer sign in by an identity provider."""
    from comity.node.officers import actions  # noqa: PLC0415  # needs Django

    actions.unlink(_officer(username))
    click.echo(_("{username} signs in here only from now on.").format(username=username))


@command.command(name="list")
def list_officers() -> None:
    """List the officers of the node."""
    from comity.node.officers.models import Officer  # noqa: PLC0415  # needs Django

    for one in Officer.objects.order_by("authority", "username"):
        state = "" if one.is_active else _("closed")
        click.echo(f"{one.authority}\t{one.username}\t{one.role}\t{one.unit}\t{state}".rstrip())


def _new_password() -> str:
    found: str = click.prompt(_("Password"), hide_input=True, confirmation_prompt=True)
    return found


def _officer(username: str) -> "Officer":
    from comity.node.officers.models import Officer  # noqa: PLC0415  # needs Django

    found = Officer.objects.filter(username=username).first()
    if found is None:
        raise Failure(_("there is no officer `{username}`").format(username=username), _("see `comity officer list`"))
    return found
