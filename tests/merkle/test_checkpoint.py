"""Checkpoints and cosignatures: both signatures by name, one spelling, and nothing that nobody reads."""

from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.merkle.toykeys import toy_pair

from comity.merkle import (
    EMPTY_ROOT,
    ML_DSA_65,
    Checkpoint,
    CheckpointError,
    ProofError,
    SignatureError,
    SignedCheckpoint,
    Tree,
    cosign,
    key_id,
    leaf_hash,
    parse_body,
    parse_signed_note,
    sign,
    sign_lines,
    verify,
    verify_cosignature,
    verify_extends,
)

XA, XB = toy_pair("xa.ncb/x1"), toy_pair("xb.ncb/x1")
HEAD = Checkpoint("xa.ncb/x1", 17, leaf_hash(b"seventeen"))
NOTE = sign(HEAD, XA)


def test_a_checkpoint_is_three_lines():
    assert HEAD.body() == b"xa.ncb/x1\n17\n" + b64encode(HEAD.root) + b"\n"


@given(st.integers(0, 1 << 62), st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_is_believed_and_read_back(size, root):
    head = Checkpoint("xa.ncb/x1", size, root)
    assert verify(sign(head, XA), XA) == head
    assert SignedCheckpoint.parse(sign(head, XA)).to_bytes() == sign(head, XA)


@pytest.mark.parametrize("dropped", [0, 1])
def test_a_checkpoint_without_one_of_the_two_signatures_is_refused(dropped):
    signed = SignedCheckpoint.parse(NOTE)
    left = replace(signed, lines=(signed.lines[1 - dropped],))
    with pytest.raises(SignatureError):
        verify(left.to_bytes(), XA)


@pytest.mark.parametrize("which", [0, 1])
def test_a_checkpoint_with_one_wrong_signature_is_refused(which):
    signed = SignedCheckpoint.parse(NOTE)
    lines = list(signed.lines)
    lines[which] = replace(lines[which], signature=bytes(64))
    with pytest.raises(SignatureError, match="wrong"):
        verify(replace(signed, lines=tuple(lines)).to_bytes(), XA)


def test_two_signatures_by_one_key_do_not_stand_for_two():
    signed = SignedCheckpoint.parse(NOTE)
    with pytest.raises(SignatureError):
        verify(replace(signed, lines=(signed.lines[0],) * 2).to_bytes(), XA)


def test_a_signature_moved_to_another_root_is_refused():
    signed = SignedCheckpoint.parse(NOTE)
    moved = SignedCheckpoint(replace(signed.checkpoint, root=bytes(32)), signed.lines)
    with pytest.raises(SignatureError):
        verify(moved.to_bytes(), XA)


def test_a_checkpoint_of_another_log_is_refused_though_its_keys_are_known():
    with pytest.raises(SignatureError, match="another log"):
        verify(sign(Checkpoint("xb.ncb/x1", 1, bytes(32)), XB), XA)
    with pytest.raises(ValueError, match="own name"):
        sign(HEAD, XB)


@pytest.mark.parametrize("keys", [XA[:1], XA[1:], (XA[0], XA[0]), (XA[0], XB[1]), (*XA, *XB), ()])
def test_nobody_can_ask_for_less_than_both_signatures(keys):
    with pytest.raises(ValueError, match="exactly one"):
        verify(NOTE, keys)
    with pytest.raises(ValueError, match="exactly one"):
        sign(HEAD, keys)


def test_lines_of_strangers_are_ignored():
    signed = SignedCheckpoint.parse(NOTE).joined(SignedCheckpoint.parse(cosign(HEAD, XB, 1_800_000_000)))
    assert len(signed.lines) == 4
    assert verify(signed.to_bytes(), XA) == HEAD


def test_at_a_rotation_one_checkpoint_is_believed_under_old_and_new_keys():
    new = toy_pair("xa.ncb/x1", generation=2)
    both = SignedCheckpoint(HEAD, sign_lines(HEAD, XA) + sign_lines(HEAD, new)).to_bytes()
    assert verify(both, XA) == verify(both, new) == HEAD
    with pytest.raises(SignatureError):
        verify(NOTE, new)


def test_a_key_id_differs_by_name_algorithm_and_key():
    assert len({key_id(key.name, key.algorithm, key.public) for key in (*XA, *XB)}) == 4
    assert key_id("a", ML_DSA_65, b"k") != key_id("a", b"\x01", b"k")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"xa.ncb/x1\n17\n",
        HEAD.body()[:-1],
        HEAD.body() + b"extension\n",
        HEAD.body().replace(b"17", b"017"),
        HEAD.body().replace(b"17", b"-1"),
        HEAD.body().replace(b"17", b"99999999999999999999"),
        HEAD.body().replace(b"17", b"9223372036854775807"),
        HEAD.body().replace(b"=\n", b"\n"),
        HEAD.body().replace(b"xa.ncb", b"xa ncb"),
        HEAD.body().replace(b"xa.ncb/x1", b""),
        HEAD.body().replace(b"\n", b"\r\n"),
        b"\xff" + HEAD.body(),
        b"xa.ncb/x1\n17\n" + b64encode(bytes(31)) + b"\n",
    ],
)
def test_a_body_written_otherwise_is_refused(text):
    with pytest.raises(CheckpointError):
        parse_body(text)


def test_stray_bits_of_base64_give_no_second_spelling():
    root = b64encode(HEAD.root)
    assert root[-2:] != b"B="
    with pytest.raises(CheckpointError):
        parse_body(HEAD.body().replace(root, root[:-2] + bytes([root[-2] + 1]) + b"="))


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace(b"\n\n", b"\n"),
        lambda note: note[:-1],
        lambda note: note + b"\n",
        lambda note: note + b"- no dash AAAAAAA=\n",
        lambda note: note.replace("— ".encode(), b"-- "),
        lambda note: note + "— name\n".encode(),
        lambda note: note + "— na+me AAAAAAAA\n".encode(),
        lambda note: note + "— name AAAA\n".encode(),
        lambda note: note + "— name !!!!\n".encode(),
        lambda note: note + "— name AAAAAAAA x\n".encode(),
        lambda note: note.replace(b"xa.ncb", b"xa\tncb"),
        lambda note: note + "— name AAAAAAAA\n".encode() * 33,
        lambda note: note + b"\xff",
        lambda note: b"a" * 200_000 + note,
    ],
)
def test_bytes_that_are_no_signed_note_are_refused(change):
    with pytest.raises(CheckpointError):
        SignedCheckpoint.parse(change(NOTE))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_a_proof_error(data):
    for parse in (parse_signed_note, parse_body, SignedCheckpoint.parse):
        try:
            parse(data)
        except ProofError:
            continue


def test_lines_of_two_checkpoints_are_not_joined():
    other = SignedCheckpoint.parse(sign(replace(HEAD, size=18), XA))
    with pytest.raises(CheckpointError):
        SignedCheckpoint.parse(NOTE).joined(other)


def test_a_cosignature_says_who_saw_what_and_when():
    seen = verify_cosignature(cosign(HEAD, XB, 1_800_000_000), XB)
    assert (seen.checkpoint, seen.witness, seen.time) == (HEAD, "xb.ncb/x1", 1_800_000_000)


def test_a_cosignature_with_another_time_is_refused():
    signed = SignedCheckpoint.parse(cosign(HEAD, XB, 1_800_000_000))
    later = (1_900_000_000).to_bytes(8, "big")
    lines = [replace(line, signature=later + line.signature[8:]) for line in signed.lines]
    with pytest.raises(SignatureError):
        verify_cosignature(replace(signed, lines=tuple(lines)).to_bytes(), XB)


def test_two_cosignatures_of_different_times_do_not_make_one():
    first = SignedCheckpoint.parse(cosign(HEAD, XB, 1))
    second = SignedCheckpoint.parse(cosign(HEAD, XB, 2))
    with pytest.raises(SignatureError, match="different times"):
        verify_cosignature(SignedCheckpoint(HEAD, (first.lines[0], second.lines[1])).to_bytes(), XB)


def test_a_signature_is_no_cosignature_and_a_cosignature_no_signature():
    with pytest.raises(SignatureError):
        verify_cosignature(NOTE, XA)
    with pytest.raises(SignatureError):
        verify(cosign(HEAD, XA, 1), XA)


def test_a_cosignature_of_eight_bytes_is_too_short():
    signed = SignedCheckpoint.parse(cosign(HEAD, XB, 1))
    short = tuple(replace(line, signature=line.signature[:8]) for line in signed.lines)
    with pytest.raises(SignatureError, match="short"):
        verify_cosignature(replace(signed, lines=short).to_bytes(), XB)


def test_a_smaller_checkpoint_is_a_prefix_of_our_head_or_it_is_a_fork():
    tree, fork = Tree(leaf_hash(b"%d" % i) for i in range(20)), Tree(leaf_hash(b"%d" % (i + 1)) for i in range(20))
    head = Checkpoint("xa.ncb/x1", 20, tree.root())
    for size in range(1, 21):
        verify_extends(Checkpoint("xa.ncb/x1", size, tree.root(size)), head, tree.consistency(size))
        with pytest.raises(ProofError):
            verify_extends(Checkpoint("xa.ncb/x1", size, fork.root(size)), head, tree.consistency(size))


def test_any_log_extends_its_empty_beginning_and_no_other_log():
    head = Checkpoint("xa.ncb/x1", 1, leaf_hash(b""))
    verify_extends(Checkpoint("xa.ncb/x1", 0, EMPTY_ROOT), head, ())
    for old, path in (
        (Checkpoint("xa.ncb/x1", 0, bytes(32)), ()),
        (Checkpoint("xa.ncb/x1", 0, EMPTY_ROOT), (bytes(32),)),
    ):
        with pytest.raises(ProofError):
            verify_extends(old, head, path)
    with pytest.raises(ProofError, match="different logs"):
        verify_extends(replace(head, origin="xb.ncb/x1"), head, ())
