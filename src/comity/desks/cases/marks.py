"""By what a request is known again: keyed hashes of whom it names, kept beside it for one look-up.

The hash is keyed, so that who reads this table alone cannot try names. The key is the node's own and follows from its
secret; when that is changed, or the normal form, the worker makes the marks anew from the messages. What keys the
exchange uses, and when they rotate, does not matter here.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.db.models import Max

from comity.desks.cases import rules
from comity.desks.cases.marked import Marking, SubjectMark
from comity.desks.cases.models import CaseMessage, open_bodies
from comity.matching import fingerprints
from comity.messages import Message, Text
from comity.node import rows
from comity.node.writing import writing
from comity.subjects import Subject

SIZE: Final = 16  # bytes of a mark: no two subjects of one node meet by chance
PORTION: Final = 200


def of_message(message: Message) -> tuple[bytes, ...]:
    """Return the marks of a request or a request for assistance; none of other kinds."""
    if message.head.kind not in rules.ASKS:
        return ()
    subjects = (about.subject for about in message.subjects)
    return _marks(subjects, (text.text for text in message.of(Text)))


def of_content(content: dict[str, Any]) -> tuple[tuple[bytes, ...], ...]:
    """Return the marks of each subject of what is kept of a message; of one that names nobody, those of its words."""
    found = [of_subject(subject_of(one)) for one in content.get("subjects", ())]
    return tuple(found) if any(found) else (_marks((), _texts(content)),)


def of_subject(subject: Subject) -> tuple[bytes, ...]:
    """Return the marks of one subject."""
    return _marks([subject], ())


def subject_of(kept: dict[str, Any]) -> Subject:
    """Return a subject as it is kept of a message."""
    return Subject.of(kept["schema"], kept["properties"])


def put(marked: Iterable[tuple[int, str, Sequence[bytes]]]) -> None:
    """Keep the marks of messages that are being stored; call inside their transaction.

    Args:
        marked: row, authority and marks of each.
    """
    found = [(key, authority, mark) for key, authority, marks in marked for mark in marks]
    rows.insert(SubjectMark, ("message_id", "authority", "mark"), found)


def catch_up() -> int:
    """Mark what was stored before there were marks, or under another key; tells how many messages were looked at.

    What is stored from now on is marked with it, so that this comes to an end.
    """
    with writing():
        state = _state()
        if state.upto >= state.until:
            return 0
        asked = CaseMessage.objects.filter(pk__gt=state.upto, pk__lte=state.until, kind__in=rules.ASKS, erased=False)
        waiting = list(asked.order_by("pk")[:PORTION])
        open_bodies(waiting)
        SubjectMark.objects.bulk_create(
            [
                SubjectMark(message=one, authority=one.authority, mark=mark)
                for one in waiting
                for mark in sorted({mark for marks in of_content(one.content or {}) for mark in marks})
            ],
            ignore_conflicts=True,
        )
        state.upto = waiting[-1].pk if len(waiting) == PORTION else state.until
        state.save(update_fields=["upto"])
        return len(waiting)


def _state() -> Marking:
    """Return how far old messages are marked; under another key everything begins anew."""
    state = Marking.objects.select_for_update().first()
    if state is not None and state.key == _key_id():
        return state
    if state is not None:
        SubjectMark.objects.all().delete()
        state.delete()
    newest = CaseMessage.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return Marking.objects.create(key=_key_id(), until=newest)


def _marks(subjects: Iterable[Subject], texts: Iterable[str]) -> tuple[bytes, ...]:
    forms = {form for one in subjects for form in fingerprints.forms(one)}
    if not forms and (words := list(texts)):
        forms = {fingerprints.form_of_texts(sorted(words))}
    return tuple(sorted(_mark(form) for form in forms))


def _texts(content: dict[str, Any]) -> list[str]:
    texts = [*(one["text"] for one in content.get("texts", ())), *content.get("questions", ())]
    return [*texts, content["legal_basis"]] if content.get("legal_basis") else texts


def _mark(form: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), form, "sha256")[:SIZE]


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"comity/subject-marks/v1\0" + secret.encode()).digest()


def _key_id() -> str:
    return hashlib.sha256(_key(settings.SECRET_KEY)).hexdigest()[:16] + f"-{fingerprints.VERSION}"
