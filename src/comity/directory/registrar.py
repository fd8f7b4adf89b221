"""The registrar's side: list members, publish agreements, revoke, and sign it all, each role with its own keys.

Works on a folder of static files, which any web server can serve and every mirror repeats. Root and targets keys are
kept offline by several holders; snapshot and timestamp keys sign every day. The same keys and the same time give the
same files, but for the randomness in ML-DSA signatures.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    MetaFile,
    Root,
    Snapshot,
    SuccinctRoles,
    Targets,
    Timestamp,
)

from comity.directory import profile
from comity.directory.card import Card, delegation_to
from comity.directory.errors import MetadataError, ThresholdError
from comity.directory.holders import Holders, Table, holders_of, root_of, signed_root
from comity.directory.member import Member, read_member
from comity.directory.patch import EMPTY, make_patch, patch_url
from comity.directory.profile import BIN_PREFIX, EXPIRY, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, member_path, target_url
from comity.directory.revocations import REVOCATIONS_PATH, Revocation, Revoked, read_revocations, write_revocations
from comity.directory.store import Store
from comity.directory.succession import leads
from comity.sealing import PublicPair, SigningPair
from comity.vocabulary.authority import AuthorityId

DEFAULT_BITS: Final = 4
"""Sixteen bins; six bits for some thousand members (docs/decisions/0003-directory-size.md)."""

RENEW_SNAPSHOT_BEFORE: Final = timedelta(days=4)
PATCHES: Final = 8
RENEW_BEFORE: Final = timedelta(days=30)
"""Long-lived files are signed anew when they have less than this to live and their holders are at the table."""


class Registrar:
    """A published directory that can be changed.

    Args:
        store: holds the published files, by their paths.

    Raises:
        DirectoryError: the store holds no directory; see `create`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._root = self._newest_root()
        self._snapshot = _unpublished(Snapshot(meta={}))
        self._timestamp = _unpublished(Timestamp(snapshot_meta=MetaFile(1)))
        self._files: dict[str, Targets] = {}
        self._dirty: set[str] = set()
        self._fresh: dict[str, tuple[bytes, int]] = {}
        self._load()

    @classmethod
    def create(
        cls, store: Store, holders: Holders, signers: Sequence[SigningPair], now: datetime, bits: int = DEFAULT_BITS
    ) -> "Registrar":
        """Begin a directory: sign its first root. Nothing else is published before the first `publish`.

        Args:
            store: empty.
            holders: of all roles.
            signers: at least the root's threshold.
            now: UTC.
            bits: 2 to the power of this is the number of bins that members are spread over.

        Raises:
            DirectoryError: there is a directory already, or too few signers.
        """
        if store.has("1.root.json"):
            raise MetadataError("there is a directory here already")
        root = root_of(holders, 1, now)
        store.commit("1.root.json", signed_root(root, signers, root))
        registrar = cls(store)
        keys = profile.keys_of(holders.targets)
        rule = SuccinctRoles(list(keys), holders.targets_threshold * 2, bits, BIN_PREFIX)
        registrar._files[TARGETS] = _unpublished(Targets(delegations=Delegations(keys, None, rule)))
        registrar._dirty.add(TARGETS)
        registrar.put(REVOCATIONS_PATH, write_revocations(()))
        return registrar

    # What is there

    @property
    def root(self) -> bytes:
        """The newest root file."""
        return self._must(f"{self._root.version}.root.json")

    @property
    def holders(self) -> Holders:
        """Who signs what; `MetadataError` where another program made the root."""
        return holders_of(self._root)

    def authorities(self) -> tuple[AuthorityId, ...]:
        """Return all listed members, sorted."""
        found = (role for name, file in self._files.items() if name != TARGETS for role in _roles_of(file))
        return tuple(sorted(AuthorityId.parse(role) for role in found))

    def identity(self, authority: AuthorityId) -> PublicPair | None:
        """Return the identity key under which a member is listed."""
        file = self._files.get(self._bin_name(authority))
        role = None if file is None else _roles_of(file).get(str(authority))
        if file is None or file.delegations is None or role is None:
            return None
        return profile.public_pair([file.delegations.keys[keyid] for keyid in role.keyids])

    def member(self, authority: AuthorityId) -> Member | None:
        """Return a member as its published document says, before revocations; `None` if it is not listed."""
        meta = self._snapshot.meta.get(f"{authority}.json")
        if meta is None:
            return None
        path = member_path(str(authority))
        file = profile.read(Targets, self._must(f"{meta.version}.{authority}.json")).signed
        return read_member(self._must(target_url(path, profile.sha256_of(file.targets[path]))), authority)

    def member_version(self, authority: AuthorityId) -> int:
        """Return the version of a member's file that is published or staged, 0 if none."""
        if str(authority) in self._fresh:
            return self._fresh[str(authority)][1]
        meta = self._snapshot.meta.get(f"{authority}.json")
        return 0 if meta is None else meta.version

    @property
    def revocations(self) -> tuple[Revocation, ...]:
        """The list as it is published or staged."""
        return read_revocations(self._document(REVOCATIONS_PATH))

    @property
    def needs_targets_holders(self) -> bool:
        """Whether what is staged must be signed by the registrar's holders, not by the online keys alone."""
        return bool(self._dirty)

    def due(self, now: datetime) -> tuple[str, ...]:
        """Return the long-lived roles that should be signed anew, sorted."""
        every: Iterable[tuple[str, datetime]] = (
            (ROOT, self._root.expires),
            *((name, file.expires) for name, file in self._files.items()),
        )
        return tuple(sorted(name for name, expires in every if expires - now < RENEW_BEFORE))

    # What is staged

    def admit(self, card: Card, *, compared: bool = False) -> None:
        """List a member, or take a member's new files.

        Args:
            card: read and checked by `read_card`.
            compared: an officer has compared the digits of the card by telephone; needed for a new member, and for
                another identity key that neither the old one nor the root's threshold has signed.

        Raises:
            DirectoryError: it is older than what is there, or its identity key is not vouched for.
        """
        known = self.identity(card.authority)
        if card.version <= self.member_version(card.authority):
            raise MetadataError(f"the card of `{card.authority}` is not newer than what is published")
        if known is None or known.fingerprint != card.identity.fingerprint:
            if not compared and not self.vouches(card):
                raise MetadataError(f"the identity key of `{card.authority}` must first be compared by telephone")
            self._list(card)
        self._fresh[str(card.authority)] = (card.files.metadata, card.version)
        path = member_path(str(card.authority))
        digest = profile.sha256_of(profile.pin_target(path, card.files.document))
        self._store.write(target_url(path, digest), card.files.document)

    def vouches(self, card: Card) -> bool:
        """Say whether a card needs no telephone call: its identity key is listed, or succeeds the one that is."""
        known = self.identity(card.authority)
        return known is not None and leads(
            card.member.successions, known.fingerprint, card.identity, profile.root_keys(self._root)
        )

    def put(self, path: str, data: bytes) -> None:
        """Stage a document that the registrar vouches for: an agreement, a code list.

        Raises:
            DirectoryError: the path is a member's.
        """
        if path.startswith("members/"):
            raise MetadataError("a member's document is signed by the member, with a card")
        pinned = profile.pin_target(path, data)
        self._store.write(target_url(path, profile.sha256_of(pinned)), data)
        self._files[TARGETS].targets[path] = pinned
        self._dirty.add(TARGETS)

    def remove(self, path: str) -> None:
        """Stage that the registrar no longer vouches for a document; archived views keep it."""
        if self._files[TARGETS].targets.pop(path, None) is not None:
            self._dirty.add(TARGETS)

    def revoke(self, *revocations: Revocation) -> None:
        """Stage entries of the list of what counts no longer."""
        self.put(REVOCATIONS_PATH, write_revocations((*self.revocations, *revocations)))

    def suspend(self, authority: AuthorityId, reason: str, now: datetime) -> None:
        """Stage the end of a membership: nothing is sent to the member or taken from it any more."""
        self.revoke(Revocation(authority, Revoked.MEMBERSHIP, "", now.replace(microsecond=0), reason))

    def readmit(self, authority: AuthorityId) -> None:
        """Stage the end of a suspension."""
        kept = (item for item in self.revocations if (item.authority, item.kind) != (authority, Revoked.MEMBERSHIP))
        self.put(REVOCATIONS_PATH, write_revocations(kept))

    # What is signed

    def publish(self, table: Table, now: datetime) -> tuple[int, int]:
        """Sign what is staged and what is about to expire, and publish it.

        Args:
            table: keys at hand.
            now: UTC.

        Returns:
            root and timestamp version.

        Raises:
            ThresholdError: something staged needs more of the registrar's holders.
            ExpiredError: a card has run out, or is to last for longer than members' files may.
        """
        now = now.replace(microsecond=0)
        if table.targets:
            self._dirty.update(name for name in self.due(now) if name != ROOT)
        meta = dict(self._snapshot.meta)
        for name in sorted(self._dirty):
            meta[f"{name}.json"] = self._publish_targets(name, table.targets, now)
        for role, (data, version) in sorted(self._fresh.items()):
            profile.check_expiry(profile.read(Targets, data).signed, role, now)
            self._store.write(f"{version}.{role}.json", data)
            self._store.write(patch_url(role, 0, version), make_patch(EMPTY, data))
            meta[f"{role}.json"] = profile.pin(version, data)
        if meta != self._snapshot.meta or self._snapshot.expires - now < RENEW_SNAPSHOT_BEFORE or self._is_rekeyed():
            self._publish_snapshot(meta, table, now)
        self._dirty.clear()
        self._fresh.clear()
        return self._root.version, self.refresh_timestamp(table.timestamp, now)

    def refresh_timestamp(self, timestamp: SigningPair, now: datetime) -> int:
        """Say that the directory is still the newest, for one more day; returns the timestamp's version."""
        now = now.replace(microsecond=0)
        snapshot = self._must(f"{self._snapshot.version}.snapshot.json")
        self._timestamp = Timestamp(
            version=self._timestamp.version + 1,
            expires=now + EXPIRY[TIMESTAMP],
            snapshot_meta=profile.pin(self._snapshot.version, snapshot),
        )
        self._store.commit("timestamp.json", self._sign(ROOT, TIMESTAMP, self._timestamp, [timestamp]))
        return self._timestamp.version

    def rotate(self, holders: Holders, signers: Sequence[SigningPair], now: datetime) -> int:
        """Sign a new root, with other holders or for another year; returns its version.

        Where targets, snapshot or timestamp holders change, `publish` with the new ones must follow at once.

        Args:
            holders: from now on.
            signers: the threshold of the old root's holders and of the new one's.
            now: UTC.

        Raises:
            ThresholdError: one of the two thresholds is not met.
        """
        root = root_of(holders, self._root.version + 1, now.replace(microsecond=0))
        data = signed_root(root, signers, self._root)
        self._store.commit(f"{root.version}.root.json", data)
        self._root = root
        self._take_targets_keys(holders)
        return root.version

    def _take_targets_keys(self, holders: Holders) -> None:
        targets = self._files[TARGETS]
        keys = profile.keys_of(holders.targets)
        rule = None if targets.delegations is None else targets.delegations.succinct_roles
        if rule is None or targets.delegations is None:
            raise MetadataError("the registrar delegates to no bins of members")
        if set(rule.keyids) != set(keys) or rule.threshold != holders.targets_threshold * 2:
            rule.keyids, rule.threshold = list(keys), holders.targets_threshold * 2
            targets.delegations.keys = keys
            self._dirty.update(self._files)

    def _publish_targets(self, name: str, signers: Sequence[SigningPair], now: datetime) -> MetaFile:
        file = self._files[name]
        old = file.version
        file.version, file.expires = old + 1, now + EXPIRY[TARGETS]
        try:
            data = self._sign(ROOT if name == TARGETS else TARGETS, name, file, signers)
        except ThresholdError:
            file.version = old
            raise
        self._store.write(f"{file.version}.{name}.json", data)
        self._patches(name, file.version, data)
        return profile.pin(file.version, data)

    def _is_rekeyed(self) -> bool:
        """Say whether a new root replaced the key that signed the snapshot."""
        data = self._must(f"{self._snapshot.version}.snapshot.json")
        try:
            profile.check_signatures(self._root, SNAPSHOT, profile.read(Snapshot, data))
        except ThresholdError:
            return True
        return False

    def _publish_snapshot(self, meta: dict[str, MetaFile], table: Table, now: datetime) -> None:
        self._snapshot = Snapshot(version=self._snapshot.version + 1, expires=now + EXPIRY[SNAPSHOT], meta=meta)
        data = self._sign(ROOT, SNAPSHOT, self._snapshot, [table.snapshot])
        self._store.write(f"{self._snapshot.version}.snapshot.json", data)
        self._patches(SNAPSHOT, self._snapshot.version, data)

    def _sign[T: (Timestamp, Snapshot, Targets)](
        self, delegator: str, role: str, signed: T, signers: Sequence[SigningPair]
    ) -> bytes:
        """Sign, and check as a mirror would: a wrong key is noticed here and not by everybody."""
        data = profile.signed_by(signed, signers)
        above: Root | Targets = self._root if delegator == ROOT else self._files[TARGETS]
        profile.check_signatures(above, role, profile.read(type(signed), data))
        return data

    def _patches(self, role: str, version: int, data: bytes) -> None:
        self._store.write(patch_url(role, 0, version), make_patch(EMPTY, data))
        for old in range(max(1, version - PATCHES), version):
            before = self._store.read(f"{old}.{role}.json")
            if before is not None:
                self._store.write(patch_url(role, old, version), make_patch(before, data))

    # Below

    def _list(self, card: Card) -> None:
        name = self._bin_name(card.authority)
        file = self._files.get(name)
        if file is None or file.delegations is None or file.delegations.roles is None:
            file = self._files[name] = _unpublished(Targets(delegations=Delegations({}, {})))
        delegations = file.delegations
        if delegations is None or delegations.roles is None:
            raise MetadataError(f"`{name}` lists no members")
        delegations.roles[str(card.authority)] = delegation_to(card.authority, card.identity)
        delegations.keys |= profile.keys_of([card.identity])
        used = {keyid for role in delegations.roles.values() for keyid in role.keyids}
        delegations.keys = {keyid: key for keyid, key in delegations.keys.items() if keyid in used}
        self._dirty.add(name)

    def _bin_name(self, authority: AuthorityId) -> str:
        delegations = self._files[TARGETS].delegations
        if delegations is None or delegations.succinct_roles is None:
            raise MetadataError("the registrar delegates to no bins of members")
        return delegations.succinct_roles.get_role_for_target(member_path(str(authority)))

    def _document(self, path: str) -> bytes:
        pinned = self._files[TARGETS].targets[path]
        return self._must(target_url(path, profile.sha256_of(pinned)))

    def _newest_root(self) -> Root:
        version = 1
        while self._store.has(f"{version + 1}.root.json"):
            version += 1
        return profile.read(Root, self._must(f"{version}.root.json")).signed

    def _load(self) -> None:
        data = self._store.read("timestamp.json")
        if data is None:
            return
        self._timestamp = profile.read(Timestamp, data).signed
        version = self._timestamp.snapshot_meta.version
        self._snapshot = profile.read(Snapshot, self._must(f"{version}.snapshot.json")).signed
        for name, meta in self._snapshot.meta.items():
            role = name.removesuffix(".json")
            if role == TARGETS or role.startswith(f"{BIN_PREFIX}-"):
                self._files[role] = profile.read(Targets, self._must(f"{meta.version}.{role}.json")).signed
        self._take_targets_keys(holders_of(self._root))  # a root may have been signed, and nothing after it

    def _must(self, path: str) -> bytes:
        data = self._store.read(path)
        if data is None:
            raise MetadataError(f"the published directory has no `{path}`")
        return data


def _unpublished[T: (Snapshot, Timestamp, Targets)](signed: T) -> T:
    signed.version = 0  # the first publication counts it up to 1
    return signed


def _roles_of(file: Targets) -> Mapping[str, DelegatedRole]:
    return (file.delegations.roles or {}) if file.delegations is not None else {}
