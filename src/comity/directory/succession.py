"""A member's new identity key is signed by its old one, or by the root threshold; nothing else is believed at once.

So a registrar who would listen in cannot put a key of his own under a member's name without being noticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from comity.directory.documents import Fields, base64, write_json
from comity.directory.logs import pair_from_json, pair_to_json
from comity.directory.profile import RoleKeys
from comity.sealing import PublicPair, SigningPair
from comity.vocabulary.authority import AuthorityId

MAX_LINKS = 5
_LABEL = b"comity/succession/v1\x00"


@dataclass(frozen=True, slots=True)
class Signature:
    """One holder's signatures under a succession."""

    by: PublicPair
    ed25519: bytes
    ml_dsa_65: bytes


@dataclass(frozen=True, slots=True)
class Succession:
    """A change of a member's identity key.

    Attributes:
        authority: whose key changed.
        old: before.
        new: after.
        signatures: by the old key, or by root holders where the old one is lost.
    """

    authority: AuthorityId
    old: PublicPair
    new: PublicPair
    signatures: tuple[Signature, ...]

    def message(self) -> bytes:
        """Return what is signed."""
        return succession_message(self.authority, self.old, self.new)

    def holds(self, root: RoleKeys) -> bool:
        """Say whether the old key signed, or the root's threshold."""
        message = self.message()
        signed = {found.by for found in self.signatures if found.by.verify((found.ed25519, found.ml_dsa_65), message)}
        return self.old in signed or root.met_by(signed)

    @classmethod
    def from_json(cls, value: object, authority: AuthorityId) -> "Succession":
        """Read a succession, or raise `DocumentError`; no signature is checked here."""
        fields = Fields(value, "a succession")
        old, new = pair_from_json(fields.raw("old")), pair_from_json(fields.raw("new"))
        signatures = tuple(_signature(item) for item in fields.items("signatures", limit=5))
        fields.done()
        return cls(authority, old, new, signatures)

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {
            "old": pair_to_json(self.old),
            "new": pair_to_json(self.new),
            "signatures": [
                {"by": pair_to_json(found.by), "ed25519": base64(found.ed25519), "ml_dsa_65": base64(found.ml_dsa_65)}
                for found in self.signatures
            ],
        }


def succession_message(authority: AuthorityId, old: PublicPair, new: PublicPair) -> bytes:
    """Return the bytes that the old key or root holders sign."""
    return _LABEL + write_json({"authority": str(authority), "old": pair_to_json(old), "new": pair_to_json(new)})


def succeed(authority: AuthorityId, old: PublicPair, new: PublicPair, signers: Sequence[SigningPair]) -> Succession:
    """Return a signed change of identity key.

    Args:
        authority: whose key changes.
        old: before.
        new: after.
        signers: the old key, or three of the root's holders.
    """
    message = succession_message(authority, old, new)
    signatures = tuple(Signature(signer.public, *signer.sign(message)) for signer in signers)
    return Succession(authority, old, new, signatures)


def leads(chain: Sequence[Succession], known: bytes, present: PublicPair, root: RoleKeys) -> bool:
    """Say whether links that hold lead from the key that we know (its fingerprint) to the present one."""
    for link in chain:
        if link.old.fingerprint == known and link.holds(root):
            known = link.new.fingerprint
    return known == present.fingerprint


def _signature(value: object) -> Signature:
    fields = Fields(value, "a signature")
    found = Signature(pair_from_json(fields.raw("by")), fields.base64("ed25519"), fields.base64("ml_dsa_65"))
    fields.done()
    return found
