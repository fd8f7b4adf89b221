"""An entry commits to its kind and content, byte for byte as docs/protocol/ledger.md says."""

from hashlib import sha256

import pytest

from comity.merkle import Kind, entry, leaf_hash, note_h, padding_h, salted_h


def test_an_entry_is_the_hash_of_a_domain_its_kind_and_a_hash():
    h = bytes(range(32))
    assert entry(Kind.NOTE, h) == sha256(b"comity/leaf/v1\0" + b"\x01" + h).digest()
    assert leaf_hash(entry(Kind.NOTE, h)) == sha256(b"\0" + entry(Kind.NOTE, h)).digest()


def test_the_same_hash_under_two_kinds_is_two_entries():
    h = note_h(b"note")
    assert len({entry(kind, h) for kind in Kind}) == len(Kind) == 10


def test_the_numbers_of_kinds_are_fixed():
    assert [kind.name for kind in sorted(Kind)] == [
        *("NOTE", "RECEIPT", "READ", "REFUSAL", "ACT", "ACTS_ROOT", "PADDING", "OPENING", "CLOSING", "RECOVERY")
    ]


def test_a_salt_and_a_seed_have_thirty_two_bytes():
    assert salted_h(b"s" * 32, b"data") == sha256(b"s" * 32 + b"data").digest()
    with pytest.raises(ValueError, match="31"):
        salted_h(b"s" * 31, b"data")
    with pytest.raises(ValueError, match="33"):
        padding_h(b"s" * 33, 0)


def test_each_dummy_of_a_checkpoint_differs():
    assert len({padding_h(b"s" * 32, i) for i in range(100)}) == 100
    assert padding_h(b"s" * 32, 1) == sha256(b"comity/padding/v1\0" + b"s" * 32 + bytes(7) + b"\x01").digest()
