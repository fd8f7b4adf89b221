"""Check digits that numbers carry, so that one sign read or copied wrongly shows.

A number whose digits fit may still be another one; one whose digits do not fit was copied wrongly, or is forged.
"""

import hashlib
from typing import Final

_VIN_VALUES: Final = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", (*range(1, 9), *range(1, 6), 7, *range(9, 10),
                              *range(2, 10), *range(10)), strict=True))  # fmt: skip
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_BYTES: Final = 25
"""A version, twenty bytes of a digest, and four of the check."""
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_STEPS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_ENDS: Final = (1, 0x2BC830A3)
"""What a good check leaves: of the first witness version (BIP 173), and of those after it (BIP 350)."""


def imo_fits(number: str) -> bool:
    """Whether the last digit of an IMO number is the one that the others give (IMO Resolution A.1117(30))."""
    digits = [int(sign) for sign in number if sign.isdecimal()]
    weighed = sum(digit * weight for digit, weight in zip(digits, range(len(digits), 1, -1), strict=False))
    return bool(digits) and weighed % 10 == digits[-1]


def iban_fits(number: str) -> bool:
    """Whether the two check digits of an IBAN are those that the rest gives (ISO 7064, MOD 97-10)."""
    turned = number[4:] + number[:4]
    return turned.isascii() and turned.isalnum() and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def vin_fits(number: str) -> bool:
    """Whether the ninth sign of a vehicle identification number is its check digit (49 CFR 565.15).

    Vehicles for North America and China have one; elsewhere any sign may stand there, so a misfit proves nothing.
    """
    if len(number) != len(_VIN_WEIGHTS) or any(sign not in _VIN_VALUES for sign in number):
        return False
    weighed = sum(_VIN_VALUES[sign] * weight for sign, weight in zip(number, _VIN_WEIGHTS, strict=True))
    return number[8] == "0123456789X"[weighed % 11]


def luhn_fits(number: str) -> bool:
    """Whether the last digit of an IMEI is its check digit (ISO/IEC 7812-1, annex B)."""
    digits = [int(sign) for sign in reversed(number)] if number.isascii() and number.isdecimal() else []
    doubled = (sum(divmod(digit * 2, 10)) for digit in digits[1::2])
    return bool(digits) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def base58_fits(address: str) -> bool:
    """Whether the check inside an address in base 58 holds, as Bitcoin and Tron write them."""
    value = 0
    for sign in address:
        if (digit := _BASE58.find(sign)) < 0:
            return False
        value = value * 58 + digit
    if value >= 1 << (8 * _BASE58_BYTES):
        return False
    raw = value.to_bytes(_BASE58_BYTES)
    leading = len(address) - len(address.lstrip("1"))
    if leading != len(raw) - len(raw.lstrip(b"\0")):
        return False
    return hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def bech32_fits(address: str) -> bool:
    """Whether the check inside a segwit address of Bitcoin holds (BIP 173, BIP 350)."""
    small = address.lower()
    prefix, one, rest = small.rpartition("1")
    if address not in {small, address.upper()} or not one or any(sign not in _BECH32 for sign in rest):
        return False
    parts = [_BECH32.find(sign) for sign in rest]
    checked = 1
    for value in (*(ord(sign) >> 5 for sign in prefix), 0, *(ord(sign) & 31 for sign in prefix), *parts):
        top, checked = checked >> 25, (checked & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate(_BECH32_STEPS):
            checked ^= step if top >> bit & 1 else 0
    return bool(parts) and checked == _BECH32_ENDS[min(parts[0], 1)]
