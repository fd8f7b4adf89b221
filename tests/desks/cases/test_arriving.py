from collections.abc import Callable
from datetime import datetime
from typing import Any

from comity.delivery import Standing
from comity.desks.cases import composing, reads
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Case, CaseMessage, State
from comity.node.officers.models import Officer

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
    for _ in range(reads.PAGE + 1):
        xb.send(_from_xb(message))
    shown = reads.home(officer).new
    assert shown[0] == first
    assert len(shown) == reads.PAGE


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
