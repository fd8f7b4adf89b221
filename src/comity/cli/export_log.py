"""`comity export-log`: a log of a node as files that any tiled-log tool reads (docs/protocol/ledger.md, section 11)."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.errors import Failure
from comity.cli.words import _, marked

if TYPE_CHECKING:
    from comity.cli.verify_database import DatabaseLog

NODE = click.Path(path_type=Path, file_okay=False, exists=True)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(name="export-log", help=marked("Write a log as files that any tiled-log tool reads."))
@click.argument("node", type=NODE, envvar="COMITY_NODE")
@click.argument("name", metavar="LOG")
@click.argument("folder", type=FOLDER)
def command(node: Path, name: str, folder: Path) -> None:
    """Write entries, tiles and signed checkpoints of one log into a new folder; the node may run."""
    from comity.cli.verify_database import DatabaseLog, connect, logs  # noqa: PLC0415  # only where it is needed
    from comity.merkle import SignedCheckpoint  # noqa: PLC0415  # as above
    from comity.verify import write_export  # noqa: PLC0415  # as above

    if folder.exists() and any(folder.iterdir()):
        raise Failure(_("`{folder}` is not empty").format(folder=folder), _("name a new folder"))
    database = connect(node)
    found = {log.name: log for log in logs(database)}
    if name not in found:
        raise Failure(
            _("this node has no log `{log}`").format(log=name), _("it has {logs}").format(logs=", ".join(sorted(found)))
        )
    source = DatabaseLog(database, found[name])
    signed = list(source.checkpoints())
    if not signed:
        raise Failure(_("nothing of {log} is signed yet").format(log=name), _("start the node: its worker signs"))
    size = SignedCheckpoint.parse(signed[-1]).checkpoint.size
    write_export(folder, islice(_entries(source), size), signed)
    click.echo(_("{log}: {size} entries are in `{folder}`.").format(log=name, size=size, folder=folder))


def _entries(source: "DatabaseLog") -> Iterator[bytes]:
    """Yield the entries; one of which the mirrors gave back the hash alone cannot be written out."""
    for stored in source.entries():
        if not stored.entry:
            raise Failure(
                _("entry {index} came back from a partner's mirror as a hash").format(index=stored.index),
                _("fetch the tiles of this log from the node itself: they hold all hashes"),
            )
        yield stored.entry
