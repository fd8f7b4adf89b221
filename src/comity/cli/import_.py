"""`comity import`: bring a list or an export into a node's records, all of it or nothing."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import click

from comity.cli.errors import Failure
from comity.cli.words import _, marked, ngettext
from comity.config import nodefile
from comity.formats import FORMATS, BrokenFileError, FormatError, detect, load_mapping
from comity.vocabulary.handling import Handling
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose

if TYPE_CHECKING:
    from comity.node.records.importing import Applied
    from comity.node.records.models import ImportRun

PUBLISHERS: Final = {"ofac-csv": "OFAC", "ofac-xml": "OFAC", "un-xml": "United Nations", "eu-fsf": "European Union"}
RETAINED_DAYS: Final = 365
SHOWN_REJECTIONS: Final = 20
RULES: Final = {
    "row.no-reference": marked("it has no reference"),
    "row.no-name": marked("it has no name"),
    "row.reference-twice": marked("its reference stands twice in the file"),
    "row.unreadable-text": marked("its text cannot be read"),
    "row.columns": marked("it has too few or too many columns"),
    "row.date": marked("a date cannot be read"),
    "row.country": marked("a country is not known"),
    "row.empty": marked("it says nothing"),
    "row.too-many-values": marked("it has too many values"),
    "ofac.unknown-type": marked("it is of an unknown type"),
    "eu.unknown-type": marked("it is of an unknown type"),
    "schema.unknown": marked("its schema is not known"),
    "schema.abstract": marked("its schema stands for several kinds"),
    "subject.empty": marked("it says nothing"),
    "property.unknown": marked("its schema has no such property"),
    "property.too-many": marked("a property has too many values"),
    "property.too-long": marked("a value is too long"),
    "ftm.not-json": marked("the line is no JSON"),
    "ftm.not-an-entity": marked("the line is no FollowTheMoney entity"),
    "ftm.deletion": marked("it deletes an entity: import the whole list instead"),
}


@click.command(name="import", help=marked("Import records from a file or an official list."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), envvar="COMITY_NODE")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--authority", help=marked("Authority that holds the records; needed where the node serves several."))
@click.option("--source", help=marked("Short name of the list; by default the file's name."))
@click.option("--originator", help=marked("Who supplied the records; by default the publisher, else the authority."))
@click.option("--format", "format_", type=click.Choice(FORMATS), help=marked("By default found by content."))
@click.option(
    "--mapping", type=click.Path(path_type=Path, exists=True), help=marked("What the columns of a CSV file mean.")
)
@click.option("--purpose", type=click.Choice([str(p) for p in Purpose]), default="prevention", show_default=True)
@click.option("--category", type=click.Choice([str(c) for c in PersonCategory]), default="other", show_default=True)
@click.option("--handling", type=click.Choice([str(h) for h in Handling]), multiple=True, default=["H0"])
@click.option("--evaluation", default="", help=marked("Such as `4x4 B2`."))
@click.option("--unit", default="", help=marked("The unit that handles the records."))
@click.option("--restricted", is_flag=True, help=marked("Only that unit may know them."))
@click.option("--purpose-bound", is_flag=True, help=marked("They may be used for that purpose only."))
@click.option(
    "--retain-until", type=click.DateTime(["%Y-%m-%d"]), help=marked("Last day of use; by default in a year.")
)
@click.option("--officer", default="", help=marked("Sign-in name of who imports; it enters the ledger."))
def command(folder: Path, file: Path, **options: Any) -> None:  # noqa: ANN401  # one value for each option
    """Import a file; go on with an import of the same file that was interrupted."""
    import_file(folder, file, **options)


def import_file(
    folder: Path,
    file: Path,
    *,
    authority: str | None,
    source: str | None,
    originator: str | None,
    format_: str | None,
    mapping: Path | None,
    retain_until: datetime | None,
    officer: str,
    **codes: Any,  # noqa: ANN401  # the coded terms, as `Terms` names them
) -> None:
    """Set Django up for the node, import, and say what came of it."""
    node = nodefile.load(folder)
    os.environ["COMITY_NODE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # the settings need the lines above

    django.setup()
    from comity.node.records.importing import Source, import_list  # noqa: PLC0415  # as above
    from comity.node.records.terms import Terms  # noqa: PLC0415  # as above

    try:
        name = format_ or ("csv" if mapping else detect(file))
        described = load_mapping(mapping) if mapping else None
        holder = authority or _only_authority(node)
        codes["handling"] = tuple(sorted(codes["handling"]))
        terms = Terms(
            authority=holder,
            originator=originator or PUBLISHERS.get(name, holder),
            source=source or file.name.partition(".")[0][:60],
            retain_until=retain_until.date() if retain_until else _in_a_year(),
            **codes,
        )
        bar = _Bar()
        with bar:
            run = import_list(
                Source(file, name, described), terms, record_act=_ledger(), now=_now, officer=officer, progress=bar.show
            )
    except BrokenFileError as error:
        raise Failure(str(error), _("nothing was imported: get the file again, whole")) from error
    except FormatError as error:
        raise Failure(str(error), _("see docs/reference/formats.md")) from error
    except LookupError as error:
        raise Failure(str(error)) from error
    _tell(run)


def _now() -> datetime:
    return datetime.now(UTC)


def _in_a_year() -> date:
    return _now().date() + timedelta(days=RETAINED_DAYS)


def _only_authority(node: nodefile.NodeFile) -> str:
    if len(node.authorities) != 1:
        served = ", ".join(one.id for one in node.authorities)
        raise Failure(
            _("this node serves several authorities"), _("name one with --authority: {served}").format(served=served)
        )
    return node.authorities[0].id


def _ledger() -> "Callable[[Applied], object]":
    """Return how an import is recorded: one act, one leaf, which commits to the root of its list of records."""
    from comity.node.ledger import actions  # noqa: PLC0415  # needs Django

    def record(applied: "Applied") -> object:
        return actions.record(
            actions.Act(
                kind=applied.kind,
                authority=applied.authority,
                officer=applied.officer,
                at=applied.at,
                purpose=applied.purpose,
                facts=applied.facts,
                subjects=applied.subjects,
            )
        )

    return record


class _Bar:
    """A progress bar that begins when the length of the file is known, also in the middle of a resumed import."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def show(self, done: int, total: int) -> None:
        """Draw how far the import has come."""
        if self._bar is None:
            if done:
                click.echo(_("going on after row {done}").format(done=done))
            self._bar = click.progressbar(length=max(total, 1), label=_("importing"), show_pos=True)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def __exit__(self, *_exception: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)


def _tell(run: "ImportRun") -> None:
    click.echo(
        _("{source}: {added} new, {changed} changed, {unchanged} as before, {withdrawn} withdrawn").format(
            source=run.source,
            added=run.added,
            changed=run.changed,
            unchanged=run.unchanged,
            withdrawn=run.withdrawn,
        )
    )
    if not run.rejected:
        return
    click.echo(
        ngettext("{count} row was left out:", "{count} rows were left out:", run.rejected).format(count=run.rejected)
    )
    for rejection in run.rejections.order_by("position")[:SHOWN_REJECTIONS]:
        reason = _(RULES.get(rejection.rule, rejection.rule))
        found = f" ({rejection.found})" if rejection.found else ""
        click.echo(f"  {rejection.where}: {reason}{found}")
    if run.rejected > SHOWN_REJECTIONS:
        rest = run.rejected - SHOWN_REJECTIONS
        click.echo(ngettext("  and {count} more", "  and {count} more", rest).format(count=rest))
