"""When a partner is asked for what waits, and that its slowness is its own."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from comity.delivery import Parcel
from comity.node.exchange import catching_up
from comity.node.exchange.catching_up import AFTER_NOTES, IN_VAIN, SELDOM, WITH_A_GAP, Schedule
from comity.node.exchange.errands import Errands
from comity.node.partners import pairs
from comity.node.partners.models import Lane, Pair
from comity.vocabulary.authority import AuthorityId

AT = datetime(2026, 11, 22, tzinfo=UTC)
A, B, C = (AuthorityId.parse(one) for one in ("xa.ncb", "xb.spoc", "xc.ncb"))


@pytest.fixture
def pair(db) -> Pair:
    return pairs.pair(A, B)


def asked(schedule: Schedule, after: timedelta = timedelta()) -> list[int]:
    return [one.id for one in schedule.due(AT + after)]


def test_every_partner_is_asked_once_at_the_start(pair):
    other = pairs.pair(A, C)
    schedule = Schedule()
    assert asked(schedule) == [pair.id, other.id]
    assert asked(schedule, timedelta(seconds=1)) == []


def test_a_partner_that_was_away_is_asked_when_it_is_back(pair):
    schedule = Schedule()
    asked(schedule)
    Pair.objects.update(failures=3)
    assert asked(schedule, timedelta(seconds=1)) == []
    Pair.objects.update(failures=0)
    assert asked(schedule, timedelta(seconds=2)) == [pair.id]
    assert asked(schedule, timedelta(seconds=3)) == []


def test_a_partner_that_was_away_between_two_looks_is_asked_too(pair):
    """The schedule looks every second; who fails once and takes the next parcel was never seen away."""
    schedule = Schedule()
    asked(schedule)
    schedule.returned(pair)
    assert asked(schedule, timedelta(seconds=1)) == [pair.id]
    assert asked(schedule, timedelta(seconds=2)) == []


def test_a_partner_that_does_not_answer_is_asked_again_later_each_time(pair):
    schedule = Schedule()
    asked(schedule)
    times, now = [], timedelta()
    for _ in range(12):
        schedule.in_vain(pair, AT + now)
        wait = next(
            one for one in (IN_VAIN * 2**power for power in range(20)) if asked(schedule, now + min(one, SELDOM))
        )
        times.append(min(wait, SELDOM))
        now += times[-1]
    assert times == [min(IN_VAIN * 2**power, SELDOM) for power in range(12)]
    schedule.answered(pair)
    schedule.in_vain(pair, AT + now)
    assert asked(schedule, now + IN_VAIN) == [pair.id]


def test_a_gap_is_asked_about_every_few_minutes_until_it_closes(pair):
    schedule = Schedule()
    asked(schedule)
    Lane.objects.filter(number=1).update(in_ahead=2)
    assert asked(schedule, timedelta(seconds=1)) == []
    assert asked(schedule, timedelta(seconds=1) + WITH_A_GAP) == [pair.id]
    assert asked(schedule, timedelta(seconds=1) + 2 * WITH_A_GAP) == [pair.id]
    Lane.objects.update(in_ahead=0)
    assert asked(schedule, timedelta(seconds=1) + 3 * WITH_A_GAP) == [pair.id]
    assert asked(schedule, timedelta(seconds=2) + 4 * WITH_A_GAP) == []


def test_a_partner_that_had_something_is_asked_again_soon_and_one_that_had_nothing_seldom(pair):
    schedule = Schedule()
    asked(schedule)
    schedule.found(pair, AT)
    assert asked(schedule, AFTER_NOTES) == [pair.id]
    assert asked(schedule, AFTER_NOTES + SELDOM - timedelta(seconds=1)) == []
    assert asked(schedule, AFTER_NOTES + SELDOM) == [pair.id]


def test_a_partner_met_later_is_not_asked_at_once(pair):
    schedule = Schedule()
    asked(schedule)
    pairs.pair(A, C)
    assert asked(schedule, timedelta(seconds=1)) == []


@pytest.mark.parametrize("moved", [0, 7])
def test_what_is_pulled_is_let_go_where_the_partner_pushes_meanwhile(pair, monkeypatch, moved):
    kept = []
    monkeypatch.setattr(catching_up.heads, "size_of", lambda _: 0)
    monkeypatch.setattr(catching_up.inbox, "absorb", lambda parcel, at, owed: kept.append(parcel.lane))

    def get(_partner, path):
        number = int(path.partition("&lane=")[2][0])
        Lane.objects.filter(pair=pair, number=number).update(in_next=1 + moved)
        return 200, Parcel(sender=B, recipient=A, lane=number, proof=None).to_bytes()

    assert catching_up.fetch(pair, get, lambda: AT) == 0
    assert kept == ([] if moved else [0, 1])


def test_a_slow_partner_holds_up_its_own_errands_alone():
    errands, let_go = Errands(), threading.Event()
    others_done, own_done = threading.Event(), threading.Event()
    errands.put("xb.spoc", "mirror", let_go.wait)
    errands.put("xb.spoc", "pull", own_done.set)
    errands.put("xc.ncb", "pull", others_done.set)
    threads = [threading.Thread(target=errands.run, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert others_done.wait(10)
    assert not own_done.is_set()
    let_go.set()
    assert own_done.wait(10)
    errands.stop()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_an_errand_that_waits_already_is_done_once():
    errands, done = Errands(), []
    for _ in range(3):
        errands.put("xb.spoc", "pull", lambda: done.append(1))
    errands.put("xc.ncb", "end", errands.stop)
    errands.run()
    assert done == [1]
