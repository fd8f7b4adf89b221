"""Entering what came, or was answered, by telephone, on paper or by another system, with its real time."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import BaseModel, Field, create_model

from comity.desks.cases import actions, choices, composing, drafts, rules, words
from comity.desks.cases.actions.entering import enter_answer, enter_request
from comity.desks.cases.api import bodies
from comity.desks.cases.api.bearer import writer
from comity.desks.cases.api.bodies import Strict
from comity.desks.cases.api.drafting import DraftKept, kept, own_draft
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import Number, message_of
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.api.writing import ACT, ROOT, Key
from comity.desks.cases.forms import Choices, Draft
from comity.desks.cases.forms.entering import HappenedForm, SpokenAnswerForm
from comity.desks.cases.forms.requesting import AskingForm
from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.node.officers.models import Officer

router = Router()

if TYPE_CHECKING:
    type ChannelCode = str
    type OutcomeCode = str
else:
    ChannelCode = Literal[tuple({**words.CHANNELS, **words.INFORMED})]
    OutcomeCode = Literal[tuple(one for one in {**words.ANSWER_KINDS, **words.HELP_KINDS} if one != "interim")]
_OF_SENDING: Final = frozenset({"recipients", "copies", "no_copy", "only_positive"})
_TIME: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$"


class HappenedBody(Strict):
    """When, by what and between whom it was."""

    partner: str = Field(pattern=r"^[a-z]{2}\.[a-z][a-z0-9-]{0,29}$", description="Such as xb.spoc.")
    channel: ChannelCode = Field(description="By what it came or was given.")
    happened_at: str = Field(pattern=_TIME, json_schema_extra={"format": "date-time"}, description="With its offset.")
    by: RowId | None = Field(None, description="Id of the colleague who took or gave it; null for the officer himself.")
    spoken_to: str = Field("", max_length=200, description="Who spoke or wrote there, as far as it is known.")


def _shape(kind: str) -> type[BaseModel]:
    """Return the shape of what came in of a kind: as it is sent, but for its recipients."""
    sent: Any = bodies.SHAPES[kind]
    fields: Any = sent.model_fields["fields"].annotation
    left: dict[str, Any] = {
        name: (one.annotation, one) for name, one in fields.model_fields.items() if name not in _OF_SENDING
    }
    name = f"Entered{kind.title()}"
    told = f"The fields of a {kind} that came outside the exchange."
    came: Any = create_model(f"{name}Fields", __config__=fields.model_config, __doc__=told, **left)
    return create_model(name, __base__=sent, __doc__=f"A {kind} that came outside the exchange.", fields=(came, ...))


if TYPE_CHECKING:

    class CameBody(BaseModel):
        """What came: one of the shapes that can be entered."""

        kind: str
else:
    CameBody = Annotated[_shape("request") | _shape("assistance"), Field(discriminator="kind")]


class EnteredBody(Strict):
    """A request that came outside the exchange."""

    happened: HappenedBody
    message: CameBody
    draft: RowId | None = Field(None, description="Id of the draft that was kept for it, with its files.")


class KeptBody(Strict):
    """A request that came outside the exchange and to which files are still to be attached."""

    message: CameBody


class SpokenBody(Strict):
    """An answer that came, or that we gave, outside the exchange."""

    happened: HappenedBody
    outcome: OutcomeCode
    text: str = Field(min_length=1, max_length=10_000, description="What was answered, in the officer's own language.")


class EnteredShape(Schema):
    """A message that was entered."""

    message: RowId
    case: RowId
    reference: str
    place: str = Field(description="Where it is read; also in the header Location.")


@router.post("/entered", response={201: EnteredShape, **ACT}, operation_id="enter_message", url_name="entered")
def enter(request: HttpRequest, key: Key, body: EnteredBody) -> HttpResponse:
    """Enter a request that came by telephone, on paper or by another system; it opens a case, held by the officer.

    Its clock runs from when it came. The node can prove only that and when it was entered, and by whom.
    """
    officer = writer(request)
    return once(request, key, lambda at: _entered(officer, body, at))


def _entered(officer: Officer, body: EnteredBody, at: datetime) -> Answer:
    draft, offered = _read(officer, body.message, checked=True)
    form = HappenedForm(_posted(body.happened, officer), partners=offered.partners, people=actions.colleagues(officer))
    if isinstance(draft.form, AskingForm):
        draft.form.came_on(form.day)
    if not all([form.is_valid(), draft.is_valid()]):
        told = [Fault(f"/message{one.pointer}", one.detail) for one in bodies.faults_of(draft)]
        return refusal("not-valid", faults=(*_faults(form), *told), kept=False)
    stored = _stored(officer, draft, body.draft, at)
    if isinstance(stored, Answer):
        return stored
    made = enter_request(draft, form.happened(), officer, at=at, stored=stored)
    if made is None:
        return refusal("too-late", detail=_("A file of this message is no longer here. Attach it again."))
    return _told(made)


def _read(officer: Officer, message: Any, *, checked: bool) -> tuple[Draft, Choices]:  # noqa: ANN401 - one of the shapes
    offered = choices.for_officer(officer, get_language() or "en")
    data = bodies.form_of(message)
    return Draft.read(data, offered, checked=checked, kind=message.kind), offered


def _stored(officer: Officer, draft: Draft, draft_id: int | None, at: datetime) -> StoredDraft | Answer:
    """Return the draft as which it is kept: the one that is named, of this kind and not yet entered, or a new one."""
    kind = drafts.ENTERED[draft.kind]
    if draft_id is None:
        return actions.save(replace(draft, kind=kind), officer, secrets.token_hex(16), at=at)
    found = own_draft(officer, draft_id)
    if found.kind != kind or found.state not in actions.WRITABLE:
        return refusal("too-late")
    return actions.save(replace(draft, kind=kind), officer, found.key, at=at)


@router.post(
    "/entered/drafts", response={201: DraftKept, **ACT}, operation_id="keep_entered", url_name="entered_drafts"
)
def keep(request: HttpRequest, key: Key, body: KeptBody) -> HttpResponse:
    """Keep what came as a draft, so that its files can be attached before it is entered."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        draft, _offered = _read(officer, body.message, checked=False)
        stored = actions.save(replace(draft, kind=drafts.ENTERED[draft.kind]), officer, secrets.token_hex(16), at=at)
        return kept(stored, 201)

    return once(request, key, act)


@router.post(
    "/messages/{message_id}/entered-answer",
    response={201: EnteredShape, **ACT},
    operation_id="enter_answer",
    url_name="entered_answer",
)
def enter_spoken(request: HttpRequest, message_id: Number, key: Key, body: SpokenBody) -> HttpResponse:
    """Enter an answer that came, or that we gave, outside the exchange."""
    officer = writer(request)
    return once(request, key, lambda at: _answered(officer, message_id, body, at))


def _answered(officer: Officer, message_id: int, body: SpokenBody, at: datetime) -> Answer:
    asked = message_of(officer, message_id)
    if not rules.may_be_entered(asked):
        text = _("No answer can be entered here: the request waits no more, or it came sealed.")
        return refusal("too-late", detail=text)
    partners = [(str(one), str(one)) for one in composing.recipients_of(asked, "reminder")]
    form = SpokenAnswerForm(
        {**_posted(body.happened, officer), "outcome": body.outcome, "text": body.text},
        partners=partners,
        people=actions.colleagues(officer),
        after=asked.arrived_at or asked.sent_at,
        given=asked.incoming,
        helps=asked.kind == "assistance",
    )
    if not form.is_valid():
        return refusal("not-valid", faults=_faults(form), kept=False)
    made = enter_answer(asked, form.cleaned_data, form.happened(), officer, at=at)
    if made is None:
        return refusal("too-late", detail=_("Nothing was entered: somebody has dealt with the request meanwhile."))
    return _told(made)


def _posted(happened: HappenedBody, officer: Officer) -> dict[str, str]:
    """Return what the form of the pages would post."""
    return {
        "partner": happened.partner,
        "channel": happened.channel,
        "happened_at": happened.happened_at,
        "by": str(happened.by or officer.pk),
        "spoken_to": happened.spoken_to,
    }


def _faults(form: forms.Form) -> tuple[Fault, ...]:
    return tuple(
        Fault(f"/{name}" if name in {"outcome", "text"} else f"/happened/{name}", str(error))
        for name, errors in form.errors.items()
        for error in errors
    )


def _told(made: CaseMessage) -> Answer:
    place = f"{ROOT}/messages/{made.pk}"
    told = EnteredShape(message=made.pk, case=made.case_id, reference=made.case.reference, place=place)
    return Answer(201, told.model_dump(mode="json"))
