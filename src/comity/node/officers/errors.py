"""Why an officer cannot be registered or changed.

* OfficerError
  + UnknownAuthorityError   this node does not serve the authority named
  + UnknownRoleError        no such role
  + NameTakenError          the sign-in name is in use
  + WeakPasswordError       the password breaks a rule; the text says which
"""


class OfficerError(Exception):
    """Raised when an officer cannot be registered or changed."""


class UnknownAuthorityError(OfficerError):
    """Raised when an officer is to act for an authority that this node does not serve."""


class UnknownRoleError(OfficerError):
    """Raised when a role is none of `rules.Role`."""


class NameTakenError(OfficerError):
    """Raised when another officer signs in under that name."""


class WeakPasswordError(OfficerError):
    """Raised when a password is too short, too common or too close to the name."""
