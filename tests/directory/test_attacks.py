"""What a mirror, a member, a registrar or a thief of keys may try, and what a node does then."""

import json
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.directory_world import (
    DAY,
    HOLDERS,
    NOW,
    ONLINE,
    ROOT_HOLDERS,
    SNAPSHOT_KEY,
    TABLE,
    TARGETS_HOLDERS,
    TIMESTAMP_KEY,
    XA,
    XB,
    World,
    identity,
    member,
    pair,
)
from tuf.api.metadata import Delegations, MetaFile, Root, Snapshot, Targets, Timestamp

from comity.directory import (
    DirectoryError,
    DirectoryForkError,
    DocumentError,
    ExpiredError,
    Holders,
    MetadataError,
    Mirror,
    MismatchError,
    OversizeError,
    Registrar,
    RollbackError,
    Standing,
    Table,
    ThresholdError,
    UnreachableError,
    limit_of,
    make_card,
    profile,
    read_card,
    sign_member,
)
from comity.directory.card import delegation_to
from comity.directory.patch import apply_patch
from comity.directory.profile import member_path, pin, pin_target, signed_by, target_url
from comity.directory.store import MemoryStore

HOUR = timedelta(hours=1)


def copied(world: World) -> dict[str, bytes]:
    return dict(world.store.files)


def unpatched(files: dict[str, bytes]):
    """A mirror that serves whole files only."""
    return lambda path: None if path.startswith("patches/") else files.get(path)


def refuses(mirror: Mirror, fetch, now, error: type[DirectoryError]):
    """The refresh fails in the named way, and the present view stays as it was."""
    before = mirror.directory.version if mirror.is_filled else None
    with pytest.raises(error) as raised:
        mirror.refresh(fetch, now)
    assert (mirror.directory.version if mirror.is_filled else None) == before
    return raised.value


# Rollback and freeze


def test_rollback_to_an_older_timestamp_is_refused(world):
    old = copied(world)
    world.registrar.refresh_timestamp(TIMESTAMP_KEY, NOW + HOUR)
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW + HOUR)
    refuses(mirror, old.get, NOW + HOUR, RollbackError)


def test_rollback_of_the_snapshot_under_a_newer_timestamp_is_refused(world):
    # The timestamp key was stolen; the snapshot key was not.
    old = world.store.files["1.snapshot.json"]
    world.update(member("xa.ncb", languages=("fr",)), identity("xa.ncb"), NOW + HOUR)
    world.registrar.publish(ONLINE, NOW + HOUR)
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW + HOUR)
    forged = Timestamp(version=9, expires=NOW + DAY, snapshot_meta=pin(1, old))
    files = {**copied(world), "timestamp.json": signed_by(forged, [TIMESTAMP_KEY])}
    refuses(mirror, files.get, NOW + HOUR, RollbackError)


def test_rollback_of_one_member_under_a_newer_snapshot_is_refused(world):
    # The online keys were stolen, both of them: a withdrawn key of a member is to come back.
    mirror = world.mirror()
    first = dict(profile.read(Snapshot, world.store.files["1.snapshot.json"]).signed.meta)
    world.update(member("xa.ncb", languages=("fr",)), identity("xa.ncb"), NOW + HOUR)
    world.registrar.publish(ONLINE, NOW + HOUR)
    mirror.refresh(world.fetch, NOW + HOUR)
    files = stolen_online_keys(world, 3, first)
    refuses(mirror, unpatched(files), NOW + HOUR, RollbackError)


def test_forgetting_a_member_under_a_newer_snapshot_is_refused(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW + HOUR)
    meta = dict(profile.read(Snapshot, world.store.files["1.snapshot.json"]).signed.meta)
    del meta["xa.ncb.json"]
    refuses(mirror, unpatched(stolen_online_keys(world, 2, meta)), NOW + HOUR, MetadataError)


def test_a_second_snapshot_of_one_version_is_a_fork_and_hides_no_rollback(world):
    mirror = world.mirror()
    first = dict(profile.read(Snapshot, world.store.files["1.snapshot.json"]).signed.meta)
    world.update(member("xa.ncb", languages=("fr",)), identity("xa.ncb"), NOW + HOUR)
    world.registrar.publish(ONLINE, NOW + HOUR)
    mirror.refresh(world.fetch, NOW + HOUR)
    newest = dict(profile.read(Snapshot, world.store.files["2.snapshot.json"]).signed.meta)
    back = stolen_online_keys(world, 2, first)
    refuses(mirror, unpatched(with_timestamp(back, 3, 2)), NOW + HOUR, RollbackError)
    added = stolen_online_keys(world, 2, {**newest, "xz.ncb.json": newest["xa.ncb.json"]})
    fork = refuses(mirror, unpatched(with_timestamp(added, 3, 2)), NOW + HOUR, DirectoryForkError)
    assert (fork.ours, fork.theirs) == (world.store.files["2.snapshot.json"], added["2.snapshot.json"])


def test_a_members_file_does_not_change_without_another_version(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    second = sign_member(member("xa.ncb", languages=("fr",)), identity("xa.ncb"), 1, NOW)
    refuses(mirror, unpatched(pinned_member(world, "xa.ncb", 1, second)), NOW, MetadataError)


def with_timestamp(files: dict[str, bytes], version: int, snapshot: int) -> dict[str, bytes]:
    """Files under another timestamp, signed with the stolen key."""
    meta = pin(snapshot, files[f"{snapshot}.snapshot.json"])
    timestamp = Timestamp(version=version, expires=NOW + DAY, snapshot_meta=meta)
    return {**files, "timestamp.json": signed_by(timestamp, [TIMESTAMP_KEY])}


def stolen_online_keys(world: World, version: int, meta: dict[str, MetaFile]) -> dict[str, bytes]:
    """Files as a thief of the snapshot and timestamp keys would publish them."""
    snapshot = signed_by(Snapshot(version=version, expires=NOW + 7 * DAY, meta=meta), [SNAPSHOT_KEY])
    timestamp = Timestamp(version=version, expires=NOW + DAY, snapshot_meta=pin(version, snapshot))
    return {
        **copied(world),
        f"{version}.snapshot.json": snapshot,
        "timestamp.json": signed_by(timestamp, [TIMESTAMP_KEY]),
    }


def test_freeze_at_an_expired_timestamp_is_noticed_after_a_day(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW + HOUR)
    refuses(mirror, world.fetch, NOW + DAY, ExpiredError)
    assert mirror.directory.is_stale(NOW + DAY)
    assert not mirror.directory.is_stale(NOW + DAY - HOUR)


def test_an_expired_timestamp_is_refused_on_the_first_visit(world):
    refuses(world.mirror(), world.fetch, NOW + DAY, ExpiredError)


def test_an_expired_snapshot_under_a_fresh_timestamp_is_refused(world):
    world.registrar.refresh_timestamp(TIMESTAMP_KEY, NOW + 7 * DAY)
    refuses(world.mirror(), world.fetch, NOW + 7 * DAY, ExpiredError)


def test_an_expired_root_is_refused(world):
    for days in (90, 180, 270, 360):
        world.registrar.publish(TABLE, NOW + days * DAY)
    world.registrar.publish(TABLE, NOW + 365 * DAY)
    refuses(world.mirror(), world.fetch, NOW + 365 * DAY, ExpiredError)


def test_a_timestamp_made_to_last_is_refused(world):
    # A thief of the timestamp key would rather steal it once.
    snapshot = world.store.files["1.snapshot.json"]
    lasting = Timestamp(version=2, expires=NOW + 400 * DAY, snapshot_meta=pin(1, snapshot))
    files = {**copied(world), "timestamp.json": signed_by(lasting, [TIMESTAMP_KEY])}
    refuses(world.mirror(), files.get, NOW, ExpiredError)


def test_a_timestamp_key_that_counted_far_ahead_is_recovered_from_by_a_new_root(world):
    snapshot = world.store.files["1.snapshot.json"]
    ahead = Timestamp(version=2**31, expires=NOW + DAY, snapshot_meta=pin(1, snapshot))
    mirror = world.mirror()
    mirror.refresh({**copied(world), "timestamp.json": signed_by(ahead, [TIMESTAMP_KEY])}.get, NOW)
    new = pair("another timestamp")
    world.registrar.rotate(replace(HOLDERS, timestamp=new.public), ROOT_HOLDERS[:3], NOW)
    world.registrar.publish(Table(SNAPSHOT_KEY, new), NOW + HOUR)
    assert mirror.refresh(world.fetch, NOW + HOUR).directory.version[:2] == (2, 2)


# Forks, and one dishonest member with a dishonest mirror


def test_two_signed_directories_of_one_version_are_an_incident_with_proof(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    other = Timestamp(version=1, expires=NOW + DAY - HOUR, snapshot_meta=pin(1, world.store.files["1.snapshot.json"]))
    theirs = signed_by(other, [TIMESTAMP_KEY])
    fork = refuses(mirror, {**copied(world), "timestamp.json": theirs}.get, NOW, DirectoryForkError)
    assert (fork.version, fork.ours, fork.theirs) == (1, world.store.files["timestamp.json"], theirs)


def test_an_unsigned_other_directory_is_no_fork_but_noise(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    other = Timestamp(version=1, expires=NOW + DAY, snapshot_meta=pin(1, world.store.files["1.snapshot.json"]))
    files = {**copied(world), "timestamp.json": signed_by(other, [pair("anybody")])}
    refuses(mirror, files.get, NOW, ThresholdError)


def test_a_dishonest_member_and_a_dishonest_mirror_cannot_show_two_nodes_different_keys(world):
    # xa.ncb signs a second file of the same version, with another TLS key; its accomplice serves it to one node only.
    # With versions alone in the snapshot, both files would be believed.
    second = sign_member(
        replace(member("xa.ncb"), tls_certificates=member("xa.piu").tls_certificates), identity("xa.ncb"), 1, NOW
    )
    path = member_path("xa.ncb")
    files = copied(world)
    files["1.xa.ncb.json"] = second.metadata
    files[target_url(path, profile.sha256_of(pin_target(path, second.document)))] = second.document
    refuses(world.mirror(), unpatched(files), NOW, MismatchError)


def test_a_snapshot_that_names_versions_alone_is_refused(world):
    meta = profile.read(Snapshot, world.store.files["1.snapshot.json"]).signed.meta
    bare = {**meta, "xa.ncb.json": MetaFile(1)}
    refuses(world.mirror(), unpatched(stolen_online_keys(world, 2, bare)), NOW, MetadataError)


def test_a_mix_of_files_of_two_versions_is_refused(world):
    old = copied(world)
    world.registrar.put("agreements/harbour.json", b"{}")
    world.registrar.publish(TABLE, NOW + HOUR)
    mixed = {**copied(world), "2.targets.json": old["1.targets.json"]}
    refuses(world.mirror(), unpatched(mixed), NOW + HOUR, MismatchError)


def test_a_document_of_another_member_in_place_of_the_right_one_is_refused(world):
    urls = {
        name: path
        for path in world.store.files
        for name in ("xa.ncb", "xb.spoc")
        if path.endswith(f".{name}.json") and path.startswith("targets/members/")
    }
    files = {**copied(world), urls["xa.ncb"]: world.store.files[urls["xb.spoc"]]}
    refuses(world.mirror(), files.get, NOW, DirectoryError)


# Thresholds and keys


def test_a_root_signed_by_two_of_five_is_refused(world):
    root = profile.read(Root, world.registrar.root).signed
    root.version = 2
    files = {**copied(world), "2.root.json": signed_by(root, ROOT_HOLDERS[:2])}
    refuses(world.mirror(), files.get, NOW, ThresholdError)


def test_a_root_signed_by_three_strangers_is_refused(world):
    strangers = [pair(f"stranger {number}") for number in range(5)]
    holders = replace(HOLDERS, root=tuple(stranger.public for stranger in strangers))
    own = MemoryStore()
    Registrar.create(own, holders, strangers, NOW)
    root = profile.read(Root, own.files["1.root.json"]).signed
    root.version = 2
    files = {**copied(world), "2.root.json": signed_by(root, strangers)}
    refuses(world.mirror(), files.get, NOW, ThresholdError)


def test_a_root_that_skips_a_version_is_refused(world):
    root = profile.read(Root, world.registrar.root).signed
    root.version = 3
    files = {**copied(world), "2.root.json": signed_by(root, ROOT_HOLDERS)}
    refuses(world.mirror(), files.get, NOW, RollbackError)


def test_targets_signed_by_one_registrar_of_two_are_refused(world):
    refuses(world.mirror(), unpatched(targets_signed_by(world, TARGETS_HOLDERS[:1])), NOW, ThresholdError)


def test_targets_signed_by_somebody_unknown_are_refused(world):
    strangers = (pair("stranger 1"), pair("stranger 2"))
    refuses(world.mirror(), unpatched(targets_signed_by(world, strangers)), NOW, ThresholdError)


def targets_signed_by(world: World, signers) -> dict[str, bytes]:
    targets = profile.read(Targets, world.store.files["1.targets.json"]).signed
    targets.version = 2
    data = signed_by(targets, signers)
    meta = dict(profile.read(Snapshot, world.store.files["1.snapshot.json"]).signed.meta)
    return {**stolen_online_keys(world, 2, {**meta, "targets.json": pin(2, data)}), "2.targets.json": data}


@pytest.mark.parametrize("kind", ["ed25519", "ml-dsa"])
def test_a_forger_who_broke_one_algorithm_is_refused(world, kind):
    # He can sign with every holder's key of one kind: four signatures, the very number that the file asks for.
    data = targets_signed_by(world, TARGETS_HOLDERS)["2.targets.json"]
    keys = profile.keys_of(HOLDERS.targets)
    document = json.loads(data)
    document["signatures"] = [found for found in document["signatures"] if keys[found["keyid"]].keytype == kind]
    forged = json.dumps(document).encode()
    meta = dict(profile.read(Snapshot, world.store.files["1.snapshot.json"]).signed.meta)
    files = {**stolen_online_keys(world, 2, {**meta, "targets.json": pin(2, forged)}), "2.targets.json": forged}
    refuses(world.mirror(), unpatched(files), NOW, ThresholdError)


def test_one_key_under_two_names_counts_once():
    one, two = pair("one"), pair("two")
    targets = Targets(expires=NOW + DAY)
    metadata = profile.read(Targets, signed_by(targets, [one]))
    keys = profile.keys_of([one.public, two.public])
    role = delegation_to(XA, one.public)
    role.threshold = 4
    doubled = dict(keys)
    for keyid, key in profile.keys_of([one.public]).items():
        twin = type(key)("00" + keyid[2:], key.keytype, key.scheme, key.keyval)
        doubled[twin.keyid] = twin
        metadata.signatures[twin.keyid] = type(metadata.signatures[keyid])(
            twin.keyid, metadata.signatures[keyid].signature
        )
    role.keyids = list(doubled)
    delegator = Targets(delegations=Delegations(doubled, {str(XA): role}))
    with pytest.raises(ThresholdError):
        profile.check_signatures(delegator, str(XA), metadata)


def test_a_threshold_that_no_mirror_would_accept_cannot_be_created():
    with pytest.raises(ThresholdError):
        Registrar.create(MemoryStore(), replace(HOLDERS, root=HOLDERS.root[:2]), ROOT_HOLDERS, NOW)
    with pytest.raises(ThresholdError):
        Registrar.create(MemoryStore(), replace(HOLDERS, targets=(HOLDERS.targets[0],) * 3), ROOT_HOLDERS, NOW)
    with pytest.raises(ThresholdError):
        Registrar.create(MemoryStore(), HOLDERS, ROOT_HOLDERS[:2], NOW)


def test_the_registrar_notices_a_wrong_key_before_everybody_does(world):
    with pytest.raises(ThresholdError):
        world.registrar.publish(Table(TIMESTAMP_KEY, TIMESTAMP_KEY), NOW + 4 * DAY)


def test_a_new_member_is_not_published_by_the_online_keys_alone(world):
    world.update(member("xd.ncb"), identity("xd.ncb"))
    assert world.registrar.needs_targets_holders
    with pytest.raises(ThresholdError):
        world.registrar.publish(ONLINE, NOW + HOUR)


# Endless data


@pytest.mark.parametrize("path", ["timestamp.json", "2.root.json"])
def test_an_endless_file_is_refused(world, path):
    files = {**copied(world), path: b" " * (limit_of(path) + 1)}
    refuses(world.mirror(), files.get, NOW, OversizeError)


def test_a_file_longer_than_was_signed_is_refused(world):
    files = {**copied(world), "1.snapshot.json": world.store.files["1.snapshot.json"] + b" " * 1000}
    refuses(world.mirror(), unpatched(files), NOW, OversizeError)


def test_a_patch_that_fills_the_memory_is_not_unpacked(world):
    bomb = zlib.compress(b" " * (64 * 1024 * 1024), 9)
    assert apply_patch(b"{}", bomb) is None
    files = {path: bomb if path.startswith("patches/") else data for path, data in world.store.files.items()}
    assert world.mirror().refresh(files.get, NOW).directory.member(XA) == member("xa.ncb")


def test_endless_roots_end(world):
    asked = []

    def fetch(path):
        asked.append(path)
        return world.store.read(path)

    for days in range(1, 50):
        world.registrar.rotate(HOLDERS, ROOT_HOLDERS[:3], NOW + days * HOUR)
    world.mirror().refresh(fetch, NOW)
    assert sum(path.endswith(".root.json") for path in asked) == 32


def test_every_path_has_a_limit():
    for path in ("timestamp.json", "7.root.json", "7.snapshot.json", "targets/a/b.c", "patches/snapshot/1-2.z", "x"):
        assert 0 < limit_of(path) <= 16 * 1024 * 1024


# Members


def test_a_member_cannot_sign_for_another(world):
    # The registrar's snapshot pins a file under xa.ncb that xb.spoc signed.
    forged = sign_member(member("xa.ncb", languages=("fr",)), identity("xb.spoc"), 2, NOW)
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    refreshed = mirror.refresh(unpatched(pinned_member(world, "xa.ncb", 2, forged)), NOW + HOUR)
    assert refreshed.faulty == (XA,)
    assert refreshed.directory.member(XA) is None
    assert refreshed.directory.fault(XA) == "directory.threshold"
    assert refreshed.directory.standing(XA, NOW) is Standing.FAULTY
    assert refreshed.directory.member(XB) == member("xb.spoc")


def test_a_member_cannot_vouch_for_another_members_document(world):
    # xb.spoc's own, well-signed file names a document of xa.ncb: nobody looks for it there.
    path = member_path("xa.ncb")
    document = member("xa.ncb", languages=("fr",)).to_bytes()
    file = Targets(version=2, expires=NOW + 90 * DAY, targets={path: pin_target(path, document)})
    files = pinned_member(world, "xb.spoc", 2, None, signed_by(file, [identity("xb.spoc")]))
    files[target_url(path, profile.sha256_of(pin_target(path, document)))] = document
    refreshed = world.mirror().refresh(unpatched(files), NOW)
    assert refreshed.directory.member(XA) == member("xa.ncb")
    assert refreshed.faulty == (XB,)


def test_a_member_cannot_put_another_members_document_under_its_own_name(world):
    path = member_path("xb.spoc")
    document = member("xa.ncb").to_bytes()
    file = Targets(version=2, expires=NOW + 90 * DAY, targets={path: pin_target(path, document)})
    files = pinned_member(world, "xb.spoc", 2, None, signed_by(file, [identity("xb.spoc")]))
    files[target_url(path, profile.sha256_of(pin_target(path, document)))] = document
    refreshed = world.mirror().refresh(unpatched(files), NOW)
    assert refreshed.directory.fault(XB) == "directory.document"


def pinned_member(world: World, name: str, version: int, files, metadata: bytes = b"") -> dict[str, bytes]:
    """A directory whose online keys pin a member's file as it is, without looking at it."""
    metadata = metadata or files.metadata
    meta = dict(profile.read(Snapshot, world.store.files["1.snapshot.json"]).signed.meta)
    found = stolen_online_keys(world, 2, {**meta, f"{name}.json": pin(version, metadata)})
    found[f"{version}.{name}.json"] = metadata
    if files is not None:
        path = member_path(name)
        found[target_url(path, profile.sha256_of(pin_target(path, files.document)))] = files.document
    return found


def test_a_bin_cannot_let_a_member_speak_for_others(world):
    card = read_card(make_card(member("xd.ncb"), identity("xd.ncb"), NOW))
    world.registrar.admit(card, compared=True)
    for file in world.registrar._files.values():  # a registrar that breaks its own rules
        if file.delegations is not None and file.delegations.roles and "xd.ncb" in file.delegations.roles:
            file.delegations.roles["xd.ncb"].paths = ["members/*"]
    world.registrar.publish(TABLE, NOW)
    refreshed = world.mirror().refresh(world.fetch, NOW)
    assert [str(authority) for authority in refreshed.faulty] == ["xd.ncb"]


def test_a_card_that_another_key_signed_is_refused():
    card = json.loads(make_card(member("xa.ncb"), identity("xa.ncb"), NOW))
    other = json.loads(make_card(member("xa.ncb"), identity("xb.spoc"), NOW))
    with pytest.raises(DocumentError, match="does not hold"):
        read_card(json.dumps({**card, "identity": other["identity"]}).encode())


def test_a_card_whose_document_was_changed_is_refused():
    card = json.loads(make_card(member("xa.ncb"), identity("xa.ncb"), NOW))
    card["document"] = card["document"].replace("xa.ncb.localhost:8443", "xz.ncb.localhost:8443")
    with pytest.raises(DocumentError, match="does not hold"):
        read_card(json.dumps(card).encode())


def test_an_older_card_does_not_come_back(world):
    old = read_card(make_card(member("xa.ncb"), identity("xa.ncb"), NOW, 1))
    with pytest.raises(MetadataError, match="not newer"):
        world.registrar.admit(old)


# Mirrors


def test_a_mirror_that_holds_a_file_back_is_left(world):
    for path in copied(world):
        if path.startswith(("patches/", "1.root")):
            continue
        files = copied(world)
        del files[path]
        refuses(world.mirror(), unpatched(files), NOW, UnreachableError)


def test_a_mirror_that_does_not_answer_is_left(world):
    def fetch(_path):
        raise ConnectionError

    refuses(world.mirror(), fetch, NOW, UnreachableError)


def test_one_changed_byte_in_any_file_is_noticed(world):
    for path, data in copied(world).items():
        if path.startswith(("patches/", "1.root")):
            continue
        middle = len(data) // 2
        files = {**copied(world), path: data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]}
        refuses(world.mirror(), unpatched(files), NOW, DirectoryError)


def test_bytes_that_are_no_metadata_are_refused(world):
    for noise in (b"", b"{}", b"[]", b"\xff", b'{"signed":{"_type":"timestamp"},"signatures":[]}'):
        refuses(world.mirror(), {**copied(world), "timestamp.json": noise}.get, NOW, MetadataError)


def test_a_node_needs_the_root_that_it_was_installed_with(world):
    with pytest.raises(MetadataError):
        Mirror(MemoryStore())
    strangers = [pair(f"stranger {number}") for number in range(5)]
    theirs = MemoryStore()
    own = Registrar.create(
        theirs,
        Holders(tuple(key.public for key in strangers), HOLDERS.targets, HOLDERS.snapshot, HOLDERS.timestamp),
        strangers,
        NOW,
    )
    own.publish(TABLE, NOW)
    # Even with the registrar's and the online keys, a second directory does not extend the first root.
    root = profile.read(Root, theirs.files["1.root.json"]).signed
    root.version = 2
    files = {**theirs.files, "2.root.json": signed_by(root, strangers)}
    refuses(world.mirror(), files.get, NOW, ThresholdError)


def test_a_member_cannot_sign_itself_for_longer_than_ninety_days(world):
    card = read_card(make_card(member("xa.ncb"), identity("xa.ncb"), NOW + 30 * DAY, 2))
    world.registrar.admit(card)
    with pytest.raises(ExpiredError):
        world.registrar.publish(ONLINE, NOW + HOUR)


def test_a_bin_made_to_last_is_refused(world):
    # Two of the registrar's holders sign a bin for ten years; mirrors do not follow.
    name = next(role for role in ("bin-0", "bin-1", "bin-2", "bin-3") if f"1.{role}.json" in world.store.files)
    lasting = profile.read(Targets, world.store.files[f"1.{name}.json"]).signed
    lasting.version, lasting.expires = 2, NOW + 3650 * DAY
    data = signed_by(lasting, TARGETS_HOLDERS)
    meta = dict(profile.read(Snapshot, world.store.files["1.snapshot.json"]).signed.meta)
    files = {**stolen_online_keys(world, 2, {**meta, f"{name}.json": pin(2, data)}), f"2.{name}.json": data}
    refuses(world.mirror(), unpatched(files), NOW, ExpiredError)
