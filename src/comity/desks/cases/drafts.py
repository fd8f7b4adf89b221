"""What is being written: an officer's own drafts, and what waits for the approval of a second officer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import words
from comity.desks.cases.models import OPEN_DRAFTS, Case, CaseMessage, DraftState, StoredDraft
from comity.desks.cases.reads import visible_to
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty

ROUTES: Final = {
    "answer": "cases:answer",
    "refusal": "cases:refuse",
    "reminder": "cases:remind",
    "correction": "cases:correct",
    "withdrawal": "cases:withdraw",
    "clarification": "cases:clarify",
    "supplement": "cases:supplement",
    "hit": "cases:hit",
    "consent-request": "cases:ask_consent",
    "consent": "cases:consent",
    "acknowledgement": "cases:acknowledge",
}
"""Where each kind that refers to a message is written."""

ENTERED: Final = {"request": "entered", "assistance": "entered-assistance"}
"""Kind of a draft of what came outside the exchange, by the kind of message that came in and that it becomes."""
_BEGUN: Final = {
    "request": "cases:new",
    "assistance": "cases:assist",
    ENTERED["request"]: "cases:enter",
    ENTERED["assistance"]: "cases:enter_assistance",
}


@dataclass(frozen=True, slots=True)
class DraftView:
    """One draft as lists show it."""

    draft: StoredDraft
    address: str
    title: str
    reference: str
    approved: int

    @property
    def kind(self) -> Any:  # noqa: ANN401 - a lazy text
        """The kind of message in words."""
        return _("Call or letter") if self.draft.kind in ENTERED.values() else words.word(words.KINDS, self.draft.kind)

    @property
    def state(self) -> Any:  # noqa: ANN401 - a lazy text
        """The state in words."""
        return words.word(words.DRAFT_STATES, self.draft.state)

    @property
    def tone(self) -> str:
        """The tone that repeats the word."""
        return {"waiting": "info", "returned": "warning", "leaving": "info"}.get(self.draft.state, "")

    @property
    def symbol(self) -> str:
        """The icon that repeats the word."""
        return {"waiting": "hourglass", "returned": "arrow-back-up", "leaving": "send"}.get(self.draft.state, "edit")


@dataclass(frozen=True, slots=True)
class Leaving:
    """What can still be called back, as a band shows it.

    Attributes:
        draft: which one.
        count: how many partners it goes to; 0 where its form names none, since it goes back to who wrote.
        left_ms: until it leaves, in milliseconds; negative when it should have left.
    """

    draft: StoredDraft
    count: int
    left_ms: int

    @classmethod
    def of(cls, draft: StoredDraft, at: datetime) -> "Leaving":
        """Return one that leaves, as seen at a time in UTC."""
        left = (draft.leaves_at - at).total_seconds() if draft.leaves_at else 0.0
        return cls(draft, len(draft.data.get("recipients", ())), round(left * 1000))

    @property
    def kind(self) -> Any:  # noqa: ANN401 - a lazy text
        """The kind of message in words."""
        return words.word(words.KINDS, self.draft.kind)

    @property
    def title(self) -> str:
        """Whom it names, else whom the message names that it is about."""
        return self.draft.caption or (self.draft.about.caption if self.draft.about else "")


def own(officer: Officer) -> QuerySet[StoredDraft]:
    """Return everything this officer is the author of, in the authority for which he acts now."""
    if not officer.may(Duty.WRITE_MESSAGES):
        return StoredDraft.objects.none()
    return StoredDraft.objects.filter(author=officer, authority=officer.authority).select_related("about__case", "case")


def draft_for(officer: Officer, draft_id: int) -> StoredDraft:
    """Load an own draft (raises `StoredDraft.DoesNotExist`, for others' too)."""
    return own(officer).get(pk=draft_id)


def to_approve(officer: Officer) -> QuerySet[StoredDraft]:
    """Return what waits for this officer's approval: of others of his authority, about nothing hidden from him."""
    if not officer.may(Duty.APPROVE):
        return StoredDraft.objects.none()
    return (
        StoredDraft.objects.filter(authority=officer.authority, state=DraftState.WAITING)
        .filter(Q(about__isnull=True) | Q(about__in=visible_to(officer)))
        .exclude(author=officer)
        .exclude(approvals__officer=officer)
        .select_related("author", "about__case", "case")
        .order_by("submitted_at")
    )


def approval_for(officer: Officer, draft_id: int) -> StoredDraft:
    """Load what waits for this officer's approval (raises `StoredDraft.DoesNotExist`)."""
    return to_approve(officer).get(pk=draft_id)


def listed(drafts: QuerySet[StoredDraft], *, approving: bool = False) -> tuple[DraftView, ...]:
    """Return drafts as a list shows them; two queries, however many."""
    return tuple(
        DraftView(
            draft=one,
            address=reverse("cases:approval", args=[one.pk]) if approving else address_of(one),
            title=one.caption or (one.about.caption if one.about else ""),
            reference=_reference(one),
            approved=one.given,
        )
        for one in drafts.annotate(given=Count("approvals"))
    )


def open_own(officer: Officer) -> tuple[DraftView, ...]:
    """Return what this officer has begun and not sent, newest first."""
    return listed(own(officer).filter(state__in=OPEN_DRAFTS).order_by("-saved_at"))


def waiting_for(officer: Officer) -> int:
    """Count what waits for this officer: approvals to give, and drafts that came back."""
    return to_approve(officer).count() + own(officer).filter(state=DraftState.RETURNED).count()


def stamp(officer: Officer) -> str:
    """Return a text that changes whenever these lists may have changed."""
    newest = own(officer).filter(state__in=OPEN_DRAFTS).order_by("-saved_at").values_list("saved_at", flat=True).first()
    return f"{waiting_for(officer)}-{_second(newest)}"


def _second(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0


def begun_at(kind: str) -> str:
    """Return where a message of a kind that refers to none is written."""
    return reverse(_BEGUN.get(kind, "cases:inform"))


def address_of(draft: StoredDraft) -> str:
    """Return where an own draft is written on, or looked at while it waits."""
    if draft.state in {DraftState.WAITING, DraftState.LEAVING}:
        return reverse("cases:draft", args=[draft.pk])
    if draft.about_id is not None:
        return reverse(ROUTES[draft.kind], args=[draft.about_id])
    return f"{begun_at(draft.kind)}?draft={draft.pk}"


def address_for(draft: StoredDraft, officer: Officer) -> str:
    """Return where this officer reads a draft: its author as in `address_of`, who has to approve it there."""
    own = draft.author_id == officer.pk
    return address_of(draft) if own else reverse("cases:approval", args=[draft.pk])


def case_of(draft: StoredDraft) -> Case | None:
    """Return the case a draft belongs to; `None` for one that will open its own."""
    return draft.about.case if draft.about is not None else draft.case


def _reference(draft: StoredDraft) -> str:
    case = case_of(draft)
    return case.reference if case is not None else ""


def written_about(messages: list[CaseMessage]) -> dict[int, tuple[StoredDraft, ...]]:
    """Return what waits for approval about each of these messages, for the page of their case; one query."""
    found: dict[int, list[StoredDraft]] = {}
    for one in StoredDraft.objects.filter(
        about__in=[message.pk for message in messages], state=DraftState.WAITING
    ).select_related("author"):
        found.setdefault(one.about_id or 0, []).append(one)
    return {key: tuple(value) for key, value in found.items()}
