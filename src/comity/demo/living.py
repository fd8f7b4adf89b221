"""The week inside a node: officers' acts and deliveries at times that are over.

The same actions as on the pages, and the same delivery and judgement as between running nodes; only the network between
them is the pipe to `comity.demo.replay`. Needs Django; imported by `comity.demo.live` alone.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.http import QueryDict

from comity.delivery import DeliveryError, Fault
from comity.demo import week, world
from comity.demo.week import Reply, Request
from comity.desks.cases import actions, choices, comparing, forms, prefilling, reads, rules
from comity.desks.cases.models import Candidate, CaseMessage, State, Verdict
from comity.node.exchange import deliver, inbox, outbox
from comity.node.ledger import sequencer
from comity.node.ledger.models import Log
from comity.node.officers.models import Officer
from comity.node.partners import pairs
from comity.vocabulary.authority import AuthorityId

type Post = Callable[[AuthorityId, bytes], tuple[int, bytes]]
OK, REFUSED = 200, 400
_SURE: Final = frozenset({"same", "probable"})
_SENT: Final[dict[tuple[str, int], str]] = {}
"""Reference of each request of the plan that this node has sent or found."""


def _language() -> str:
    return world.state(settings.NODE.state).language


def _officer(username: str) -> Officer:
    return Officer.objects.get_by_natural_key(username)


def _found(request: Request, own: str) -> CaseMessage | None:
    """Return a request of the plan as it came in; its reference says which it is."""
    return (
        CaseMessage.objects.filter(
            authority=own, incoming=True, kind="request", originator=request.sender, reference=_reference(request)
        )
        .select_related("case")
        .first()
    )


def _reference(request: Request) -> str:
    return _SENT[request.sender, request.number]


def know(sender: str, number: int, reference: str) -> None:
    """Learn under which reference a request of the plan was sent."""
    _SENT[sender, number] = reference


def send(request: Request, post: Post, at: datetime) -> str:
    """Send a request of the plan, deliver it, and return its reference."""
    who = _officer(request.officer)
    draft = forms.Draft.read(_posted(request), choices.for_officer(who, _language()))
    if not draft.is_valid():
        raise ValueError("; ".join(f"{form.prefix or 'request'}: {form.errors.as_json()}" for form in draft.forms))
    outcome = actions.send_request(draft, who, at=at)
    if outcome.message is None:
        raise ValueError("; ".join(str(one) for one in outcome.refusals))
    went = outcome.message.addressees.values_list("authority", flat=True)  # those of the plan, and who has a copy
    _deliver(request.sender, tuple(went), outcome.message.urgency, post, at)
    return outcome.message.reference


def _posted(request: Request) -> QueryDict:
    """Return what the browser would post for this request."""
    data = QueryDict(mutable=True)
    data["subjects"] = ",".join(f"{place}:{one.schema}" for place, one in enumerate(request.subjects))
    for place, one in enumerate(request.subjects):
        data[f"s{place}-schema"], data[f"s{place}-category"] = one.schema, one.category
        data[f"s{place}-link"] = one.link
        for prop, values in one.properties:
            data[f"s{place}-{prop}"] = "\n".join(values)
    data["purpose"], data["crime_area"], data["legal_basis"] = request.purpose, request.area, request.basis
    data["facts"], data["questions"] = request.facts, "\n".join(request.questions)
    data["urgency"], data["urgency_ground"] = request.urgency, request.ground
    data.setlist("recipients", list(request.replies))
    data.setlist("copies", list(request.copies))
    if request.urgency == "normal" and len(request.replies) > 1 and request.number % 3 == 0:
        data["only_positive"] = "on"
    data.setlist("handling", ["H0"] if request.number % 3 else ["H0", "H1"])
    return data


def _deliver(own: str, partners: Mapping[str, Any] | tuple[str, ...], urgency: str, post: Post, at: datetime) -> None:
    lane = outbox.ORDINARY_LANE if urgency == "normal" else outbox.URGENT_LANE
    for partner in partners:
        pair = pairs.pair(AuthorityId.parse(own), AuthorityId.parse(partner))
        for _ in range(3):  # the first attempt may learn from where the partner wants our log proved
            outcome = deliver.deliver(pair, lane, post, at + timedelta(seconds=2))
            if not outcome.more:
                break
        if outcome.code:
            raise ValueError(f"{own} could not deliver to {partner}: {outcome.code}")


def accept(data: bytes, peer: frozenset[AuthorityId], at: datetime) -> tuple[int, bytes]:
    """Take a parcel as the door does; returns the HTTP status and the answer."""
    try:
        return OK, inbox.accept(data, peer, at).to_bytes()
    except DeliveryError as error:
        head = getattr(error, "head", None)
        return (409 if head is not None else REFUSED), Fault(error.code, head).to_bytes()


def opened(request: Request, own: str, post: Post, at: datetime) -> None:
    """Open a request that came in, and mostly take its case; the partner learns that it was read."""
    reply, found = request.replies[own], _found(request, own)
    if found is None:
        return
    who = _officer(reply.officer)
    actions.open_case(reads.case_page(who, found.case_id), who, at=at)
    if request.number % 4:  # one in four waits for somebody
        actions.take(found.case, who, shown=None, at=at)
    if request.number % 6 == 1:
        _acknowledge(found, who, post, at)
    _tell(own, request.sender, post, at)


def _acknowledge(found: CaseMessage, who: Officer, post: Post, at: datetime) -> None:
    """Tell the partner who works on its request, with what the form says by itself."""
    offered = choices.for_officer(who, _language())
    draft = forms.Draft.read(prefilling.acknowledgement(found, who), offered, kind="acknowledgement", about=found)
    _valid(draft.form)
    outcome = actions.send_draft(draft, who, at=at)
    if outcome.message is None:
        raise ValueError("; ".join(str(one) for one in outcome.refusals))
    _deliver(found.authority, (found.originator,), outcome.message.urgency, post, at)


def heard(request: Request, asked: str, post: Post, at: datetime) -> None:
    """Open the case of our request in which a partner's reply came in."""
    who = _officer(request.officer)
    sent = CaseMessage.objects.get(
        authority=request.sender, incoming=False, kind="request", reference=_reference(request)
    )
    actions.open_case(reads.case_page(who, sent.case_id), who, at=at)
    _tell(request.sender, asked, post, at)


def _tell(own: str, partner: str, post: Post, at: datetime) -> None:
    _deliver(own, (partner,), "normal", post, at)


def replied(request: Request, own: str, post: Post, at: datetime) -> None:
    """Decide what was found, and answer or refuse."""
    reply, found = request.replies[own], _found(request, own)
    if found is None or not rules.may_be_answered(found):
        return
    who = _officer(reply.officer)
    if reply.kind == "refusal":
        form = forms.RefusalForm({"ground": reply.ground, "text": _text("refusal")})
        _valid(form)
        outcome = actions.refuse_request(found, form.cleaned_data, who, at=at)
    else:
        _decide(found, who, at)
        found.refresh_from_db()
        outcome = actions.answer_request(found, _answer(found, reply, at), who, at=at)
    if outcome.message is None:
        raise ValueError("; ".join(str(one) for one in outcome.refusals))
    _deliver(own, (request.sender,), outcome.message.urgency, post, at)


def _decide(found: CaseMessage, who: Officer, at: datetime) -> None:
    for one in comparing.comparisons(found):
        if one.candidate.verdict != Verdict.OPEN:
            continue
        same = one.candidate.confidence in _SURE
        actions.decide_candidate(
            Candidate.objects.select_related("message").get(pk=one.candidate.pk),
            Verdict.SAME if same else Verdict.DIFFERENT,
            _text("same" if same else "different"),
            who,
            at=at,
        )


def _answer(found: CaseMessage, reply: Reply, at: datetime) -> dict[str, Any]:
    """Return a filled-in answer: what was confirmed, or that nothing is held."""
    confirmed = [str(one.pk) for one in comparing.confirmed(found)]
    kind = reply.kind if confirmed or reply.kind == "interim" else "negative"
    if kind == "negative" and confirmed:
        kind = "full"
    given: dict[str, Any] = {"kind": kind, "text": _text(kind), "handling": ["H0"], "conditions": ""}
    if kind in {"full", "partial"}:
        given["include"] = confirmed
    if kind == "interim":
        given["more_by"] = _later(at).isoformat()
    form = forms.AnswerForm(given, confirmed=[(one, one) for one in confirmed])
    _valid(form)
    return dict(form.cleaned_data)


def _later(at: datetime) -> date:
    """Return a day that the form takes as one to come."""
    return max((at + timedelta(days=5)).date(), datetime.now(at.tzinfo).date() + timedelta(days=1))


def _valid(form: Any) -> None:  # noqa: ANN401 - a form of the desk
    if not form.is_valid():
        raise ValueError(form.errors.as_json())


def _text(which: str) -> str:
    return str(week.words()["replies"][which][_language()])


def over(at: datetime) -> dict[str, int]:
    """Number and sign what is left, and say what the node holds now."""
    for name in Log.objects.filter(closed_at__isnull=True).values_list("name", flat=True):
        sequencer.sequence(name, at)
    incoming = CaseMessage.objects.filter(incoming=True, kind="request")
    return {
        "messages": CaseMessage.objects.count(),
        "requests": incoming.count(),
        "waiting": incoming.filter(state__in=(State.NEW, State.OPEN)).count(),
    }
