"""Pages of long lists: counted up to a bound that is told, in order, nothing twice and nothing left out."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.desks.cases.models import Case, CaseMessage
from comity.desks.cases.paging import CappedPaginator, NarrowedPaginator

MESSAGES = 7


@pytest.fixture
def keys(db: None, at: datetime) -> list[int]:
    """Keys of seven messages, the newest first."""
    case = Case.objects.create(authority="xa.ncb", reference="XA-1", opened_at=at)
    for number in range(MESSAGES):
        CaseMessage.objects.create(
            case=case, authority="xa.ncb", originator="xa.ncb", incoming=False, kind="information", urgency="normal",
            msg=bytes([number]) * 32, sent_at=at, state="done",
        )  # fmt: skip
    return list(CaseMessage.objects.order_by("-id").values_list("pk", flat=True))


def narrowed(most: int) -> NarrowedPaginator:
    found = CaseMessage.objects.order_by("-id").values_list("pk", flat=True)
    return NarrowedPaginator([found], 2, lambda some: CaseMessage.objects.filter(pk__in=some), most=most)


@pytest.mark.parametrize("most", [1, MESSAGES - 1, MESSAGES, MESSAGES + 1])
def test_up_to_the_bound_all_stand_on_one_page_each_in_order(keys: list[int], most: int) -> None:
    for paginator in (narrowed(most), CappedPaginator(CaseMessage.objects.order_by("-id"), 2, most=most)):
        shown = [one.pk for page in paginator for one in page][:most]
        assert shown == keys[:most]
        assert paginator.count == min(most, MESSAGES)
        assert paginator.more == (most < MESSAGES)


def test_parts_follow_one_another_within_the_bound(keys: list[int]) -> None:
    every = CaseMessage.objects.values_list("pk", flat=True)
    first, rest = every.filter(pk__in=keys[-2:]).order_by("id"), every.exclude(pk__in=keys[-2:]).order_by("-id")
    paginator = NarrowedPaginator(
        [first, rest], 3, lambda some: CaseMessage.objects.filter(pk__in=some), most=MESSAGES - 2
    )
    shown = [one.pk for page in paginator for one in page]
    assert shown == [*reversed(keys[-2:]), *keys[: MESSAGES - 4]]
    assert paginator.more


def test_a_narrowed_list_is_read_through_once(keys: list[int]) -> None:
    with CaptureQueriesContext(connection) as asked:
        paginator = narrowed(4)
        page = paginator.get_page(2)
        assert (paginator.count, paginator.num_pages, paginator.more) == (4, 2, True)
        assert [one.pk for one in page] == keys[2:4]
    assert len(asked.captured_queries) == 2  # the keys, the page


def test_what_is_gone_since_it_was_counted_is_left_out(keys: list[int]) -> None:
    paginator = narrowed(4)
    CaseMessage.objects.filter(pk=keys[1]).delete()
    assert [one.pk for one in paginator.page(1)] == keys[:1]
