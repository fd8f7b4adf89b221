"""Write the golden vectors of docs/protocol/sealing.md: one file, one case, named by it.

Run `python vectors/generate_sealing.py`. Everything is computed from fixed inputs; wraps, which are random by design,
are kept in `wraps.json` and made anew only where they no longer open.
"""
# a script beside the files that it writes

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comity.sealing import SUITE, KemKey, OpenError, SigningPair, agreed_key, seal_body, seal_chunk, tag
from comity.sealing.body import CHUNK_SIZE

FOLDER: Final = Path(__file__).resolve().parent / "sealing"
Vector = dict[str, Any]

CEK: Final = bytes(range(32))
OTHER: Final = bytes(range(1, 33))
PAYLOAD: Final = b"The payload of a message, which is deterministic CBOR in life."
CORE: Final = bytes.fromhex("a2617601647375697465") + b"a note without its wrap"
START, UNTIL = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
SEED: Final = bytes(range(32, 64))


def body(comment: str, sealed: bytes, payload: bytes | None = None, cek: bytes = CEK) -> Vector:
    """Return a case of a body; without a payload it must be refused."""
    opened = {"expect": "opened", "payload": payload.hex()} if payload is not None else {"expect": "refused"}
    return {"function": "open_body", "comment": comment, "cek": cek.hex(), "body": sealed.hex(), **opened}


def flipped(data: bytes, position: int) -> bytes:
    """Return the bytes with the lowest bit of one of them flipped."""
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


def foreign(label: bytes = b"comity/body/v1", aad: bytes = b"\1\1", nonce: bytes = bytes(12)) -> bytes:
    """Return a body that is well made but for one input."""
    derived = HKDF(SHA256(), length=64, salt=None, info=label).derive(CEK)
    return derived[32:] + AESGCM(derived[:32]).encrypt(nonce, PAYLOAD, aad)


def bodies() -> Iterator[tuple[str, Vector]]:
    """Yield the cases of section 2."""
    sealed = seal_body(CEK, PAYLOAD)
    yield "body", body("a body", sealed, PAYLOAD)
    yield "body-empty", body("an empty payload", seal_body(CEK, b""), b"")
    yield "body-other-key", body("the content key is another", sealed, cek=OTHER)
    yield "body-commitment-flipped", body("one bit of the commitment is flipped", flipped(sealed, 0))
    yield "body-ciphertext-flipped", body("one bit of the ciphertext is flipped", flipped(sealed, 32))
    yield "body-tag-flipped", body("one bit of the tag is flipped", flipped(sealed, len(sealed) - 1))
    other = seal_body(OTHER, PAYLOAD)
    yield (
        "body-commitment-of-another-key",
        body("the ciphertext opens under this key, the commitment is that of another", other[:32] + sealed[32:]),
    )
    yield "body-cut", body("the last byte is missing", sealed[:-1])
    yield "body-too-short", body("shorter than a commitment and a tag", sealed[:47])
    yield "body-other-suite", body("the associated data name suite 2", foreign(aad=b"\1\2"))
    yield "body-other-label", body("the key was derived with the label of a chunk", foreign(label=b"comity/chunk/v1"))
    yield "body-other-nonce", body("the nonce was not zero", foreign(nonce=bytes(11) + b"\1"))


def chunk(comment: str, sealed: bytes, index: int, last: bool, payload: bytes | None = None) -> Vector:  # noqa: FBT001  # a field of the vector
    """Return a case of a chunk."""
    opened = {"expect": "opened", "payload": payload.hex()} if payload is not None else {"expect": "refused"}
    place = {"key": CEK.hex(), "index": index, "last": last}
    return {"function": "open_chunk", "comment": comment, **place, "sealed": sealed.hex(), **opened}


def chunks() -> Iterator[tuple[str, Vector]]:
    """Yield the cases of section 3; chunks that are not the last have 4 MiB, so their hash stands for them."""
    final = seal_chunk(CEK, 3, PAYLOAD, last=True)
    yield "chunk-last", chunk("the last chunk of four", final, 3, last=True, payload=PAYLOAD)
    yield "chunk-empty", chunk("an empty attachment", seal_chunk(CEK, 0, b"", last=True), 0, last=True, payload=b"")
    yield "chunk-moved", chunk("it stands at another place", final, 2, last=True)
    yield "chunk-cut-off", chunk("what follows the last chunk was announced", final, 3, last=False)
    yield "chunk-body", chunk("a body in place of a chunk", seal_body(CEK, PAYLOAD), 0, last=True)
    whole = seal_chunk(CEK, 0, bytes(CHUNK_SIZE), last=False)
    yield (
        "chunk-whole",
        {
            "function": "seal_chunk",
            "comment": "a first chunk of 4 MiB of zero bytes; only its hash is given",
            "key": CEK.hex(),
            "index": 0,
            "last": False,
            "zeros": CHUNK_SIZE,
            "sha256": sha256(whole).hexdigest(),
        },
    )


def wraps() -> Iterator[tuple[str, Vector]]:
    """Yield the cases of section 4."""
    key = KemKey.from_seed(SEED, START, UNTIL)
    stored = FOLDER / "wraps.json"
    wrap = bytes.fromhex(json.loads(stored.read_text())["wrap"]) if stored.exists() else b""
    try:
        fits = SUITE.unwrap(key, wrap, CORE) == CEK
    except OpenError:
        fits = False
    if not fits:
        wrap = SUITE.wrap(key.public, CEK, CORE)
    yield "wraps", {"comment": "the wrap that the other files are made of", "wrap": wrap.hex()}
    cases = (
        ("wrap", "a wrap", wrap, CORE, SEED),
        ("wrap-other-note", "one byte of the note is another", wrap, flipped(CORE, 0), SEED),
        ("wrap-other-key", "the key of another week", wrap, CORE, OTHER),
        ("wrap-ml-kem-flipped", "one bit of the ML-KEM ciphertext is flipped", flipped(wrap, 0), CORE, SEED),
        ("wrap-x25519-flipped", "one bit of the X25519 share is flipped", flipped(wrap, 1088), CORE, SEED),
        ("wrap-key-flipped", "one bit of the wrapped key is flipped", flipped(wrap, 1120), CORE, SEED),
        ("wrap-tag-flipped", "one bit of the tag is flipped", flipped(wrap, 1167), CORE, SEED),
        ("wrap-short", "one byte is missing", wrap[:-1], CORE, SEED),
        ("wrap-long", "one byte too many", wrap + b"\0", CORE, SEED),
        ("wrap-empty", "nothing", b"", CORE, SEED),
    )
    for name, comment, data, core, seed in cases:
        opened = {"expect": "opened", "cek": CEK.hex()} if name == "wrap" else {"expect": "refused"}
        inputs = {"seed": seed.hex(), "core": core.hex(), "wrap": data.hex()}
        yield name, {"function": "unwrap", "comment": comment, **inputs, **opened}


def keys() -> Iterator[tuple[str, Vector]]:
    """Yield the cases of section 5."""
    kem, pair = KemKey.from_seed(SEED, START, UNTIL), SigningPair.from_seed(SEED)
    yield (
        "kem-key",
        {
            "function": "kem_key",
            "comment": "a KEM key from its seed",
            "seed": SEED.hex(),
            "public": kem.public.raw.hex(),
            "id": kem.id,
        },
    )
    yield (
        "signing-pair",
        {
            "function": "signing_pair",
            "comment": "both signing keys from one seed",
            "seed": SEED.hex(),
            "ed25519": pair.public.ed25519.hex(),
            "ml_dsa_65": pair.public.ml_dsa_65.hex(),
            "fingerprint": pair.public.fingerprint.hex(),
        },
    )


def agreed() -> Iterator[tuple[str, Vector]]:
    """Yield the case of section 9."""
    own, other = (KemKey.from_seed(seed, START, UNTIL) for seed in (SEED, OTHER))
    key = agreed_key(own, other.public, ("xb.spoc", "xa.ncb"))
    form = bytes.fromhex("850166706572736f6e64626f726e6b64726179206d61726375736431393734")
    yield (
        "agreed-key",
        {
            "function": "agreed_key",
            "comment": "the key of a pair for one week, and the tag of one form",
            "seed": SEED.hex(),
            "public": other.public.raw.hex(),
            "names": ["xb.spoc", "xa.ncb"],
            "key": key.hex(),
            "form": form.hex(),
            "tag": tag(key, form).hex(),
        },
    )


def vectors() -> dict[str, Vector]:
    """Return every vector by the name of its file."""
    return dict(item for part in (bodies(), chunks(), wraps(), keys(), agreed()) for item in part)


def main() -> None:
    """Write the folder anew."""
    FOLDER.mkdir(exist_ok=True)
    for name, vector in vectors().items():
        (FOLDER / f"{name}.json").write_text(json.dumps(vector, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
