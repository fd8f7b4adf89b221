"""Log keys: sign checkpoints and cosignatures, nothing else; they plug into `comity.merkle`."""

from dataclasses import dataclass, field
from functools import lru_cache

from comity.merkle.signing import ED25519, ML_DSA_65
from comity.sealing.pairs import PublicPair, SigningPair, verifies


@dataclass(frozen=True, slots=True)
class LogSigner:
    """One private key of a log, a `comity.merkle.Signer`."""

    name: str
    algorithm: bytes
    pair: SigningPair = field(repr=False)

    @property
    def public(self) -> bytes:
        """Raw public key."""
        return self.pair.public.ed25519 if self.algorithm == ED25519 else self.pair.public.ml_dsa_65

    def sign(self, message: bytes, /) -> bytes:
        """Return the raw signature."""
        key = self.pair.ed25519 if self.algorithm == ED25519 else self.pair.ml_dsa_65
        return key.sign(message)


@dataclass(frozen=True, slots=True)
class LogVerifier:
    """One public key of a log, a `comity.merkle.Verifier`."""

    name: str
    algorithm: bytes
    public: bytes

    def verify(self, signature: bytes, message: bytes, /) -> bool:
        """Say whether the signature is this key's over the message."""
        return verifies(self.algorithm, self.public, signature, message)


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Both private keys of a log.

    Attributes:
        name: of the log, such as `xa.ncb/x1`.
        pair: the keys.
    """

    name: str
    pair: SigningPair

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> "LogKeys":
        """Derive the keys of a log from 32 random bytes.

        Raises:
            KeyFormatError: the seed has another length.
        """
        return cls(name, SigningPair.from_seed(seed))

    @property
    def public(self) -> PublicPair:
        """Both public keys, as they stand in the directory."""
        return self.pair.public

    @property
    def signers(self) -> tuple[LogSigner, LogSigner]:
        """What `comity.merkle.sign` and `cosign` take."""
        return LogSigner(self.name, ED25519, self.pair), LogSigner(self.name, ML_DSA_65, self.pair)

    @property
    def verifiers(self) -> tuple[LogVerifier, LogVerifier]:
        """What `comity.merkle.verify` and `verify_cosignature` take."""
        return log_verifiers(self.name, self.public)


@lru_cache(maxsize=8192)
def log_verifiers(name: str, public: PublicPair) -> tuple[LogVerifier, LogVerifier]:
    """Return what verifies a log's checkpoints, given its keys from the directory."""
    return LogVerifier(name, ED25519, public.ed25519), LogVerifier(name, ML_DSA_65, public.ml_dsa_65)
