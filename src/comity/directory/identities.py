"""Which identity key this node knows of each member, and which changes wait for an officer.

The registrar lists the keys; but a new key of a member that we know already is believed only if its old key signed it,
or the root's threshold. Anything else waits until an officer has compared fingerprints by telephone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from comity.directory.errors import DirectoryError
from comity.directory.profile import RoleKeys
from comity.directory.store import Store
from comity.directory.succession import leads
from comity.directory.view import Directory
from comity.vocabulary.authority import AuthorityId

FILE: Final = "identities.json"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a member's identity key.

    Attributes:
        fingerprint: of the key that is believed.
        waiting: of the key that the directory lists instead, until it is confirmed; empty if none.
    """

    fingerprint: bytes
    waiting: bytes = b""


class Identities:
    """Identity keys by member."""

    def __init__(self, known: dict[AuthorityId, Known]) -> None:
        self._known = known
        self._dirty = False

    def copy(self) -> "Identities":
        """Return a copy that can be thrown away."""
        return Identities(dict(self._known))

    def meet(self, directory: Directory, authorities: Iterable[AuthorityId], root: RoleKeys) -> None:
        """Compare the keys that a directory lists with those that we know.

        A member that was never seen is believed with the key that the registrar's threshold lists.
        """
        for authority in authorities:
            try:
                present = directory.identity(authority)
                entry = directory.entry(authority)
            except DirectoryError:
                continue
            if present is None:
                continue
            before, fingerprint = self._known.get(authority), present.fingerprint
            chain = () if entry is None else entry.member.successions
            if before is None or before.fingerprint == fingerprint or leads(chain, before.fingerprint, present, root):
                self._set(authority, Known(fingerprint))
            else:
                self._set(authority, Known(before.fingerprint, fingerprint))

    def confirm(self, authority: AuthorityId, fingerprint: bytes) -> bool:
        """Believe the waiting key of a member; tells whether it was this one."""
        known = self._known.get(authority)
        if known is None or not known.waiting or known.waiting != fingerprint:
            return False
        self._set(authority, Known(fingerprint))
        return True

    def waiting(self) -> Mapping[AuthorityId, tuple[bytes, bytes]]:
        """Return the known and the waiting fingerprint of each member that waits for an officer."""
        return {
            authority: (known.fingerprint, known.waiting)
            for authority, known in sorted(self._known.items())
            if known.waiting
        }

    def _set(self, authority: AuthorityId, known: Known) -> None:
        if self._known.get(authority) != known:
            self._known[authority] = known
            self._dirty = True

    @classmethod
    def read(cls, store: Store) -> "Identities":
        """Return what `write` kept.

        Raises:
            DirectoryError: the file is damaged; whom we know must not be forgotten silently.
        """
        data = store.read(FILE)
        if data is None:
            return cls({})
        try:
            found = {
                AuthorityId.parse(name): Known(bytes.fromhex(known), bytes.fromhex(waiting))
                for name, (known, waiting) in json.loads(data).items()
            }
        except (ValueError, TypeError, AttributeError):
            raise DirectoryError(f"`{FILE}` of the directory's mirror is damaged: restore it from a backup") from None
        return cls(found)

    def write(self, store: Store) -> None:
        """Keep what is known, if it changed."""
        if self._dirty:
            found = {
                str(authority): (known.fingerprint.hex(), known.waiting.hex())
                for authority, known in sorted(self._known.items())
            }
            store.commit(FILE, json.dumps(found).encode())
            self._dirty = False
