"""The model: FollowTheMoney's schemata and ours, in a file that loads at once."""

import subprocess
import sys

import pytest

from comity.agreements import harbour
from comity.subjects import Objection, Subject, objections, schemata
from comity.subjects.build import MODEL


def test_the_file_is_what_the_schemata_give():
    script = "from comity.subjects.build import build; import sys; sys.stdout.write(build())"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == MODEL.read_text(encoding="utf-8")


def test_reading_the_model_does_not_load_followthemoney():
    script = (
        "import sys; from comity.subjects import schemata; schemata();"
        "print([name for name in sys.modules if name.startswith(('followthemoney', 'rigour', 'nomenklatura'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name", ["Person", "Vessel", "Vehicle", "Firearm", "Plate", "Phone", "Offence", "Trace", "CryptoWallet"]
)
def test_the_kinds_of_subject_that_officers_ask_about_are_there(name):
    assert not schemata()[name].abstract
    assert name in schemata()[name].ancestors


def test_every_kind_that_the_convention_allows_is_in_the_model():
    assert set(harbour().schemata) <= set(schemata())


def test_a_subject_of_the_model_raises_no_objection():
    assert objections(Subject.of("Vessel", {"name": ["Estrella"], "imoNumber": ["IMO2345674"]})) == ()


@pytest.mark.parametrize(
    ("subject", "objection"),
    [
        (Subject.of("Dragon", {"name": ["x"]}), Objection("schema.unknown", "Dragon")),
        (Subject.of("Interval", {"date": ["2026"]}), Objection("schema.abstract", "Interval")),
        (Subject.of("Person", {}), Objection("subject.empty", "Person")),
        (Subject.of("Person", {"imoNumber": ["1"]}), Objection("property.unknown", "imoNumber")),
        (Subject.of("Person", {"name": [str(i) for i in range(201)]}), Objection("property.too-many", "name")),
        (Subject.of("Person", {"name": ["x" * 2001]}), Objection("property.too-long", "name")),
    ],
)
def test_what_is_no_subject_is_named(subject, objection):
    assert objection in objections(subject)


def test_a_subject_survives_the_form_of_followthemoney():
    subject = Subject.of("Person", {"name": ["Marcus Dray", "ماركوس"], "birthDate": ["1974"]}, id="x1")
    assert Subject.from_ftm(subject.to_ftm()) == subject


@pytest.mark.parametrize(
    "entity",
    [{}, {"schema": 1}, {"schema": "Person", "properties": []}, {"schema": "Person", "properties": {"name": "x"}}],
)
def test_what_is_no_entity_is_refused(entity):
    with pytest.raises(ValueError, match=r"entity|values"):
        Subject.from_ftm(entity)


def test_a_caption_is_the_first_thing_known():
    assert Subject.of("Vehicle", {"vin": ["1M8GDM9AXKP042788"], "registrationNumber": ["QA19"]}).caption == "QA19"
    assert Subject.of("Person", {"notes": ["x"]}).caption == "Person"
