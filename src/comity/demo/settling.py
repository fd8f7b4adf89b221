"""What makes a prepared database a node of the demo: directory, logs, officers, records.

Needs Django; imported by `comity.demo.settle` alone.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection

from comity.config import prepare
from comity.demo import generate, register, stories, world
from comity.desks.cases.actions import patterns
from comity.desks.cases.models import Pattern
from comity.node import places
from comity.node.ledger import actions as ledger
from comity.node.officers.actions import register_officer
from comity.node.officers.models import Officer
from comity.node.officers.rules import Role
from comity.node.partners import mirrored
from comity.node.records.importing import Applied, Source, import_list
from comity.node.records.terms import Terms
from comity.node.writing import writing

PATTERNS = Path(__file__).resolve().parent / "patterns.json"
PURPOSE = "criminal-investigation"
HELD_FOR = timedelta(days=365)


def tables() -> None:
    """Create the tables, and leave one file that can be copied."""
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def everything(at: datetime) -> None:
    """Fill the node that `COMITY_NODE` names, as of a point in time, UTC."""
    state = world.state(settings.NODE.state)
    prepare.open_logs()
    _mirror(state, at)
    _register(state, at)
    _keep_patterns(state, at)
    _import(state, at)


def _mirror(state: world.State, at: datetime) -> None:
    """Take the directory over; later the secretariat looks into the register, and all others ask the secretariat."""
    published = (places.folder().parent / register.FOLDER / register.PUBLISHED).resolve()
    mirrored.begin((published / "1.root.json").read_bytes())
    mirrored.set_sources([str(published)])
    if not mirrored.refresh(at):
        raise SystemExit("the directory could not be mirrored")
    if state is not world.XO:
        mirrored.set_sources([world.REGISTRAR])


def _register(state: world.State, at: datetime) -> None:
    """Register every officer; each registration is an act. All have one password, so it is hashed once."""
    served = {one.id for one in state.authorities}
    for one in state.authorities:
        for person in one.officers:
            with writing():
                register_officer(
                    person.username,
                    password=None,
                    display_name=person.name,
                    authority=one.id,
                    served=served,
                    role=person.role,
                    unit=person.unit,
                    language=state.language,
                    check_password=False,
                )
                facts = ledger.facts({"officer": person.username, "role": person.role})
                ledger.record(ledger.Act("officer.registered", one.id, "", at, facts=facts))
    Officer.objects.update(password=make_password(world.PASSWORD))


def _keep_patterns(state: world.State, at: datetime) -> None:
    """Keep each authority's templates of messages, in the language of its state; its supervisor wrote them."""
    texts = json.loads(PATTERNS.read_text(encoding="utf-8")).get(state.language, [])
    for keeper in Officer.objects.filter(role=Role.SUPERVISOR).order_by("authority", "username"):
        if Pattern.objects.filter(authority=keeper.authority).exists():
            continue
        for text in texts:
            said = {name: [text[name]] for name in ("crime_area", "legal_basis", "facts", "questions")}
            data = {**said, "purpose": [PURPOSE], "subjects": ["0:Person"], "handling": ["H0"]}
            made = Pattern(
                authority=keeper.authority,
                name=text["name"],
                crime_area=text["crime_area"],
                kind="request",
                language=state.language,
                data=data,
            )
            patterns.keep(made, keeper, at=at)


def _import(state: world.State, at: datetime) -> None:
    """Load the story's records, the filler and the official list through the importer."""
    files = stories.records(state.code)
    for category, source in stories.SOURCES.items():
        lines = files[category].read_text(encoding="utf-8") if category in files else ""
        if category == "contact":
            lines += "".join(generate.lines(state.code))
        if lines:
            _import_lines(state, category, source, lines, at)
    if state.code in stories.OFFICIAL_AT:
        _import_file(
            state.first.id, stories.OFFICIAL, at, source=stories.OFFICIAL_SOURCE, originator="OFAC", category="other"
        )


def _import_lines(state: world.State, category: str, source: str, lines: str, at: datetime) -> None:
    path = places.folder() / f"{source}.ftm.jsonl"
    path.write_text(lines, encoding="utf-8")
    _import_file(state.first.id, path, at, source=source, originator=state.first.id, category=category)
    path.unlink()


def _import_file(authority: str, path: Path, at: datetime, *, source: str, originator: str, category: str) -> None:
    terms = Terms(
        authority=authority,
        originator=originator,
        source=source,
        purpose=PURPOSE,
        retain_until=at.date() + HELD_FOR,
        evaluation="4x4 B2",
        category=category,
    )
    run = import_list(Source(path), terms, record_act=_record, now=lambda: at)
    if run.rejected:
        raise SystemExit(f"{run.rejected} rows of `{source}` were rejected")


def _record(act: Applied) -> object:
    return ledger.record(
        ledger.Act(
            kind=act.kind,
            authority=act.authority,
            officer=act.officer,
            at=act.at,
            purpose=act.purpose,
            facts=act.facts,
            subjects=act.subjects,
        )
    )
