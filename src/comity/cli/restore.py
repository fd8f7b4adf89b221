"""`comity restore`: make a node from a backup, and let it go on with its logs where its partners last saw them."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import IO, Any, Final

import click

from comity.cli.backup import BLOCK, MANIFEST, VERSION
from comity.cli.errors import Failure
from comity.cli.passphrase import ask_passphrase, passphrase_option
from comity.cli.words import _, marked
from comity.config import nodefile

MAX_MANIFEST: Final = 64 * 1024 * 1024


@click.command(name="restore", help=marked("Make a node from a backup and go on with its logs."))
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@passphrase_option
@click.option("--unpack-only", is_flag=True, help=marked("Leave asking the partners to later."))
def command(archive: Path, folder: Path, passphrase_file: Path | None, *, unpack_only: bool) -> None:
    """Unpack a backup, make new KEM keys, and take back from partners what came after it."""
    unpack(archive, folder)
    if unpack_only:
        click.echo(_("The backup is unpacked. Do not start the node before its partners were asked."))
        return
    secret = ask_passphrase(passphrase_file)
    for line in resume(folder, secret):
        click.echo(line)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a backup into a new folder, whole or not at all.

    Raises:
        Failure: the folder is not empty, or the archive is damaged or was altered.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Failure(_("`{folder}` is not empty").format(folder=folder), _("name a new folder"))
    scratch = folder.with_name(folder.name + ".part")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        _unpack(archive, scratch)
        if folder.exists():
            folder.rmdir()
        scratch.replace(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    nodefile.load(folder)


def _unpack(archive: Path, scratch: Path) -> None:
    scratch.mkdir(parents=True, mode=0o700)
    found: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isfile() else None
                if source is None:
                    raise _damaged(archive)
                if member.name == MANIFEST:
                    manifest = json.loads(source.read(MAX_MANIFEST))
                else:
                    found[member.name] = _write(source, scratch, member.name, archive)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, tarfile.TarError):
            raise
        raise _damaged(archive) from error
    if manifest is None or manifest.get("v") != VERSION or manifest.get("files") != found:
        raise _damaged(archive)


def _damaged(archive: Path) -> Failure:
    return Failure(
        _("`{archive}` is no whole backup").format(archive=archive), _("take another copy; nothing was unpacked")
    )


def _write(source: IO[bytes], scratch: Path, name: str, archive: Path) -> str:
    """Write one file of the archive; a name that would leave the folder is a fault of the archive."""
    path = (scratch / name).resolve()
    if not path.is_relative_to(scratch.resolve()):
        raise _damaged(archive)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with path.open("wb") as target:
        while block := source.read(BLOCK):
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    path.chmod(0o600)
    return digest.hexdigest()


def resume(folder: Path, secret: str) -> list[str]:
    """Make new KEM keys and continue every exchange log from what partners hold; returns what to tell.

    Raises:
        Failure: the pass phrase is wrong, or what partners hold contradicts the backup.
    """
    done = subprocess.run(  # our own interpreter and module
        [sys.executable, "-m", "comity.config.recover"],
        input=secret + "\n",
        env={**os.environ, "COMITY_NODE": str(folder.resolve())},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise Failure(_("the logs cannot be continued: {why}").format(why=lines[-1] if lines else "-"))
    return [
        *done.stdout.splitlines(),
        _("Give the newer card, in the folder cards, to the registrar: it has new KEM keys."),
    ]
