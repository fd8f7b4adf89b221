"""The words that names share: particles, titles, legal forms, common words, nicknames.

Our own lists, and short: they hold what changed results in measurements, no more. Written in lower case ASCII, as
`romanise` leaves a name.
"""

import re


def _set(words_: str) -> frozenset[str]:
    return frozenset(words_.split())


PARTICLES = _set(
    "al el ul ar as ash at an ad az ur us ud ed il l la le les de del della di da do dos das du den der van von "
    "zu zum y e i bin ben ibn bint bt binti binte ould oglu ogly ugli ogli uulu kyzy kizi qizi the of and for und "
    "et al- ha har he st"
)
TITLES = _set(
    "mr mrs ms miss sir dr prof professor doctor sheikh shaikh sheik shaykh cheikh haji hajji hadji hajj mullah "
    "mulla maulavi mawlawi molvi maulana mawlana sayyid sayed syed sayyed general gen colonel col major maj "
    "captain capt lieutenant lt brigadier brig admiral imam ayatollah hojjat president minister king prince "
    "princess engineer eng qari ustad hafiz jr sr ii iii esq phd hon"
)
# What registers write where no name is known; FNU and LNU stand for first and last name unknown.
UNKNOWN = _set(
    "unknown unbekannt inconnu inconnue desconocido desconocida neizvestno anonymous fnu lnu xxx none null name no "
    "given family first last"
)
# Legal forms in several languages, each under one canonical form; differing forms count against a match a little.
_FORMS = {
    "ltd": "ltd limited ltda limitada",
    "llc": "llc ooo tov too mchj gmbh srl sarl sl sprl bv doo spzoo kft eood ood sro",
    "inc": "inc incorporated corp corporation",
    "plc": "plc",
    "jsc": "ag aktiengesellschaft sa spa nv ab as asa oy oyj ad zao oao pao ao ojsc cjsc pjsc jsc pjsk psc sae kgaa se",
    "co": "co company cie compania compagnie",
    "other": "lp llp kg na fze fzco fzc fz pty pte pvt private ev",
}
FORMS = {word: form for form, words in _FORMS.items() for word in words.split()}
_LIMITED = (
    "limited liability company",
    "societatea cu raspundere limitata",
    "obshchestvo s ogranichennoy otvetstvennost.?yu",
    "tovarystvo z obmezhenoyu vidpovidalnistyu",
    "sociedad de responsabilidad limitada",
    "gesellschaft mit beschrankter haftung",
    "societe a responsabilite limitee",
)
_STOCK = (
    "(?:(?:public|open|closed|private) )?joint[ -]stock company",
    "(?:publichnoe |otkrytoe |zakrytoe )?aktsionernoe obshchestvo",
    "societe anonyme",
    "sociedad anonima",
)
_MEXICAN = (r"\bs\.? ?de r\.? ?l\.?(?: de c\.? ?v\.?)?(?!\w)", r"\bs\.? ?a\.? de c\.? ?v\.?(?!\w)")
PHRASES = (
    (re.compile(r"\b(?:" + "|".join(_LIMITED) + r")\b"), " llc "),
    (re.compile(r"\b(?:" + "|".join(_STOCK) + r")\b"), " jsc "),
    (re.compile(r"\bpublic limited company\b"), " plc "),
    (re.compile(r"\blimited partnership\b"), " lp "),
    (re.compile(r"\bnational association\b"), " na "),
    (re.compile("|".join(_MEXICAN)), " sa "),
)
COMMON_WORDS = _set(
    "group grupo holding holdings international intl trading trade general bank banco banque company enterprise "
    "enterprises industries industry industrial services service foundation trust fund organization organisation "
    "society association center centre institute national state federal shipping maritime marine lines line "
    "aviation airlines air import export investment investments development management consulting technology "
    "technologies tech engineering construction energy oil gas petroleum chemical medical health business global "
    "world new great party front army movement brigade council committee union office agency department ministry "
    "university school factory plant works systems solutions partners capital finance financial insurance invest "
    "properties property real estate comercial comercializadora inversiones sociedad empresa commercial logistics "
    "transport"
)
ORGANISATION_WORDS = {
    "org": "organization",
    "organisation": "organization",
    "centre": "center",
    "intl": "international",
    "mfg": "manufacturing",
    "bros": "brothers",
    "assn": "association",
    "dept": "department",
}
_SMALL_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
_TENS = {"first": "1", "second": "2", "third": "3", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50"}
NUMBERS = {name: str(n) for n, name in enumerate(_SMALL_NUMBERS.split())} | _TENS
# Given names so common that agreeing on one says little; the canonical fold stands in the set.
COMMON_GIVEN = _set(
    "mohammed muhammad mohamed ahmed ali hassan hussein hussain ibrahim omar khalid said mahmoud mustafa abdullah "
    "yusuf youssef khan singh kumar john michael david james robert william mary maria jose juan carlos luis "
    "antonio francisco jean pierre marie anna ivan vladimir sergey alexander alexey andrey dmitry nikolay mikhail "
    "elena olga natalia wang li zhang chen liu lee kim park nguyen tran abu mohammad fatima hamid karim nasser "
    "salim saleh rahman "
)
# Names that people use for each other, a group between semicolons.
NICKNAMES = tuple(
    group.strip()
    for group in [
        "\n    william bill billy will liam",
        " robert bob bobby rob",
        " richard dick rick ricky",
        " edward ted eddie ned teddy",
        "\n    theodore ted teddy theo",
        " benjamin ben benny bibi",
        " james jim jimmy jamie",
        " john jack johnny jon",
        " joseph joe\n    joey jose pepe iosif yusuf yousef",
        " michael mike mick mickey misha mikhail mihail miguel michel",
        " thomas tom\n    tommy tomas",
        " charles charlie chuck carlos karl",
        " alexander alex sasha alec aleksandr alejandro sandy",
        "\n    vladimir vova volodya volodymyr uladzimir",
        " nicholas nick nikolai nikolay kolya mykola nicolas nikolaos",
        "\n    dmitry dima dmitri dmytro mitya",
        " eugene evgeny evgeniy yevgeny zhenya yevhen",
        " elizabeth liz beth betty\n    eliza",
        " margaret maggie peggy meg",
        " katherine kate kathy katie catherine katya ekaterina yekaterina",
        " anthony\n    tony antonio",
        " andrew andy drew andrei andrey andriy andreas",
        " daniel dan danny",
        " samuel sam sammy",
        " stephen\n    steve steven stepan",
        " gregory greg grigory",
        " lawrence larry laurence",
        " patrick pat paddy",
        " peter pete pyotr\n    petro pedro pierre",
        " paul pavel pavlo pablo",
        " christopher chris",
        " matthew matt",
        " donald don",
        " ronald ron",
        " kenneth\n    ken",
        " francis frank francisco paco pancho",
        " henry harry hank enrique",
        " george jorge georgy yuri yury",
        " maria\n    masha marie mary",
        " anna anya ana hanna",
        " tatiana tanya tetyana",
        " natalia natasha nataliya",
        " ivan vanya",
        "\n    konstantin kostya",
        " sergey sergei serhiy sergio",
        " alexey alexei alyosha oleksiy",
        " oleksandr aleksandr\n    alexander",
        " jesus chuy",
        " guadalupe lupe",
        " ignacio nacho",
        " abraham ibrahim avraham",
        " david dawud daoud davud",
        "\n    deborah debbie",
        " jennifer jen jenny",
        " susan sue",
        " barbara barb",
        " bernard bernie",
        " raymond ray",
        " timothy tim",
        " luke\n    lukas lucas luka",
        " giuseppe beppe joseph\n",
    ]
)
# Parts of Arabic names that are written together with what follows or goes before.
SERVANTS = _set("abd abdul abdel abdal abdol abdur abder abdus abdu abdoul abdoel abdou abed")
KUNYAS = _set("abu abou abo abi umm um")
ARTICLES = _set("al el ul ar as ash at an ad az ur us ud il")
FAITH = _set("din dyn deen dine eddin eddine uddin aldin addin")
