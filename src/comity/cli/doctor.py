"""`comity doctor`: examine a node and say what to do about each fault."""

import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import click

from comity.cli.words import _, marked, ngettext
from comity.config import nodefile

WARN_DAYS: Final = (90, 30, 7)
LOW_DISK: Final = 2 * 1024**3
FULL_DISK: Final = 256 * 1024**2
YEAR: Final = timedelta(days=365)
OLD_WAITING: Final = timedelta(hours=1)
SKEW: Final = timedelta(minutes=5)


class State(StrEnum):
    """How one thing stands."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined.

    Attributes:
        check: name of the check.
        state: how it stands.
        text: what was found, one sentence without a full stop.
        remedy: what to do; empty where nothing is to be done.
    """

    check: str
    state: State
    text: str
    remedy: str = ""


@click.command(name="doctor", help=marked("Examine a node and say what to do about each fault."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), envvar="COMITY_NODE")
@click.option("--json", "as_json", is_flag=True, help=marked("Print the findings as JSON."))
def command(folder: Path, *, as_json: bool) -> None:
    """Examine a node; the exit code is 1 if anything is at fault."""
    node = nodefile.load(folder)
    os.environ["COMITY_NODE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # only after the node is known

    django.setup()
    findings = list(examine(node, folder, datetime.now(UTC)))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        _print(findings)
    sys.exit(any(finding.state is State.FAULT for finding in findings))


def _print(findings: list[Finding]) -> None:
    marks = {State.GOOD: _("good"), State.WARNING: _("warning"), State.FAULT: _("fault")}
    for finding in findings:
        click.echo(f"{marks[finding.state]:>10}  {finding.text}.")
        if finding.remedy:
            click.echo(f"{'':>10}  -> {finding.remedy}.")
    faults = sum(finding.state is State.FAULT for finding in findings)
    if faults:
        click.echo(ngettext("{n} fault", "{n} faults", faults).format(n=faults))
    else:
        click.echo(_("No fault was found."))


def examine(node: nodefile.NodeFile, folder: Path, now: datetime) -> Iterator[Finding]:
    """Yield the findings of every check; a check that fails itself is a finding too.

    Args:
        node: settings; Django is set up for it.
        folder: of the node.
        now: UTC.
    """
    checks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("disk", lambda: disk(folder)),
        ("ports", lambda: ports(node)),
        ("database", database),
        ("clock", lambda: clock(now)),
        ("directory", lambda: directory(now)),
        ("keys", lambda: keys(node, now)),
        ("keys", lambda: log_keys(now)),
        ("logs", logs),
        ("witnesses", witnesses),
        ("backlog", lambda: backlog(now)),
        ("incidents", incidents),
        ("search", search),
        ("classification", lambda: classification(node)),
    )
    for name, check in checks:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001  # the doctor survives what it finds
            yield Finding(
                name,
                State.FAULT,
                _("the check of {name} could not be made: {error}").format(name=name, error=type(error).__name__),
                _("read the node's log, and restore from a backup if the database cannot be read"),
            )


def disk(folder: Path) -> Iterator[Finding]:
    """Room for notes and bodies."""
    free = shutil.disk_usage(folder).free
    text = _("{free} MB are free on the node's disk").format(free=free // 1024**2)
    state = State.FAULT if free < FULL_DISK else State.WARNING if free < LOW_DISK else State.GOOD
    remedy = "" if state is State.GOOD else _("free room or move the node: with a full disk nothing is accepted")
    yield Finding("disk", state, text, remedy)


def ports(node: nodefile.NodeFile) -> Iterator[Finding]:
    """Whether the console and the door answer."""
    for name, port in ((_("console"), node.port), (_("door for partners"), node.federation_port)):
        with socket.socket() as probe:
            probe.settimeout(2)
            answers = probe.connect_ex(("127.0.0.1", port)) == 0
        text = _("the {name} answers on port {port}") if answers else _("nothing answers on port {port} ({name})")
        yield Finding(
            "ports",
            State.GOOD if answers else State.WARNING,
            text.format(name=name, port=port),
            "" if answers else _("start the node with `comity serve`"),
        )


def database() -> Iterator[Finding]:
    """Whether the database is whole and of this version."""
    from django.core.management import call_command  # noqa: PLC0415  # needs Django
    from django.db import connection  # noqa: PLC0415  # only where it is needed

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            (found,) = cursor.fetchone()
        whole = found == "ok"
        yield Finding(
            "database",
            State.GOOD if whole else State.FAULT,
            _("the database is whole") if whole else _("the database is damaged"),
            "" if whole else _("stop the node and restore it from a backup with `comity restore`"),
        )
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit:
        yield Finding(
            "database",
            State.FAULT,
            _("the database is of an older version"),
            _("run `python -m comity.config.prepare` with COMITY_NODE set to the node's folder"),
        )


def search() -> Iterator[Finding]:
    """Whether what officers search in is whole and complete; a fault in it is mended here."""
    from comity.desks.cases import indexing  # noqa: PLC0415  # needs Django
    from comity.desks.cases.models import CaseMessage  # noqa: PLC0415  # as above

    live = CaseMessage.objects.filter(erased=False).count()
    if indexing.MESSAGES.check() and indexing.MESSAGES.size() >= live - indexing.PORTION:
        yield Finding("search", State.GOOD, _("the index of words is whole"))
        return
    made = indexing.rebuild()
    yield Finding(
        "search",
        State.WARNING,
        _("the index of words was not whole, and was made anew of {n} messages").format(n=made),
        _("nothing more is to be done; if it happens again, have the disk examined"),
    )


def classification(node: nodefile.NodeFile) -> Iterator[Finding]:
    """Whether a message is kept that is classified higher than the node is accredited for by now."""
    from comity.desks.cases import classified  # noqa: PLC0415  # needs Django

    found = classified.kept_above()
    if found is None:
        text = _("no message is classified higher than `{level}`, for which the node is accredited")
        yield Finding("classification", State.GOOD, text.format(level=node.classification))
        return
    text = _("message {reference} is classified `{found}`, and the node is accredited up to `{level}` only")
    yield Finding(
        "classification",
        State.WARNING,
        text.format(reference=found[0], found=found[1], level=node.classification),
        _("set classification in node.toml back, or move such messages to a system that is accredited for them"),
    )


def clock(now: datetime) -> Iterator[Finding]:
    """Whether the clock agrees with what was recorded and with the directory."""
    from django.db.models import Max  # noqa: PLC0415  # needs Django

    from comity.node.ledger.models import Checkpoint, Entry  # noqa: PLC0415  # only where it is needed
    from comity.node.partners import mirrored  # noqa: PLC0415  # only where it is needed

    known = [
        at
        for at in (Entry.objects.aggregate(at=Max("at"))["at"], Checkpoint.objects.aggregate(at=Max("at"))["at"])
        if at is not None
    ]
    view = mirrored.load(now)
    if view is not None:
        known.append(now - timedelta(seconds=view.age_s(now)))
    behind = max((at - now for at in known), default=timedelta())
    if behind > SKEW:
        yield Finding(
            "clock",
            State.FAULT,
            _("the clock is {minutes} minutes behind what was recorded already").format(
                minutes=int(behind.total_seconds() // 60)
            ),
            _("set the clock, and let a time service keep it: notes from the future are refused by every partner"),
        )
    else:
        yield Finding("clock", State.GOOD, _("the clock agrees with the ledger and the directory"))


def directory(now: datetime) -> Iterator[Finding]:
    """Age of the directory."""
    from comity.node.partners import mirrored  # noqa: PLC0415  # needs Django

    view = mirrored.load(now)
    if view is None:
        yield Finding(
            "directory",
            State.FAULT,
            _("this node has no directory"),
            _("fetch it with `comity directory refresh`, from the root that came with the invitation"),
        )
        return
    hours = int(view.age_s(now) // 3600)
    stale = view.is_stale(now)
    yield Finding(
        "directory",
        State.WARNING if stale else State.GOOD,
        _("the directory was signed {hours} hours ago").format(hours=hours),
        _("see whether the sources in directory/sources can be reached: no new member, key or agreement is known")
        if stale
        else "",
    )


def keys(node: nodefile.NodeFile, now: datetime) -> Iterator[Finding]:
    """Ends of what the directory says of our own keys, at 90, 30 and 7 days."""
    from comity.node.partners import members, mirrored  # noqa: PLC0415  # needs Django
    from comity.vocabulary.authority import AuthorityId  # noqa: PLC0415  # only where it is needed

    if mirrored.load(now) is None:
        return  # the check of the directory says so, with what to do
    for one in node.authorities:
        authority = AuthorityId.parse(one.id)
        entry = members.directory().entry(authority)
        if entry is None:
            yield Finding(
                "keys",
                State.FAULT,
                _("the directory does not list {authority}").format(authority=authority),
                _("give its card, in the folder cards, to the registrar"),
            )
            continue
        meta = members.directory().meta(one.id)
        yield from waiting_cards(one.id, 0 if meta is None else meta.version, node.folder or Path())
        last = max((key.valid_until for key in entry.member.kem_keys), default=now)
        yield _ending(_("the directory entry of {authority}"), authority, entry.expires - now)
        yield _ending(_("the last published KEM key of {authority}"), authority, last - now, (14, 14, 7))


def log_keys(now: datetime) -> Iterator[Finding]:
    """Whether a log was closed because its key was stolen, and whether keys are older than a year."""
    from comity.node.ledger.models import Checkpoint, Entry, Log  # noqa: PLC0415  # needs Django
    from comity.node.partners import members, mirrored  # noqa: PLC0415  # as above
    from comity.vocabulary.authority import LogName  # noqa: PLC0415  # only where it is needed

    if mirrored.load(now) is None:
        return  # the check of the directory says so, with what to do
    for log in Log.objects.filter(closed_at__isnull=True).order_by("name"):
        entry = members.log_entry(LogName.parse(log.name))
        if entry is None:
            continue  # the check of the entry says so
        if entry.closed is not None:
            yield Finding(
                "keys",
                State.FAULT,
                _("the directory has closed {log}: its key was stolen").format(log=log.name),
                _("run `comity key replace`, and give the newer card to the registrar"),
            )
            continue
        since = entry.former[-1].size if entry.former else 0
        first = (
            Checkpoint.objects.filter(log=log, size__gte=since).order_by("size").values_list("at", flat=True).first()
            or Entry.objects.filter(log=log).order_by("id").values_list("at", flat=True).first()
            or now
        )
        old = now - first > YEAR
        yield Finding(
            "keys",
            State.WARNING if old else State.GOOD,
            _("the keys of {log} have signed for {days} days").format(log=log.name, days=max(0, (now - first).days)),
            _("change them with `comity key rotate log`") if old else "",
        )


def waiting_cards(authority: str, version: int, folder: Path) -> Iterator[Finding]:
    """Whether the registrar has yet to take a newer card."""
    from comity.directory import DirectoryError, read_card  # noqa: PLC0415  # only where it is needed

    path = folder / "cards" / f"{authority}.card.json"
    try:
        waits = read_card(path.read_bytes()).version > version
    except (OSError, DirectoryError):
        return
    if waits:
        yield Finding(
            "keys",
            State.WARNING,
            _("a newer card of {authority} waits").format(authority=authority),
            _("give `{card}` to the registrar").format(card=path),
        )


def _ending(
    what: str,
    authority: object,
    left: timedelta,
    days: tuple[int, int, int] = (WARN_DAYS[1], WARN_DAYS[1], WARN_DAYS[2]),
) -> Finding:
    state = State.GOOD if left.days > days[0] else State.WARNING if left.days > days[2] else State.FAULT
    remedy = "" if state is State.GOOD else _("give the newer card, in the folder cards, to the registrar")
    text = _("{what} holds for {days} more days").format(what=what.format(authority=authority), days=max(0, left.days))
    return Finding("keys", state, text, remedy)


def logs() -> Iterator[Finding]:
    """Whether every log is numbered, signed, and gives its root."""
    from comity.node.ledger import sequencer  # noqa: PLC0415  # needs Django
    from comity.node.ledger.models import Log  # noqa: PLC0415  # only where it is needed

    for log in Log.objects.filter(closed_at__isnull=True).order_by("name"):
        try:
            sequencer.recover(log.name)
        except sequencer.SequencerError as error:
            yield Finding(
                "logs", State.FAULT, str(error), _("stop the node and restore it from a backup with `comity restore`")
            )
            continue
        signed = log.signed_size == log.size
        yield Finding(
            "logs",
            State.GOOD if signed else State.WARNING,
            _("{log} has {size} entries, {signed} of them signed").format(
                log=log.name, size=log.size, signed=log.signed_size
            ),
            "" if signed else _("start the node: its worker signs what was stored"),
        )


def witnesses() -> Iterator[Finding]:
    """Whether partners saw the same logs."""
    from comity.merkle import SignedCheckpoint  # noqa: PLC0415  # loads with the rest
    from comity.node.ledger.models import Checkpoint, Cosignature, Log  # noqa: PLC0415  # only where it is needed

    for log in Log.objects.filter(name__contains="/x", closed_at__isnull=True).order_by("name"):
        newest = Cosignature.objects.filter(log=log).order_by("-size").first()
        if newest is None:
            yield Finding("witnesses", State.WARNING, _("nobody is witness of {log} yet").format(log=log.name))
            continue
        seen = SignedCheckpoint.parse(bytes(newest.text)).checkpoint
        same = Checkpoint.objects.filter(log=log, size=seen.size, root=seen.root).exists() and seen.size <= log.size
        text = _("{witness} saw {log} at size {size}").format(witness=newest.witness, log=log.name, size=seen.size)
        if same:
            yield Finding("witnesses", State.GOOD, text)
        else:
            yield Finding(
                "witnesses",
                State.FAULT,
                text + ": " + _("this node does not hold that checkpoint"),
                _("stop the node: it was restored without `comity restore`, or its key was used elsewhere"),
            )


def backlog(now: datetime) -> Iterator[Finding]:
    """What waits for partners."""
    from django.db.models import Count, Min  # noqa: PLC0415  # needs Django

    from comity.node.exchange.models import Note, NoteState  # noqa: PLC0415  # only where it is needed

    rows = (
        Note.objects.filter(out=True, state=NoteState.WAITING)
        .values("pair__partner", "pair__last_code")
        .annotate(count=Count("id"), oldest=Min("at"))
    )
    old = [row for row in rows if now - row["oldest"] > OLD_WAITING]
    for row in old:
        yield Finding(
            "backlog",
            State.WARNING,
            _("{count} notes wait for {partner}, the oldest since {hours} hours ({code})").format(
                count=row["count"],
                partner=row["pair__partner"],
                hours=int((now - row["oldest"]).total_seconds() // 3600),
                code=row["pair__last_code"] or "-",
            ),
            _("call the partner's contact point"),
        )
    if not old:
        yield Finding("backlog", State.GOOD, _("nothing has waited for a partner longer than an hour"))


def incidents() -> Iterator[Finding]:
    """Evidence that nobody has settled."""
    from comity.node.partners.models import Incident  # noqa: PLC0415  # needs Django

    open_ones = list(Incident.objects.filter(settled_at__isnull=True).values_list("code", "subject"))
    for code, subject in open_ones:
        yield Finding(
            "incidents",
            State.FAULT,
            _("an incident is open: {code} concerning {subject}").format(code=code, subject=subject),
            _("see `comity incident list`, call the member, and settle it when you know what happened"),
        )
    if not open_ones:
        yield Finding("incidents", State.GOOD, _("no incident is open"))
