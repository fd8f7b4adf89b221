"""One refresh of a mirror: the order in which files are asked for, and what makes it stop.

The numbered steps are those of docs/protocol/directory.md, section 5. Nothing is kept but verified files, which harm
nobody; what the mirror believes changes when all steps are done, or not at all.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tuf.api.metadata import MetaFile, TargetFile, Targets

from comity.directory import profile
from comity.directory.archive import Archive
from comity.directory.errors import DirectoryForkError, MetadataError, MismatchError, OversizeError, UnreachableError
from comity.directory.identities import Identities
from comity.directory.patch import EMPTY, apply_patch, patch_url
from comity.directory.profile import SNAPSHOT, TARGETS, member_path
from comity.directory.revocations import REVOCATIONS_PATH
from comity.directory.state import State
from comity.directory.trust import Trust
from comity.directory.view import Cache, Directory
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError

Fetch = Callable[[str], bytes | None]
"""Returns the file at a path of the directory, `None` where there is none; raises OSError where nobody answers.

It must stop reading after `limit_of(path)` bytes.
"""

MAX_ROOTS: Final = 32
"""New roots in one refresh: yearly ones of a node that slept for a generation."""

MAX_BYTES: Final[Mapping[str, int]] = {"root": 512 * 1024, "timestamp": 64 * 1024, "patches": 1024 * 1024}
MAX_METADATA_BYTES: Final = 16 * 1024 * 1024
MAX_TARGET_BYTES: Final = 8 * 1024 * 1024
ROOT_PATH: Final = re.compile(r"([1-9][0-9]{0,8})\.root\.json")


def limit_of(path: str) -> int:
    """Return how many bytes a file at a path may have at most; who fetches stops reading there."""
    if ROOT_PATH.fullmatch(path):
        return MAX_BYTES["root"]
    kind = path.partition("/")[0].removesuffix(".json")
    return MAX_BYTES.get(kind, MAX_TARGET_BYTES if kind == "targets" else MAX_METADATA_BYTES)


def is_authority(role: str) -> bool:
    """Say whether a role is a member's; a snapshot never forgets a role, not even one of a former layout."""
    try:
        AuthorityId.parse(role)
    except VocabularyError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh brought.

    Attributes:
        directory: the present view.
        changed: members whose files are new or other than before.
        faulty: those of them whose files do not hold.
        to_compare: members whose new identity key an officer must confirm by telephone.
        fetched_bytes: what was transferred.
    """

    directory: Directory
    changed: tuple[AuthorityId, ...]
    faulty: tuple[AuthorityId, ...]
    to_compare: tuple[AuthorityId, ...]
    fetched_bytes: int


@dataclass(frozen=True, slots=True)
class Before:
    """What a mirror believed before a refresh; `view` is `None` at the first."""

    state: State
    view: Directory | None
    identities: Identities


@dataclass(frozen=True, slots=True)
class After:
    """What it believes afterwards."""

    state: State
    view: Directory
    identities: Identities


class Refresh:
    """One run through the chain, from the root to the members; commits at its end or not at all."""

    def __init__(
        self,
        archive: Archive,
        before: Before,
        fetch: Fetch,
        now: datetime,
        *,
        cache: Cache,
        only: Collection[AuthorityId] | None,
    ) -> None:
        self._archive, self._fetch, self._only, self._cache = archive, fetch, only, cache
        self._state, self._before = before.state.copy(), before.view
        self._identities = before.identities.copy()
        self._trust = Trust(archive.blob(self._state.roots[max(self._state.roots)]), now)
        self._bytes = 0
        self._rebinned: tuple[str, ...] = ()

    def run(self) -> tuple[Refreshed, After] | None:
        """Return what a refresh brought and what to keep, `None` where nothing is new."""
        self._roots()  # (1)
        new = self._timestamp()  # (2)
        if not new and self._before is not None:
            return None
        self._snapshot()  # (3)
        targets = self._targets()  # (4)
        roles = self._bins(targets)  # (5)
        changed = self._members(roles)  # (6)
        return self._accept(changed)  # (7)

    def _roots(self) -> None:
        """Walk through new roots one by one, each signed by the one before."""
        for _ in range(MAX_ROOTS):
            number = self._trust.root.version + 1
            data = self._get(f"{number}.root.json")
            if data is None:
                return
            self._trust.add_root(data)
            self._state.roots[number] = self._archive.keep(data)

    def _timestamp(self) -> bool:
        """Believe the newest timestamp; tells whether it, or the root, is another than before."""
        ours = self._archive.blob(self._state.timestamp) if self._state.timestamp else None
        if ours is not None:
            self._trust.remember_timestamp(ours)
        data = self._must("timestamp.json")
        self._trust.add_timestamp(data, ours)
        self._state.timestamp = self._archive.keep(data)
        return data != ours or self._before is None or self._before.root.version != self._trust.root.version

    def _snapshot(self) -> None:
        timestamp = self._trust.timestamp
        if timestamp is None:
            raise MetadataError("the timestamp does not hold")
        recent = dict(self._state.recent.get(SNAPSHOT, {}))
        meta = timestamp.snapshot_meta
        digest = profile.sha256_of(meta)
        # Also where only the hash is another: nothing else tells that a file in it went back.
        if recent and recent[max(recent)] != digest:
            self._trust.remember_snapshot(self._archive.blob(recent[max(recent)]))
        data = self._role_file(SNAPSHOT, meta)
        self._trust.add_snapshot(data)
        known = recent.get(meta.version, digest)
        if known != digest:
            raise DirectoryForkError(meta.version, self._archive.blob(known), data)

    def _targets(self) -> Targets:
        targets = self._trust.add_targets(self._role_file(TARGETS, self._meta(TARGETS)))
        for path, pinned in targets.targets.items():
            if self._only is None or path == REVOCATIONS_PATH:
                self._document(path, pinned)
        return targets

    def _bins(self, targets: Targets) -> tuple[str, ...]:
        """Verify every bin that changed, or all where the registrar's own file changed; return the members' roles."""
        if targets.delegations is None or targets.delegations.succinct_roles is None:
            raise MetadataError("the registrar delegates to no bins of members")
        named = {name.removesuffix(".json") for name in self._trust.snapshot.meta}
        rule = targets.delegations.succinct_roles
        bins = {name for name in rule.get_roles() if name in named}
        followed = None if self._only is None else map(str, self._only)
        wanted = bins if followed is None else bins & {rule.get_role_for_target(member_path(name)) for name in followed}
        all_again = self._changed(TARGETS)
        for name in sorted(wanted):
            if all_again or self._changed(name):
                self._trust.add_bin(name, self._role_file(name, self._meta(name)))
        self._rebinned = tuple(sorted(name for name in wanted if self._changed(name)))
        return tuple(sorted(role for role in named - bins if is_authority(role)))

    def _members(self, roles: Iterable[str]) -> tuple[AuthorityId, ...]:
        """Fetch the files of members that changed; they are verified by the view, each for itself."""
        changed = []
        for role in roles:
            authority = AuthorityId.parse(role)
            if self._only is not None and authority not in self._only:
                continue
            if not self._changed(role):
                continue
            data = self._role_file(role, self._meta(role), remembered=False)
            changed.append(authority)
            try:
                pinned = profile.read(Targets, data).signed.targets.get(member_path(role))
            except MetadataError:
                continue  # signed or not, it is pinned: every node sees the same fault, and the view names it
            if pinned is not None:
                self._document(member_path(role), pinned)
        return tuple(changed)

    def _accept(self, changed: tuple[AuthorityId, ...]) -> tuple[Refreshed, After]:
        """Look at what the new state says: new identity keys, members that do not hold."""
        timestamp = self._archive.blob(self._state.timestamp)
        view = Directory(self._archive, self._trust.root, timestamp, cache=self._cache)
        view.revocations  # noqa: B018  # unreadable revocations refuse the whole refresh
        self._identities.meet(view, self._to_meet(changed, view), profile.root_keys(self._trust.root))
        waiting = self._identities.waiting()
        view = view.with_unconfirmed(frozenset(waiting))
        faulty = tuple(authority for authority in changed if view.fault(authority))
        return (
            Refreshed(view, changed, faulty, tuple(waiting), self._bytes),
            After(self._state, view, self._identities),
        )

    def _to_meet(self, changed: tuple[AuthorityId, ...], view: Directory) -> tuple[AuthorityId, ...]:
        """Return the members whose identity key may be another: those that changed, and those in bins that did."""
        rebinned = (authority for name in self._rebinned for authority in view.listed_in(name))
        return tuple(sorted({*changed, *rebinned}))

    # Files

    def _changed(self, role: str) -> bool:
        """Say whether a role's file is another than before; a file that changed has another version, too."""
        before = None if self._before is None else self._before.meta(role)
        if before is None:
            return True
        if before == self._meta(role):
            return False
        if before.version == self._meta(role).version:
            raise MetadataError(f"there are two files of `{role}` of version {before.version}")
        return True

    def _meta(self, role: str) -> MetaFile:
        meta = self._trust.snapshot.meta.get(f"{role}.json")
        if meta is None:
            raise MetadataError(f"the snapshot does not name `{role}`")
        return meta

    def _role_file(self, role: str, meta: MetaFile, *, remembered: bool = True) -> bytes:
        """Return a metadata file that is pinned: from the archive, as a patch of the one we have, or whole."""
        digest = profile.sha256_of(meta)
        recent = self._state.recent.get(role, {})
        data = self._archive.find(digest)
        if data is None and recent:
            data = self._patched(role, max(recent), self._archive.blob(recent[max(recent)]), meta)
        if data is None:
            data = self._patched(role, 0, EMPTY, meta)
        if data is None:
            data = self._must(f"{meta.version}.{role}.json", meta)
            profile.check_pinned(meta, data, role)
        self._archive.keep(data)
        if remembered:
            self._state.remember(role, meta.version, digest)
        return data

    def _patched(self, role: str, version: int, old: bytes, meta: MetaFile) -> bytes | None:
        patch = self._get(patch_url(role, version, meta.version))
        data = None if patch is None else apply_patch(old, patch)
        if data is None:
            return None
        try:
            profile.check_pinned(meta, data, role)
        except MismatchError:
            return None  # a patch is only a short cut: the whole file follows
        return data

    def _document(self, path: str, pinned: TargetFile) -> None:
        digest = profile.sha256_of(pinned)
        if self._archive.has(digest):
            return
        data = self._must(profile.target_url(path, digest), pinned)
        profile.check_pinned(pinned, data, path)
        self._archive.keep(data)

    def _must(self, path: str, pinned: MetaFile | TargetFile | None = None) -> bytes:
        data = self._get(path)
        if data is None:
            raise UnreachableError(f"the mirror has no `{path}`")
        if pinned is not None and pinned.length is not None and len(data) > pinned.length:
            raise OversizeError(f"`{path}` is longer than the {pinned.length} bytes that were signed")
        return data

    def _get(self, path: str) -> bytes | None:
        try:
            data = self._fetch(path)
        except OSError as error:
            raise UnreachableError("the mirror does not answer") from error
        if data is None:
            return None
        self._bytes += len(data)
        if len(data) > limit_of(path):
            raise OversizeError(f"`{path}` is longer than {limit_of(path)} bytes")
        return data
