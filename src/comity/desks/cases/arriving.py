"""Receive what the exchange accepted: find its case, keep it for the officers, look for its subjects in the records."""

from collections.abc import Sequence

from comity.delivery import Standing
from comity.desks.cases import content, crosscheck, rules
from comity.desks.cases.models import Addressee, Case, CaseMessage, State
from comity.node.exchange.receivers import Arrived


def receive(batch: Sequence[Arrived]) -> None:
    """Keep a batch of messages and propose candidates for their subjects.

    Runs in the transaction that stores the notes: either all of it is there or nothing. A message that comes twice is
    kept once. Queries do not grow with the batch but for those of the cross-check.
    """
    fresh = _not_yet_kept(batch)
    if not fresh:
        return
    known = _referred(fresh)
    cases = _cases(fresh, known)
    rows = []
    for one, case in zip(fresh, cases, strict=True):
        row = content.row_of(one.message, one.note.msg, case=case, authority=str(one.note.to), incoming=True)
        row.note_id, row.arrived_at, row.ahead = one.note_id, one.at, one.standing is Standing.AHEAD
        row.state = State.NEW
        rows.append(row)
    stored = CaseMessage.objects.bulk_create(rows)
    for one, row in zip(fresh, stored, strict=True):
        _note_reply(one, row, known)
    crosscheck.propose([row for row in stored if row.kind in crosscheck.KINDS])


def _not_yet_kept(batch: Sequence[Arrived]) -> list[Arrived]:
    roots = {one.note.msg for one in batch}
    there = {
        (authority, bytes(msg))
        for authority, msg in CaseMessage.objects.filter(incoming=True, msg__in=roots).values_list("authority", "msg")
    }
    found: list[Arrived] = []
    for one in batch:
        key = (str(one.note.to), one.note.msg)
        if key not in there:
            there.add(key)
            found.append(one)
    return found


def _referred(batch: Sequence[Arrived]) -> dict[tuple[str, bytes], CaseMessage]:
    """Return the messages to which the batch refers, by our authority and root."""
    roots = {one.message.refers.msg for one in batch if one.message.refers}
    if not roots:
        return {}
    rows = CaseMessage.objects.filter(msg__in=roots).select_related("case")
    return {(row.authority, bytes(row.msg)): row for row in rows}


def _cases(batch: Sequence[Arrived], known: dict[tuple[str, bytes], CaseMessage]) -> list[Case]:
    """Return the case of each message: of the message it refers to, else of its reference, else a new one."""
    wanted = [(str(one.note.to), f"{one.message.head.reference}"[:60]) for one in batch]
    there = {
        (case.authority, case.reference): case
        for case in Case.objects.filter(reference__in={reference for _authority, reference in wanted})
    }
    found: list[Case] = []
    new: list[Case] = []
    for one, key in zip(batch, wanted, strict=True):
        refers = one.message.refers
        earlier = known.get((str(one.note.to), refers.msg)) if refers else None
        if earlier is not None:
            found.append(earlier.case)
            continue
        if key not in there:
            title = rules.caption(content.captions(one.message))[: content.MAX_CAPTION]
            there[key] = Case(authority=key[0], reference=key[1], title=title, opened_at=one.at)
            new.append(there[key])
        found.append(there[key])
    Case.objects.bulk_create(new)
    return found


def _note_reply(one: Arrived, row: CaseMessage, known: dict[tuple[str, bytes], CaseMessage]) -> None:
    """Write down at our request what its addressee replied, and close it when all have."""
    refers = one.message.refers
    asked = known.get((row.authority, refers.msg)) if refers else None
    if asked is None or asked.incoming or row.kind not in {"answer", "refusal"}:
        return
    reply = "refusal" if row.kind == "refusal" else str((row.content or {}).get("answer", ""))
    Addressee.objects.filter(message=asked, authority=row.originator).update(reply=reply, replied_at=one.at)
    replies = set(Addressee.objects.filter(message=asked).values_list("reply", flat=True))
    if not replies & {"", "interim"} and asked.state == State.OPEN:
        asked.state = State.REFUSED if replies == {"refusal"} else State.ANSWERED
        asked.save(update_fields=["state"])
