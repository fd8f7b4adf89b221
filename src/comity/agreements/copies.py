"""Whom a party gives a copy of what it sends to others, as an agreement says (docs/protocol/agreements.md, 6)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from comity.agreements.errors import DocumentError
from comity.vocabulary.authority import AuthorityId


class CopyRule(StrEnum):
    """Whether a copy has to be sent."""

    OWED = "owed"
    OFFERED = "offered"


@dataclass(frozen=True, slots=True)
class Copies:
    """Whom an authority gives a copy of what it sends to others.

    Attributes:
        sender: who gives it.
        to: who gets it, such as the contact point of the same state.
        kinds: of message.
        rule: owed, so that leaving it out needs a ground, or offered, for the author to decide case by case.
        clause: id of the clause that says so.
    """

    sender: AuthorityId
    to: AuthorityId
    kinds: tuple[str, ...]
    rule: CopyRule
    clause: str


def check_copies(copies: Copies, known: tuple[Collection[str], Collection[str], Collection[str]], where: str) -> None:
    """Refuse a copy that could never be sent: all that owes it could not be sent either.

    Args:
        copies: with the number of its clause for an id.
        known: parties, kinds of message and clause numbers of the document.
        where: place in the document, for the error.

    Raises:
        DocumentError: names the fault.
    """
    parties, kinds, numbers = known
    if copies.clause not in numbers:
        raise DocumentError(f"there is no clause `{copies.clause}`", where)
    outside = next((one for one in (copies.sender, copies.to) if str(one) not in parties), None)
    if outside is not None:
        raise DocumentError(f"`{outside}` is no party", where)
    if copies.sender == copies.to:
        raise DocumentError("nobody gives a copy to himself", where)
    if len(set(copies.kinds)) != len(copies.kinds):
        raise DocumentError("a word occurs twice", where)
    stranger = next((kind for kind in copies.kinds if kind not in kinds), None)
    if stranger is not None:
        raise DocumentError(f"`{stranger}` is no kind of message of this document", where)
