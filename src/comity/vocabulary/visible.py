"""What one sees of a text: signs that show nothing, or turn the direction of writing, say nothing about identity.

Left in, one of them in the middle of a name would hide it from every comparison, and one that turns the writing
would show an officer another name than the one that was compared.
"""

import re
import unicodedata
from typing import Final

# Unicode's Default_Ignorable_Code_Point, the controls that are no white space, annotation marks, the Arabic sign that
# only widens a word, and half surrogate pairs.
_UNSEEN: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# Those of them that turn the direction of what follows; joiners and single marks belong to the spelling of names.
_TURNING: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)
_LONGEST: Final = 16_384  # of what a source gave, before anything unseen is taken out


def visible(text: str, most: int) -> str:
    """Return a text without unseen signs, its white space reduced to single blanks, cut to `most` characters."""
    if text.isascii() and text.isprintable() and len(text) <= most:
        return text
    return " ".join(_UNSEEN.sub("", text[:_LONGEST]).split())[:most]


def shown(text: str) -> str:
    """Return a text as a page may show it: nothing in it turns the direction of writing, in it or after it."""
    return text if text.isascii() and text.isprintable() else _TURNING.sub("", text)


def is_unseen(sign: str) -> bool:
    """Whether one sign shows nothing by itself, turns the direction of writing, or only widens a word."""
    return _UNSEEN.fullmatch(sign) is not None


def plain_digits(text: str) -> str:
    """Return a text in compatibility form with the digits of all scripts as 0 to 9."""
    if text.isascii():
        return text
    found = unicodedata.normalize("NFKC", text)
    return "".join(str(digit) if (digit := unicodedata.decimal(sign, None)) is not None else sign for sign in found)
