"""The demo's official list: as published, without natural persons, and made by the committed script."""

import gzip
import hashlib
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from defusedxml.ElementTree import fromstring

from comity import formats
from comity.demo import make_official_extract, stories
from comity.formats import Good

SOURCE = (stories.FOLDER / "official.SOURCE.md").read_text(encoding="utf-8")
SPACE = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML"


def entry(uid: int, kind: str, name: str, more: str = "") -> str:
    return f"<sdnEntry><uid>{uid}</uid><lastName>{name}</lastName><sdnType>{kind}</sdnType>{more}</sdnEntry>"


def published(folder: Path, *entries: str) -> Path:
    path = folder / "sdn.xml"
    count = f"<publshInformation><Record_Count>{len(entries)}</Record_Count></publshInformation>"
    path.write_text(f'<sdnList xmlns="{SPACE}">{count}{"".join(entries)}</sdnList>', encoding="utf-8")
    return path


def cut(folder: Path, *entries: str) -> ET.Element:
    root: ET.Element = fromstring(make_official_extract.extract(published(folder, *entries)))
    return root


def names(root: ET.Element) -> list[str]:
    return [one.findtext("{*}lastName", "") for one in root.findall("{*}sdnEntry")]


def linked(name: str) -> str:
    return f"<remarks>Built 1999. (Linked To: {name})</remarks>"


def test_the_demo_list_holds_organisations_vessels_and_aircraft_and_imports_completely() -> None:
    rows = list(formats.read(stories.OFFICIAL))
    counted = Counter(row.subjects[0].schema for row in rows if isinstance(row, Good))
    assert counted == {"Vessel": 837, "Airplane": 371, "Organization": 179}
    assert counted.total() == len(rows)


def test_no_entry_carries_what_only_a_natural_person_has() -> None:
    root: ET.Element = fromstring(gzip.decompress(stories.OFFICIAL.read_bytes()))
    tags = {one.tag.rpartition("}")[2] for one in root.iter()}
    assert not tags & {
        "firstName",
        "dateOfBirthList",
        "placeOfBirthList",
        "nationalityList",
        "citizenshipList",
        "title",
    }
    assert "@" not in "".join(text for text in root.itertext() if not text.startswith("http"))
    organisations = {row.findtext("{*}lastName") for row in root.iter(f"{{{SPACE}}}sdnEntry")}
    links = {
        name
        for one in root.iter(f"{{{SPACE}}}remarks")
        for name in re.findall(r"Linked To: (.*?)\)(?: \(|$)", one.text or "")
    }
    assert links
    assert links <= organisations


def test_the_list_shipped_is_the_one_that_its_source_page_describes() -> None:
    assert hashlib.sha256(gzip.decompress(stories.OFFICIAL.read_bytes())).hexdigest() in SOURCE
    assert stories.OFFICIAL.stat().st_size < 300_000


def test_a_natural_person_is_left_out(tmp_path: Path) -> None:
    assert names(cut(tmp_path, entry(1, "Individual", "ROE"), entry(2, "Vessel", "MARY"))) == ["MARY"]


def test_a_vessel_linked_to_a_natural_person_is_left_out(tmp_path: Path) -> None:
    found = cut(tmp_path, entry(1, "Individual", "ROE"), entry(2, "Vessel", "MARY", linked("ROE, Richard")))
    assert names(found) == []
    assert found.findtext("{*}publshInformation/{*}Record_Count") == "0"


def test_an_organisation_is_kept_with_the_aircraft_that_is_linked_to_it(tmp_path: Path) -> None:
    found = cut(
        tmp_path,
        entry(1, "Entity", "AIR (FZE) LTD"),
        entry(2, "Entity", "ANOTHER LTD"),
        entry(3, "Aircraft", "ZZ-AAA", linked("AIR (FZE) LTD")),
    )
    assert names(found) == ["AIR (FZE) LTD", "ZZ-AAA"]
    assert [one.text for one in found.iter(f"{{{SPACE}}}remarks")] == ["(Linked To: AIR (FZE) LTD)"]


@pytest.mark.parametrize(
    "personal",
    [
        "<idList><id><idType>Email Address</idType><idNumber>roe@example.org</idNumber></id></idList>",
        "<idList><id><idType>Phone Number</idType><idNumber>roe</idNumber></id></idList>",
        "<addressList><address><address1>C/O Richard Roe</address1></address></addressList>",
        "<remarks>Master: Richard Roe</remarks>",
    ],
)
def test_what_could_name_a_natural_person_is_taken_out(tmp_path: Path, personal: str) -> None:
    found = cut(tmp_path, entry(1, "Vessel", "MARY", personal))
    assert names(found) == ["MARY"]
    assert "roe" not in ET.tostring(found, encoding="unicode").casefold()


def test_a_kept_entry_with_facts_of_a_natural_person_stops_the_script(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="entry 7 carries facts of a natural person"):
        cut(tmp_path, entry(7, "Vessel", "MARY", "<firstName>Richard</firstName>"))


def test_nothing_in_the_official_list_bears_the_name_or_number_of_an_invented_subject() -> None:
    """A real ship must not turn up as a candidate in an invented case."""
    real: set[str] = set()
    for row in formats.read(stories.OFFICIAL):
        assert isinstance(row, Good)
        facts = dict(row.subjects[0].properties)
        real |= {
            value.casefold()
            for prop in ("name", "alias", "weakAlias", "previousName", "imoNumber")
            for value in facts.get(prop, ())
        }
    for asked in stories.LANTERN.subjects:
        for prop, values in asked.properties:
            if prop in {"name", "imoNumber"}:
                assert not {value.casefold().removeprefix("imo") for value in values} & real
