"""Classification on the desk: in words, offered up to what the node is accredited for, shown over what bears it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from comity.desks.cases.models import CaseMessage
from comity.formats.markings import marking, marking_of_name
from comity.node import accredited
from comity.node.exchange import bodies
from comity.vocabulary.classification import Classification, highest, is_above

NONE: Final = "none"
"""Code of what is for official use and no more; an empty code stands for that of the message that it is about."""

LEVELS: Final[Mapping[str, Any]] = {
    NONE: _("Not classified: for official use"),
    "restricted": _("Restricted"),
    "confidential": _("Confidential"),
    "secret": _("Secret"),
    "top-secret": _("Top secret"),
}
TOO_HIGH: Final = _(
    "This node is accredited up to “%(most)s” only: do not write it here. Use a system that is accredited for it."
)
BEARS: Final = _(
    "It bears the marking “%(found)s”, for which this node is not accredited: remove it from here, and use a system "
    "that is."
)

REASONS: Final[Mapping[str, Any]] = {
    accredited.RULE: _(
        "It is classified higher than this node is accredited for. Send it by a system that is accredited for it."
    ),
}
"""Why it cannot be sent, as `words.STANDING_REASONS` has it."""
CODES: Final[Mapping[str, Any]] = {
    "classification": _(
        "It is classified higher than the partner's node is accredited for, and was not kept there. Send it by a "
        "system that both sides are accredited for."
    ),
}
"""Why a partner's node refused it, as `words.CODES` has it."""


def level(code: str) -> Classification | None:
    """Return the classification of a code; `None` for what is not classified, and for a code that is none."""
    return Classification(code) if code in set(Classification) else None


def of(message: CaseMessage | None) -> Classification | None:
    """Return the classification of a message; `None` where it has none, or its content was erased."""
    return level(str((message.content or {}).get("classification", ""))) if message is not None else None


def offered() -> list[tuple[str, Any]]:
    """Return what can be chosen here: code and words of what the node is accredited for."""
    return [(code, text) for code, text in LEVELS.items() if not accredited.is_too_high(level(code))]


def too_high(code: str) -> str:
    """Return why this classification cannot be chosen here and what to do; empty where it can."""
    if not accredited.is_too_high(level(code)):
        return ""
    return str(TOO_HIGH) % {"most": LEVELS[accredited.highest() or NONE]}


def borne(text: str, *, name: bool = False) -> str:
    """Return what is wrong with a text, or a file's name, that bears a marking above the node's; empty where nothing.

    It is taken at its word: whoever copied the marking copied what it stands over.
    """
    found = marking_of_name(text) if name else marking(text)
    return str(BEARS) % {"found": LEVELS[found]} if found is not None and accredited.is_too_high(found) else ""


def of_case(messages: Iterable[CaseMessage]) -> str:
    """Return the words over a case: the highest classification of its messages; empty where none has any."""
    found = highest(*map(of, messages))
    return str(LEVELS[found]) if found is not None else ""


def lowered(code: str, *texts: str) -> bool:
    """Whether a text bears a higher marking than what was chosen."""
    return any(is_above(marking(text), level(code)) for text in texts)


OPENED: Final = 10_000
"""So many of the messages that came in last are opened to see what they bear; more would be minutes."""


def kept_above() -> tuple[str, Classification] | None:
    """Return reference and classification of a message that bears more than the node is accredited for now.

    Such a one is here only where the accreditation was lowered later: nothing else lets it in. Of our own and of what
    was entered all are looked at, of what came in the newest `OPENED`; `None` where none of them does.
    """
    above = [one for one in Classification if accredited.is_too_high(one)]
    kept = CaseMessage.objects.filter(erased=False)
    own = kept.filter(kept__classification__in=[str(one) for one in above]).order_by("-id").first()
    if own is not None and (found := of(own)) is not None:
        return own.reference, found
    came = kept.filter(incoming=True, kept__isnull=True, note_id__isnull=False).order_by("-id")
    ids = list(came.values_list("note_id", "reference")[: OPENED if above else 0])
    for start in range(0, len(ids), bodies.AT_ONCE):
        part = {note: reference for note, reference in ids[start : start + bodies.AT_ONCE] if note is not None}
        for note, message in bodies.messages_of(list(part)).items():
            if message.head.classification in above:
                return part[note], message.head.classification
    return None
