"""What tests do inside a node: each function runs in a process of its own; JSON in and out."""

# ruff: noqa: E402, T201 - Django must be set up before models are imported, and the result is printed

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import django
from django.utils import timezone

if os.environ.get("COMITY_TEST_AHEAD_S"):
    from datetime import timedelta

    _now, _ahead = timezone.now, timedelta(seconds=float(os.environ["COMITY_TEST_AHEAD_S"]))
    timezone.now = lambda: _now() + _ahead

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")
django.setup()

from django.db import transaction

from comity.delivery import BaseMismatchError, Parcel
from comity.messages import AboutSubject, Head, Message, Text, TextRole
from comity.node.exchange import models, outbox
from comity.node.ledger.models import Checkpoint, Cosignature, Entry, Log
from comity.node.partners import mirrored
from comity.node.partners.models import Incident, Lane, Pair, Rejection
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.urgency import Urgency, UrgencyGround


def prepare(*, logs: bool) -> None:
    """Bring the database to this version, and open the logs of the node's authorities."""
    from django.core.management import call_command

    from comity.config import prepare as preparing

    call_command("migrate", interactive=False, verbosity=0)
    if logs:
        preparing.open_logs()


def settings_here() -> list[str]:
    """Return the folder and the time zone that the settings name."""
    from django.conf import settings
    from django.utils import timezone as clock

    return [str(settings.DATABASES["default"]["NAME"]).removesuffix("/db.sqlite3"), str(clock.get_current_timezone())]


def mirror(root: str, source: str) -> bool:
    mirrored.begin(Path(root).read_bytes())
    mirrored.set_sources([source])
    return mirrored.refresh(timezone.now())


def request(sender: str, recipients: list[str], number: int, *, urgent: bool = False, words: int = 900) -> Message:
    urgency = Urgency.LIFE_AT_RISK if urgent else Urgency.NORMAL
    return Message(
        Head(
            kind="request",
            from_=AuthorityId.parse(sender),
            recipients=tuple(AuthorityId.parse(one) for one in recipients),
            sent=int(timezone.now().timestamp()),
            reference=f"{sender[:2].upper()}-2026-{number:06}",
            purpose=Purpose.CRIMINAL_INVESTIGATION,
            area=CrimeArea.DRUG_TRAFFICKING,
            urgency=urgency,
            ground=UrgencyGround.B if urgent else None,
        ),
        (
            Text(TextRole.LEGAL_BASIS, "en", "Controlled Drugs Act, section 4"),
            Text(TextRole.FACTS, "en", "x" * words),
            Text(TextRole.QUESTION, "en", "What do you hold on them?"),
            AboutSubject(
                Subject.of("Person", {"name": ["Marcus Dray"], "birthDate": ["1974"]}),
                PersonCategory.SUSPECT,
                "owns the lorry that carried the fruit",
            ),
            AboutSubject(Subject.of("Vessel", {"name": ["Estrella del Puerto"]}), None, "carried the containers"),
        ),
    )


def send(
    sender: str, recipients: list[str], count: int = 1, *, urgent: bool = False, words: int = 900, first: int = 0
) -> int:
    at = timezone.now()
    numbers = range(first, first + count)
    messages = [request(sender, recipients, number, urgent=urgent, words=words) for number in numbers]
    with transaction.atomic():
        results = outbox.send(messages, by="test", at=at)
    return sum(isinstance(result, outbox.Sent) for result in results)


def state() -> dict:
    notes = models.Note.objects
    return {
        # Nobody runs XD, whom tests play by hand: what waits for it says nothing about the others (`waiting_for`).
        "waiting": notes.filter(out=True, state="w").exclude(pair__partner="xd.ncb").count(),
        "delivered": notes.filter(out=True, state="s").count(),
        "refused_by_partner": notes.filter(out=True, state="r").count(),
        "arrived": notes.filter(out=False, state="s").count(),
        "refused": notes.filter(out=False, state="r").count(),
        "codes": sorted(set(notes.exclude(code="").values_list("code", flat=True))),
        "lanes": [
            list(row) for row in Lane.objects.values_list("pair__own", "pair__partner", "number", "out_next", "in_next")
        ],
        "incidents": sorted(Incident.objects.values_list("code", flat=True)),
        "rejections": {row.code: row.count for row in Rejection.objects.all()},
        "failures": sorted(set(Pair.objects.exclude(last_code="").values_list("last_code", flat=True))),
        "cosignatures": Cosignature.objects.count(),
        "witnessed": _witnessed(),
        "logs": {row.name: [row.size, row.signed_size] for row in Log.objects.all()},
        "unnumbered": Entry.objects.filter(index__isnull=True, log__name__contains="/x").count(),
        "unsigned": Checkpoint.objects.filter(text__isnull=True).count(),
    }


def _witnessed() -> dict:
    """Return up to which size of each exchange log of ours the newest cosignature of each partner reaches."""
    found = Cosignature.objects.filter(log__name__contains="/x").order_by("size")
    return {f"{log} {witness}": size for log, witness, size in found.values_list("log__name", "witness", "size")}


def mirror_now() -> int:
    """Follow partners' logs at once, as the worker does every minute; returns the leaves mirrored."""
    from comity.node.exchange import mirror, transport
    from comity.node.exchange.models import MirrorTile
    from comity.node.partners import keyring

    keyring.unlock("the lighthouse keeper sleeps")
    mirror.follow_each(mirror.behind())
    transport.forget()
    return MirrorTile.objects.count()


def renewed(days: int) -> dict:
    """Renew keys and card as of some days from now; returns what the card and the keystore then hold."""
    from datetime import timedelta

    from comity.directory.card import read_card
    from comity.node import nodefile, places
    from comity.node.partners import keyring, renewing

    keyring.unlock("the lighthouse keeper sleeps")
    at = timezone.now() + timedelta(days=days)
    (own,) = nodefile.authorities()
    written = renewing.renew(AuthorityId.parse(own), at)
    card = read_card((places.folder() / "cards" / f"{own}.card.json").read_bytes())
    return {
        "written": written,
        "version": card.version,
        "weeks": len(card.member.kem_keys),
        "held": len(keyring.keys().kems(own)),
    }


def evidence(path: str, *, out: bool) -> int:
    """Write the evidence of the first note in a direction; returns its size, 0 while there is no proof."""
    from comity.node.exchange import evidence as exporting

    made = exporting.make(models.Note.objects.filter(out=out).order_by("id")[0])
    return 0 if made is None else Path(path).write_bytes(made.to_bytes())


def acts_roots(times: int) -> list[list[str]]:
    """Let the worker commit to the acts log some times in a row; returns what was said of its size, and what is due."""
    from comity.merkle import Checkpoint as Text
    from comity.merkle import Kind
    from comity.node.exchange.worker import Worker
    from comity.node.ledger import actions
    from comity.node.partners import keyring

    keyring.unlock("the lighthouse keeper sleeps")
    at = timezone.now()
    log = Log.objects.get(name__contains="/a")
    actions.record(actions.Act("test.done", log.authority, "", at))
    for _ in range(times):
        Worker().commit_to_acts(at)
    newest = Checkpoint.objects.filter(log=log).order_by("-size")[0]
    text = Text(log.name, newest.size, bytes(newest.root)).body().decode()
    openings = Entry.objects.filter(kind=Kind.ACTS_ROOT).order_by("id").values_list("opening", flat=True)
    return [[bytes(one).decode() for one in openings if f"\n{newest.size}\n" in bytes(one).decode()], [text]]


PASSPHRASE = "the lighthouse keeper sleeps"


def compose(own: str, partner: str, path: str, lane: int = 1) -> int:
    """Write the parcel that would go to a partner next into a file; returns its notes."""
    from comity.node.exchange import deliver
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    batch = deliver._batch(
        Pair.objects.get(own=own, partner=partner), lane, timezone.now()
    )  # the parcel as the worker composes it
    Path(path).write_bytes(batch.parcel.to_bytes())
    return len(batch.parcel.notes)


def send_signed(sender: str, recipients: list[str], count: int) -> int:
    """Send and sequence: what returns is in the log under two signatures."""
    from comity.node.ledger import actions, sequencer
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    sent = send(sender, recipients, count)
    sequencer.sequence(actions.exchange_log(sender).name, timezone.now())
    return sent


def accept(path: str, partner: str) -> list[str]:
    """Take a partner's parcel in; returns the receipts' kinds that the answer proves."""
    from comity.node.exchange import inbox
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    parcel = Path(path).read_bytes()
    peer = frozenset({AuthorityId.parse(partner)})
    try:
        answer = inbox.accept(parcel, peer, timezone.now())
    except BaseMismatchError as error:  # as the sender does: the same notes, proved from the head that was named
        read = Parcel.from_bytes(parcel)
        again = replace(read, proof=replace(read.proof, base=error.head, consistency=()))
        answer = inbox.accept(again.to_bytes(), peer, timezone.now())
    return [leaf.statement.hex() for leaf in answer.receipts]


def send_file(sender: str, recipients: list[str], path: str, *, spoil: bool = False, words: int = 900) -> str:
    """Send a request with a file; returns the message's root. Spoilt, its first chunk is another one on our disk."""
    from comity.node.exchange import attachments, serving

    with Path(path).open("rb") as source:
        item = attachments.store_file(source, title="Überwachung.mp4", media_type="video/mp4")
    if spoil:
        chunk = serving.chunk_path(item.chunks[0][0])
        chunk.write_bytes(bytes(chunk.stat().st_size))
    plain = request(sender, recipients, 1, words=words)
    with transaction.atomic():
        (sent,) = outbox.send([replace(plain, parts=(*plain.parts, item))], by="test", at=timezone.now())
    return sent.msg.hex() if isinstance(sent, outbox.Sent) else sent.refusals[0][1].reasons[0].rule


def answer(sender: str, recipient: str, msg: str, *, forced: bool = False, kind: str = "answer") -> str:
    """Answer a request, or ask back; forced, as a node whose own gate asks nothing. Returns what stood against it."""
    from contextlib import nullcontext
    from unittest import mock

    from comity.messages import Answer, Outcome, Refers
    from comity.node.exchange import gate

    plain = request(sender, [recipient], 2)
    refers = Refers(AuthorityId.parse(recipient), "XA-2026-000001", bytes.fromhex(msg))
    says = (
        (Text(TextRole.QUESTION, "en", "Which one?"),)
        if kind == "clarification"
        else (Answer(Outcome.FULL), Text(TextRole.ANSWER, "en", "Nothing."))
    )
    told = Message(replace(plain.head, kind=kind), (refers, *says))
    with mock.patch.object(gate, "_is_in_reply", return_value=True) if forced else nullcontext(), transaction.atomic():
        (sent,) = outbox.send([told], by="test", at=timezone.now())
    return "" if isinstance(sent, outbox.Sent) else sent.refusals[0][1].reasons[0].rule


def erase(own: str, msg: str) -> list:
    """Erase a message; returns what went, or the rule that stood against it."""
    from comity.node.exchange import erasing

    told = erasing.erase(
        AuthorityId.parse(own), bytes.fromhex(msg), by="test", at=timezone.now(), why="retention.over", case="X-1"
    )
    erasing.settle_journal()
    return [told.rule] if isinstance(told, erasing.NotErased) else [told.bodies, told.chunks]


def secrets_of(msg: str) -> list[str]:
    """Return what must not be found on the disk once a message is erased: content keys and sealed bodies, in hex."""
    notes = models.Note.objects.filter(msg=bytes.fromhex(msg), body__isnull=False).select_related("body")
    return [bytes(part or b"").hex() for note in notes for part in (note.body.cek, note.body.sealed)]


def chunks_of(msg: str) -> list[list]:
    """Return (chunks, here, code) of each attachment of a message, and every chunk's hash."""
    from comity.node.exchange import attachments

    held = attachments.state(bytes.fromhex(msg))
    hashes = models.Chunk.objects.filter(msg=bytes.fromhex(msg)).order_by("attachment", "number")
    return [[[one.chunks, one.chunks_here, one.code] for one in held], [bytes(row.sha256).hex() for row in hashes]]


def read_file(msg: str, role: str = "officer") -> dict:
    """Read the file of a message as an officer does; returns its hash and size, or the rule that refused."""
    import hashlib

    from comity.agreements import Action, Ask, Circumstances, Decision, Official, Part, Thing, ThingKind
    from comity.node.exchange import attachments, files
    from comity.node.ledger.models import Entry as LogEntry

    note = models.Note.objects.select_related("pair", "body").get(msg=bytes.fromhex(msg))
    own = AuthorityId.parse(note.pair.own)
    at = timezone.now()
    thing = Thing(ThingKind.MESSAGE, own, own, message="request", purpose="criminal-investigation")
    context = Circumstances(part=Part.CONTENT, purpose="criminal-investigation", justified=True)
    ask = Ask(Official(own, role), Action.VIEW, thing, context, at.date())
    (held,) = attachments.state(note.msg)
    acts = LogEntry.objects.filter(log__name__contains="/a").count()
    try:
        found = files.read(note, held.sha256, ask, by="test", at=at, case="XA-2026-000001")
    except files.NotHereError as error:
        return {"missing": str(error)}
    if isinstance(found, Decision):
        return {"refused": found.reasons[0].rule}
    whole = hashlib.sha256()
    for chunk in found.chunks:
        whole.update(chunk)
    recorded = LogEntry.objects.filter(log__name__contains="/a").count() - acts
    return {"sha256": whole.hexdigest(), "size": found.size, "title": found.title, "recorded": recorded}


def fetch_rest(msg: str, folder: str, held: int) -> dict:
    """Fetch the one chunk of a message, of which the first bytes are here, copied from the sender's folder."""
    from unittest import mock

    from comity.node.exchange import attachments, serving, transport
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    chunk = models.Chunk.objects.select_related("pair").get(msg=bytes.fromhex(msg))
    path = serving.chunk_path(bytes(chunk.sha256))
    sealed = (Path(folder) / "bodies" / path.parent.name / path.name).read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(f".{chunk.pair_id}").write_bytes(sealed[:held])
    with mock.patch.object(transport, "_open", wraps=transport._open) as watched:
        code = attachments.fetch(chunk, chunk.pair)
    transport.forget()
    (call,) = watched.call_args_list
    return {"code": code, "asked_from": int(call.args[4]["Range"].removeprefix("bytes=").removesuffix("-"))}


def store_chunk(size: int) -> str:
    from comity.node.exchange import attachments

    return attachments.store(bytes(size)).hex()


def chunk_held(digest: str) -> str:
    """Say what lies under a chunk's name: nothing, the whole chunk, or something else."""
    import hashlib

    from comity.node.exchange import serving

    data = serving.read_chunk(bytes.fromhex(digest))
    if data is None:
        return "nothing"
    return "whole" if hashlib.sha256(data).hexdigest() == digest else "torn"


def audit() -> dict:  # one list of what may be wrong reads best in one piece
    """Check every invariant that a node can check of itself (docs/protocol/delivery.md, section 8)."""
    from comity.messages.note import parse_note
    from comity.node.ledger import sequencer

    wrong = []
    for name in Log.objects.values_list("name", flat=True):
        sequencer.recover(name)
        with sequencer.held(name) as log:  # the worker goes on meanwhile
            wrong.extend(_wrong_in(log))
    for lane in Lane.objects.all():
        for out, end in ((True, lane.out_next), (False, lane.in_next)):
            notes = list(models.Note.objects.filter(pair=lane.pair, lane=lane.number, out=out).order_by("seq"))
            settled = [note for note in notes if note.seq < end]
            if [note.seq for note in settled] != list(range(1, end)):
                wrong.append(f"{lane} has a gap")
            last = bytes(32)
            for note in settled:
                if bytes(parse_note(bytes(note.raw)).prev) != last and note.seq > 1:
                    wrong.append(f"{lane} breaks its chain at {note.seq}")
                last = bytes(note.hash)
            if out and any(note.entry_id is None for note in notes):
                wrong.append(f"a note of {lane} is in no log")
    return {"wrong": wrong, **state()}


def _wrong_in(log) -> list[str]:
    from comity.merkle import Frontier, root_at
    from comity.node.ledger import sequencer, tree

    nodes = tree.nodes(log)
    signed = Checkpoint.objects.filter(log=log, text__isnull=False, size__gt=0)
    broken = [made.size for made in signed if root_at(nodes, made.size) != bytes(made.root)]
    wrong = [f"checkpoint {size} of {log.name} is no prefix" for size in broken]
    if log.pad_to <= 1:
        rows = Entry.objects.filter(log=log, index__isnull=False).order_by("index").values_list("index", "kind", "h")
        leaves = [(index, sequencer.leaf_of(kind, bytes(h))) for index, kind, h in rows]
        if [index for index, _ in leaves] != list(range(log.size)):
            wrong.append(f"{log.name} has a gap")
        if log.size and Frontier().extend([leaf for _, leaf in leaves]).root() != bytes(log.root):
            wrong.append(f"{log.name} does not give its root")
    return wrong


def fetch(partner: str, path: str) -> list:
    """Get a path from a partner over the real network: status and body in hex."""
    from comity.node.exchange import transport
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    status, data = transport.get(AuthorityId.parse(partner), path)
    return [status, data.hex()]


def knock(partner: str, data: str) -> list:
    """Post bytes (hex) to a partner's door: status and fault or parcel in hex."""
    from comity.node.exchange import transport
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    status, answer = transport.post(AuthorityId.parse(partner), bytes.fromhex(data))
    return [status, answer.hex()]


def knock_with_file(partner: str, path: str) -> list:
    return knock(partner, Path(path).read_bytes().hex())


def fetch_afresh(partner: str, path: str) -> list:
    """Get a path from a partner on a new connection."""
    from comity.node.exchange import transport

    transport.forget()
    return fetch(partner, path)


def refresh(source: str = "") -> list[int]:
    """Refresh the directory, from another source from now on where one is given; returns the version that counts."""
    from comity.node.partners import members

    if source:
        mirrored.set_sources([source])
    mirrored.refresh(timezone.now())
    members.forget()
    return list(members.directory().version[:2])


def evidence_of(code: str) -> list[list[str]]:
    """Return the texts of each incident of a code, in hex."""
    from comity.node.partners import incidents

    kept = Incident.objects.filter(code=code).order_by("id").values_list("evidence", flat=True)
    return [[text.hex() for text in incidents.texts_of(bytes(one))] for one in kept]


def signed_size(text: str) -> int:
    """Return the size of a checkpoint that bears both signatures of whose log it is; fails where it does not."""
    from comity.node.partners import members

    return members.verify_any_checkpoint(bytes.fromhex(text)).size


def claims_after(hours: int) -> list[str]:
    """Connect open claims as of some hours from now; returns the codes of all incidents then."""
    from datetime import timedelta

    from comity.node.exchange import claims, transport
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    for owner in claims.owners():
        claims.connect(owner, timezone.now() + timedelta(hours=hours))
    transport.forget()
    return sorted(Incident.objects.values_list("code", flat=True))


def pull(partner: str) -> int:
    """Fetch what waits at a partner at once, as the worker does when it starts; returns the notes it brought."""
    from comity.node.exchange import catching_up, transport
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    brought = catching_up.fetch(Pair.objects.get(partner=partner), transport.get, timezone.now)
    transport.forget()
    return brought


def waiting_for(partner: str) -> dict:
    """Say what waits for a partner, how often it failed in a row, and why."""
    (pair,) = Pair.objects.filter(partner=partner)
    notes = models.Note.objects.filter(pair=pair, out=True, state="w").count()
    return {"notes": notes, "failures": pair.failures, "code": pair.last_code}


def try_again(partner: str) -> None:
    """Forget past failures of a partner, and wake the worker."""
    from comity.node.exchange import poke

    Pair.objects.filter(partner=partner).update(retry_at=None, failures=0, last_code="")
    poke.worker()


def send_odd(sender: str, recipient: str, changes: dict) -> int:
    """Send one note with fields that no honest node writes: sealed, logged and signed like any other."""
    from comity.messages.note import Note

    def odd(*values: object, **fields: object) -> Note:
        now = int(timezone.now().timestamp())
        fields.update(zip(Note.__dataclass_fields__, values, strict=False))
        for name, value in changes.items():
            if name in {"sent", "exp"}:
                fields[name] = now + value
            else:
                fields[name] = bytes(32) if name in {"prev", "msg"} else value
        return Note(**fields)

    outbox.Note, honest = odd, outbox.Note
    try:
        return send_signed(sender, [recipient], 1)
    finally:
        outbox.Note = honest


def deliver_now(own: str, partner: str, lane: int = 1) -> list:
    """Make one attempt to deliver, as the worker does; returns how many notes were settled, and the last fault."""
    from comity.node.exchange import deliver, transport
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    pair = Pair.objects.get(own=own, partner=partner)
    done = deliver.deliver(pair, lane, transport.post, timezone.now())
    return [done.notes, done.code]


def settle_away(own: str, partner: str) -> int:
    """Forget that notes wait for a partner: what it never got is a gap there."""
    notes = models.Note.objects.filter(pair__own=own, pair__partner=partner, out=True, state="w")
    for lane in Lane.objects.filter(pair__own=own, pair__partner=partner):
        Lane.objects.filter(id=lane.id).update(out_acked=lane.out_next - 1)
    return notes.update(state="s")


def wait_again(own: str, partner: str, count: int, number: int = 1) -> int:
    """Let the last notes of a lane wait as if the partner's answer had been lost; returns how many do."""
    lane = Lane.objects.get(pair__own=own, pair__partner=partner, number=number)
    acked = lane.out_next - 1 - count
    Lane.objects.filter(id=lane.id).update(out_acked=acked)
    return models.Note.objects.filter(pair=lane.pair, lane=number, out=True, seq__gt=acked).update(state="w")


def take_back(own: str, partner: str, number: int = 1) -> int:
    """Unwrite what waits for a partner: the lane ends where the partner stands; returns how many notes went."""
    lane = Lane.objects.get(pair__own=own, pair__partner=partner, number=number)
    notes = models.Note.objects.filter(pair=lane.pair, lane=number, out=True)
    taken = notes.filter(seq__lte=lane.out_acked).order_by("-seq").first()
    with transaction.atomic():
        lane.out_next, lane.out_prev = lane.out_acked + 1, bytes(32) if taken is None else bytes(taken.hash)
        lane.save()
        return notes.filter(seq__gt=lane.out_acked).delete()[1][models.Note._meta.label]


def on_screen(reference: str) -> list:
    """Return what the desk shows of a case: its messages' kinds and whether an earlier note is missing."""
    from comity.desks.cases.models import CaseMessage

    notes = CaseMessage.objects.filter(case__reference=reference, incoming=True).values_list("note_id", flat=True)
    return list(models.Note.objects.filter(id__in=list(notes)).values_list("lane", "ahead"))


def send_canaries(sender: str, recipients: list[str], names: list[str], text: str) -> list[str]:
    """Send a request about a person; returns what came of it."""
    asked = request(sender, recipients, 777)
    person = AboutSubject(Subject.of("Person", {"name": [" ".join(names)]}), PersonCategory.SUSPECT, text)
    made = replace(asked, parts=(*asked.parts[:2], Text(TextRole.QUESTION, "en", text), person))
    with transaction.atomic():
        return [type(one).__name__ for one in outbox.send([made], by="test", at=timezone.now())]


_BROWSER: dict = {}


def sit_down(own: str) -> None:
    """Let an officer of an authority sign in to this node's console, with both factors."""
    from django.conf import settings
    from django.test import Client

    from comity.node.officers import stepup
    from comity.node.officers.actions import register_officer

    officer = register_officer("ana", password=None, display_name="Ana", authority=own, served=[own])
    client = _BROWSER["client"] = Client(raise_request_exception=False, SERVER_NAME=settings.NODE.host)
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_known"] = True
    session[stepup.CONFIRMED] = time.time()
    session.save()


def page(path: str, posted: dict | None = None) -> list:
    """Open a page of the console, or post a form; returns status and text."""
    client = _BROWSER["client"]
    answered = client.get(path) if posted is None else client.post(path, posted)
    return [answered.status_code, answered.content.decode()]


def last_click_was_long_ago() -> None:
    """Make the session one whose last click is to be written down at the next."""
    session = _BROWSER["client"].session
    session["seen_at"] = session.get("seen_at", timezone.now().timestamp()) - 100
    session.save()


def pause(partner: str, seconds: int) -> None:
    """Let a partner be one that failed often and is tried again only after some time."""
    from datetime import timedelta

    Pair.objects.filter(partner=partner).update(failures=12, retry_at=timezone.now() + timedelta(seconds=seconds))


def syncing() -> list:
    """Return (synchronous, journal) of the connections that threads of this node open; 2 is FULL."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def look(_: int) -> list:
        with connection.cursor() as cursor:
            found = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
        connection.close()
        return found

    with ThreadPoolExecutor(3) as pool:
        return [look(0), *pool.map(look, range(3))]


def bodies() -> list[str]:
    return [bytes(row).hex() for row in models.Body.objects.order_by("id").values_list("sha256", flat=True)]


def new_keys(days: int) -> dict:
    """Renew keys as of some days from now."""
    return renewed(days)


def keys_open() -> dict:
    """Open the keystore and count what is in it."""
    from comity.node import nodefile
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    (own,) = nodefile.authorities()
    return {"logs": len(keyring.keys().logs()), "kems": len(keyring.keys().kems(own))}


def refreshed() -> bool:
    return mirrored.refresh(timezone.now())


def directory_version() -> int:
    """Return the version of the timestamp that counts here."""
    from comity.node.partners import members

    return members.directory().version[1]


def repeated(act: str, arguments: dict) -> list:
    """After a fault, in a fresh process: audit, do the act again, audit again."""
    return [audit(), globals()[act](**arguments), audit()]


def follow() -> bool:
    """Refresh the directory at once, as the worker does every ten minutes."""
    return mirrored.refresh(timezone.now())


def own_logs() -> dict:
    """Say of each log whether it is closed, how large it is, and how many signature lines its newest checkpoint has."""
    from comity.merkle import SignedCheckpoint

    found = {}
    for log in Log.objects.order_by("name"):
        newest = Checkpoint.objects.filter(log=log, text__isnull=False).order_by("-size").first()
        lines = 0 if newest is None else len(SignedCheckpoint.parse(bytes(newest.text)).lines)
        found[log.name] = {"closed": log.closed_at is not None, "size": log.size, "lines": lines}
    return found


def after_days(days: int) -> dict:
    """Look after keys as the worker will some days from now; returns the names of the keys that are left."""
    from datetime import timedelta

    from comity.node.partners import keyring, renewing

    keyring.unlock(PASSPHRASE)
    renewing.renew_all(timezone.now() + timedelta(days=days))
    return {"names": list(keyring.keys().names())}


def evidence_of_last(path: str) -> int:
    """Write the evidence of the newest note that arrived; returns its size."""
    from comity.node.exchange import evidence as exporting

    made = exporting.make(models.Note.objects.filter(out=False).order_by("-id")[0])
    return 0 if made is None else Path(path).write_bytes(made.to_bytes())


def knock_whatever_it_takes(own: str, partner: str, path: str) -> list:
    """Post a parcel as a thief would who proves from whatever head he is told; returns status and code."""
    from comity.delivery import Fault
    from comity.node.exchange import transport
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    status, answer = transport.post(AuthorityId.parse(partner), Path(path).read_bytes())
    if status == 409:
        Pair.objects.filter(own=own, partner=partner).update(partner_has=Fault.from_bytes(answer).head)
        compose(own, partner, path)
        status, answer = transport.post(AuthorityId.parse(partner), Path(path).read_bytes())
    return [status, "" if status == 200 else Fault.from_bytes(answer).code]


def ask_about_ourselves() -> None:
    """Ask partners that do not believe our log what they hold of it, as the worker does every minute."""
    from comity.node.exchange import claims
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    for pair in claims.doubted():
        claims.ask(pair, timezone.now())


def opening(log: str) -> dict:
    """Return what the first entry of a log says."""
    from comity.messages import canonical

    first = Entry.objects.get(log__name=log, index=0)
    found = canonical.decode(bytes(first.opening))
    return {**found, "root": found["root"].hex()}


def officer(username: str, authority: str) -> None:
    from comity.node.officers.models import Officer

    Officer.objects.create(username=username, display_name=username, authority=authority, role="administrator")


def last_act(kind: str) -> str:
    """Return the newest act of a kind, as JSON."""
    from comity.merkle import Kind
    from comity.messages import canonical

    for entry in Entry.objects.filter(kind=Kind.ACT, opening__isnull=False).order_by("-id"):
        found = canonical.decode(bytes(entry.opening))
        if found["kind"] == kind:
            return json.dumps(found, default=bytes.hex)
    return "null"


def standing_of(authority: str) -> str:
    return str(mirrored.load(timezone.now()).standing(AuthorityId.parse(authority), timezone.now()))


def tls_pins() -> list[str]:
    """Return the TLS keys that the directory names for this node."""
    from comity.node import nodefile

    directory = mirrored.load(timezone.now())
    return sorted(directory.member(AuthorityId.parse(next(iter(nodefile.authorities())))).tls_spkis)


def opened_in_days(body: str, wrap_for: str, days: int) -> bool:
    """Say whether a wrap made for today's KEM key opens some days from now, after the worker looked after the keys."""
    from datetime import timedelta

    from comity.node.partners import keyring, renewing
    from comity.sealing import SUITE, SealingError

    keyring.unlock(PASSPHRASE)
    at = timezone.now() + timedelta(days=days)
    renewing.renew_all(at)
    try:
        SUITE.unwrap(keyring.kem_keys_at(AuthorityId.parse(wrap_for), at), bytes.fromhex(body), b"core")
    except SealingError:
        return False
    return True


def wrapped_for(authority: str) -> str:
    """Wrap a content key for the KEM key that partners use this week."""
    from comity.node.partners import members
    from comity.sealing import SUITE

    return SUITE.wrap(members.kem_key(AuthorityId.parse(authority), timezone.now()), bytes(32), b"core").hex()


def change_log_keys() -> int:
    """Begin the yearly change of the log keys of this node's first authority."""
    from comity.node import nodefile
    from comity.node.ledger import rotating
    from comity.node.partners import keyring

    keyring.unlock(PASSPHRASE)
    return len(rotating.change_keys(AuthorityId.parse(next(iter(nodefile.authorities()))), timezone.now()))


def former_keys_on_card() -> dict:
    """Return how many former pairs of keys the card that waits names for each log."""
    from comity.directory.card import read_card
    from comity.node import nodefile
    from comity.node.partners import cards

    path = cards.path_of(AuthorityId.parse(next(iter(nodefile.authorities()))))
    return {str(name): len(entry.former) for name, entry in read_card(path.read_bytes()).member.logs.items()}


def contradiction_of(code: str, path: str) -> bool:
    """Write the file about the first incident of a code that others can check; tells whether there is one."""
    from pathlib import Path

    from comity.node.exchange import contradictions

    found = contradictions.make(Incident.objects.filter(code=code).order_by("id")[0])
    if found is not None:
        Path(path).write_bytes(found.to_bytes())
    return found is not None


def main() -> None:
    """Do the one call that is named, or one a line for as long as somebody asks."""
    if sys.argv[1] == "hands":
        for line in sys.stdin:
            try:
                called = json.loads(line)
            except ValueError:  # say what came: nothing but a call ever should
                print(json.dumps({"error": f"no call: {line[:200]!r}"}), flush=True)
                continue
            try:
                told = {"result": globals()[called["name"]](**called["arguments"])}
            except Exception:  # the asking test raises it
                import traceback

                told = {"error": traceback.format_exc()}
            print(json.dumps(told), flush=True)
    else:
        name, arguments = sys.argv[1], json.loads(sys.stdin.read() or "{}")
        print(json.dumps(globals()[name](**arguments)))


if __name__ == "__main__":
    main()
