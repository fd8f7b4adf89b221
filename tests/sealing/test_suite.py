"""A wrap opens for its recipient and its note alone; the toy refuses what the real suite refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.sealing import SUITE, WRAP_SIZE, KemKey, KemPublic, KeyFormatError, OpenError
from comity.sealing.toy import ToySuite

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
CEK = bytes(range(32))
CORE = b"the note without its wrap"


def real(seed: int) -> KemKey:
    return KemKey.from_seed(bytes([seed]) * 32, NOW, NOW + WEEK)


def toy(seed: int) -> KemKey:
    return ToySuite.key(bytes([seed]) * 32, NOW, NOW + WEEK)


@pytest.fixture(params=["real", "toy"])
def suite_and_key(request):
    return (SUITE, real) if request.param == "real" else (ToySuite(), toy)


def test_the_recipient_opens_a_wrap(suite_and_key):
    suite, key = suite_and_key
    assert suite.unwrap(key(1), suite.wrap(key(1).public, CEK, CORE), CORE) == CEK


def test_a_wrap_has_always_the_same_length(suite_and_key):
    suite, key = suite_and_key
    assert len(suite.wrap(key(1).public, CEK, CORE)) == WRAP_SIZE == 1168


def test_a_wrap_taken_into_another_note_is_refused(suite_and_key):
    suite, key = suite_and_key
    wrap = suite.wrap(key(1).public, CEK, CORE)
    with pytest.raises(OpenError):
        suite.unwrap(key(1), wrap, CORE + b"!")


def test_another_member_cannot_open_a_wrap(suite_and_key):
    suite, key = suite_and_key
    wrap = suite.wrap(key(1).public, CEK, CORE)
    with pytest.raises(OpenError):
        suite.unwrap(key(2), wrap, CORE)


def test_last_weeks_key_opens_late_mail(suite_and_key):
    suite, key = suite_and_key
    wrap = suite.wrap(key(1).public, CEK, CORE)
    assert suite.unwrap((key(2), key(1)), wrap, CORE) == CEK


def test_an_erased_key_opens_nothing(suite_and_key):
    suite, key = suite_and_key
    with pytest.raises(OpenError):
        suite.unwrap((), suite.wrap(key(1).public, CEK, CORE), CORE)


@pytest.mark.parametrize("size", [0, 1, 48, WRAP_SIZE - 1, WRAP_SIZE + 1, 3 * WRAP_SIZE])
def test_a_wrap_of_another_length_is_refused_before_any_key_is_touched(suite_and_key, size):
    suite, _ = suite_and_key

    class Untouched:
        @property
        def handle(self):
            raise AssertionError

        public = handle

    with pytest.raises(OpenError, match="1168 bytes"):
        suite.unwrap((Untouched(),), bytes(size), CORE)


@pytest.mark.parametrize("position", [0, 1087, 1088, 1119, 1120, 1151, 1152, 1167])
def test_one_changed_bit_of_a_wrap_is_noticed(suite_and_key, position):
    suite, key = suite_and_key
    wrap = bytearray(suite.wrap(key(1).public, CEK, CORE))
    wrap[position] ^= 1
    with pytest.raises(OpenError):
        suite.unwrap(key(1), bytes(wrap), CORE)


def test_two_wraps_of_one_key_have_nothing_in_common():
    first, second = (SUITE.wrap(real(1).public, CEK, CORE) for _ in range(2))
    assert first != second


def test_the_toy_gives_the_same_bytes_again():
    first, second = (ToySuite().wrap(toy(1).public, CEK, CORE) for _ in range(2))
    assert first == second


def test_a_short_content_key_is_not_wrapped(suite_and_key):
    suite, key = suite_and_key
    with pytest.raises(ValueError, match="32 bytes"):
        suite.wrap(key(1).public, CEK[:31], CORE)


def test_a_key_survives_the_keystore():
    assert KemKey.from_stored(real(1).to_bytes()) == real(1)


def test_a_public_key_is_loaded_once():
    raw = real(1).public.raw
    assert KemPublic.from_bytes(bytes(bytearray(raw))) is KemPublic.from_bytes(raw)


def test_a_public_key_of_another_length_is_refused():
    with pytest.raises(KeyFormatError):
        KemPublic.from_bytes(bytes(1215))


def test_bytes_that_are_no_point_of_the_modulus_are_refused():
    with pytest.raises(KeyFormatError):
        SUITE.wrap(KemPublic.from_bytes(b"\xff" * 1216), CEK, CORE)


@pytest.mark.parametrize("found", [b"", b"{}", b'{"seed": "00", "from": 0, "until": 1}', b"[]"])
def test_what_is_no_stored_key_is_refused(found):
    with pytest.raises(KeyFormatError):
        KemKey.from_stored(found)


def test_a_seed_is_not_shown():
    assert real(1).seed.hex() not in repr(real(1))
    assert repr(real(1).seed) not in repr(real(1))
