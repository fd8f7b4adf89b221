"""A mirror keeps what it believed, answers for every version it saw, and serves others."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.directory_world import (
    DAY,
    HOLDERS,
    NOW,
    ONLINE,
    ROOT_HOLDERS,
    TABLE,
    TIMESTAMP_KEY,
    XA,
    XB,
    XC,
    identity,
    member,
    pair,
)

from comity.directory import (
    Closing,
    DirectoryError,
    FolderStore,
    MemoryStore,
    MetadataError,
    Mirror,
    MismatchError,
    Relation,
    Revocation,
    Revoked,
    RollbackError,
    Standing,
    UnreachableError,
    judge,
    make_card,
    read_card,
    spoken,
    succeed,
)
from comity.sealing import PublicPair
from comity.vocabulary.authority import AuthorityId, LogName

HOUR = timedelta(hours=1)


def renewed(world, hours: int, **changes):
    """xa.ncb publishes a changed document; the online keys suffice."""
    now = NOW + hours * HOUR
    world.update(replace(member("xa.ncb"), **changes), identity("xa.ncb"), now)
    world.registrar.publish(ONLINE, now)
    return now


# Members


def test_a_member_is_what_its_own_document_says(world):
    directory = world.mirror().refresh(world.fetch, NOW).directory
    assert directory.member(XA) == member("xa.ncb")
    assert directory.identity(XA) == identity("xa.ncb").public
    assert directory.authorities == (XA, XB, XC)
    assert [found.authority for found in directory.members()] == [XA, XB, XC]
    assert directory.standing(XA, NOW) is Standing.ACTIVE


def test_somebody_unknown_is_no_member(world):
    directory = world.mirror().refresh(world.fetch, NOW).directory
    stranger = AuthorityId.parse("xz.ncb")
    assert directory.member(stranger) is None
    assert directory.identity(stranger) is None
    assert directory.standing(stranger, NOW) is Standing.UNKNOWN


def test_asking_for_one_member_reads_no_other_members_file(world):
    store = MemoryStore()
    world.mirror(store).refresh(world.fetch, NOW)
    read = []

    class Watched(MemoryStore):
        def read(self, name):
            read.append(name)
            return store.read(name)

    directory = Mirror(Watched()).directory
    read.clear()
    assert directory.member(XA) is not None
    assert len(read) == 6  # snapshot, targets, bin, xa.ncb's file and document, revocations
    read.clear()
    assert directory.member(XA) is not None
    assert read == []


def test_a_members_new_week_costs_little_and_touches_nobody_else(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    world.asked.clear()
    now = NOW + HOUR
    world.update(member("xa.ncb", NOW + 7 * DAY), identity("xa.ncb"), now)
    world.registrar.publish(ONLINE, now)
    refreshed = mirror.refresh(world.fetch, now)
    assert refreshed.changed == (XA,)
    assert refreshed.fetched_bytes < 50_000
    assert not any("xb.spoc" in path or "targets.json" in path or "bin-" in path for path in world.asked)


def test_a_refresh_without_news_asks_for_two_files(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    world.asked.clear()
    assert mirror.refresh(world.fetch, NOW + HOUR).changed == ()
    assert world.asked == ["2.root.json", "timestamp.json"]


def test_a_member_that_lets_its_file_expire_is_left_to_emergencies(world):
    directory = world.mirror().refresh(world.fetch, NOW).directory
    assert directory.standing(XA, NOW + 90 * DAY - HOUR) is Standing.ACTIVE
    assert directory.standing(XA, NOW + 90 * DAY) is Standing.EXPIRED


def test_the_age_of_a_directory_is_told_and_a_banner_comes_after_a_day(world):
    directory = world.mirror().refresh(world.fetch, NOW).directory
    assert directory.age_s(NOW + 3 * HOUR) == 3 * 3600
    assert not directory.is_stale(NOW + DAY - HOUR)
    assert directory.is_stale(NOW + DAY)


# Agreements and revocations


def test_an_agreement_is_what_two_of_the_registrars_holders_signed(world):
    world.registrar.put("agreements/harbour.json", b'{"id":"harbour"}')
    world.registrar.put("codes/offences.json", b"[]")
    world.registrar.publish(TABLE, NOW)
    directory = world.mirror().refresh(world.fetch, NOW).directory
    assert directory.agreements() == ("harbour",)
    assert directory.agreement("harbour") == b'{"id":"harbour"}'
    assert directory.document("codes/offences.json") == b"[]"
    assert directory.agreement("another") is None
    assert directory.document("agreements/../harbour.json") is None


def test_a_removed_agreement_stays_in_the_archive(world):
    world.registrar.put("agreements/harbour.json", b"{}")
    world.registrar.publish(TABLE, NOW)
    mirror = world.mirror()
    then = mirror.refresh(world.fetch, NOW).directory
    world.registrar.remove("agreements/harbour.json")
    world.registrar.publish(TABLE, NOW + HOUR)
    assert mirror.refresh(world.fetch, NOW + HOUR).directory.agreements() == ()
    assert mirror.at(then.version).agreement("harbour") == b"{}"


def test_a_suspended_member_stands_aside_and_may_come_back(world):
    mirror = world.mirror()
    world.registrar.suspend(XA, "conference.decision", NOW)
    world.registrar.publish(TABLE, NOW)
    directory = mirror.refresh(world.fetch, NOW).directory
    assert directory.standing(XA, NOW) is Standing.SUSPENDED
    assert directory.standing(XB, NOW) is Standing.ACTIVE
    assert directory.member(XA) is not None  # what was exchanged before can still be judged
    world.registrar.readmit(XA)
    world.registrar.publish(TABLE, NOW + HOUR)
    assert mirror.refresh(world.fetch, NOW + HOUR).directory.standing(XA, NOW + HOUR) is Standing.ACTIVE


def test_a_revocation_of_tomorrow_does_not_count_today(world):
    world.registrar.suspend(XA, "conference.decision", NOW + DAY)
    world.registrar.publish(TABLE, NOW)
    directory = world.mirror().refresh(world.fetch, NOW).directory
    assert directory.standing(XA, NOW) is Standing.ACTIVE
    assert directory.standing(XA, NOW + DAY) is Standing.SUSPENDED


def test_todays_revocations_count_for_yesterdays_directory(world):
    mirror = world.mirror()
    then = mirror.refresh(world.fetch, NOW).directory
    stolen = then.member(XA).kem_keys[0].id
    pin = then.member(XA).tls_spki
    world.registrar.revoke(
        Revocation(XA, Revoked.KEM, stolen, NOW + HOUR, "key.compromised"),
        Revocation(XA, Revoked.TLS, pin, NOW + HOUR, "key.compromised"),
    )
    world.registrar.publish(TABLE, NOW + HOUR)
    mirror.refresh(world.fetch, NOW + HOUR)
    for directory in (mirror.directory, mirror.at(then.version)):
        assert stolen not in {key.id for key in directory.member(XA).kem_keys}
        assert pin not in directory.member(XA).tls_spkis


def test_a_revoked_key_that_is_published_again_stays_revoked(world):
    mirror = world.mirror()
    stolen = member("xa.ncb").kem_keys[0].id
    world.registrar.revoke(Revocation(XA, Revoked.KEM, stolen, NOW, "key.compromised"))
    world.registrar.publish(TABLE, NOW)
    now = renewed(world, 1, languages=("en", "fr"))  # the thief of the identity key publishes the old keys anew
    directory = mirror.refresh(world.fetch, now).directory
    assert directory.member(XA).languages == ("en", "fr")
    assert stolen not in {key.id for key in directory.member(XA).kem_keys}


def test_a_revoked_identity_key_stops_automation(world):
    known = identity("xa.ncb").public.fingerprint.hex()
    world.registrar.revoke(Revocation(XA, Revoked.IDENTITY, known, NOW, "key.compromised"))
    world.registrar.publish(TABLE, NOW)
    directory = world.mirror().refresh(world.fetch, NOW).directory
    assert directory.standing(XA, NOW) is Standing.NEEDS_COMPARISON


def test_a_log_closed_by_the_registrar_is_closed_at_the_smaller_size(world):
    log = LogName.parse("xa.ncb/x1")
    late, early = Closing(9, b"\1" * 32, NOW), Closing(7, b"\2" * 32, NOW)
    entry = replace(member("xa.ncb").logs[log], closed=late)
    now = renewed(world, 1, logs={**member("xa.ncb").logs, log: entry})
    mirror = world.mirror()
    assert mirror.refresh(world.fetch, now).directory.member(XA).logs[log].closed == late
    world.registrar.revoke(Revocation(XA, Revoked.LOG, str(log), NOW, "key.compromised", early))
    world.registrar.publish(TABLE, now + HOUR)
    assert mirror.refresh(world.fetch, now + HOUR).directory.member(XA).logs[log].closed == early


# New identity keys


def rekeyed(world, successions=(), number: int = 2):
    now = NOW + HOUR
    world.update(replace(member("xa.ncb"), successions=successions), identity("xa.ncb", number), now)
    world.registrar.publish(TABLE, now)
    return now


def link(signers, old: int = 1, new: int = 2):
    return succeed(XA, identity("xa.ncb", old).public, identity("xa.ncb", new).public, signers)


def test_a_registrar_who_would_listen_in_is_stopped_until_an_officer_has_telephoned(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    now = rekeyed(world)
    refreshed = mirror.refresh(world.fetch, now)
    assert refreshed.to_compare == (XA,)
    assert refreshed.directory.standing(XA, now) is Standing.NEEDS_COMPARISON
    assert mirror.to_compare[XA] == (
        identity("xa.ncb").public.fingerprint,
        identity("xa.ncb", 2).public.fingerprint,
    )


def test_an_officer_confirms_the_key_that_he_compared_and_no_other(world):
    store = MemoryStore()
    mirror = world.mirror(store)
    mirror.refresh(world.fetch, NOW)
    other_process = Mirror(store)
    now = rekeyed(world)
    mirror.refresh(world.fetch, now)
    assert not mirror.confirm(XA, identity("xa.ncb", 3).public.fingerprint)
    assert not mirror.confirm(XB, identity("xa.ncb", 2).public.fingerprint)
    assert mirror.directory.standing(XA, now) is Standing.NEEDS_COMPARISON
    assert mirror.confirm(XA, identity("xa.ncb", 2).public.fingerprint)
    assert mirror.directory.standing(XA, now) is Standing.ACTIVE
    assert other_process.reload()
    assert other_process.directory.standing(XA, now) is Standing.ACTIVE
    assert Mirror(store).directory.standing(XA, now) is Standing.ACTIVE


def test_a_key_that_waits_goes_on_waiting(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    rekeyed(world)
    mirror.refresh(world.fetch, NOW + HOUR)
    rekeyed(world, number=3)
    mirror.refresh(world.fetch, NOW + 2 * HOUR)
    assert mirror.to_compare[XA] == (
        identity("xa.ncb").public.fingerprint,
        identity("xa.ncb", 3).public.fingerprint,
    )


def test_a_new_identity_key_signed_by_the_old_one_is_believed(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    now = rekeyed(world, (link([identity("xa.ncb")]),))
    assert mirror.refresh(world.fetch, now).directory.standing(XA, now) is Standing.ACTIVE


def test_a_new_identity_key_signed_by_the_root_threshold_is_believed(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    now = rekeyed(world, (link(ROOT_HOLDERS[1:4]),))
    assert mirror.refresh(world.fetch, now).directory.standing(XA, now) is Standing.ACTIVE


@pytest.mark.parametrize(
    "signers",
    [ROOT_HOLDERS[:2], [identity("xa.ncb", 2)], [identity("xb.spoc")], [pair("targets 0"), pair("targets 1")]],
    ids=["two of five", "the new key itself", "another member", "the registrar"],
)
def test_a_new_identity_key_signed_by_anybody_else_waits(world, signers):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    now = rekeyed(world, (link(signers),))
    assert mirror.refresh(world.fetch, now).to_compare == (XA,)


def test_a_node_that_slept_through_two_changes_follows_the_chain(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    chain = (link([identity("xa.ncb")]), link([identity("xa.ncb", 2)], 2, 3))
    now = rekeyed(world, chain, number=3)
    assert mirror.refresh(world.fetch, now).directory.standing(XA, now) is Standing.ACTIVE


def test_two_holders_with_keys_swapped_are_still_two(world):
    # Pairs made of two holders' keys sign as well; each key counts once.
    one, two = ROOT_HOLDERS[:2]

    class Mixed:
        def __init__(self, ed25519, ml_dsa_65):
            self.public = PublicPair(ed25519.public.ed25519, ml_dsa_65.public.ml_dsa_65)
            self._keys = ed25519, ml_dsa_65

        def sign(self, message):
            return self._keys[0].sign(message)[0], self._keys[1].sign(message)[1]

    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    now = rekeyed(world, (link([one, two, Mixed(one, two), Mixed(two, one)]),))
    assert mirror.refresh(world.fetch, now).to_compare == (XA,)


def test_the_registrar_asks_for_a_telephone_call_too(world):
    card = read_card(make_card(member("xa.ncb"), identity("xa.ncb", 2), NOW, 2))
    with pytest.raises(MetadataError, match="telephone"):
        world.registrar.admit(card)
    new = read_card(make_card(member("xd.ncb"), identity("xd.ncb"), NOW))
    with pytest.raises(MetadataError, match="telephone"):
        world.registrar.admit(new)
    signed = replace(member("xa.ncb"), successions=(link([identity("xa.ncb")]),))
    world.registrar.admit(read_card(make_card(signed, identity("xa.ncb", 2), NOW, 2)))


# Versions


def test_every_version_that_was_seen_can_be_asked_again(world):
    mirror = world.mirror()
    first = mirror.refresh(world.fetch, NOW).directory
    now = renewed(world, 1, languages=("fr",))
    second = mirror.refresh(world.fetch, now).directory
    assert mirror.relate(first.version) is Relation.OLDER
    assert mirror.relate(second.version) is Relation.SAME
    assert mirror.at(first.version).member(XA).languages == ("en",)
    assert mirror.at(second.version).member(XA).languages == ("fr",)
    assert mirror.at(first.version).version == first.version


def test_a_newer_version_is_to_be_fetched_and_an_unseen_older_one_is_told_apart(world):
    mirror = world.mirror()
    world.registrar.refresh_timestamp(TIMESTAMP_KEY, NOW)
    ours = mirror.refresh(world.fetch, NOW).directory.version
    assert mirror.relate((1, ours[1] + 1, bytes(32))) is Relation.NEWER
    assert mirror.relate((2, ours[1], ours[2])) is Relation.NEWER
    assert mirror.relate((1, 1, bytes(32))) is Relation.OLDER_UNSEEN
    assert mirror.at((1, 1, bytes(32))) is None


@pytest.mark.parametrize("age", ["present", "past"])
def test_the_same_version_with_another_hash_is_a_fork(world, age):
    mirror = world.mirror()
    version = mirror.refresh(world.fetch, NOW).directory.version
    if age == "past":
        mirror.refresh(world.fetch, renewed(world, 1, languages=("fr",)))
    assert mirror.relate((version[0], version[1], bytes(32))) is Relation.FORK
    assert mirror.at((version[0], version[1], bytes(32))) is None


def test_a_new_root_is_followed_and_the_old_version_stays(world):
    mirror = world.mirror()
    first = mirror.refresh(world.fetch, NOW).directory
    holders = replace(HOLDERS, root=(pair("root 7").public, *HOLDERS.root[1:]))
    world.registrar.rotate(holders, ROOT_HOLDERS[1:4], NOW + HOUR)
    world.registrar.publish(TABLE, NOW + HOUR)
    second = mirror.refresh(world.fetch, NOW + HOUR).directory
    assert (first.version[0], second.version[0]) == (1, 2)
    assert mirror.at(first.version).member(XA) == member("xa.ncb")


def test_new_registrar_keys_sign_every_bin_anew(world):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    keys = tuple(pair(f"new targets {number}") for number in range(3))
    world.registrar.rotate(replace(HOLDERS, targets=tuple(key.public for key in keys)), ROOT_HOLDERS[:3], NOW + HOUR)
    world.registrar.publish(replace(TABLE, targets=keys), NOW + HOUR)
    refreshed = mirror.refresh(world.fetch, NOW + HOUR)
    assert refreshed.directory.member(XA) == member("xa.ncb")
    assert refreshed.changed == ()


# Keeping and serving


def test_a_mirror_survives_its_process(world, tmp_path):
    mirror = Mirror(FolderStore(tmp_path / "directory"), world.store.files["1.root.json"])
    before = mirror.refresh(world.fetch, NOW).directory
    again = Mirror(FolderStore(tmp_path / "directory"))
    assert again.directory.version == before.version
    assert again.directory.member(XA) == member("xa.ncb")
    assert again.refresh(world.fetch, NOW + HOUR).changed == ()


def test_a_process_that_slept_does_not_bring_an_older_directory_back(world):
    store = MemoryStore()
    one = world.mirror(store)
    one.refresh(world.fetch, NOW)
    other = Mirror(store)
    old = dict(world.store.files)
    now = renewed(world, 1, languages=("fr",))
    one.refresh(world.fetch, now)
    with pytest.raises(RollbackError):
        other.refresh(old.get, now)
    assert other.directory.version == one.directory.version


def test_a_mirror_that_was_never_refreshed_says_so(world):
    with pytest.raises(UnreachableError):
        _ = world.mirror().directory


def test_a_damaged_file_of_the_archive_is_noticed(world):
    store = MemoryStore()
    world.mirror(store).refresh(world.fetch, NOW)
    for name in [name for name in store.files if name.startswith("blobs/")]:
        damaged = MemoryStore()
        damaged.files = {**store.files, name: store.files[name][:-1] + b"!"}
        with pytest.raises(DirectoryError):
            read_everything(damaged)


def read_everything(store):
    directory = Mirror(store).directory
    return directory.members(), directory.document("revocations.json")


def test_a_half_written_refresh_leaves_the_view_as_it_was(world):
    class Dying(MemoryStore):
        left = 10_000

        def write(self, name, data):
            self.left -= 1
            if self.left < 0:
                raise OSError("the disk is full")
            super().write(name, data)

    store = Dying()
    mirror = world.mirror(store)
    first = mirror.refresh(world.fetch, NOW).directory
    now = renewed(world, 1, languages=("fr",))
    for left in (0, 1, 1):  # what was written before a failure stays, for it was verified
        store.left = left
        with pytest.raises(OSError, match="full"):
            mirror.refresh(world.fetch, now)
        assert mirror.directory.version == first.version
        assert Mirror(store).directory.member(XA).languages == ("en",)
    store.left = 10_000
    assert mirror.refresh(world.fetch, now).directory.member(XA).languages == ("fr",)


def test_a_mirror_of_a_mirror_is_as_good(world):
    first = world.mirror()
    first.refresh(world.fetch, NOW)
    second = world.mirror()
    second.refresh(first.file, NOW)
    now = renewed(world, 1, languages=("fr",))
    first.refresh(world.fetch, now)
    asked = []

    def fetch(path):
        asked.append(path)
        return first.file(path)

    assert second.refresh(fetch, now).directory.version == first.directory.version
    assert "patches/snapshot/1-2.z" in asked
    assert "2.snapshot.json" not in asked


@pytest.mark.parametrize(
    "path",
    [
        "",
        "state.json",
        "identities.json",
        "../state.json",
        "9.snapshot.json",
        "blobs/00/00",
        "targets/x",
        "1.x.json",
        "patches/snapshot/2-1.z",
        "patches/xz.ncb/0-1.z",
    ],
)
def test_a_mirror_serves_files_of_the_directory_and_nothing_else(world, path):
    mirror = world.mirror()
    mirror.refresh(world.fetch, NOW)
    assert mirror.file(path) is None


def test_an_empty_mirror_serves_its_root_alone(world):
    mirror = world.mirror()
    assert mirror.file("1.root.json") == world.store.files["1.root.json"]
    assert mirror.file("timestamp.json") is None


# Evidence


def test_evidence_of_a_member_leads_from_the_roots_fingerprint_years_later(world):
    mirror = world.mirror()
    version = mirror.refresh(world.fetch, NOW).directory.version
    now = renewed(world, 1, languages=("fr",))
    mirror.refresh(world.fetch, now)
    files = mirror.evidence(XA, version)
    fingerprint = hashlib.sha256(world.store.files["1.root.json"]).hexdigest()
    found = judge(files, fingerprint, XA, NOW, MemoryStore())
    assert found.member(XA) == member("xa.ncb")
    with pytest.raises(MismatchError):
        judge(files, "00" * 32, XA, NOW, MemoryStore())
    for path in files:
        fewer = {name: data for name, data in files.items() if name != path}
        with pytest.raises(DirectoryError):
            judge(fewer, fingerprint, XA, NOW, MemoryStore())


def test_a_fingerprint_is_read_out_in_thirty_digits():
    assert spoken(bytes(32)) == "00000 00000 00000 00000 00000 00000"
    assert len(spoken(b"\xff" * 32)) == 35
    assert spoken((10**29).to_bytes(32)) == "10000 00000 00000 00000 00000 00000"
