"""How a romanised word sounds: a fold that levels spellings, and skeletons of consonants.

The same name is written Mohammed, Muhamad, Mohamet; Chodorkowski, Khodorkovsky. The fold keeps vowels in three
classes; a skeleton drops them and every weak letter (h, w, y), which is all that Arabic script and Latin spellings
have in common. Some letters have two readings (th as t or s, dh as d or z, j as in English or German): a word has up
to four skeletons and agrees with another when they share one.
"""

import re
from functools import lru_cache

MAX_SKELETONS = 4

_CLUSTERS = {
    "tsch": "C", "tch": "C", "tzsch": "C", "shch": "S", "sch": "S", "sh": "S", "sz": "S", "ch": "C", "cz": "C",
    "kh": "K", "gh": "g", "ph": "f", "th": "T", "dh": "D", "zh": "J", "dzh": "j", "dj": "j", "dz": "z", "ck": "k",
    "cq": "k", "qu": "k", "q": "Q", "x": "ks", "ts": "s", "tz": "s", "z": "s",
    "ce": "se", "ci": "si", "cy": "si", "cc": "k", "c": "k", "ou": "u", "oo": "u", "ee": "i", "ie": "i", "ei": "i",
    "ey": "i", "ay": "ai", "y": "i", "ae": "a", "oe": "o", "ue": "u", "eu": "u", "v": "v", "w": "w",
}  # fmt: skip
_CLUSTER = re.compile("|".join(sorted(_CLUSTERS, key=lambda c: (-len(c), c))))
_REPEATED = re.compile(r"(.)\1+")
_SOFT_J = re.compile(r"(?<=[aeiou])j(?![aeiou])|(?<=[bfklmnprstv])j|ij(?![aeiou])")  # Sergej, Tatjana, Jurij; not Khaja
_VOWEL_CLASSES = str.maketrans("aeiouw", "aaiuuv")
_FOLD_LETTERS = str.maketrans({"C": "c", "S": "$", "K": "k", "T": "t", "D": "d", "J": "j", "Q": "k"})
_WEAK = str.maketrans("", "", "aeiouhw")
# Letters with two readings: the sound, and what else it may be.
_READINGS = (("T", "s"), ("D", "s"), ("K", ""), ("C", "S"), ("C", "k"), ("Q", "g"), ("J", "s"), ("j", ""), ("j", "k"))


def _sounds(word: str) -> str:
    start = "s" + word[1:] if word[:1] == "x" else word  # Xi, Xavier
    return _CLUSTER.sub(lambda m: _CLUSTERS[m[0]], _SOFT_J.sub("i", _REPEATED.sub(r"\1", start)))


@lru_cache(maxsize=1 << 15)
def fold(word: str) -> str:
    """Return the levelled spelling of a lower case ASCII word."""
    sounds = _sounds(word)
    levelled = (sounds[:1] + sounds[1:].replace("h", "")).translate(_FOLD_LETTERS).translate(_VOWEL_CLASSES)
    return _REPEATED.sub(r"\1", levelled)


@lru_cache(maxsize=1 << 15)
def skeletons(word: str) -> tuple[str, ...]:
    """Return the consonants of a lower case ASCII word in each of its readings, the usual one first.

    A word of weak letters only (Iyah) has its fold as its skeleton, so that no word is without.
    """
    sounds = _sounds(word)
    bare = sounds.translate(_WEAK)
    found = [bare]
    found += [bare.replace(letter, other) for letter, other in _READINGS if letter in bare]
    if "w" in sounds:  # German and Polish w is a v
        found.append(sounds.replace("w", "v").translate(_WEAK))
    level = dict.fromkeys(s.translate(_FOLD_LETTERS) for s in found if s)
    return tuple(level)[:MAX_SKELETONS] or (fold(word) or word,)
