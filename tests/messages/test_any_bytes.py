"""Whatever bytes a partner sends, each reader gives a value or its own error; it never fails otherwise and never hangs.

The bytes are golden vectors with pieces cut out, doubled, moved or replaced, so that most of them come far.
"""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.delivery.errors import DeliveryError
from comity.delivery.parcel import Fault, Parcel
from comity.merkle import CheckpointError, SignedCheckpoint, parse_body
from comity.messages import MessageError, NoteError, erase, note_hash, parse_note, read, read_what_is_left, reveal
from comity.messages.items import Item, elements_of, read_payload
from comity.verify.errors import EvidenceError
from comity.verify.evidence import Evidence

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
HEADS = bytes.fromhex("0017181b40585f607b7f809b9fa1bfc2d8f6fbff")


def samples(folder: str, key: str, *, text: bool = False) -> list[bytes]:
    """Return the bytes under a key of every vector in a folder that has it."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((VECTORS / folder).glob("*.json"))]
    values = [one[key] for one in found if isinstance(one, dict) and isinstance(one.get(key), str)]
    return [value.encode() if text else bytes.fromhex(value) for value in values]


def mangled(chance: random.Random, sample: bytes) -> bytes:
    """Return a sample with some pieces changed."""
    data = bytearray(sample)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((0, 1, 1, 2, 9, 40)))
        match chance.randrange(6):
            case 0:
                data[start:end] = chance.randbytes(end - start)
            case 1:
                data[start:end] = data[start:end] * 2
            case 2:
                del data[start:end]
            case 3:
                data[start : start + 1] = bytes([chance.choice(HEADS)])
            case 4:
                data[start:end] = sample[: chance.randrange(len(sample) + 1)][-40:]
            case _:
                if start < len(data):
                    data[start] ^= 1 << chance.randrange(8)
    return bytes(data)


def every_part(payload: bytes) -> None:
    """Do with a payload all that a node does."""
    items, root = read_payload(payload)
    read_what_is_left(payload)
    assert read(payload)[1] == root
    assert read_payload(erase(payload, [0]))[1] == root
    assert len(reveal(payload, range(len(items)))) == len(items)


PAYLOADS = samples("messages", "payload")
ITEMS = [element for payload in PAYLOADS[:1] for element in elements_of(payload) if isinstance(element, bytes)]
PARCELS = samples("delivery", "parcel")
READERS: dict[str, tuple[Callable[[bytes], object], type[Exception], list[bytes]]] = {
    "payload": (every_part, MessageError, PAYLOADS),
    "item": (Item.from_bytes, MessageError, ITEMS),
    "note": (parse_note, NoteError, samples("messages", "note")),
    "parcel": (Parcel.from_bytes, DeliveryError, PARCELS),
    "fault": (Fault.from_bytes, DeliveryError, [Fault("parcel.malformed", 5).to_bytes()]),
    "checkpoint": (SignedCheckpoint.parse, CheckpointError, samples("merkle", "note", text=True)),
    "checkpoint body": (
        parse_body,
        CheckpointError,
        [text.split(b"\n\n")[0] + b"\n" for text in samples("merkle", "note", text=True)],
    ),
    "evidence": (Evidence.from_bytes, EvidenceError, [(VECTORS / "evidence" / "whole.evidence.json").read_bytes()]),
}


@pytest.mark.parametrize("name", READERS)
def test_any_bytes_give_a_value_or_the_readers_own_error(name, sampled):
    reader, error, found = READERS[name]
    assert found
    chance = random.Random(name)
    for _ in range(sampled(1500, 50_000)):
        data = mangled(chance, chance.choice(found))
        start = time.process_time()
        try:
            reader(data)
        except error:
            pass
        except Exception as other:
            raise AssertionError(f"{other!r} for {data.hex()}") from other
        assert time.process_time() - start < 2, data.hex()


@pytest.mark.parametrize("name", ["note", "parcel"])
def test_what_is_read_from_any_bytes_is_written_as_the_same_bytes(name, sampled):
    reader, error, found = READERS[name]
    chance = random.Random(name)
    for _ in range(sampled(1500, 50_000)):
        data = mangled(chance, chance.choice(found))
        try:
            value = reader(data)
        except error:
            continue
        assert value.to_bytes() == data
        assert len(note_hash(data)) == 32
