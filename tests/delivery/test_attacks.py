"""What a rogue partner may try at the door, one attack a test; the bytes are refused with a code and leave no trace."""

import copy
import importlib.util
import sys
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.delivery import (
    BaseMismatchError,
    DeliveryError,
    ForkError,
    Parcel,
    ReceiptKind,
    ReceiptLeaf,
    Statement,
)
from comity.delivery.lanes import CLOCK_SKEW_S, LONGEST_LIFE_S, MAX_AHEAD
from comity.merkle import Checkpoint, Kind, Tree, entry, leaf_hash, note_h, salted_h, sign
from comity.messages import canonical
from comity.messages.note import NoteError, parse_note

HERE = Path(__file__).resolve().parents[1]


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


simulator = load("simulator")


class Door:
    """XB's door, and XA before it, which can prove whatever its log holds."""

    def __init__(self) -> None:
        self.world = simulator.World(1, ("xa.ncb", "xb.spoc", "xc.ncb"), loss=0, crash=0)
        self.xa, self.xb, self.xc = self.world.nodes.values()

    def parcel(self, *seqs: int, lane: int = 1, to=None) -> Parcel:
        """Return XA's honest parcel with these notes."""
        to = to or self.xb
        sent = self.xa.lane(to.id, lane)
        self.xa.sequence()
        return Parcel(
            sender=self.xa.id,
            recipient=to.id,
            lane=lane,
            proof=self.xa.proof(to.head(self.xa.id).size, [sent.places[seq - 1] for seq in seqs]),
            notes=tuple(sent.sent[seq - 1] for seq in seqs),
            have=self.xa.head(to.id).size,
        )

    def accept(self, parcel: Parcel) -> Parcel:
        return Parcel.from_bytes(self.xb.accept(parcel.to_bytes()))

    def send(self, count: int = 1, **how) -> None:
        for _ in range(count):
            self.xa.send(self.xb.id, 1, **how)

    def write(self, **changed) -> None:
        """Let XA log a note that differs from an honest one, with the right place in its lane."""
        self.send()
        lane = self.xa.lane(self.xb.id, 1)
        raw = replace(parse_note(lane.sent[-1]), **changed).to_bytes()
        lane.sent[-1] = raw
        self.xa.waiting[-1] = (entry(Kind.NOTE, note_h(raw)), self.xa.waiting[-1][1])


@pytest.fixture
def door():
    return Door()


def refused(door: Door, parcel: Parcel) -> str:
    """Return the code of the refusal, having seen that nothing at all was kept."""
    before = copy.deepcopy((door.xb.lanes, door.xb.heads, door.xb.tree.size, door.xb.effects, len(door.xb.waiting)))
    with pytest.raises(DeliveryError) as caught:
        door.accept(parcel)
    after = (door.xb.lanes, door.xb.heads, door.xb.tree.size, door.xb.effects, len(door.xb.waiting))
    assert after[1:] == before[1:]
    assert {key: lane.arrived for key, lane in after[0].items() if lane.arrived} == {
        key: lane.arrived for key, lane in before[0].items() if lane.arrived
    }
    return caught.value.code


def outcome(answer: Parcel) -> list[tuple[str, int, int, str]]:
    found = [Statement.from_bytes(receipt.statement) for receipt in answer.receipts]
    return [(statement.kind.value, statement.first, statement.last, statement.code) for statement in found]


# What is no parcel


def test_bytes_that_are_no_cbor_are_refused(door):
    with pytest.raises(DeliveryError) as caught:
        door.xb.accept(b"\xff not a parcel")
    assert caught.value.code == "parcel.noncanonical"


def test_an_oversized_parcel_is_refused_before_it_is_decoded(door):
    with pytest.raises(DeliveryError) as caught:
        door.xb.accept(bytes(16 * 1024 * 1024 + 1))
    assert caught.value.code == "parcel.oversized"


def test_trailing_bytes_are_refused(door):
    door.send()
    with pytest.raises(DeliveryError) as caught:
        door.xb.accept(door.parcel(1).to_bytes() + b"\0")
    assert caught.value.code == "parcel.noncanonical"


@pytest.mark.parametrize("field", ["v", "from", "to", "lane", "notes", "bodies", "receipts", "have", "next"])
def test_a_parcel_without_a_field_is_refused(door, field):
    door.send()
    value = canonical.decode(door.parcel(1).to_bytes())
    del value[field]
    with pytest.raises(DeliveryError):
        door.xb.accept(canonical.encode(value))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("lane", 2),
        ("lane", -1),
        ("have", "1"),
        ("have", True),
        ("notes", [1]),
        ("want", [[1]]),
        ("from", "XA"),
        ("extra", 1),
    ],
)
def test_a_field_of_the_wrong_type_is_refused(door, field, wrong):
    door.send()
    value = canonical.decode(door.parcel(1).to_bytes())
    value[field] = wrong
    with pytest.raises(DeliveryError):
        door.xb.accept(canonical.encode(value))


@given(place=st.integers(0, 10_000), flipped=st.integers(1, 255))
def test_a_flipped_bit_is_refused_or_changes_nothing_that_counts(place, flipped):
    door = Door()
    door.send()
    data = bytearray(door.parcel(1).to_bytes())
    data[place % len(data)] ^= flipped
    try:
        door.xb.accept(bytes(data))
    except (DeliveryError, NoteError):
        assert not door.xb.lane(door.xa.id, 1).arrived
    else:  # a header such as `have` or `next` is the sender's word about itself
        assert door.xb.lane(door.xa.id, 1).arrived in ({}, {1: door.xa.lane(door.xb.id, 1).sent[0]})


# What is not proved


def test_a_note_without_proof_is_refused(door):
    door.send()
    assert refused(door, replace(door.parcel(1), proof=None)) == "proof.missing"


@pytest.mark.parametrize("dropped", [0, 1])
def test_a_checkpoint_that_lacks_one_of_the_two_signatures_is_refused(door, dropped):
    door.send()
    parcel = door.parcel(1)
    text, _, lines = parcel.proof.checkpoint.decode().partition("\n\n")
    kept = [line for number, line in enumerate(lines.splitlines()) if number != dropped]
    cut = f"{text}\n\n{kept[0]}\n".encode()
    assert refused(door, replace(parcel, proof=replace(parcel.proof, checkpoint=cut))) == "proof.signature"


@pytest.mark.parametrize("spoilt", [0, 1])
def test_a_checkpoint_with_one_wrong_signature_is_refused(door, spoilt):
    door.send()
    parcel = door.parcel(1)
    text, _, lines = parcel.proof.checkpoint.decode().partition("\n\n")
    rows = lines.splitlines()
    head, _, encoded = rows[spoilt].rpartition(" ")
    raw = bytearray(b64decode(encoded))
    raw[-1] ^= 1
    rows[spoilt] = f"{head} {b64encode(raw).decode()}"
    cut = (text + "\n\n" + "\n".join(rows) + "\n").encode()
    assert refused(door, replace(parcel, proof=replace(parcel.proof, checkpoint=cut))) == "proof.signature"


def test_another_members_log_proves_nothing_for_the_sender(door):
    door.xc.send(door.xb.id, 1)
    note = door.xc.lane(door.xb.id, 1).sent[0]
    proof = door.xc.proof(0, [0]) if door.xc.sequence() else None
    parcel = Parcel(sender=door.xa.id, recipient=door.xb.id, lane=1, proof=proof, notes=(note,))
    assert refused(door, parcel) in {"note.misaddressed", "log.unknown"}


def test_a_note_that_is_not_in_the_log_is_refused(door):
    door.send(2)
    parcel = door.parcel(1)
    other = door.xa.lane(door.xb.id, 1).sent[1]
    assert refused(door, replace(parcel, notes=(other,))) == "proof.inclusion"


def test_a_note_wrapped_anew_on_the_way_is_refused(door):
    door.send()
    parcel = door.parcel(1)
    rewrapped = replace(parse_note(parcel.notes[0]), wrap=b"\1" * 1168).to_bytes()
    assert refused(door, replace(parcel, notes=(rewrapped,))) == "proof.inclusion"


def test_more_notes_than_places_are_refused(door):
    door.send(2)
    parcel = door.parcel(1)
    assert refused(door, replace(parcel, notes=tuple(door.xa.lane(door.xb.id, 1).sent))) == "proof.runs"


def test_a_run_of_a_billion_places_costs_nothing(door):
    door.send()
    parcel = door.parcel(1)
    assert refused(door, replace(parcel, proof=replace(parcel.proof, runs=((0, 10**9),)))) == "proof.runs"


def test_a_log_that_does_not_extend_our_head_is_refused(door):
    door.send()
    door.accept(door.parcel(1))
    door.send()
    parcel = door.parcel(2)
    assert refused(door, replace(parcel, proof=replace(parcel.proof, consistency=()))) == "proof.consistency"


def test_consistency_proved_from_elsewhere_is_answered_with_our_head(door):
    door.send()
    door.accept(door.parcel(1))
    door.send()
    parcel = door.parcel(2)
    with pytest.raises(BaseMismatchError) as caught:
        door.accept(replace(parcel, proof=replace(parcel.proof, base=0)))
    assert caught.value.head == door.xb.head(door.xa.id).size


def test_a_smaller_checkpoint_is_accepted_as_a_prefix_and_the_head_stays(door):
    door.send()
    early = door.parcel(1)
    door.send()
    door.accept(door.parcel(2))
    size = door.xb.head(door.xa.id).size
    path = door.xa.tree.consistency(1, size)
    late = replace(early, proof=replace(early.proof, base=size, consistency=path))
    assert outcome(door.accept(late)) == [("stored", 1, 1, "")]
    assert door.xb.head(door.xa.id).size == size


def test_two_roots_for_one_size_are_a_fork_with_evidence(door):
    door.send()
    door.accept(door.parcel(1))
    forged = Tree([leaf_hash(b"another story".ljust(32))])
    text = sign(Checkpoint("xa.ncb/x1", 1, forged.root()), simulator.toy_keys("xa.ncb/x1"))
    proof = replace(door.parcel(1).proof, base=1, checkpoint=text, consistency=())
    with pytest.raises(ForkError) as caught:
        door.accept(replace(door.parcel(1), proof=proof))
    assert caught.value.code == "log.forked"
    assert caught.value.evidence == (door.xb.head(door.xa.id).text, text)


# What is authentic and wrong: it takes its place, and is answered


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"v": 2}, "note.version"),
        ({"suite": 99}, "note.suite"),
        ({"wrap": bytes(1167)}, "note.wrap"),
        ({"sent": 1_790_000_000 + CLOCK_SKEW_S + 1, "exp": 1_790_000_000 + CLOCK_SKEW_S + 100}, "note.future"),
        ({"sent": 1_789_000_000, "exp": 1_790_000_000}, "note.expired"),
        ({"exp": 1_790_000_000 + LONGEST_LIFE_S + 1}, "note.lifetime"),
    ],
)
def test_an_authentic_note_that_breaks_a_rule_is_refused_by_receipt_and_the_lane_goes_on(door, changed, code):
    door.write(**changed)
    door.send()
    second = door.xa.lane(door.xb.id, 1)
    second.sent[1] = replace(parse_note(second.sent[1]), prev=note_h(second.sent[0])).to_bytes()
    door.xa.waiting[-1] = (entry(Kind.NOTE, note_h(second.sent[1])), door.xa.waiting[-1][1])
    answer = door.accept(door.parcel(1, 2))
    assert outcome(answer) == [("refused", 1, 1, code), ("stored", 2, 2, "")]
    assert answer.next_seq == 3
    assert set(door.xb.effects) == {(door.xa.id, 1, 2)}


def test_a_replayed_note_is_answered_again_without_a_second_effect(door):
    door.send()
    first = door.accept(door.parcel(1))
    again = door.accept(door.parcel(1))
    assert outcome(first) == outcome(again) == [("stored", 1, 1, "")]
    assert door.xb.effects[door.xa.id, 1, 1] == 1


def test_a_note_behind_a_gap_is_stored_at_once_and_the_gap_closes_later(door):
    door.send(3)
    ahead = door.accept(door.parcel(3))
    assert outcome(ahead) == [("stored", 3, 3, "")]
    assert ahead.next_seq == 1
    assert door.accept(door.parcel(1, 2)).next_seq == 4


def test_notes_out_of_order_in_one_parcel_are_refused(door):
    door.send(2)
    parcel = door.parcel(1, 2)
    assert refused(door, replace(parcel, notes=parcel.notes[::-1])) in {"note.order", "proof.inclusion"}


def test_a_note_for_somebody_else_is_refused(door):
    door.xa.send(door.xc.id, 1)
    parcel = door.parcel(1, to=door.xc)
    assert refused(door, replace(parcel, recipient=door.xb.id)) == "note.misaddressed"


def test_a_note_of_the_other_lane_is_refused(door):
    door.send()
    assert refused(door, replace(door.parcel(1), lane=0)) == "note.misaddressed"


def test_two_notes_for_one_place_are_equivocation_with_both_as_evidence(door):
    door.send(2)
    door.accept(door.parcel(1, 2))
    first = door.xa.lane(door.xb.id, 1).sent[0]
    door.write(seq=1, prev=bytes(32), msg=bytes(32))
    second = door.xa.lane(door.xb.id, 1).sent[-1]
    with pytest.raises(ForkError) as caught:
        door.accept(door.parcel(3))
    assert caught.value.code == "lane.equivocation"
    assert caught.value.evidence == (first, second)


def test_a_note_that_does_not_continue_the_chain_is_evidence(door):
    door.send()
    door.accept(door.parcel(1))
    door.write(prev=bytes(32))
    with pytest.raises(ForkError) as caught:
        door.accept(door.parcel(2))
    assert caught.value.code == "lane.chain-broken"


def test_quarantine_holds_ten_thousand_notes_and_no_more(door):
    lane = door.xb.lane(door.xa.id, 1)
    lane.state = replace(lane.state, ahead=MAX_AHEAD)
    door.send(2)
    assert refused(door, door.parcel(2)) == "lane.quarantine-full"
    assert outcome(door.accept(door.parcel(1))) == [("stored", 1, 1, "")]


# Receipts


def test_a_receipt_for_a_note_that_was_never_sent_is_refused(door):
    door.send()
    statement = Statement(ReceiptKind.STORED, door.xb.id, door.xa.id, 1, 1, 1, bytes(32), 0)
    assert forged(door, statement) == "receipt.foreign"


def test_a_receipt_of_somebody_else_is_refused(door):
    door.send()
    sent = note_h(door.xa.lane(door.xb.id, 1).sent[0])
    statement = Statement(ReceiptKind.STORED, door.xc.id, door.xa.id, 1, 1, 1, sent, 0)
    assert forged(door, statement) == "receipt.misaddressed"


def forged(door: Door, statement: Statement) -> str:
    """Let XB log and prove a receipt, and return why XA refuses it."""
    places: list[int] = []
    leaf = entry(Kind.RECEIPT, salted_h(bytes(32), statement.to_bytes()))
    door.xb.waiting.append((leaf, places.append))
    door.xb.sequence()
    answer = Parcel(
        sender=door.xb.id,
        recipient=door.xa.id,
        lane=1,
        proof=door.xb.proof(0, places),
        receipts=(ReceiptLeaf(statement.to_bytes(), bytes(32), places[0]),),
    )
    with pytest.raises(DeliveryError) as caught:
        door.xa.take_answer(answer, door.xa.head(door.xb.id))
    assert not door.xa.lane(door.xb.id, 1).settled
    return caught.value.code


# Witnesses


def test_two_forks_shown_to_xb_and_xc_are_found_at_their_next_exchange(door):
    door.send()
    door.accept(door.parcel(1))
    twin = simulator.SimNode("xa.ncb", door.world)  # the same keys, another story
    twin.world = simulator.World(2, ("xa.ncb", "xc.ncb"), crash=0)
    twin.send(door.xc.id, 1)
    note = twin.lane(door.xc.id, 1).sent[0]
    twin.sequence()
    door.xc.accept(
        Parcel(sender=door.xa.id, recipient=door.xc.id, lane=1, proof=twin.proof(0, [0]), notes=(note,)).to_bytes()
    )
    door.xb.send(door.xc.id, 1)
    door.xb.deliver(door.xc.id, 1)
    door.world.run(door.world.now + 10)
    assert [code for code, _ in door.xc.incidents] == ["log.forked"]
    assert {text.splitlines()[0] for text in door.xc.incidents[0][1]} == {b"xa.ncb/x1"}


def test_a_head_under_our_own_key_that_we_never_signed_is_key_theft(door):
    door.send()
    door.xa.sequence()
    forged_text = sign(Checkpoint("xa.ncb/x1", 7, bytes(32)), simulator.toy_keys("xa.ncb/x1"))
    door.xa.hear(forged_text)
    assert [code for code, _ in door.xa.incidents] == ["key.stolen"]


# One rogue among many


def test_a_partner_that_never_answers_does_not_delay_the_others(door):
    door.world.cut.add(frozenset((door.xa.id, door.xc.id)))
    for partner in (door.xc, door.xb):
        for _ in range(30):
            door.xa.send(partner.id, 1)
        door.xa.deliver(partner.id, 1)
    door.world.run(door.world.now + 60)
    assert door.xa.unsettled(door.xb.id, 1) == []
    assert len(door.xa.unsettled(door.xc.id, 1)) == 30
