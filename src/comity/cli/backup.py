"""`comity backup`: one consistent archive of a node, also while it runs; KEM private keys stay out of it.

A KEM key in a backup would open, years later, what was to be erased with the key. What a restored node can no longer
open is sent again by its partners.
"""

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from comity.cli.errors import Failure
from comity.cli.words import _, marked
from comity.config import nodefile
from comity.sealing.disk import sync_folder

VERSION: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "db.sqlite3"
LEFT_OUT: Final = ("keys/kem/", "run/")
LOGS: Final = ".log"
BLOCK: Final = 1024 * 1024


@click.command(name="backup", help=marked("Write one consistent archive of a running node."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), envvar="COMITY_NODE")
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False))
def command(folder: Path, archive: Path) -> None:
    """Write a backup of a node into one file."""
    count = write(folder, archive)
    click.echo(
        _("{count} files are in `{archive}`. Keep it and the pass phrase apart.").format(count=count, archive=archive)
    )


def write(folder: Path, archive: Path) -> int:
    """Write the archive whole or not at all, and return the number of files in it.

    Raises:
        Failure: the node's database is not SQLite, or the archive exists.
        OSError: the disk refuses.
    """
    node = nodefile.load(folder)
    if node.database != "sqlite":
        raise Failure(
            _("the database of this node is PostgreSQL"),
            _("back it up with pg_dump, and copy the node's folder without keys/kem and run"),
        )
    if archive.exists():
        raise Failure(_("`{archive}` exists").format(archive=archive), _("name another file"))
    temporary = archive.with_name(archive.name + ".part")
    hashes: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory(dir=archive.parent) as scratch, tarfile.open(temporary, "w:gz") as tar:
            copy = Path(scratch) / DATABASE
            _copy_database(folder / DATABASE, copy)
            hashes[DATABASE] = _add(tar, copy, DATABASE)
            for path, name in _files(folder):
                hashes[name] = _add(tar, path, name)
            manifest = {"v": VERSION, "made": int(time.time()), "files": hashes}
            data = json.dumps(manifest, indent=1, sort_keys=True).encode()
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mode = len(data), 0o600
            tar.addfile(info, io.BytesIO(data))
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())  # a name must never stand for bytes that a power cut takes back
        temporary.replace(archive)
        sync_folder(archive.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return len(hashes)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database that others write to, as it is at one moment."""
    with (
        _closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as held,
        _closing(sqlite3.connect(target)) as copy,
    ):
        held.backup(copy, pages=4096)


class _closing:  # noqa: N801  # reads as the standard library's
    """A connection that is closed at the end of the block, which sqlite3's own block leaves open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file that belongs into a backup, sorted by its name."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name.startswith((DATABASE, *LEFT_OUT)) or name.endswith((".part", ".new", LOGS)):
            continue
        yield path, name


def _add(tar: tarfile.TarFile, path: Path, name: str) -> str:
    """Add a file and return its SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    tar.add(path, arcname=name, recursive=False)
    return digest.hexdigest()
