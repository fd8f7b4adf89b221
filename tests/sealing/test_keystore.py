"""Keys are kept sealed, whole, one file each, and can be destroyed."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from comity.sealing import IdentityKey, KemKey, Keystore, KeystoreError, LogKeys, MemoryKeys, make_tls_key

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
SECRET = "correct horse battery staple"


def kem(seed: int, week: int = 0) -> KemKey:
    return KemKey.from_seed(bytes([seed]) * 32, NOW + week * WEEK, NOW + (week + 1) * WEEK)


@pytest.fixture
def store(tmp_path):
    return Keystore(tmp_path / "keys").create(SECRET)


@pytest.fixture(params=["folder", "memory"])
def keys(request, tmp_path):
    return MemoryKeys() if request.param == "memory" else Keystore(tmp_path / "keys").create(SECRET)


def test_every_kind_of_key_comes_back_as_it_was_put(keys):
    identity, log = IdentityKey.from_seed(b"\1" * 32), LogKeys.from_seed("xa.ncb/x1", b"\2" * 32)
    tls = make_tls_key("xa.localhost", NOW, NOW + WEEK)
    keys.put_identity("xa.ncb", identity)
    keys.put_log(log)
    keys.put_kem("xa.ncb", kem(3))
    keys.put_tls(tls)
    assert keys.identity("xa.ncb") == identity
    assert keys.log("xa.ncb/x1") == log
    assert keys.logs() == (log,)
    assert keys.kems("xa.ncb") == (kem(3),)
    assert keys.tls() == tls


def test_authorities_of_one_node_have_keys_of_their_own(keys):
    keys.put_kem("xa.ncb", kem(1))
    keys.put_kem("xa.piu", kem(2))
    assert keys.kems("xa.ncb") == (kem(1),)


def test_the_newest_key_comes_first(keys):
    for week in (1, 0, 2):
        keys.put_kem("xa.ncb", kem(week + 1, week))
    assert [key.valid_from for key in keys.kems("xa.ncb")] == [NOW + week * WEEK for week in (2, 1, 0)]


def test_an_erased_key_is_gone_and_its_neighbour_stays(keys):
    keys.put_kem("xa.ncb", kem(1))
    keys.put_kem("xa.ncb", kem(2))
    keys.erase_kem("xa.ncb", kem(1).id)
    keys.erase_kem("xa.ncb", kem(1).id)
    assert keys.kems("xa.ncb") == (kem(2),)


def test_a_missing_key_is_told_in_one_sentence(keys):
    with pytest.raises(KeystoreError, match=r"^there is no key `identity/xa\.ncb`$"):
        keys.identity("xa.ncb")


def test_an_erased_file_leaves_nothing_on_the_disk(store, tmp_path):
    store.put_kem("xa.ncb", kem(1))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.key")}
    store.erase_kem("xa.ncb", kem(1).id)
    assert len(before) == 1
    assert not any(path.exists() for path in before)


def test_kem_keys_lie_in_a_folder_of_their_own_so_that_backups_can_leave_them_out(store, tmp_path):
    store.put_kem("xa.ncb", kem(1))
    store.put_identity("xa.ncb", IdentityKey.from_seed(bytes(32)))
    assert [path.parent.parent.name for path in tmp_path.rglob("*.key") if "kem" in path.parts] == ["kem"]


def test_the_right_pass_phrase_opens_and_another_does_not(store, tmp_path):
    store.put_identity("xa.ncb", IdentityKey.from_seed(bytes(32)))
    locked = Keystore(tmp_path / "keys")
    locked.check(SECRET)
    assert locked.unlock(SECRET).identity("xa.ncb") == IdentityKey.from_seed(bytes(32))
    with pytest.raises(KeystoreError, match=r"^the pass phrase is wrong$"):
        locked.unlock(SECRET + " ")


def test_the_pass_phrase_can_be_changed_without_touching_a_key(store, tmp_path):
    store.put_identity("xa.ncb", IdentityKey.from_seed(bytes(32)))
    locked = Keystore(tmp_path / "keys")
    locked.change(SECRET, "another")
    assert locked.unlock("another").names() == ("identity/xa.ncb",)
    with pytest.raises(KeystoreError):
        locked.check(SECRET)


def test_files_are_readable_by_the_node_alone(store, tmp_path):
    store.put_kem("xa.ncb", kem(1))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_no_key_is_readable_in_a_file(store, tmp_path):
    store.put_identity("xa.ncb", IdentityKey.from_seed(b"\7" * 32))
    store.put_kem("xa.ncb", kem(7))
    for path in tmp_path.rglob("*.key"):
        assert b"\7" * 32 not in path.read_bytes()
        assert (b"\7" * 32).hex().encode() not in path.read_bytes()


def test_one_changed_byte_of_a_file_is_noticed(store, tmp_path):
    store.put_identity("xa.ncb", IdentityKey.from_seed(bytes(32)))
    path = tmp_path / "keys" / "identity" / "xa.ncb.key"
    data = path.read_bytes()
    for position in range(len(data)):
        path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        with pytest.raises(KeystoreError, match="damaged"):
            store.identity("xa.ncb")


def test_a_key_moved_under_another_name_is_refused(store, tmp_path):
    store.put_identity("xa.ncb", IdentityKey.from_seed(bytes(32)))
    folder = tmp_path / "keys" / "identity"
    (folder / "xa.ncb.key").rename(folder / "xa.piu.key")
    with pytest.raises(KeystoreError, match="damaged"):
        store.identity("xa.piu")


def test_a_keystore_is_not_made_over_another(store, tmp_path):
    with pytest.raises(KeystoreError, match="already"):
        Keystore(tmp_path / "keys").create("another")


def test_a_missing_keystore_is_told_in_one_sentence(tmp_path):
    with pytest.raises(KeystoreError, match=r"^there is no keystore in"):
        Keystore(tmp_path / "none").check(SECRET)


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'{"v":1}', b"\xff"])
def test_a_damaged_lock_is_told_in_one_sentence(store, tmp_path, text):
    (tmp_path / "keys" / "keystore.json").write_bytes(text)
    with pytest.raises(KeystoreError, match="damaged"):
        Keystore(tmp_path / "keys").check(SECRET)


def test_a_lock_that_would_make_us_work_without_end_is_refused(store, tmp_path):
    path = tmp_path / "keys" / "keystore.json"
    path.write_text(path.read_text().replace('"n": 32768', '"n": 1073741824'))
    with pytest.raises(KeystoreError, match="form"):
        Keystore(tmp_path / "keys").check(SECRET)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/b/c/d", "", "kem/../x", "Identity/x"])
def test_a_name_cannot_leave_the_folder(keys, name):
    with pytest.raises(KeystoreError):
        keys.put(name, b"x")


def test_a_half_written_file_is_no_key(store, tmp_path):
    folder = tmp_path / "keys" / "identity"
    folder.mkdir()
    (folder / ".xa.ncb.key.17.part").write_bytes(b"half")
    assert store.names() == ()


@pytest.mark.parametrize("change", ["put", "replace", "erase", "tls"])
def test_a_change_is_seen_also_where_the_disk_tells_the_time_by_the_tick(tmp_path, change):
    folder, log = tmp_path / "keys", LogKeys.from_seed("xa.ncb/x1", b"\2" * 32)
    ours = Keystore(folder).create(SECRET)
    ours.put_log(log)
    ours.put_next_log(log)
    reader = Keystore(folder).unlock(SECRET)
    times = {path: path.stat() for path in (folder, folder / "log", folder / "log-next")}
    before = reader.stamp()
    if change == "put":
        ours.put_next_log(LogKeys.from_seed("xa.ncb/a1", b"\3" * 32))
    elif change == "replace":
        ours.put_log(LogKeys.from_seed("xa.ncb/x1", b"\3" * 32))
    elif change == "erase":
        ours.erase_log("xa.ncb/x1")
    else:
        ours.put_tls(make_tls_key("xa.localhost", NOW, NOW + WEEK))
    for path, was in times.items():
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert reader.stamp() != before


def test_a_key_that_was_copied_into_the_folder_by_hand_is_seen(store, tmp_path):
    before = store.stamp()
    (tmp_path / "keys" / "log").mkdir()
    assert store.stamp() != before
