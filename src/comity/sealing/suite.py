"""Wrap a content key for one recipient, bound to one note (docs/protocol/sealing.md, section 4).

The library draws its own randomness when it wraps; that is why it stands behind a port, with a second, deterministic
implementation in `comity.sealing.toy` for the simulator.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM
from cryptography.hazmat.primitives.hpke import Suite as Hpke

from comity.sealing.body import CEK_SIZE, SUITE_ID, TAG_SIZE
from comity.sealing.errors import OpenError
from comity.sealing.kem import KemKey, KemPublic

ENC_SIZE: Final = 1120
WRAP_SIZE: Final = ENC_SIZE + CEK_SIZE + TAG_SIZE
_INFO: Final = b"comity/wrap/v1\x00"


class Suite(Protocol):
    """How content keys are wrapped and keys are made.

    Attributes:
        id: the number that stands in a note's `suite`.
    """

    @property
    def id(self) -> int:
        """Number of the suite."""
        ...

    def wrap(self, public: KemPublic, cek: bytes, core: bytes, /) -> bytes:
        """Return `WRAP_SIZE` bytes that only the holder of the key can open, and only together with this core."""
        ...

    def unwrap(self, private: KemKey | Sequence[KemKey], wrap: bytes, core: bytes, /) -> bytes:
        """Return the content key, or raise `OpenError`."""
        ...


class HybridSuite:
    """HPKE-Base(MLKEM768-X25519, HKDF-SHA256, AES-256-GCM)."""

    id = SUITE_ID

    def __init__(self) -> None:
        self._hpke = Hpke(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

    def wrap(self, public: KemPublic, cek: bytes, core: bytes, /) -> bytes:
        """Seal a content key to a member's key.

        Args:
            public: the recipient's key of this week.
            cek: content key, 32 bytes.
            core: the note without its wrap; any change of it makes the wrap worthless.

        Raises:
            ValueError: the content key has another length.
            KeyFormatError: the bytes of the key are no key.
        """
        if len(cek) != CEK_SIZE:
            raise ValueError(f"a content key has {CEK_SIZE} bytes, found {len(cek)}")
        return self._hpke.encrypt(cek, public.handle, info=_bound_to(core))

    def unwrap(self, private: KemKey | Sequence[KemKey], wrap: bytes, core: bytes, /) -> bytes:
        """Open a wrap.

        Args:
            private: our key, or those that may be meant, the likeliest first: a note does not say for which week's
                key it was sealed.
            wrap: as it stands in the note.
            core: the note without its wrap.

        Raises:
            OpenError: it has another length, was altered, is of another note, or is for none of the keys.
        """
        # The library would read a shorter one as another encoding or fail inside: nothing but this length is ours.
        if len(wrap) != WRAP_SIZE:
            raise OpenError(f"a wrap has {WRAP_SIZE} bytes, found {len(wrap)}")
        info = _bound_to(core)
        for key in (private,) if isinstance(private, KemKey) else private:
            try:
                return self._hpke.decrypt(wrap, key.handle, info=info)
            except (InvalidTag, ValueError):
                continue
        raise OpenError("the wrap is for another key or another note")


def _bound_to(core: bytes) -> bytes:
    return _INFO + hashlib.sha256(core).digest()


SUITE: Final = HybridSuite()
"""The one suite of version 1."""
