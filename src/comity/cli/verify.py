"""`comity verify`: judge a proof file, or the whole logs of a node, without trusting who hands them over.

A file is judged with nothing but the fingerprint of the directory's root: no node, no database, no network.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from comity.cli.errors import Failure
from comity.cli.verify_words import fault_in_words, told
from comity.cli.words import _, marked, ngettext

if TYPE_CHECKING:
    from comity.node.ledger.models import Log
    from comity.sealing import LogVerifier
    from comity.verify import RevokedLog

FINGERPRINT_BYTES: Final = 32
SHOWN_FAULTS: Final = 20


@click.command(name="verify", help=marked("Check evidence or whole logs, without trusting a node."))
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--fingerprint",
    default="",
    metavar="HEX",
    help=marked("SHA-256 of the directory's first root, had from somebody you believe; needed for a file."),
)
@click.option(
    "--compromised",
    multiple=True,
    metavar="LOG@TIME",
    help=marked("A log whose keys you know to be stolen, and since when: xa.ncb/x1@2026-11-23T10:00:00Z; repeat it."),
)
@click.option(
    "--node",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=marked("Recompute the logs of the node in this folder."),
)
def command(file: Path | None, fingerprint: str, compromised: tuple[str, ...], node: Path | None) -> None:
    """Verify a file, a node's logs, or both; exit code 1 when anything does not hold."""
    if file is None and node is None:
        raise click.UsageError(_("name a file to verify, or a node with --node"))
    trusted = _parsed(fingerprint)
    if file is not None:
        if trusted is None:
            raise click.UsageError(_("a file needs --fingerprint: a file cannot vouch for itself"))
        _verify_file(file, trusted, tuple(_theft(text) for text in compromised))
    if node is not None:
        _verify_node(node, trusted)


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


def _verify_file(file: Path, fingerprint: bytes, stolen: "tuple[RevokedLog, ...]") -> None:
    from comity.verify import verify_evidence  # noqa: PLC0415  # loads the cryptography only where it is needed

    report = verify_evidence(file.read_bytes(), fingerprint, stolen)
    for claim in report.claims:
        click.echo(told(claim))
    if not report.sound:
        count = len(report.faults)
        raise Failure(
            ngettext("{count} claim does not hold", "{count} claims do not hold", count).format(count=count),
            _("do not rely on this file"),
        )
    click.echo(_("Every claim holds."))


def _verify_node(folder: Path, fingerprint: bytes | None) -> None:
    os.environ["COMITY_NODE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # the settings need the lines above

    django.setup()
    from comity.node.ledger.models import Log  # noqa: PLC0415  # models need loaded apps

    logs = list(Log.objects.order_by("name"))
    if not logs:
        raise Failure(_("the node in `{folder}` has no logs").format(folder=folder))
    faults = sum(_verify_log(log, fingerprint) for log in logs)
    if faults:
        raise Failure(
            ngettext("{count} fault was found", "{count} faults were found", faults).format(count=faults),
            _("keep this node's disk as it is, and compare with its partners' mirrors"),
        )


def _verify_log(log: "Log", fingerprint: bytes | None) -> int:
    """Print what came of one log, and return how many faults it has."""
    from comity.node.exchange.logsource import DatabaseLog  # noqa: PLC0415  # as above
    from comity.node.partners import mirrored  # noqa: PLC0415  # as above
    from comity.verify import Versions, keys_at, root_fingerprint, verify_log  # noqa: PLC0415  # as above
    from comity.vocabulary.authority import LogName  # noqa: PLC0415  # as above

    mirror = mirrored.mirror()
    if mirror is None:
        raise Failure(_("this node has no directory yet"), _("fetch it with `comity directory refresh`"))
    name = LogName.parse(log.name)
    files = mirror.evidence(name.authority)
    versions = Versions(files.values(), fingerprint or root_fingerprint(files))
    member = versions.view(mirror.directory.version[2].hex()).member(name.authority)
    entry = None if member is None else member.log(name)
    if entry is None:
        click.echo(_("{name}: the directory names no such log").format(name=name))
        return 1
    report = verify_log(DatabaseLog(log), keys_at(entry))
    witnesses, forged = _witnesses(log, mirror.directory.version[2].hex(), fingerprint)
    click.echo(
        _(
            "{name}: {size} entries, {checkpoints} checkpoints hold, {opened} openings agree, {erased} erased; "
            "witnesses: {witnesses}"
        ).format(
            name=name,
            size=report.size,
            checkpoints=report.checkpoints,
            opened=report.opened,
            erased=report.erased,
            witnesses=", ".join(witnesses) or _("none yet"),
        )
    )
    for fault in report.faults[:SHOWN_FAULTS]:
        click.echo("  " + fault_in_words(fault))
    for witness in forged:
        click.echo("  " + _("the cosignature of {witness} does not hold").format(witness=witness))
    return len(report.faults) + len(forged)


def _witnesses(log: "Log", version: str, fingerprint: bytes | None) -> tuple[list[str], list[str]]:
    """Return who is witness of a log, and whose cosignature does not hold.

    A cosignature counts where both of its signatures hold under the keys that the directory names for the witness, and
    where it is of a checkpoint that this log signed.
    """
    from comity.merkle import ProofError, verify_cosignature  # noqa: PLC0415  # as above
    from comity.node.ledger.models import Checkpoint, Cosignature  # noqa: PLC0415  # as above

    signed = {(size, bytes(root)) for size, root in Checkpoint.objects.filter(log=log).values_list("size", "root")}
    good: set[str] = set()
    bad: set[str] = set()
    for witness, text in Cosignature.objects.filter(log=log).values_list("witness", "text").iterator():
        try:
            pairs = _keys_of(witness, version, fingerprint)
            checkpoint = verify_cosignature(bytes(text), pairs).checkpoint
            holds = checkpoint.origin == log.name and (checkpoint.size, checkpoint.root) in signed
        except (ProofError, LookupError):
            holds = False
        (good if holds else bad).add(str(witness))
    return sorted(good), sorted(bad)


def _keys_of(witness: str, version: str, fingerprint: bytes | None) -> "Sequence[LogVerifier]":
    from comity.node.partners import mirrored  # noqa: PLC0415  # as above
    from comity.verify import Versions, root_fingerprint  # noqa: PLC0415  # as above
    from comity.vocabulary.authority import AuthorityId  # noqa: PLC0415  # as above

    mirror = mirrored.mirror()
    if mirror is None:
        raise LookupError(witness)
    authority = AuthorityId.parse(witness)
    files = mirror.evidence(authority)
    member = Versions(files.values(), fingerprint or root_fingerprint(files)).view(version).member(authority)
    entry = None if member is None else member.present_log("x")
    if entry is None:
        raise LookupError(witness)
    return entry.verifiers
