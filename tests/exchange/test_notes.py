"""Notes at a real door: inauthentic ones leave no trace, authentic ones that break a rule take their place.

XD's folder is the test's; its worker does not run. XB's door is the real one.
"""

from dataclasses import replace

import pytest

from comity.delivery import Fault, Parcel
from comity.messages.note import parse_note

B, D = "xb.spoc", "xd.ncb"
DAY = 86_400


def lane_at_b(found: dict) -> int:
    return next((row[4] for row in found["lanes"] if row[:3] == [B, D, 1]), 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": -10}, "note.expired"),
        ({"sent": 1000}, "note.future"),
        ({"exp": 31 * DAY}, "note.lifetime"),
        ({"suite": 9}, "note.suite"),
        ({"v": 9}, "note.version"),
        ({"msg": None}, "message.root"),
    ],
    ids=[
        "expired",
        "from the future",
        "too long-lived",
        "of an unknown suite",
        "of another version",
        "of another message",
    ],
)
def test_an_authentic_note_that_breaks_a_rule_is_answered_and_takes_its_place(federation, changes, code):
    before = federation["XB"].call("state")
    told = federation["XD"].call("state")
    assert federation["XD"].call("send_odd", sender=D, recipient=B, changes=changes) == 1
    assert federation["XD"].call("send_signed", sender=D, recipients=[B], count=1) == 1
    assert federation["XD"].call("deliver_now", own=D, partner=B) == [2, ""]
    after = federation["XB"].call("state")
    assert (after["refused"], after["arrived"]) == (before["refused"] + 1, before["arrived"] + 1)
    assert lane_at_b(after) == lane_at_b(before) + 2
    assert code in after["codes"]
    answered = federation["XD"].call("state")
    assert answered["refused_by_partner"] == told["refused_by_partner"] + 1
    assert code in answered["codes"]
    assert federation["XB"].call("audit")["wrong"] == []
    assert federation["XD"].call("audit")["wrong"] == []


@pytest.fixture
def parcel(federation, tmp_path) -> Parcel:
    """XD's honest parcel of three notes for XB, proved from the head that XB holds."""
    federation["XD"].call("send_signed", sender=D, recipients=[B], count=1)
    federation["XD"].call("deliver_now", own=D, partner=B)
    federation["XD"].call("send_signed", sender=D, recipients=[B], count=3)
    assert federation["XD"].call("compose", own=D, partner=B, path=str(tmp_path / "parcel")) == 3
    return Parcel.from_bytes((tmp_path / "parcel").read_bytes())


def wrapped_anew(parcel: Parcel) -> bytes:
    note = parse_note(parcel.notes[1])
    other = replace(note, wrap=bytes(reversed(note.wrap))).to_bytes()
    return replace(parcel, notes=(parcel.notes[0], other, parcel.notes[2])).to_bytes()


def padded(parcel: Parcel) -> bytes:
    """The same map with a length written in more bytes than it needs."""
    data = parcel.to_bytes()
    return b"\xb8" + bytes([data[0] & 0x1F]) + data[1:]


INAUTHENTIC = {
    "wrapped anew": (wrapped_anew, "proof.inclusion"),
    "in another order": (lambda one: replace(one, notes=one.notes[::-1]).to_bytes(), "proof.inclusion"),
    "one left out": (lambda one: replace(one, notes=one.notes[1:]).to_bytes(), None),
    "said to be of the other lane": (lambda one: replace(one, lane=0).to_bytes(), None),
    "without bodies": (lambda one: replace(one, bodies=()).to_bytes(), "body.missing"),
    "with another's bodies": (lambda one: replace(one, bodies=(b"x" * 900,)).to_bytes(), "body.missing"),
    "one bit of a note": (
        lambda one: replace(one, notes=(one.notes[0][:-1] + bytes([one.notes[0][-1] ^ 1]), *one.notes[1:])).to_bytes(),
        "proof.inclusion",
    ),
    "not canonical": (padded, "parcel.noncanonical"),
    "with a byte behind it": (lambda one: one.to_bytes() + b"\x00", "parcel.noncanonical"),
    "cut": (lambda one: one.to_bytes()[:-1], None),
    "to somebody else": (
        lambda one: replace(one, recipient=one.recipient.parse("xc.ncb")).to_bytes(),
        "parcel.misaddressed",
    ),
    "another's log": (
        lambda one: replace(one, proof=replace(one.proof, log=one.proof.log.parse("xa.ncb/x1"))).to_bytes(),
        None,
    ),
}


@pytest.mark.parametrize("name", INAUTHENTIC)
def test_an_inauthentic_parcel_leaves_no_trace_but_a_count(federation, parcel, name):
    spoil, expected = INAUTHENTIC[name]
    before = federation["XB"].call("state")
    status, answered = federation["XD"].call("knock", partner=B, data=spoil(parcel).hex())
    code = Fault.from_bytes(bytes.fromhex(answered)).code
    assert status == 400
    assert expected in {None, code}
    federation["XB"].wait("state", lambda now: now["rejections"].get(code, 0) > before["rejections"].get(code, 0))
    after = federation["XB"].call("state")
    for what in ("arrived", "refused", "lanes", "incidents"):
        assert after[what] == before[what]
    assert after["logs"][f"{B}/x1"] == before["logs"][f"{B}/x1"]  # the acts log has acts of its own
    assert federation["XD"].call("deliver_now", own=D, partner=B)[0] == 3  # the honest parcel still arrives


def test_a_note_for_somebody_else_is_refused_with_its_whole_parcel(federation):
    """Its place cannot be known (docs/protocol/delivery.md, 5.1): it stops its lane for as long as it is sent."""
    before = federation["XB"].call("state")
    federation["XD"].call("send_odd", sender=D, recipient=B, changes={"lane": 0})
    settled, code = federation["XD"].call("deliver_now", own=D, partner=B)
    assert settled == 0
    assert code.startswith("note.")
    after = federation["XB"].call("state")
    assert (after["arrived"], after["refused"], after["lanes"]) == (
        before["arrived"],
        before["refused"],
        before["lanes"],
    )
    assert federation["XD"].call("take_back", own=D, partner=B) == 1
    federation["XD"].call("send_signed", sender=D, recipients=[B], count=1)
    assert federation["XD"].call("deliver_now", own=D, partner=B) == [1, ""]


def test_a_parcel_that_closes_a_gap_may_bring_again_what_had_come_ahead(federation, tmp_path):
    """The answer to what came ahead is lost, so that the gap's note, those behind it and a new one come together."""
    sender, door = federation["XD"], federation["XB"]
    sender.call("send_signed", sender=D, recipients=[B], count=1)
    sender.call("deliver_now", own=D, partner=B)
    before = door.call("state")
    sender.call("send_signed", sender=D, recipients=[B], count=1)
    assert sender.call("settle_away", own=D, partner=B) == 1  # on its way nowhere: a gap
    sender.call("send_signed", sender=D, recipients=[B], count=2)
    ahead = str(tmp_path / "ahead")
    assert sender.call("compose", own=D, partner=B, path=ahead) == 2
    assert sender.call("knock_with_file", partner=B, path=ahead)[0] == 200
    assert door.call("state")["arrived"] == before["arrived"] + 2
    assert lane_at_b(door.call("state")) == lane_at_b(before)

    assert sender.call("wait_again", own=D, partner=B, count=3) == 3
    sender.call("send_signed", sender=D, recipients=[B], count=1)
    assert sender.call("deliver_now", own=D, partner=B) == [4, ""]
    after = door.call("state")
    assert after["arrived"] == before["arrived"] + 4
    assert lane_at_b(after) == lane_at_b(before) + 4
    sender.call("send_signed", sender=D, recipients=[B], count=1)  # nothing waits behind a gap any more
    assert sender.call("deliver_now", own=D, partner=B) == [1, ""]
    assert lane_at_b(door.call("state")) == lane_at_b(before) + 5
    for node in (sender, door):
        assert node.call("audit")["wrong"] == []
