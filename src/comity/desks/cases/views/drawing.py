"""Small pictures of the files of a draft, for its author and for who has to approve it."""

import base64

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from comity.desks.cases import drafts, thumbnails
from comity.desks.cases.actions.attached import look_into
from comity.desks.cases.models import OPEN_DRAFTS, StoredDraft
from comity.desks.cases.views.pages import page_of, reader
from comity.node.exchange.files import NotHereError
from comity.node.officers.models import Officer


@require_GET
def draft_look(request: HttpRequest, draft_id: int, sha256: str) -> HttpResponse:
    """Show what a file of a draft is and looks like, as a picture made anew; the file itself is not handed out."""
    officer = reader(request)
    stored = _draft(officer, draft_id)
    try:
        file = look_into(stored, sha256, officer, at=timezone.now())
        seen = thumbnails.look(file.chunks, file.media_type, file.size)
    except NotHereError:
        raise Http404 from None
    answer = page_of(
        request,
        "cases/draft_look.html#seen" if request.headers.get("HX-Request") else "cases/draft_look.html",
        look=seen,
        picture=f"data:{thumbnails.MEDIA_TYPE};base64,{base64.b64encode(seen.picture).decode()}",
        file=file,
        sha256=sha256,
        stored=stored,
        back=drafts.address_for(stored, officer),
    )
    answer["Cache-Control"] = "no-store"
    answer["Vary"] = "HX-Request"
    return answer


def _draft(officer: Officer, draft_id: int) -> StoredDraft:
    """Return a draft of one's own that is not sent, or one that waits for one's approval."""
    try:
        return drafts.own(officer).filter(state__in=OPEN_DRAFTS).get(pk=draft_id)
    except StoredDraft.DoesNotExist:
        pass
    try:
        return drafts.approval_for(officer, draft_id)
    except StoredDraft.DoesNotExist:
        raise Http404 from None
