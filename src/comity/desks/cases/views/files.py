"""The pages of files: attached to a draft, and taken out of a message."""

import base64
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from comity.agreements import Decision
from comity.desks.cases import actions, classified, drafts, rules, thumbnails
from comity.desks.cases.actions.attached import SAFE, take_out
from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.desks.cases.uploading import SealedFile, SealingHandler
from comity.desks.cases.views.pages import message_of, page_of, reader, writer
from comity.node.exchange.attachments import OversizedError
from comity.node.exchange.files import File, NotHereError


@csrf_exempt  # the check reads the form; `_files` makes it, once the form is read by the handler that seals
def draft_files(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show the files of a draft and take in another."""
    handler = SealingHandler()
    request.upload_handlers = [handler]
    return _files(request, draft_id, handler)


@csrf_protect
def _files(request: HttpRequest, draft_id: int, handler: SealingHandler) -> HttpResponse:
    stored = _own(request, draft_id)
    fault = _taken(request, stored, handler) if request.method == "POST" else ""
    if request.method == "POST" and not fault and request.headers.get("Comity-Upload"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.method == "POST" and not fault:
        return redirect("cases:draft_files", draft_id=stored.pk)
    return page_of(
        request,
        "cases/files.html",
        stored=stored,
        entered=stored.kind in drafts.ENTERED.values(),
        files=stored.files.order_by("pk"),
        fault=fault,
        back=drafts.address_of(stored),
        case=drafts.case_of(stored),
    )


def _own(request: HttpRequest, draft_id: int) -> StoredDraft:
    """Return an own draft that can be written on and is of a kind that carries files."""
    try:
        stored = drafts.draft_for(writer(request), draft_id)
    except StoredDraft.DoesNotExist:
        raise Http404 from None
    if stored.state not in actions.WRITABLE or stored.kind not in rules.WITH_FILES | set(drafts.ENTERED.values()):
        raise Http404
    return stored


def _taken(request: HttpRequest, stored: StoredDraft, handler: SealingHandler) -> str:
    """Keep the file that was sent; return what is wrong with it, in words, empty where nothing is."""
    file = request.FILES.get("file")
    if isinstance(handler.fault, OversizedError):
        return _("The file is larger than 2 GiB. Send it in parts.")
    if handler.fault is not None:
        return _("The file could not be stored: the disk of this node is full or failing. Tell your administrator.")
    if not isinstance(file, SealedFile):
        return _("Choose a file first.")
    if fault := classified.borne(file.item.title, name=True):
        return fault
    if not actions.attach(stored, file.item, at=timezone.now()):
        return _("This message has as many files as it bears. Remove one first.")
    return ""


@require_POST
def detach(request: HttpRequest, draft_id: int, file_id: int) -> HttpResponse:
    """Remove a file from a draft."""
    stored = _own(request, draft_id)
    stored.files.filter(pk=file_id).delete()
    messages.info(request, _("The file is removed."))
    return redirect("cases:draft_files", draft_id=stored.pk)


@require_GET
def download(request: HttpRequest, message_id: int, sha256: str) -> HttpResponseBase:
    """Hand out a file of a message, to be saved and never shown: what a partner sends is not run in this console."""
    message, file = _file(request, message_id, sha256)
    if file is None:
        return redirect("cases:case", case_id=message.case_id)
    return StreamingHttpResponse(
        file.chunks,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.title) or "attachment",
            "Content-Length": str(file.size),
            **SAFE,
        },
    )


@require_GET
def look(request: HttpRequest, message_id: int, sha256: str) -> HttpResponse:
    """Show what a file is and looks like, as a picture made anew; it is recorded as taking the file out is.

    The picture stands in the page itself: at an address of its own it would be a second look, with a second act.
    """
    message, file = _file(request, message_id, sha256)
    if file is None:
        return redirect("cases:case", case_id=message.case_id)
    seen = thumbnails.look(file.chunks, file.media_type, file.size)
    answer = page_of(
        request,
        "cases/look.html#seen" if request.headers.get("HX-Request") else "cases/look.html",
        look=seen,
        picture=f"data:{thumbnails.MEDIA_TYPE};base64,{base64.b64encode(seen.picture).decode()}",
        file=file,
        sha256=sha256,
        message=message,
        case=message.case,
    )
    answer["Cache-Control"] = "no-store"
    answer["Vary"] = "HX-Request"
    return answer


def _file(request: HttpRequest, message_id: int, sha256: str) -> tuple[CaseMessage, File | None]:
    """Return a file for an officer who may read it, and record it; `None`, and a word to him, where it is not here."""
    officer = reader(request)
    message = message_of(officer, message_id)
    try:
        file = take_out(message, sha256, officer, at=timezone.now())
    except NotHereError:
        messages.warning(request, _("This file is not here: it has not arrived whole yet, or it was erased."))
        return message, None
    if file is None:
        raise Http404
    if isinstance(file, Decision):
        raise PermissionDenied
    return message, file
