# ruff: noqa: RUF001  letters of other scripts are what this file is about
"""Any script to plain Latin letters, the way names are romanised in documents.

Arabic and Cyrillic have tables of their own: generic transliteration writes neither as passports do, which cost a
fifth of the true matches in measurements. Everything else goes through ICU. Arabic and Hebrew come without short
vowels; the caller must compare their consonants only.
"""

import re
import unicodedata
from functools import lru_cache

import icu

ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
HEBREW = re.compile("[\u0590-\u05ff]")
CYRILLIC = re.compile("[\u0400-\u052f]")
HANGUL = re.compile("[\uac00-\ud7a3]")
LATIN_IN_CYRILLIC = str.maketrans("aceopxykmtbhiABCEHKMOPTXYaceopxy", "асеорхукмтвніАВСЕНКМОРТХУасеорху")
MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200c-\u200f]")

# Letters of the Arabic script, Persian and Urdu included. `w` and `y` stand for consonant and long vowel alike, so
# that later steps can treat them as weak. Ain, hamza and the final ta marbuta leave a vowel or nothing.
ARABIC_LETTERS = str.maketrans({
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a", "ء": "", "ؤ": "w", "ئ": "y", "ى": "a", "ة": "a",
    "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh",
    "د": "d", "ڈ": "d", "ذ": "dh", "ر": "r", "ڑ": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh",
    "ص": "s", "ض": "dh", "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ڤ": "v", "ق": "q",
    "ك": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n", "ه": "h", "ہ": "h", "ھ": "h", "ە": "a",
    "ۃ": "a", "و": "w", "ۆ": "o", "ۇ": "u", "ي": "y", "ی": "y", "ې": "e", "ے": "e", "ێ": "e",
})  # fmt: skip
ARABIC_H = re.compile("[حهہھ]")
TWICE = re.compile(r"([b-z])\1")
# Arabic words that are written as one in Latin letters, and the article.
ARABIC_ALLAH = "allah"
ARABIC_SERVANT = "عبد"

# Cyrillic as passports write it (ICAO Doc 9303 with the commoner English forms).
CYRILLIC_LETTERS = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "yo", "є": "ye", "ж": "zh", "з": "z",
    "и": "i", "і": "i", "ї": "yi", "й": "y", "ј": "y", "к": "k", "л": "l", "љ": "l", "м": "m", "н": "n", "њ": "n",
    "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "ch", "ђ": "dj", "у": "u", "ў": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "џ": "dj", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "ѓ": "g", "ќ": "k", "ѕ": "dz", "қ": "q", "ғ": "g", "ң": "n", "ө": "o", "ү": "u", "ұ": "u", "һ": "h",
    "ә": "a", "ҳ": "kh", "ҷ": "j", "ӣ": "i", "ӯ": "u", "ҕ": "g", "ҥ": "n", "ӏ": "",
})  # fmt: skip
# Family names first in Korean; ICU romanises them as the 2000 system does, people write them otherwise.
KOREAN_FAMILIES = {
    "김": "kim", "이": "lee", "박": "park", "최": "choi", "정": "jung", "강": "kang", "조": "cho", "윤": "yoon",
    "장": "jang", "임": "lim", "한": "han", "오": "oh", "서": "seo", "신": "shin", "권": "kwon", "황": "hwang",
    "안": "ahn", "송": "song", "류": "ryu", "유": "yoo", "홍": "hong", "문": "moon", "양": "yang", "배": "bae",
    "백": "baek", "허": "heo", "노": "roh", "남": "nam", "심": "shim", "하": "ha", "곽": "kwak", "리": "ri",
}  # fmt: skip

KOREAN_INITIALS = {"g": "k", "d": "t", "b": "p"}  # voiced inside a word only

# Latin letters that are no letter with a mark.
LATIN_LETTERS = str.maketrans({
    "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th",
    "Þ": "th", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ı": "i", "ħ": "h", "Ħ": "h", "ŋ": "n", "ə": "a", "Ə": "a",
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u02bb": "'", "\u2013": "-", "\u2014": "-",
    "\u201c": '"', "\u201d": '"',
})  # fmt: skip

_any_latin = icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower")
_latin_ascii = icu.Transliterator.createInstance("Latin-ASCII; Lower")


@lru_cache(maxsize=1 << 14)
def romanise(text: str) -> tuple[str, bool]:
    """Return `text` in lower case ASCII, and whether its short vowels are missing (Arabic, Hebrew).

    A text with several scripts is romanised word by word; it counts as without vowels when its first letter's
    script is. The result may hold any ASCII sign; splitting into words is the caller's.
    """
    if text.isascii():
        return text.lower(), False
    text = unicodedata.normalize("NFKC", text)
    if ARABIC.search(text):
        return " ".join(_arabic(word) if ARABIC.search(word) else _latin(word) for word in text.split()), True
    if CYRILLIC.search(text):
        return " ".join(_cyrillic(word) if CYRILLIC.search(word) else _latin(word) for word in text.split()), False
    if HANGUL.search(text):
        return " ".join(_korean(word) for word in text.split()), False
    return _latin(text), bool(HEBREW.search(text))


def _latin(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = plain.translate(LATIN_LETTERS).lower()
    if plain.isascii():  # what nearly all Latin names are; the transliterator takes a hundred times as long
        return plain
    romanised = _latin_ascii.transliterate(text)
    if not romanised.isascii():
        romanised = _any_latin.transliterate(text)
    if not romanised.isascii():
        romanised = romanised.encode("ascii", "ignore").decode()
    return str(romanised)


def _cyrillic(word: str) -> str:
    latin = word.translate(LATIN_IN_CYRILLIC).lower().translate(CYRILLIC_LETTERS)
    return latin if latin.isascii() else _latin(latin)


def _arabic(word: str) -> str:
    word = MARKS.sub("", word)
    if word in {"الله", "اللہ"}:
        return ARABIC_ALLAH
    article = ""
    if len(word) > 4 and word.startswith(("وال", "بال")):  # noqa: PLR2004  conjunction and article before a word
        word = word[3:]
    elif len(word) > 3 and word.startswith("ال"):  # noqa: PLR2004  the article before a word of two letters or more
        article, word = "al-", word[2:]
    if word.endswith("الله") and len(word) > 4:  # noqa: PLR2004  Nasrallah and the like
        return article + _arabic_letters(word[:-4]) + "alah"
    if word.startswith(ARABIC_SERVANT + "ال") and len(word) > 5:  # noqa: PLR2004  the servant of, written together
        return article + "abd " + _arabic_letters(word[5:])
    return article + _arabic_letters(word)


def _arabic_letters(word: str) -> str:
    """Write the letters in Latin ones so that two never look like one: s and h are not sh, nor m and m one m."""
    latin = word[:1].translate(ARABIC_LETTERS) + ARABIC_H.sub("a", word[1:]).translate(ARABIC_LETTERS)
    latin = TWICE.sub(r"\1a\1", latin)
    return latin if latin.isascii() else _latin(latin)


def _korean(word: str) -> str:
    """Romanise a Korean word; a family name written together with the given name is split off."""
    if not HANGUL.match(word) or word[0] not in KOREAN_FAMILIES or len(word) not in {1, 2, 3, 4}:
        return _latin(word).replace("-", "")
    given = _latin(word[1:]).replace("-", "").replace(" ", "").replace("eo", "o").replace("eu", "u")
    given = KOREAN_INITIALS.get(given[:1], given[:1]) + given[1:]
    return f"{KOREAN_FAMILIES[word[0]]} {given}".strip()
