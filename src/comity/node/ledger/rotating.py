"""Change the keys of a log, which goes on under its name; or begin the next log after one that the directory closed.

Source: docs/protocol/ledger.md, section 10.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from comity.directory.logs import Closing, LogEntry, with_new_keys
from comity.merkle import EMPTY_ROOT, Kind, SignedCheckpoint, sign
from comity.merkle import Checkpoint as Signable
from comity.messages import canonical
from comity.node.ledger import actions, sequencer
from comity.node.ledger.models import Checkpoint, Cosignature, Log
from comity.node.partners import cards, changing, keyring
from comity.node.partners.errors import ChangeError
from comity.node.writing import writing
from comity.sealing import LogKeys
from comity.vocabulary.authority import AuthorityId, LogName

KINDS: Final = ("x", "a")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A change of keys that has begun.

    Attributes:
        log: name of the log.
        size: of the checkpoint that both pairs signed.
    """

    log: str
    size: int


def change_keys(authority: AuthorityId, at: datetime) -> tuple[HandedOver, ...]:
    """Begin the yearly change of the keys of an authority's logs, and write the card that names the new ones.

    From the first line on that stores a new pair, every checkpoint bears both pairs' signatures, so that partners
    believe it before and after they see the card in the directory. A crash leaves a change that the next call goes on
    with. `renewing` destroys the old pair when every partner had the time to see the new one.

    Raises:
        ChangeError: the last change is not over, or the directory or a card names other keys than are here.
    """
    keys = keyring.keys()
    with cards.changing():
        before = changing.last_said(authority, at)
        logs = dict(before.member.logs)
        found = []
        for kind in KINDS:
            log = actions.exchange_log(str(authority)) if kind == "x" else actions.acts_log(str(authority))
            name = LogName.parse(log.name)
            entry = logs.get(name)
            if entry is None or entry.keys != keys.log(log.name).public:
                raise ChangeError(f"the keys of `{name}` are changing already, or are not those that its card names")
            following = keys.next_log(log.name) or LogKeys.from_seed(log.name, secrets.token_bytes(32))
            keys.put_next_log(following)
            logs[name], size = _hand_over(entry, following)
            found.append(HandedOver(log.name, size))
        cards.say(replace(before.member, logs=logs), at)
    with writing():
        facts = actions.facts({one.log: one.size for one in found})
        actions.record(actions.Act("key.changed", str(authority), "", at, facts=facts))
    return tuple(found)


def _hand_over(entry: LogEntry, following: LogKeys) -> tuple[LogEntry, int]:
    """Sign the log's newest checkpoint with both pairs; whoever signs a larger one holds both already."""
    with sequencer.held(str(entry.name)) as log:
        signed = Checkpoint.objects.filter(log=log, text__isnull=False).order_by("-size").first()
        size, root = (0, EMPTY_ROOT) if signed is None else (signed.size, bytes(signed.root))
        head = Signable(log.name, size, root)
        old = SignedCheckpoint.parse(sign(head, keyring.keys().log(log.name).signers))
        handover = old.joined(SignedCheckpoint.parse(sign(head, following.signers))).to_bytes()
    return with_new_keys(entry, following.public, handover), size


# After a compromise


def closings(authority: AuthorityId, logs: Mapping[LogName, LogEntry]) -> tuple[tuple[Log, Closing], ...]:
    """Return the logs of an authority that the directory closed and that this node still uses."""
    mine = Log.objects.filter(authority=str(authority), closed_at__isnull=True)
    entries = ((log, logs.get(LogName.parse(log.name))) for log in mine.order_by("id"))
    return tuple((log, entry.closed) for log, entry in entries if entry is not None and entry.closed is not None)


def open_next(closed: Log, closing: Closing, at: datetime) -> Log:
    """End a log that the directory closed and open the next, whose entry 0 names what is trusted of the old one.

    The keys of the next log are made here; the old pair is destroyed: whoever stole it has it, and we need it no more.
    Call it inside the transaction that sends again what the old log cannot prove any more.
    """
    name = LogName.parse(closed.name)
    following = f"{name.authority}/{name.kind}{name.number + 1}"
    keys = keyring.keys()
    if f"log/{following.replace('/', '@')}" not in keys.names():
        keys.put_log(LogKeys.from_seed(following, secrets.token_bytes(32)))
    Log.objects.filter(id=closed.id).update(closed_at=at)
    new = actions.open_log(following, pad_to=closed.pad_to)
    opening = {
        "v": 1,
        "log": closed.name,
        "size": closing.size,
        "root": closing.root,
        "from": int(closing.revoked_from.timestamp()),
    }
    actions.append(new, Kind.OPENING, canonical.encode(opening), at)
    return new


def forget_keys(log: str) -> None:
    """Destroy the keys of a log that was closed."""
    keyring.keys().erase_log(log)


def trusted(log: Log) -> bytes | None:
    """Return the largest checkpoint of ours that a partner cosigned, with those cosignatures; else our newest.

    It is what the registrar needs to close the log: this node knows what it signed itself, the witnesses that they saw
    it. `None` while nothing was signed.
    """
    ours = Checkpoint.objects.filter(log=log, text__isnull=False)
    seen = Cosignature.objects.filter(log=log).order_by("-size").first()
    made = (None if seen is None else ours.filter(size=seen.size).first()) or ours.order_by("-size").first()
    if made is None:
        return None
    text = SignedCheckpoint.parse(bytes(made.text or b""))
    for row in Cosignature.objects.filter(log=log, size=made.size).order_by("id"):
        text = text.joined(SignedCheckpoint.parse(bytes(row.text)))
    return text.to_bytes()
