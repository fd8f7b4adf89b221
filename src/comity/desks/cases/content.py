"""What pages show of a message, as plain JSON: the same for what came in and what goes out."""

from dataclasses import fields
from typing import Any, Final

from comity.desks.cases import rules
from comity.messages import AboutSubject, Assistance, ConditionRule, Consented, Message, TakenUp, TextRole, Wish
from comity.subjects import Subject

MAX_CAPTION: Final = 200
SHOWN: Final = (TextRole.FACTS, TextRole.ANSWER, TextRole.REASON)


def content_of(message: Message) -> dict[str, Any]:
    """Return everything a page shows of a message beside its head; codes stay codes, so that each reader gets words."""
    head, answer = message.head, message.answer
    wish, said = next(iter(message.of(Wish)), None), next(iter(message.of(Consented)), None)
    return {
        "subjects": [_subject(about) for about in message.subjects],
        "legal_basis": "\n".join(text.text for text in message.texts(TextRole.LEGAL_BASIS)),
        "questions": [text.text for text in message.texts(TextRole.QUESTION)],
        "texts": [{"language": text.language, "text": text.text} for role in SHOWN for text in message.texts(role)],
        "purpose": str(head.purpose),
        "crime_area": str(head.area),
        "urgency": str(head.urgency),
        "urgency_ground": str(head.ground) if head.ground else "",
        "approvals": head.approvals,
        "classification": str(head.classification) if head.classification else "",
        "expects": str(head.expects) if head.expects else "",
        "asked": [str(one) for one in head.asked] if head.copies else [],
        "copies": [str(one) for one in head.copies],
        "conditions": [one.value for one in message.conditions if one.rule is ConditionRule.TEXT],
        "restrictions": [
            {"rule": str(one.rule), "value": one.value}
            for one in message.conditions
            if one.rule is not ConditionRule.TEXT
        ],
        "answer": str(answer.outcome) if answer else "",
        "more_by": answer.more_by if answer else 0,
        "use": str(wish.use) if wish else "",
        "wished_codes": [str(code) for code in wish.handling] if wish else [],
        "consent": str(said.outcome) if said else "",
        "assistance": next((_filled(one) for one in message.of(Assistance)), {}),
        "taken_up": next((_filled(one) for one in message.of(TakenUp)), {}),
        "delay": str(answer.delay) if answer and answer.delay else "",
        "ground": next((str(one.ground) for one in message.refused if one.part is None), ""),
        "refused": [{"part": one.part, "ground": str(one.ground)} for one in message.refused if one.part is not None],
        "matches": [{"asked": one.asked, "outcome": one.outcome, "record": one.record} for one in message.matches],
        "attachments": [
            {"title": one.title, "size": one.size, "sha256": one.sha256.hex()} for one in message.attachments
        ],
    }


def _filled(part: Assistance | TakenUp) -> dict[str, Any]:
    """Return the fields of a part that say something."""
    names = (one.name for one in fields(part))
    found = {name: getattr(part, name) for name in names if getattr(part, name)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _subject(about: AboutSubject) -> dict[str, Any]:
    subject = about.subject
    return {
        "schema": subject.schema,
        "caption": caption_of(subject)[:MAX_CAPTION],
        "properties": {name: list(values) for name, values in subject.properties},
        "category": str(about.category) if about.category else "",
        "link": about.link,
        "evaluation": str(about.evaluation) if about.evaluation else "",
    }


def languages_of(message: Message) -> list[str]:
    """Return the languages of the texts that a page shows, sorted."""
    return sorted({text.language for role in SHOWN for text in message.texts(role)})


def captions(message: Message) -> tuple[str, ...]:
    """Return the captions of the message's subjects."""
    return tuple(caption_of(about.subject) for about in message.subjects)


def caption_of(subject: Subject) -> str:
    """Return what a list shows of a subject: of one without name or number the first thing that is said of it."""
    if subject.caption != subject.schema or not subject.properties:
        return subject.caption
    return subject.properties[0][1][0].removeprefix(rules.VIN_PREFIX)
