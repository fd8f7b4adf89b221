"""Searching, and what an office keeps about a case for itself: notes, and its end."""

from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases import actions, keeping, searching
from comity.desks.cases.api.bearer import reader, writer
from comity.desks.cases.api.bodies import NothingBody, Strict
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import MISSING, REFUSALS, KindCode, Number
from comity.desks.cases.api.shapes import Place, Problem, RowId
from comity.desks.cases.api.writing import ACT, Key
from comity.desks.cases.filters import Filter
from comity.desks.cases.models import Case, CaseNote
from comity.node.officers.models import Officer

router = Router()

PartnerId = Annotated[str, Field(pattern=r"^[a-z]{2}\.[a-z][a-z0-9-]{0,29}$")]


class SearchBody(Strict):
    """What is looked for, as in the search box; by POST, so that no name stands in an address or a log."""

    text: str = Field(min_length=1, max_length=searching.MAX_QUERY)
    kind: KindCode | None = None
    partner: PartnerId | None = None
    page: Place = 1


class Hit(Schema):
    """A message that was found."""

    message: RowId
    case: RowId
    reference: str
    kind: str
    passage: str = Field(description="Where it was found.")


class Found(Schema):
    """One page of what was found, the newest first."""

    hits: list[Hit]
    pages: int
    more: bool = Field(description="Whether there is more than can be shown: narrow the search.")
    understood: bool = Field(description="False where nothing of the text can be looked for.")


class NoteBody(Strict):
    """A note for colleagues; it stays at home."""

    text: str = Field(min_length=1, max_length=keeping.MAX_NOTE)


class NoteShape(Schema):
    """A note; struck out, it has no text."""

    id: RowId
    author: str
    at: datetime
    text: str
    struck_at: datetime | None


class NoteList(Schema):
    """The notes of a case, the newest first."""

    notes: list[NoteShape]


class Noted(Schema):
    """A note that was kept."""

    case: RowId
    note: RowId


class CloseBody(Strict):
    """The end of a case."""

    why: str = Field(default="", max_length=keeping.MAX_WHY, description="In a few words; for colleagues.")


class Ended(Schema):
    """Whether a case is closed now."""

    case: RowId
    closed: bool


@router.post(
    "/search",
    response={200: Found, **REFUSALS, 411: Problem, 413: Problem, 415: Problem},
    operation_id="search",
    url_name="search",
)
def search(request: HttpRequest, body: SearchBody) -> Found:
    """Search messages by their words. That it was searched is recorded, not for what; nothing is changed."""
    officer = reader(request)
    chosen = Filter(kind=body.kind or "", partner=body.partner or "")
    results = searching.search(officer, body.text, chosen, body.page)
    actions.note_search(officer, at=timezone.now(), hits=len(results.hits) + len(results.notes))
    return Found(
        hits=[
            Hit(
                message=one.message.pk,
                case=one.message.case_id,
                reference=one.message.case.reference,
                kind=one.message.kind,
                passage="".join(piece.text for piece in one.pieces),
            )
            for one in results.hits
        ],
        pages=results.page.paginator.num_pages,
        more=results.more,
        understood=results.understood,
    )


@router.get("/cases/{case_id}/notes", response={200: NoteList, **MISSING}, operation_id="list_notes", url_name="notes")
def notes(request: HttpRequest, case_id: Number) -> NoteList:
    """List what colleagues noted about a case."""
    try:
        found = keeping.kept(reader(request), case_id).notes
    except Case.DoesNotExist:
        raise Http404 from None
    return NoteList(
        notes=[
            NoteShape(id=one.pk, author=str(one.author), at=one.at, text=one.text, struck_at=one.struck_at)
            for one in found
        ]
    )


@router.post("/cases/{case_id}/notes", response={201: Noted, **ACT}, operation_id="add_note", url_name="notes")
def add_note(request: HttpRequest, case_id: Number, key: Key, body: NoteBody) -> HttpResponse:
    """Note something about a case for colleagues; it stays at home."""
    officer = writer(request)
    return once(request, key, lambda at: _noted(officer, case_id, body.text, at))


def _noted(officer: Officer, case_id: int, text: str, at: datetime) -> Answer:
    case = own_case(officer, case_id)
    made = actions.add_note(case, text, officer, at=at)
    if not isinstance(made, CaseNote):
        return refusal("not-valid", faults=(Fault("/text", _("Write the note first.")),), kept=False)
    return Answer(201, Noted(case=case.pk, note=made.pk).model_dump(mode="json"))


@router.delete(
    "/cases/{case_id}/notes/{note_id}", response={200: Noted, **ACT}, operation_id="strike_note", url_name="note"
)
def strike(request: HttpRequest, case_id: Number, note_id: Number, key: Key) -> HttpResponse:
    """Strike a note out: its words are gone, that there was one stays. Of a colleague's, a supervisor may."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = own_case(officer, case_id)
        note = CaseNote.objects.filter(case=case, pk=note_id).select_related("case").first()
        if note is None:
            raise Http404
        if not actions.strike_note(note, officer, at=at):
            return refusal("too-late")
        return Answer(200, Noted(case=case.pk, note=note.pk).model_dump(mode="json"))

    return once(request, key, act)


@router.post("/cases/{case_id}/close", response={200: Ended, **ACT}, operation_id="close_case", url_name="close")
def close(request: HttpRequest, case_id: Number, key: Key, body: CloseBody) -> HttpResponse:
    """Close a case in which nothing waits any more. What arrives in it later opens it again."""
    officer = writer(request)
    return once(request, key, lambda at: _closed(officer, case_id, body.why, at))


def _closed(officer: Officer, case_id: int, why: str, at: datetime) -> Answer:
    case = own_case(officer, case_id)
    done = actions.close(case, why, officer, at=at)
    if isinstance(done, Case):
        return Answer(200, Ended(case=case.pk, closed=True).model_dump(mode="json"))
    if done.rule != "open":
        return refusal("too-late")
    text = ngettext(
        "%(n)s message in it still waits for an answer: answer, refuse or withdraw it first.",
        "%(n)s messages in it still wait for an answer: answer, refuse or withdraw them first.",
        done.count,
    )
    return refusal("too-late", detail=text % {"n": done.count})


@router.post("/cases/{case_id}/reopen", response={200: Ended, **ACT}, operation_id="reopen_case", url_name="reopen")
def reopen(request: HttpRequest, case_id: Number, key: Key, body: NothingBody) -> HttpResponse:  # noqa: ARG001 - it holds nothing
    """Open a closed case again."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = own_case(officer, case_id)
        if not isinstance(actions.reopen(case, officer, at=at), Case):
            return refusal("too-late")
        return Answer(200, Ended(case=case.pk, closed=False).model_dump(mode="json"))

    return once(request, key, act)


def own_case(officer: Officer, case_id: int) -> Case:
    """Return a case of the officer's authority; to anybody who may read nothing in it, it does not exist."""
    try:
        return keeping.case_for(officer, case_id)
    except Case.DoesNotExist:
        raise Http404 from None
