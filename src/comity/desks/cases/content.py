"""What pages show of a message, as plain JSON: the same for what came in and what goes out."""

from datetime import UTC, datetime
from typing import Any

from comity.desks.cases import rules
from comity.desks.cases.models import Case, CaseMessage
from comity.messages import AboutSubject, Message, TextRole
from comity.subjects import Subject

MAX_CAPTION = 200


def content_of(message: Message) -> dict[str, Any]:
    """Return everything a page shows of a message beside its head; codes stay codes, so that each reader gets words."""
    head, answer = message.head, message.answer
    return {
        "subjects": [_subject(about) for about in message.subjects],
        "legal_basis": "\n".join(text.text for text in message.texts(TextRole.LEGAL_BASIS)),
        "questions": [text.text for text in message.texts(TextRole.QUESTION)],
        "texts": [
            {"language": text.language, "text": text.text}
            for role in (TextRole.FACTS, TextRole.ANSWER, TextRole.REASON)
            for text in message.texts(role)
        ],
        "purpose": str(head.purpose),
        "crime_area": str(head.area),
        "urgency": str(head.urgency),
        "urgency_ground": str(head.ground) if head.ground else "",
        "approvals": head.approvals,
        "conditions": [one.value for one in message.conditions if one.value],
        "answer": str(answer.outcome) if answer else "",
        "more_by": answer.more_by if answer else 0,
        "ground": str(message.refused[0].ground) if message.refused else "",
        "matches": [{"asked": one.asked, "outcome": one.outcome, "record": one.record} for one in message.matches],
        "attachments": [
            {"title": one.title, "size": one.size, "sha256": one.sha256.hex()} for one in message.attachments
        ],
    }


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


def captions(message: Message) -> tuple[str, ...]:
    """Return the captions of the message's subjects."""
    return tuple(caption_of(about.subject) for about in message.subjects)


def caption_of(subject: Subject) -> str:
    """Return what a list shows of a subject: of one without name or number the first thing that is said of it."""
    if subject.caption != subject.schema or not subject.properties:
        return subject.caption
    return subject.properties[0][1][0].removeprefix(rules.VIN_PREFIX)


def row_of(message: Message, msg: bytes, *, case: Case, authority: str, incoming: bool) -> CaseMessage:
    """Return the row for a message, unsaved; its state is the caller's.

    Args:
        message: as read or as written.
        msg: root over its items.
        case: to which it belongs.
        authority: ours.
        incoming: whether a partner sent it.
    """
    head, content = message.head, content_of(message)
    return CaseMessage(
        case=case,
        authority=authority,
        originator=str(head.from_),
        incoming=incoming,
        kind=head.kind,
        reference=head.reference[:60],
        in_reply_to=message.refers.msg.hex() if message.refers else "",
        msg=msg,
        purpose=str(head.purpose),
        crime_area=str(head.area),
        urgency=str(head.urgency),
        handling=[str(code) for code in head.handling],
        languages=sorted({part["language"] for part in content["texts"]}),
        caption=rules.caption(captions(message))[:MAX_CAPTION],
        content=content,
        deadline=datetime.fromtimestamp(head.deadline, UTC) if head.deadline else None,
        sent_at=datetime.fromtimestamp(head.sent, UTC),
    )
