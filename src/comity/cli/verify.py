"""`comity verify`: judge a proof file, or the whole logs of a node, without trusting who hands them over.

A file is judged with nothing but the fingerprint of the directory's root: no node, no database, no network. A node is
judged from its files, which are only read.
"""

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from comity.cli.errors import Failure
from comity.cli.words import _, marked, ngettext

if TYPE_CHECKING:
    from comity.cli.verify_database import LogRow
    from comity.cli.verify_node import Judged
    from comity.verify import Later, LogReport, Report, RevokedLog

FINGERPRINT_BYTES: Final = 32
LARGE: Final = 50_000
"""Entries from which on a log takes seconds, and a bar shows how far it was read."""
LARGEST_FILE: Final = 64 * 1024 * 1024
"""Bytes of a file of a directory; longer ones are none."""
SHOWN_FAULTS: Final = 20


@click.command(name="verify", help=marked("Check evidence or whole logs, without trusting a node."))
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--fingerprint",
    "--root",
    default="",
    metavar="HEX",
    help=marked("SHA-256 of the directory's first root, had from somebody you believe; needed for a file."),
)
@click.option(
    "--compromised",
    "--revoked",
    multiple=True,
    metavar="LOG@TIME",
    help=marked("A log whose keys you know to be stolen, and since when: xa.ncb/x1@2026-11-23T10:00:00Z; repeat it."),
)
@click.option(
    "--directory",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=marked(
        "Folder with a later directory of the same root; logs that it closed count as stolen since it says so."
    ),
)
@click.option(
    "--node",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=marked("Recompute the logs of the node in this folder."),
)
@click.option("--json", "as_json", is_flag=True, help=marked("Print the findings as JSON."))
def command(
    file: Path | None,
    fingerprint: str,
    compromised: tuple[str, ...],
    folder: Path | None,
    node: Path | None,
    *,
    as_json: bool,
) -> None:
    """Verify a file, a node's logs, or both; exit code 1 when anything does not hold."""
    if file is None and node is None:
        raise click.UsageError(_("name a file to verify, or a node with --node"))
    trusted = _parsed(fingerprint)
    sound = True
    if file is not None:
        if trusted is None:
            raise click.UsageError(_("a file needs --fingerprint: a file cannot vouch for itself"))
        stolen = tuple(_theft(text) for text in compromised)
        later = None if folder is None else _later(folder, trusted)
        sound = _verify_file(file, trusted, stolen, later, as_json=as_json)
    if node is not None:
        sound = _verify_node(node, trusted, as_json=as_json) and sound
    sys.exit(not sound)


def _parsed(text: str) -> bytes | None:
    if not text:
        return None
    try:
        found = bytes.fromhex(text.replace(":", "").replace(" ", ""))
    except ValueError:
        found = b""
    if len(found) != FINGERPRINT_BYTES:
        raise Failure(_("the fingerprint is no SHA-256"), _("write it as 64 hexadecimal digits"))
    return found


def _theft(text: str) -> "RevokedLog":
    from comity.verify import RevokedLog  # noqa: PLC0415  # loads the cryptography only where it is needed

    log, _at, time = text.partition("@")
    try:
        since = datetime.fromisoformat(time)
    except ValueError:
        raise Failure(
            _("`{text}` names no log and time").format(text=text), _("write it as xa.ncb/x1@2026-11-23T10:00:00Z")
        ) from None
    return RevokedLog(log, int(since.replace(tzinfo=since.tzinfo or UTC).timestamp()))


def _later(folder: Path, fingerprint: bytes) -> "Later":
    """Read the thefts that a directory reports: a registrar's folder, a copy of one, or a node's mirror."""
    from comity.verify import ArchiveError, read_later  # noqa: PLC0415  # as above

    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size <= LARGEST_FILE)
    try:
        return read_later((path.read_bytes() for path in paths), fingerprint)
    except ArchiveError as error:
        raise Failure(
            _("the folder {folder} holds no directory that hangs on this root: {why}").format(folder=folder, why=error),
            _("fetch the directory anew, or leave --directory out"),
        ) from None


def _tell_later(later: "Later") -> None:
    """Say which directory it was, so that an old one that was handed over does not pass for today's."""
    count = len(later.revoked)
    click.echo(
        ngettext(
            "The later directory has the number {number}; it reports the keys of {count} log stolen.",
            "The later directory has the number {number}; it reports the keys of {count} logs stolen.",
            count,
        ).format(number=later.number, count=count)
    )


def _verify_file(
    file: Path, fingerprint: bytes, stolen: "tuple[RevokedLog, ...]", later: "Later | None", *, as_json: bool
) -> bool:
    """Print what came of a file, and return whether it is sound."""
    from comity.cli.verify_words import closing, told  # noqa: PLC0415  # loads the cryptography only where it is needed
    from comity.verify import is_contradiction, verify_contradiction, verify_evidence  # noqa: PLC0415  # as above

    data = file.read_bytes()
    judged_by = verify_contradiction if is_contradiction(data) else verify_evidence
    report = judged_by(data, fingerprint, stolen if later is None else (*stolen, *later.revoked))
    if as_json:
        told_later = {} if later is None else {"directory": asdict(later)}
        click.echo(json.dumps(_file_as_json(report) | told_later, ensure_ascii=False, indent=1))
        return report.sound
    if later is not None:
        _tell_later(later)
    for claim in report.claims:
        click.echo(told(claim))
    if not report.sound:
        count = len(report.faults)
        raise Failure(
            ngettext("{count} claim does not hold", "{count} claims do not hold", count).format(count=count),
            _("do not rely on this file"),
        )
    click.echo(closing(report))
    return True


def _file_as_json(report: "Report") -> dict[str, Any]:
    from comity.cli.verify_words import spoken, told  # noqa: PLC0415  # as above

    claims = [
        {
            "rule": claim.rule,
            "verdict": claim.verdict.value,
            "rests_on": list(claim.rests_on),
            "details": dict(claim.details),
            "sentence": spoken(claim),
            "text": told(claim),
        }
        for claim in report.claims
    ]
    return {"sound": report.sound, "proved_time": report.proved_time, "claims": claims}


def _verify_node(folder: Path, fingerprint: bytes | None, *, as_json: bool) -> bool:
    """Print what came of each log of a node, and return whether all are sound."""
    from comity.cli.verify_node import judge_node  # noqa: PLC0415  # as above

    judged = []
    with ExitStack() as bars:
        for one in judge_node(folder, fingerprint, lambda log: _bar(bars, log)):
            bars.close()
            judged.append(one)
            if not as_json:
                _tell(one)
    faults = sum(len(one.faults) for one in judged)
    if as_json:
        click.echo(json.dumps([_log_as_json(one) for one in judged], ensure_ascii=False, indent=1))
    elif faults:
        raise Failure(
            ngettext("{count} fault was found", "{count} faults were found", faults).format(count=faults),
            _("keep this node's disk as it is, and compare with its partners' mirrors"),
        )
    return not faults


def _bar(bars: ExitStack, log: "LogRow") -> Callable[[int], object]:
    """Draw how far a large log was read; a short one is done before anybody looks."""
    if log.size < LARGE or not sys.stderr.isatty():
        return int  # nothing to draw
    bar: Any = click.progressbar(length=log.size, label=log.name, file=sys.stderr)
    bars.enter_context(bar)
    update: Callable[[int], object] = bar.update
    return update


def _tell(judged: "Judged") -> None:
    from comity.cli.verify_words import fault_in_words, remedy_in_words  # noqa: PLC0415  # as above

    report = judged.report
    if report is not None:
        witnesses = (_("{member} up to {size}").format(member=saw.member, size=saw.size) for saw in judged.saw)
        click.echo(
            _(
                "{name}: {size} entries, {checkpoints} checkpoints hold, {opened} openings agree, {erased} erased; "
                "witnesses: {witnesses}"
            ).format(
                name=judged.name,
                size=report.size,
                checkpoints=report.checkpoints,
                opened=report.opened,
                erased=report.erased,
                witnesses=", ".join(witnesses) or _("none yet"),
            )
        )
        _tell_rest(report)
    for fault in judged.faults[:SHOWN_FAULTS]:
        click.echo(f"  {judged.name} {fault_in_words(fault)}.")
        click.echo(f"    -> {remedy_in_words(fault)}.")


def _tell_rest(report: "LogReport") -> None:
    """Name what is neither right nor wrong."""
    unsigned = report.size - report.signed_size
    if report.sound and unsigned:
        click.echo(
            "  "
            + ngettext("{n} entry is not signed yet", "{n} entries are not signed yet", unsigned).format(n=unsigned)
        )
    if report.hash_only:
        text = ngettext(
            "{n} entry came back from a partner's mirror as a hash",
            "{n} entries came back from a partner's mirror as hashes",
            report.hash_only,
        )
        click.echo("  " + text.format(n=report.hash_only))


def _log_as_json(judged: "Judged") -> dict[str, Any]:
    from comity.cli.verify_words import fault_in_words, remedy_in_words  # noqa: PLC0415  # as above

    report = judged.report
    counts = (
        {}
        if report is None
        else {
            "size": report.size,
            "signed_size": report.signed_size,
            "root": report.root.hex(),
            "checkpoints": report.checkpoints,
            "opened": report.opened,
            "erased": report.erased,
            "hash_only": report.hash_only,
        }
    )
    return {
        "log": judged.name,
        "sound": not judged.faults,
        **counts,
        "witnesses": [asdict(saw) for saw in judged.saw],
        "faults": [
            {**asdict(fault), "text": fault_in_words(fault), "remedy": remedy_in_words(fault)}
            for fault in judged.faults
        ],
    }
