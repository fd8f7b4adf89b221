"""Which agreement allows a message to leave or to be accepted; every path through the door asks here."""

from datetime import datetime

from comity.agreements import Ask, Decision, decide
from comity.messages import Message
from comity.node.partners import members
from comity.vocabulary.authority import AuthorityId


def may_pass(action: str, message: Message, *, sender: AuthorityId, recipient: AuthorityId, at: datetime) -> Decision:
    """Decide whether a message may pass from one authority to another.

    Args:
        action: ``send`` on the way out, ``receive`` on the way in.
        message: as read from its payload, or about to be written.
        sender: whose message it is.
        recipient: for whom this copy is.
        at: now, UTC.
    """
    return decide(members.policies(), Ask.exchange(action, message, sender=sender, recipient=recipient), at)
