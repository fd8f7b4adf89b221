"""The pages of the case desk: parse, call one read or action, render."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from comity.desks.cases import actions, choices, comparing, forms, partners, proofs, reads, rules, words
from comity.desks.cases.models import Candidate, Case, CaseMessage, Verdict
from comity.desks.cases.visibility import may_export
from comity.node.officers.models import Officer
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty

UNCHANGED = 204


def _reader(request: HttpRequest) -> Officer:
    return officer_of(request, Duty.READ_CASES)


def _writer(request: HttpRequest) -> Officer:
    return officer_of(request, Duty.WRITE_MESSAGES)


def _message(officer: Officer, message_id: int) -> CaseMessage:
    try:
        return reads.message_for(officer, message_id)
    except CaseMessage.DoesNotExist:
        raise Http404 from None


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:  # noqa: ANN401 - a template's context
    return render(request, template, {"active_desk": "cases", "fragment": "#" in template, **context})


@require_GET
@vary_on_headers("HX-Request")
def home(request: HttpRequest) -> HttpResponse:
    """Show what is new, what waits for an answer, and what is still on its way."""
    officer = _reader(request)
    if request.GET.get("stamp") == (stamp := reads.stamp(officer)):
        return HttpResponse(status=UNCHANGED)
    template = "cases/home.html#live" if "stamp" in request.GET else "cases/home.html"
    return _page(request, template, page=reads.home(officer), may_write=officer.may(Duty.WRITE_MESSAGES), stamp=stamp)


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show one tab of all messages."""
    officer = _reader(request)
    tab, page = reads.page(officer, request.GET.get("show", ""), request.GET.get("page"))
    return _page(
        request,
        "cases/list.html",
        tab=tab,
        tabs=reads.TABS,
        page=page,
        query=f"show={tab.key}&",
        may_write=officer.may(Duty.WRITE_MESSAGES),
    )


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Show what the search box finds; by POST, so that no name stands in an address or a log."""
    officer = _reader(request)
    text = request.POST.get("q", "")
    found = reads.search(officer, text)
    actions.note_search(officer, at=timezone.now(), hits=len(found))
    return _page(request, "cases/found.html", text=text, found=found)


@require_GET
def partner_list(request: HttpRequest) -> HttpResponse:
    """Show the partners and how the exchange with each is going."""
    officer = _reader(request)
    found = partners.partners(officer, get_language() or "en", at=timezone.now())
    return render(request, "cases/partners.html", {"active_desk": "partners", "partners": found})


@require_GET
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a case: its messages, what was found, how far each copy got. Opening it marks what is new as read."""
    officer = _reader(request)
    try:
        page = reads.case_page(officer, case_id)
        if request.GET.get("stamp") == page.stamp:
            return HttpResponse(status=UNCHANGED)
        # A hidden page does not ask (see frame.js): what arrives while the case is on the screen has been seen.
        if actions.open_case(page, officer, at=timezone.now()):
            page = reads.case_page(officer, case_id)
    except Case.DoesNotExist:
        raise Http404 from None
    template = "cases/case.html#live" if "stamp" in request.GET else "cases/case.html"
    return _page(request, template, page=page, may_write=officer.may(Duty.WRITE_MESSAGES))


def write_request(request: HttpRequest) -> HttpResponse:
    """Write a request: the form, the preview of who will be able to read it, and the sending."""
    officer = _writer(request)
    step = request.POST.get("step", "edit")
    draft = forms.Draft.read(
        request.POST if request.method == "POST" else None,
        choices.for_officer(officer, get_language() or "en"),
        checked=step in {"preview", "send"},
    )
    if request.method == "POST" and step.startswith("add:"):
        draft = draft.with_subject(step.removeprefix("add:"))
    elif request.method == "POST" and step.startswith("remove:"):
        draft = draft.without_subject(step.removeprefix("remove:"))
    elif step in {"preview", "send"} and draft.is_valid():
        preview = actions.preview_request(draft, officer, at=timezone.now())
        if step == "send" and preview.allowed:
            return _sent(request, actions.send_request(draft, officer, at=timezone.now()))
        return _page(request, "cases/preview.html", draft=draft, preview=preview)
    schemata = [(code, words.word(words.SCHEMATA, code), words.SCHEMA_ICONS[code]) for code in rules.FIELDS]
    return _page(request, "cases/request.html", draft=draft, schemata=schemata, step=step)


def _sent(request: HttpRequest, outcome: actions.Outcome) -> HttpResponse:
    if outcome.message is None:
        for refusal in outcome.refusals:
            messages.error(request, refusal)
        return redirect("cases:home")
    count = outcome.message.addressees.count()
    messages.success(
        request,
        ngettext(
            "Sealed, recorded and sent to %(count)s partner.", "Sealed, recorded and sent to %(count)s partners.", count
        )
        % {"count": count},
    )
    return redirect("cases:case", case_id=outcome.message.case_id)


@require_GET
def review(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show what the records hold about the subjects of a request, side by side with it."""
    officer = _reader(request)
    message = _message(officer, message_id)
    return _page(
        request,
        "cases/review.html",
        message=message,
        comparisons=comparing.comparisons(message),
        may_write=officer.may(Duty.WRITE_MESSAGES),
    )


@require_POST
def decide(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """Keep an officer's decision whether a record is the subject asked about."""
    officer = _writer(request)
    try:
        candidate = reads.candidate_for(officer, candidate_id)
    except Candidate.DoesNotExist:
        raise Http404 from None
    form = forms.VerdictForm(request.POST)
    if form.is_valid():
        actions.decide_candidate(
            candidate, Verdict(form.cleaned_data["verdict"]), form.cleaned_data["reason"], officer, at=timezone.now()
        )
    else:
        for error in form.errors.get("reason", []):
            messages.error(request, str(error))
    response = redirect("cases:review", message_id=candidate.message_id)
    response["Location"] += f"#candidate-{candidate.pk}"
    return response


def answer(request: HttpRequest, message_id: int) -> HttpResponse:
    """Answer a request with what was confirmed."""
    officer = _writer(request)
    message = _message(officer, message_id)
    if not actions.may_be_answered(message):
        raise Http404
    confirmed = comparing.confirmed(message)
    form = forms.AnswerForm(
        request.POST or None, confirmed=[(str(one.pk), comparing.caption_of(one)) for one in confirmed]
    )
    if request.method == "POST" and form.is_valid():
        return _sent(request, actions.answer_request(message, form.cleaned_data, officer, at=timezone.now()))
    return _page(request, "cases/answer.html", message=message, form=form, undecided=comparing.undecided(message))


def refuse(request: HttpRequest, message_id: int) -> HttpResponse:
    """Refuse a request on one ground of the closed list."""
    officer = _writer(request)
    message = _message(officer, message_id)
    if not actions.may_be_answered(message):
        raise Http404
    form = forms.RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _sent(request, actions.refuse_request(message, form.cleaned_data, officer, at=timezone.now()))
    return _page(request, "cases/refuse.html", message=message, form=form)


@require_GET
def proof(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show what proves a message: signatures, inclusion, witnesses."""
    officer = _reader(request)
    message = _message(officer, message_id)
    whole = may_export(officer, message)
    return _page(request, "cases/proof.html", message=message, seals=proofs.seals(message), whole=whole)


@require_GET
def evidence(request: HttpRequest, message_id: int) -> HttpResponse:
    """Hand out the file with which anybody can verify a message without this node."""
    officer = _reader(request)
    message = _message(officer, message_id)
    note = request.GET.get("note", "")
    found = proofs.evidence(message, int(note) if note.isdigit() else 0, officer, at=timezone.now())
    if found is None:
        messages.warning(
            request, _("There is no proof of this copy yet: it is made when the partner's receipt arrives.")
        )
        return redirect("cases:proof", message_id=message.pk)
    return HttpResponse(
        found.data,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{found.name}"'},
    )
