"""The table of desks: which kind of message goes to whom. `comity.config` fills it, for the node imports no desk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.delivery import Standing
from comity.messages import Message
from comity.messages.note import Note
from comity.vocabulary.authority import AuthorityId


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that was accepted.

    Attributes:
        note_id: row of its note, by which proof, body and receipts are found.
        message: opened and checked.
        payload: its canonical bytes.
        note: its envelope.
        standing: `AHEAD` where an earlier message of the lane is still missing: show it, let automation wait.
        at: when this node received it, UTC.
    """

    note_id: int
    message: Message
    payload: bytes
    note: Note
    standing: Standing
    at: datetime


Receiver = Callable[[Sequence[Arrived]], None]
Forgetter = Callable[[AuthorityId, bytes], bool]
"""Erases what a desk keeps of a message of one of our authorities, by the message's root; tells whether it kept any."""

_RECEIVERS: Final[dict[str, Receiver]] = {}
_FORGETTERS: Final[list[Forgetter]] = []


def register(kind: str, receiver: Receiver) -> None:
    """Let a desk receive messages of a kind, in the transaction that stores them."""
    _RECEIVERS[kind] = receiver


def hand_over(arrived: Sequence[Arrived]) -> None:
    """Give each desk its messages, in their order."""
    for receiver in dict.fromkeys(_RECEIVERS.values()):
        batch = [one for one in arrived if _RECEIVERS.get(one.message.head.kind) is receiver]
        if batch:
            receiver(batch)


def register_forgetter(forgetter: Forgetter) -> None:
    """Let a desk erase what it keeps of a message, in the transaction that erases the message itself."""
    if forgetter not in _FORGETTERS:
        _FORGETTERS.append(forgetter)


def forget(own: AuthorityId, msg: bytes) -> bool:
    """Let every desk erase what it keeps of a message; tells whether one of them kept any."""
    kept = [forgetter(own, msg) for forgetter in _FORGETTERS]
    return any(kept)
