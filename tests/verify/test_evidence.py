"""Evidence of one message: every claim is judged, and each fault fails just the claim that it concerns."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.merkle.toykeys import toy_pair
from tests.verify.evidencing import (
    DAY,
    ITEMS,
    KEY,
    SENT,
    VIEW,
    XA,
    XC,
    FakeView,
    evidence_of,
    items_of,
    log_with,
    note_of,
    receipt_of,
    views_of,
    witness,
)

from comity.delivery.receipts import ReceiptKind
from comity.merkle import Checkpoint, Kind, SignedCheckpoint, Tree, leaf_hash, sign
from comity.messages import canonical
from comity.sealing import seal_body
from comity.verify import Evidence, EvidenceError, ItemProof, Items, Part, RevokedLog, State, Trust, Verdict, judge

TRUST = Trust(views_of(FakeView()))
WHOLE = evidence_of()


def faults(evidence, trust=TRUST):
    return [claim.rule for claim in judge(evidence, trust).faults]


def test_whole_evidence_is_sound_and_says_on_whom_each_claim_rests():
    report = judge(WHOLE, TRUST)
    assert report.sound
    assert {claim.rule: claim.rests_on for claim in report.claims} == {
        "note.form": ("mathematics",),
        "directory.chain": ("root", "registrar"),
        "log.keys": ("root", "registrar", "xa.ncb"),
        "log.checkpoint": ("xa.ncb",),
        "log.inclusion": ("mathematics",),
        "log.witness": ("xd.ncb",),
        "log.witnesses": ("xc.ncb", "xd.ncb"),
        "receipt.statement": ("xb.ncb",),
        "receipt.keys": ("root", "registrar", "xb.ncb"),
        "receipt.checkpoint": ("xb.ncb",),
        "receipt.inclusion": ("mathematics",),
        "time.proved": ("xc.ncb", "xd.ncb"),
        "directory.in-force": ("registrar", "xc.ncb", "xd.ncb"),
        "body.hash": ("mathematics", "xa.ncb"),
        "body.opened": ("mathematics", "xa.ncb"),
        "message.root": ("mathematics", "xa.ncb"),
        "message.parties": ("xa.ncb",),
        "message.item": ("mathematics", "xa.ncb"),
    }


def test_the_proved_time_is_when_the_second_uninvolved_member_had_seen_the_log():
    assert judge(WHOLE, TRUST).proved_time == SENT + 7200


def test_evidence_is_the_same_after_bytes():
    assert Evidence.from_bytes(WHOLE.to_bytes()) == WHOLE


# The note and its place


def test_a_changed_note_is_not_in_the_log():
    assert "log.inclusion" in faults(replace(WHOLE, note=note_of(sent=SENT + 1)))


def test_bytes_that_are_no_note_end_the_judgement():
    report = judge(replace(WHOLE, note=b"no note"), TRUST)
    assert [claim.rule for claim in report.claims] == ["note.form"]
    assert not report.sound


def test_a_note_at_another_index_is_refused():
    assert faults(replace(WHOLE, proof=replace(WHOLE.proof, index=6))) == ["log.inclusion"]


@pytest.mark.parametrize("line", [0, 1])
def test_a_checkpoint_with_one_of_the_two_signatures_is_refused(line):
    signed = SignedCheckpoint.parse(WHOLE.proof.checkpoint.encode())
    weak = replace(signed, lines=(signed.lines[line],)).to_bytes().decode()
    assert "log.checkpoint" in faults(replace(WHOLE, proof=replace(WHOLE.proof, checkpoint=weak)))


def test_a_note_in_another_members_log_is_refused():
    _, proof = log_with("xc.ncb/x1", b"l" * 32)
    assert "log.keys" in faults(replace(WHOLE, proof=proof))


def test_keys_that_the_directory_does_not_name_are_refused():
    trust = Trust(views_of(FakeView(logs={"xa.ncb/x1": ()})))
    assert "log.keys" in faults(WHOLE, trust)


def test_keys_that_the_directory_named_at_another_time_are_refused():
    trust = Trust(views_of(FakeView(logs={"xa.ncb/x1": (toy_pair("xa.ncb/x1", generation=2),)})))
    assert "log.checkpoint" in faults(WHOLE, trust)


def test_after_a_rotation_either_pair_of_the_directory_does():
    both = (toy_pair("xa.ncb/x1", generation=2), toy_pair("xa.ncb/x1"))
    assert judge(WHOLE, Trust(views_of(FakeView(logs={"xa.ncb/x1": both})))).sound


# The directory and time


def test_evidence_without_the_directory_version_that_the_note_names_is_refused():
    assert "directory.chain" in faults(WHOLE, Trust(views_of()))


@pytest.mark.parametrize("version", [(2, 7, VIEW), (1, 8, VIEW)])
def test_a_directory_version_with_other_numbers_is_refused(version):
    assert faults(WHOLE, Trust(views_of(FakeView(version=version)))) == ["directory.chain"]


def test_expiry_is_judged_at_the_proved_time_and_never_today():
    assert judge(WHOLE, Trust(views_of(FakeView(members={XA: SENT + 7200})))).sound
    one_in_time = judge(WHOLE, Trust(views_of(FakeView(members={XA: SENT + 7199}))))
    assert one_in_time.claim("directory.in-force").rests_on == ("registrar", "xc.ncb")
    by_recipient = judge(WHOLE, Trust(views_of(FakeView(members={XA: SENT + 3599}))))
    assert by_recipient.claim("directory.in-force").rests_on == ("registrar", "xb.ncb")
    assert faults(WHOLE, Trust(views_of(FakeView(members={XA: SENT + 29})))) == ["directory.in-force"]


def test_a_note_sent_after_it_was_seen_contradicts_its_witnesses():
    late = evidence_of(note_of(sent=SENT + 2 * DAY), receipts=())
    assert faults(late) == ["time.proved"]


def test_without_uninvolved_witnesses_the_time_rests_on_the_recipient():
    alone = replace(WHOLE, proof=replace(WHOLE.proof, witnesses=WHOLE.proof.witnesses[:1]))
    report = judge(alone, TRUST)
    assert report.sound
    assert report.claim("log.witnesses").verdict is Verdict.ABSENT
    assert report.claim("time.proved").rests_on == ("xb.ncb",)
    assert report.proved_time == SENT + 30


def test_without_any_witness_the_time_rests_on_the_sender():
    report = judge(replace(WHOLE, proof=replace(WHOLE.proof, witnesses=()), receipts=()), TRUST)
    assert report.sound
    assert report.proved_time is None
    assert report.claim("time.proved").rests_on == ("xa.ncb",)


# Witnesses


def with_witness(*witnesses):
    return replace(WHOLE, proof=replace(WHOLE.proof, witnesses=witnesses))


def test_a_witness_whose_checkpoint_does_not_extend_the_proof_is_refused():
    fork, _ = log_with("xa.ncb/x1", b"another leaf of thirty-two bytes")
    assert faults(with_witness(witness(fork, "xa.ncb/x1", "xc.ncb/x1", SENT + 60))) == ["log.witness"]


def test_a_witness_of_another_log_is_refused():
    other, _ = log_with("xd.ncb/x1", b"l" * 32)
    assert faults(with_witness(witness(other, "xd.ncb/x1", "xc.ncb/x1", SENT + 60))) == ["log.witness"]


def test_a_log_is_no_witness_of_itself():
    tree, _ = log_with("xa.ncb/x1", b"l" * 32)
    assert faults(with_witness(witness(tree, "xa.ncb/x1", "xa.ncb/x2", SENT + 60))) == ["log.witness"]


def test_a_witness_under_another_name_is_refused():
    assert faults(with_witness(replace(WHOLE.proof.witnesses[1], log="xd.ncb/x1"))) == ["log.witness"]


def test_a_witness_whose_keys_had_run_out_is_refused():
    trust = Trust(views_of(FakeView(), FakeView(version=(1, 9, "f" * 64), runs_out=SENT + 3599)))
    assert faults(with_witness(replace(WHOLE.proof.witnesses[1], view="f" * 64)), trust) == ["log.witness"]


@pytest.mark.parametrize("log", ["nonsense", "xc.ncb", "", "xc.ncb/q1"])
def test_a_witness_that_is_no_log_is_refused(log):
    assert faults(with_witness(replace(WHOLE.proof.witnesses[1], log=log))) == ["log.witness"]


def test_two_words_of_one_member_are_one_witness():
    twice = with_witness(WHOLE.proof.witnesses[1], WHOLE.proof.witnesses[1])
    assert judge(twice, TRUST).claim("log.witnesses").verdict is Verdict.ABSENT


# Theft of keys


def test_a_log_whose_keys_were_stolen_later_is_saved_by_its_witnesses():
    trust = replace(TRUST, revoked=(RevokedLog("xa.ncb/x1", SENT + DAY),))
    report = judge(WHOLE, trust)
    assert report.sound
    assert report.claim("log.before-theft").rests_on == ("verifier", "xc.ncb", "xd.ncb")


def test_a_log_whose_keys_were_stolen_before_anybody_else_saw_it_proves_nothing():
    trust = replace(TRUST, revoked=(RevokedLog("xa.ncb/x1", SENT + 10),))
    assert faults(WHOLE, trust) == ["log.before-theft"]


def test_a_theft_that_the_directory_itself_names_counts_as_well():
    trust = Trust(views_of(FakeView(stolen={"xa.ncb/x1": SENT + 10})))
    assert faults(WHOLE, trust) == ["log.before-theft"]
    assert judge(WHOLE, Trust(views_of(FakeView(stolen={"xa.ncb/x1": SENT + DAY})))).sound


def test_the_word_of_a_party_does_not_save_a_stolen_log():
    alone = replace(WHOLE, proof=replace(WHOLE.proof, witnesses=WHOLE.proof.witnesses[:1]))
    assert faults(alone, replace(TRUST, revoked=(RevokedLog("xa.ncb/x1", SENT + DAY),))) == ["log.before-theft"]


def test_a_witness_whose_keys_were_stolen_is_not_counted():
    report = judge(WHOLE, replace(TRUST, revoked=(RevokedLog(f"{XC}/x1", SENT + 30 * DAY),)))
    assert report.sound
    assert report.claim("log.witnesses").verdict is Verdict.ABSENT
    assert report.proved_time == SENT + 7200


# What was said


@pytest.mark.parametrize("state", [State.ERASED, State.WITHHELD])
def test_a_body_that_is_gone_is_said_to_be_and_nothing_breaks(state):
    gone = replace(WHOLE, body=Part(state), content_key=Part(state))
    report = judge(gone, TRUST)
    assert report.sound
    assert report.claim("body.hash").verdict == report.claim("body.opened").verdict == Verdict(state.value)


def test_erased_items_are_said_to_be_erased_and_the_others_still_verify():
    gone = replace(WHOLE, content_key=Part(State.ERASED), items=replace(WHOLE.items, state=State.ERASED))
    report = judge(gone, TRUST)
    assert report.sound
    assert report.claim("message.items").verdict is Verdict.ERASED
    assert report.claim("message.items").details == (("count", "4"), ("left", "2"))
    assert [claim.verdict for claim in report.claims if claim.rule == "message.item"] == [Verdict.HOLDS] * 2


def test_another_body_is_refused():
    other = replace(WHOLE, body=Part(State.GIVEN, WHOLE.body.data[:-1] + b"x"))
    assert faults(other) == ["body.hash", "body.opened"]


def test_a_key_that_does_not_open_the_body_is_refused():
    assert faults(replace(WHOLE, content_key=Part(State.GIVEN, b"x" * 32))) == ["body.opened"]
    assert faults(replace(WHOLE, content_key=Part(State.GIVEN, KEY[:31]))) == ["body.opened"]


def test_a_message_whose_items_are_not_the_committed_ones_is_refused():
    lying = evidence_of(note_of(msg=sha256(b"other items").digest()))
    assert faults(lying) == ["message.root", "message.item", "message.item"]


@pytest.mark.parametrize(
    "head",
    [
        {"from": "xc.ncb", "to": ["xb.ncb"]},
        {"from": "xa.ncb", "to": ["xc.ncb"]},
        {"from": "xa.ncb", "to": "xb.ncb"},
        {"from": "xa.ncb"},
        {},
    ],
)
def test_what_was_written_to_somebody_else_and_passed_on_is_found(head):
    others = items_of([("head", head), ("question", {"asks": "where"})])
    body = seal_body(KEY, canonical.encode({"v": 1, "items": list(others)}))
    tree = Tree(leaf_hash(item) for item in others)
    note = note_of(msg=tree.root(), body=sha256(body).digest(), size=len(body))
    shown = Items(2, State.WITHHELD, (ItemProof(0, others[0], tree.inclusion(0)),))
    passed_on = evidence_of(note, body=Part(State.GIVEN, body), items=shown, receipts=())
    assert faults(passed_on) == ["message.parties", "message.parties"]
    without_key = replace(passed_on, content_key=Part(State.WITHHELD))
    assert faults(without_key) == ["message.parties"]


def test_a_body_that_is_no_message_is_found():
    body = seal_body(KEY, b"no payload")
    note = note_of(body=sha256(body).digest(), size=len(body))
    assert "message.root" in faults(evidence_of(note, body=Part(State.GIVEN, body), receipts=()))


def test_an_item_that_was_altered_or_moved_is_refused():
    first, second = WHOLE.items.given
    altered = replace(first, item=ITEMS[1])
    moved = replace(second, index=3)
    assert faults(replace(WHOLE, items=replace(WHOLE.items, given=(altered, second)))) == ["message.item"]
    assert faults(replace(WHOLE, items=replace(WHOLE.items, given=(first, moved)))) == ["message.item"]


def test_a_wrong_number_of_items_is_refused_where_the_message_is_open():
    assert "message.root" in faults(replace(WHOLE, items=replace(WHOLE.items, count=5, given=())))


# Receipts


def test_evidence_without_a_receipt_says_so():
    report = judge(replace(WHOLE, receipts=()), TRUST)
    assert report.sound
    assert report.claim("receipt.statement").verdict is Verdict.ABSENT


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"issuer": XC}, "receipt.misaddressed"),
        ({"sender": XC}, "receipt.misaddressed"),
        ({"lane": 0}, "receipt.misaddressed"),
        ({"first": 2, "last": 2}, "receipt.other-run"),
        ({"last_hash": bytes(32)}, "receipt.chain"),
    ],
)
def test_a_receipt_for_something_else_is_refused(changes, found):
    report = judge(replace(WHOLE, receipts=(receipt_of(WHOLE.note, **changes),)), TRUST)
    assert [claim.details for claim in report.faults] == [(("found", found),)]


def test_a_receipt_for_a_run_names_our_note_through_the_notes_after_it():
    second = note_of(2, sha256(WHOLE.note).digest())
    third = note_of(3, sha256(second).digest())
    run = receipt_of(WHOLE.note, chain=(second, third))
    report = judge(replace(WHOLE, receipts=(run,)), TRUST)
    assert report.sound
    assert ("named", "hash") in report.claim("receipt.statement").details
    by_place = judge(replace(WHOLE, receipts=(replace(run, chain=()),)), TRUST)
    assert by_place.sound
    assert ("named", "place") in by_place.claim("receipt.statement").details
    for broken in ((third,), (second,), (second, second), (b"no note", third)):
        assert faults(replace(WHOLE, receipts=(replace(run, chain=broken),))) == ["receipt.statement"]


def test_a_refusal_is_proved_like_a_receipt_with_its_code():
    refusal = receipt_of(WHOLE.note, kind=ReceiptKind.REFUSED, log_kind=Kind.REFUSAL, code="note.expired")
    report = judge(replace(WHOLE, receipts=(refusal,)), TRUST)
    assert report.sound
    assert ("code", "note.expired") in report.claim("receipt.statement").details


def test_a_receipt_of_one_kind_logged_as_another_is_refused():
    lying = receipt_of(WHOLE.note, kind=ReceiptKind.READ, log_kind=Kind.RECEIPT)
    assert faults(replace(WHOLE, receipts=(lying,))) == ["receipt.inclusion"]


def test_a_receipt_with_another_salt_is_refused():
    assert faults(replace(WHOLE, receipts=(replace(WHOLE.receipts[0], salt=b"t" * 32),))) == ["receipt.inclusion"]
    assert faults(replace(WHOLE, receipts=(replace(WHOLE.receipts[0], salt=b"t"),))) == ["receipt.statement"]


def test_bytes_that_are_no_receipt_are_refused():
    assert faults(replace(WHOLE, receipts=(replace(WHOLE.receipts[0], statement=b"no"),))) == ["receipt.statement"]


def test_a_receipt_in_the_senders_own_log_is_refused():
    receipt = WHOLE.receipts[0]
    forged = sign(Checkpoint("xa.ncb/x1", 16, bytes(32)), toy_pair("xa.ncb/x1")).decode()
    moved = replace(receipt, proof=replace(receipt.proof, log="xa.ncb/x1", checkpoint=forged))
    assert "receipt.keys" in faults(replace(WHOLE, receipts=(moved,)))


# The file


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"{" * 100_000,
        WHOLE.to_bytes()[:-10],
        WHOLE.to_bytes().replace(b"comity-evidence/v1", b"comity-evidence/v2"),
        WHOLE.to_bytes().replace(b'"index": 5', b'"index": "5"'),
        WHOLE.to_bytes().replace(b'"given"', b'"guessed"'),
    ],
)
def test_a_file_that_is_no_evidence_says_so_in_one_sentence(data):
    with pytest.raises(EvidenceError, match="no evidence file"):
        Evidence.from_bytes(data)


def test_a_file_that_is_too_large_is_not_read():
    with pytest.raises(EvidenceError, match="too large"):
        Evidence.from_bytes(b" " * (64 * 1024 * 1024 + 1))


@given(st.data())
def test_whatever_byte_of_a_file_changes_nothing_but_a_judgement_comes_of_it(data):
    raw = bytearray(WHOLE.to_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        changed = Evidence.from_bytes(bytes(raw))
    except EvidenceError:
        return
    report = judge(changed, TRUST)
    assert not report.sound or changed == WHOLE or report.claims
