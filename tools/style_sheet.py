"""What a style sheet keeps when only some of its classes are wanted.

A framework's sheet styles some four thousand classes, our pages use thirty: the rest would be four fifths of what a
first visit waits for. Rules that name no class (elements, the root's variables, themes) stay.
"""

import re
from collections.abc import Collection, Iterator

_CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
_NOT = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")
_ATTRIBUTE = re.compile(r"\[[^\]]*\]")
_KEYFRAMES = re.compile(r"@(?:-webkit-)?keyframes ([\w-]+)")
_OPENING = ("@media", "@supports", "@layer", "@container")


def kept(text: str, classes: Collection[str], without: tuple[str, ...] = ()) -> str:
    """Return the minified style sheet `text` with the rules that can match where no other classes are used.

    A selector stays when each class that it demands is one of `classes`. Args `without`: the beginnings of attribute
    selectors (`[data-bs-theme-`) whose rules go as well. Animations stay where a rule that stayed names them.
    """
    rules = _narrowed(text, frozenset(classes), without)
    plain = "".join(rule for rule in rules if not _KEYFRAMES.match(rule))
    return "".join(rule for rule in rules if not (name := _KEYFRAMES.match(rule)) or name[1] in plain)


def _narrowed(text: str, classes: frozenset[str], without: tuple[str, ...]) -> list[str]:
    found = []
    for prelude, body in _rules(text):
        if body is None:
            found.append(f"{prelude};")
        elif prelude.startswith(_OPENING):
            if inner := "".join(_narrowed(body, classes, without)):
                found.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@"):
            found.append(f"{prelude}{{{body}}}")
        else:
            stay = [
                one for one in _selectors(prelude) if _demanded(one) <= classes and not any(a in one for a in without)
            ]
            if stay:
                found.append(f"{','.join(stay)}{{{body}}}")
    return found


def _demanded(selector: str) -> set[str]:
    plain = _ATTRIBUTE.sub("", _NOT.sub("", selector))
    return {name.replace("\\", "") for name in _CLASS.findall(plain)}


def _rules(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield each rule of one level as what stands before its braces and between them; `None` for a statement."""
    start = depth = opened = 0
    for position, sign in _signs(text):
        if sign == "{":
            depth += 1
            if depth == 1:
                opened = position
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield text[start:opened].strip(), text[opened + 1 : position]
                start = position + 1
        elif sign == ";" and depth == 0:
            yield text[start:position].strip(), None
            start = position + 1


def _selectors(prelude: str) -> Iterator[str]:
    start = depth = 0
    for position, sign in _signs(prelude):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            yield prelude[start:position].strip()
            start = position + 1
    yield prelude[start:].strip()


def _signs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the signs that have a meaning: none within quotation marks, none behind a backslash."""
    quote = ""
    skip = False
    for position, sign in enumerate(text):
        if skip:
            skip = False
        elif sign == "\\":
            skip = True
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "{}()[];,":
            yield position, sign
