"""A key that two members and nobody else can compute, from their KEM keys of one week; for fingerprints, not secrets.

Both take their own private half and the other's published one (X25519 of the hybrid keys) and derive a key bound to the
two names. It is classical only: whoever breaks X25519 some day can try names against fingerprints that he holds, and
those lie in sealed bodies alone. The private halves are erased as for everything sealed in that week.
"""

import hmac
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comity.sealing.errors import KeyFormatError
from comity.sealing.kem import ML_KEM_PUBLIC_SIZE, KemKey, KemPublic

KEY_SIZE: Final = 32
TAG_SIZE: Final = 16
_LABEL: Final = b"comity/fingerprint/v1\0"


@lru_cache(maxsize=4096)
def agreed_key(own: KemKey, other: KemPublic, names: tuple[str, str]) -> bytes:
    """Return the key of a pair for one week; the same from both sides.

    Args:
        own: private key of the week.
        other: the other's public key of that week, from the directory.
        names: ids of both authorities, in any order.

    Raises:
        KeyFormatError: the other's key is none that anything secret can be agreed with.

    Source: docs/protocol/sealing.md, section 9.
    """
    share = X25519PublicKey.from_public_bytes(other.raw[ML_KEM_PUBLIC_SIZE:])
    try:
        secret = own.x25519.exchange(share)
    except ValueError:
        raise KeyFormatError("nothing secret can be agreed with this public key") from None
    info = _LABEL + "\0".join(sorted(names)).encode()
    return HKDF(SHA256(), length=KEY_SIZE, salt=None, info=info).derive(secret)


def tag(key: bytes, form: bytes) -> bytes:
    """Return the tag of one normal form: without the key nobody can tell of what."""
    return hmac.digest(key, form, "sha256")[:TAG_SIZE]
