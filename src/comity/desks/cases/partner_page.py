"""One partner: how to reach its people, how the exchange goes in both directions, what is open, what to compare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from comity.desks.cases import due, rules
from comity.desks.cases.choices import in_language
from comity.desks.cases.models import Addressee, CaseMessage, Standing, State
from comity.desks.cases.partners import PartnerView, partners
from comity.desks.cases.reads import visible_to
from comity.directory.card import spoken
from comity.directory.member import ContactPoint, Hours, Member
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.node.partners.models import Head
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError

LOOKED_BACK: Final = timedelta(days=90)
MOST: Final = 300
"""So many requests each way are looked at, the newest; a thousand tell hardly more and take three times as long."""
SHOWN: Final = 10
_MONDAY: Final = date(2024, 1, 1)  # any Monday: opening hours name days of the week


@dataclass(frozen=True, slots=True)
class Opening:
    """When a contact point answers on one day of the week, in its own time and in the reader's.

    Attributes:
        day: a day of that name, which the page shows as the name.
        there: from and to, local time of the contact point.
        here: the same in the node's zone; the day may be the one before or after.
    """

    day: date
    there: tuple[datetime, datetime]
    here: tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact point, with what time it is there and whether somebody answers now."""

    name: str
    phone: str
    email: str
    languages: tuple[str, ...]
    now_there: datetime
    is_open: bool
    hours: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class OnTime:
    """How many requests were answered in time, of those that were answered or are overdue, over `LOOKED_BACK`."""

    in_time: int = 0
    late: int = 0
    overdue: int = 0

    @property
    def counted(self) -> int:
        """Of how many requests something can be said."""
        return self.in_time + self.late + self.overdue

    @property
    def share(self) -> float | None:
        """Between 0 and 1; `None` where there was none."""
        return self.in_time / self.counted if self.counted else None


@dataclass(frozen=True, slots=True)
class LogView:
    """A log of the partner: what its keys sound like over the telephone, and how far we verified it."""

    name: str
    digits: str
    closed: bool
    size: int
    root: str
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """All of the page of a partner."""

    partner: PartnerView
    languages: tuple[str, ...]
    contacts: tuple[ContactView, ...]
    theirs: OnTime
    ours: OnTime
    owed_by_them: tuple[CaseMessage, ...]
    owed_by_us: tuple[CaseMessage, ...]
    identity: str
    expires: datetime
    door: str
    logs: tuple[LogView, ...]


def partner_page(officer: Officer, authority: str, language: str, *, at: datetime) -> PartnerPage | None:
    """Return the page of a member of the directory; `None` for what is none, or is the officer's own authority.

    Args:
        officer: whose authority exchanges with it; counts and lists hold what this officer may see.
        authority: id, as it stands in an address.
        language: of names.
        at: now, UTC.
    """
    found = next((one for one in partners(officer, language, at=at) if one.authority == authority), None)
    try:
        entry = members.directory().entry(AuthorityId.parse(authority))
    except (PartnersError, VocabularyError):
        return None
    if found is None or entry is None:
        return None
    asked, answered = _asked(officer, authority, at), _answered(officer, authority, at)
    asked_of_law = [one for one in asked if one.message.kind == "request"]  # for assistance the law sets no time
    return PartnerPage(
        partner=found,
        languages=entry.member.languages,
        contacts=tuple(_contact(one, language, at) for one in entry.member.contacts),
        theirs=_on_time(((None if one.still_since else one.due_at, one.replied_at) for one in asked_of_law), at),
        ours=_on_time(answered, at),
        owed_by_them=_soonest([one.message for one in asked if one.message.state == State.OPEN and not one.reply]),
        owed_by_us=_soonest(_waiting(officer, authority)),
        identity=spoken(entry.identity.fingerprint),
        expires=entry.expires,
        door=entry.member.tls_spki,
        logs=_logs(entry.member),
    )


def _contact(point: ContactPoint, language: str, at: datetime) -> ContactView:
    zone = ZoneInfo(point.zone)
    return ContactView(
        name=in_language(point.name, language),
        phone=point.phone,
        email=point.email,
        languages=point.languages,
        now_there=at.astimezone(zone),
        is_open=point.open_at(at),
        hours=tuple(_opening(one, zone) for one in point.hours),
    )


def _opening(hours: Hours, zone: ZoneInfo) -> Opening:
    day = _MONDAY + timedelta(days=hours.day - 1)
    opens = datetime.combine(day, hours.opens, zone)
    closes = datetime.combine(day, hours.closes, zone)
    if closes <= opens:  # midnight at the end of the day
        closes += timedelta(days=1)
    return Opening(day, (opens, closes), (timezone.localtime(opens), timezone.localtime(closes)))


def _asked(officer: Officer, partner: str, at: datetime) -> list[Addressee]:
    """Return our requests to a partner, for assistance too, with what it replied; two queries."""
    mine = visible_to(officer).filter(
        incoming=False, kind__in=rules.ASKS, circular=False, sent_at__gte=at - LOOKED_BACK
    )
    asked = Addressee.objects.filter(
        authority=partner, copied=False, message__in=mine.exclude(standing=Standing.WITHDRAWN)
    )
    newest = asked.order_by("-message").values_list("message", flat=True)[:MOST]
    return list(
        Addressee.objects.filter(authority=partner, message__in=list(newest))
        .select_related("message__case")
        .prefetch_related("message__addressees")
    )


def _answered(officer: Officer, partner: str, at: datetime) -> list[tuple[datetime | None, datetime | None]]:
    """Return (due, answered) of a partner's requests to us; two queries."""
    theirs = visible_to(officer).filter(
        incoming=True, kind="request", originator=partner, copied=False, arrived_at__gte=at - LOOKED_BACK
    )
    requests = list(theirs.exclude(standing=Standing.WITHDRAWN).order_by("-id")[:MOST])
    replies = CaseMessage.objects.filter(
        authority=officer.authority,
        incoming=False,
        kind__in=("answer", "refusal"),
        in_reply_to__in=[bytes(one.msg).hex() for one in requests],
    )
    newest_first = replies.order_by("-sent_at").values_list("in_reply_to", "kind", "kept", "sent_at")
    when = {  # of several the first that was final, which is written last
        root: sent
        for root, kind, kept, sent in newest_first
        if kind == "refusal" or (kept or {}).get("answer") != "interim"
    }
    return [(None if one.still_since else one.due_at, when.get(bytes(one.msg).hex())) for one in requests]


def _on_time(pairs: Iterable[tuple[datetime | None, datetime | None]], at: datetime) -> OnTime:
    in_time = late = overdue = 0
    for limit, done in pairs:
        if limit is None:
            continue
        if done is not None:
            in_time, late = in_time + (done <= limit), late + (done > limit)
        else:
            overdue += limit < at
    return OnTime(in_time, late, overdue)


def _waiting(officer: Officer, partner: str) -> list[CaseMessage]:
    # Said so that the index of what waits serves it: that of originators would read all that the partner ever sent.
    found = visible_to(officer).alias(who=Coalesce("originator", Value("")))
    found = found.filter(
        incoming=True, kind__in=rules.ASKS, circular=False, copied=False, who=partner, state__in=(State.NEW, State.OPEN)
    )
    return list(
        found.exclude(standing=Standing.WITHDRAWN)
        .select_related("case")
        .order_by(F("due_at").asc(nulls_last=True), "id")[:MOST]
    )


def _soonest(messages: Sequence[CaseMessage]) -> tuple[CaseMessage, ...]:
    """Return those due first; what has no time limit comes last."""
    never = datetime.max.replace(tzinfo=timezone.get_default_timezone())
    return tuple(sorted(messages, key=lambda one: (due.due_of(one) or never, one.pk))[:SHOWN])


def _logs(member: Member) -> tuple[LogView, ...]:
    heads = {one.log: one for one in Head.objects.filter(log__in=[str(name) for name in member.logs])}
    found = []
    for name, log in sorted(member.logs.items(), key=lambda item: str(item[0])):
        head = heads.get(str(name))
        found.append(
            LogView(
                name=str(name),
                digits=spoken(log.keys.fingerprint),
                closed=log.closed is not None,
                size=head.size if head else 0,
                root=bytes(head.root).hex() if head else "",
                verified_at=head.verified_at if head else None,
            )
        )
    return tuple(found)
