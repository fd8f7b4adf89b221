from hypothesis import given
from hypothesis import strategies as st

from comity.vocabulary.classification import Classification, highest, is_above, rank

LEVELS = st.none() | st.sampled_from(Classification)


def test_levels_stand_in_their_order() -> None:
    assert sorted([*Classification, None], key=rank) == [None, *Classification]


@given(LEVELS, LEVELS)
def test_of_two_levels_one_is_above_unless_they_are_the_same(one: Classification, other: Classification) -> None:
    assert is_above(one, other) + is_above(other, one) == (one != other)


@given(st.lists(LEVELS))
def test_a_whole_is_classified_as_its_highest_part(levels: list[Classification | None]) -> None:
    whole = highest(*levels)
    assert not any(is_above(level, whole) for level in levels)
    assert whole in [None, *levels]
