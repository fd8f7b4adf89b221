"""The questions of a request, and who refused which of them on which ground."""

from collections.abc import Iterable
from dataclasses import dataclass

from comity.desks.cases.models import CaseMessage


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its number, and who refused it on which ground."""

    number: int
    text: str
    refused: tuple[tuple[str, str], ...] = ()


def questions_of(
    message: CaseMessage, seen: Iterable[CaseMessage], by_root: dict[str, CaseMessage]
) -> tuple[QuestionView, ...]:
    """Return the questions of a request with who refused them, or those that an answer refuses."""
    if message.kind == "answer":
        asked = by_root.get(message.in_reply_to)
        return tuple(one for one in _questions(asked, [message]) if one.refused) if asked is not None else ()
    root = bytes(message.msg).hex()
    answers = (one for one in seen if (one.kind, one.in_reply_to, one.standing) == ("answer", root, ""))
    return _questions(message, answers)


def _questions(asked: CaseMessage, answers: Iterable[CaseMessage]) -> tuple[QuestionView, ...]:
    refused: dict[int, tuple[tuple[str, str], ...]] = {}
    for one in answers:
        for part in (one.content or {}).get("refused", ()):
            refused[part["part"]] = (*refused.get(part["part"], ()), (one.originator, part["ground"]))
    given = (asked.content or {}).get("questions", ())
    return tuple(QuestionView(place + 1, text, refused.get(place, ())) for place, text in enumerate(given))
