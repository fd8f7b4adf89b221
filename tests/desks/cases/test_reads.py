"""What the pages of the desk read, and what they leave unread."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from comity.desks.cases import actions, delivered, reads
from comity.desks.cases.forms import Draft
from comity.node.exchange.models import Note, Proof, Receipt
from comity.node.officers.models import Officer

FillIn = Callable[..., Draft]


@pytest.fixture
def copies(fill_in: FillIn, officer: Officer, at: datetime, desk: None) -> list[Note]:
    """The notes of twelve requests to one partner, in the order of their lane."""
    for _ in range(12):
        draft = fill_in(recipients=["xb.spoc"])
        assert draft.is_valid()
        assert actions.send_request(draft, officer, at=at).message is not None
    return list(Note.objects.order_by("seq"))


def receipt(note: Note, first: int, last: int, kind: str, at: datetime) -> None:
    proof = Proof.objects.create(log="xb.spoc/x1", size=last, checkpoint=b"", leaves=b"", at=at)
    Receipt.objects.create(
        pair_id=note.pair_id, ours=False, lane=note.lane, kind=kind, first=first, last=last,
        statement=b"", salt=b"", told=False, at=at, proof=proof, index=last,
    )  # fmt: skip


def test_of_thousands_of_receipts_only_those_are_read_that_cover_what_is_shown(
    copies: list[Note], officer: Officer, at: datetime
) -> None:
    receipt(copies[0], 1, 5, "stored", at)
    for seq in range(6, 13):
        receipt(copies[0], seq, seq, "stored", at + timedelta(minutes=seq))
    receipt(copies[0], 3, 3, "read", at + timedelta(hours=1))
    assert [(one.first, one.last, one.kind) for one in delivered._covering([copies[6]])] == [(7, 7, "stored")]
    assert len(delivered._covering([copies[2]])) == 2
    assert delivered._covering([]) == ()


def test_each_copy_shows_the_receipts_of_its_own_place(copies: list[Note], officer: Officer, at: datetime) -> None:
    receipt(copies[0], 1, 5, "stored", at)
    receipt(copies[0], 3, 3, "read", at + timedelta(hours=1))
    messages = list(reads.visible_to(officer).order_by("id"))
    shown = {one.note_id: one for found in delivered.deliveries(messages).values() for one in found}
    assert shown[copies[2].pk].state == "read"
    assert shown[copies[2].pk].stored_at == shown[copies[4].pk].stored_at == at
    assert shown[copies[4].pk].read_at is None
    assert shown[copies[5].pk].stored_at is None
