"""Handling codes H0 to H3: what a recipient may do with information."""

from enum import StrEnum


class Handling(StrEnum):
    """Europol's handling codes; they combine.

    Source: docs/glossary.md, "handling code".
    """

    H0 = "H0"  # only to prevent and combat crime; always applies
    H1 = "H1"  # not in court without the provider's permission
    H2 = "H2"  # not to be passed on without the provider's permission
    H3 = "H3"  # a further restriction, stated as a condition
