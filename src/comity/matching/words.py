"""A name as words with weights: what carries identity, what is a title, a particle, a legal form."""

import re
from functools import lru_cache
from typing import NamedTuple

from comity.matching.lexicon import (
    ARTICLES,
    COMMON_GIVEN,
    COMMON_WORDS,
    FAITH,
    FORMS,
    KUNYAS,
    NICKNAMES,
    NUMBERS,
    ORGANISATION_WORDS,
    PARTICLES,
    PHRASES,
    SERVANTS,
    TITLES,
    UNKNOWN,
)
from comity.matching.scripts import romanise
from comity.matching.sounds import fold, skeletons

MAX_WORDS = 12
MAX_NAME_CHARS = 200
SHORTEST_WITH_ARTICLE = 6
SHORTEST_NAME = 2  # one letter names nothing
WRITTEN_ARTICLES = frozenset({"al", "el"})


# Kinds of word.
CONTENT, INITIAL, PARTICLE, TITLE, FORM, COMMON, NUMBER = range(7)

WEIGHTS = {CONTENT: 1.0, INITIAL: 0.35, PARTICLE: 0.1, TITLE: 0.08, FORM: 0.22, COMMON: 0.55, NUMBER: 0.9}

DOTTED = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b\.?)?")
APOSTROPHES = re.compile("['`\u2018\u2019\u02bc\u02bb\u02be\u02bf\u00b4\u201b]")
WORD = re.compile(r"[a-z0-9%]+")
SERVANT = re.compile(r"^abd[aeiou]{1,2}(?:l(?!l?ah?$)|(?=([rsntdz])\1))")


class Word(NamedTuple):
    """One word of a name.

    Attributes:
        text: lower case ASCII.
        fold: its levelled spelling.
        skeletons: its consonants, each reading.
        kind: CONTENT, INITIAL, PARTICLE, TITLE, FORM, COMMON or NUMBER.
        weight: how much of an identity it carries, 0 to 1.
        voiceless: whether short vowels are missing (Arabic or Hebrew script).
        groups: names that people use for each other (Bill and William), or the canonical legal form.
        plain: compared by spelling: voiced, and neither initial, number, form, title nor particle.
        letters: set of the letters of `text`, one bit each.
        sounds: the same of `fold`.
    """

    text: str
    fold: str
    skeletons: tuple[str, ...]
    kind: int
    weight: float
    voiceless: bool
    groups: tuple[int, ...] | str
    plain: bool
    letters: int
    sounds: int


def _letters(text: str) -> int:
    """Return the set of the characters of an ASCII text as bits, so that two sets are compared in one step."""
    bits = 0
    for character in text:
        bits |= 1 << (ord(character) & 63)
    return bits


def _nickname_groups() -> dict[str, tuple[int, ...]]:
    groups: dict[str, list[int]] = {}
    for number, line in enumerate(NICKNAMES):
        for name in line.split():
            groups.setdefault(fold(name), []).append(number)
    return {name: tuple(numbers) for name, numbers in groups.items()}


_GROUPS = _nickname_groups()
_COMMON_FOLDS = frozenset(fold(name) for name in COMMON_GIVEN)
_COMMON_SKELETONS = frozenset(skeletons(name)[0] for name in COMMON_GIVEN)


@lru_cache(maxsize=1 << 15)
def word(text: str, *, voiceless: bool, person: bool) -> Word:
    """Return the word with its sounds, kind and weight."""
    kind = _kind(text, person=person)
    levelled = fold(text)
    weight = WEIGHTS[kind]
    groups: tuple[int, ...] | str = ()
    if kind == FORM:
        groups = FORMS[text]
    elif person and kind == CONTENT:
        groups = _GROUPS.get(levelled, ())
        common = skeletons(text)[0] in _COMMON_SKELETONS if voiceless else levelled in _COMMON_FOLDS
        weight = 0.8 if common else weight
    if kind == CONTENT and len(text) <= 2:  # noqa: PLR2004  two letters are easily alike
        weight = 0.7
    sounds = skeletons(text)
    if person and len(text) >= SHORTEST_WITH_ARTICLE and text[:2] in WRITTEN_ARTICLES and text[2] not in "aeiou":
        sounds = (*sounds, skeletons(text[2:])[0])  # Alhakim may be al-Hakim
    plain = not voiceless and kind in {CONTENT, COMMON}
    return Word(
        text, levelled, sounds, kind, weight, voiceless, groups, plain, _letters(text), _letters(levelled)
    )  # fmt: skip


def _kind(text: str, *, person: bool) -> int:
    if text.isdigit():
        return NUMBER
    if len(text) == 1:
        return INITIAL if person else CONTENT
    if text in PARTICLES and (person or text in {"the", "of", "and", "for", "de", "la", "le", "und", "et", "der", "y"}):
        return PARTICLE
    if person:
        return TITLE if text in TITLES else CONTENT
    if text in FORMS:
        return FORM
    return COMMON if text in COMMON_WORDS else CONTENT


def is_given(found: Word) -> bool:
    """Return whether a word is a common given name."""
    return skeletons(found.text)[0] in _COMMON_SKELETONS if found.voiceless else found.fold in _COMMON_FOLDS


@lru_cache(maxsize=1 << 14)
def words(name: str, *, person: bool) -> tuple[Word, ...]:
    """Split a name of at most 200 characters into at most twelve words; what Arabic names write apart is joined."""
    if person and "," in name:  # a register writes the family name first
        family, _, given = name.partition(",")
        name = f"{given} {family}"
    latin, voiceless = romanise(name)
    latin = APOSTROPHES.sub("", latin)
    latin = DOTTED.sub(lambda m: m[0].replace(".", "") + " ", latin)
    if person:
        texts = _joined(WORD.findall(latin.replace("-", " ")))
    else:
        for phrase, form in PHRASES:
            latin = phrase.sub(form, latin)
        texts = [ORGANISATION_WORDS.get(t, NUMBERS.get(t, t)) for t in WORD.findall(latin)]
        texts = _spelt(texts)
    made = tuple(word(text, voiceless=voiceless and text.isalpha(), person=person) for text in texts[:MAX_WORDS])
    if sum(len(w.text) for w in made) < SHORTEST_NAME or all(w.text in UNKNOWN for w in made):
        return ()
    if all(w.kind in {PARTICLE, TITLE, FORM} for w in made):  # a name of such words only: they are the name
        made = tuple(w._replace(kind=CONTENT, weight=0.7) for w in made)
    return made


def _spelt(texts: list[str]) -> list[str]:
    """Join single letters in a row: A B C is ABC; forty four is 44."""
    out: list[str] = []
    run = ""
    for text in [*texts, ""]:
        if len(text) == 1 and text.isalpha():
            run += text
            continue
        if run:
            out.append(run)
            run = ""
        if text and out and text.isdigit() and len(text) == 1 and out[-1] in {"20", "30", "40", "50"}:
            out[-1] = out[-1][0] + text
        elif text:
            out.append(text)
    return out


def _joined(texts: list[str]) -> list[str]:
    """Join servant-of, father-of, -allah and -din with what they belong to."""
    out: list[str] = []
    skip_article = False
    prefix = ""
    for text in texts:
        if skip_article and text in ARTICLES:
            continue
        if prefix:
            out.append(prefix + text)
            prefix, skip_article = "", False
        elif text in SERVANTS:
            prefix, skip_article = "abd", True
        elif text in KUNYAS:
            prefix, skip_article = "abu" if text.startswith("a") else "um", True
        elif (text in {"allah", "ullah", "ollah"} or text in FAITH) and out:
            while len(out) > 1 and out[-1] in ARTICLES:
                out.pop()
            out[-1] += "din" if text in FAITH else "allah"
        else:
            servant = text.startswith("abd") and len(text) > 5  # noqa: PLR2004 - abd and at least a short name
            out.append(SERVANT.sub("abd", text) if servant else text)
    if prefix:
        out.append(prefix)
    return out
