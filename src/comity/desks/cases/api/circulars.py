"""Closing a circular without a message, and letting it wait again."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases.actions.circulars import close_circular, open_circular
from comity.desks.cases.api.bearer import writer
from comity.desks.cases.api.bodies import Strict
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.reading import message_of
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.api.writing import ACT, Key, Number
from comity.node.officers.models import Officer

router = Router()


class NothingFoundBody(Strict):
    """That nothing was found for a request that expects only positive answers."""

    waits: bool = Field(default=False, description="True lets it wait again.")


class Circular(Schema):
    """Whether a request that expects only positive answers still waits here."""

    message: RowId
    waits: bool


@router.post(
    "/messages/{message_id}/nothing-found",
    response={200: Circular, **ACT},
    operation_id="close_circular",
    url_name="nothing_found",
)
def nothing_found(request: HttpRequest, message_id: Number, key: Key, body: NothingFoundBody) -> HttpResponse:
    """Close a partner's request that expects only positive answers, without telling it anything."""
    officer = writer(request)
    return once(request, key, lambda at: _moved(officer, message_id, at, waits=body.waits))


def _moved(officer: Officer, message_id: int, at: datetime, *, waits: bool) -> Answer:
    message = message_of(officer, message_id)
    act = open_circular if waits else close_circular
    if not act(message, officer, at=at):
        return refusal("too-late")
    return Answer(200, Circular(message=message.pk, waits=waits).model_dump(mode="json"))
