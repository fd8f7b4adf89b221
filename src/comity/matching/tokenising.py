"""The tokens of a subject: normalised values, of which two subjects that are alike share at least one.

Rare tokens (numbers, a skeleton with a birth date, two skeletons together) make few candidates and come first; single
skeletons make many and are read last, while a budget lasts. The same subject gives the same tokens in every process
of one version.
"""

from enum import StrEnum
from itertools import combinations, pairwise, product
from typing import NamedTuple

from comity.matching.digests import ORGANISATION, OTHER, PERSON, Prepared, digest
from comity.matching.identifiers import VIN
from comity.matching.names import Name
from comity.matching.words import COMMON, CONTENT, NUMBER, Word
from comity.subjects import Subject

MAX_TOKENS = 200
MAX_WORDS_PAIRED = 6
SHORTEST_SINGLE = 2
VIN_PART = 14


class TokenKind(StrEnum):
    """What a token was made of, the most telling first."""

    IDENTIFIER = "identifier"
    BIRTH = "birth"
    PAIR = "pair"
    WORD = "word"


RANK = {kind: rank for rank, kind in enumerate(TokenKind)}
# What sharing a token of a kind says, before its rarity is known; used to rank candidates that were not compared yet.
TOKEN_WEIGHT = {TokenKind.IDENTIFIER: 12.0, TokenKind.BIRTH: 4.0, TokenKind.PAIR: 4.5, TokenKind.WORD: 1.5}


class Token(NamedTuple):
    """A normalised value by which records are found.

    Attributes:
        kind: what it was made of.
        text: the value, prefixed by the kind of subject, in ASCII unless an identifier is not.
    """

    kind: TokenKind
    text: str


def tokens(subject: Subject) -> frozenset[Token]:
    """Return at most 200 tokens of a subject; deterministic within one version."""
    return tokens_of(digest(subject))


def tokens_of(prepared: Prepared) -> frozenset[Token]:
    """Return the tokens of a digest, see `tokens`."""
    found: dict[Token, None] = {}
    for group, value in sorted(prepared.identifiers):
        found[Token(TokenKind.IDENTIFIER, f"{group}:{value}")] = None
        if group == VIN.name:  # so that one changed sign at either end is forgiven
            found[Token(TokenKind.WORD, f"vin<{value[:VIN_PART]}")] = None
            found[Token(TokenKind.WORD, f"vin>{value[-VIN_PART:]}")] = None
    for text in _name_tokens(prepared):
        found[text] = None
    if len(found) <= MAX_TOKENS:
        return frozenset(found)
    ranked = sorted(found, key=lambda t: (RANK[t.kind], t.text))
    return frozenset(ranked[:MAX_TOKENS])


def _name_tokens(prepared: Prepared) -> list[Token]:
    """Return the tokens of all names; persons and organisations share a space, since lists mix them up."""
    space = "n" if prepared.kind not in {OTHER, "vessel", "aircraft", "vehicle"} else prepared.kind[:2]
    dates = _date_parts(prepared)
    found: list[Token] = []
    for name in sorted(prepared.names, key=lambda n: (n.weak, n.text)):
        carrying = _carrying(name)
        readings = [(w, w.skeletons[:2]) for w in carrying]
        for x, y in combinations(readings, 2):
            for p, q in product(x[1], y[1]):
                found.append(Token(TokenKind.PAIR, f"{space}:{min(p, q)}+{max(p, q)}"))
        for w, skeletons in readings:
            singles = [s for s in w.skeletons if len(s) >= SHORTEST_SINGLE] or list(skeletons)
            found += [Token(TokenKind.WORD, f"{space}:{s}") for s in singles]
            found += [Token(TokenKind.BIRTH, f"{space}:{s}@{part}") for s in skeletons for part in dates]
        found += [Token(TokenKind.WORD, f"{space}:{s}") for s in _neighbours(carrying)]
    return found


def _carrying(name: Name) -> list[Word]:
    """Return the words by which a name is found: the weightiest six, in their order."""
    able = [w for w in name.words if w.kind in {CONTENT, NUMBER}] or [w for w in name.words if w.kind == COMMON]
    if len(able) == 1:
        able = [w for w in name.words if w.kind in {CONTENT, COMMON, NUMBER}]
    heaviest = sorted(able, key=lambda w: (-w.weight, -len(w.skeletons[0]), w.text))[:MAX_WORDS_PAIRED]
    return [w for w in able if w in heaviest][:MAX_WORDS_PAIRED]


def _neighbours(words: list[Word]) -> list[str]:
    """Return the skeletons of neighbours written together, as others may write them."""
    return [x.skeletons[0] + y.skeletons[0] for x, y in pairwise(words)]


def _date_parts(prepared: Prepared) -> list[str]:
    """Return the year, and two of the three parts of each full birth date, so that one wrong part is forgiven."""
    if prepared.kind in {ORGANISATION, OTHER} and prepared.kind != PERSON:
        return []
    parts: dict[str, None] = {}
    for year, month, day in prepared.births[:4]:
        parts[f"y{year}"] = None
        if month and day:
            parts |= dict.fromkeys((f"{year}-{month}", f"{year}--{day}", f"-{month}-{day}"))
    return list(parts)
