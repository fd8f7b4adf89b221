"""All published lists that developers hold import completely."""

import resource
import sys
from collections import Counter

import pytest
from tests.shared_data import shared

from comity import formats
from comity.formats import Good, Rejected
from comity.subjects import objections

LISTS = {
    "watchlists/ofac_sdn_2019": ("ofac-csv", {"Organization": 2994, "Person": 3845, "Vessel": 323, "Airplane": 217}),
    "watchlists/ofac_sdn_2021-07": ("ofac-csv", {"Organization": 3673, "Person": 4620, "Vessel": 406, "Airplane": 277}),
    "watchlists/ofac_consolidated_nonsdn_2024-05.xml.gz": ("ofac-xml", {"Person": 79, "Organization": 364}),
    "watchlists/un_consolidated_2024-05-15.xml.gz": ("un-xml", {"Person": 682, "Organization": 193}),
    "watchlists/eu_fsf_2024-05-13_partA.xml.gz": ("eu-fsf", {"Person": 1849, "Organization": 505}),
    "watchlists/ftm/t1_entities.ftm.json": ("ftm", {"Organization": 2, "Person": 4, "Address": 1}),
    "watchlists/ftm/donations.ijson": (
        "ftm",
        {"Organization": 17, "Address": 89, "Person": 22, "Payment": 290, "Company": 56},
    ),
    "watchlists/ftm/t2_20240527194702-wnk_entities.delta.json": ("ftm", {"Organization": 1, "Person": 1}),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_published_list_is_recognised_and_read_to_its_last_entry(path):
    name, expected = LISTS[path]
    assert formats.detect(shared(path)) == name
    rows = list(formats.read(shared(path)))
    assert [r for r in rows if isinstance(r, Rejected)] == []
    assert Counter(r.subjects[0].schema for r in rows if isinstance(r, Good)) == expected
    assert [r.reference for r in rows if isinstance(r, Good) and objections(r.subjects[0])] == []
    assert [r.position for r in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("path", LISTS)
def test_reading_on_after_a_row_gives_what_a_whole_reading_gives_there(path):
    rows = list(formats.read(shared(path)))
    middle = len(rows) // 2
    assert list(formats.read(shared(path), after=middle)) == rows[middle:]


def test_an_officer_finds_the_facts_of_a_un_entry():
    rows = formats.read(shared("watchlists/un_consolidated_2024-05-15.xml.gz"))
    entry = next(r for r in rows if isinstance(r, Good) and r.reference == "TAi.005").subjects[0]
    assert entry.get("birthDate") == ("1961",)
    assert entry.get("nationality") == ("af",)
    assert "محمد طاهر أنوري" in entry.get("name")
    assert entry.get("weakAlias") == ("Haji Mudir",)


def test_the_facts_in_ofacs_remarks_become_properties():
    rows = {r.reference: r for r in formats.read(shared("watchlists/ofac_sdn_2021-07")) if isinstance(r, Good)}
    person = rows["16814"].subjects[0]
    assert person.get("birthDate") == ("1978-07-19",)
    assert person.get("passportNumber") == ("P01104005",)
    assert person.get("registrationNumber") == ("1907978500063",)
    assert person.get("nationality") == ("si",)
    aircraft = rows["15431"].subjects[0]
    assert aircraft.get("model") == ("IL76-TD",)
    assert "8401" in aircraft.get("serialNumber")


def test_the_memory_needed_does_not_grow_with_the_list():
    path = shared("watchlists/eu_fsf_2024-05-13_partA.xml.gz")
    unit = 1 if sys.platform == "darwin" else 1024
    sum(1 for _ in formats.read(path))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        sum(1 for _ in formats.read(path))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit
    assert grown < 20_000_000  # the document as a tree takes above 100 MB
