"""Remember the highest verified checkpoint of each member, and hear what others were shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.delivery import Head, Parcel, Relation, UnknownLogError, relate
from comity.merkle import ProofError, SignedCheckpoint
from comity.node import rows
from comity.node.ledger.models import Log
from comity.node.partners import incidents, members
from comity.node.partners.models import Claim, Pair
from comity.vocabulary.authority import AuthorityId, LogName

HEADS_AT_ONCE: Final = 32


def known(log: LogName, owner: AuthorityId) -> Head:
    """Return what we verified of a member's log: our head, else the start named in the directory, else nothing.

    Of a log that the directory closed, it is what the directory trusts: we may have followed a thief beyond that.
    """
    entry = members.log_entry(log)
    if entry is not None and entry.closed is not None:
        return Head(log, entry.closed.size, entry.closed.root)
    row = rows.one("SELECT size, root, text FROM partners_head WHERE log = %s", str(log))
    if row is not None:
        return Head(log, row[0], bytes(row[1]), bytes(row[2]))
    size, root = members.log_start(owner, log)
    return Head(log, size, root)


def check_in_force(log: LogName, owner: AuthorityId, text: bytes) -> None:
    """Check that a checkpoint is of an exchange log that may still be acted on (docs/protocol/delivery.md, 4.3).

    Args:
        log: that a proof names.
        owner: whose proof it is.
        text: the checkpoint, not yet verified.

    Raises:
        UnknownLogError: `log.unknown`, or `log.closed` where the directory closed the log below this size.
    """
    entry = members.log_entry(log)
    if entry is None or (log.authority, log.kind) != (owner, "x"):
        raise UnknownLogError("the directory names no such exchange log of the sender")
    try:
        claimed = SignedCheckpoint.parse(text).checkpoint
    except ProofError:
        return  # said with the signatures
    if not entry.believes(claimed):
        raise UnknownLogError("the directory closed the log: its key was stolen", "log.closed")


def keep(head: Head, at: datetime) -> None:
    """Store a head that was verified and extends the one before."""
    rows.run(
        """INSERT INTO partners_head (log, size, root, text, verified_at) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (log) DO UPDATE
        SET size = excluded.size, root = excluded.root, text = excluded.text, verified_at = excluded.verified_at""",
        str(head.log),
        head.size,
        head.root,
        head.text,
        rows.moment(at),
    )


def take(parcel: Parcel, at: datetime, head: Head | None = None) -> None:
    """Store what a parcel says of logs: its sender's head, its cosignatures of ours, heads of third parties."""
    if head is not None and head.text:
        keep(head, at)
    rows.run(
        """UPDATE partners_pair SET reached_at = %s, failures = 0, retry_at = NULL, last_code = '', partner_has = %s
        WHERE own = %s AND partner = %s""",
        rows.moment(at),
        parcel.have,
        str(parcel.recipient),
        str(parcel.sender),
    )
    note_held(parcel.recipient, parcel.sender, parcel.have)
    for text in parcel.cosignatures:
        _take_cosignature(text, parcel, at)
    for text in parcel.heads:
        hear(text, shown_by=parcel.sender, at=at)


def note_held(own: AuthorityId, partner: AuthorityId, size: int) -> None:
    """Remember, until the process ends, up to where a partner's node holds the exchange log of ours."""
    if node := _node_of(partner):
        _HELD[own, node] = size


def held_by(own: AuthorityId, partner: AuthorityId, size: int) -> int:
    """Return from where a proof for a partner starts: a node of several authorities has one head for all of them.

    Args:
        own: whose log.
        partner: to whom.
        size: what this partner itself told last. A guess that is wrong is answered with the right one.
    """
    node = _node_of(partner)
    return _HELD.get((own, node), size) if node else size


def _node_of(partner: AuthorityId) -> frozenset[str]:
    """Return the TLS keys that authorities of one node have in common."""
    found = members.find(partner)
    return frozenset() if found is None else found.tls_spkis


_HELD: Final[dict[tuple[AuthorityId, frozenset[str]], int]] = {}


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
    found = rows.one(
        """SELECT log.id FROM ledger_log AS log JOIN ledger_checkpoint AS checkpoint ON checkpoint.log_id = log.id
        WHERE log.name = %s AND log.authority = %s
        AND checkpoint.size = %s AND checkpoint.root = %s AND checkpoint.text IS NOT NULL""",
        seen.origin,
        str(parcel.recipient),
        seen.size,
        seen.root,
    )
    if found is None:
        return
    rows.run(
        """INSERT INTO ledger_cosignature (log_id, size, witness, hour, text, at) VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (log_id, witness, hour) DO UPDATE
        SET size = excluded.size, text = excluded.text, at = excluded.at""",
        found[0],
        seen.size,
        str(parcel.sender),
        int(at.timestamp()) // 3600,
        text,
        rows.moment(at),
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


@dataclass(frozen=True, slots=True)
class News:
    """Heads of third parties to tell a partner.

    Attributes:
        texts: signed checkpoints, those first that changed first.
        until: when the last of them changed, as the database gives it.
        answering: whether they go out with an answer of ours; else with a parcel that is answered.
    """

    texts: tuple[bytes, ...]
    until: rows.Value
    answering: bool


def news_for(pair: Pair, *, answering: bool) -> News:
    """Return heads of third parties that changed since we last told this partner.

    Those that wait longest go first, and what does not fit goes with the next parcel: a head that is passed over might
    be the one half of a fork.
    """
    found = rows.every(
        f"""SELECT head.text, head.verified_at FROM partners_head AS head JOIN partners_pair AS pair ON pair.id = %s
        WHERE substr(head.log, 1, %s) <> %s AND length(head.text) > 0
        AND (pair.{_TOLD[answering]} IS NULL OR head.verified_at > pair.{_TOLD[answering]})
        ORDER BY head.verified_at LIMIT %s""",  # noqa: S608  # our own names
        pair.id,
        len(pair.partner) + 1,
        f"{pair.partner}/",
        HEADS_AT_ONCE,
    )
    return News(tuple(bytes(text) for text, _ in found), found[-1][1] if found else None, answering)


def mark_told(pair: Pair, news: News) -> None:
    """Remember, in the caller's transaction, what a partner has heard: of a parcel only once it was answered."""
    if news.texts:
        rows.run(f"UPDATE partners_pair SET {_TOLD[news.answering]} = %s WHERE id = %s", news.until, pair.id)  # noqa: S608  # our own


_TOLD: Final = {False: "heads_told_at", True: "heads_answered_at"}
