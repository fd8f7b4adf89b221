"""A node's own copy of the directory: refresh it from anywhere, believe only what is signed, keep everything for good.

The rules are in `trust` and `profile`; here is the order in which files are asked for, what is kept, and what is
noticed on the way: a fork, a new identity key, a member whose files do not hold.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tuf.api.metadata import MetaFile, Root, TargetFile, Targets

from comity.directory import profile
from comity.directory.errors import MetadataError, MismatchError, OversizeError, UnreachableError
from comity.directory.identities import Identities
from comity.directory.patch import EMPTY, apply_patch, make_patch, patch_url
from comity.directory.profile import SNAPSHOT, TARGETS, member_path
from comity.directory.revocations import REVOCATIONS_PATH
from comity.directory.state import State, read_seen, read_state, write_seen, write_state
from comity.directory.store import Store
from comity.directory.trust import Trust
from comity.directory.view import Cache, Directory, Version, blob_name
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
_ROOT: Final = re.compile(r"([1-9][0-9]{0,8})\.root\.json")
_METADATA: Final = re.compile(r"([1-9][0-9]{0,8})\.([a-z0-9.-]{1,40})\.json")
_PATCH: Final = re.compile(r"patches/([a-z0-9.-]{1,40})/([0-9]{1,9})-([1-9][0-9]{0,8})\.z")
_TARGET: Final = re.compile(r"targets/(?:[a-z0-9-]+/)*([0-9a-f]{64})\.[A-Za-z0-9._-]{1,80}")


def limit_of(path: str) -> int:
    """Return how many bytes a file at a path may have at most; who fetches stops reading there."""
    if _ROOT.fullmatch(path):
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


class Relation(StrEnum):
    """How the version that a note names relates to ours."""

    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    OLDER_UNSEEN = "older-unseen"
    FORK = "fork"


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


class Mirror:
    """A trusted copy of the directory in a store.

    Args:
        store: of this mirror alone; one process refreshes, others may `reload`.
        root: the root file that was handed over with the node's installation; needed the first time only.

    Raises:
        DirectoryError: there is no root, or the store holds one that does not hold.
    """

    def __init__(self, store: Store, root: bytes | None = None) -> None:
        self._store = store
        self._cache: Cache = {}
        self._archived: dict[Version, Directory] = {}
        self._current: Directory | None = None
        self._stored = b""
        self._state = State()
        if not self.reload():
            if root is None:
                raise MetadataError("a new mirror needs a root to trust")
            found = profile.read(Root, root).signed
            digest = self._keep(root)
            self._state = State(roots={found.version: digest})
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
        return _Refresh(self, fetch, now, only).run()

    def confirm(self, authority: AuthorityId, fingerprint: bytes) -> bool:
        """Believe a member's new identity key, which an officer has compared by telephone.

        Returns:
            whether this key was waiting for it.
        """
        if not self._identities.confirm(authority, fingerprint):
            return False
        self._identities.write(self._store)
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
        if version[1] == ours[1] and version[2] != ours[2] and version[0] <= ours[0]:
            return Relation.FORK
        seen = read_seen(self._store, version[1])
        if any(digest == version[2] for _, digest in seen):
            return Relation.OLDER
        if seen and version[0] <= max(root for root, _ in seen):
            return Relation.FORK
        return Relation.NEWER if version[1] > ours[1] or version[0] > ours[0] else Relation.OLDER_UNSEEN

    def at(self, version: Version) -> Directory | None:
        """Return the view of a version, with today's revocations; `None` where this mirror never saw it."""
        if version == self.directory.version:
            return self.directory
        if version not in self._archived:
            root = self._state.roots.get(version[0])
            if root is None or all(digest != version[2] for _, digest in read_seen(self._store, version[1])):
                return None
            self._archived[version] = Directory(
                self._store,
                profile.read(Root, self._blob(root)).signed,
                self._blob(version[2].hex()),
                cache=self._cache,
                today=self.directory.revocations,
                unconfirmed=self.directory.unconfirmed,
            )
        return self._archived[version]

    def evidence(self, authority: AuthorityId, version: Version | None = None) -> Mapping[str, bytes]:
        """Return all files that lead from the first root to a member, by path.

        Raises:
            DirectoryError: the version was never seen, or the member is not in it.
        """
        view = self.directory if version is None else self.at(version)
        if view is None:
            raise UnreachableError("this version of the directory was never seen")
        roots = {f"{number}.root.json": self._blob(digest) for number, digest in sorted(self._state.roots.items())}
        return {**roots, **view.files_of(authority)}

    # Serving others

    def file(self, path: str) -> bytes | None:
        """Return a file of the directory for another mirror, `None` where there is none."""
        digest: str | None = None
        if path == "timestamp.json":
            digest = self._state.timestamp or None
        elif match := _ROOT.fullmatch(path):
            digest = self._state.roots.get(int(match[1]))
        elif match := _TARGET.fullmatch(path):
            return self._store.read(blob_name(match[1]))
        elif match := _PATCH.fullmatch(path):
            return self._patch(match[1], int(match[2]), int(match[3]))
        elif (match := _METADATA.fullmatch(path)) and self._current is not None:
            return self._current.metadata(match[2], int(match[1]))
        return None if digest is None else self._blob(digest)

    def _patch(self, role: str, old: int, new: int) -> bytes | None:
        if old == 0:
            whole = None if self._current is None else self._current.metadata(role, new)
            return None if whole is None else make_patch(EMPTY, whole)
        versions = self._state.recent.get(role, {})
        if old not in versions or new not in versions or old >= new:
            return None
        return make_patch(self._blob(versions[old]), self._blob(versions[new]))

    # Keeping

    def _view(self) -> Directory:
        newest = max(self._state.roots)
        return Directory(
            self._store,
            profile.read(Root, self._blob(self._state.roots[newest])).signed,
            self._blob(self._state.timestamp),
            cache=self._cache,
            unconfirmed=frozenset(self._identities.waiting()),
        )

    def _keep(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        if not self._store.has(blob_name(digest)):
            self._store.write(blob_name(digest), data)
        return digest

    def _blob(self, digest: str) -> bytes:
        data = self._store.read(blob_name(digest))
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            raise MismatchError("a file of the archive is missing or damaged: fetch the directory anew")
        return data

    def _commit(self) -> None:
        self._stored = write_state(self._state)
        self._store.commit("state.json", self._stored)

    _identities = Identities({})


class _Refresh:
    """One run through the chain, from the root to the members; commits at its end or not at all."""

    def __init__(self, mirror: Mirror, fetch: Fetch, now: datetime, only: Collection[AuthorityId] | None) -> None:
        self._mirror, self._fetch, self._only = mirror, fetch, only
        self._state = mirror._state.copy()  # noqa: SLF001  # the mirror's own other half
        self._before = mirror._current  # noqa: SLF001
        self._trust = Trust(self._blob(self._state.roots[max(self._state.roots)]), now)
        self._bytes = 0
        self._rebinned: tuple[str, ...] = ()

    def run(self) -> Refreshed:
        self._roots()  # (1)
        new = self._timestamp()  # (2)
        if not new and self._before is not None:
            return Refreshed(self._before, (), (), (), self._bytes)
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
            self._state.roots[number] = self._mirror._keep(data)  # noqa: SLF001

    def _timestamp(self) -> bool:
        """Believe the newest timestamp; tells whether it, or the root, is another than before."""
        ours = self._blob(self._state.timestamp) if self._state.timestamp else None
        if ours is not None:
            self._trust.remember_timestamp(ours)
        data = self._must("timestamp.json")
        self._trust.add_timestamp(data, ours)
        self._state.timestamp = self._mirror._keep(data)  # noqa: SLF001
        return data != ours or self._before is None or self._before.root.version != self._trust.root.version

    def _snapshot(self) -> None:
        timestamp = self._trust.timestamp
        if timestamp is None:
            raise MetadataError("the timestamp does not hold")
        recent = self._state.recent.get(SNAPSHOT, {})
        meta = timestamp.snapshot_meta
        if recent and meta.version not in recent:
            self._trust.remember_snapshot(self._blob(recent[max(recent)]))
        self._trust.add_snapshot(self._role_file(SNAPSHOT, meta))

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
            if not self._changed(role) and self._before is not None:
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

    def _accept(self, changed: tuple[AuthorityId, ...]) -> Refreshed:
        """Keep the new state, then look at what it says: new identity keys, members that do not hold."""
        mirror = self._mirror
        view = Directory(
            mirror._store,  # noqa: SLF001
            self._trust.root,
            self._blob(self._state.timestamp),
            cache=mirror._cache,  # noqa: SLF001
        )
        view.revocations  # noqa: B018  # unreadable revocations refuse the whole refresh
        identities = mirror._identities.copy()  # noqa: SLF001
        identities.meet(view, self._to_meet(changed, view), profile.root_keys(self._trust.root))
        write_seen(mirror._store, view.version)  # noqa: SLF001
        identities.write(mirror._store)  # noqa: SLF001
        mirror._state, mirror._identities = self._state, identities  # noqa: SLF001
        mirror._commit()  # noqa: SLF001
        mirror._current = mirror._view()  # noqa: SLF001
        mirror._archived.clear()  # noqa: SLF001  # they carry yesterday's revocations
        faulty = tuple(authority for authority in changed if mirror.directory.fault(authority))
        return Refreshed(mirror.directory, changed, faulty, tuple(identities.waiting()), self._bytes)

    def _to_meet(self, changed: tuple[AuthorityId, ...], view: Directory) -> tuple[AuthorityId, ...]:
        """Return the members whose identity key may be another: those that changed, and those in bins that did."""
        rebinned = (authority for name in self._rebinned for authority in view.listed_in(name))
        return tuple(sorted({*changed, *rebinned}))

    # Files

    def _changed(self, role: str) -> bool:
        if self._before is None:
            return True
        before = self._before.meta(role)
        return before is None or before != self._meta(role)

    def _meta(self, role: str) -> MetaFile:
        meta = self._trust.snapshot.meta.get(f"{role}.json")
        if meta is None:
            raise MetadataError(f"the snapshot does not name `{role}`")
        return meta

    def _role_file(self, role: str, meta: MetaFile, *, remembered: bool = True) -> bytes:
        """Return a metadata file that is pinned: from the archive, as a patch of the one we have, or whole."""
        digest = profile.sha256_of(meta)
        recent = self._state.recent.get(role, {})
        data = self._mirror._store.read(blob_name(digest))  # noqa: SLF001
        if data is None and recent:
            data = self._patched(role, max(recent), self._blob(recent[max(recent)]), meta)
        if data is None:
            data = self._patched(role, 0, EMPTY, meta)
        if data is None:
            data = self._must(f"{meta.version}.{role}.json", meta)
            profile.check_pinned(meta, data, role)
        self._mirror._keep(data)  # noqa: SLF001
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
        if self._mirror._store.has(blob_name(digest)):  # noqa: SLF001
            return
        data = self._must(profile.target_url(path, digest), pinned)
        profile.check_pinned(pinned, data, path)
        self._mirror._keep(data)  # noqa: SLF001

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

    def _blob(self, digest: str) -> bytes:
        return self._mirror._blob(digest)  # noqa: SLF001


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
    roots = sorted((path for path in files if _ROOT.fullmatch(path)), key=lambda path: int(path.split(".")[0]))
    if not roots or hashlib.sha256(files[roots[0]]).hexdigest() != root_sha256:
        raise MismatchError("the first root is not the one with the given fingerprint")
    view = Mirror(store, files[roots[0]]).refresh(files.get, at, only=(authority,)).directory
    if view.member(authority) is None:
        raise MetadataError(f"the files of `{authority}` do not hold: {view.fault(authority) or 'not listed'}")
    return view
