"""A node's own copy of the directory: refresh it from anywhere, believe only what is signed, keep it all for good."""

import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from tuf.api.metadata import Root, Timestamp

from comity.directory import profile
from comity.directory.archive import Archive
from comity.directory.errors import DirectoryError, MetadataError, MismatchError, UnreachableError
from comity.directory.identities import Identities
from comity.directory.patch import EMPTY, make_patch
from comity.directory.refreshing import ROOT_PATH, Before, Fetch, Refresh, Refreshed
from comity.directory.state import State, read_seen, read_state, write_seen, write_state
from comity.directory.store import Store
from comity.directory.view import Cache, Directory, Version
from comity.vocabulary.authority import AuthorityId

_METADATA: Final = re.compile(r"([1-9][0-9]{0,8})\.([a-z0-9.-]{1,40})\.json")
_PATCH: Final = re.compile(r"patches/([a-z0-9.-]{1,40})/([0-9]{1,9})-([1-9][0-9]{0,8})\.z")
_TARGET: Final = re.compile(r"targets/(?:[a-z0-9-]+/)*([0-9a-f]{64})\.[A-Za-z0-9._-]{1,80}")


class Relation(StrEnum):
    """How the version that a note names relates to ours."""

    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    OLDER_UNSEEN = "older-unseen"
    FORK = "fork"


class Mirror:
    """A trusted copy of the directory in a store.

    Args:
        store: of this mirror alone; one process refreshes, others may `reload`.
        root: the root file that was handed over with the node's installation; needed the first time only.

    Raises:
        DirectoryError: there is no root, or the store holds one that does not hold.
    """

    def __init__(self, store: Store, root: bytes | None = None) -> None:
        self._store, self._archive = store, Archive(store)
        self._identities = Identities({})
        self._cache = Cache()
        self._archived: dict[Version, Directory] = {}
        self._current: Directory | None = None
        self._stored = b""
        self._state = State()
        if not self.reload():
            if root is None:
                raise MetadataError("a new mirror needs a root to trust")
            found = profile.read(Root, root).signed
            digest = self._archive.keep(root)
            self._state = State({found.version: digest})
            self._commit()

    # The present

    @property
    def directory(self) -> Directory:
        """The present view.

        Raises:
            DirectoryError: the mirror was never refreshed.
        """
        if self._current is None:
            raise UnreachableError("the directory was never fetched")
        return self._current

    @property
    def is_filled(self) -> bool:
        """Whether there is a view."""
        return self._current is not None

    def reload(self) -> bool:
        """Take what another process has refreshed; tells whether there is anything."""
        data = self._store.read("state.json")
        if data is None:
            return False
        if data != self._stored:
            self._state, self._stored = read_state(data), data
            self._identities = Identities.read(self._store)
            self._current = self._view() if self._state.timestamp else None
        return True

    def refresh(self, fetch: Fetch, now: datetime, *, only: Collection[AuthorityId] | None = None) -> Refreshed:
        """Bring the copy up to date, or leave it as it was.

        Args:
            fetch: see `Fetch`.
            now: UTC.
            only: members to follow; all by default. For a verifier with the files of one member.

        Raises:
            DirectoryForkError: two signed directories of one version; carries both.
            DirectoryError: anything that does not hold or cannot be had; the present view stays.

        Source: docs/protocol/directory.md, section 5.
        """
        self.reload()  # another process may have been ahead: what it saw must not be forgotten
        before = Before(self._state, self._current, self._identities)
        found = Refresh(self._archive, before, fetch, now, cache=self._cache, only=only).run()
        if found is None:
            return Refreshed(self.directory, (), (), (), 0)
        refreshed, after = found
        write_seen(self._store, after.view.version)
        after.identities.write(self._store)
        self._state, self._current, self._identities = after.state, after.view, after.identities
        self._archived.clear()  # they carry yesterday's revocations
        self._commit()
        return refreshed

    def confirm(self, authority: AuthorityId, fingerprint: bytes) -> bool:
        """Believe a member's new identity key, which an officer has compared by telephone.

        Returns:
            whether this key was waiting for it.
        """
        if not self._identities.confirm(authority, fingerprint):
            return False
        self._identities.write(self._store)
        self._state.turn += 1
        self._commit()
        self._current = self._view()
        return True

    @property
    def to_compare(self) -> Mapping[AuthorityId, tuple[bytes, bytes]]:
        """Members that wait for an officer, each with the fingerprints of the known and of the new identity key."""
        return self._identities.waiting()

    # The past

    def relate(self, version: Version) -> Relation:
        """Say how a version that a partner names relates to ours (docs/protocol/directory.md, section 6)."""
        ours = self.directory.version
        if version == ours:
            return Relation.SAME
        if version[0] > ours[0]:
            return Relation.NEWER
        if version[1] == ours[1] and version[2] != ours[2]:
            return Relation.FORK
        seen = read_seen(self._store, version[1])
        if any(digest == version[2] for _, digest in seen):
            return Relation.OLDER
        if seen and version[0] <= max(root for root, _ in seen):
            return Relation.FORK
        return Relation.NEWER if version[1] > ours[1] else Relation.OLDER_UNSEEN

    def at(self, version: Version) -> Directory | None:
        """Return the view of a version, with today's revocations; `None` where this mirror never saw it."""
        if version == self.directory.version:
            return self.directory
        if version not in self._archived:
            root = self._state.roots.get(version[0])
            if root is None or all(digest != version[2] for _, digest in read_seen(self._store, version[1])):
                return None
            self._archived[version] = Directory(
                self._archive,
                profile.read(Root, self._archive.blob(root)).signed,
                self._archive.blob(version[2].hex()),
                cache=self._cache,
                today=self.directory.revocations,
                unconfirmed=self.directory.unconfirmed,
            )
        return self._archived[version]

    def timestamp(self, number: int) -> bytes:
        """Return a timestamp that this mirror believed, by its number; empty where it never saw one."""
        seen = read_seen(self._store, number)
        return self._archive.blob(seen[0][1].hex()) if seen else b""

    def vouches_for(self, data: bytes, version: Version) -> bool:
        """Tell whether bytes are the timestamp that a version names, signed by holders whom a root of ours lists."""
        root = self._state.roots.get(version[0])
        if root is None or hashlib.sha256(data).digest() != version[2]:
            return False
        try:
            found = profile.read(Timestamp, data)
            profile.check_signatures(profile.read(Root, self._archive.blob(root)).signed, profile.TIMESTAMP, found)
        except DirectoryError:
            return False
        return found.signed.version == version[1]

    def evidence(self, authority: AuthorityId, version: Version | None = None) -> Mapping[str, bytes]:
        """Return all files that lead from the first root to a member, by path.

        Raises:
            DirectoryError: the version was never seen, or the member is not in it.
        """
        view = self.directory if version is None else self.at(version)
        if view is None:
            raise UnreachableError("this version of the directory was never seen")
        roots = {
            f"{number}.root.json": self._archive.blob(digest) for number, digest in sorted(self._state.roots.items())
        }
        return {**roots, **view.files_of(authority)}

    # Serving others

    def file(self, path: str) -> bytes | None:
        """Return a file of the directory for another mirror, `None` where there is none."""
        digest: str | None = None
        if path == "timestamp.json":
            digest = self._state.timestamp or None
        elif match := ROOT_PATH.fullmatch(path):
            digest = self._state.roots.get(int(match[1]))
        elif match := _TARGET.fullmatch(path):
            return self._archive.find(match[1])
        elif match := _PATCH.fullmatch(path):
            return self._patch(match[1], int(match[2]), int(match[3]))
        elif (match := _METADATA.fullmatch(path)) and self._current is not None:
            return self._current.metadata(match[2], int(match[1]))
        return None if digest is None else self._archive.blob(digest)

    def _patch(self, role: str, old: int, new: int) -> bytes | None:
        if old == 0:
            whole = None if self._current is None else self._current.metadata(role, new)
            return None if whole is None else make_patch(EMPTY, whole)
        versions = self._state.recent.get(role, {})
        if old not in versions or new not in versions or old >= new:
            return None
        return make_patch(self._archive.blob(versions[old]), self._archive.blob(versions[new]))

    # Keeping

    def _view(self) -> Directory:
        newest = max(self._state.roots)
        return Directory(
            self._archive,
            profile.read(Root, self._archive.blob(self._state.roots[newest])).signed,
            self._archive.blob(self._state.timestamp),
            cache=self._cache,
            unconfirmed=frozenset(self._identities.waiting()),
        )

    def _commit(self) -> None:
        self._stored = write_state(self._state)
        self._store.commit("state.json", self._stored)


def judge(
    files: Mapping[str, bytes], root_sha256: str, authority: AuthorityId, at: datetime, store: Store
) -> Directory:
    """Follow the files of `Mirror.evidence` from a root's fingerprint to a member, as of an instant in the past.

    Args:
        files: by path.
        root_sha256: of the first root file, in hex, known to the verifier by another way.
        authority: the member.
        at: the proved time, UTC, at which expiry is judged.
        store: an empty one.

    Raises:
        DirectoryError: the files do not lead there.
    """
    roots = sorted((path for path in files if ROOT_PATH.fullmatch(path)), key=lambda path: int(path.split(".")[0]))
    if not roots or hashlib.sha256(files[roots[0]]).hexdigest() != root_sha256:
        raise MismatchError("the first root is not the one with the given fingerprint")
    view = Mirror(store, files[roots[0]]).refresh(files.get, at, only=(authority,)).directory
    if view.member(authority) is None:
        raise MetadataError(f"the files of `{authority}` do not hold: {view.fault(authority) or 'not listed'}")
    return view
