"""The templates of an authority: listed, started from, added, changed and removed."""

import secrets

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comity.desks.cases import actions, choices, drafts
from comity.desks.cases.actions import patterns
from comity.desks.cases.forms import Draft, posted
from comity.desks.cases.forms.pattern import PatternForm, initial_of
from comity.desks.cases.models import Pattern
from comity.desks.cases.views.pages import page_of, writer
from comity.node.officers.models import Officer

_LONGEST = 18
"""Digits of the number of a row."""


@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """List the templates of one's authority, those in one's own language first; start a draft from one."""
    officer, picked = writer(request), request.POST.get("from", "")
    own = Pattern.objects.filter(authority=officer.authority)
    if picked:
        if not picked.isdecimal() or len(picked) > _LONGEST:
            raise Http404
        return _started(_one(officer, int(picked)), officer)
    language = get_language() or "en"
    found = sorted(own, key=lambda one: (one.language != language, one.language, one.crime_area, one.name))
    return page_of(request, "cases/patterns.html", found=found, may_keep=patterns.may_keep(officer))


def _one(officer: Officer, pattern_id: int) -> Pattern:
    """Return a template of one's own authority; to anybody else it does not exist."""
    found = Pattern.objects.filter(authority=officer.authority, pk=pattern_id).first()
    if found is None:
        raise Http404
    return found


def _started(pattern: Pattern, officer: Officer) -> HttpResponse:
    offered = choices.for_officer(officer, get_language() or "en")
    draft = Draft.read(posted(pattern.data), offered, checked=False, kind=pattern.kind)
    stored = actions.save(draft, officer, secrets.token_hex(16), at=timezone.now())
    return redirect(drafts.address_of(stored))


def _keeper(request: HttpRequest) -> Officer:
    officer = writer(request)
    if not patterns.may_keep(officer):
        raise PermissionDenied
    return officer


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a template."""
    officer = _keeper(request)
    return _edited(request, Pattern(authority=officer.authority), officer)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pattern_id: int) -> HttpResponse:
    """Change a template."""
    officer = _keeper(request)
    return _edited(request, _one(officer, pattern_id), officer)


@require_POST
def remove(request: HttpRequest, pattern_id: int) -> HttpResponse:
    """Remove a template."""
    officer = _keeper(request)
    patterns.drop(_one(officer, pattern_id), officer, at=timezone.now())
    messages.info(request, _("The template is removed. Drafts begun from it stay."))
    return redirect("cases:patterns")


def _edited(request: HttpRequest, pattern: Pattern, officer: Officer) -> HttpResponse:
    begun = {"name": pattern.name, "kind": pattern.kind, "language": pattern.language or get_language()}
    form = PatternForm(
        request.POST if request.method == "POST" else None,
        initial={**initial_of(pattern.data), **begun} if pattern.pk else begun,
        offered=choices.for_officer(officer, get_language() or "en"),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        pattern.name, pattern.kind, pattern.language = given["name"], given["kind"], given["language"]
        pattern.crime_area, pattern.data = given["crime_area"], form.data_
        if patterns.keep(pattern, officer, at=timezone.now()):
            messages.success(request, _("The template is kept. Every officer of this authority can start from it."))
            return redirect("cases:patterns")
        form.add_error("name", _("there is a template of this name already, or there are too many"))
    return page_of(request, "cases/pattern.html", form=form, pattern=pattern)
