"""Log keys sign what merkle asks for, and both of them are needed."""

import dataclasses
import hashlib

import pytest

from comity.merkle import Checkpoint, SignatureError, SignedCheckpoint, cosign, sign, verify, verify_cosignature
from comity.sealing import IdentityKey, KeyFormatError, LogKeys, PublicPair, SigningPair, log_verifiers
from comity.sealing.toy import toy_log_keys

KEYS = LogKeys.from_seed("xa.ncb/x1", bytes(32))
OTHER = LogKeys.from_seed("xa.ncb/x1", b"\1" * 32)
WITNESS = LogKeys.from_seed("xb.spoc/x1", b"\2" * 32)
CHECKPOINT = Checkpoint("xa.ncb/x1", 7, hashlib.sha256(b"root").digest())


def test_a_checkpoint_of_a_log_verifies_with_its_keys_from_the_directory():
    verifiers = log_verifiers("xa.ncb/x1", PublicPair(KEYS.public.ed25519, KEYS.public.ml_dsa_65))
    assert verify(sign(CHECKPOINT, KEYS.signers), verifiers) == CHECKPOINT


def test_a_partner_is_witness_with_its_own_log_keys():
    assert verify_cosignature(cosign(CHECKPOINT, WITNESS.signers, 1000), WITNESS.verifiers).time == 1000


@pytest.mark.parametrize("broken", [0, 1])
def test_one_good_signature_of_two_is_not_enough(broken):
    signed = SignedCheckpoint.parse(sign(CHECKPOINT, KEYS.signers))
    lines = list(signed.lines)
    lines[broken] = dataclasses.replace(lines[broken], signature=bytes(len(lines[broken].signature)))
    with pytest.raises(SignatureError):
        verify(SignedCheckpoint(CHECKPOINT, tuple(lines)).to_bytes(), KEYS.verifiers)


def test_a_broken_classical_key_does_not_help_a_forger():
    # He has the Ed25519 key of the log and an ML-DSA-65 key of his own.
    forger = dataclasses.replace(
        OTHER.pair, ed25519=KEYS.pair.ed25519, public=PublicPair(KEYS.public.ed25519, OTHER.public.ml_dsa_65)
    )
    with pytest.raises(SignatureError):
        verify(sign(CHECKPOINT, LogKeys("xa.ncb/x1", forger).signers), KEYS.verifiers)


def test_the_same_seed_gives_the_same_keys():
    assert LogKeys.from_seed("xa.ncb/x1", bytes(32)) == KEYS
    assert OTHER.public != KEYS.public


def test_an_identity_key_signs_with_both_of_its_halves():
    key = IdentityKey.from_seed(b"\3" * 32)
    signatures = key.sign(b"message")
    assert key.public.verify(signatures, b"message")
    assert not key.public.verify(signatures, b"another message")
    assert not key.public.verify((signatures[0], bytes(3309)), b"message")
    assert not key.public.verify((bytes(64), signatures[1]), b"message")
    assert not key.public.verify((b"", b""), b"message")


def test_a_fingerprint_covers_both_halves():
    one, two = (IdentityKey.from_seed(bytes([seed]) * 32).public for seed in (1, 2))
    mixed = PublicPair(one.ed25519, two.ml_dsa_65)
    assert len({one.fingerprint, two.fingerprint, mixed.fingerprint}) == 3


def test_a_seed_has_32_bytes_and_is_not_shown():
    with pytest.raises(KeyFormatError):
        SigningPair.from_seed(bytes(31))
    assert "seed" not in repr(KEYS)


def test_public_keys_of_another_length_are_refused():
    with pytest.raises(KeyFormatError):
        PublicPair(bytes(32), bytes(1951))


def test_toy_keys_pass_for_log_keys_in_the_simulator():
    keys = toy_log_keys("xa.ncb/x1")
    assert verify(sign(CHECKPOINT, keys), keys) == CHECKPOINT
    with pytest.raises(SignatureError):
        verify(sign(CHECKPOINT, toy_log_keys("xa.ncb/x1", b"other")), keys)
