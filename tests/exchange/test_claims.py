"""Heads that others showed us are connected with what we verified, or become an incident; never by our own absence."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.merkle import Checkpoint, Tree, leaf_hash, parse_tile_path, sign
from comity.node.exchange import claims, heads
from comity.node.partners.models import Claim, Head, Incident
from comity.sealing import LogKeys
from comity.vocabulary.authority import AuthorityId

B = AuthorityId.parse("xb.spoc")
LOG = "xb.spoc/x1"
KEYS = LogKeys.from_seed(LOG, bytes(32))
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


class Owner:
    """The member whose log it is: it may be away, serve its tiles, or keep them back."""

    def __init__(self) -> None:
        self.tree, self.away, self.silent = Tree(), False, False
        self.tree.extend(leaf_hash(b"%d" % number) for number in range(20))

    def get(self, _partner: AuthorityId, path: str) -> tuple[int, bytes]:
        if self.away:
            raise ConnectionRefusedError
        level, index, width = parse_tile_path(path.partition(f"{LOG}/")[2])
        assert (level, index) == (0, 0)
        return (404, b"") if self.silent else (200, b"".join(self.tree.leaf(place) for place in range(width)))

    def head(self, size: int) -> tuple[bytes, bytes]:
        root = self.tree.root(size)
        return root, sign(Checkpoint(LOG, size, root), KEYS.signers)


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> Owner:
    """Its log as we verified it up to 12, and as somebody showed it to us an hour ago, at 18."""
    made = Owner()
    monkeypatch.setattr(claims.transport, "get", made.get)
    monkeypatch.setattr(heads.members, "log_entry", lambda _log: None)  # the directory says nothing special of it
    monkeypatch.setattr(claims, "_AWAY_SINCE", {})
    root, text = made.head(12)
    Head.objects.create(log=LOG, size=12, root=root, text=text, verified_at=AT)
    return made


def claim(owner: Owner, *, shown_at: datetime, root: bytes | None = None) -> None:
    true, text = owner.head(18)
    Claim.objects.create(log=LOG, size=18, root=root or true, text=text, shown_by="xc.ncb", shown_at=shown_at)


def incidents() -> list[str]:
    return list(Incident.objects.values_list("code", flat=True))


def test_a_head_that_the_owner_connects_becomes_ours(owner):
    claim(owner, shown_at=AT)
    claims.connect(B, AT)
    assert Head.objects.get(log=LOG).size == 18
    assert (incidents(), Claim.objects.count()) == ([], 0)


def test_a_head_that_contradicts_its_tiles_is_not_connected(owner):
    claim(owner, shown_at=AT - DAY, root=bytes(32))
    claims.connect(B, AT)
    assert incidents() == ["log.unconnected"]


def test_an_owner_that_keeps_its_tiles_back_has_a_day(owner):
    owner.silent = True
    claim(owner, shown_at=AT)
    claims.connect(B, AT + timedelta(hours=23))
    assert incidents() == []
    claims.connect(B, AT + DAY)
    assert incidents() == ["log.unconnected"]


def test_an_old_claim_accuses_nobody_when_we_come_back_before_the_owner_is_up(owner):
    claim(owner, shown_at=AT - 9 * DAY)
    owner.away = True
    claims.connect(B, AT)
    assert incidents() == []
    owner.away = False
    claims.connect(B, AT + timedelta(minutes=1))
    assert Head.objects.get(log=LOG).size == 18
    assert incidents() == []


def test_an_owner_that_stays_away_for_a_day_is_told_of(owner):
    claim(owner, shown_at=AT - 9 * DAY)
    owner.away = True
    claims.connect(B, AT)
    claims.connect(B, AT + timedelta(hours=23))
    assert incidents() == []
    claims.connect(B, AT + DAY)
    assert incidents() == ["log.unconnected"]
