"""The canonical form: every value has one, and each other form that CBOR knows is refused by name."""

import itertools
import subprocess
import sys
import textwrap

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies as drawn

from comity.messages import Head, Message, MessageError, Text, TextRole, canonical, read, write
from comity.messages.items import elements_of
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.purpose import Purpose

OTHER, TYPE, MALFORMED = "canonical.other-form", "canonical.type", "canonical.malformed"
FORMS = {
    "1 in two bytes": ("1801", OTHER),
    "1 in three bytes": ("190001", OTHER),
    "1 in nine bytes": ("1b0000000000000001", OTHER),
    "-1 in two bytes": ("3800", OTHER),
    "255 in three bytes": ("1900ff", OTHER),
    "a text with a long length": ("780161", OTHER),
    "a byte string with a long length": ("580100", OTHER),
    "an array with a long length": ("980101", OTHER),
    "a map with a long length": ("b801616101", OTHER),
    "a key twice": ("a2616101616102", OTHER),
    "a key twice with the same value": ("a2616101616101", OTHER),
    "keys by bytes in the wrong order": ("a2616201616101", OTHER),
    "a longer key before a shorter": ("a262616101616201", OTHER),
    "inner keys out of order": ("81a2616201616101", OTHER),
    "an array without a length": ("9f01ff", OTHER),
    "a map without a length": ("bf616101ff", OTHER),
    "a text in pieces": ("7f6161ff", OTHER),
    "a byte string in pieces": ("5f4101ff", OTHER),
    "one byte after the value": ("0000", OTHER),
    "two values": ("8080", OTHER),
    "a number as key": ("a10101", "canonical.key"),
    "null as key": ("a1f601", "canonical.key"),
    "bytes as key": ("a1416101", "canonical.key"),
    "a list as key": ("a18001", "canonical.key"),
    "half a float": ("f93c00", TYPE),
    "a float": ("fa3f800000", TYPE),
    "a double float": ("fb3ff0000000000000", TYPE),
    "not a number": ("f97e00", TYPE),
    "infinity": ("f97c00", TYPE),
    "minus zero": ("f98000", TYPE),
    "undefined": ("f7", TYPE),
    "a simple value": ("f0", TYPE),
    "a simple value in two bytes": ("f8ff", TYPE),
    "true in two bytes": ("f815", MALFORMED),
    "a tag: a point in time": ("c11a514b67b0", TYPE),
    "a tag: a date as text": ("c074323031332d30332d32315432303a30343a30305a", TYPE),
    "a tag: a large integer": ("c249010000000000000000", TYPE),
    "a tag: a small integer made large": ("c24105", TYPE),
    "a tag: a large negative integer": ("c349010000000000000000", TYPE),
    "a tag: a decimal fraction with a giant power": ("c4821b000000010000000001", TYPE),
    "a tag: a power of two beyond memory": ("c5821b000000010000000001", TYPE),
    "a tag: a regular expression": ("d8236328612b", TYPE),
    "a tag: a text by reference": ("d90100826161d81900", TYPE),
    "a tag: a shared value": ("d81c80", TYPE),
    "a tag: a value that holds itself": ("d81c8181d81d00", TYPE),
    "a tag: a set": ("d901028101", TYPE),
    "a tag: CBOR itself": ("d9d9f700", TYPE),
    "a tag that nobody knows": ("da00ffffff00", TYPE),
    "a tag in a map in an array": ("81a16161c100", TYPE),
    "a text that is not composed": ("6365cc81", "canonical.text"),
    "a key that is not composed": ("a16365cc8101", "canonical.text"),
    "a compatibility ideograph": ("63efa580", "canonical.text"),
    "no UTF-8": ("62c328", MALFORMED),
    "an overlong slash": ("62c0af", MALFORMED),
    "half a surrogate pair": ("63eda080", MALFORMED),
    "a surrogate pair in UTF-8": ("66eda081edb080", MALFORMED),
    "a character beyond Unicode": ("64f4908080", MALFORMED),
    "a text that is cut": ("6361", MALFORMED),
    "an array that is cut": ("8201", MALFORMED),
    "a map that is cut": ("a16161", MALFORMED),
    "a reserved head": ("1c", MALFORMED),
    "an end without a beginning": ("ff", MALFORMED),
    "an array of 2^64 items": ("9bffffffffffffffff", MALFORMED),
    "a map of 2^64 items": ("bbffffffffffffffff", MALFORMED),
    "a text of 2^64 bytes": ("7bffffffffffffffff", MALFORMED),
    "bytes of 2^63 bytes": ("5b7fffffffffffffff", MALFORMED),
    "bytes of four gigabytes": ("5affffffff00", MALFORMED),
    "nothing": ("", MALFORMED),
    "17 levels": ("81" * 17 + "00", "canonical.depth"),
    "300 levels": ("81" * 300 + "00", "canonical.depth"),
    "thirty thousand levels": ("81" * 30_000 + "00", MALFORMED),
    "maps in maps": ("a16161" * 17 + "00", "canonical.depth"),
}


@pytest.mark.parametrize("name", FORMS)
def test_any_other_form_is_refused(name):
    data, code = FORMS[name]
    with pytest.raises(MessageError) as caught:
        canonical.decode(bytes.fromhex(data))
    assert caught.value.code == code


@pytest.fixture(scope="module")
def elements():
    """The items of an information, to which another item may be added."""
    numbers = itertools.count()
    message = Message(
        Head(
            kind="information",
            from_=AuthorityId.parse("xa.ncb"),
            recipients=(AuthorityId.parse("xb.spoc"),),
            sent=1_790_000_000,
            reference="XA-2026-000001",
            purpose=Purpose.PREVENTION,
            area=CrimeArea.FRAUD,
        ),
        (Text(TextRole.FACTS, "en", "words"),),
    )
    return elements_of(write(message, lambda: next(numbers).to_bytes(16))[0])


def with_text(elements, form: bytes) -> bytes:
    """Return the payload with one more text, whose words are these encoded bytes."""
    words = b"\x83\x50" + bytes(16) + b"\x64text\xa3\x64role\x65facts\x64text" + form + b"\x68language\x62en"
    return canonical.encode({"v": 1, "items": [*elements, words]})


def test_words_in_the_one_form_are_read_in_an_item(elements):
    assert read(with_text(elements, b"\x62no"))[0].texts(TextRole.FACTS)[1].text == "no"


@pytest.mark.parametrize("name", FORMS)
def test_no_other_form_stands_in_an_item(elements, name):
    with pytest.raises(MessageError):
        read(with_text(elements, bytes.fromhex(FORMS[name][0])))


def test_items_end_where_the_payload_says(elements):
    """Read in one go, the bytes of these items are the same as before; each by itself is none."""
    whole = b"".join(elements)
    for cut in range(1, len(whole)):
        moved = [whole[:cut], whole[cut:]]
        if moved != elements:
            with pytest.raises(MessageError):
                read(canonical.encode({"v": 1, "items": moved}))


def test_16_levels_are_the_most_and_are_read():
    data = b"\x81" * 16 + b"\x00"
    assert canonical.encode(canonical.decode(data)) == data


def test_every_tag_is_refused_before_its_content_counts():
    for tag in (*range(70_000), 2**32 - 1, 2**64 - 1):
        with pytest.raises(MessageError) as caught:
            canonical.load(canonical.prefix(6, tag) + b"\x60")
        assert caught.value.code == "canonical.type", tag


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary() | drawn.nfc_texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(drawn.nfc_texts, inner, max_size=3),
        max_leaves=10,
    )
)
def test_every_value_has_one_form(value):
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    assert canonical.encode(canonical.decode(data)) == data


@given(st.integers(0, 2**64 - 1))
def test_integers_and_heads_are_written_as_the_library_writes_them(value):
    assert canonical.integer(value) == cbor2.dumps(value)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 70_000))
def test_texts_and_bytes_are_written_as_the_library_writes_them(text, size):
    assert canonical.text(text) == cbor2.dumps(text)
    assert canonical.text("a" * size) == cbor2.dumps("a" * size)
    assert canonical.blob(bytes(size)) == cbor2.dumps(bytes(size))
    assert canonical.array(size) == cbor2.dumps([0] * size)[: len(canonical.array(size))]


def test_a_value_above_its_size_is_not_even_decoded():
    with pytest.raises(MessageError) as caught:
        canonical.decode(bytes(11), max_size=10)
    assert caught.value.code == "canonical.oversized"


SIXTEEN = 16 * 1024 * 1024
BOMBS = {
    "empty lists": b"\x9a" + (SIXTEEN - 5).to_bytes(4) + b"\x80" * (SIXTEEN - 5),
    "empty maps": b"\x9a" + (SIXTEEN - 5).to_bytes(4) + b"\xa0" * (SIXTEEN - 5),
    "nested lists": b"\x81" * SIXTEEN,
    "lists within pairs of lists": b"\x82" * SIXTEEN,
    "tags in tags": b"\xc6" * SIXTEEN,
    "one long text": b"\x7a" + (SIXTEEN - 5).to_bytes(4) + b"a" * (SIXTEEN - 5),
    "a text of accents without end": b"\x7a" + (SIXTEEN - 5).to_bytes(4) + "\u0315\u0300".encode() * (SIXTEEN // 4),
    "a payload of empty items": b"\xa2\x61v\x01\x65items\x9a\x00\xff\xff\xf0" + b"\x40" * (SIXTEEN - 15),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bytes_that_would_fill_the_memory_are_refused_soon(name):
    """In a process of its own, whose memory may grow by no more than the bytes tenfold."""
    script = textwrap.dedent(
        f"""
        import resource, sys, time
        from contextlib import suppress
        from comity.delivery.errors import DeliveryError
        from comity.delivery.parcel import Parcel
        from comity.messages import MessageError, canonical, parse_note, read
        data = sys.stdin.buffer.read()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        for reader in (Parcel.from_bytes, parse_note, read, lambda data: canonical.decode(data, max_size={SIXTEEN})):
            with suppress(MessageError, DeliveryError):
                reader(data)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(grown * 1024, time.process_time() - start)
        """
    )
    found = subprocess.run([sys.executable, "-c", script], input=BOMBS[name], capture_output=True, check=True)
    grown, seconds = map(float, found.stdout.split())
    assert grown < 10 * SIXTEEN
    assert seconds < 10
