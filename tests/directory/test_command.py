"""The registrar's work at the command line, from the first root to a member that a node follows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.directory_world import identity, member, pair, seed

from comity.cli.directory import command
from comity.directory import FolderStore, Mirror, Registrar, make_card, read_card
from comity.merkle import Checkpoint, sign
from comity.sealing import Keystore, KeystoreError, LogKeys


class Office:
    """A registrar's folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret = folder / "secret"
        self.secret.write_text("pass phrase\n")
        self.published, self.offline, self.online = (folder / name for name in ("published", "offline", "online"))

    def run(self, *arguments: object, typed: str = "", code: int = 0) -> str:
        result = CliRunner().invoke(command, [str(one) for one in arguments], input=typed)
        assert result.exit_code == code, result.output
        return result.output

    def sign(self, verb: str, *arguments: object, keys: str = "both", typed: str = "", code: int = 0) -> str:
        folders = {"both": [self.offline, self.online], "online": [self.online]}[keys]
        named = [part for folder in folders for part in ("--keys", folder)]
        return self.run(
            verb, self.published, *arguments, *named, "--passphrase-file", self.secret, typed=typed, code=code
        )

    def card(self, name: str, version: int = 1, **changes) -> Path:
        path = self.folder / f"{name}.{version}.json"
        path.write_bytes(make_card(member(name, **changes), identity(name), datetime.now(UTC), version))
        return path

    @property
    def registrar(self) -> Registrar:
        return Registrar(FolderStore(self.published))


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    made.sign("init", "--bits", "2")
    return made


def digits(path: Path) -> str:
    return read_card(path.read_bytes()).digits


def test_a_member_is_admitted_after_its_digits_were_heard(office):
    card = office.card("xa.ncb")
    assert "xa.ncb is listed" in office.sign("admit", card, typed=f"{digits(card)}\n")
    node = office.folder / "node"
    output = office.run(
        "refresh", node, "--root", office.published / "1.root.json", "--from", office.published, "--source", "xo.sec"
    )
    assert "1 member changed" in output
    assert Mirror(FolderStore(node / "directory")).directory.member(member("xa.ncb").authority) == member("xa.ncb")
    assert (node / "directory" / "sources").read_text() == "xo.sec\n"


def test_wrong_digits_admit_nobody(office):
    card = office.card("xa.ncb")
    output = office.sign("admit", card, "--digits", "12345 " * 6, code=1)
    assert "digits" in output
    assert office.registrar.authorities() == ()


def test_a_renewed_card_needs_the_online_keys_alone(office):
    first = office.card("xa.ncb")
    office.sign("admit", first, "--digits", digits(first))
    office.sign("admit", office.card("xa.ncb", 2, languages=("fr",)), keys="online")
    assert office.registrar.member_version(member("xa.ncb").authority) == 2


def test_a_new_member_needs_the_registrars_holders(office):
    held = {path.name: Keystore(path).unlock("pass phrase").names() for path in (office.offline, office.online)}
    assert held["online"] == ("snapshot/1", "timestamp/1")
    assert len(held["offline"]) == 8
    card = office.card("xa.ncb")
    office.sign("admit", card, "--digits", digits(card), keys="online", code=1)
    assert office.registrar.authorities() == ()


def test_each_holder_may_have_a_pass_phrase_of_his_own(tmp_path):
    office = Office(tmp_path)
    folders = ["--keys", office.offline, "--keys", office.online]
    office.run("init", office.published, *folders, typed="one\none\ntwo\ntwo\n")
    assert office.run("timestamp", office.published, "--keys", office.online, typed="two\n")
    assert office.run("publish", office.published, *folders, typed="one\ntwo\n")
    with pytest.raises(KeystoreError):
        CliRunner().invoke(
            command,
            ["publish", str(office.published), *map(str, folders)],
            input="one\nthree\n",
            catch_exceptions=False,
        )


def test_agreements_are_published_and_taken_back(office):
    agreement = office.folder / "harbour.json"
    agreement.write_text("{}")
    office.sign("publish", "--agreement", agreement)
    mirror = Mirror(FolderStore(office.folder / "mirror"), office.registrar.root)
    fetch = FolderStore(office.published).read
    assert mirror.refresh(fetch, datetime.now(UTC)).directory.agreement("harbour") == b"{}"
    office.sign("publish", "--remove", "agreements/harbour.json")
    assert mirror.refresh(fetch, datetime.now(UTC)).directory.agreements() == ()


def test_a_member_is_suspended_and_resumed(office):
    card = office.card("xa.ncb")
    office.sign("admit", card, "--digits", digits(card))
    office.sign("suspend", "xa.ncb")
    assert len(office.registrar.revocations) == 1
    office.sign("suspend", "xa.ncb", "--resume")
    assert office.registrar.revocations == ()
    assert "not in the directory" in office.sign("suspend", "xz.ncb", code=1)


def test_the_daily_timestamp_leaves_everything_else_as_it_is(office):
    before = set(FolderStore(office.published).folder.rglob("*"))
    office.sign("timestamp")
    assert set(FolderStore(office.published).folder.rglob("*")) == before
    assert json.loads((office.published / "timestamp.json").read_bytes())["signed"]["version"] == 2


@pytest.mark.parametrize("lost", ["root/2", "targets/3", "timestamp/1", "snapshot/1"])
def test_a_lost_key_is_replaced_and_mirrors_follow(office, lost):
    mirror = Mirror(FolderStore(office.folder / "mirror"), office.registrar.root)
    fetch = FolderStore(office.published).read
    mirror.refresh(fetch, datetime.now(UTC))
    before = office.registrar.holders
    office.sign("rotate", "--replace", lost)
    assert mirror.refresh(fetch, datetime.now(UTC)).directory.version[0] == 2
    after = office.registrar.holders
    assert before != after
    assert len(set(after.root) & set(before.root)) == (4 if lost.startswith("root") else 5)
    card = office.card("xa.ncb")
    office.sign("admit", card, "--digits", digits(card))
    assert mirror.refresh(fetch, datetime.now(UTC)).directory.authorities == (member("xa.ncb").authority,)


def test_a_new_identity_key_is_compared_at_the_node(office):
    first = office.card("xa.ncb")
    office.sign("admit", first, "--digits", digits(first))
    node = office.folder / "node"
    office.run("refresh", node, "--root", office.published / "1.root.json", "--from", office.published)
    second = office.folder / "second.json"
    second.write_bytes(make_card(member("xa.ncb"), pair("another identity"), datetime.now(UTC), 2))
    office.sign("admit", second, "--digits", digits(second))
    assert "needs-comparison" in office.run("refresh", node, "--from", office.published)
    assert "listening in" in office.run("compare", node, "xa.ncb", "--digits", digits(first), code=1)
    office.run("compare", node, "xa.ncb", typed=f"{digits(second)}\n")
    assert "needs-comparison" not in office.run("refresh", node, "--from", office.published)
    assert "waits" in office.run("compare", node, "xa.ncb", code=1)


def test_keys_of_a_member_are_revoked_by_what_they_are(office):
    card = office.card("xa.ncb")
    office.sign("admit", card, "--digits", digits(card))
    office.sign("revoke", "xa.ncb", "tls")
    office.sign("revoke", "xa.ncb", "kem", "--since", "2026-11-23T10:00:00Z")
    office.sign("revoke", "xa.ncb", "identity", "--reason", "key.lost")
    tls, *kem, identity_key = office.registrar.revocations
    published = office.registrar.member(member("xa.ncb").authority)
    assert tls.id == published.tls_spki
    assert {one.id for one in kem} == {key.id for key in published.kem_keys}
    assert {one.revoked_from for one in kem} == {datetime(2026, 11, 23, 10, tzinfo=UTC)}
    assert (identity_key.id, identity_key.reason) == (identity("xa.ncb").public.fingerprint.hex(), "key.lost")


def test_a_log_is_closed_by_a_checkpoint_that_it_signed_and_by_nothing_else(office):
    card = office.card("xa.ncb")
    office.sign("admit", card, "--digits", digits(card))
    trusted = office.folder / "trusted"
    keys = LogKeys.from_seed("xa.ncb/x1", seed("xa.ncb/x1"))
    trusted.write_bytes(sign(Checkpoint("xa.ncb/x1", 7, bytes(32)), keys.signers))
    assert "comity key stolen" in office.sign("revoke", "xa.ncb", "log", code=1)
    stranger = office.folder / "stranger"
    others = LogKeys.from_seed("xa.ncb/x1", bytes(32))
    stranger.write_bytes(sign(Checkpoint("xa.ncb/x1", 7, bytes(32)), others.signers))
    assert "did not sign" in office.sign("revoke", "xa.ncb", "log", "--checkpoint", stranger, code=1)
    other_log = office.sign("revoke", "xa.ncb", "log", "--id", "xa.ncb/a1", "--checkpoint", trusted, code=1)
    assert "not of `xa.ncb/a1`" in other_log
    assert office.registrar.revocations == ()
    told = office.sign("revoke", "xa.ncb", "log", "--checkpoint", trusted)
    assert "closed at size 7" in told
    assert "seen by nobody" in told
    (closed,) = office.registrar.revocations
    assert (closed.id, closed.closing.size, closed.closing.root) == ("xa.ncb/x1", 7, bytes(32))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("xz.ncb", "tls"), "not in the directory"),
        (("xa.ncb", "kem", "--id", "none"), "publishes no such key"),
        (("xa.ncb", "log", "--id", "xa.ncb/x9"), "has no such log"),
        (("xa.ncb", "tls", "--since", "yesterday"), "is no time"),
    ],
)
def test_what_cannot_be_revoked_is_told_with_what_there_is(office, asked, told):
    card = office.card("xa.ncb")
    office.sign("admit", card, "--digits", digits(card))
    assert told in office.sign("revoke", *asked, code=1)
    assert office.registrar.revocations == ()
