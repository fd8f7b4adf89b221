"""Why something could not be sealed, opened or kept.

* SealingError
  + OpenError        what was to be opened is not what was sealed, or not for this key
  + KeyFormatError   the bytes are no key of the expected kind
  + KeystoreError    the keystore cannot be read, opened or written
    + WrongPassphraseError
"""


class SealingError(Exception):
    """Base class of this package's errors."""


class OpenError(SealingError):
    """Wrong key, altered bytes, wrong length or wrong place; which of them is not told, for an attacker would learn."""


class KeyFormatError(SealingError, ValueError):
    """The bytes are no key of the expected kind."""


class KeystoreError(SealingError):
    """The keystore is missing, locked by another pass phrase, damaged, or cannot be written."""


class WrongPassphraseError(KeystoreError):
    """The pass phrase does not open the keystore."""
