"""Damaged, hostile and merely odd files: a bad row is named and left out, a broken file is refused whole."""

import gzip
import random
from dataclasses import replace
from pathlib import Path

import pytest
from tests.shared_data import shared

from comity import formats
from comity.formats import BrokenFileError, FormatError, Good, Rejected, UnknownFormatError

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST><INDIVIDUALS>{}</INDIVIDUALS></CONSOLIDATED_LIST>"""
UN_PERSON = (
    "<INDIVIDUAL><FIRST_NAME>{name}</FIRST_NAME><REFERENCE_NUMBER>{ref}</REFERENCE_NUMBER>"
    "<INDIVIDUAL_DATE_OF_BIRTH><YEAR>1961</YEAR></INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>"
)
FTM_LINE = '{{"id":"{id}","schema":"Person","properties":{{"name":["{name}"]}}}}'
SDN = '{},"HARBOUR TRADING CO.",-0- ,"TEST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
LAUGHS = """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>&c;</FIRST_NAME></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"""
EXTERNAL = """<?xml version="1.0"?><!DOCTYPE l SYSTEM "file:///etc/passwd"><CONSOLIDATED_LIST/>"""


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rules(path: Path, **options: object) -> list[str]:
    return [r.rule if isinstance(r, Rejected) else "good" for r in formats.read(path, **options)]


def un_list(*people: tuple[str, str]) -> str:
    return UN.format("".join(UN_PERSON.format(ref=ref, name=name) for ref, name in people))


def test_a_list_cut_off_in_the_middle_is_refused_after_its_last_whole_entry(tmp_path):
    whole = un_list(("XAi.001", "Ann"), ("XAi.002", "Ben"))
    rows = formats.read(written(tmp_path, "un.xml", whole[: whole.index("XAi.002")]))
    assert next(rows).reference == "XAi.001"
    with pytest.raises(BrokenFileError) as broken:
        next(rows)
    assert broken.value.rule == "xml.not-well-formed"


def test_an_archive_cut_off_in_the_middle_is_refused(tmp_path):
    packed = gzip.compress(un_list(*((f"XAi.{n:05}", f"Name {n * 7919}") for n in range(4000))).encode())
    with pytest.raises(BrokenFileError) as broken:
        list(formats.read(written(tmp_path, "un.xml.gz", packed[: len(packed) // 2])))
    assert broken.value.rule == "file.archive-damaged"


@pytest.mark.parametrize("document", [LAUGHS, EXTERNAL])
def test_a_document_that_declares_entities_is_refused_before_they_are_expanded(tmp_path, document):
    with pytest.raises(BrokenFileError) as broken:
        list(formats.read(written(tmp_path, "un.xml", document)))
    assert broken.value.rule == "xml.unsafe"


def test_an_entry_without_end_is_refused_before_it_fills_the_memory(tmp_path):
    flood = UN.format("<INDIVIDUAL><FIRST_NAME>" + "A" * (5 << 20) + "</FIRST_NAME></INDIVIDUAL>")
    with pytest.raises(BrokenFileError) as broken:
        list(formats.read(written(tmp_path, "un.xml", flood)))
    assert broken.value.rule == "file.entry-too-large"


def test_nul_bytes_inside_xml_are_refused(tmp_path):
    with pytest.raises(BrokenFileError):
        list(formats.read(written(tmp_path, "un.xml", un_list(("XAi.001", "A\0nn")))))


def test_bytes_that_are_not_in_the_declared_encoding_are_refused(tmp_path):
    wrong = un_list(("XAi.001", "Ann")).encode().replace(b"Ann", b"Ann\xe9")
    with pytest.raises(BrokenFileError):
        list(formats.read(written(tmp_path, "un.xml", wrong)))


def test_an_unknown_encoding_is_refused(tmp_path):
    strange = un_list(("XAi.001", "Ann")).replace("UTF-8", "x-unknown")
    with pytest.raises(BrokenFileError):
        list(formats.read(written(tmp_path, "un.xml", strange)))


def test_a_byte_order_mark_and_dos_line_ends_change_nothing(tmp_path):
    plain = un_list(("XAi.001", "Ann"))
    marked = b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()
    assert list(formats.read(written(tmp_path, "a.xml", plain))) == list(
        formats.read(written(tmp_path, "b.xml", marked))
    )


def test_utf_16_is_read_as_well(tmp_path):
    text = un_list(("XAi.001", "Ann")).replace("UTF-8", "UTF-16")
    assert rules(written(tmp_path, "un.xml", text.encode("utf-16"))) == ["good"]


def test_an_entry_without_reference_or_name_is_named_and_left_out(tmp_path):
    path = written(tmp_path, "un.xml", un_list(("", "Ann"), ("XAi.002", ""), ("XAi.003", "Cid")))
    assert rules(path) == ["row.no-reference", "row.no-name", "good"]


def test_a_rejection_names_the_entry_but_not_the_person(tmp_path):
    line = '{"id":"x","schema":"Person","properties":{"name":"Ann Harbour","birthDate":[7]}}'
    rejected = next(formats.read(written(tmp_path, "a.json", line)))
    assert rejected.where == "line 1"
    assert "Harbour" not in repr(rejected)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('{"id":"a"', "ftm.not-json"),
        ('{"x":' + "[" * 200_000, "ftm.not-json"),
        ('{"id":"a","schema":"Person","properties":[]}', "ftm.not-an-entity"),
        ('{"id":"a","schema":"Person","properties":{"name":[null]}}', "ftm.not-an-entity"),
        ('{"id":"","schema":"Person","properties":{}}', "row.no-reference"),
        ('{"op":"DEL","entity":{"id":"a","schema":"Person","properties":{}}}', "ftm.deletion"),
        ('{"id":"a\0","schema":"Person","properties":{}}', "row.unreadable-text"),
        ("{" + " " * (5 << 20) + "}", "row.unreadable-text"),
    ],
)
def test_one_bad_line_costs_one_row_only(tmp_path, line, rule):
    good = FTM_LINE.format(id="b", name="Ben")
    path = written(tmp_path, "list.json", f"{good}\n{line}\n{good}\n")
    assert rules(path, name="ftm") == ["good", rule, "good"]


def test_lines_with_dos_ends_blank_lines_and_a_byte_order_mark_are_read(tmp_path):
    text = "\ufeff" + "\r\n\r\n".join(FTM_LINE.format(id=i, name="Ben") for i in "abc")
    assert rules(written(tmp_path, "list.json", text)) == ["good"] * 3


def test_the_dos_end_of_file_mark_is_no_entry(tmp_path):
    assert rules(written(tmp_path, "sdn.csv", SDN.format(1) + SDN.format(2) + "\x1a")) == ["good", "good"]


def test_a_line_with_a_missing_column_is_named_and_left_out(tmp_path):
    short = '2,"HARBOUR TRADING CO.",-0- \r\n'
    path = written(tmp_path, "sdn.csv", SDN.format(1) + short + SDN.format(3))
    assert rules(path) == ["good", "row.columns", "good"]


def test_a_huge_field_costs_one_row_only(tmp_path):
    huge = SDN.format(2).replace("HARBOUR", "H" * 200_000)
    path = written(tmp_path, "sdn.csv", SDN.format(1) + huge + SDN.format(3))
    assert rules(path) == ["good", "row.unreadable-text", "good"]


def test_aliases_out_of_order_are_refused_because_some_would_be_lost(tmp_path):
    written(tmp_path, "alt.csv", '2,1,"aka","B",-0- \r\n1,2,"aka","A",-0- \r\n')
    with pytest.raises(BrokenFileError) as broken:
        list(formats.read(written(tmp_path, "sdn.csv", SDN.format(1) + SDN.format(3))))
    assert broken.value.rule == "ofac.not-sorted"


def test_an_alias_without_its_entry_is_left_out(tmp_path):
    written(tmp_path, "ALT.CSV", '1,9,"aka","A",-0- \r\n2,1,"aka","B",-0- \r\n')
    rows = [r for r in formats.read(written(tmp_path, "sdn.csv", SDN.format(2))) if isinstance(r, Good)]
    assert [r.subjects[0].get("alias") for r in rows] == [("B",)]


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"\x89PNG\r\n\x1a\n", b"<html></html>", b"<export/>", b"hello"])
def test_what_is_no_list_is_not_guessed_at(tmp_path, content):
    with pytest.raises(UnknownFormatError):
        formats.detect(written(tmp_path, "x", content))


def test_the_name_of_a_file_says_nothing(tmp_path):
    packed = gzip.compress(un_list(("XAi.001", "Ann")).encode())
    assert formats.detect(written(tmp_path, "list.csv", packed)) == "un-xml"


PEOPLE = formats.Mapping("Person", (("Name", ("name",)),), reference="No")


@pytest.mark.parametrize(
    "name",
    ["klingon", "rot13", "hex", "base64", "zlib", "idna", "punycode", "undefined", "unicode_escape", "utf-7", "utf\0"],
)
def test_an_encoding_that_no_list_is_in_is_refused(tmp_path, name):
    path = written(tmp_path, "people.csv", "No,Name\n1,Ann\n")
    with pytest.raises(FormatError) as broken:
        list(formats.read(path, mapping=replace(PEOPLE, encoding=name)))
    assert broken.value.rule == "mapping.encoding"


def test_a_table_of_a_million_columns_is_refused(tmp_path):
    path = written(tmp_path, "people.csv", "No,Name" + ",x" * 10**6 + "\n1,Ann\n")
    with pytest.raises(BrokenFileError) as broken:
        list(formats.read(path, mapping=PEOPLE))
    assert broken.value.rule == "csv.columns"


def test_a_row_of_a_million_columns_costs_one_row_only(tmp_path):
    path = written(tmp_path, "people.csv", "No,Name\n1,Ann" + ",x" * 10**6 + "\n2,Ben\n")
    assert rules(path, mapping=PEOPLE) == ["row.columns", "good"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"No,Name\n1,A\0nn\n2,Ben\n", ["row.unreadable-text", "good"]),
        ("No,Name\n1,A\0nn\n2,Ben\n".encode("utf-16"), ["row.unreadable-text", "good"]),
        (b'No,Name\n1,"Ann\n2,Ben\n', ["row.unreadable-text"]),
    ],
)
def test_nul_bytes_and_open_quotes_in_a_table_cost_their_row(tmp_path, content, expected):
    assert rules(written(tmp_path, "people.csv", content), mapping=PEOPLE) == expected


BOMBS = {
    "a gigabyte of blanks in an archive": (gzip.compress(UN.format(" " * (64 << 20)).encode()), "file.entry-too-large"),
    "elements within elements": (UN.format("<INDIVIDUAL>" + "<a>" * 1_500_000), "file.entry-too-large"),
    "elements that are no entries": (UN.format("<a/>" * 1_200_000), "file.entry-too-large"),
    "a long processing instruction": (UN.format("<?x " + "x" * (5 << 20) + "?>"), "file.entry-too-large"),
    "an outer entity": (
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]>' + UN[39:].format(""),
        "xml.unsafe",
    ),
    "a second document": (UN.format("") + UN[39:].format(""), "xml.not-well-formed"),
    "a NUL by number": (UN.format("<INDIVIDUAL>&#0;</INDIVIDUAL>"), "xml.not-well-formed"),
    "another encoding than it claims": (UN.format("").replace("UTF-8", "UTF-16"), "xml.not-well-formed"),
    "an encoding in pieces": (UN.format("").replace("UTF-8", "UTF-7"), "xml.encoding"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_document_made_to_harm_is_refused_by_name(tmp_path, name):
    content, rule = BOMBS[name]
    with pytest.raises(BrokenFileError) as broken:
        list(formats.read(written(tmp_path, "un.xml", content), "un-xml"))
    assert broken.value.rule == rule


PACKED = ("un_consolidated_2024-05-15.xml.gz", "ofac_consolidated_nonsdn_2024-05.xml.gz")


@pytest.mark.parametrize("name", PACKED)
def test_a_published_list_that_is_cut_or_damaged_anywhere_is_refused(tmp_path, name, sampled):
    packed = shared(f"watchlists/{name}").read_bytes()
    plain = gzip.decompress(packed)
    end = plain.rindex(b"</")
    chance = random.Random(name)
    for _ in range(sampled(3, 300)):
        damaged = bytearray(packed)
        damaged[chance.randrange(20, len(packed))] ^= 1 << chance.randrange(8)
        for content in (
            packed[: chance.randrange(20, len(packed))],
            plain[: chance.randrange(200, end)],
            bytes(damaged),
        ):
            with pytest.raises(FormatError):
                list(formats.read(written(tmp_path, "list", content), formats.detect(shared(f"watchlists/{name}"))))
