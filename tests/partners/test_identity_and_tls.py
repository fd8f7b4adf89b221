"""A new identity key and a new TLS certificate, between real nodes that go on exchanging."""

import pytest
from tests import registrar
from tests.commands import comity

from comity.directory.card import read_card
from comity.directory.registrar import Registrar
from comity.directory.store import FolderStore

A, B = "xa.ncb", "xb.spoc"


@pytest.fixture(scope="module")
def federation(tmp_path_factory):
    from tests import federation as building

    made = building.build(tmp_path_factory.mktemp("federation"), {"XA": (A,), "XB": (B,)})
    (made.folder / "phrase").write_text(f"{building.PASSPHRASE}\n")
    try:
        for node in made.nodes.values():
            node.open_hands()
            node.start()
        for node in made.nodes.values():
            node.ready(60)
        yield made
    finally:
        made.stop()


def rotate(federation, what: str, *more: str, code: int = 0) -> str:
    node = federation["XA"].folder
    return comity("key", "rotate", what, node, *more, "--passphrase-file", federation.folder / "phrase", code=code)


def exchange(federation) -> None:
    """Send both ways and wait until all is receipted."""
    for sender, recipient, state in ((A, B, "XA"), (B, A, "XB")):
        federation[state].call("send", sender=sender, recipients=[recipient])
        federation[state].wait("state", lambda found: found["waiting"] == 0, 60)


def standing(federation) -> str:
    return federation["XB"].call("standing_of", authority=A)


def test_an_identity_key_that_the_old_one_signed_for_needs_no_call(federation):
    told = rotate(federation, "identity", A)
    card = read_card((federation["XA"].folder / "cards" / f"{A}.card.json").read_bytes())
    assert card.digits in told
    assert Registrar(FolderStore(federation.folder / "directory")).vouches(card)
    registrar.take_cards(federation, "XA")
    assert standing(federation) == "active"
    exchange(federation)


def test_an_identity_key_for_which_nobody_signed_is_compared_by_digits_at_every_partner(federation):
    told = rotate(federation, "identity", A, "--lost")
    card = read_card((federation["XA"].folder / "cards" / f"{A}.card.json").read_bytes())
    assert not Registrar(FolderStore(federation.folder / "directory")).vouches(card)
    registrar.take_cards(federation, "XA", compared=True)
    assert standing(federation) == "needs-comparison"
    node = federation["XB"].folder
    assert "listening in" in comity("directory", "compare", node, A, "--digits", "1" * 30, code=1)
    assert card.digits in told
    comity("directory", "compare", node, A, "--digits", card.digits)
    assert standing(federation) == "active"
    exchange(federation)


def test_a_new_tls_certificate_is_announced_before_it_is_shown_and_no_connection_fails(federation):
    before = federation["XA"].call("tls_pins")
    rotate(federation, "tls")
    assert "announced already" in rotate(federation, "tls", code=1)
    assert "does not list" in rotate(federation, "tls", "--now", code=1)
    registrar.take_cards(federation, "XA")
    exchange(federation)
    rotate(federation, "tls", "--now")
    exchange(federation)  # the directory still names the old one first
    registrar.take_cards(federation, "XA")
    exchange(federation)
    after = federation["XA"].call("tls_pins")
    assert (len(before), len(after)) == (1, 1)
    assert before != after
    assert federation["XB"].call("state")["failures"] == []


def test_an_announced_certificate_is_shown_by_itself_after_a_week(federation):
    rotate(federation, "tls")
    registrar.take_cards(federation, "XA")
    assert "tls-next" in federation["XA"].call("after_days", days=0)["names"]
    assert "tls-next" in federation["XA"].call("after_days", days=6)["names"]
    assert "tls-next" not in federation["XA"].call("after_days", days=8)["names"]
    exchange(federation)
