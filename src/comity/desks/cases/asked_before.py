"""Whether the same was asked before: of the same partner or by it, through the exchange or on another channel.

It warns and never decides: the officer may have reasons to ask again. What the house rules hide stays hidden: where
they let an officer know that a message exists, he learns of it without content; else he learns nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from comity.agreements import Part
from comity.desks.cases import marks, rules
from comity.desks.cases.marked import SubjectMark
from comity.desks.cases.models import Addressee, CaseMessage, Standing
from comity.desks.cases.visibility import visible_messages
from comity.messages import Message
from comity.node.officers.models import Officer

LOOKED_BACK: Final = timedelta(days=365)
MOST: Final = 5
_READ: Final = 200  # marks; one that many requests share says little about each


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier request about the same subject.

    Attributes:
        message: with its case; `None` where the officer may know that there is one, and no more.
        at: when it was sent or came, UTC.
        partners: those with whom it was exchanged and to whom the new one would go, or from whom it came.
        incoming: whether a partner asked us.
        asker: id of who asked them, where it came here as a copy; else empty.
        subjects: captions of those that both name.
    """

    message: CaseMessage | None
    at: datetime
    partners: tuple[str, ...]
    incoming: bool
    subjects: tuple[str, ...] = ()
    asker: str = ""


def before_sending(message: Message, officer: Officer, *, at: datetime) -> tuple[Earlier, ...]:
    """Return requests about the same that went to these recipients or came from them; at most five queries.

    One that another authority of the state sent them, and that came here as a copy, is among them.
    """
    wanted = marks.of_message(message)
    if not wanted:
        return ()
    partners = {str(one) for one in message.head.recipients}
    met = _met(officer.authority, wanted, at)
    exchanged = _partners(met)
    named = {mark: about.subject.caption for about in message.subjects for mark in marks.of_subject(about.subject)}
    return _Known(officer, met).shown({key: partners & exchanged.get(key, set()) for key in met}, named)


def of_received(messages: Sequence[CaseMessage], officer: Officer) -> Mapping[int, tuple[Earlier, ...]]:
    """Return the earlier requests by the same partner for each request that came in.

    At most five queries, and two more where there are copies.
    """
    asked = [one for one in messages if one.incoming and one.kind in rules.ASKS and one.content]
    if not asked:
        return {}
    wanted = {one.pk: _captions(one) for one in asked}
    every = {mark for found in wanted.values() for mark in found}
    met = _met(officer.authority, every, max(one.arrived_at or one.sent_at for one in asked))
    exchanged = _partners(met)
    known = _Known(officer, met)
    return {one.pk: known.shown(_of_same_partner(one, met, exchanged, wanted[one.pk]), wanted[one.pk]) for one in asked}


def _of_same_partner(
    asked: CaseMessage, met: Mapping[int, set[bytes]], exchanged: Mapping[int, set[str]], wanted: Mapping[bytes, str]
) -> dict[int, set[str]]:
    """Return which of the messages came or went before with the partner that asked."""
    before = (key for key, held in met.items() if key < asked.pk and held & wanted.keys())
    return {key: {asked.originator} & exchanged.get(key, set()) for key in before}


def _captions(message: CaseMessage) -> dict[bytes, str]:
    content = message.content or {}
    subjects = content.get("subjects", ())
    found = marks.of_content(content)
    named = [one["caption"] for one in subjects] if len(found) == len(subjects) else [""]
    return {mark: caption for group, caption in zip(found, named, strict=True) for mark in group}


def _met(authority: str, wanted: Collection[bytes], at: datetime) -> dict[int, set[bytes]]:
    """Return which messages bear which of these marks, the newest first; one query."""
    found = SubjectMark.objects.filter(
        authority=authority, mark__in=list(wanted), message__sent_at__gte=at - LOOKED_BACK
    )
    met: dict[int, set[bytes]] = {}
    for key, mark in found.order_by("-message_id").values_list("message_id", "mark")[:_READ]:
        met.setdefault(key, set()).add(bytes(mark))
    return met


def _partners(met: Collection[int]) -> dict[int, set[str]]:
    """Return with whom these messages were exchanged, of a copy to whom it was addressed too; at most four queries."""
    found: dict[int, set[str]] = {}
    came = list(CaseMessage.objects.filter(pk__in=met, incoming=True).values_list("pk", "originator", "copied"))
    for key, partner, _copied in came:
        found.setdefault(key, set()).add(partner)
    for copy in CaseMessage.objects.filter(pk__in=[key for key, _partner, copied in came if copied], erased=False):
        found[copy.pk].update((copy.content or {}).get("asked", ()))
    for key, partner in Addressee.objects.filter(message__in=met).values_list("message", "authority"):
        found.setdefault(key, set()).add(partner)
    return found


class _Known:
    """What of these messages the officer may know; two queries."""

    def __init__(self, officer: Officer, met: Mapping[int, set[bytes]]) -> None:
        every = CaseMessage.objects.filter(pk__in=met, erased=False).exclude(standing=Standing.WITHDRAWN)
        known = visible_messages(officer, every, part=Part.METADATA).select_related("case").order_by("-pk")
        self._known = list(known) if met else []
        self._read = set(visible_messages(officer, every).values_list("pk", flat=True)) if met else set()
        self._met = met

    def shown(self, found: Mapping[int, set[str]], named: Mapping[bytes, str]) -> tuple[Earlier, ...]:
        """Return some of them, the newest first: with whom each was exchanged, and what the marks are called."""
        return tuple(self._earlier(one, found[one.pk], named) for one in self._known if found.get(one.pk))[:MOST]

    def _earlier(self, one: CaseMessage, partners: set[str], named: Mapping[bytes, str]) -> Earlier:
        readable = one.pk in self._read
        captions = (named.get(mark, "") for mark in sorted(self._met[one.pk])) if readable else ()
        return Earlier(
            message=one if readable else None,
            at=one.arrived_at or one.sent_at,
            partners=tuple(sorted(partners)),
            incoming=one.incoming,
            subjects=tuple(dict.fromkeys(filter(None, captions))),
            asker=one.originator if one.copied else "",
        )
