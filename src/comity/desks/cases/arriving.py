"""Receive what the exchange accepted: find its case, keep it for the officers, look for its subjects in the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from comity import delivery
from comity.desks.cases import clock, content, crosscheck, due, fingerprinting, marks, rules
from comity.desks.cases.models import Addressee, Case, CaseMessage, Standing, State
from comity.messages import Consented
from comity.node import rows
from comity.node.exchange.receivers import Arrived
from comity.vocabulary.consent import Consent

AT_ONCE: Final = 400  # values of one statement
MAX_REFERENCE: Final = 60  # of the columns


@dataclass(frozen=True, slots=True)
class _Filed:
    """A message with what is stored of it."""

    arrived: Arrived
    caption: str

    @property
    def authority(self) -> str:
        """Ours, to which it came."""
        return self.arrived.note.to.text

    @property
    def reference(self) -> str:
        """The sender's reference, which names a case where the message refers to none."""
        return self.arrived.message.head.reference[:MAX_REFERENCE]


def receive(batch: Sequence[Arrived]) -> None:
    """Keep a batch of messages and propose candidates for their subjects.

    Runs in the transaction that stores the notes: either all of it is there or nothing. A message that comes twice is
    kept once. Queries do not grow with the batch but for those of the cross-check.
    """
    fresh = [_filed(one) for one in _not_yet_kept(batch)]
    if not fresh:
        return
    known = _referred(fresh)
    cases = _cases(fresh, known)
    ids = rows.insert(CaseMessage, _COLUMNS, _rows(fresh, cases, known))
    marks.put((key, one.authority, marks.of_message(one.arrived.message)) for one, key in zip(fresh, ids, strict=True))
    _reopen(cases)
    for one in fresh:
        _note_reply(one, known)
        _note_standing(one, known)
        _note_clock(one, known)
        _note_consent(one, known)
    asked = [
        crosscheck.Asked(key, one.authority, one.arrived.message, one.arrived.at)
        for one, key in zip(fresh, ids, strict=True)
        if one.arrived.message.head.kind in crosscheck.KINDS
    ]
    crosscheck.propose(asked)


def _reopen(cases: Sequence[int]) -> None:
    """Open again what was closed: something new has come in it."""
    held = sorted(set(cases))
    for start in range(0, len(held), AT_ONCE):
        part = held[start : start + AT_ONCE]
        rows.run(
            f"""UPDATE cases_case SET closed_at = NULL, closed_by_id = NULL, closing = ''
            WHERE closed_at IS NOT NULL AND id IN ({rows.marks(len(part))})""",  # noqa: S608  # marks
            *part,
        )


def _filed(one: Arrived) -> _Filed:
    caption = rules.caption(content.captions(one.message))[: content.MAX_CAPTION]
    return _Filed(one, caption)


def _not_yet_kept(batch: Sequence[Arrived]) -> list[Arrived]:
    there: set[tuple[str, bytes]] = set()
    for start in range(0, len(batch), AT_ONCE):
        roots = [one.note.msg for one in batch[start : start + AT_ONCE]]
        there.update(
            (authority, bytes(msg))
            for authority, msg in rows.every(
                f"SELECT authority, msg FROM cases_casemessage WHERE incoming AND msg IN ({rows.marks(len(roots))})",  # noqa: S608  # marks
                *roots,
            )
        )
    found: list[Arrived] = []
    for one in batch:
        key = (one.note.to.text, one.note.msg)
        if key not in there:
            there.add(key)
            found.append(one)
    return found


def _referred(batch: Sequence[_Filed]) -> dict[tuple[str, bytes], CaseMessage]:
    """Return the messages to which the batch refers, by our authority and root."""
    roots = {refers.msg for one in batch if (refers := one.arrived.message.refers)}
    if not roots:
        return {}
    found = CaseMessage.objects.filter(msg__in=roots).select_related("case")
    return {(row.authority, bytes(row.msg)): row for row in found}


def _cases(batch: Sequence[_Filed], known: dict[tuple[str, bytes], CaseMessage]) -> list[int]:
    """Return the case of each message: of the message it refers to, else of its reference, else a new one."""
    found: dict[tuple[str, str], int] = {}
    new: dict[tuple[str, str], _Filed] = {}
    kept: list[int | None] = []
    for one in batch:
        refers = one.arrived.message.refers
        earlier = known.get((one.authority, refers.msg)) if refers else None
        kept.append(None if earlier is None else earlier.case_id)
        if earlier is None:
            new.setdefault((one.authority, one.reference), one)
    found.update(_named(list(new)))
    missing = [(key, one) for key, one in new.items() if key not in found]
    made = rows.insert(
        Case,
        ("authority", "reference", "title", "opened_at"),
        [(*key, one.caption, rows.moment(one.arrived.at)) for key, one in missing],
    )
    found.update(zip((key for key, _ in missing), made, strict=True))
    return [
        found[one.authority, one.reference] if case_id is None else case_id
        for one, case_id in zip(batch, kept, strict=True)
    ]


def _named(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the cases that are there of these (authority, reference)."""
    found: dict[tuple[str, str], int] = {}
    for authority in dict.fromkeys(authority for authority, _ in keys):
        references = [reference for one, reference in keys if one == authority]
        for start in range(0, len(references), AT_ONCE):
            part = references[start : start + AT_ONCE]
            there = rows.every(
                f"SELECT reference, id FROM cases_case WHERE authority = %s AND reference IN ({rows.marks(len(part))})",  # noqa: S608  # marks
                authority,
                *part,
            )
            found.update(((authority, reference), key) for reference, key in there)
    return found


_COLUMNS: Final = (
    "case_id", "authority", "originator", "incoming", "kind", "reference", "in_reply_to", "msg", "note_id", "purpose",
    "crime_area", "urgency", "handling", "languages", "caption", "deadline", "sent_at", "arrived_at",
    "ahead", "state", "circular", "copied", "unit", "tags_fit", "limit_at", "due_at", "warn_at", "delay",
)  # fmt: skip


def _rows(
    batch: Sequence[_Filed], cases: Sequence[int], known: dict[tuple[str, bytes], CaseMessage]
) -> list[tuple[rows.Value, ...]]:
    """Return the columns of each message, as the database takes them."""
    moments: dict[int, rows.Value] = {}

    def moment(at: int | None) -> rows.Value:
        if not at:
            return None
        if at not in moments:
            moments[at] = rows.moment(datetime.fromtimestamp(at, UTC))
        return moments[at]

    limits = due.Limits()
    found: list[tuple[rows.Value, ...]] = []
    for one, case_id in zip(batch, cases, strict=True):
        arrived, head, refers = one.arrived, one.arrived.message.head, one.arrived.message.refers
        earlier = known.get((one.authority, refers.msg)) if refers else None
        found.append(
            (
                case_id, one.authority, head.from_.text, True, head.kind, one.reference,
                refers.msg.hex() if refers else "", arrived.note.msg, arrived.note_id, head.purpose.value,
                head.area.value, head.urgency.value, _json([code.value for code in head.handling]),
                _json(content.languages_of(arrived.message)), one.caption,
                moment(head.deadline), moment(head.sent), rows.moment(arrived.at),
                arrived.standing is delivery.Standing.AHEAD, State.NEW.value,
                head.expects is not None, arrived.note.to in head.copies, earlier.unit if earlier else "",
                fingerprinting.fits(arrived.message, arrived.note.to), *_due(one, limits),
            )
        )  # fmt: skip
    return found


def _due(one: _Filed, limits: due.Limits) -> tuple[rows.Value, ...]:
    """Return limit, due time, warning and delay: of a request its clock, of an interim answer what it promises."""
    head, answer, at = one.arrived.message.head, one.arrived.message.answer, one.arrived.at
    if one.arrived.note.to in head.copies:
        return None, None, None, ""
    if answer is not None and answer.more_by:
        return None, rows.moment(due.moment(answer.more_by)), None, answer.delay.value if answer.delay else ""
    limit = (
        limits.due_at(one.authority, head.from_.text, head.urgency.value, at, head.deadline)
        if head.kind in rules.ASKS and head.expects is None
        else None
    )
    if limit is None:
        return None, None, None, ""
    begun = clock.begin(at, limit)
    return rows.moment(limit), rows.moment(begun.due_at), rows.moment(begun.warn_at), ""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _note_reply(one: _Filed, known: dict[tuple[str, bytes], CaseMessage]) -> None:
    """Write down at our request what its addressee replied, and close it when all have."""
    head, refers = one.arrived.message.head, one.arrived.message.refers
    asked = known.get((one.authority, refers.msg)) if refers else None
    if asked is None or asked.incoming or head.kind not in {"answer", "refusal"}:
        return
    answer = one.arrived.message.answer
    reply = "refusal" if head.kind == "refusal" or answer is None else answer.outcome.value
    Addressee.objects.filter(message=asked, authority=str(head.from_)).update(reply=reply, replied_at=one.arrived.at)
    settle(asked)
    due.wind(asked, [str(head.from_)])


def settle(asked: CaseMessage) -> None:
    """Close our request once every addressee has replied for good; open it again once that is no longer so."""
    replies = set(Addressee.objects.filter(message=asked, copied=False).values_list("reply", flat=True))
    if asked.standing == Standing.WITHDRAWN:
        return
    if replies & {"", "interim", "withdrawn"}:
        asked.state = State.OPEN
    elif asked.state == State.OPEN:
        asked.state = State.REFUSED if replies == {"refusal"} else State.ANSWERED
    asked.save(update_fields=["state"])


def _note_standing(one: _Filed, known: dict[tuple[str, bytes], CaseMessage]) -> None:
    """Mark what a partner corrects or withdraws: its own messages alone, whatever it refers to."""
    head, refers = one.arrived.message.head, one.arrived.message.refers
    meant = known.get((one.authority, refers.msg)) if refers else None
    if meant is None or not meant.incoming or meant.originator != str(head.from_):
        return
    if head.kind == "correction" and meant.standing != Standing.WITHDRAWN:
        meant.standing = Standing.CORRECTED
    elif head.kind == "withdrawal":
        meant.standing = Standing.WITHDRAWN
        if meant.state != State.NEW:  # what nobody has opened yet is still to be seen
            meant.state = State.DONE
        _forget_reply(meant)
    else:
        return
    meant.save(update_fields=["standing", "state"])


def _note_clock(one: _Filed, known: dict[tuple[str, bytes], CaseMessage]) -> None:
    """Stop the clock of a request when its addressee asks back; let it go on when the asker supplies what is missing.

    What is withdrawn counts as never said.
    """
    head, refers = one.arrived.message.head, one.arrived.message.refers
    meant = known.get((one.authority, refers.msg)) if refers else None
    if meant is None or head.kind not in _MOVES_CLOCK:
        return
    request = due.request_of(meant)
    if request is not None and not (head.kind == "withdrawal" and meant.kind in rules.ASKS):
        due.wind(request, [str(head.from_)])


def _note_consent(one: _Filed, known: dict[tuple[str, bytes], CaseMessage]) -> None:
    """Close our wish when its recipient answers it, and open it again when that answer is withdrawn."""
    head, refers = one.arrived.message.head, one.arrived.message.refers
    meant = known.get((one.authority, refers.msg)) if refers else None
    if meant is None or head.kind not in {"consent", "withdrawal"}:
        return
    said = next(iter(one.arrived.message.of(Consented)), None)
    if said is not None:
        _answer_wish(meant, str(head.from_), State.REFUSED if said.outcome is Consent.REFUSED else State.ANSWERED)
    elif meant.kind == "consent" and meant.incoming and meant.originator == str(head.from_):
        wish = CaseMessage.objects.filter(
            case=meant.case_id, authority=meant.authority, msg=bytes.fromhex(meant.in_reply_to)
        ).first()
        if wish is not None:
            _answer_wish(wish, meant.originator, State.OPEN)


def _answer_wish(wish: CaseMessage, partner: str, state: State) -> None:
    ours = wish.kind == "consent-request" and not wish.incoming and not wish.standing
    if ours and Addressee.objects.filter(message=wish, authority=partner).exists():
        CaseMessage.objects.filter(pk=wish.pk).update(state=state)


_MOVES_CLOCK: Final = frozenset({"clarification", "supplement", "withdrawal"})


def _forget_reply(withdrawn: CaseMessage) -> None:
    """Let our request wait again when the reply to it is withdrawn."""
    if withdrawn.kind not in {"answer", "refusal"} or not withdrawn.in_reply_to:
        return
    asked = CaseMessage.objects.filter(
        authority=withdrawn.authority, incoming=False, msg=bytes.fromhex(withdrawn.in_reply_to)
    ).first()
    if asked is not None:
        Addressee.objects.filter(message=asked, authority=withdrawn.originator).update(reply="withdrawn")
        settle(asked)
