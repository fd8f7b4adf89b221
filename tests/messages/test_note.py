"""Notes: one form, and no bit that can change unseen."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from comity.messages import Note, NoteError, note_hash, parse_note
from comity.vocabulary.authority import AuthorityId

counts = st.integers(0, 2**63 - 1)
hashes = st.binary(min_size=32, max_size=32)
authorities = st.sampled_from([AuthorityId.parse(name) for name in ("xa.ncb", "xb.spoc", "xo.sec")])
notes = st.builds(
    Note,
    v=counts,
    suite=counts,
    from_=authorities,
    to=authorities,
    lane=st.sampled_from([0, 1]),
    seq=st.integers(1, 2**63 - 1),
    prev=hashes,
    msg=hashes,
    body=hashes,
    size=counts,
    dir=st.tuples(counts, counts, hashes),
    sent=counts,
    exp=counts,
    wrap=st.binary(max_size=1300),
    supersedes=st.none() | hashes,
)


@given(notes)
def test_a_note_is_read_as_it_is_written(note):
    assert parse_note(note.to_bytes()) == note
    assert parse_note(note.to_bytes()).core_bytes() == note.core_bytes()


@given(notes, st.integers(0, 10**6), st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_makes_another_note(note, place, bit):
    flipped = bytearray(note.to_bytes())
    flipped[place % len(flipped)] ^= 1 << bit
    assert note_hash(bytes(flipped)) != note_hash(note.to_bytes())
    with contextlib.suppress(NoteError):
        assert parse_note(bytes(flipped)) != note
