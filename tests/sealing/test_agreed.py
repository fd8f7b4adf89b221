"""A key that two members and nobody else can compute, and tags that nobody can test without it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.sealing import KemKey, KemPublic, KeyFormatError, agreed_key, tag
from comity.sealing.agreed import TAG_SIZE

WEEK = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
A, B, C = (KemKey.from_seed(bytes([n]) * 32, *WEEK) for n in (1, 2, 3))
NAMES = ("xa.ncb", "xb.spoc")


def test_both_sides_compute_the_same_key_and_nobody_else_does():
    key = agreed_key(A, B.public, NAMES)
    assert key == agreed_key(B, A.public, NAMES[::-1])
    others = [agreed_key(C, A.public, NAMES), agreed_key(C, B.public, NAMES), agreed_key(A, C.public, NAMES)]
    assert key not in others


def test_another_pair_of_names_and_another_week_give_another_key():
    again = KemKey.from_seed(bytes([9]) * 32, *WEEK)
    keys = {
        agreed_key(A, B.public, NAMES),
        agreed_key(A, B.public, ("xa.ncb", "xb.fiu")),
        agreed_key(again, B.public, NAMES),
        agreed_key(A, again.public, NAMES),
    }
    assert len(keys) == 4


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_a_tag_tells_nothing_without_the_key_of_the_pair(form, guess):
    ours, theirs = agreed_key(A, B.public, NAMES), agreed_key(A, C.public, ("xa.ncb", "xc.ncb"))
    assert len(tag(ours, form)) == TAG_SIZE
    assert tag(theirs, form) != tag(ours, guess)
    assert (tag(ours, form) == tag(ours, guess)) == (form == guess)


def test_a_public_key_with_which_nothing_secret_comes_about_is_refused():
    empty = KemPublic(B.public.raw[:1184] + bytes(32))
    with pytest.raises(KeyFormatError):
        agreed_key(A, empty, NAMES)
