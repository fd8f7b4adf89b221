"""The small expression that stores turn into queries: its building keeps its meaning."""

from hypothesis import given
from hypothesis import strategies as st

from comity.agreements.filters import (
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Everything,
    Filter,
    Holds,
    In,
    Is,
    Not,
    Nothing,
    Stated,
    Within,
    all_of,
    any_of,
    assume,
    matches,
    negate,
)

TEXTS = st.sampled_from(["a", "b", "c"])
FLAGS = st.booleans()
NUMBERS = st.integers(0, 3)
leaves = st.one_of(
    st.builds(Is, st.sampled_from(["text", "kind"]), TEXTS),
    st.builds(Is, st.just("flag"), FLAGS),
    st.builds(In, st.sampled_from(["text", "kind"]), st.lists(TEXTS, max_size=2).map(tuple)),
    st.builds(AtLeast, st.just("number"), NUMBERS),
    st.builds(AtMost, st.just("number"), NUMBERS),
    st.builds(Holds, st.just("set"), TEXTS),
    st.builds(Within, st.just("set"), st.lists(TEXTS, max_size=2).map(tuple)),
    st.builds(Stated, st.sampled_from(["text", "flag", "number", "set"])),
)
trees: st.SearchStrategy[Filter] = st.recursive(
    st.one_of(leaves, st.just(Everything()), st.just(Nothing())),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=12,
)
things = st.fixed_dictionaries(
    {"kind": TEXTS},
    optional={
        "text": TEXTS | st.none(),
        "flag": FLAGS | st.none(),
        "number": NUMBERS | st.none(),
        "set": st.frozensets(TEXTS) | st.none(),
    },
)


@given(st.lists(trees, max_size=4), things)
def test_building_smaller_keeps_the_meaning(parts: list[Filter], thing: dict[str, object]) -> None:
    assert matches(all_of(*parts), thing) == all(matches(part, thing) for part in parts)
    assert matches(any_of(*parts), thing) == any(matches(part, thing) for part in parts)


@given(trees, things)
def test_a_negation_lets_through_exactly_the_rest(tree: Filter, thing: dict[str, object]) -> None:
    assert matches(negate(tree), thing) != matches(tree, thing)


@given(trees, things)
def test_knowing_the_kind_beforehand_changes_no_answer(tree: Filter, thing: dict[str, object]) -> None:
    known = assume(tree, "kind", thing["kind"])
    assert matches(known, thing) == matches(tree, thing)
    assert "'kind'" not in repr(known)


def test_what_is_not_stated_meets_no_leaf_and_so_meets_its_negation() -> None:
    assert not matches(Is("flag", value=True), {})
    assert not matches(Is("flag", value=True), {"flag": None})
    assert matches(Not(Is("flag", value=True)), {})
    assert not matches(Within("set", ("a",)), {})


def test_stated_and_not_true_is_said_as_false_because_stores_have_it_so() -> None:
    assert all_of(Stated("flag"), Not(Is("flag", value=True))) == Is("flag", value=False)
