from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from comity.desks.cases import actions, comparing, composing, reads
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, Candidate, Case, CaseMessage, State, Verdict
from comity.messages import Answer, Message, Outcome, Refers, canonical
from comity.node.exchange.models import Note, Receipt
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer

FillIn = Callable[..., Draft]
ANSWER: dict[str, Any] = {"text": "He is known.", "handling": ["H0"], "conditions": "", "include": [], "more_by": None}


def recorded() -> list[str]:
    openings = Entry.objects.exclude(opening=None).order_by("id").values_list("opening", flat=True)
    return [canonical.decode(bytes(one)).get("kind", "") for one in openings]


def request_of(draft: Draft, officer: Officer, at: datetime) -> Message:
    assert draft.is_valid()
    return composing.request(draft, officer, "XA-NCB-2026-000001", at)


def proposed(message: CaseMessage, **facts: object) -> Candidate:
    given = {
        "place": 0,
        "record_id": 7,
        "record_reference": "register/7",
        "record": {"schema": "Person", "caption": "K. Mansouri", "properties": {"name": ["K. Mansouri"]}},
        "score": 0.9,
        "confidence": "probable",
        "engine": "1",
    }
    return Candidate.objects.create(message=message, **(given | facts))


def test_the_preview_names_for_each_reader_the_clause(fill_in: FillIn, officer: Officer, at: datetime) -> None:
    draft = fill_in()
    assert draft.is_valid()
    preview = actions.preview_request(draft, officer, at=at)
    assert preview.allowed
    assert [one.authority for one in preview.recipients] == ["xb.spoc", "xc.ncb"]
    assert all(one.clauses and one.agreement for one in preview.recipients)


def test_one_reader_who_may_not_read_stops_the_whole_request(fill_in: FillIn, officer: Officer, at: datetime) -> None:
    draft = fill_in(recipients=["xb.spoc", "xo.sec"])
    assert draft.is_valid()
    preview = actions.preview_request(draft, officer, at=at)
    assert [one.allowed for one in preview.recipients] == [True, False]
    assert preview.recipients[1].clauses
    outcome = actions.send_request(draft, officer, at=at)
    assert outcome.message is None
    assert outcome.refusals
    assert not Note.objects.exists()
    assert "message.refused" in recorded()


def test_a_preview_leaves_no_trace(fill_in: FillIn, officer: Officer, at: datetime) -> None:
    draft = fill_in()
    assert draft.is_valid()
    actions.preview_request(draft, officer, at=at)
    assert not Case.objects.exists()
    assert not Note.objects.exists()


def test_a_request_goes_to_each_partner_and_into_the_ledger(fill_in: FillIn, officer: Officer, at: datetime) -> None:
    draft = fill_in()
    assert draft.is_valid()
    outcome = actions.send_request(draft, officer, at=at)
    assert outcome.message is not None
    assert {one.authority for one in outcome.message.addressees.all()} == {"xb.spoc", "xc.ncb"}
    assert Note.objects.filter(out=True, msg=outcome.message.msg).count() == 2
    assert "message.sent" in recorded()
    assert outcome.message.case.title == "Khaled al-Mansouri"


def test_references_of_a_year_follow_each_other(fill_in: FillIn, officer: Officer, at: datetime) -> None:
    sent = []
    for _ in range(2):
        draft = fill_in()
        assert draft.is_valid()
        sent.append(actions.send_request(draft, officer, at=at).message)
    assert [one.case.reference[-6:] for one in sent if one] == ["000001", "000002"]


def test_a_delivery_is_shown_as_far_as_receipts_prove_it(fill_in: FillIn, officer: Officer, at: datetime) -> None:
    draft = fill_in(recipients=["xb.spoc"])
    assert draft.is_valid()
    message = actions.send_request(draft, officer, at=at).message
    assert message is not None
    (copy,) = reads.deliveries([message])[message.pk]
    assert copy.state == "w"
    note = Note.objects.get(pk=copy.note_id)
    note.state = "s"
    note.save()
    (copy,) = reads.deliveries([message])[message.pk]
    assert copy.state == "s"
    assert not Receipt.objects.exists()


def test_opening_a_case_marks_it_read_once_and_records_each_look(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Any]
) -> None:
    asked = partner("xb.spoc").asks(request_of(fill_in(), officer, at))
    assert actions.open_case(reads.case_page(officer, asked.case_id), officer, at=at)
    asked.refresh_from_db()
    assert (asked.state, asked.read_by) == (State.OPEN, officer)
    assert not actions.open_case(reads.case_page(officer, asked.case_id), officer, at=at)
    assert recorded().count("message.consulted") == 2


def test_only_what_an_officer_confirmed_and_chose_leaves(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Any]
) -> None:
    asked = partner("xb.spoc").asks(request_of(fill_in(), officer, at))
    same, different, undecided = (proposed(asked, record_id=number) for number in (1, 2, 3))
    actions.decide_candidate(same, Verdict.SAME, "", officer, at=at)
    actions.decide_candidate(different, Verdict.DIFFERENT, "another year of birth", officer, at=at)
    given = {**ANSWER, "kind": "full", "include": [str(one.pk) for one in (same, different, undecided)]}
    outcome = actions.answer_request(asked, given, officer, at=at)
    assert outcome.message is not None
    assert len((outcome.message.content or {})["subjects"]) == 1
    assert [one["record"] for one in (outcome.message.content or {})["matches"]] == ["register/7"]
    asked.refresh_from_db()
    assert asked.state == State.ANSWERED
    assert not actions.may_be_answered(asked)


def test_an_interim_answer_leaves_the_request_open(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Any]
) -> None:
    asked = partner("xb.spoc").asks(request_of(fill_in(), officer, at))
    given = {**ANSWER, "kind": "interim", "more_by": (at + timedelta(days=3)).date()}
    actions.answer_request(asked, given, officer, at=at)
    asked.refresh_from_db()
    assert actions.may_be_answered(asked)


def test_a_refusal_names_its_ground_to_the_partner(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Any]
) -> None:
    asked = partner("xb.spoc").asks(request_of(fill_in(), officer, at))
    outcome = actions.refuse_request(asked, {"ground": "f", "text": ""}, officer, at=at)
    assert outcome.message is not None
    assert (outcome.message.content or {})["ground"] == "f"
    asked.refresh_from_db()
    assert asked.state == State.REFUSED


def test_a_decision_can_be_taken_back_and_both_are_recorded(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Any]
) -> None:
    asked = partner("xb.spoc").asks(request_of(fill_in(), officer, at))
    candidate = proposed(asked)
    actions.decide_candidate(candidate, Verdict.SAME, "", officer, at=at)
    actions.decide_candidate(candidate, Verdict.OPEN, "", officer, at=at)
    assert comparing.undecided(asked) == 1
    assert [kind for kind in recorded() if kind.startswith("match.")] == ["match.same", "match.open"]


def test_a_request_is_answered_when_each_partner_has_replied(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Any]
) -> None:
    draft = fill_in()
    assert draft.is_valid()
    sent = actions.send_request(draft, officer, at=at).message
    assert sent is not None
    states = []
    for authority in ("xb.spoc", "xc.ncb"):
        asked = request_of(fill_in(), officer, at)
        reply = Message(
            asked.head,
            (Refers(asked.head.from_, sent.reference, bytes(sent.msg)), Answer(Outcome.NEGATIVE)),
        )
        partner(authority).asks(reply, kind="answer")
        sent.refresh_from_db()
        states.append(sent.state)
    assert states == [State.OPEN, State.ANSWERED]
    assert set(Addressee.objects.values_list("reply", flat=True)) == {"negative"}
    assert CaseMessage.objects.filter(case=sent.case).count() == 3


def test_a_search_is_recorded_without_its_words(officer: Officer, at: datetime) -> None:
    actions.note_search(officer, at=at, hits=3)
    opening = Entry.objects.exclude(opening=None).latest("id").opening
    assert canonical.decode(bytes(opening))["facts"] == [["hits", "3"]]


def test_of_two_officers_who_answer_at_once_the_second_is_told_and_sends_nothing(
    asked: CaseMessage, officer: Officer, at: datetime
) -> None:
    first, second = (CaseMessage.objects.select_related("case").get(pk=asked.pk) for _ in range(2))
    said = {"ground": "f", "text": ""}
    assert actions.refuse_request(first, said, officer, at=at).message is not None
    late = actions.refuse_request(second, said, officer, at=at)
    assert late.message is None
    assert "Meanwhile a colleague or the partner settled this." in late.refusals[0]
    assert CaseMessage.objects.filter(incoming=False, kind="refusal").count() == 1
