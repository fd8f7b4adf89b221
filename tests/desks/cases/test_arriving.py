from collections.abc import Callable
from datetime import datetime
from typing import Any

from comity.delivery import Standing
from comity.desks.cases import composing, forgetting, reads
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Case, CaseMessage, State, open_bodies
from comity.node.exchange import erasing
from comity.node.officers.models import Officer
from comity.vocabulary.authority import AuthorityId

FillIn = Callable[..., Draft]
Partners = Callable[[str], Any]


def request(draft: Draft, officer: Officer, at: datetime) -> Any:
    assert draft.is_valid()
    return composing.request(draft, officer, "XA-1", at)


def test_a_request_opens_a_case_under_the_partners_reference(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Partners
) -> None:
    asked = partner("xb.spoc").asks(request(fill_in(), officer, at))
    assert (asked.case.reference, asked.state, asked.authority) == ("xb.spoc-7", State.NEW, "xa.ncb")
    assert asked.content["subjects"][0]["properties"]["name"][1] == "خالد المنصوري"


def test_a_message_that_comes_twice_is_kept_once(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Partners
) -> None:
    message = request(fill_in(), officer, at)
    partner("xb.spoc").send(_from_xb(message), times=2)
    assert CaseMessage.objects.count() == Case.objects.count() == 1


def test_a_message_behind_a_gap_is_shown_at_once_and_marked(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Partners
) -> None:
    message = _from_xb(request(fill_in(), officer, at))
    asked = partner("xb.spoc").send(message, standing=Standing.AHEAD)
    assert asked.ahead
    assert asked in reads.home(officer).new


def test_urgent_messages_stand_first(fill_in: FillIn, officer: Officer, at: datetime, partner: Partners) -> None:
    message = request(fill_in(), officer, at)
    xb = partner("xb.spoc")
    urgent = request(fill_in(urgency="life-at-risk", urgency_ground="b"), officer, at)
    first = xb.send(_from_xb(urgent))
    for _ in range(reads.FIRST + 1):
        xb.send(_from_xb(message))
    shown = reads.home(officer).new
    assert shown[0] == first
    assert len(shown) == reads.FIRST


def test_what_a_new_message_changes_is_seen_by_the_page_that_waits(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Partners
) -> None:
    before = reads.stamp(officer)
    partner("xb.spoc").asks(request(fill_in(), officer, at))
    assert reads.stamp(officer) != before
    assert reads.waiting_for(officer) == 1


def _from_xb(message: Any) -> Any:
    from dataclasses import replace

    from comity.vocabulary.authority import AuthorityId

    head = replace(
        message.head, from_=AuthorityId.parse("xb.spoc"), recipients=(AuthorityId.parse("xa.ncb"),), reference="XB-9"
    )
    return replace(message, head=head)


def test_what_partners_say_is_kept_once_and_opened_in_one_query_for_a_page(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Partners, django_assert_num_queries: Any
) -> None:
    message, xb = _from_xb(request(fill_in(), officer, at)), partner("xb.spoc")
    for _ in range(3):
        xb.send(message)
    came = list(CaseMessage.objects.all())
    assert [one.kept for one in came] == [None] * 3
    with django_assert_num_queries(1):
        open_bodies(came)
        said = [one.content for one in came]
    assert all(one is not None and one["texts"][0]["text"] == "Two containers were seized." for one in said)


def test_a_page_that_stood_open_cannot_bring_back_what_was_erased(
    fill_in: FillIn, officer: Officer, at: datetime, partner: Partners
) -> None:
    asked = partner("xb.spoc").asks(request(fill_in(), officer, at))
    assert asked.content
    erased = erasing.erase(AuthorityId.parse("xa.ncb"), bytes(asked.msg), by="", at=at, why="retention.over")
    assert isinstance(erased, erasing.Erased)
    forgetting.forget(AuthorityId.parse("xa.ncb"), bytes(asked.msg))
    asked.state = State.DONE
    asked.save()
    found = CaseMessage.objects.get(pk=asked.pk)
    assert (found.content, found.kept) == (None, None)
