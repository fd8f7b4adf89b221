"""What the pages of the case desk show. Everything starts from `visible_to`: there is no other way to a message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.core.paginator import Page
from django.db.models import Case as Case_
from django.db.models import Max, QuerySet, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comity.desks.cases import (
    asked_before,
    beside,
    consents,
    escalations,
    holders,
    restrictions,
    scarce,
    tabs,
    taken_up,
    words,
)
from comity.desks.cases.clock import Turn
from comity.desks.cases.delivered import Delivery, deliveries
from comity.desks.cases.due import clock_of
from comity.desks.cases.facts import SubjectView, subjects_of
from comity.desks.cases.filters import AWAITED, BY_DUE, Filter
from comity.desks.cases.models import (
    Addressee,
    Approval,
    Candidate,
    Case,
    CaseMessage,
    DraftState,
    StoredDraft,
    Verdict,
    open_bodies,
)
from comity.desks.cases.moments import Moment, of_entered, of_escalations, of_passed
from comity.desks.cases.paging import CappedPaginator, NarrowedPaginator
from comity.desks.cases.questions import QuestionView, questions_of
from comity.desks.cases.rules import ASKS, REFERRING, acts_on, may_be_answered, may_be_hit, may_be_supplied
from comity.desks.cases.visibility import visible_messages
from comity.node.exchange import attachments, reading
from comity.node.exchange.models import Receipt
from comity.node.officers.models import Officer

PAGE: Final = 50
FIRST: Final = 25  # of a list on the home page; the rest is a click away
EVERYTHING: Final = Filter()
LIFE_AT_RISK: Final = "life-at-risk"
_ON_ITS_WAY: Final = (DraftState.WAITING, DraftState.LEAVING)
_WHAT: Final = {
    # Translators: entries of a case's timeline; nouns serve best where words have a gender
    "received": pgettext_lazy("what happened", "Received"),
    "opened": pgettext_lazy("what happened", "Opened"),
    "sent": pgettext_lazy("what happened", "Sent"),
    "approved": pgettext_lazy("what happened", "Approved"),
}


def visible_to(officer: Officer) -> QuerySet[CaseMessage]:
    """Return the messages whose content this officer may read: the one door of this desk."""
    return visible_messages(officer, CaseMessage.objects.all())


def message_for(officer: Officer, message_id: int) -> CaseMessage:
    """Load and authorise in one step.

    Raises:
        CaseMessage.DoesNotExist: it is absent, or not for this officer; the two look the same.
    """
    return visible_to(officer).select_related("case", "written_by", "read_by").get(pk=message_id)


def candidate_for(officer: Officer, candidate_id: int) -> Candidate:
    """Load and authorise a candidate through its message (raises `Candidate.DoesNotExist`)."""
    return Candidate.objects.select_related("message").get(pk=candidate_id, message__in=visible_to(officer))


@dataclass(frozen=True, slots=True)
class Home:
    """What waits on the desk: the first of each list, and how many there are in all."""

    new: tuple[CaseMessage, ...]
    counts: tuple[tuple[tabs.Tab, int], ...]
    travelling: tuple[CaseMessage, ...]
    waiting: int = 0
    on_the_way: int = 0


def home(officer: Officer) -> Home:
    """Return what is due and new, urgent and overdue first, and what partners have not yet received."""
    seen = visible_to(officer)
    due = _listed(seen.filter(tabs.DUE))
    # Asked for by themselves, so that an urgent message is found though a hundred thousand others came after it.
    first = Case_(When(urgency=LIFE_AT_RISK, then=0), default=1)
    urgent = tuple(due.exclude(tabs.NOT_URGENT).order_by(first, *BY_DUE)[:FIRST])
    fresh = (*urgent, *due.filter(tabs.NOT_URGENT).order_by(*BY_DUE)[: max(0, FIRST - len(urgent))])
    counts = {tab.key: (tab, seen.filter(tab.filter(officer)).count()) for tab in tabs.of(officer)[1:-2]}
    waiting = Addressee.objects.filter(note_id__in=reading.on_the_way(officer.authority)).values_list("message")
    travelling = _listed(seen.filter(pk__in={key for (key,) in waiting}))
    return Home(
        new=fresh,
        counts=tuple(counts.values()),
        travelling=tuple(travelling[:FIRST]),
        waiting=counts["open"][1] + seen.filter(tabs.NEW_BESIDE).count(),
        on_the_way=travelling.count(),
    )


def _listed(messages: QuerySet[CaseMessage]) -> QuerySet[CaseMessage]:
    """Return messages as a list shows them, newest first, with case and addressees in two further queries.

    What they say is left where it is: no list shows it.
    """
    return messages.select_related("case__holder").prefetch_related("addressees").defer("kept").order_by("-id")


def waiting_for(officer: Officer) -> int:
    """Count what nobody here has opened yet: the number beside the desk's name."""
    return visible_to(officer).filter(tabs.TABS[1].condition).count()


def stamp(officer: Officer) -> str:
    """Return a text that changes whenever the officer's lists may have changed; cheap enough to ask each second."""
    newest = visible_to(officer).order_by("-id").values_list("id", flat=True).first() or 0
    receipt = Receipt.objects.order_by("-id").values_list("id", flat=True).first() or 0
    new = visible_to(officer).filter(tabs.TABS[1].condition).count()
    held = Case.objects.filter(authority=officer.authority).aggregate(last=Max("held_since"))["last"]
    return f"{newest}-{receipt}-{new}-{held.timestamp() if held else 0}"


def listed(officer: Officer, tab: tabs.Tab, chosen: Filter) -> QuerySet[CaseMessage]:
    """Return what a tab shows under a filter: what waits by its due time, the rest newest first."""
    found = visible_to(officer).filter(tab.filter(officer), chosen.condition(officer.pk))
    if (ids := scarce.few(chosen, officer.authority, officer.pk)) is not None:
        found = found.filter(scarce.among(ids))
    return _listed(found).order_by(*chosen.order(by_due=tab.by_due))


def page(officer: Officer, key: str, number: object, chosen: Filter = EVERYTHING) -> tuple[tabs.Tab, Page[CaseMessage]]:
    """Return one page of one tab of the list."""
    tab = tabs.tab_of(key)
    found = listed(officer, tab, chosen)
    if chosen == EVERYTHING:
        return tab, CappedPaginator(found, PAGE).get_page(number)  # type: ignore[arg-type] # Django takes what a query holds
    keys = found.prefetch_related(None).values_list("pk", flat=True)
    parts = [keys]
    if chosen.is_due_first(by_due=tab.by_due):  # in two parts, each by an index: sorting everything takes too long
        parts = [keys.filter(AWAITED).order_by(*BY_DUE), keys.exclude(AWAITED).order_by("-id")]
    load = _listed(visible_to(officer))
    paginator = NarrowedPaginator(parts, PAGE, lambda some: load.filter(pk__in=some).order_by())
    return tab, paginator.get_page(number)  # type: ignore[arg-type] # as above


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a message: whether it is here, how much of it, and why not if the partner does not give it."""

    title: str
    size: int
    sha256: str
    here: bool
    part: float
    code: str

    @property
    def percent(self) -> str:
        """How much of it has arrived."""
        return f"{int(self.part * 100)} %"


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message of a case with all that a page shows of it.

    `acts` are the kinds of message that can be written about it now; `changed_by` is the correction or withdrawal of it
    that came last, `changes` what it refers to itself where that is no answer. `questions` are those of a request, or
    the refused ones of an answer; `turns` tell by partner when the clock of a request stopped and went on;
    `consents` are the uses asked for, each with the owner's last word; `taken_up` is our acknowledgement of it, and
    `asked` what an answer answers, `earlier` the same request by the same partner, `at_home` what no partner got.
    """

    message: CaseMessage
    subjects: tuple[SubjectView, ...]
    deliveries: tuple[Delivery, ...]
    acts: tuple[str, ...] = ()
    changed_by: CaseMessage | None = None
    changes: CaseMessage | None = None
    waiting: tuple[StoredDraft, ...] = ()
    approvals: tuple[Approval, ...] = ()
    files: tuple[FileView, ...] = ()
    questions: tuple[QuestionView, ...] = ()
    turns: tuple[tuple[str, Turn], ...] = ()
    consents: tuple[tuple[CaseMessage, CaseMessage | None], ...] = ()
    taken_up: CaseMessage | None = None
    asked: CaseMessage | None = None
    earlier: tuple[asked_before.Earlier, ...] = ()
    at_home: beside.Beside = beside.NOTHING

    @property
    def content(self) -> dict[str, Any]:
        """What the message says; empty once erased."""
        return self.message.content or {}

    @property
    def hits(self) -> bool:
        """Whether a record was confirmed of which the partner can be told by a hit notification."""
        return may_be_hit(self.message) and any(
            item.verdict == Verdict.SAME for one in self.subjects for item in one.candidates
        )

    @property
    def undecided(self) -> int:
        """How many candidates wait for a person."""
        return sum(1 for one in self.subjects for item in one.candidates if item.verdict == Verdict.OPEN)


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything on the page of a case."""

    case: Case
    messages: tuple[MessageView, ...]
    timeline: tuple[Moment, ...]
    handling: tuple[str, ...]
    open_request: CaseMessage | None
    open_question: CaseMessage | None
    stamp: str = ""
    conditions: tuple[str, ...] = field(default=())


def case_page(officer: Officer, case_id: int) -> CasePage:
    """Return a case with the messages that this officer may read.

    Raises:
        Case.DoesNotExist: there is none, or none of its messages is for this officer.
    """
    seen = list(
        visible_to(officer)
        .filter(case=case_id)
        .select_related(
            "case__holder", "written_by", "read_by", "entered__taken_by", "entered__entered_by", "picked_from"
        )
        .order_by("sent_at", "id")
    )
    if not seen:
        raise Case.DoesNotExist
    return _page_of(officer, seen)


def _page_of(officer: Officer, seen: Sequence[CaseMessage]) -> CasePage:
    open_bodies(seen)
    earlier = asked_before.of_received(seen, officer)
    copies = taken_up.beside(deliveries([one for one in seen if not one.incoming]), seen)
    proposals = list(
        Candidate.objects.filter(message__in=[one.pk for one in seen])
        .select_related("decided_by")
        .order_by("-score", "id")
    )
    waiting, approved = _around(seen)
    told, home = escalations.of(seen), beside.of(seen)
    by_root = {bytes(one.msg).hex(): one for one in seen}
    views = tuple(
        MessageView(
            one,
            subjects_of(one, [item for item in proposals if item.message_id == one.pk]),
            copies.get(one.pk, ()),
            acts=acts_on(one),
            changed_by=_changed_by(one, seen),
            changes=by_root.get(one.in_reply_to) if one.kind in REFERRING else None,
            waiting=waiting.get(one.pk, ()),
            approvals=approved.get(one.pk, ()),
            files=_files(one),
            questions=questions_of(one, seen, by_root),
            consents=consents.of(one, seen),
            turns=_turns(one, seen, copies.get(one.pk, ())),
            taken_up=taken_up.ours(one, seen),
            asked=by_root.get(one.in_reply_to) if one.kind == "answer" else None,
            earlier=earlier.get(one.pk, ()),
            at_home=home.get(one.pk, beside.NOTHING),
        )
        for one in seen
    )
    return CasePage(
        case=seen[0].case,
        messages=views,
        timeline=timeline(views, proposals, [*of_escalations(told), *of_passed(holders.of(seen[0].case_id))]),
        handling=tuple(sorted({code for one in seen for code in one.handling})),
        conditions=tuple(dict.fromkeys(text for one in seen for text in restrictions.in_words(one.content))),
        open_request=next((one for one in seen if may_be_answered(one)), None),
        open_question=next((one for one in seen if one.incoming and may_be_supplied(one)), None),
        stamp=f"{case_stamp(views)}-{seen[0].case.holder_id or ''}-{len(told)}",
    )


def _turns(
    request: CaseMessage, seen: Sequence[CaseMessage], copies: Iterable[Delivery]
) -> tuple[tuple[str, Turn], ...]:
    if request.kind not in ASKS:
        return ()
    asked = (
        [(request.originator, request.limit_at)]
        if request.incoming
        else [(one.authority, one.limit_at) for one in copies if not one.copied]
    )
    clocks = ((partner, clock_of(request, partner, limit_at, seen)) for partner, limit_at in asked)
    return tuple((partner, turn) for partner, found in clocks if found is not None for turn in found.turns)


def _changed_by(message: CaseMessage, seen: Sequence[CaseMessage]) -> CaseMessage | None:
    """Return the last correction or withdrawal of a message by its own originator."""
    root = bytes(message.msg).hex()
    found = [
        one
        for one in seen
        if one.in_reply_to == root
        and one.kind in {"correction", "withdrawal"}
        and (one.originator, one.incoming) == (message.originator, message.incoming)
    ]
    return found[-1] if found and message.standing else None


def _files(message: CaseMessage) -> tuple[FileView, ...]:
    """Return the files of a message; one query, and none where it has no files."""
    named = (message.content or {}).get("attachments", [])
    if not named:
        return ()
    held = {one.sha256.hex(): one for one in attachments.state(bytes(message.msg))}
    return tuple(_file(one, held.get(one.get("sha256", ""))) for one in named)


def _file(named: dict[str, Any], held: attachments.Held | None) -> FileView:
    return FileView(
        title=named["title"],
        size=named["size"],
        sha256=named.get("sha256", ""),
        here=held is not None and held.complete,
        part=held.bytes_here / held.size_bytes if held is not None and held.size_bytes else 0.0,
        code=held.code if held is not None else "",
    )


def _around(
    seen: Sequence[CaseMessage],
) -> tuple[dict[int, tuple[StoredDraft, ...]], dict[int, tuple[Approval, ...]]]:
    """Return what waits for approval or leaves about each message, and who approved it; two queries."""
    ids = [one.pk for one in seen]
    waiting: dict[int, tuple[StoredDraft, ...]] = {}
    for draft in StoredDraft.objects.filter(about__in=ids, state__in=_ON_ITS_WAY).select_related("author"):
        waiting[draft.about_id or 0] = (*waiting.get(draft.about_id or 0, ()), draft)
    approved: dict[int, tuple[Approval, ...]] = {}
    for one in Approval.objects.filter(draft__message__in=ids).select_related("officer", "draft").order_by("id"):
        approved[one.draft.message_id or 0] = (*approved.get(one.draft.message_id or 0, ()), one)
    return waiting, approved


def case_stamp(views: Sequence[MessageView]) -> str:
    """Return a text that changes when something on the page of a case has changed."""
    parts = [
        f"{one.pk}{one.state}{one.standing}{[draft.state for draft in view.waiting]}{one.due_at}"
        for view, one in ((view, view.message) for view in views)
    ]
    parts += [
        f"{one.authority}{one.state}{one.reply}{one.due_at}{one.still_since}"
        for view in views
        for one in view.deliveries
    ]
    parts += [f"{one.here:d}{one.part:.2f}{one.code}" for view in views for one in view.files]
    parts += [f"{item.pk}{item.verdict}" for view in views for one in view.subjects for item in one.candidates]
    return "-".join(parts)


def timeline(
    views: Sequence[MessageView], candidates: Sequence[Candidate], others: Sequence[Moment]
) -> tuple[Moment, ...]:
    """Return what happened in a case, newest first; `others` is what belongs to no message."""
    moments = list(others)
    for view in views:
        one = view.message
        kind = words.word(words.KINDS, one.kind)
        if one.channel:
            moments += of_entered(one, str(kind))
        elif one.incoming:
            moments.append(Moment(one.arrived_at or one.sent_at, "inbox", _WHAT["received"], one.originator, str(kind)))
            if one.read_at:
                moments.append(Moment(one.read_at, "eye", _WHAT["opened"], str(one.read_by or ""), str(kind)))
        else:
            moments.append(Moment(one.sent_at, "send", _WHAT["sent"], str(one.written_by or one.originator), str(kind)))
            moments += [
                Moment(min(by.at, one.sent_at), "users", _WHAT["approved"], str(by.officer), str(kind))
                for by in view.approvals
            ]
        for copy in view.deliveries:
            if copy.stored_at:
                moments.append(Moment(copy.stored_at, "check", _("Receipt of storage"), copy.authority, str(kind)))
            if copy.read_at:
                moments.append(Moment(copy.read_at, "checks", _("Receipt of reading"), copy.authority, str(kind)))
        moments += [Moment(turn.at, "clock", words.word(words.CLOCK_STEPS, turn.step), who) for who, turn in view.turns]
    for item in candidates:
        if item.decided_at:
            text = _("Confirmed as the same") if item.verdict == Verdict.SAME else _("Decided not to be the same")
            moments.append(Moment(item.decided_at, "scale", text, str(item.decided_by or ""), item.record_reference))
    return tuple(sorted(moments, key=lambda moment: moment.at, reverse=True))


def deadline_of(seconds: int | None) -> datetime | None:
    """Return a deadline given in seconds since 1970 as a time in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
