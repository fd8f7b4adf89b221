"""What the demo's nodes hold, and what is said in its main job: the opening of story LANTERN.

Cocaine travels in fruit containers from Castellar through Belcourt's port to Aldermark. The same four people stand in
the records of several states, under other spellings, in other scripts and with birth dates known to the day, the month
or the year. `truth.json` says who is who; it is read by tests only. All of it is invented.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
RECORDS: Final = FOLDER / "records"
OFFICIAL: Final = FOLDER / "official.xml.gz"
OFFICIAL_SOURCE: Final = "ofac-sdn"
TRUTH: Final = FOLDER / "truth.json"
ARRANGEMENT: Final = FOLDER / "analysis.json"
"""By which Belcourt's financial intelligence unit gives the Concord's analysis centre copies of what it asks."""
SOURCES: Final = {"suspect": "investigations", "missing": "missing-persons", "contact": "register"}
"""Category of the persons in a file to the name of the list under which a node holds them."""
OFFICIAL_AT: Final = ("XA", "XB")
"""Nodes that also hold the official list; two are enough to show it, and the demo is set up sooner."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A subject of the request: schema, facts, category of person (empty for things), link with the purpose."""

    schema: str
    properties: tuple[tuple[str, tuple[str, ...]], ...]
    category: str
    link: str


@dataclass(frozen=True, slots=True)
class Job:
    """The main job: who asks whom what, and what they say; each text in its author's language."""

    asker: str
    asker_officer: str
    exporter: str
    answerer: str
    answerer_officer: str
    refuser: str
    refuser_officer: str
    stranger: str
    purpose: str
    crime_area: str
    legal_basis: str
    facts: str
    questions: tuple[str, ...]
    subjects: tuple[Asked, ...]
    same: tuple[str, ...]
    different: tuple[str, ...]
    different_why: str
    answer: str
    refusal_ground: str
    refusal: str


LANTERN: Final = Job(
    asker="xa.ncb",
    asker_officer="harriet.lowe",
    exporter="miriam.castle",  # a supervisor: an officer's file would keep back what the message says
    answerer="xb.spoc",
    answerer_officer="camille.arnoux",
    refuser="xc.ncb",
    refuser_officer="lucia.barrientos",
    stranger="xd.ncb",
    purpose="criminal-investigation",
    crime_area="drug-trafficking",
    legal_basis="Importation of cocaine; Controlled Substances Act of Aldermark, section 4",
    facts=(
        "On 9 November 2026 customs at Thornquay found 212 kg of cocaine in a container of bananas, unloaded from the "
        "vessel named below after a call at Port-Ligny. The haulier's papers were forged; a witness names the forger."
    ),
    questions=(
        "Is this person known to you, and under which identity documents?",
        "When did the vessel call at your ports in the last six months, and which containers did it leave there?",
    ),
    subjects=(
        Asked(
            "Person",
            (
                ("name", ("Nabeel Salim Al-Khoury",)),
                ("birthDate", ("1978-02",)),
                ("nationality", ("xd",)),
            ),
            "suspect",
            "A witness names him as the maker of the haulier's papers.",
        ),
        Asked(
            "Vessel",
            (("name", ("Estrella del Puerto",)), ("imoNumber", ("IMO2345674",))),
            "",
            "The container with the cocaine was unloaded from it.",
        ),
    ),
    same=("xb-lantern-forger", "xb-lantern-vessel"),
    different=("xb-namesake-of-forger",),
    different_why="Né à Port-Ligny, de nationalité belcourtoise : un homonyme.",
    answer=(
        "La personne est connue ici depuis 2024 sous le passeport indiqué. Le navire a fait escale à Port-Ligny le "
        "30 octobre et le 6 novembre 2026 ; deux conteneurs y ont été débarqués."
    ),
    refusal_ground="f",
    refusal=(
        "La respuesta pondría en peligro una investigación en curso. Vuelva a preguntar a partir del 1 de febrero; "
        "mientras tanto, llame a la guardia."
    ),
)


def records(code: str) -> dict[str, Path]:
    """Return the files of the story's records that a state holds, by the category of the persons in them."""
    return {path.name.split(".")[1]: path for path in sorted(RECORDS.glob(f"{code.lower()}.*.ftm.jsonl"))}
