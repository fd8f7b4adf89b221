"""A whole log is recomputed; each way to break one is found, and its first index named."""

import tracemalloc
from dataclasses import replace
from hashlib import sha256
from time import perf_counter

import pytest
from tests.merkle.toykeys import toy_pair
from tests.verify.samples import lane_of_notes

from comity.merkle import (
    Checkpoint,
    Kind,
    SignedCheckpoint,
    Tree,
    entry,
    leaf_hash,
    note_h,
    padding_h,
    salted_h,
    sign,
    sign_lines,
)
from comity.verify import ExportedLog, ExportError, Fault, MemoryLog, Opening, Stored, verify_log, write_export

NAME = "xa.ncb/x1"
KEYS = toy_pair(NAME)
SALT = b"s" * 32


def keys_at(size):
    del size
    return (KEYS,)


def opened(kind, data, salt=SALT):
    h = {Kind.NOTE: lambda: note_h(data), Kind.PADDING: lambda: padding_h(salt, int.from_bytes(data))}
    return entry(kind, h.get(kind, lambda: salted_h(salt, data))()), Opening(
        kind, data, b"" if kind == Kind.NOTE else salt
    )


def log_of(openings, sizes):
    rows = [opened(kind, data) for kind, data in openings]
    tree = Tree(leaf_hash(value) for value, _ in rows)
    stored = tuple(Stored(i, value, leaf_hash(value), opening) for i, (value, opening) in enumerate(rows))
    signed = tuple(sign(Checkpoint(NAME, size, tree.root(size)), KEYS) for size in sizes)
    return MemoryLog(NAME, stored, signed)


NOTES = lane_of_notes(5)
LOG = log_of(
    [(Kind.RECEIPT, b"receipt %d" % i) for i in range(6)]
    + [(Kind.NOTE, note) for note in NOTES]
    + [(Kind.PADDING, (i).to_bytes(8)) for i in range(5)],
    (0, 3, 11, 16),
)


def changed(index, **fields):
    rows = list(LOG.stored)
    rows[index] = replace(rows[index], **fields)
    return replace(LOG, stored=tuple(rows))


def test_a_sound_log_is_sound():
    report = verify_log(LOG, keys_at)
    assert report.sound
    assert report.first_broken is None
    assert (report.size, report.signed_size, report.checkpoints, report.opened) == (16, 16, 4, 16)


def test_an_empty_log_is_sound():
    assert verify_log(MemoryLog(NAME, (), ()), keys_at).sound


def test_entries_above_the_last_checkpoint_are_not_signed_yet():
    report = verify_log(replace(LOG, signed=LOG.signed[:3]), keys_at)
    assert report.sound
    assert (report.size, report.signed_size) == (16, 11)


def test_a_changed_entry_is_found_at_its_index_by_its_tile():
    report = verify_log(changed(7, entry=bytes(32), opening=None), keys_at)
    assert report.first_broken == 7
    assert [fault.rule for fault in report.faults] == ["log.leaf", "log.root"]


def test_a_changed_entry_without_a_tile_is_found_between_two_checkpoints():
    report = verify_log(changed(7, entry=bytes(32), opening=None, leaf=b""), keys_at)
    assert report.faults == (Fault("log.root", 11, since=3),)


def test_a_changed_opening_is_found_at_its_index():
    report = verify_log(changed(4, opening=Opening(Kind.RECEIPT, b"another", SALT)), keys_at)
    assert report.faults == (Fault("log.opening", 4),)


@pytest.mark.parametrize(
    "opening", [Opening(99, b""), Opening(Kind.ACT, b"", b"short"), Opening(Kind.PADDING, b"\1" * 9, SALT)]
)
def test_an_opening_that_cannot_be_one_is_found(opening):
    assert verify_log(changed(4, opening=opening), keys_at).faults == (Fault("log.opening", 4),)


def test_an_erased_opening_is_erased_and_not_broken():
    report = verify_log(changed(4, opening=None, erased=True), keys_at)
    assert report.sound
    assert (report.erased, report.opened) == (1, 15)


def test_a_leaf_that_came_back_from_a_mirror_is_hash_only_and_not_broken():
    report = verify_log(changed(4, entry=b"", opening=None), keys_at)
    assert report.sound
    assert report.hash_only == 1


def test_a_missing_entry_is_a_gap():
    report = verify_log(replace(LOG, stored=LOG.stored[:4] + LOG.stored[5:]), keys_at)
    assert report.faults == (Fault("log.gap", 4, found="5"),)


def test_an_entry_that_stands_twice_is_out_of_order():
    report = verify_log(replace(LOG, stored=(*LOG.stored[:5], LOG.stored[4], *LOG.stored[5:])), keys_at)
    assert report.faults == (Fault("log.order", 5, found="4"),)


def test_a_log_that_was_cut_after_signing_is_truncated():
    report = verify_log(replace(LOG, stored=LOG.stored[:12]), keys_at)
    assert report.faults == (Fault("log.truncated", 12, found="16"),)


def test_an_entry_of_another_length_is_found():
    report = verify_log(changed(15, entry=b"short", opening=None, leaf=b""), keys_at)
    assert report.first_broken == 15


@pytest.mark.parametrize("line", [0, 1])
def test_a_checkpoint_that_lacks_a_signature_is_found(line):
    signed = SignedCheckpoint.parse(LOG.signed[2])
    weak = replace(signed, lines=(signed.lines[line],)).to_bytes()
    report = verify_log(replace(LOG, signed=(*LOG.signed[:2], weak, LOG.signed[3])), keys_at)
    assert report.faults == (Fault("log.signature", 11),)


def test_a_checkpoint_of_a_fork_is_found_though_it_is_signed():
    fork = sign(Checkpoint(NAME, 11, bytes(32)), KEYS)
    report = verify_log(replace(LOG, signed=(*LOG.signed[:2], fork, LOG.signed[3])), keys_at)
    assert report.faults == (Fault("log.root", 11, since=3),)
    assert (report.checkpoints, report.signed_size) == (2, 3)


def test_two_checkpoints_of_one_size_must_have_one_root():
    twice = replace(LOG, signed=(*LOG.signed[:3], LOG.signed[2], LOG.signed[3]))
    assert verify_log(twice, keys_at).sound
    fork = sign(Checkpoint(NAME, 11, bytes(32)), KEYS)
    report = verify_log(replace(LOG, signed=(*LOG.signed[:3], fork, LOG.signed[3])), keys_at)
    assert report.faults == (Fault("log.root", 11, since=11),)


def test_checkpoints_out_of_order_malformed_or_of_another_log_are_found():
    assert verify_log(replace(LOG, signed=LOG.signed[::-1]), keys_at).faults[0].rule == "log.checkpoints"
    assert verify_log(replace(LOG, signed=(b"no", *LOG.signed)), keys_at).faults[0].rule == "log.checkpoint"
    other = sign(Checkpoint("xb.ncb/x1", 3, bytes(32)), toy_pair("xb.ncb/x1"))
    assert verify_log(replace(LOG, signed=(other, *LOG.signed)), keys_at).faults == (
        Fault("log.origin", 3, found="xb.ncb/x1"),
    )


def test_after_a_rotation_each_checkpoint_needs_the_keys_of_its_size():
    new = toy_pair(NAME, generation=2)
    heads = [SignedCheckpoint.parse(text).checkpoint for text in LOG.signed]
    both = SignedCheckpoint(heads[2], sign_lines(heads[2], KEYS) + sign_lines(heads[2], new)).to_bytes()
    rotated = replace(LOG, signed=(*LOG.signed[:2], both, sign(heads[3], new)))
    assert verify_log(rotated, lambda size: (KEYS,) if size < 11 else (KEYS, new) if size == 11 else (new,)).sound
    assert verify_log(rotated, keys_at).faults == (Fault("log.signature", 16),)


def lane_log(notes):
    return log_of([(Kind.NOTE, note) for note in notes], (len(notes),))


def test_a_note_that_stands_twice_is_equivocation():
    assert verify_log(lane_log([*NOTES, NOTES[2]]), keys_at).faults == (Fault("lane.equivocation", 5),)


def test_a_note_that_is_missing_from_the_log_is_a_gap_unless_it_was_erased():
    assert verify_log(lane_log([NOTES[0], NOTES[2]]), keys_at).faults == (Fault("lane.gap", 1),)
    log = lane_log(NOTES[:3])
    erased = replace(log.stored[1], opening=None, erased=True)
    assert verify_log(replace(log, stored=(log.stored[0], erased, log.stored[2])), keys_at).sound


def test_a_note_that_does_not_continue_the_one_before_breaks_the_chain():
    other = lane_of_notes(5, subject=b"other")
    assert verify_log(lane_log([NOTES[0], other[1]]), keys_at).faults == (Fault("lane.chain-broken", 1),)


def test_bytes_logged_as_a_note_that_are_none_are_found():
    report = verify_log(log_of([(Kind.NOTE, b"no note")], (1,)), keys_at)
    assert report.first_broken == 0
    assert report.faults[0].rule.startswith("note.")


def test_a_log_with_a_thousand_faults_stops_early():
    bad = log_of([(Kind.RECEIPT, b"%d" % i) for i in range(1000)], (1000,))
    worse = replace(bad, stored=tuple(replace(row, opening=Opening(Kind.ACT, b"", SALT)) for row in bad.stored))
    report = verify_log(worse, keys_at)
    assert len(report.faults) == 100


# Exported folders


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600, 66_000])
def test_an_exported_log_reads_back_as_it_was_written(tmp_path, size):
    entries = [sha256(b"%d" % i).digest() for i in range(size)]
    tree = Tree(map(leaf_hash, entries))
    signed = [sign(Checkpoint(NAME, at, tree.root(at)), KEYS) for at in sorted({1, size // 2 or 1, size})]
    assert write_export(tmp_path, iter(entries), iter(signed)) == size
    source = ExportedLog.open(tmp_path)
    assert (source.name, source.size) == (NAME, size)
    report = verify_log(source, keys_at)
    assert report.sound
    assert (report.size, report.root, report.checkpoints) == (size, tree.root(), len(signed))


@pytest.fixture
def export(tmp_path):
    entries = [sha256(b"%d" % i).digest() for i in range(300)]
    tree = Tree(map(leaf_hash, entries))
    write_export(tmp_path, entries, [sign(Checkpoint(NAME, at, tree.root(at)), KEYS) for at in (100, 300)])
    return tmp_path


def test_one_changed_byte_in_a_bundle_is_found_at_its_entry(export):
    path = export / "tile/entries/000"
    data = bytearray(path.read_bytes())
    data[34 * 120 + 5] ^= 1
    path.write_bytes(data)
    report = verify_log(ExportedLog.open(export), keys_at)
    assert report.first_broken == 120
    assert report.signed_size == 100


def test_one_changed_byte_in_a_tile_is_found_at_its_leaf(export):
    path = export / "tile/0/001.p/44"
    data = bytearray(path.read_bytes())
    data[32 * 7] ^= 1
    path.write_bytes(data)
    assert verify_log(ExportedLog.open(export), keys_at).faults == (Fault("log.leaf", 263),)


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/0/000", "tile/entries/001.p/44"])
@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data[:-34], lambda data: data * 40, None])
def test_a_file_that_is_cut_grown_or_missing_is_named(export, name, change):
    path = export / name
    data = path.read_bytes()
    path.unlink()
    if change is not None:
        path.write_bytes(change(data))
    with pytest.raises(ExportError):
        verify_log(ExportedLog.open(export), keys_at)


def test_a_folder_without_a_checkpoint_is_no_export(tmp_path):
    with pytest.raises(ExportError):
        ExportedLog.open(tmp_path)
    (tmp_path / "checkpoint").write_bytes(b"nothing")
    with pytest.raises(ExportError, match="no signed checkpoint"):
        ExportedLog.open(tmp_path)


def test_an_export_whose_last_checkpoint_does_not_cover_it_is_refused(tmp_path):
    tree = Tree([leaf_hash(bytes(32))])
    with pytest.raises(ExportError, match="covers 1 of 2"):
        write_export(tmp_path, [bytes(32)] * 2, [sign(Checkpoint(NAME, 1, tree.root()), KEYS)])


# Figures


class Endless:
    """A long log that is computed as it is read."""

    def __init__(self, size: int) -> None:
        self.name = NAME
        self.size = size

    def entries(self):
        for index in range(self.size):
            yield Stored(index, index.to_bytes(32, "big"))

    def checkpoints(self):
        tree = Tree(leaf_hash(index.to_bytes(32, "big")) for index in range(self.size))
        yield sign(Checkpoint(NAME, self.size, tree.root()), KEYS)


def test_memory_does_not_grow_with_the_log():
    peaks = []
    for size in (20_000, 80_000):
        log = Endless(size)
        signed = tuple(log.checkpoints())
        log.checkpoints = lambda signed=signed: signed
        tracemalloc.start()
        assert verify_log(log, keys_at).sound
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
    assert peaks[1] < 20_000_000


def test_a_long_log_is_verified_at_thirty_thousand_entries_a_second(sampled):
    log = Endless(sampled(100_000, 1_000_000))
    signed = tuple(log.checkpoints())
    log.checkpoints = lambda: signed
    start = perf_counter()
    assert verify_log(log, keys_at).sound
    assert log.size / (perf_counter() - start) > 30_000
