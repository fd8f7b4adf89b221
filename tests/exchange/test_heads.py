"""What a partner is told of third parties' logs: nothing is passed over, and nothing is lost with a parcel."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from comity.node.exchange import heads
from comity.node.partners import pairs
from comity.node.partners.models import Head, Pair
from comity.vocabulary.authority import AuthorityId

A, B = AuthorityId.parse("xa.ncb"), AuthorityId.parse("xb.spoc")
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    """A pair whose node has verified more heads than one parcel carries, and the partner's own."""
    Head.objects.create(log="xb.spoc/x1", size=1, root=bytes(32), text=b"its own", verified_at=AT)
    for number in range(heads.HEADS_AT_ONCE + 3):
        Head.objects.create(
            log=f"xc.u{number:02}/x1", size=1, root=bytes(32), text=b"%d" % number,
            verified_at=AT + timedelta(milliseconds=number),
        )  # fmt: skip
    return pairs.pair(A, B)


def told(pair: Pair, *, answering: bool, arrives: bool = True) -> list[int]:
    news = heads.news_for(pair, answering=answering)
    if arrives:
        heads.mark_told(pair, news)
    return [int(text) for text in news.texts]


@pytest.mark.parametrize("answering", [False, True], ids=["parcels", "answers"])
def test_what_does_not_fit_one_parcel_goes_with_the_next(pair, answering):
    all_of_them = list(range(heads.HEADS_AT_ONCE + 3))
    assert told(pair, answering=answering) + told(pair, answering=answering) == all_of_them
    assert told(pair, answering=answering) == []


def test_heads_of_a_parcel_that_was_not_answered_are_told_again(pair):
    first = told(pair, answering=False, arrives=False)
    assert len(first) == heads.HEADS_AT_ONCE
    assert told(pair, answering=False) == first


def test_an_answer_that_was_lost_does_not_keep_a_head_from_the_next_parcel(pair):
    lost = told(pair, answering=True)
    assert told(pair, answering=False) == lost


def test_a_head_that_grew_is_news_again(pair):
    told(pair, answering=False)
    told(pair, answering=False)
    Head.objects.filter(log="xc.u01/x1").update(text=b"99", verified_at=AT + timedelta(hours=1))
    assert told(pair, answering=False) == [99]


def test_authorities_of_one_node_share_the_head_that_it_holds_of_our_log(monkeypatch):
    police, away = AuthorityId.parse("xb.police"), AuthorityId.parse("xc.ncb")
    pins = {B: "b", police: "b", away: "c"}
    monkeypatch.setattr(heads.members, "find", lambda one: SimpleNamespace(tls_spkis=frozenset({pins[one]})))
    monkeypatch.setattr(heads, "_HELD", {})
    heads.note_held(A, B, 40)
    assert heads.held_by(A, police, 7) == 40
    assert heads.held_by(A, away, 7) == 7
    assert heads.held_by(AuthorityId.parse("xa.customs"), police, 7) == 7
