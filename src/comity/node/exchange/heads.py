"""Remember the highest verified checkpoint of each member, and hear what others were shown."""

from datetime import datetime

from comity.delivery import Head, Parcel, Relation, relate
from comity.merkle import ProofError
from comity.node.ledger.models import Cosignature, Log
from comity.node.partners import incidents, members
from comity.node.partners.models import Claim, Pair
from comity.node.partners.models import Head as HeadRow
from comity.vocabulary.authority import AuthorityId, LogName

HEADS_AT_ONCE = 32


def known(log: LogName, owner: AuthorityId) -> Head:
    """Return what we verified of a member's log: our head, else the start named in the directory, else nothing."""
    row = HeadRow.objects.filter(log=str(log)).first()
    if row is not None:
        return Head(log, row.size, bytes(row.root), bytes(row.text))
    size, root = members.log_start(owner, log)
    return Head(log, size, root)


def keep(head: Head, at: datetime) -> None:
    """Store a head that was verified and extends the one before."""
    HeadRow.objects.update_or_create(
        log=str(head.log), defaults={"size": head.size, "root": head.root, "text": head.text, "verified_at": at}
    )


def take(parcel: Parcel, at: datetime, head: Head | None = None) -> None:
    """Store what a parcel says of logs: its sender's head, its cosignatures of ours, heads of third parties."""
    if head is not None and head.text:
        keep(head, at)
    Pair.objects.filter(own=str(parcel.recipient), partner=str(parcel.sender)).update(
        reached_at=at, failures=0, retry_at=None, last_code="", partner_has=parcel.have
    )
    for text in parcel.cosignatures:
        _take_cosignature(text, parcel, at)
    for text in parcel.heads:
        hear(text, shown_by=parcel.sender, at=at)


def take_reached(reply: Parcel, reached: Head, base: Head, at: datetime) -> None:
    """Store what an answer says, whose proof was checked from the head that the request named.

    Another parcel may have moved our head meanwhile; the two are connected later, as any claim is.
    """
    current = known(reached.log, reply.sender)
    if current.size == base.size or reached.size <= current.size:
        take(reply, at, reached if reached.size > current.size else None)
        return
    take(reply, at)
    Claim.objects.get_or_create(
        log=str(reached.log),
        size=reached.size,
        root=reached.root,
        defaults={"text": reached.text, "shown_by": str(reply.sender), "shown_at": at},
    )


def _take_cosignature(text: bytes, parcel: Parcel, at: datetime) -> None:
    """Keep a partner's cosignature of a checkpoint of ours; one that does not verify is worth nothing and ignored."""
    try:
        seen = members.verify_witness(text, parcel.sender)
    except ProofError:
        return
    log = Log.objects.filter(name=seen.origin, authority=str(parcel.recipient)).first()
    if log is None or not log.signed(seen.size, seen.root):
        return
    Cosignature.objects.update_or_create(
        log=log,
        witness=str(parcel.sender),
        hour=int(at.timestamp()) // 3600,
        defaults={"size": seen.size, "text": text, "at": at},
    )


def hear(text: bytes, *, shown_by: AuthorityId, at: datetime) -> None:
    """Compare a signed head that a partner shows us with ours (docs/protocol/delivery.md, section 7).

    A head under a key of our own that we never signed means that the key was stolen.
    """
    try:
        theirs = members.verify_any_checkpoint(text)
    except ProofError:
        return
    log = LogName.parse(theirs.origin)
    shown = Head(log, theirs.size, theirs.root, text)
    ours = Log.objects.filter(name=theirs.origin).first()
    if ours is not None:
        if not ours.signed(theirs.size, theirs.root):
            incidents.keep("key.stolen", theirs.origin, (text,), shown_by=str(shown_by), at=at)
        return
    mine = known(log, log.authority)
    relation = relate(mine, shown)
    if relation is Relation.FORKED and mine.text:
        incidents.keep("log.forked", theirs.origin, (mine.text, text), shown_by=str(shown_by), at=at)
    elif relation in {Relation.NEWER, Relation.OLDER}:
        Claim.objects.get_or_create(
            log=theirs.origin,
            size=theirs.size,
            root=theirs.root,
            defaults={"text": text, "shown_by": str(shown_by), "shown_at": at},
        )


def size_of(member: AuthorityId) -> int:
    """Return the size of the head that we hold of a member's present exchange log; 0 if none."""
    log = members.exchange_log_of(member)
    return 0 if log is None else known(log, member).size


def news_for(pair: Pair, at: datetime) -> tuple[bytes, ...]:
    """Return heads of third parties that changed since we last told this partner."""
    rows = HeadRow.objects.exclude(log__startswith=f"{pair.partner}/").exclude(text=b"")
    if pair.heads_told_at is not None:
        rows = rows.filter(verified_at__gt=pair.heads_told_at)
    texts = tuple(bytes(text) for text in rows.order_by("-verified_at").values_list("text", flat=True)[:HEADS_AT_ONCE])
    if texts:
        Pair.objects.filter(id=pair.id).update(heads_told_at=at)
    return texts
