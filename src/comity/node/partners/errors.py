"""Why something about a partner or our own keys could not be had.

* PartnersError
  + KeyringError    this process holds no such key
  + MemberError     the directory names no such member, log or key
  + ChangeError     a key cannot be changed now
"""


class PartnersError(Exception):
    """Something about a partner or our own keys could not be had."""


class KeyringError(PartnersError):
    """This process holds no such key."""


class MemberError(PartnersError):
    """The directory names no such member, log or key in force."""


class ChangeError(PartnersError):
    """A key cannot be changed now: a change is under way, or what it needs is not there."""
