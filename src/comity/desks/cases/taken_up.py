"""Who took up a message, as its recipients said: the last word of each, beside its copy."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from comity.desks.cases.delivered import Delivery
from comity.desks.cases.models import CaseMessage

type Copies = Mapping[int, tuple[Delivery, ...]]


def told(message: CaseMessage, seen: Sequence[CaseMessage]) -> dict[str, CaseMessage]:
    """Return the last acknowledgement of a message by each of those who got it.

    Args:
        message: ours or a partner's.
        seen: of its case, in the order in which they were sent, as far as the reader may see them.
    """
    root = bytes(message.msg).hex()
    return {
        one.originator: one
        for one in seen
        if one.kind == "acknowledgement" and one.in_reply_to == root and not one.standing
    }


def beside(copies: Copies, seen: Sequence[CaseMessage]) -> Copies:
    """Return the copies of messages of ours, each with what its recipient told of it."""
    if not any(one.kind == "acknowledgement" for one in seen):
        return copies
    said = {one.pk: told(one, seen) for one in seen if one.pk in copies}
    return {
        key: tuple(replace(copy, taken_up=_said(said[key].get(copy.authority))) for copy in found)
        for key, found in copies.items()
    }


def ours(message: CaseMessage, seen: Sequence[CaseMessage]) -> CaseMessage | None:
    """Return the last acknowledgement that we sent of a partner's message."""
    return told(message, seen).get(message.authority) if message.incoming else None


def _said(message: CaseMessage | None) -> Mapping[str, Any] | None:
    said: Mapping[str, Any] = (message.content or {}) if message is not None else {}
    return said.get("taken_up") or None
