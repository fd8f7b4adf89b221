from hypothesis import given
from hypothesis import strategies as st

from comity.node.officers.rules import FREE_ATTEMPTS, LONGEST_WAIT_S, wait_s


def test_mistyping_costs_nothing_and_then_the_wait_doubles() -> None:
    assert [wait_s(wrong) for wrong in range(4, 10)] == [0, 60, 120, 240, 480, 960]


@given(st.integers(0, 10_000))
def test_one_more_wrong_password_never_shortens_the_wait_and_no_wait_outlasts_an_hour(wrong: int) -> None:
    assert wait_s(wrong) <= wait_s(wrong + 1) <= LONGEST_WAIT_S
    assert bool(wait_s(wrong)) == (wrong >= FREE_ATTEMPTS)
