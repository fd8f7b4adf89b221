"""Who there is: states, their authorities and officers, and where their nodes are found.

Codes are ISO's user-assigned ones, so that no demo and no test accuses a real state. No person here exists.
"""

# ruff: noqa: RUF001 - French writes its apostrophe as U+2019
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LANGUAGES: Final = ("en", "fr", "es", "ar")
FIRST_CONSOLE_PORT: Final = 8401
PASSWORD: Final = "a lantern over the harbour"  # noqa: S105  # printed on purpose: it opens invented records only
REGISTRAR: Final = "xo.sec"


@dataclass(frozen=True, slots=True)
class Person:
    """An officer: sign-in name, name as colleagues write it, role of `officers.rules.Role`, unit."""

    username: str
    name: str
    role: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority of a state: its id, names by language, and the officers who act for it."""

    id: str
    names: Mapping[str, str]
    officers: tuple[Person, ...]

    @property
    def log(self) -> str:
        """The name of its first exchange log."""
        return f"{self.id}/x1"


@dataclass(frozen=True, slots=True)
class State:
    """A state or organisation, which has one node.

    `place` is its number in the federation, from 0: ports are counted from it. `time_zone` is a name of the tz
    database; the invented states keep no summer time.
    """

    code: str
    place: int
    names: Mapping[str, str]
    language: str
    time_zone: str
    colour: str
    authorities: tuple[Authority, ...]

    @property
    def key(self) -> str:
        """The code in lower case: the node's folder and the first label of its host name."""
        return self.code.lower()

    @property
    def host(self) -> str:
        """The host name of the node's console; browsers resolve all of `localhost` to this machine."""
        return f"{self.key}.localhost"

    @property
    def document_code(self) -> str:
        """The three letters on documents of this state."""
        return f"Q{self.code}"

    @property
    def first(self) -> Authority:
        """The authority through which the state usually speaks."""
        return self.authorities[0]

    def name(self, language: str) -> str:
        """Return the name in `language`."""
        return self.names[language]


def _names(en: str, fr: str, es: str, ar: str) -> Mapping[str, str]:
    return {"en": en, "fr": fr, "es": es, "ar": ar}


XA: Final = State(
    code="XA",
    place=0,
    names=_names("Aldermark", "Aldermark", "Aldermark", "ألدرمارك"),
    language="en",
    time_zone="Etc/UTC",
    colour="blue",
    authorities=(
        Authority(
            "xa.ncb",
            _names(
                "National Contact Bureau, Aldermark",
                "Bureau national de contact, Aldermark",
                "Oficina Nacional de Contacto, Aldermark",
                "مكتب الاتصال الوطني، ألدرمارك",
            ),
            (
                Person("harriet.lowe", "Harriet Lowe", "officer", "Duty desk"),
                Person("owen.pryce", "Owen Pryce", "officer", "Vehicle crime"),
                Person("miriam.castle", "Miriam Castle", "supervisor", "Duty desk"),
                Person("edwin.hartley", "Edwin Hartley", "dpo", "Data protection"),
                Person("nora.fenwick", "Nora Fenwick", "auditor", "Inspectorate"),
                Person("gareth.moss", "Gareth Moss", "administrator", "Systems"),
            ),
        ),
        Authority(
            "xa.piu",
            _names(
                "Passenger Information Unit, Aldermark",
                "Unité d’information passagers, Aldermark",
                "Unidad de Información sobre Pasajeros, Aldermark",
                "وحدة معلومات المسافرين، ألدرمارك",
            ),
            (
                Person("judith.avery", "Judith Avery", "officer", "Arrivals"),
                Person("simon.tarrant", "Simon Tarrant", "supervisor", "Arrivals"),
            ),
        ),
        Authority(
            "xa.cid",
            _names(
                "Criminal Investigations, Aldermark",
                "Enquêtes criminelles, Aldermark",
                "Investigaciones Criminales, Aldermark",
                "التحقيقات الجنائية، ألدرمارك",
            ),
            (
                Person("fiona.braddock", "Fiona Braddock", "officer", "Organised crime"),
                Person("callum.reeve", "Callum Reeve", "supervisor", "Organised crime"),
            ),
        ),
    ),
)

XB: Final = State(
    code="XB",
    place=1,
    names=_names("Belcourt", "Belcourt", "Belcourt", "بلكور"),
    language="fr",
    time_zone="Etc/GMT-1",  # the sign is POSIX's: one hour east of Greenwich
    colour="indigo",
    authorities=(
        Authority(
            "xb.spoc",
            _names(
                "Single Point of Contact, Belcourt",
                "Point de contact unique, Belcourt",
                "Punto de Contacto Único, Belcourt",
                "نقطة الاتصال الموحدة، بلكور",
            ),
            (
                Person("camille.arnoux", "Camille Arnoux", "officer", "Permanence"),
                Person("bastien.lorrain", "Bastien Lorrain", "officer", "Permanence"),
                Person("odile.vasseur", "Odile Vasseur", "supervisor", "Permanence"),
                Person("remi.delacourt", "Rémi Delacourt", "dpo", "Protection des données"),
                Person("solange.pichot", "Solange Pichot", "auditor", "Inspection"),
                Person("thierry.maurel", "Thierry Maurel", "administrator", "Systèmes"),
            ),
        ),
        Authority(
            "xb.fiu",
            _names(
                "Financial Intelligence Unit, Belcourt",
                "Cellule de renseignement financier, Belcourt",
                "Unidad de Inteligencia Financiera, Belcourt",
                "وحدة الاستخبارات المالية، بلكور",
            ),
            (
                Person("agathe.fournel", "Agathe Fournel", "officer", "Analyse"),
                Person("luc.besnard", "Luc Besnard", "supervisor", "Analyse"),
            ),
        ),
    ),
)

XC: Final = State(
    code="XC",
    place=2,
    names=_names("Castellar", "Castellar", "Castellar", "كاستيار"),
    language="es",
    time_zone="Etc/GMT+4",
    colour="orange",
    authorities=(
        Authority(
            "xc.ncb",
            _names(
                "National Central Bureau, Castellar",
                "Bureau central national, Castellar",
                "Oficina Central Nacional, Castellar",
                "المكتب المركزي الوطني، كاستيار",
            ),
            (
                Person("lucia.barrientos", "Lucía Barrientos", "officer", "Guardia"),
                Person("tomas.echeverri", "Tomás Echeverri", "officer", "Guardia"),
                Person("ines.villalba", "Inés Villalba", "supervisor", "Guardia"),
                Person("gonzalo.iriarte", "Gonzalo Iriarte", "dpo", "Protección de datos"),
                Person("pilar.montalvo", "Pilar Montalvo", "auditor", "Inspección"),
                Person("ramiro.salcedo", "Ramiro Salcedo", "administrator", "Sistemas"),
            ),
        ),
        Authority(
            "xc.customs",
            _names("Customs, Castellar", "Douanes, Castellar", "Aduanas, Castellar", "الجمارك، كاستيار"),
            (
                Person("beatriz.ocampo", "Beatriz Ocampo", "officer", "Puerto"),
                Person("hernan.quiroga", "Hernán Quiroga", "supervisor", "Puerto"),
            ),
        ),
    ),
)

XD: Final = State(
    code="XD",
    place=3,
    names=_names("Marsa", "Marsa", "Marsa", "المرسى"),
    language="ar",
    time_zone="Etc/GMT-3",
    colour="teal",
    authorities=(
        Authority(
            "xd.ncb",
            _names(
                "National Central Bureau, Marsa",
                "Bureau central national, Marsa",
                "Oficina Central Nacional, Marsa",
                "المكتب المركزي الوطني، المرسى",
            ),
            (
                Person("layla.mansour", "ليلى منصور", "officer", "المناوبة"),
                Person("karim.nasri", "كريم نصري", "officer", "مكافحة التهريب"),
                Person("huda.qassem", "هدى القاسم", "supervisor", "المناوبة"),
                Person("samir.haddad", "سمير حداد", "dpo", "حماية البيانات"),
                Person("rania.shami", "رانيا الشامي", "auditor", "التفتيش"),
                Person("walid.zahran", "وليد زهران", "administrator", "الأنظمة"),
            ),
        ),
        Authority(
            "xd.piu",
            _names(
                "Passenger Information Unit, Marsa",
                "Unité d’information passagers, Marsa",
                "Unidad de Información sobre Pasajeros, Marsa",
                "وحدة معلومات المسافرين، المرسى",
            ),
            (
                Person("dina.khalil", "دينا خليل", "officer", "القادمون"),
                Person("yusuf.badran", "يوسف بدران", "supervisor", "القادمون"),
            ),
        ),
    ),
)

XO: Final = State(
    code="XO",
    place=4,
    names=_names("The Concord", "La Concorde", "La Concordia", "الوفاق"),
    language="en",
    time_zone="Etc/GMT-1",
    colour="purple",
    authorities=(
        Authority(
            "xo.sec",
            _names(
                "Secretariat of the Concord",
                "Secrétariat de la Concorde",
                "Secretaría de la Concordia",
                "أمانة الوفاق",
            ),
            (
                Person("anselm.verity", "Anselm Verity", "officer", "Register"),
                Person("clara.montjoie", "Clara Montjoie", "supervisor", "Register"),
                Person("salma.rifai", "سلمى الرفاعي", "dpo", "Data protection"),
                Person("jorge.altamira", "Jorge Altamira", "auditor", "Inspection"),
                Person("petra.lindqvist", "Petra Lindqvist", "administrator", "Systems"),
            ),
        ),
        Authority(
            "xo.analysis",
            _names(
                "Analysis Centre of the Concord",
                "Centre d’analyse de la Concorde",
                "Centro de Análisis de la Concordia",
                "مركز التحليل التابع للوفاق",
            ),
            (
                Person("maud.okonjo", "Maud Okonjo", "officer", "Analysis"),
                Person("stellan.brisk", "Stellan Brisk", "supervisor", "Analysis"),
            ),
        ),
    ),
)

STATES: Final = (XA, XB, XC, XD, XO)


def state(code: str) -> State:
    """Return the state of that code, in either case (raises `KeyError`)."""
    return {one.key: one for one in STATES}[code.lower()]


def authority(authority_id: str) -> Authority:
    """Return the authority of that id (raises `KeyError`)."""
    return {one.id: one for each in STATES for one in each.authorities}[authority_id]


def officer(username: str) -> Person:
    """Return the officer who signs in under that name (raises `KeyError`)."""
    people = (person for each in STATES for one in each.authorities for person in one.officers)
    return {person.username: person for person in people}[username]
