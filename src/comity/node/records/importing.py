"""Import a list: staged in small transactions, shown all at once, and resumed where a power cut left it.

The steps, as docs/reference/formats.md, section "What an import does" numbers them:

1. read the whole file once; a broken file ends here and nothing was touched;
2. open the run, or the unfinished run of the same file under the same terms; one of another file is discarded;
3. stage the rows after the run's position, a batch a transaction: new records, changed ones, rejections, position;
4. mark for withdrawal what the list no longer contains;
5. in one transaction: apply the run and record the act. Only now does anybody see a difference;
6. erase what was replaced or withdrawn.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from itertools import batched
from pathlib import Path
from typing import Final

import msgspec
from django.db import IntegrityError
from django.db.models import QuerySet

from comity.formats import Good, Mapping, Rejected, Row, detect, read
from comity.matching import Prepared, Token, digest, pack, tokens_of, unpack
from comity.matching.errors import VersionError
from comity.node.records import tokens
from comity.node.records.errors import BusyError
from comity.node.records.models import ImportRun, Record, Rejection, RunState
from comity.node.records.terms import Terms
from comity.node.writing import writing
from comity.subjects import Subject, objections

BATCH: Final = 500
ERASED_A_TRANSACTION: Final = 500
READ_BYTES: Final = 1 << 20
MAX_REFERENCE_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Source:
    """What is imported.

    Attributes:
        path: the file, or the folder of OFAC's CSV files.
        format: one of `comity.formats.FORMATS`; empty: found by content.
        mapping: what the columns of a CSV file mean.
    """

    path: Path
    format: str = ""
    mapping: Mapping | None = None

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows of the file past the first `after` (raises `comity.formats.FormatError`)."""
        return read(self.path, self.format, mapping=self.mapping, after=after)


@dataclass(frozen=True, slots=True)
class Applied:
    """An import that took effect: what the ledger is told, once, in the transaction that shows the records.

    Attributes:
        kind: always `records.imported`.
        authority: whose records they are.
        officer: who imported; empty for the node itself.
        at: UTC.
        purpose: what the records are held for.
        facts: coded facts, sorted by name.
        subjects: SHA-256 of each record that was added, changed or withdrawn.
    """

    kind: str
    authority: str
    officer: str
    at: datetime
    purpose: str
    facts: tuple[tuple[str, str], ...]
    subjects: tuple[bytes, ...]


type RecordAct = Callable[[Applied], object]
type Progress = Callable[[int, int], None]


def import_list(
    source: Source,
    terms: Terms,
    *,
    record_act: RecordAct,
    now: Callable[[], datetime],
    officer: str = "",
    progress: Progress = lambda _done, _total: None,
) -> ImportRun:
    """Import a file and return its run, applied.

    Importing the same file again under the same terms changes nothing but the run's own row.

    Args:
        source: what to read.
        terms: under which the records are held.
        record_act: appends the act to the ledger; called in the transaction that applies the import.
        now: the time, UTC.
        officer: sign-in name of who imports; empty for the node itself.
        progress: told (rows staged, rows in all) after each batch.

    Raises:
        TermsError: the terms cannot be kept.
        FormatError: the file is broken or of no known format; nothing was changed.
        BusyError: another process imports the same source.
    """
    terms.check(now().date())
    total = sum(1 for _ in source.rows())
    run = _open(source, terms, total, officer, now())
    progress(run.position, total)
    for batch in batched(source.rows(after=run.position), BATCH):
        _stage(run, terms, batch, now())
        progress(run.position, total)
    _mark_withdrawn(run)
    _apply(run, terms, record_act, now())
    _erase(Record.objects.filter(authority=run.authority, source=run.source, until=run))
    return run


def _open(source: Source, terms: Terms, total: int, officer: str, at: datetime) -> ImportRun:
    _erase(Record.objects.filter(authority=terms.authority, source=terms.source, until__state=RunState.APPLIED))
    fingerprint = fingerprint_of(source, terms)
    found = ImportRun.objects.filter(authority=terms.authority, source=terms.source, state=RunState.STAGING).first()
    if found is not None and bytes(found.sha256) == fingerprint:
        return found
    if found is not None:
        discard(found)
    run = ImportRun(
        authority=terms.authority,
        source=terms.source,
        originator=terms.originator,
        format=source.format or ("csv" if source.mapping else detect(source.path)),
        file_name=source.path.name[:200],
        sha256=fingerprint,
        officer=officer,
        total=total,
        started_at=at,
    )
    try:
        with writing():
            run.save(force_insert=True)
    except IntegrityError as error:  # begun between our look and now
        raise BusyError(f"another process imports `{terms.source}`") from error
    return run


def fingerprint_of(source: Source, terms: Terms) -> bytes:
    """Return the SHA-256 of the content of the file, its mapping and the terms."""
    total = sha256(
        msgspec.json.encode([asdict(terms), source.format, asdict(source.mapping) if source.mapping else None])
    )
    for path in sorted(p for p in source.path.iterdir() if p.is_file()) if source.path.is_dir() else [source.path]:
        total.update(b"\0" + path.name.encode("utf-8", "surrogateescape") + b"\0")
        with path.open("rb") as file:
            while piece := file.read(READ_BYTES):
                total.update(piece)
    return total.digest()


def discard(run: ImportRun) -> None:
    """Undo an import that was never applied; nobody has seen anything of it."""
    Record.objects.filter(until=run).update(until=None)
    Record.objects.filter(seen=run).exclude(since=run).update(seen=None)
    _erase(Record.objects.filter(since=run))
    with writing():
        ImportRun.objects.filter(pk=run.pk, state=RunState.STAGING).update(state=RunState.DISCARDED)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A row made into what its record holds, outside the transaction."""

    row: Good
    subject: Subject
    json: str
    content: bytes
    prepared: Prepared
    tokens: frozenset[Token]


def _stage(run: ImportRun, terms: Terms, rows: Sequence[Row], at: datetime) -> None:
    """Stage one batch in one transaction; all costly work is done before it."""
    fresh, rejected = _made(rows, terms)
    with writing():
        held = {
            record.reference: record
            for record in Record.objects.filter(
                authority=run.authority, source=run.source, until=None, reference__in=[f.row.reference for f in fresh]
            ).only("pk", "reference", "content", "since_id", "seen_id")
        }
        known = [f for f in fresh if f.row.reference in held]
        twice = [f for f in known if run.pk in (held[f.row.reference].since_id, held[f.row.reference].seen_id)]
        rejected += [Rejected(f.row.position, f"entry {f.row.reference}"[:200], "row.reference-twice") for f in twice]
        old = [f for f in known if f not in twice]
        same = [held[f.row.reference].pk for f in old if bytes(held[f.row.reference].content) == f.content]
        changed = [f for f in old if bytes(held[f.row.reference].content) != f.content]
        added = [f for f in fresh if f.row.reference not in held]
        Record.objects.filter(pk__in=same).update(seen=run)
        Record.objects.filter(pk__in=[held[f.row.reference].pk for f in changed]).update(until=run)
        _insert(run, terms, [*added, *changed], at)
        Rejection.objects.bulk_create(
            Rejection(run=run, position=r.position, where=r.where[:200], rule=r.rule, found=r.found[:200])
            for r in rejected
        )
        _advance(run, rows[-1].position, len(added), len(changed), len(same), len(rejected))


def _made(rows: Iterable[Row], terms: Terms) -> tuple[list[_Fresh], list[Rejected]]:
    fresh: dict[str, _Fresh] = {}
    rejected: list[Rejected] = []
    held_under = msgspec.json.encode(asdict(terms))
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
        elif row.reference in fresh or len(row.reference) > MAX_REFERENCE_CHARS:
            rejected.append(Rejected(row.position, f"entry {row.reference}"[:200], "row.reference-twice"))
        elif wrong := objections(row.subjects[0]):
            rejected.append(Rejected(row.position, f"entry {row.reference}"[:200], wrong[0].rule, wrong[0].found))
        else:
            subject = row.subjects[0]
            json = msgspec.json.encode(subject.to_ftm()).decode()
            prepared = digest(subject)
            content = sha256(json.encode() + b"\0" + held_under).digest()
            fresh[row.reference] = _Fresh(row, subject, json, content, prepared, tokens_of(prepared))
    return list(fresh.values()), rejected


def _insert(run: ImportRun, terms: Terms, fresh: Sequence[_Fresh], at: datetime) -> None:
    records = Record.objects.bulk_create(
        Record(
            authority=terms.authority,
            originator=terms.originator,
            source=terms.source,
            reference=f.row.reference,
            schema=f.subject.schema,
            caption=f.subject.caption[:300],
            subject=f.json,
            digest=pack(f.prepared),
            content=f.content,
            handling=" ".join(terms.handling),
            evaluation=terms.evaluation,
            purpose=terms.purpose,
            category=terms.category if f.subject.schema == "Person" else "",
            purpose_bound=terms.purpose_bound,
            restricted=terms.restricted,
            special=terms.special,
            unit=terms.unit,
            retain_until=terms.retain_until.toordinal(),
            since=run,
            seen=run,
            created_at=at,
            changed_at=at,
        )
        for f in fresh
    )
    tokens.write(
        tokens.entry(tokens.token_number(terms.authority, token), record.pk)
        for record, f in zip(records, fresh, strict=True)
        for token in f.tokens
    )


def _advance(run: ImportRun, position: int, added: int, changed: int, unchanged: int, rejected: int) -> None:
    """Move the run on; another process that did so meanwhile makes this batch fail as a whole."""
    moved = ImportRun.objects.filter(pk=run.pk, position=run.position, state=RunState.STAGING).update(
        position=position,
        added=run.added + added,
        changed=run.changed + changed,
        unchanged=run.unchanged + unchanged,
        rejected=run.rejected + rejected,
    )
    if not moved:
        raise BusyError(f"another process imports `{run.source}`")
    run.position = position
    run.added, run.changed = run.added + added, run.changed + changed
    run.unchanged, run.rejected = run.unchanged + unchanged, run.rejected + rejected


def _mark_withdrawn(run: ImportRun) -> None:
    """Mark what the source held and this list no longer contains."""
    with writing():
        gone = Record.objects.filter(authority=run.authority, source=run.source, until=None).exclude(seen=run)
        gone.update(until=run)
        replaced = Record.objects.filter(authority=run.authority, source=run.source, until=run).count()
        run.withdrawn = replaced - run.changed
        ImportRun.objects.filter(pk=run.pk).update(withdrawn=run.withdrawn)


def _apply(run: ImportRun, terms: Terms, record_act: RecordAct, at: datetime) -> None:
    """Let the import take effect, and record it: one transaction, the same few statements for any size."""
    subjects = tuple(
        bytes(content)
        for field in ("since", "until")
        for content in Record.objects.filter(**{field: run}).order_by("pk").values_list("content", flat=True)
    )
    counts = ("added", "changed", "unchanged", "withdrawn", "rejected")
    facts = {
        "file": sha256(bytes(run.sha256)).hexdigest()[:16],
        "format": run.format,
        "retain-until": str(terms.retain_until),
        "run": str(run.pk),
        "source": run.source,
        **{name: str(getattr(run, name)) for name in counts},
    }
    with writing():
        applied = ImportRun.objects.filter(pk=run.pk, state=RunState.STAGING).update(
            state=RunState.APPLIED, applied_at=at
        )
        if not applied:
            raise BusyError(f"another process imports `{run.source}`")
        record_act(
            Applied(
                "records.imported",
                run.authority,
                run.officer,
                at,
                terms.purpose,
                tuple(sorted(facts.items())),
                subjects,
            )
        )
    run.state, run.applied_at = RunState.APPLIED, at


def _erase(records: QuerySet[Record]) -> None:
    """Erase records with their index entries, a few in each transaction, so that nobody waits long."""
    numbers = list(records.order_by("pk").values_list("pk", flat=True))
    for part in batched(numbers, ERASED_A_TRANSACTION):
        with writing():
            for record in Record.objects.filter(pk__in=part).only("pk", "authority", "digest", "subject"):
                tokens.erase(entries_of(record))
            Record.objects.filter(pk__in=part).delete()


def entries_of(record: Record) -> list[int]:
    """Return the index entries of a record."""
    try:
        prepared = unpack(bytes(record.digest))
    except VersionError:
        prepared = digest(record.value())
    return [tokens.entry(tokens.token_number(record.authority, token), record.pk) for token in tokens_of(prepared)]
