"""Signed notes: a text and signature lines by named keys (C2SP signed-note).

The keys themselves live in `sealing`; here a signer is anything with a name, an algorithm and a function.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from comity.merkle.errors import CheckpointError, SignatureError

# Algorithm identifiers, as they enter a key id. C2SP has assigned no byte to ML-DSA-65: 0xff and a longer name, as the
# signed-note specification recommends for such types.
ED25519: Final = b"\x01"
ML_DSA_65: Final = b"\xffcomity/ml-dsa-65/v1\x00"
ED25519_COSIGNATURE: Final = b"\x04"
ML_DSA_65_COSIGNATURE: Final = b"\xffcomity/cosignature/ml-dsa-65/v1\x00"
REQUIRED: Final = (ED25519, ML_DSA_65)

MAX_LINES: Final = 32
MAX_NOTE_BYTES: Final = 160 * 1024
_KEY_ID_SIZE: Final = 4
_DASH: Final = "— "
_NAME: Final = re.compile(r"[^\s+]+")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Signer(Protocol):
    """A private key that signs under a name.

    Attributes:
        name: of the key; a log's keys bear the log's name.
        algorithm: `ED25519` or `ML_DSA_65`.
        public: raw public key, which enters the key id.
    """

    @property
    def name(self) -> str:
        """Name of the key, one word."""
        ...

    @property
    def algorithm(self) -> bytes:
        """Identifier that enters the key id."""
        ...

    @property
    def public(self) -> bytes:
        """Raw public key."""
        ...

    def sign(self, message: bytes, /) -> bytes:
        """Return the raw signature of a message."""
        ...


class Verifier(Protocol):
    """A public key that is known under a name; attributes as for `Signer`."""

    @property
    def name(self) -> str:
        """Name of the key, one word."""
        ...

    @property
    def algorithm(self) -> bytes:
        """Identifier that enters the key id."""
        ...

    @property
    def public(self) -> bytes:
        """Raw public key."""
        ...

    def verify(self, signature: bytes, message: bytes, /) -> bool:
        """Say whether a raw signature is this key's over a message."""
        ...


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature as it stands under a text.

    Attributes:
        name: of the key.
        key_id: 4 bytes that tell keys of one name apart.
        signature: what follows the key id; for a cosignature the time stands first.
    """

    name: str
    key_id: bytes
    signature: bytes

    def text(self) -> str:
        """Return the line with its newline."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text with its signature lines, none of which is believed yet.

    Attributes:
        text: ends with a newline.
        lines: in the order in which they stand.
    """

    text: bytes
    lines: tuple[SignatureLine, ...]

    def to_bytes(self) -> bytes:
        """Return the note as it is stored and sent."""
        return self.text + b"\n" + "".join(line.text() for line in self.lines).encode()


def key_id(name: str, algorithm: bytes, public: bytes) -> bytes:
    """Return the four bytes that name a key beside its name: SHA-256(name || 0x0A || algorithm || public key)[:4]."""
    return sha256(name.encode() + b"\n" + algorithm + public).digest()[:_KEY_ID_SIZE]


def is_key_name(name: str) -> bool:
    """Say whether a name may stand in a signature line: not empty, no space, no plus, no control character."""
    return bool(_NAME.fullmatch(name)) and name.isprintable()


def parse_signed_note(data: bytes) -> SignedNote:
    """Read a text and its signature lines.

    Raises:
        CheckpointError: the bytes are not laid out as a signed note, or carry too many or too large signatures.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise CheckpointError(f"a signed note of {len(data)} bytes is too large")
    try:
        decoded = data.decode()
    except UnicodeDecodeError:
        raise CheckpointError("a signed note must be UTF-8") from None
    if _CONTROL.search(decoded):
        raise CheckpointError("a signed note holds a control character")
    text, blank, signatures = decoded.rpartition("\n\n")
    if not blank or not text or not signatures.endswith("\n"):
        raise CheckpointError("a signed note has a text, an empty line and signature lines")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_LINES:
        raise CheckpointError(f"a signed note has {len(lines)} signatures, at most {MAX_LINES} are read")
    return SignedNote((text + "\n").encode(), tuple(_parse_line(line) for line in lines))


def _parse_line(line: str) -> SignatureLine:
    dash, name, encoded = line[: len(_DASH)], *line[len(_DASH) :].partition(" ")[::2]
    if dash != _DASH or not is_key_name(name):
        raise CheckpointError("a line under the text is no signature line")
    try:
        raw = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise CheckpointError("a signature is not base64") from None
    # Python's decoder forgives stray bits in the last character; one signature has one spelling.
    if len(raw) <= _KEY_ID_SIZE or b64encode(raw).decode() != encoded:
        raise CheckpointError("a signature is not base64 of a key id and a signature")
    return SignatureLine(name, raw[:_KEY_ID_SIZE], raw[_KEY_ID_SIZE:])


def required_pair[Key: (Signer, Verifier)](keys: Sequence[Key]) -> tuple[Key, Key]:
    """Return the Ed25519 and the ML-DSA-65 key of a set, which must be just these two, under one name.

    Raises:
        ValueError: one is missing or doubled: a call that would sign or ask for less is a programming error.
    """
    by_algorithm = {key.algorithm: key for key in keys}
    if len(keys) != len(REQUIRED) or set(by_algorithm) != set(REQUIRED) or len({key.name for key in keys}) != 1:
        raise ValueError("exactly one Ed25519 and one ML-DSA-65 key of one name are required")
    return by_algorithm[ED25519], by_algorithm[ML_DSA_65]


def find_line(lines: Sequence[SignatureLine], key: Verifier, algorithm: bytes) -> SignatureLine:
    """Return the signature line of a key in the role that `algorithm` names.

    Raises:
        SignatureError: there is none, or more than one.
    """
    wanted = key_id(key.name, algorithm, key.public)
    found = [line for line in lines if line.name == key.name and line.key_id == wanted]
    if len(found) != 1:
        raise SignatureError(f"`{key.name}` has {len(found)} signatures of one of its two keys, expected 1")
    return found[0]
