"""Files: attached to a draft, removed from it, and taken out of a message.

A file comes as the plain body of a request and is sealed while it is read, so its size costs no memory and no plain
byte of it touches the disk. A form in parts would need its boundary guessed by every caller, and saves nothing here.
"""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import unquote

from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
    UnreadablePostError,
)
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Header, Path, Router
from ninja.errors import HttpError

from comity.agreements import Decision
from comity.desks.cases import actions, classified, drafts, rules
from comity.desks.cases.actions.attached import SAFE, take_out
from comity.desks.cases.api import problems
from comity.desks.cases.api.bearer import reader, writer
from comity.desks.cases.api.drafting import DraftKept, changeable, kept, own_draft
from comity.desks.cases.api.once import Answer, once, once_of, refusal
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import MISSING, Number, message_of
from comity.desks.cases.api.shapes import Problem
from comity.desks.cases.api.writing import ACT, Key
from comity.desks.cases.models import StoredDraft
from comity.desks.cases.uploading import title_of
from comity.messages import Attachment
from comity.node.exchange.attachments import OversizedError, Sealing
from comity.node.exchange.files import NotHereError
from comity.node.officers.models import Officer

router = Router()

_AT_ONCE: Final = 256 * 1024
_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_DOWNLOAD: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "The file, to be saved and not shown: what a partner sends may do harm where it is opened.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
Name = Annotated[
    str,
    Header(
        alias="File-Name",
        pattern=r"^[!-~]{1,1000}$",
        description="Its name, in UTF-8 and percent-encoded (RFC 3986), such as plan%20of%20the%20harbour.pdf.",
    ),
]
Media = Annotated[
    str,
    Header(
        alias="File-Type",
        pattern=r"^[a-z0-9][a-z0-9.+-]{0,62}/[a-z0-9][a-z0-9.+-]{0,62}$",
        description="Its media type, such as application/pdf. No recipient relies on it.",
    ),
]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file, in hex.")]


@router.post(
    "/drafts/{draft_id}/files",
    response={201: DraftKept, **ACT, 507: Problem},
    operation_id="attach_file",
    url_name="files",
    openapi_extra=_UPLOAD,
)
def attach(
    request: HttpRequest, draft_id: Number, key: Key, name: Name, media_type: Media = "application/octet-stream"
) -> HttpResponse:
    """Attach a file to a draft: the body is the file, of up to 2 GiB. The same file twice is kept once."""
    officer = writer(request)
    title = title_of(unquote(name))
    if isinstance(held := _carrier(officer, draft_id), Answer):
        return problems.written(held.fields)
    if fault := classified.borne(title, name=True):
        return problems.problem("not-valid", faults=(Fault("File-Name", fault),))
    try:
        item = _sealed(request, title, media_type)
    except OversizedError:
        return problems.problem("too-large", detail=_("The file is larger than 2 GiB. Send it in parts."))
    except OSError:
        return problems.problem("disk-full")
    said = hashlib.sha256(b"\0".join((title.encode(), media_type.encode(), item.sha256))).digest()
    return once_of(request, key, said, lambda at: _attached(officer, draft_id, item, at))


def _carrier(officer: Officer, draft_id: int) -> StoredDraft | Answer:
    """Return an own draft that can be changed and is of a kind that carries files, or why it is none."""
    entered = own_draft(officer, draft_id)
    if entered.kind in drafts.ENTERED.values() and entered.state in actions.WRITABLE:
        return entered
    stored = changeable(officer, draft_id)
    if isinstance(stored, Answer) or stored.kind in rules.WITH_FILES:
        return stored
    return refusal("too-late", detail=_("A message of this kind carries no files."))


def _sealed(request: HttpRequest, title: str, media_type: str) -> Attachment:
    """Seal the body as it is read.

    Raises:
        OversizedError: it is too large.
        OSError: the disk is full or failing.
        HttpError: less came than was announced: half a file is none.
    """
    sealing, read = Sealing(title, media_type), 0
    try:
        while data := request.read(_AT_ONCE):
            read += len(data)
            sealing.write(data)
    except UnreadablePostError as error:
        raise HttpError(400, "cut off") from error
    if read != int(request.META.get("CONTENT_LENGTH") or 0):
        raise HttpError(400, "cut off")
    return sealing.finish()


def _attached(officer: Officer, draft_id: int, item: Attachment, at: datetime) -> Answer:
    stored = _carrier(officer, draft_id)
    if isinstance(stored, Answer):
        return stored
    if not actions.attach(stored, item, at=at):
        return refusal("too-late", detail=_("This message has as many files as it bears. Remove one first."))
    return kept(stored, 201)


@router.delete(
    "/drafts/{draft_id}/files/{file_id}",
    response={200: DraftKept, **ACT},
    operation_id="detach_file",
    url_name="file",
)
def detach(request: HttpRequest, draft_id: Number, file_id: Number, key: Key) -> HttpResponse:
    """Remove a file from a draft."""
    officer = writer(request)

    def act(at: datetime) -> Answer:  # noqa: ARG001 - as every act
        stored = _carrier(officer, draft_id)
        if isinstance(stored, Answer):
            return stored
        if not stored.files.filter(pk=file_id).delete()[0]:
            raise Http404
        return kept(stored)

    return once(request, key, act)


@router.get(
    "/messages/{message_id}/files/{sha256}",
    response=MISSING,
    operation_id="download_file",
    url_name="download",
    openapi_extra=_DOWNLOAD,
)
def download(request: HttpRequest, message_id: Number, sha256: Digest) -> HttpResponseBase:
    """Hand out a file of a message, as it came; it is recorded. Until it has arrived whole there is none."""
    officer = reader(request)
    try:
        file = take_out(message_of(officer, message_id), sha256, officer, at=timezone.now())
    except NotHereError:
        raise Http404 from None
    if file is None:
        raise Http404
    if isinstance(file, Decision):
        raise PermissionDenied
    return StreamingHttpResponse(
        file.chunks,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.title) or "attachment",
            "Content-Length": str(file.size),
            **SAFE,
        },
    )
