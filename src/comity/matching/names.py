"""How alike two names are, and which words of them agree.

Words are paired best first; neighbours that stand apart in one name and together in the other are joined. What is
left over on both sides contradicts, what is left over on one side is merely missing.
"""

from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from comity.matching.words import (
    COMMON,
    CONTENT,
    FORM,
    INITIAL,
    MAX_NAME_CHARS,
    NUMBER,
    PARTICLE,
    TITLE,
    WEIGHTS,
    Word,
    is_given,
    words,
)
from comity.vocabulary.visible import visible

# Rules of the reasons, and how alike two words are that agree in this way (0 to 1).
SAME_WORD = ("name.same-word", 1.0)
SAME_SOUND = ("name.same-sound", 0.97)
SAME_SKELETON = ("name.same-skeleton", 0.93)
NICKNAME = ("name.nickname", 0.9)
INITIAL_OF = ("name.initial", 0.75)
NEAR = "name.near-spelling"
JOINED = "name.written-together"
MISSING = "name.missing-word"
CONTRADICTS = "name.other-word"
OTHER_FORM = "name.other-legal-form"

LEAST_SIMILAR = 0.62  # below this two words do not belong together
CONTRADICTION = 1.7  # what a word that contradicts costs, in words that agree
ABSENCE = 0.3  # what a word missing from one side costs
FORM_CLASH = 0.4
SKELETON_ONLY = 0.9  # equal consonants with other vowels, both sides written with vowels
EDIT_COST = 1.25  # a quarter of the letters wrong leaves 0.69
EDIT_SHARE = 0.75  # spelling and sound: the kinder of the two counts this much
OTHER_BEGINNING = 0.06  # people mistype the first letter least
SHORT_WORD = 0.12
FAR = 2 * (1.0 - LEAST_SIMILAR) / EDIT_COST  # two letters an edit
OTHER_READING = 0.88  # the first letter has another reading: Jury, Khoury
SHORT = 3
VOWELS = frozenset("aiu")
CARRYING = frozenset({CONTENT, COMMON, NUMBER, INITIAL})

type Pairing = tuple[str, str, str, float]


class Name(NamedTuple):
    """A name ready to be compared.

    Attributes:
        text: as it was written, without signs that nobody sees, at most 200 characters.
        words: at most twelve.
        weight: how much identity the words carry together.
        weak: a nickname or a name that the publisher calls weak.
        keys: what a name that is alike shares at least some of; see `may_agree`.
        needed: how many keys a name that is alike shares at least.
        full: how many words carry identity; a person's name with one is a lone name.
        given: whether the only such word is a common given name.
    """

    text: str
    words: tuple[Word, ...]
    weight: float
    weak: bool
    keys: frozenset[str]
    needed: int
    full: int
    given: bool

    @classmethod
    def of(cls, text: str, found: tuple[Word, ...], weak: bool) -> "Name":  # noqa: FBT001  a stored field
        """Build a name from its words."""
        carrying = [w for w in found if w.kind in CARRYING]
        keys: set[str] = set()
        for w in carrying:
            if w.kind != INITIAL:
                keys.update(w.skeletons)
                keys.add("^" + (w.skeletons[0][:2] if w.voiceless else w.fold[:2]))
                keys.add("^" + w.skeletons[0][:2])
        full = sum(w.kind != INITIAL for w in carrying)
        needed = 1 if full <= 1 or full < len(carrying) else 2  # a lone word, or initials beside one
        given = full == 1 and any(w.kind != INITIAL and is_given(w) for w in carrying)
        return cls(text, found, sum(w.weight for w in found), weak, frozenset(keys), needed, full, given)


def name_of(text: str, *, person: bool, weak: bool = False) -> Name:
    """Return a name ready to be compared."""
    text = visible(text, MAX_NAME_CHARS)
    return Name.of(text, words(text, person=person), weak)


def may_agree(a: Name, b: Name) -> bool:
    """Return False when two names cannot be alike enough: they share too few beginnings and skeletons of words."""
    return len(a.keys & b.keys) >= min(a.needed, b.needed)


@lru_cache(maxsize=1 << 16)
def similar(a: Word, b: Word) -> tuple[str, float]:  # noqa: PLR0911  a guard for each kind of word
    """Return the rule by which two words agree and how much, 0 to 1; 0 when they do not."""
    if a.text == b.text and a.voiceless == b.voiceless:
        return SAME_WORD
    if a.kind != b.kind and (NUMBER in (a.kind, b.kind) or FORM in (a.kind, b.kind)):
        return CONTRADICTS, 0.0
    if a.kind == NUMBER:
        return SAME_WORD if a.text.lstrip("0") == b.text.lstrip("0") else (CONTRADICTS, 0.0)
    if a.kind == FORM:
        return SAME_SOUND if a.groups == b.groups else (OTHER_FORM, 0.0)
    if INITIAL in (a.kind, b.kind):
        return INITIAL_OF if a.fold[:1] == b.fold[:1] or a.text[:1] == b.text[:1] else (CONTRADICTS, 0.0)
    if a.voiceless or b.voiceless:
        return _by_consonants(a, b)
    if a.fold == b.fold:
        return SAME_SOUND
    if a.groups and not set(a.groups).isdisjoint(b.groups):
        return NICKNAME
    return _by_spelling(a, b)


def far_apart(a: Word, b: Word) -> bool:
    """Return whether two plain words differ in so many letters that `similar` would be 0, found without edit distances.

    An edit changes at most two members of the set of letters, and `_by_spelling` gives 0 when neither spelling nor
    sound stays within a share of `FAR` edits.
    """
    if a.skeletons[0] == b.skeletons[0] or a.fold[1:] == b.fold[1:] or (a.groups and b.groups):
        return False
    longest = FAR * max(len(a.text), len(b.text))
    if (a.letters ^ b.letters).bit_count() <= longest and abs(len(a.text) - len(b.text)) <= longest / 2:
        return False
    longest = FAR * max(len(a.fold), len(b.fold))
    return (a.sounds ^ b.sounds).bit_count() > longest or abs(len(a.fold) - len(b.fold)) > longest / 2


def _by_consonants(a: Word, b: Word) -> tuple[str, float]:
    if not set(a.skeletons).isdisjoint(b.skeletons):
        rule, value = SAME_SKELETON
        return rule, value if len(a.skeletons[0]) > 1 else value - 0.12
    best = 0.0
    for x in a.skeletons:
        for y in b.skeletons:
            longest = max(len(x), len(y))
            if longest > SHORT:
                best = max(best, 0.95 - 0.9 * OSA.distance(x, y) / longest)
    return NEAR, best if best >= LEAST_SIMILAR else 0.0


def _by_spelling(a: Word, b: Word) -> tuple[str, float]:
    longest = max(len(a.text), len(b.text))
    edits = OSA.distance(a.text, b.text)
    sounding = OSA.distance(a.fold, b.fold) / max(len(a.fold), len(b.fold), 1)
    value = (
        1.0
        - (EDIT_SHARE * min(edits / longest, sounding) + (1 - EDIT_SHARE) * max(edits / longest, sounding)) * EDIT_COST
    )
    if a.text[0] != b.text[0] and a.fold[:1] != b.fold[:1]:
        value -= OTHER_BEGINNING
    if longest <= SHORT:
        value -= SHORT_WORD
    begin_alike = (a.fold[:1] in VOWELS) == (b.fold[:1] in VOWELS)  # Lucas is not Aleksei
    if begin_alike and value < SKELETON_ONLY and len(a.skeletons[0]) >= SHORT and a.skeletons[0] == b.skeletons[0]:
        value = SKELETON_ONLY
    if value < OTHER_READING and a.fold[1:] == b.fold[1:] and not set(a.skeletons).isdisjoint(b.skeletons):
        value = OTHER_READING
    return NEAR, value if value >= LEAST_SIMILAR else 0.0


def compare_names(a: Name, b: Name, *, explain: bool = True) -> tuple[float, tuple[Pairing, ...]]:
    """Return how alike two names are, 0 to 1, and the pairs of words that say so.

    A pairing is (rule, words of `a`, words of `b`, weight); an empty text stands where a side has nothing.
    """
    pairs, left, right = _paired(a.words, b.words)
    joined: list[tuple[str, str, float, float]] = []
    if left and right and len(left) + len(right) > 2:  # noqa: PLR2004  one word a side has no neighbours
        left, right, joined = _joins(left, right)
    agreeing = 0.0
    weight = 0.0
    reasons: list[Pairing] = []
    for _rule, x, y, value in pairs:
        w = (x.weight + y.weight) / 2
        agreeing += w * value
        weight += w
    for _xs, _ys, value, w in joined:
        agreeing += w * value
        weight += w
    missing = 0.0
    for word in left:
        missing += word.weight
    both, one = 0.0, missing
    if right:
        missing_right = 0.0
        for word in right:
            missing_right += word.weight
        both, one = min(missing, missing_right), abs(missing - missing_right)
    clash = FORM_CLASH if both and _forms_clash(left, right) else 0.0
    if clash:
        both = max(0.0, both - WEIGHTS[FORM])
    total = weight + CONTRADICTION * both + ABSENCE * one + clash
    if explain:
        reasons = [(rule, x.text, y.text, (x.weight + y.weight) / 2 * value) for rule, x, y, value in pairs]
        reasons += [(JOINED, xs, ys, value * w) for xs, ys, value, w in joined]
        reasons += _left_over(left, right)
    return (agreeing / total if total else 0.0), tuple(reasons)


def _paired(
    xs: tuple[Word, ...], ys: tuple[Word, ...]
) -> tuple[list[tuple[str, Word, Word, float]], list[Word], list[Word]]:
    """Pair equal words, then the rest best first; ties by place, which `Prepared.key` has put in order."""
    pairs: list[tuple[str, Word, Word, float]] = []
    left: list[Word] = []
    right = list(ys)
    for x in xs:
        for y in right:
            if x.text == y.text and x.voiceless == y.voiceless:
                right.remove(y)
                pairs.append((SAME_WORD[0], x, y, 1.0))
                break
        else:
            left.append(x)
    if left and right and (more := _paired_by_likeness(left, right)):
        pairs += [(rule, left[i], right[j], value) for i, j, rule, value in more]
        used_x, used_y = {i for i, *_ in more}, {j for _, j, *_ in more}
        left = [x for i, x in enumerate(left) if i not in used_x]
        right = [y for j, y in enumerate(right) if j not in used_y]
    return pairs, left, right


def _paired_by_likeness(xs: list[Word], ys: list[Word]) -> list[tuple[int, int, str, float]]:
    """Return (place, place, rule, likeness) of words that are alike, each word once, the weightiest pairs first."""
    found = []
    for i, x in enumerate(xs):
        plain, few = x.plain, FAR * len(x.text)
        for j, y in enumerate(ys):
            if plain and y.plain and (x.letters ^ y.letters).bit_count() > few and far_apart(x, y):
                continue
            rule, value = similar(x, y)
            if value:
                found.append((-value * (x.weight + y.weight), -value, i, j, rule))
    found.sort()
    pairs: list[tuple[int, int, str, float]] = []
    for _, value, i, j, rule in found:
        if all(i != p and j != q for p, q, *_ in pairs):
            pairs.append((i, j, rule, -value))
    return pairs


def _joins(left: list[Word], right: list[Word]) -> tuple[list[Word], list[Word], list[tuple[str, str, float, float]]]:
    """Match neighbours that one name writes together: `Chin ping` and `Jinping`, `Abdel Nasser` and `Abdelnasser`."""
    joined: list[tuple[str, str, float, float]] = []
    for flip in (False, True):
        many, few = (right, left) if flip else (left, right)
        if len(many) == 1:
            continue
        many[:] = [w for w in many if w.kind != PARTICLE]
        for y in list(few):
            if y.kind not in {CONTENT, COMMON}:
                continue
            for i in range(len(many) - 1):
                x1, x2 = many[i], many[i + 1]
                if y.plain and x1.plain and abs(len(y.fold) - len(x1.fold) - len(x2.fold)) > 1:
                    continue
                value = _together(x1, x2, y)
                if value:
                    del many[i : i + 2]
                    few.remove(y)
                    texts = f"{x1.text} {x2.text}"
                    weight = (y.weight + x1.weight + x2.weight) / 2
                    joined.append((y.text, texts, value, weight) if flip else (texts, y.text, value, weight))
                    break
    return left, right, joined


@lru_cache(maxsize=1 << 14)
def _together(x1: Word, x2: Word, y: Word) -> float:
    if y.voiceless or x1.voiceless:
        whole = x1.skeletons[0] + x2.skeletons[0]
        return 0.9 if whole in y.skeletons and len(whole) >= SHORT else 0.0
    if y.text == x1.text + x2.text:
        return 0.97
    longest = max(len(y.fold), len(x1.fold) + len(x2.fold))
    edits = OSA.distance(y.fold, x1.fold + x2.fold)
    return 0.92 - edits / longest if longest > 2 * SHORT and edits <= 1 else 0.92 if edits == 0 else 0.0


def _forms_clash(left: list[Word], right: list[Word]) -> bool:
    return any(w.kind == FORM for w in left) and any(w.kind == FORM for w in right)


def _left_over(left: list[Word], right: list[Word]) -> list[Pairing]:
    speaking = (PARTICLE, TITLE, FORM)
    xs = [w for w in left if w.kind not in speaking]
    ys = [w for w in right if w.kind not in speaking]
    if xs and ys:
        weight = -CONTRADICTION * min(sum(w.weight for w in xs), sum(w.weight for w in ys))
        return [(CONTRADICTS, " ".join(w.text for w in xs), " ".join(w.text for w in ys), weight)]
    if xs or ys:
        weight = -ABSENCE * sum(w.weight for w in xs + ys)
        return [(MISSING, " ".join(w.text for w in xs), " ".join(w.text for w in ys), weight)]
    return []
