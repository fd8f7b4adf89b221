"""The legal clock: it stands still while a clarification waits, and for nothing else."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from comity.desks.cases.clock import Event, Step, begin, run

ARRIVED = datetime(2026, 12, 24, 22, 0, tzinfo=UTC)  # before holidays, which stop nothing
WEEK = timedelta(days=7)
DUE = ARRIVED + WEEK
REQUEST = "00"


def hours(number: float) -> datetime:
    return ARRIVED + timedelta(hours=number)


def asked(at: float, root: str = "c1") -> Event:
    return Event(hours(at), Step.ASKED_BACK, root, REQUEST)


def supplied(at: float, refers: str = "c1") -> Event:
    return Event(hours(at), Step.SUPPLIED, f"s{at}", refers)


def delayed(at: float, until: float) -> Event:
    return Event(hours(at), Step.DELAYED, f"d{at}", REQUEST, hours(until), "judicial-authorisation")


def test_without_a_word_it_runs_through_holidays_to_its_end() -> None:
    clock = run(ARRIVED, DUE, REQUEST, [])
    assert (clock.due_at, clock.still_since, clock.delay) == (DUE, None, "")
    assert clock.warn_at == ARRIVED + WEEK * 0.75


def test_while_a_clarification_waits_it_stands_still() -> None:
    clock = run(ARRIVED, DUE, REQUEST, [asked(10)])
    assert (clock.due_at, clock.still_since, clock.unanswered) == (DUE, hours(10), frozenset({"c1"}))


def test_when_the_answer_comes_it_goes_on_with_the_time_that_was_left() -> None:
    clock = run(ARRIVED, DUE, REQUEST, [asked(10), supplied(58)])
    assert clock.still_since is None
    assert clock.due_at - hours(58) == DUE - hours(10)
    assert clock.warn_at - begin(ARRIVED, DUE).warn_at == timedelta(hours=48)
    assert [turn.step for turn in clock.turns] == [Step.ASKED_BACK, Step.SUPPLIED]


def test_a_supplement_that_nobody_asked_for_does_not_touch_it() -> None:
    assert run(ARRIVED, DUE, REQUEST, [supplied(5, REQUEST)]) == run(ARRIVED, DUE, REQUEST, [])
    assert run(ARRIVED, DUE, REQUEST, [supplied(5), asked(9)]).still_since == hours(9)


def test_two_clarifications_at_once_stop_it_once_until_both_are_answered() -> None:
    both = [asked(10), asked(12, "c2")]
    assert run(ARRIVED, DUE, REQUEST, [*both, supplied(20)]).still_since == hours(10)
    clock = run(ARRIVED, DUE, REQUEST, [*both, supplied(20), supplied(30, "c2")])
    assert (clock.still_since, clock.due_at) == (None, DUE + timedelta(hours=20))


def test_a_supplement_to_the_request_answers_all_that_waits() -> None:
    clock = run(ARRIVED, DUE, REQUEST, [asked(10), asked(12, "c2"), supplied(20, REQUEST)])
    assert (clock.still_since, clock.due_at) == (None, DUE + timedelta(hours=10))


def test_an_awaited_authorisation_puts_the_end_off_and_is_shown() -> None:
    clock = run(ARRIVED, DUE, REQUEST, [delayed(5, 400)])
    assert (clock.due_at, clock.delay) == (hours(400), "judicial-authorisation")
    assert run(ARRIVED, DUE, REQUEST, [delayed(5, 400), delayed(6, 300)]).due_at == hours(300)


def test_an_authorisation_expected_within_the_limit_shortens_nothing() -> None:
    assert run(ARRIVED, DUE, REQUEST, [delayed(5, 20)]).due_at == DUE


events = st.lists(
    st.builds(asked, st.integers(0, 300), st.sampled_from(["c1", "c2"]))
    | st.builds(supplied, st.integers(0, 300), st.sampled_from(["c1", "c2", REQUEST]))
    | st.builds(delayed, st.integers(0, 300), st.integers(0, 900)),
    max_size=8,
    unique_by=lambda event: event.at,
)


@given(events, st.randoms())
def test_the_order_in_which_the_story_is_told_does_not_matter(told: list[Event], dice: Random) -> None:
    shuffled = list(told)
    dice.shuffle(shuffled)
    assert run(ARRIVED, DUE, REQUEST, shuffled) == run(ARRIVED, DUE, REQUEST, told)


@given(events)
def test_nothing_that_is_said_makes_it_due_earlier(told: list[Event]) -> None:
    clock = run(ARRIVED, DUE, REQUEST, told)
    assert clock.due_at >= DUE
    assert clock.warn_at <= clock.due_at


@given(events)
def test_it_stands_still_exactly_while_a_clarification_is_unanswered(told: list[Event]) -> None:
    clock = run(ARRIVED, DUE, REQUEST, told)
    assert (clock.still_since is not None) == bool(clock.unanswered)
