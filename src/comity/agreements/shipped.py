"""The two documents that come with the software: the Harbour Convention of the demo, and the house rules."""

from functools import cache
from importlib.resources import files

from comity.agreements.document import Agreement, parse_agreement


@cache
def harbour_document() -> bytes:
    """Return the Harbour Convention as it is published: invented, multilateral, for police cooperation."""
    return (files("comity.agreements") / "harbour.json").read_bytes()


@cache
def house_document() -> bytes:
    """Return the rules for officers with which a node starts."""
    return (files("comity.agreements") / "house.json").read_bytes()


def harbour() -> Agreement:
    """Return the Harbour Convention."""
    return parse_agreement(harbour_document())


def house() -> Agreement:
    """Return the house rules."""
    return parse_agreement(house_document())
