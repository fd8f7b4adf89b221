"""A body opens with its own key alone, whole, unaltered and at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.sealing import CHUNK_SIZE, MAX_CHUNKS, OpenError, open_body, open_chunk, seal_body, seal_chunk
from comity.sealing.body import OVERHEAD

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
keys = st.binary(min_size=32, max_size=32)


@given(keys, st.binary(max_size=300))
def test_what_was_sealed_is_opened(key, payload):
    assert open_body(key, seal_body(key, payload)) == payload


@given(keys, st.binary(max_size=300))
def test_a_body_is_48_bytes_longer_than_its_payload(key, payload):
    assert len(seal_body(key, payload)) == len(payload) + OVERHEAD == len(payload) + 48


@given(st.binary(max_size=100), st.data())
def test_one_changed_bit_is_noticed_wherever_it_is(payload, data):
    body = bytearray(seal_body(KEY, payload))
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    body[bit // 8] ^= 1 << bit % 8
    with pytest.raises(OpenError):
        open_body(KEY, bytes(body))


@given(st.binary(max_size=100), st.data())
def test_a_cut_body_is_noticed(payload, data):
    body = seal_body(KEY, payload)
    with pytest.raises(OpenError):
        open_body(KEY, body[: data.draw(st.integers(0, len(body) - 1))])


def test_a_body_made_to_open_under_two_keys_is_refused_under_the_second():
    # Whoever can choose both keys can find one AES-GCM text that opens under both. The commitment is compared first.
    body = seal_body(KEY, b"payload")
    with pytest.raises(OpenError, match="not sealed with this key"):
        open_body(OTHER, body)
    with pytest.raises(OpenError, match="altered"):
        open_body(OTHER, seal_body(OTHER, b"")[:32] + body[32:])


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_content_key_has_32_bytes(size):
    with pytest.raises(ValueError, match="32 bytes"):
        seal_body(bytes(size), b"")


def test_a_chunk_opens_at_its_place_only():
    first = seal_chunk(KEY, 0, b"x" * CHUNK_SIZE, last=False)
    assert open_chunk(KEY, 0, first, last=False) == b"x" * CHUNK_SIZE
    for index, last in ((1, False), (0, True)):
        with pytest.raises(OpenError):
            open_chunk(KEY, index, first, last=last)


def test_an_attachment_cannot_be_cut_off():
    # The chunk before the missing one is no last chunk.
    with pytest.raises(OpenError):
        open_chunk(KEY, 0, seal_chunk(KEY, 0, bytes(CHUNK_SIZE), last=False), last=True)


def test_a_body_cannot_pass_for_a_chunk():
    with pytest.raises(OpenError):
        open_chunk(KEY, 0, seal_body(KEY, b"payload"), last=True)


def test_an_empty_attachment_is_one_empty_chunk():
    assert open_chunk(KEY, 0, seal_chunk(KEY, 0, b"", last=True), last=True) == b""


@pytest.mark.parametrize(
    ("index", "size", "last"),
    [(0, CHUNK_SIZE - 1, False), (0, CHUNK_SIZE + 1, True), (1, 0, True), (-1, 1, True), (MAX_CHUNKS, 1, True)],
)
def test_a_chunk_out_of_shape_is_not_sealed(index, size, last):
    with pytest.raises(ValueError, match="chunk"):
        seal_chunk(KEY, index, bytes(size), last=last)


def test_a_chunk_too_large_is_refused_before_it_is_opened():
    with pytest.raises(OpenError, match="no valid length"):
        open_chunk(KEY, 0, bytes(CHUNK_SIZE + OVERHEAD + 1), last=True)
