"""The fingerprint of a request for each recipient, put in when it leaves and compared when it comes.

It says nothing that the message does not say, and nothing rests on it: which requests are the same is found by the
node's own marks. A fingerprint that does not fit is shown, no more.
"""

from dataclasses import replace
from datetime import datetime

from comity.desks.cases import due, rules
from comity.matching import fingerprints
from comity.messages import Fingerprint, Message, Text
from comity.node.partners.agreeing import key_with, keys_with
from comity.sealing import tag
from comity.vocabulary.authority import AuthorityId

MOST: int = 1000
"""Recipients; a message to more goes without, for a payload has room for 2,048 items."""


def with_fingerprints(message: Message, at: datetime) -> Message:
    """Return a request with a fingerprint for each recipient with whom a key is agreed; other kinds as they are."""
    head = message.head
    if head.kind not in rules.ASKS or len(head.recipients) > MOST:
        return message
    forms = forms_of(message)
    keys = keys_with(head.from_, head.recipients, at)
    found = tuple(Fingerprint(one, fingerprints.VERSION, _tags(key, forms)) for one, key in keys.items())
    return replace(message, parts=(*message.parts, *found)) if found else message


def fits(message: Message, own: AuthorityId) -> bool | None:
    """Tell whether the fingerprint for us is that of what the message says; `None` where it cannot be judged."""
    told = next((one for one in message.of(Fingerprint) if one.to == own and one.form == fingerprints.VERSION), None)
    if told is None:
        return None
    key = key_with(own, message.head.from_, due.moment(message.head.sent))
    return None if key is None else told.tags == _tags(key, forms_of(message))


def forms_of(message: Message) -> tuple[bytes, ...]:
    """Return the normal forms of all that a request names; of one that names nobody, that of its words."""
    found = {form for about in message.subjects for form in fingerprints.forms(about.subject)}
    words = sorted(text.text for text in message.of(Text))
    return tuple(found or {fingerprints.form_of_texts(words)})


def _tags(key: bytes, forms: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(sorted({tag(key, form) for form in forms}))
