"""The proof of a message: what an officer sees of it, and the file to take away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from comity.desks.cases.models import Addressee, CaseMessage
from comity.desks.cases.visibility import may_export
from comity.node.exchange import evidence as exporting
from comity.node.exchange.models import Note, Receipt
from comity.node.ledger import actions as ledger
from comity.node.ledger.models import Checkpoint, Cosignature
from comity.node.officers.models import Officer
from comity.node.writing import writing


@dataclass(frozen=True, slots=True)
class Seal:
    """What proves one copy of a message.

    `facts` are (name, value) pairs for those who want to compare by hand; `witnesses` saw the checkpoint and signed so.
    """

    sender: str
    to: str
    note_id: int
    complete: bool
    facts: tuple[tuple[Any, str], ...]
    witnesses: tuple[str, ...]
    explanation: Any

    @property
    def word(self) -> Any:  # noqa: ANN401 - a lazy text
        """Whether the proof is complete, in words."""
        return _("Proved") if self.complete else _("Not yet proved")

    @property
    def tone(self) -> str:
        """The tone that repeats the word."""
        return "good" if self.complete else "warning"

    @property
    def symbol(self) -> str:
        """The icon that repeats the word."""
        return "shield-check" if self.complete else "hourglass"


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file with which anybody can verify a copy; its name holds no personal data."""

    name: str
    data: bytes


def seals(message: CaseMessage) -> tuple[Seal, ...]:
    """Return the seal of the copy that came in, or of each copy that went out."""
    if message.incoming:
        came = Note.objects.filter(pk=message.note_id or 0).select_related("proof").first()
        return (_incoming(message, came),) if came is not None else ()
    to = dict(Addressee.objects.filter(message=message).values_list("note_id", "authority"))
    notes = Note.objects.filter(pk__in=to).select_related("entry__log").order_by("pk")
    return tuple(_outgoing(message, note, to[note.pk]) for note in notes)


def _incoming(message: CaseMessage, note: Note) -> Seal:
    proof = note.proof
    facts = [*_common(message, note)]
    if proof is not None:
        facts += [
            (_("Log of the sender"), proof.log),
            (_("Place in the log"), str(note.index)),
            (_("Checkpoint of size"), str(proof.size)),
        ]
    return Seal(
        sender=message.originator,
        to="",
        note_id=note.pk,
        complete=proof is not None,
        facts=tuple(facts),
        witnesses=(message.authority,),
        explanation=_(
            "The sender's log holds this message under a checkpoint with two signatures. This node verified both, and "
            "that the log only ever grew, before it believed the message."
        ),
    )


def _outgoing(message: CaseMessage, note: Note, to: str) -> Seal:
    entry = note.entry
    receipt = (
        Receipt.objects.filter(
            pair=note.pair_id, ours=False, lane=note.lane, first__lte=note.seq, last__gte=note.seq, kind="stored"
        )
        .select_related("proof")
        .first()
    )
    facts = [*_common(message, note)]
    signed = None
    if entry is not None:
        facts += [(_("Our log"), entry.log.name), (_("Place in the log"), _number(entry.index))]
        if entry.index is not None:
            signed = (
                Checkpoint.objects.filter(log=entry.log, size__gt=entry.index, text__isnull=False)
                .order_by("size")
                .first()
            )
    if signed is not None:
        facts.append((_("Checkpoint of size"), str(signed.size)))
    if receipt is not None and receipt.proof is not None:
        facts.append((_("Receipt in the log of the partner"), f"{receipt.proof.log} #{_number(receipt.index)}"))
    return Seal(
        sender=message.originator,
        to=to,
        note_id=note.pk,
        complete=signed is not None and receipt is not None,
        facts=tuple(facts),
        witnesses=_witnesses(signed),
        explanation=_(
            "Our log holds this copy under a checkpoint with two signatures, and the partner's log holds the receipt "
            "for it. Neither side can deny it later."
        ),
    )


def _common(message: CaseMessage, note: Note) -> tuple[tuple[Any, str], ...]:
    return (
        (_("Root of the message"), bytes(message.msg).hex()),
        (_("Hash of the note"), bytes(note.hash).hex()),
        (_("Lane and number"), f"{note.lane} / {note.seq}"),
    )


def _witnesses(checkpoint: Checkpoint | None) -> tuple[str, ...]:
    if checkpoint is None:
        return ()
    found = Cosignature.objects.filter(log=checkpoint.log_id, size__gte=checkpoint.size).values_list(
        "witness", flat=True
    )
    return tuple(sorted(set(found)))


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def evidence(message: CaseMessage, note_id: int, officer: Officer, *, at: datetime) -> EvidenceFile | None:
    """Return the evidence file of one copy and record that it was handed out; `None` while its proof is not complete.

    Without the right to export, the file proves that, when and between whom, but keeps back what the message says.

    Args:
        message: loaded for this officer.
        note_id: of the copy; a note of another message gives `None`, as an absent one does.
        officer: to whom it is handed.
        at: now, UTC.
    """
    own = {message.note_id} if message.incoming else set(message.addressees.values_list("note_id", flat=True))
    if note_id not in own:
        return None
    note = Note.objects.select_related("entry__log", "proof", "body").get(pk=note_id)
    content = may_export(officer, message)
    made = exporting.make(note, content=content)
    if made is None:
        return None
    with writing():
        ledger.record(
            ledger.Act(
                kind="evidence.exported",
                authority=officer.authority,
                officer=officer.username,
                at=at,
                case=message.case.reference,
                facts=ledger.facts({"content": "shown" if content else "withheld"}),
                subjects=(bytes(note.hash),),
            )
        )
    return EvidenceFile(exporting.name_of(note), made.to_bytes())
