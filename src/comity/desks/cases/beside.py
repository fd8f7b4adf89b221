"""What stands at home beside a message on the page of its case: passages of a pasted text, and copies left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import get_language

from comity.desks.cases import passages
from comity.desks.cases.athome import LeftOut
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.passages import Passages
from comity.node.partners import members


@dataclass(frozen=True, slots=True)
class NotCopied:
    """A copy that was owed and left out.

    Attributes:
        authority: id of who would have got it.
        ground: its code.
        agreement: title in the reader's language; empty where the directory no longer names it.
        number: of the clause by which it was owed; its id where the directory no longer names it.
    """

    authority: str
    ground: str
    agreement: str
    number: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one message."""

    passages: Passages = field(default_factory=Passages)
    not_copied: tuple[NotCopied, ...] = ()


NOTHING: Final = Beside()


def of(messages: Sequence[CaseMessage]) -> dict[int, Beside]:
    """Return what stands beside these messages, which the reader may see, by their keys; at most one query.

    Args:
        messages: loaded with `picked_from`.
    """
    missing = _not_copied(messages)
    found = {one.pk: Beside(passages.of(one), missing.get(one.pk, ())) for one in messages}
    return {key: one for key, one in found.items() if one != NOTHING}


def _not_copied(messages: Iterable[CaseMessage]) -> dict[int, tuple[NotCopied, ...]]:
    sent = [one.pk for one in messages if not one.incoming]
    found: dict[int, tuple[NotCopied, ...]] = {}
    for one in LeftOut.objects.filter(message__in=sent).order_by("authority") if sent else ():
        said = NotCopied(one.authority, one.ground, *_agreed(one.clause))
        found[one.message_id] = (*found.get(one.message_id, ()), said)
    return found


def _agreed(clause_id: str) -> tuple[str, str]:
    """Return the title of the agreement that has a clause, in the reader's language, and the clause's number."""
    for one in members.policies().agreements:
        if (clause := one.agreement.clause(clause_id)) is not None:
            title = one.agreement.title
            return title.get(get_language() or "en", title["en"]), clause.number
    return "", clause_id
