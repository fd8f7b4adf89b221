"""Notes, links, operation and end of a case: what stays in the office."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comity.desks.cases import actions, keeping
from comity.desks.cases.models import Case, CaseLink, CaseNote
from comity.desks.cases.views.pages import UNCHANGED, page_of, reader, writer
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty


@require_GET
def kept(request: HttpRequest, case_id: int) -> HttpResponse:
    """Return what is kept about a case, for the page that shows it."""
    officer = reader(request)
    try:
        found = keeping.kept(officer, case_id)
    except Case.DoesNotExist:
        raise Http404 from None
    if request.GET.get("stamp") == found.stamp:
        return HttpResponse(status=UNCHANGED)
    return page_of(
        request,
        "cases/kept.html#lists",
        kept=found,
        may_write=officer.may(Duty.WRITE_MESSAGES),
        supervises=officer.may(Duty.APPROVE),
    )


@require_POST
def notes(request: HttpRequest, case_id: int) -> HttpResponse:
    """Add a note, or strike one out."""
    officer, at = writer(request), timezone.now()
    case = _case(officer, case_id)
    if request.POST.get("step") == "strike":
        note = get_object_or_404(CaseNote.objects.select_related("case"), case=case, pk=_number(request, "note"))
        if actions.strike_note(note, officer, at=at):
            messages.success(request, _("The note is struck out; its words are gone."))
    elif isinstance(made := actions.add_note(case, request.POST.get("text", ""), officer, at=at), CaseNote):
        return _back(case, f"#note-{made.pk}")
    else:
        messages.error(request, _("Write the note first."))
    return _back(case, "#kept")


@require_POST
def links(request: HttpRequest, case_id: int) -> HttpResponse:
    """Link the case to another, or take a link away."""
    officer, at = writer(request), timezone.now()
    case = _case(officer, case_id)
    if request.POST.get("step") == "drop":
        found = keeping.kept(officer, case_id).links
        wanted = next((one.link for one in found if one.link.pk == _number(request, "link")), None)
        if wanted is None:
            raise Http404
        actions.unlink(wanted, case, officer, at=at)
        messages.success(request, _("The cases are no longer linked."))
        return _back(case, "#kept")
    made = actions.link(case, request.POST.get("reference", ""), request.POST.get("why", ""), officer, at=at)
    if isinstance(made, CaseLink):
        messages.success(request, _("The cases are linked."))
    else:
        messages.error(request, _LINK_FAULTS()[made.rule])
    return _back(case, "#kept")


@require_POST
def facts(request: HttpRequest, case_id: int) -> HttpResponse:
    """Name the operation, close the case or open it again."""
    officer, at = writer(request), timezone.now()
    case = _case(officer, case_id)
    step = request.POST.get("step")
    if step == "close":
        done = actions.close(case, request.POST.get("why", ""), officer, at=at)
        if isinstance(done, Case):
            messages.success(request, _("The case is closed. What arrives in it opens it again."))
        elif done.rule == "open":
            text = ngettext(
                "%(n)s message in it still waits for an answer: answer, refuse or withdraw it first.",
                "%(n)s messages in it still wait for an answer: answer, refuse or withdraw them first.",
                done.count,
            )
            messages.error(request, text % {"n": done.count})
    elif step == "reopen":
        if isinstance(actions.reopen(case, officer, at=at), Case):
            messages.success(request, _("The case is open again."))
    else:
        actions.name_operation(case, request.POST.get("operation", ""), officer, at=at)
        messages.success(request, _("The operation's name is kept."))
    return _back(case, "#kept")


def _LINK_FAULTS() -> dict[str, str]:  # noqa: N802  # a table in the reader's language
    return {
        "unknown": _("No case of yours bears this reference. Copy it from the other case's page."),
        "itself": _("This is the case itself. Give the other one's reference."),
        "empty": _("Say in a few words what the cases have to do with each other."),
        "repeated": _("These cases are linked already."),
    }


def _case(officer: Officer, case_id: int) -> Case:
    try:
        return keeping.case_for(officer, case_id)
    except Case.DoesNotExist:
        raise Http404 from None


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else 0  # noqa: PLR2004  # digits of a row's number


def _back(case: Case, place: str) -> HttpResponse:
    answer = redirect("cases:case", case_id=case.pk)
    answer["Location"] += place
    return answer
