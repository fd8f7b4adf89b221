"""The words by which a text is found, however they are written: case, marks, letter forms and separators are levelled.

For full-text search, not for identity: a word is found where it stands, and a name also where it sounds alike. Whether
two subjects are the same is `comity.matching.comparison`'s to say.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from comity.matching.scripts import ARABIC, LATIN_LETTERS, MARKS, romanise
from comity.matching.sounds import skeletons

MAX_CHUNKS: Final = 12
SHORTEST_BEGINNING: Final = 3  # letters of a word that is still being typed
SHORTEST_SOUND: Final = 3  # consonants; fewer sound like everything
LONGEST_WORD: Final = 60

_WORD: Final = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
                          r"\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962-\u0963\u0640"
                          r"\u0981-\u0dff\u0e31-\u0e4e]+[^\W_]*)*")  # fmt: skip
_POINTS: Final = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7]")
_CHARACTERS: Final = re.compile("[\u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_ARABIC_FORMS: Final = str.maketrans("أإآٱىیېێکگةۃہھەؤئ", "ااااييييككهههههوي")
_CHUNK: Final = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a text must hold to be found: one of these phrases, or one of these sounds.

    Attributes:
        phrases: each a row of words that follow each other.
        sounds: skeletons of names; empty where only the exact words are wanted.
        beginning: whether the last word of each phrase may go on.
    """

    phrases: tuple[tuple[str, ...], ...]
    sounds: tuple[str, ...] = ()
    beginning: bool = False


@lru_cache(maxsize=1 << 14)
def level(text: str) -> str:
    """Return a text in lower case without the differences that do not tell words apart.

    Latin, Greek, Cyrillic, Hebrew and Arabic marks go; alef, ya, kaf and ta marbuta are written one way; digits are
    ASCII. Vowel signs of Indic scripts stay: there they are letters.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = unicodedata.normalize("NFC", MARKS.sub("", _POINTS.sub("", plain))).translate(LATIN_LETTERS)
    if ARABIC.search(plain):
        plain = plain.translate(_ARABIC_FORMS)
    if plain.isascii():
        return plain
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in plain)


def words_of(text: str) -> list[str]:
    """Return the levelled words of a text, in order; of scripts without spaces each character is one."""
    found: list[str] = []
    for word in _WORD.findall(level(text)):
        if word.isascii() or not _CHARACTERS.search(word):
            found.append(word[:LONGEST_WORD])
        else:
            found += _characters(word)
    return found


def _characters(word: str) -> list[str]:
    found, run = [], ""
    for letter in word:
        if _CHARACTERS.match(letter):
            found += [run, letter] if run else [letter]
            run = ""
        else:
            run += letter
    return [*found, run[:LONGEST_WORD]] if run else found


def compact(text: str) -> str:
    """Return a number or reference without its separators, as it is also searched for; empty if it has none."""
    parts = words_of(text)
    return "".join(parts)[:LONGEST_WORD] if len(parts) > 1 and any(c.isdigit() for c in text) else ""


def sounds_of(name: str) -> list[str]:
    """Return how the words of a name sound, by their consonants, whatever the script; short words have no sound.

    Names in Chinese or Japanese characters have none: their syllables are too short to tell names apart.
    """
    if not name.isascii() and _CHARACTERS.search(name):
        return []
    latin, _ = romanise(name)
    found: dict[str, None] = {}
    for word in re.findall("[a-z]+", latin.replace("-", " ").replace("'", "")):
        for skeleton in skeletons(word):
            if len(skeleton) >= SHORTEST_SOUND:
                found[skeleton] = None
    return list(found)


def wanted(query: str) -> tuple[Wanted, ...]:
    """Return what a search asks for: all of it must be found.

    Words in double quotes must follow each other as they stand. A number or reference is found with its separators and
    without; any other word also where a name sounds alike, and the last one where it only begins so.
    """
    found: list[Wanted] = []
    chunks = list(_CHUNK.finditer(query))[:MAX_CHUNKS]
    for place, match in enumerate(chunks):
        text, quoted = (match[1], True) if match[1] is not None else (match[2], False)
        phrase = tuple(words_of(text))
        if not phrase:
            continue
        joined = compact(text)
        phrases = (phrase, (joined,)) if joined and not quoted else (phrase,)
        last = place == len(chunks) - 1 and not quoted and len(phrase[-1]) >= SHORTEST_BEGINNING
        plain = quoted or any(c.isdigit() for c in text)
        found.append(Wanted(phrases, () if plain else tuple(sounds_of(text)), last))
    return tuple(found)


def places(text: str, query: tuple[Wanted, ...]) -> list[tuple[int, int]]:
    """Return where the words of a query stand in a text as given: (start, end) in characters, in order.

    What only sounds alike, or is joined from several words, is marked word by word where each is one of them.
    """
    exact = {word for one in query for phrase in one.phrases for word in phrase}
    begun = tuple(phrase[-1] for one in query if one.beginning for phrase in one.phrases)
    sounds = {sound for one in query for sound in one.sounds}
    found: list[tuple[int, int]] = []
    for match in re.finditer(r"[^\W_][^\s]*", text):
        for start, end in _parts(text, match.start(), match.end()):
            word = level(text[start:end])
            same = word in exact or (begun and word.startswith(begun))
            if same or (sounds and not sounds.isdisjoint(sounds_of(text[start:end]))):
                found.append((start, end))
    return found


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the words of a chunk without spaces, by their places."""
    found: list[tuple[int, int]] = []
    for match in _WORD.finditer(text, start, end):
        if _CHARACTERS.search(match[0]):
            found += [(place, place + 1) for place in range(match.start(), match.end())]
        else:
            found.append(match.span())
    return found
