"""Keys that anybody can forge, for tests of layout and rules; the real ones are tested in tests/sealing."""

from dataclasses import dataclass
from hashlib import sha256

from comity.merkle import ED25519, ML_DSA_65


@dataclass(frozen=True, slots=True)
class ToyKey:
    """A keyed hash where a signature should be."""

    name: str
    algorithm: bytes
    public: bytes

    def sign(self, message: bytes, /) -> bytes:
        return sha256(self.public + message).digest() * 2

    def verify(self, signature: bytes, message: bytes, /) -> bool:
        return signature == self.sign(message)


def toy_pair(name: str, generation: int = 1) -> tuple[ToyKey, ToyKey]:
    """Return the two keys of a log."""
    seed = f"{name}#{generation}".encode()
    return (
        ToyKey(name, ED25519, sha256(seed + b"ed").digest()),
        ToyKey(name, ML_DSA_65, sha256(seed + b"ml").digest() * 61),
    )
