"""A CSV file with a description of its columns."""

import pytest

from comity import formats
from comity.formats import BrokenFileError, Good, Mapping, MappingError, Rejected

PEOPLE = Mapping(
    schema="Person",
    columns=(("Full name", ("name",)), ("Born", ("birthDate",)), ("State", ("nationality",))),
    constants=(("topics", "wanted"),),
    reference="No",
    date_format="%d/%m/%Y",
)
TEXT = "No;Full name;Born;State\n1;Ann Harbour;22/03/1974;France\n2;Ben Quay;;\n"


def read(tmp_path, content, mapping=PEOPLE):
    path = tmp_path / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(formats.read(path, mapping=mapping))


def test_columns_constants_dates_and_countries_become_properties(tmp_path):
    first, second = read(tmp_path, TEXT)
    assert first.reference == "1"
    assert first.subjects[0].get("birthDate") == ("1974-03-22",)
    assert first.subjects[0].get("nationality") == ("fr",)
    assert second.subjects[0].get("topics") == ("wanted",)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_found(tmp_path, delimiter, encoding):
    text = TEXT.replace("Ann", "Zoë").replace(";", delimiter).replace("\n", "\r\n")
    rows = read(tmp_path, text.encode(encoding))
    assert [r.subjects[0].first("name") for r in rows if isinstance(r, Good)] == ["Zoë Harbour", "Ben Quay"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("3;Cid;31/02/1974;", "row.date"),
        ("3;Cid;1974;", "row.date"),
        ("3;Cid;;Atlantis", "row.country"),
        ("3;Cid", "row.columns"),
        (";Cid;;", "row.no-reference"),
        ("3;;;", "row.empty"),
        ("3;C\0id;;", "row.unreadable-text"),
        ("3;" + "C" * 140_000 + ";;", "row.unreadable-text"),
    ],
)
def test_one_bad_line_costs_one_row_only(tmp_path, line, rule):
    rows = read(tmp_path, f"{TEXT}{line}\n4;Dee;;\n")
    assert [r.rule for r in rows if isinstance(r, Rejected)] == [rule]
    assert [r.reference for r in rows if isinstance(r, Good)] == ["1", "2", "4"]
    assert "Cid" not in repr([r for r in rows if isinstance(r, Rejected)])


def test_a_rejection_says_the_line_even_after_cells_with_line_breaks(tmp_path):
    rows = read(tmp_path, 'No;Full name;Born;State\n1;"Ann\nHarbour";;\n2;Cid;x;\n')
    assert rows[1] == Rejected(2, "line 4", "row.date", "Born")


def test_a_column_that_is_not_there_is_said_before_any_row(tmp_path):
    with pytest.raises(BrokenFileError, match="State"):
        read(tmp_path, "No;Full name;Born\n1;Ann;\n")


def test_several_values_in_a_cell_are_split_when_the_mapping_says_so(tmp_path):
    mapping = Mapping("Person", (("n", ("name",)),), separator="/", delimiter=",")
    (row,) = read(tmp_path, "n\nAnn/Anna\n", mapping)
    assert row.subjects[0].get("name") == ("Ann", "Anna")


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_a_mapping_is_read_from_a_file(tmp_path, suffix):
    path = tmp_path / f"map{suffix}"
    text = {
        ".toml": 'schema = "Vehicle"\n[columns]\nPlate = "registrationNumber"\n',
        ".json": '{"schema": "Vehicle", "columns": {"Plate": ["registrationNumber"]}}',
    }[suffix]
    path.write_text(text)
    assert formats.load_mapping(path) == Mapping("Vehicle", (("Plate", ("registrationNumber",)),))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{", "mapping.syntax"),
        ('{"schema": "Person"}', "mapping.shape"),
        ('{"schema": "Person", "columns": {}}', "mapping.no-columns"),
        ('{"schema": "Person", "columns": {"a": "name"}, "colour": "red"}', "mapping.shape"),
        ('{"schema": "Person", "columns": {"a": "name"}, "delimiter": "::"}', "mapping.delimiter"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(tmp_path, text, rule):
    path = tmp_path / "map.json"
    path.write_text(text)
    with pytest.raises(MappingError) as refused:
        formats.load_mapping(path)
    assert refused.value.rule == rule


def test_a_csv_file_without_a_mapping_is_not_guessed_at(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(TEXT)
    with pytest.raises(MappingError):
        formats.read(path)
