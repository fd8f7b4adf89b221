"""Cosignatures are given at most once a second, and none stays away for good."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from comity.merkle import Checkpoint, SignedCheckpoint, sign
from comity.node.exchange import witness
from comity.node.partners.models import Pair
from comity.sealing import LogKeys
from comity.vocabulary.authority import AuthorityId

A, B, C = (AuthorityId.parse(name) for name in ("xa.ncb", "xb.spoc", "xc.ncb"))
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = LogKeys.from_seed("xb.spoc/x1", bytes(32))
TO_B = Pair(own=str(A), partner=str(B))


@pytest.fixture(autouse=True)
def cosigned(monkeypatch) -> Iterator[list[int]]:
    """The sizes of the checkpoints that were cosigned, in order."""
    made: list[int] = []

    def cosign(_own: AuthorityId, seen: bytes, _at: datetime) -> bytes:
        made.append(SignedCheckpoint.parse(seen).checkpoint.size)
        return b"cosigned"

    monkeypatch.setattr(witness.keyring, "cosign_checkpoint", cosign)
    witness.forget()
    yield made
    witness.forget()


def text(size: int) -> bytes:
    return sign(Checkpoint("xb.spoc/x1", size, bytes(32)), KEYS.signers)


def answer(size: int, at: datetime = AT, partner: AuthorityId = B) -> tuple[bytes, ...]:
    return witness.answered(A, partner, text(size), at)


def after(**passed: float) -> datetime:
    return AT + timedelta(**passed)


def test_the_first_answer_bears_a_cosignature_and_owes_nothing():
    assert answer(5) == (b"cosigned",)
    assert not witness.is_owed(TO_B)


def test_within_a_second_it_is_owed_and_after_it_due():
    answer(5)
    assert answer(6, after(milliseconds=999)) == ()
    assert witness.is_owed(TO_B)
    assert witness.due(after(milliseconds=999)) == frozenset()
    assert witness.due(after(seconds=1)) == {("xa.ncb", "xb.spoc")}


def test_a_later_answer_covers_what_is_owed(cosigned):
    answer(5)
    answer(6, after(milliseconds=500))
    assert answer(7, after(seconds=1)) == (b"cosigned",)
    assert cosigned == [5, 7]
    assert not witness.is_owed(TO_B)


def test_a_parcel_of_ours_settles_it_but_not_what_came_meanwhile():
    answer(5)
    answer(6, after(milliseconds=500))
    answer(9, after(milliseconds=900))
    witness.given("xa.ncb", "xb.spoc", 6, after(seconds=1))
    assert witness.is_owed(TO_B)
    witness.given("xa.ncb", "xb.spoc", 9, after(seconds=2))
    assert not witness.is_owed(TO_B)


def test_each_partner_has_a_second_of_its_own():
    answer(5)
    assert answer(5, partner=C) == (b"cosigned",)


def test_a_clock_that_was_put_back_holds_no_cosignature_up():
    answer(5)
    assert answer(6, after(hours=-1)) == (b"cosigned",)
