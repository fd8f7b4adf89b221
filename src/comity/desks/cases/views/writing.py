"""The pages on which messages are written: one way from the form over the preview to the sending, for every kind."""

import re
import secrets
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from comity.desks.cases import actions, choices, comparing, drafts, prefilling, rules, words
from comity.desks.cases.forms import Draft, posted
from comity.desks.cases.models import Case, CaseMessage, DraftState, StoredDraft
from comity.desks.cases.reads import visible_to
from comity.desks.cases.views.pages import UNCHANGED, message_of, page_of, writer
from comity.node.officers.models import Officer

AUTOSAVE: Final = "Comity-Autosave"
"""Header of a form that saves itself; the answer has no body."""

_KEY: Final = re.compile(r"[0-9a-f]{32}")

CHECKED: Final = frozenset({"preview", "send", "submit"})


def write_request(request: HttpRequest) -> HttpResponse:
    """Write a request."""
    return _write(request, "request")


def inform(request: HttpRequest) -> HttpResponse:
    """Write spontaneous information, in a case of its own or in one that there is."""
    return _write(request, "information")


def assist(request: HttpRequest) -> HttpResponse:
    """Ask for assistance."""
    return _write(request, "assistance")


def acknowledge(request: HttpRequest, message_id: int) -> HttpResponse:
    """Tell a partner who works on its message."""
    return _write(request, "acknowledgement", message_id)


def answer(request: HttpRequest, message_id: int) -> HttpResponse:
    """Answer a request with what was confirmed."""
    return _write(request, "answer", message_id)


def refuse(request: HttpRequest, message_id: int) -> HttpResponse:
    """Refuse a request on one ground of the closed list."""
    return _write(request, "refusal", message_id)


def clarify(request: HttpRequest, message_id: int) -> HttpResponse:
    """Ask back about a request that cannot be answered as it is."""
    return _write(request, "clarification", message_id)


def supplement(request: HttpRequest, message_id: int) -> HttpResponse:
    """Add to a request of ours, or answer what a partner asked back about it."""
    return _write(request, "supplement", message_id)


def hit(request: HttpRequest, message_id: int) -> HttpResponse:
    """Tell a partner that what it named is in our records."""
    return _write(request, "hit", message_id)


def ask_consent(request: HttpRequest, message_id: int) -> HttpResponse:
    """Ask the owner of what a message brought for its consent to a further use."""
    return _write(request, "consent-request", message_id)


def consent(request: HttpRequest, message_id: int) -> HttpResponse:
    """Grant or refuse a partner the use of what we supplied."""
    return _write(request, "consent", message_id)


def remind(request: HttpRequest, message_id: int) -> HttpResponse:
    """Remind partners of a request of ours."""
    return _write(request, "reminder", message_id)


def correct(request: HttpRequest, message_id: int) -> HttpResponse:
    """Correct what we sent."""
    return _write(request, "correction", message_id)


def withdraw(request: HttpRequest, message_id: int) -> HttpResponse:
    """Withdraw what we sent."""
    return _write(request, "withdrawal", message_id)


def _write(request: HttpRequest, kind: str, message_id: int | None = None) -> HttpResponse:
    officer = writer(request)
    about = message_of(officer, message_id) if message_id is not None else None
    stored = _stored(request, officer, kind, about)
    if (elsewhere := _elsewhere(request, stored, about, kind)) is not None:
        return elsewhere
    case = _case(request, officer, stored)
    step = request.POST.get("step", "edit")
    draft = Draft.read(
        request.POST if request.method == "POST" else _begun(stored, about, kind, officer),
        choices.for_officer(officer, get_language() or "en", about if kind in {"answer", "hit"} else None),
        checked=step in CHECKED,
        kind=kind,
        about=about,
    )
    if request.method != "POST":
        return _form(request, draft, stored, case)
    draft = after(draft, step)
    stored = actions.save(draft, officer, stored.key if stored else key_of(request), at=timezone.now(), case=case)
    if request.headers.get(AUTOSAVE):
        # The page takes over the draft's own address, so that signing in again leads back to what was typed.
        return HttpResponse(status=UNCHANGED, headers={"Content-Location": drafts.address_of(stored)})
    return _next(request, draft, stored, officer, step)


def _elsewhere(
    request: HttpRequest, stored: StoredDraft | None, about: CaseMessage | None, kind: str
) -> HttpResponse | None:
    """Return the way to where this is no longer written but read; `None` while it can be written."""
    if stored is not None and stored.message is not None:
        return redirect("cases:case", case_id=stored.message.case_id)
    if stored is not None and stored.state in {DraftState.WAITING, DraftState.LEAVING}:
        return redirect("cases:draft", draft_id=stored.pk)
    if about is not None and not actions.may_be_about(about, kind):
        messages.warning(request, _("This cannot be written any more: somebody has dealt with the message meanwhile."))
        return redirect("cases:case", case_id=about.case_id)
    return None


def _next(request: HttpRequest, draft: Draft, stored: StoredDraft, officer: Officer, step: str) -> HttpResponse:
    """Return what follows on a form that was posted and saved."""
    if step == "save":
        messages.success(request, _("Your draft is saved. You find it on the page of the desk."))
        return redirect("cases:home")
    if step == "files" and draft.kind in rules.WITH_FILES:
        return redirect("cases:draft_files", draft_id=stored.pk)
    if step in CHECKED and draft.is_valid():
        return _checked(request, draft, stored, officer, step)
    return _form(request, draft, stored, drafts.case_of(stored), step)


def _stored(request: HttpRequest, officer: Officer, kind: str, about: CaseMessage | None) -> StoredDraft | None:
    """Return the draft that the form or the address names, else the one begun about the same message."""
    own = drafts.own(officer).filter(kind=kind, about=about)
    if (key := request.POST.get("draft", "")) and (stored := own.filter(key=key).first()) is not None:
        return stored
    if (named := request.GET.get("draft", "")).isdecimal():
        if (stored := own.exclude(state=DraftState.DISCARDED).filter(pk=int(named)).first()) is None:
            raise Http404
        return stored
    return actions.open_drafts_about(about, officer, kind) if about is not None else None


def key_of(request: HttpRequest) -> str:
    """Return the key that was drawn with the form; a new one where a form has none."""
    key = request.POST.get("draft", "")
    return key if _KEY.fullmatch(key) else secrets.token_hex(16)


def _case(request: HttpRequest, officer: Officer, stored: StoredDraft | None) -> Case | None:
    """Return the case within which information is written: that of the draft, else the one that is named."""
    if stored is not None:
        return stored.case
    named = request.POST.get("case") or request.GET.get("case", "")
    if not named.isdecimal():
        return None
    message = visible_to(officer).filter(case=int(named)).select_related("case").first()
    if message is None:
        raise Http404
    return message.case


def _begun(stored: StoredDraft | None, about: CaseMessage | None, kind: str, officer: Officer) -> QueryDict | None:
    if stored is not None:
        return posted(stored.data)
    if about is not None and kind == "acknowledgement":
        return prefilling.acknowledgement(about, officer)
    return prefilling.correction(about) if about is not None and kind == "correction" else None


def after(draft: Draft, step: str) -> Draft:
    """Return the draft after a button of its form added or removed a subject, or read a zone into one."""
    verb, _colon, what = step.partition(":")
    if verb == "add":
        return draft.with_subject(what)
    if verb == "remove":
        return draft.without_subject(what)
    if verb in {"zone", "zone-anyway"}:
        return draft.with_zone(what, timezone.localdate(), anyway=verb == "zone-anyway")
    if step == "pick":
        return draft.with_picked(timezone.localdate())
    if step == "pick-drop":
        return draft.without_text()
    return draft.with_again(what) if verb == "restore" else draft


def _form(
    request: HttpRequest, draft: Draft, stored: StoredDraft | None, case: Case | None, step: str = "edit"
) -> HttpResponse:
    verb, _colon, what = step.partition(":")
    own_case = draft.about.case if draft.about is not None else case
    return page_of(
        request,
        "cases/write.html",
        draft=draft,
        form=draft.form,
        stored=stored,
        key=stored.key if stored is not None else secrets.token_hex(16),
        case=own_case,
        files=list(stored.files.order_by("pk")) if stored is not None else (),
        may_attach=draft.kind in rules.WITH_FILES,
        address=_address(draft),
        **kinds_of_subject(),
        added=draft.subjects[-1].prefix if verb == "add" and draft.subjects else "",
        removed=f"{what}:{request.POST.get(f's{what}-schema', '')}" if verb == "remove" else "",
        undecided=comparing.undecided(draft.about) if draft.kind in {"answer", "hit"} and draft.about else 0,
    )


def kinds_of_subject() -> dict[str, list[tuple[str, Any, str]]]:
    """Return what a form offers to add: code, words and icon of each kind, those often needed first."""
    kinds = [(code, words.word(words.SCHEMATA, code), words.SCHEMA_ICONS.get(code, "id")) for code in rules.FIELDS]
    return {
        "often": [one for one in kinds if one[0] in rules.OFTEN],
        "seldom": [one for one in kinds if one[0] not in rules.OFTEN],
    }


def _address(draft: Draft) -> str:
    if draft.about is not None:
        return reverse(drafts.ROUTES[draft.kind], args=[draft.about.pk])
    return drafts.begun_at(draft.kind)


def _checked(request: HttpRequest, draft: Draft, stored: StoredDraft, officer: Officer, step: str) -> HttpResponse:
    """Show who will be able to read it; send it, or hand it to those who approve, once the officer says so."""
    files = actions.files_of(stored)
    preview = actions.preview_request(draft, officer, at=timezone.now(), case=stored.case, files=files)
    if step == "send" and preview.allowed and not preview.approvals:
        return sent(request, actions.release(stored, draft, officer, at=timezone.now()), drafts.case_of(stored))
    if step == "submit" and preview.allowed and preview.approvals:
        actions.submit(stored, officer, preview.approvals, at=timezone.now())
        messages.success(request, _("It waits for approval. Until then it stands under your drafts."))
        return redirect("cases:home")
    return page_of(
        request,
        "cases/preview.html",
        draft=draft,
        stored=stored,
        preview=preview,
        case=drafts.case_of(stored),
        address=_address(draft),
        back=drafts.address_of(stored),
    )


def sent(request: HttpRequest, outcome: actions.Outcome, case: Case | None = None) -> HttpResponse:
    """Lead to the case of what was sent or leaves, or say why it was not."""
    if outcome.leaves:  # the band over the page says so, and lets it be called back
        return redirect("cases:case", case_id=case.pk) if case is not None else redirect("cases:home")
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
