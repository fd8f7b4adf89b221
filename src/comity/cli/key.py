"""`comity key`: change a node's keys and its pass phrase, each while the node runs.

A change of keys is written into the authority's card, which the registrar takes with `comity directory admit`. The
running worker sees new keys before its next signature; nothing waits and nothing is lost.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from comity.cli.errors import Failure
from comity.cli.passphrase import ask_passphrase, passphrase_option
from comity.cli.words import _, marked, ngettext
from comity.config import nodefile

if TYPE_CHECKING:
    from comity.vocabulary.authority import AuthorityId

FOLDER: Final = click.Path(path_type=Path, file_okay=False, exists=True)
FILE: Final = click.Path(path_type=Path, dir_okay=False)
AUTHORITY: Final = marked("Authority of this node, such as xa.ncb; all of them where none is named.")
LOCK: Final = "keystore.json"


@click.group(name="key", help=marked("Change a node's keys or its pass phrase."))
def command() -> None:
    """Change keys."""


@command.group(name="rotate", help=marked("Change keys that nobody stole: log keys, identity key, TLS key."))
def rotate() -> None:
    """Begin a change of keys."""


@rotate.command(name="log", help=marked("Change the keys of an authority's logs, once a year; the logs go on."))
@click.argument("folder", type=FOLDER, envvar="COMITY_NODE")
@click.option("--authority", "authorities", multiple=True, help=AUTHORITY)
@passphrase_option
def rotate_log(folder: Path, authorities: tuple[str, ...], passphrase_file: Path | None) -> None:
    """Begin the yearly change of log keys."""
    chosen = _open(folder, authorities, passphrase_file)
    from comity.node.ledger import rotating  # noqa: PLC0415  # needs Django

    for authority in chosen:
        for one in rotating.change_keys(authority, datetime.now(UTC)):
            click.echo(_("{log}: old and new keys have signed at size {size}.").format(log=one.log, size=one.size))
        _give_card(authority)
    click.echo(_("Both pairs sign until 90 days after the directory lists the new ones. Make a backup now."))


@rotate.command(name="identity", help=marked("Give an authority a new identity key."))
@click.argument("folder", type=FOLDER, envvar="COMITY_NODE")
@click.argument("authority")
@click.option(
    "--lost", is_flag=True, help=marked("The old key is lost or stolen and signs nothing: every partner will call.")
)
@passphrase_option
def rotate_identity(folder: Path, authority: str, passphrase_file: Path | None, *, lost: bool) -> None:
    """Change an identity key."""
    (chosen,) = _open(folder, (authority,), passphrase_file)
    from comity.node.partners import changing  # noqa: PLC0415  # needs Django

    digits = changing.change_identity(chosen, datetime.now(UTC), unsigned=lost)
    _give_card(chosen)
    if lost:
        click.echo(_("The registrar and every partner compare these digits with you by telephone:"))
    else:
        click.echo(_("The old key has signed for the new one. Its digits, for whoever asks:"))
    click.echo(f"  {digits}")
    click.echo(_("Make a backup now."))


@rotate.command(name="tls", help=marked("Change the key by which partners know this node's connections."))
@click.argument("folder", type=FOLDER, envvar="COMITY_NODE")
@click.option("--now", "at_once", is_flag=True, help=marked("Show the announced certificate now, not after a week."))
@passphrase_option
def rotate_tls(folder: Path, passphrase_file: Path | None, *, at_once: bool) -> None:
    """Announce the next TLS certificate, or show it."""
    chosen = _open(folder, (), passphrase_file)
    from comity.node.partners import changing  # noqa: PLC0415  # needs Django

    if at_once:
        changing.use_tls_now(datetime.now(UTC))
        click.echo(_("The node shows the new certificate from now on. Make a backup now."))
    else:
        changing.announce_tls(nodefile.load(folder).host, datetime.now(UTC))
        click.echo(_("The new certificate is announced. The node shows it once the directory listed it for a week."))
    for authority in chosen:
        _give_card(authority)


@command.command(name="stolen", help=marked("Write up to where each log is trusted, for a registrar who closes it."))
@click.argument("folder", type=FOLDER, envvar="COMITY_NODE")
@click.option("--authority", "authorities", multiple=True, help=AUTHORITY)
def stolen(folder: Path, authorities: tuple[str, ...]) -> None:
    """Write the newest checkpoint of each open log that partners confirm; needs no keys."""
    chosen = _node(folder, authorities)
    from comity.node.ledger import rotating  # noqa: PLC0415  # needs Django
    from comity.node.ledger.models import Log  # noqa: PLC0415  # as above

    for log in Log.objects.filter(authority__in=[str(one) for one in chosen], closed_at=None).order_by("name"):
        text = rotating.trusted(log)
        if text is None:
            continue
        path = folder / "cards" / f"{log.name.replace('/', '@')}.checkpoint"
        path.write_bytes(text)
        click.echo(_("Give `{path}` to the registrar, who closes {log} with it.").format(path=path, log=log.name))
    click.echo(_("When the directory has closed a log, run `comity key replace`."))


@command.command(
    name="replace", help=marked("Begin the next log after one that was closed because its key was stolen.")
)
@click.argument("folder", type=FOLDER, envvar="COMITY_NODE")
@click.option("--authority", "authorities", multiple=True, help=AUTHORITY)
@passphrase_option
def replace(folder: Path, authorities: tuple[str, ...], passphrase_file: Path | None) -> None:
    """Begin the next log and send again what the closed one cannot prove."""
    chosen = _open(folder, authorities, passphrase_file)
    from comity.node.exchange import replacing  # noqa: PLC0415  # needs Django

    for authority in chosen:
        done = replacing.replace_logs(authority, datetime.now(UTC))
        for closed, following in done.logs:
            click.echo(_("{closed} has ended; {following} goes on.").format(closed=closed, following=following))
        click.echo(ngettext("{n} note is sent again.", "{n} notes are sent again.", done.notes).format(n=done.notes))
        _give_card(authority)


@command.command(name="passphrase", help=marked("Lock a keystore under another pass phrase."))
@click.argument("folder", type=FOLDER, envvar="COMITY_NODE")
@passphrase_option
@click.option(
    "--new-passphrase-file", type=FILE, help=marked("File whose first line is the new pass phrase; else it is asked.")
)
def passphrase(folder: Path, passphrase_file: Path | None, new_passphrase_file: Path | None) -> None:
    """Change the pass phrase of a node's keystore, or of a registrar's holder."""
    from comity.sealing import Keystore  # noqa: PLC0415  # loads the cryptography

    store = Keystore(folder if (folder / LOCK).exists() else folder / "keys")
    old = ask_passphrase(passphrase_file)
    store.check(old)
    store.change(old, ask_passphrase(new_passphrase_file, new=True))
    click.echo(_("The new pass phrase holds from now on; the keys are the same."))
    if (folder / nodefile.FILE_NAME).exists():
        click.echo(
            _("A node that runs goes on. Give the new one to whatever starts it, and start it anew when it suits.")
        )


def _open(folder: Path, named: tuple[str, ...], passphrase_file: Path | None) -> "list[AuthorityId]":
    """Set Django up for a node, unlock its keys, and return the authorities that are meant."""
    chosen = _node(folder, named)
    from comity.node.partners import keyring  # noqa: PLC0415  # needs Django

    keyring.unlock(ask_passphrase(passphrase_file))
    return chosen


def _node(folder: Path, named: tuple[str, ...]) -> "list[AuthorityId]":
    """Set Django up for a node, and return the authorities that are meant.

    Raises:
        Failure: one of them is not of this node.
    """
    node = nodefile.load(folder)
    own = tuple(one.id for one in node.authorities)
    strangers = [one for one in named if one not in own]
    if strangers:
        raise Failure(
            _("`{authority}` is not of this node").format(authority=strangers[0]),
            _("it serves {authorities}").format(authorities=", ".join(own)),
        )
    os.environ["COMITY_NODE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # only after the node is known

    django.setup()
    from comity.vocabulary.authority import AuthorityId  # noqa: PLC0415  # only where it is needed

    return [AuthorityId.parse(one) for one in named or own]


def _give_card(authority: "AuthorityId") -> None:
    from comity.node.partners import cards  # noqa: PLC0415  # needs Django

    click.echo(_("Give `{card}` to the registrar.").format(card=cards.path_of(authority)))
