"""The sequencer: what is signed is stored, dense and the extension of what was signed before."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.merkle import Checkpoint as Signable
from comity.merkle import Kind, Tree, entry, leaf_hash, padding_h, verify_consistency, verify_inclusion
from comity.node.ledger import actions, keys, sequencer, tree
from comity.node.ledger.models import Checkpoint, Entry, Log, Tile

AT = datetime(2026, 11, 22, tzinfo=UTC)
NAME = "xq.test/x1"  # no keyring of another test holds its keys

pytestmark = pytest.mark.django_db


def signed(checkpoint: Signable) -> bytes:
    return b"signed " + checkpoint.body()


@pytest.fixture
def log():
    keys.install(NAME, signed)
    yield actions.open_log(NAME)
    keys.remove_all()


def append(log: Log, count: int) -> None:
    actions.append_notes(log, [number.to_bytes(32) for number in range(count)], AT)


def leaves_of(log: Log) -> list[bytes]:
    found = {
        row.index: sequencer.leaf_of(row.kind, bytes(row.h))
        for row in Entry.objects.filter(log=log, index__isnull=False)
    }
    for row in Checkpoint.objects.filter(log=log):
        for place in range(row.pad_count):
            found[row.pad_first + place] = leaf_hash(entry(Kind.PADDING, padding_h(bytes(row.pad_seed), place)))
    assert sorted(found) == list(range(len(found)))
    return [found[index] for index in sorted(found)]


def test_an_empty_log_has_no_checkpoint(log):
    assert sequencer.sequence(NAME, AT) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(batches=st.lists(st.integers(1, 300), min_size=1, max_size=6), pad_to=st.sampled_from([1, 16]))
def test_every_checkpoint_is_the_root_over_dense_leaves_and_extends_the_one_before(log, batches, pad_to):
    Tile.objects.all().delete()
    Checkpoint.objects.all().delete()
    Entry.objects.all().delete()
    Log.objects.all().delete()
    actions.open_log(NAME, pad_to=pad_to)
    log = Log.objects.get(name=NAME)
    before = None
    for count in batches:
        append(log, count)
        made = sequencer.sequence(NAME, AT)
        log.refresh_from_db()
        reference = Tree(leaves_of(log))
        assert made.size == log.size == log.signed_size == reference.size
        assert made.size % pad_to == 0
        assert bytes(made.root) == reference.root()
        assert bytes(made.text) == signed(Signable(NAME, made.size, reference.root()))
        if before is not None:
            path = reference.consistency(before.size)
            verify_consistency(before.size, bytes(before.root), made.size, bytes(made.root), path)
        before = made


def test_tiles_give_the_path_of_each_leaf(log):
    append(log, 700)
    made = sequencer.sequence(NAME, AT)
    from comity.merkle import inclusion_path

    log.refresh_from_db()
    leaves, nodes = leaves_of(log), tree.nodes(log)
    for index in (0, 255, 256, 511, 699):
        verify_inclusion(leaves[index], index, made.size, inclusion_path(nodes, index, made.size), bytes(made.root))


def test_without_new_leaves_nothing_is_signed_again(log):
    append(log, 3)
    assert sequencer.sequence(NAME, AT).id == sequencer.sequence(NAME, AT).id


def test_a_crash_between_storing_and_signing_signs_the_same_root_later(log):
    append(log, 3)
    keys.remove_all()
    with pytest.raises(LookupError):
        sequencer.sequence(NAME, AT)
    stored = Checkpoint.objects.get(log=log)
    assert stored.text is None
    keys.install(NAME, signed)
    append(log, 2)
    sequencer.recover(NAME)
    made = sequencer.sequence(NAME, AT)
    assert made.size == 5
    assert bytes(made.root) == Tree(leaves_of(log)).root()


def test_an_entry_altered_before_signing_is_not_signed(log):
    append(log, 3)
    keys.remove_all()
    with pytest.raises(LookupError):
        sequencer.sequence(NAME, AT)
    Entry.objects.filter(log=log, index=1).update(h=b"\xff" * 32)
    keys.install(NAME, signed)
    with pytest.raises(sequencer.SequencerError, match="do not give the root"):
        sequencer.sequence(NAME, AT)


def test_tiles_that_lost_a_hash_stop_the_start(log):
    append(log, 3)
    sequencer.sequence(NAME, AT)
    Tile.objects.filter(log=log).update(hashes=bytes(96))
    with pytest.raises(sequencer.SequencerError, match="tiles"):
        sequencer.recover(NAME)
