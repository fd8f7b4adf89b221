"""Tiles are addressed as C2SP writes them, and give the same nodes as the tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.merkle import (
    ProofError,
    TileNodes,
    Tree,
    consistency_path,
    entries_path,
    inclusion_path,
    leaf_hash,
    pack_entries,
    parse_tile_path,
    root_at,
    tile_path,
    tile_width,
    tiles_between,
    unpack_entries,
)

LEAVES = [leaf_hash(b"leaf %d" % i) for i in range(70_000)]
TREE = Tree(LEAVES)


def read(level: int, index: int, width: int) -> bytes:
    return b"".join(TREE.node(8 * level, index * 256 + i) for i in range(width))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        ((0, 0, 256), "tile/0/000"),
        ((0, 1234067, 256), "tile/0/x001/x234/067"),
        ((1, 1000, 5), "tile/1/x001/000.p/5"),
        ((63, 999, 255), "tile/63/999.p/255"),
    ],
)
def test_a_tile_has_the_address_of_the_specification(tile, path):
    assert tile_path(*tile) == path
    assert parse_tile_path(path) == tile


@given(st.integers(0, 63), st.integers(0, 1 << 60), st.integers(1, 256))
def test_addresses_are_read_back(level, index, width):
    assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)
    assert parse_tile_path(entries_path(index, width)) == (None, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/00/001",
        "tile/64/001",
        "tile/0/x000/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/05",
        "tile/0/001/",
        "tile/0/../001",
        "/tile/0/001",
        "tile/-1/001",
        "tile/0/\u0660\u0660\u0661",
        "tile/0/001\n",
        "tile/seeds/001",
    ],
)
def test_an_address_written_otherwise_names_no_tile(path):
    with pytest.raises(ProofError):
        parse_tile_path(path)


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification():
    tiles = list(tiles_between(0, 70_000))
    assert len([tile for tile in tiles if tile[0] == 0 and tile[2] == 256]) == 273
    assert [tile for tile in tiles if tile[2] < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_between(0, 256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_between(0, 0)) == []


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_only_tiles_that_changed_are_written(old, more):
    changed = set(tiles_between(old, old + more))
    before = set(tiles_between(0, old))
    assert changed == set(tiles_between(0, old + more)) - before
    assert all(tile_width(level, index, old + more) == width for level, index, width in changed)


@given(st.integers(1, 70_000), st.data())
def test_paths_from_tiles_equal_paths_from_the_tree(size, data):
    index = data.draw(st.integers(0, size - 1))
    asked = []

    def published(level: int, tile: int, width: int) -> bytes:
        asked.append((level, tile, width))
        return read(level, tile, width)

    for nodes in (TileNodes(read), TileNodes(published, size)):
        assert root_at(nodes, size) == TREE.root(size)
        assert inclusion_path(nodes, index, size) == TREE.inclusion(index, size)
        assert consistency_path(nodes, index + 1, size) == TREE.consistency(index + 1, size)
    assert set(asked) <= set(tiles_between(0, size)), "a tile was asked for that no server publishes"
    assert len(asked) == len(set(asked)), "a tile was read twice"


def test_a_tile_that_is_shorter_than_asked_for_is_refused():
    nodes = TileNodes(lambda level, index, width: read(level, index, width)[:-32])
    with pytest.raises(ProofError):
        nodes(0, 3)
    with pytest.raises(ProofError):
        TileNodes(lambda *_: b"\0" * 31)(0, 0)


def test_only_some_tiles_are_remembered():
    reads = []
    nodes = TileNodes(lambda level, index, width: reads.append(index) or read(level, index, width))
    for index in range(0, 70_000, 256):
        nodes(0, index)
    assert nodes(0, 0) == LEAVES[0]
    assert len(reads) == 275


@given(st.lists(st.integers(1, 700), min_size=2, max_size=6), st.data())
def test_what_was_computed_before_gives_the_same_nodes_while_the_log_grows_and_for_older_sizes(sizes, data):
    memory = {}
    for size in sizes:
        nodes = TileNodes(read, size, memory)
        index = data.draw(st.integers(0, size - 1))
        assert root_at(nodes, size) == TREE.root(size)
        assert inclusion_path(nodes, index, size) == TREE.inclusion(index, size)


def test_what_was_computed_before_is_not_believed_of_a_tile_that_reads_otherwise():
    memory = {}
    assert root_at(TileNodes(read, 200, memory), 200) == TREE.root(200)

    def altered(level: int, index: int, width: int) -> bytes:
        return read(level, index, width)[:-32] + b"\xff" * 32

    assert root_at(TileNodes(altered, 200, memory), 200) != TREE.root(200)
    assert root_at(TileNodes(altered, 210, memory), 210) != TREE.root(210)


@given(st.lists(st.binary(max_size=40), max_size=256))
def test_a_bundle_gives_its_entries_back(entries):
    assert unpack_entries(pack_entries(entries)) == tuple(entries)


@pytest.mark.parametrize("data", [b"\0", b"\0\x02a", pack_entries([b""] * 257)])
def test_bytes_that_are_no_bundle_are_refused(data):
    with pytest.raises(ProofError):
        unpack_entries(data)
