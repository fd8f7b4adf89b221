"""The uses that recipients of a message asked for, as the page of its case shows them."""

from collections.abc import Sequence

from comity.desks.cases.models import CaseMessage


def of(message: CaseMessage, seen: Sequence[CaseMessage]) -> tuple[tuple[CaseMessage, CaseMessage | None], ...]:
    """Return the uses that recipients of a message asked for, each with the owner's last word on it."""
    root = bytes(message.msg).hex()
    wishes = [
        one
        for one in seen
        if (one.kind, one.in_reply_to, one.standing) == ("consent-request", root, "")
        and one.incoming != message.incoming
    ]
    said = {
        one.in_reply_to: one
        for one in seen
        if one.kind == "consent" and one.originator == message.originator and not one.standing
    }
    return tuple((wish, said.get(bytes(wish.msg).hex())) for wish in wishes)
