"""`comity statistics`: the yearly statistics on requests, recomputed from the opened entries of a node's acts logs."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.cli.errors import Failure
from comity.cli.words import _, marked, ngettext
from comity.config import nodefile

if TYPE_CHECKING:
    from comity.verify.statistics import Report


@click.command(name="statistics", help=marked("Recompute the yearly statistics on requests from the acts log."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), envvar="COMITY_NODE")
@click.option("--year", type=click.IntRange(1970, 9998), help=marked("By UTC; by default the present one."))
@click.option("--authority", default="", help=marked("Whose; needed where the node serves several."))
@click.option("--json", "as_json", is_flag=True, help=marked("Print the figures as JSON."))
def command(folder: Path, year: int | None, authority: str, *, as_json: bool) -> None:
    """Open every entry, check it against its leaf, and count; the exit code is 1 if one could not be opened."""
    node = nodefile.load(folder)
    own = [str(one.id) for one in node.authorities]
    if not authority and len(own) == 1:
        authority = own[0]
    if authority not in own:
        raise Failure(
            _("the node does not say whose statistics are meant"),
            _("name one with --authority: {authorities}").format(authorities=", ".join(own)),
        )
    os.environ["COMITY_NODE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # only after the node is known

    django.setup()
    from comity.desks.cases import statistics  # noqa: PLC0415  # needs Django

    report = statistics.from_log(authority, year or datetime.now(UTC).year)
    if as_json:
        click.echo(json.dumps(statistics.as_json(report), indent=1))
    else:
        _print(report)
    if report.unread:
        click.echo(
            ngettext(
                "{n} entry could not be opened: it was erased, or does not fit its leaf",
                "{n} entries could not be opened: they were erased, or do not fit their leaves",
                report.unread,
            ).format(n=report.unread),
            err=True,
        )
    click.get_current_context().exit(1 if report.unread else 0)


def _print(report: "Report") -> None:
    """Print each table under a heading, a line for each count; codes are those of the protocol."""
    click.echo(f"{report.authority} {report.year}")
    tables = (
        (_("received"), report.received),
        (_("sent"), report.sent),
        (_("answered"), report.answered),
        (_("refused, by ground"), {(ground,): count for ground, count in report.refused.items()}),
        (_("late"), report.late),
        (_("only positive answers expected, in no table above"), report.circulars),
    )
    for name, table in tables if report.circulars else tables[:-1]:
        click.echo(f"{name}: {sum(table.values())}")
        for key, count in sorted(table.items()):
            click.echo(f"  {count:>7}  {' '.join(part for part in key if part)}")
