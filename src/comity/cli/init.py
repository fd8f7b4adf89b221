"""`comity init`: make a node's folder, keys and database, and the card with which it joins."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from comity.cli.errors import Failure
from comity.cli.passphrase import ask_passphrase, passphrase_option
from comity.cli.words import _, marked
from comity.config import nodefile

CARDS = "cards"


@click.command(name="init", help=marked("Create a node: its folder, keys and database."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--authority", "authorities", multiple=True, required=True, help=marked("Id, such as xa.ncb; repeat it."))
@click.option("--host", default="localhost", show_default=True, help=marked("Host name of console and federation."))
@click.option("--port", default=8000, show_default=True, help=marked("Port of the console."))
@click.option("--federation-port", default=8443, show_default=True, help=marked("Port for partners."))
@click.option("--scheme", type=click.Choice(["http", "https"]), default="http", show_default=True)
@click.option("--language", type=click.Choice(nodefile.LANGUAGES), default="en", show_default=True)
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--database", default="sqlite", show_default=True, help=marked("sqlite, or a postgresql:// address."))
@passphrase_option
def command(
    folder: Path,
    authorities: tuple[str, ...],
    host: str,
    port: int,
    federation_port: int,
    scheme: str,
    language: str,
    time_zone: str,
    database: str,
    passphrase_file: Path | None,
) -> None:
    """Create a node and say what comes next."""
    if (folder / nodefile.FILE_NAME).exists():
        raise Failure(
            _("there is a node in `{folder}` already").format(folder=folder), _("name another folder, or use that one")
        )
    node = nodefile.NodeFile(
        folder=folder.resolve(),
        host=host,
        port=port,
        scheme=scheme,
        federation_port=federation_port,
        state=authorities[0][:2].upper(),
        authorities=tuple(nodefile.Authority(one) for one in authorities),
        language=language,
        time_zone=time_zone,
        database=database,
    )
    cards = create(node, ask_passphrase(passphrase_file, new=True), datetime.now(UTC))
    click.echo(_("The node is in `{folder}`.").format(folder=folder))
    for path, digits in cards:
        click.echo(_("Give `{card}` to the registrar, who compares these digits by telephone:").format(card=path))
        click.echo(f"  {digits}")


def create(node: nodefile.NodeFile, passphrase: str, now: datetime) -> list[tuple[Path, str]]:
    """Make the folder, settings, keys, database and logs of a node.

    Args:
        node: its settings, checked as a settings file would be.
        passphrase: of its keystore.
        now: UTC.

    Returns:
        (path, digits to compare) of the card of each authority.

    Raises:
        NodeFileError: a setting cannot be.
        KeystoreError: there are keys in the folder already, or it cannot be written.
    """
    folder = node.folder
    if folder is None:
        raise Failure(_("a node needs a folder"))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    nodefile.from_document(_document(node), folder)
    cards = _make_keys(node, folder, passphrase, now)
    secret = folder / nodefile.SECRET_FILE
    secret.parent.mkdir(mode=0o700, exist_ok=True)
    secret.write_text(secrets.token_urlsafe(50), encoding="ascii")
    secret.chmod(0o600)
    nodefile.save(node)
    prepare_database(folder)
    return cards


def _document(node: nodefile.NodeFile) -> dict[str, object]:
    import tomllib  # noqa: PLC0415  # only to read back what is about to be written

    return tomllib.loads(nodefile.dump(node))


def _make_keys(node: nodefile.NodeFile, folder: Path, passphrase: str, now: datetime) -> list[tuple[Path, str]]:
    from comity.directory.card import read_card  # noqa: PLC0415  # loads the cryptography
    from comity.node.partners import founding  # noqa: PLC0415  # only where it is needed
    from comity.sealing import Keystore  # noqa: PLC0415  # only where it is needed
    from comity.vocabulary.authority import AuthorityId  # noqa: PLC0415  # only where it is needed

    keys = Keystore(folder / "keys").create(passphrase)
    founding.make_node_keys(keys, node.host, now)
    found = []
    (folder / CARDS).mkdir(exist_ok=True)
    for one in node.authorities:
        authority = AuthorityId.parse(one.id)
        founding.make_authority_keys(keys, authority, now)
        member = founding.new_member(
            keys,
            authority,
            name=one.names or {"en": one.id},
            languages=(node.language,),
            endpoint=f"https://{node.host}:{node.federation_port}",
            now=now,
        )
        path = folder / CARDS / f"{authority}.card.json"
        data = founding.card(keys, member, now)
        path.write_bytes(data)
        found.append((path, read_card(data).digits))
    return found


def prepare_database(folder: Path) -> None:
    """Create or upgrade the database of a node, and open the logs of its authorities, in a process of their own.

    Settings are read once a process; whoever creates several nodes must not mix them up.
    """
    import subprocess  # noqa: PLC0415  # our own interpreter and module
    import sys  # noqa: PLC0415  # only where it is needed

    done = subprocess.run(  # as above
        [sys.executable, "-m", "comity.config.prepare"],
        env={**os.environ, "COMITY_NODE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failure(
            _("the database of `{folder}` could not be prepared").format(folder=folder),
            done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "",
        )
