"""A member's document is read strictly; what nobody asked for is refused, and what was written is read back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.directory_world import NOW, XA, XB, member, seed, tls

from comity.directory import (
    Closing,
    ContactPoint,
    DocumentError,
    Hours,
    Revocation,
    Revoked,
    erase_after,
    new_log,
    read_member,
    week_of,
    weeks_to_publish,
    with_new_keys,
)
from comity.directory.patch import apply_patch, make_patch
from comity.directory.revocations import read_revocations, write_revocations
from comity.merkle import Checkpoint, SignedCheckpoint, sign, sign_lines
from comity.merkle import verify as verify_checkpoint
from comity.sealing import LogKeys
from comity.vocabulary.authority import LogName

X1 = LogName.parse("xa.ncb/x1")
ROOT = b"\7" * 32


def document(**changes) -> bytes:
    return json.dumps({**json.loads(member("xa.ncb").to_bytes()), **changes}).encode()


def test_a_document_is_read_back_as_it_was_written():
    assert read_member(member("xa.ncb").to_bytes(), XA) == member("xa.ncb")


def test_the_same_member_is_written_in_one_way():
    assert read_member(member("xa.ncb").to_bytes(), XA).to_bytes() == member("xa.ncb").to_bytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": True},
        {"authority": "xb.spoc"},
        {"state": "XB"},
        {"name": {}},
        {"name": {"english": "x"}},
        {"languages": "en"},
        {"languages": [7]},
        {"endpoints": ["http://xa.localhost"]},
        {"endpoints": ["https://user:secret@xa.localhost"]},
        {"endpoints": ["https://"]},
        {"endpoints": ["https://xa.localhost:0"]},
        {"endpoints": ["https://xa.localhost/?next=elsewhere"]},
        {"endpoints": ["https://xa"] * 6},
        {"tls": [{"certificate": tls("xa.ncb").certificate, "spki": "00" * 32}]},
        {"tls": [{"certificate": tls("xa.ncb").certificate * 2, "spki": tls("xa.ncb").spki}]},
        {"tls": [{"certificate": "none", "spki": "00" * 32}]},
        {"kem": [{"public": "AAAA", "from": 0, "until": 1}]},
        {"kem": json.loads(member("xa.ncb").to_bytes())["kem"] * 2},
        {"logs": json.loads(member("xb.spoc").to_bytes())["logs"]},
        {"logs": json.loads(member("xa.ncb").to_bytes())["logs"] * 2},
        {
            "contacts": [
                {"name": {"en": "x"}, "phone": "", "email": "", "languages": [], "zone": "Nowhere", "hours": []}
            ]
        },
        {"contacts": {}},
        {"more": 1},
    ],
)
def test_a_document_out_of_shape_is_refused(changes):
    with pytest.raises(DocumentError):
        read_member(document(**changes), XA)


@pytest.mark.parametrize("field", sorted(set(json.loads(member("xa.ncb").to_bytes())) - {"successions"}))
def test_every_field_is_needed(field):
    found = json.loads(member("xa.ncb").to_bytes())
    del found[field]
    with pytest.raises(DocumentError):
        read_member(json.dumps(found).encode(), XA)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\xff", b'{"v":1,"v":1}', b"1.5", b"NaN", b"[" * 100_000, b" " * 300_000 + b"{}"]
)
def test_what_is_no_strict_json_is_refused(data):
    with pytest.raises(DocumentError):
        read_member(data, XA)


def test_another_members_document_is_refused():
    with pytest.raises(DocumentError):
        read_member(member("xa.ncb").to_bytes(), XB)


@given(st.binary(max_size=200))
def test_noise_is_refused_in_one_way(data):
    with pytest.raises(DocumentError):
        read_member(data, XA)


# Keys


def test_a_kem_key_ends_after_it_begins():
    kem = json.loads(member("xa.ncb").to_bytes())["kem"]
    kem[0]["until"] = kem[0]["from"]
    with pytest.raises(DocumentError):
        read_member(document(kem=kem), XA)


def test_the_key_of_the_week_is_used_and_none_when_nobody_published_one():
    found = member("xa.ncb")
    for entry in found.kem_keys:
        assert found.kem_at(entry.valid_from) == entry
        assert found.kem_at(entry.valid_until - timedelta(seconds=1)) == entry
    assert found.kem_at(found.kem_keys[0].valid_from - timedelta(seconds=1)) is None
    assert found.kem_at(found.kem_keys[-1].valid_until) is None


def test_keys_reach_five_weeks_ahead():
    weeks = weeks_to_publish((), NOW)
    assert weeks[0][0] == week_of(NOW) == datetime(2026, 3, 2, tzinfo=UTC)
    assert len(weeks) == 6
    assert all(one[1] == other[0] for one, other in pairwise(weeks))
    assert weeks_to_publish((start for start, _ in weeks), NOW) == ()
    assert len(weeks_to_publish((start for start, _ in weeks), NOW + timedelta(days=7))) == 1


def test_a_private_key_outlives_the_last_note_by_a_week():
    assert erase_after(NOW) == NOW + timedelta(days=37)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # hypothesis adds it
def test_a_week_begins_on_a_monday_and_holds_its_instant(now):
    start = week_of(now)
    assert start.isoweekday() == 1
    assert start <= now < start + timedelta(days=7)


# Logs


def keys(number: int) -> LogKeys:
    return LogKeys.from_seed("xa.ncb/x1", seed(f"log {number}"))


def handover(checkpoint: Checkpoint, *signers: LogKeys) -> bytes:
    lines = [line for one in signers for line in sign_lines(checkpoint, one.signers)]
    return SignedCheckpoint(checkpoint, tuple(lines)).to_bytes()


def test_a_change_of_log_keys_is_signed_by_both_and_believed_by_size():
    checkpoint = Checkpoint("xa.ncb/x1", 100, ROOT)
    entry = with_new_keys(new_log(X1, keys(1).public), keys(2).public, handover(checkpoint, keys(1), keys(2)))
    changed = replace(member("xa.ncb"), logs={X1: entry})
    assert read_member(changed.to_bytes(), XA) == changed
    before, after = Checkpoint("xa.ncb/x1", 99, ROOT), Checkpoint("xa.ncb/x1", 101, ROOT)
    assert verify_checkpoint(sign(before, keys(1).signers), entry.verifiers_at(99)) == before
    assert verify_checkpoint(sign(after, keys(2).signers), entry.verifiers_at(101)) == after
    assert verify_checkpoint(sign(after, keys(2).signers), entry.verifiers) == after


@pytest.mark.parametrize("signers", [(1,), (2,), (2, 3), ()])
def test_new_log_keys_that_one_side_did_not_sign_for_are_refused(signers):
    checkpoint = Checkpoint("xa.ncb/x1", 100, ROOT)
    signed = handover(checkpoint, *(keys(number) for number in signers)) if signers else b"nothing"
    with pytest.raises(DocumentError, match="not signed for"):
        with_new_keys(new_log(X1, keys(1).public), keys(2).public, signed)


def test_changes_of_log_keys_are_in_order_of_size():
    first = handover(Checkpoint("xa.ncb/x1", 100, ROOT), keys(1), keys(2))
    second = handover(Checkpoint("xa.ncb/x1", 99, ROOT), keys(2), keys(3))
    entry = with_new_keys(new_log(X1, keys(1).public), keys(2).public, first)
    with pytest.raises(DocumentError, match="order"):
        with_new_keys(entry, keys(3).public, second)


def test_a_closed_log_is_believed_up_to_its_last_trusted_size():
    entry = replace(new_log(X1, keys(1).public), closed=Closing(50, ROOT, NOW))
    assert entry.believes(Checkpoint("xa.ncb/x1", 49, b"\1" * 32))
    assert entry.believes(Checkpoint("xa.ncb/x1", 50, ROOT))
    assert not entry.believes(Checkpoint("xa.ncb/x1", 50, b"\1" * 32))
    assert not entry.believes(Checkpoint("xa.ncb/x1", 51, ROOT))
    assert read_member(replace(member("xa.ncb"), logs={X1: entry}).to_bytes(), XA).logs[X1] == entry


def test_after_a_closed_log_the_next_one_is_in_use():
    closed = replace(new_log(X1, keys(1).public), closed=Closing(50, ROOT, NOW))
    x2 = LogName.parse("xa.ncb/x2")
    following = new_log(x2, LogKeys.from_seed(str(x2), bytes(32)).public)
    found = replace(member("xa.ncb"), logs={X1: closed, x2: following})
    assert found.present_log("x") == following
    assert replace(found, logs={X1: closed}).present_log("x") is None


# Contact points


def test_a_contact_point_keeps_its_own_hours():
    office = ContactPoint(
        {"en": "Desk"}, "", "", ("en",), "America/New_York", (Hours(1, time(8), time(16)), Hours(1, time(20), time(0)))
    )
    monday = datetime(2026, 3, 2, tzinfo=UTC)  # five hours ahead of New York
    assert not office.open_at(monday.replace(hour=12, minute=59))
    assert office.open_at(monday.replace(hour=13))
    assert not office.open_at(monday.replace(hour=21))
    assert office.open_at(monday.replace(hour=4) + timedelta(days=1))
    assert not office.open_at(monday.replace(hour=5) + timedelta(days=1))
    assert replace(office, hours=()).open_at(monday)
    found = replace(member("xa.ncb"), contacts=(office,))
    assert read_member(found.to_bytes(), XA) == found


# Revocations


def test_revocations_are_read_back():
    listed = (
        Revocation(XA, Revoked.MEMBERSHIP, "", NOW, "conference.decision"),
        Revocation(XA, Revoked.LOG, "xa.ncb/x1", NOW, "key.compromised", Closing(7, ROOT, NOW)),
    )
    assert read_revocations(write_revocations(listed)) == listed


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"authority": "xa", "kind": "kem", "id": "", "from": 0, "reason": ""},
        {"authority": "xa.ncb", "kind": "other", "id": "", "from": 0, "reason": ""},
        {"authority": "xa.ncb", "kind": "log", "id": "xa.ncb/x1", "from": 0, "reason": ""},
        {"authority": "xa.ncb", "kind": "log", "id": "x", "from": 0, "reason": ""},
        {"authority": "xa.ncb", "kind": "kem", "id": "", "from": 10**15, "reason": ""},
    ],
)
def test_a_revocation_out_of_shape_is_refused(item):
    with pytest.raises(DocumentError):
        read_revocations(json.dumps({"v": 1, "revocations": [item]}).encode())


# Patches

values = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(max_size=3), values, max_size=5)


@given(objects, objects)
def test_a_patch_yields_the_new_file(old, new):
    before, after = (json.dumps(value, separators=(",", ":"), sort_keys=True).encode() for value in (old, new))
    assert apply_patch(before, make_patch(before, after)) == after


@given(st.binary(max_size=50))
def test_noise_is_no_patch(noise):
    assert apply_patch(b"{}", noise) is None
