"""The directory as one signed version of it stands: immutable, quick, read from the archive as it is asked for.

A view is rooted in a timestamp that the mirror has verified. Whatever lies below is found by hash and verified when it
is first needed, so that asking for one member of three thousand reads four files.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from tuf.api.metadata import DelegatedRole, MetaFile, Root, Snapshot, SuccinctRoles, TargetFile, Targets, Timestamp

from comity.directory import profile
from comity.directory.archive import Archive
from comity.directory.errors import DirectoryError, MetadataError, MismatchError
from comity.directory.member import Member, read_member
from comity.directory.profile import EXPIRY, TARGETS, TIMESTAMP
from comity.directory.revocations import REVOCATIONS_PATH, Revocation, Revoked, apply, read_revocations
from comity.sealing import PublicPair
from comity.vocabulary.authority import AuthorityId

Version = tuple[int, int, bytes]
"""Root version, timestamp version, sha256 of timestamp.json: `dir` of a note."""

BANNER_FROM: Final = EXPIRY[TIMESTAMP]
AGREEMENTS: Final = "agreements/"
MAX_CACHED: Final = 20_000


class Standing(StrEnum):
    """What may be done with a member today."""

    ACTIVE = "active"
    UNKNOWN = "unknown"
    FAULTY = "faulty"
    SUSPENDED = "suspended"
    NEEDS_COMPARISON = "needs-comparison"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Entry:
    """A member with what the directory says about it.

    Attributes:
        member: as its document says, not yet reduced by revocations.
        identity: the key that signed it.
        expires: until when the signatures hold, UTC: its own and those of the files that lead to it.
    """

    member: Member
    identity: PublicPair
    expires: datetime


@dataclass(slots=True)
class Cache:
    """What views of one archive have verified already, by all that the verification depended on.

    Attributes:
        members: document and expiry, by hash and version of the member's file and the fingerprint of its identity key.
        bins: by hash and version of the bin's file and the hash of the registrar's, which names its keys.
    """

    members: dict[tuple[str, int, bytes], tuple[Member, datetime]] = field(default_factory=dict)
    bins: dict[tuple[str, int, str], Targets] = field(default_factory=dict)

    def trim(self) -> None:
        """Forget everything once too much was learnt: old versions go with it."""
        if len(self.members) > MAX_CACHED or len(self.bins) > MAX_CACHED:
            self.members.clear()
            self.bins.clear()


class Directory:
    """One version of the directory.

    Args:
        archive: holds every file of this version.
        root: verified.
        timestamp_data: bytes of a verified timestamp.json.
        cache: shared with other views of the same archive.
        today: revocations of the present directory, for an archived view; `None` for the present one.
        unconfirmed: members whose identity key changed in a way that an officer must first confirm.
    """

    def __init__(
        self,
        archive: Archive,
        root: Root,
        timestamp_data: bytes,
        *,
        cache: Cache | None = None,
        today: tuple[Revocation, ...] | None = None,
        unconfirmed: frozenset[AuthorityId] = frozenset(),
    ) -> None:
        self._archive, self._root, self._timestamp_data = archive, root, timestamp_data
        self._cache = Cache() if cache is None else cache
        self._today, self.unconfirmed = today, unconfirmed
        self._timestamp = profile.read(Timestamp, timestamp_data).signed
        self._entries: dict[AuthorityId, Entry | None] = {}
        self._faults: dict[AuthorityId, str] = {}
        digest = hashlib.sha256(timestamp_data).digest()
        self.version: Version = (root.version, self._timestamp.version, digest)

    def __repr__(self) -> str:
        return f"Directory({self.version[0]}, {self.version[1]}, {self.version[2].hex()[:8]})"

    def with_unconfirmed(self, unconfirmed: frozenset[AuthorityId]) -> "Directory":
        """Return the same version, in which other members wait for an officer."""
        return Directory(
            self._archive,
            self._root,
            self._timestamp_data,
            cache=self._cache,
            today=self._today,
            unconfirmed=unconfirmed,
        )

    # Members

    def member(self, authority: AuthorityId) -> Member | None:
        """Return a member, less what was revoked; `None` for one that is unknown, or whose files do not hold."""
        entry = self.entry(authority)
        return None if entry is None else apply(entry.member, self.revocations_of(authority))

    def members(self) -> tuple[Member, ...]:
        """Return all members whose files hold, in order of their ids; reads every file the first time."""
        found = (self.member(authority) for authority in self.authorities)
        return tuple(member for member in found if member is not None)

    @cached_property
    def authorities(self) -> tuple[AuthorityId, ...]:
        """Ids of all members, sorted; reads no member's file."""
        return tuple(sorted(authority for name in self.bin_names() for authority in self.listed_in(name)))

    def listed_in(self, bin_name: str) -> tuple[AuthorityId, ...]:
        """Return the members that a bin lists."""
        return tuple(AuthorityId.parse(role) for role in self._roles(bin_name))

    def entry(self, authority: AuthorityId) -> Entry | None:
        """Return a member with its identity key and the end of its validity, before revocations."""
        if authority not in self._entries:
            try:
                self._entries[authority] = self._load_member(authority)
            except DirectoryError as error:
                if isinstance(error, MismatchError):
                    raise  # the archive itself is damaged: nothing about the member
                self._faults[authority] = error.code
                self._entries[authority] = None
        return self._entries[authority]

    def fault(self, authority: AuthorityId) -> str:
        """Return the code of what is wrong with a member's files, empty if nothing."""
        self.entry(authority)
        return self._faults.get(authority, "")

    def identity(self, authority: AuthorityId) -> PublicPair | None:
        """Return the identity key under which the registrar lists an authority."""
        found = self._delegation(authority)
        return None if found is None else _identity(*found)

    def standing(self, authority: AuthorityId, now: datetime) -> Standing:
        """Say what may be done with a member.

        `EXPIRED` means: only messages in which life is at risk, approved by two officers. `NEEDS_COMPARISON` means: no
        automation until an officer has compared fingerprints by telephone.
        """
        entry = self.entry(authority)
        revoked = {found.kind for found in self.revocations_of(authority) if found.revoked_from <= now}
        if entry is None:
            return Standing.FAULTY if self._faults.get(authority) else Standing.UNKNOWN
        if Revoked.MEMBERSHIP in revoked:
            return Standing.SUSPENDED
        if authority in self.unconfirmed or self._identity_revoked(entry, now):
            return Standing.NEEDS_COMPARISON
        return Standing.ACTIVE if now < entry.expires else Standing.EXPIRED

    def _identity_revoked(self, entry: Entry, now: datetime) -> bool:
        return any(
            found.kind is Revoked.IDENTITY
            and found.id == entry.identity.fingerprint.hex()
            and found.revoked_from <= now
            for found in self.revocations_of(entry.member.authority)
        )

    # Agreements, lists, revocations

    def agreements(self) -> tuple[str, ...]:
        """Return the ids of all agreements, sorted."""
        paths = (path for path in self._targets.targets if path.startswith(AGREEMENTS) and path.endswith(".json"))
        return tuple(sorted(path.removeprefix(AGREEMENTS).removesuffix(".json") for path in paths))

    def agreement(self, agreement_id: str) -> bytes | None:
        """Return the document of an agreement."""
        return self.document(f"{AGREEMENTS}{agreement_id}.json")

    def documents(self) -> tuple[str, ...]:
        """Return the paths of everything that the registrar itself vouches for, sorted."""
        return tuple(sorted(self._targets.targets))

    def document(self, path: str) -> bytes | None:
        """Return a document of the registrar, `None` for a path that nobody vouches for."""
        pinned = self._targets.targets.get(path)
        return None if pinned is None else self._blob(pinned, path)

    @cached_property
    def revocations(self) -> tuple[Revocation, ...]:
        """What counts no longer; for an archived view what counts no longer today."""
        if self._today is not None:
            return self._today
        data = self.document(REVOCATIONS_PATH)
        return () if data is None else read_revocations(data)

    def revocations_of(self, authority: AuthorityId) -> tuple[Revocation, ...]:
        """Return the revocations that concern one member."""
        return self._revocations_by_authority.get(authority, ())

    @cached_property
    def _revocations_by_authority(self) -> Mapping[AuthorityId, tuple[Revocation, ...]]:
        found: dict[AuthorityId, tuple[Revocation, ...]] = {}
        for revocation in self.revocations:
            found[revocation.authority] = (*found.get(revocation.authority, ()), revocation)
        return found

    # Age

    def age_s(self, now: datetime) -> float:
        """Return the seconds since this version was signed."""
        return (now - (self._timestamp.expires - EXPIRY[TIMESTAMP])).total_seconds()

    def is_stale(self, now: datetime) -> bool:
        """Say whether a banner must tell that the directory could not be refreshed for a day."""
        return now >= self._timestamp.expires

    # Files

    def files_of(self, authority: AuthorityId) -> Mapping[str, bytes]:
        """Return every file below the root that leads to a member, by path: evidence that `judge` can follow.

        Raises:
            DirectoryError: there is no such member, or its files do not hold.
        """
        delegation = self._delegation(authority)
        if delegation is None:
            raise MetadataError(f"`{authority}` is not in the directory")
        bin_name = self.bin_name(authority)
        files = {"timestamp.json": self._timestamp_data, **self._file(self._timestamp.snapshot_meta, "snapshot")}
        for role in (TARGETS, bin_name, str(authority)):
            files |= self._file(self._meta[f"{role}.json"], role)
        member_file = profile.read(Targets, self._blob(self._meta[f"{authority}.json"], str(authority))).signed
        for path, pinned in (*member_file.targets.items(), *self._targets.targets.items()):
            if path in {profile.member_path(str(authority)), REVOCATIONS_PATH}:
                files[profile.target_url(path, profile.sha256_of(pinned))] = self._blob(pinned, path)
        return files

    def _file(self, meta: MetaFile, role: str) -> dict[str, bytes]:
        return {f"{meta.version}.{role}.json": self._blob(meta, role)}

    def metadata(self, role: str, version: int) -> bytes | None:
        """Return a metadata file of this version, for serving."""
        meta = self._timestamp.snapshot_meta if role == profile.SNAPSHOT else self._meta.get(f"{role}.json")
        return None if meta is None or meta.version != version else self._blob(meta, role)

    def meta(self, role: str) -> MetaFile | None:
        """Return version, length and hash of a role's file, `None` where this version names none."""
        return self._meta.get(f"{role}.json")

    @property
    def root(self) -> Root:
        """The root of this version."""
        return self._root

    @property
    def timestamp(self) -> Timestamp:
        """The timestamp of this version."""
        return self._timestamp

    # Below the snapshot

    @cached_property
    def _meta(self) -> Mapping[str, MetaFile]:
        data = self._blob(self._timestamp.snapshot_meta, profile.SNAPSHOT)
        return profile.read(Snapshot, data).signed.meta

    @cached_property
    def _targets(self) -> Targets:
        found = self._role(TARGETS, self._root)
        if found is None:
            raise MetadataError("the snapshot names no targets")
        return found

    @cached_property
    def _bins_rule(self) -> SuccinctRoles:
        delegations = self._targets.delegations
        if delegations is None or delegations.succinct_roles is None:
            raise MetadataError("the registrar delegates to no bins of members")
        return delegations.succinct_roles

    def bin_names(self) -> tuple[str, ...]:
        """Return the bins that this version has."""
        return tuple(name for name in self._bins_rule.get_roles() if f"{name}.json" in self._meta)

    def bin_name(self, authority: AuthorityId) -> str:
        """Return the bin that lists a member."""
        return self._bins_rule.get_role_for_target(profile.member_path(str(authority)))

    def _bin(self, name: str) -> Targets | None:
        meta = self.meta(name)
        if meta is None:
            return None
        key = profile.sha256_of(meta), meta.version, profile.sha256_of(self._meta[f"{TARGETS}.json"])
        found = self._cache.bins.get(key)
        if found is None:
            found = self._role(name, self._targets)
            if found is not None:
                self._cache.bins[key] = found
        return found

    def _roles(self, bin_name: str) -> Mapping[str, DelegatedRole]:
        found = self._bin(bin_name)
        if found is None or found.delegations is None or found.delegations.roles is None:
            return {}
        return found.delegations.roles

    def _delegation(self, authority: AuthorityId) -> tuple[Targets, DelegatedRole] | None:
        name = self.bin_name(authority)
        role, found = self._roles(name).get(str(authority)), self._bin(name)
        return None if role is None or found is None else (found, role)

    def _load_member(self, authority: AuthorityId) -> Entry | None:
        delegation = self._delegation(authority)
        if delegation is None:
            return None
        in_bin, role = delegation
        identity = _identity(in_bin, role)
        if role.paths != [profile.member_path(str(authority))]:
            raise MetadataError(f"`{authority}` may speak for itself and for nobody else")
        meta = self.meta(str(authority))
        if meta is None:
            raise MetadataError(f"`{authority}` has published nothing")
        key = profile.sha256_of(meta), meta.version, identity.fingerprint
        if key not in self._cache.members:
            self._cache.trim()
            self._cache.members[key] = self._read_member(authority, in_bin)
        member, expires = self._cache.members[key]
        return Entry(member, identity, min(expires, in_bin.expires, self._targets.expires))

    def _read_member(self, authority: AuthorityId, in_bin: Targets) -> tuple[Member, datetime]:
        path = profile.member_path(str(authority))
        file = self._role(str(authority), in_bin)
        pinned = None if file is None else file.targets.get(path)
        if file is None or pinned is None:
            raise MetadataError(f"`{authority}` has published no document")
        return read_member(self._blob(pinned, path), authority), file.expires

    def _role(self, role: str, delegator: Root | Targets) -> Targets | None:
        """Return a role's file, verified against its delegator; `None` where the snapshot does not name it."""
        meta = self._meta.get(f"{role}.json")
        if meta is None:
            return None
        metadata = profile.read(Targets, self._blob(meta, role))
        profile.check_signatures(delegator, role, metadata)
        if metadata.signed.version != meta.version:
            raise MetadataError(f"`{role}` is not of the version that the snapshot names")
        return metadata.signed

    def _blob(self, pinned: MetaFile | TargetFile, name: str) -> bytes:
        data = self._archive.find(profile.sha256_of(pinned))
        if data is None:
            raise MismatchError(f"`{name}` is missing from the archive")
        profile.check_pinned(pinned, data, name)
        return data


def _identity(in_bin: Targets, role: DelegatedRole) -> PublicPair:
    keys = {} if in_bin.delegations is None else in_bin.delegations.keys
    return profile.public_pair([keys[keyid] for keyid in role.keyids])
