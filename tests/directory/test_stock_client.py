"""A TUF client that knows nothing of us follows the directory: the profile is stricter than TUF, and never other."""

from datetime import UTC, datetime

import pytest
from tests.directory_world import HOLDERS, ROOT_HOLDERS, SNAPSHOT_KEY, TABLE, TIMESTAMP_KEY, identity, member
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

from comity.directory import Registrar, Table, make_card, profile, read_card
from comity.directory.store import MemoryStore

NOW = datetime.now(UTC)  # python-tuf's updater looks at the clock itself


class FromStore(FetcherInterface):
    def __init__(self, store):
        self.store = store

    def _fetch(self, url):
        data = self.store.read(url.removeprefix("https://directory.example/"))
        if data is None:
            raise DownloadHTTPError("missing", 404)
        return iter([data])


@pytest.fixture
def published():
    store = MemoryStore()
    registrar = Registrar.create(store, HOLDERS, ROOT_HOLDERS[:3], NOW)
    for name in ("xa.ncb", "xb.spoc"):
        registrar.admit(read_card(make_card(member(name), identity(name), NOW)), compared=True)
    registrar.put("agreements/harbour.json", b"{}")
    registrar.publish(TABLE, NOW)
    return registrar, store


def updater(store, folder) -> Updater:
    folder.mkdir(exist_ok=True)
    return Updater(
        metadata_dir=str(folder),
        metadata_base_url="https://directory.example/",
        target_dir=str(folder),
        target_base_url="https://directory.example/targets/",
        fetcher=FromStore(store),
        bootstrap=store.files["1.root.json"],
    )


def test_it_finds_members_through_their_bins_and_agreements(published, tmp_path):
    _, store = published
    client = updater(store, tmp_path / "client")
    client.refresh()
    found = client.get_targetinfo("members/xa.ncb.json")
    path = client.download_target(found, str(tmp_path / "found.json"))
    assert (tmp_path / "found.json").read_bytes() == member("xa.ncb").to_bytes()
    assert path == str(tmp_path / "found.json")
    assert client.get_targetinfo("agreements/harbour.json") is not None


def test_it_finds_nothing_that_nobody_vouches_for(published, tmp_path):
    _, store = published
    client = updater(store, tmp_path / "client")
    client.refresh()
    rule = profile.read(profile.Targets, store.files["1.targets.json"]).signed.delegations.succinct_roles
    paths = (f"members/xz.unit{number}.json" for number in range(1000))
    in_a_bin_that_exists = next(path for path in paths if f"1.{rule.get_role_for_target(path)}.json" in store.files)
    assert client.get_targetinfo(in_a_bin_that_exists) is None


def test_it_follows_a_new_root_and_new_files(published, tmp_path):
    registrar, store = published
    updater(store, tmp_path / "client").refresh()
    registrar.rotate(HOLDERS, ROOT_HOLDERS[2:], NOW)
    registrar.admit(read_card(make_card(member("xa.ncb", languages=("fr",)), identity("xa.ncb"), NOW, 2)))
    registrar.publish(Table(SNAPSHOT_KEY, TIMESTAMP_KEY), NOW)
    client = updater(store, tmp_path / "client")
    client.refresh()
    document = member("xa.ncb", languages=("fr",)).to_bytes()
    digest = profile.sha256_of(profile.pin_target("members/xa.ncb.json", document))
    assert client.get_targetinfo("members/xa.ncb.json").hashes == {"sha256": digest}


def test_it_needs_as_many_holders_as_we_do(published, tmp_path):
    # Two holders have four keys; three holders' six are asked for.
    registrar, store = published
    root = profile.read(profile.Root, registrar.root).signed
    root.version = 2
    store.files["2.root.json"] = profile.signed_by(root, ROOT_HOLDERS[:2])
    with pytest.raises(RepositoryError):
        updater(store, tmp_path / "client").refresh()
