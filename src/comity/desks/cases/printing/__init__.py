"""A case to take away: on paper, with the files that prove each message."""

from comity.desks.cases.printing.bundle import Bundle, bundle
from comity.desks.cases.printing.paper import paper, pdf

__all__ = ["Bundle", "bundle", "paper", "pdf"]
