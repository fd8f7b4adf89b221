"""For what help one authority asks another, beyond information."""

from enum import StrEnum


class Measure(StrEnum):
    """A measure for which assistance is asked."""

    SURVEILLANCE = "surveillance"
    CONTROLLED_DELIVERY = "controlled-delivery"
    DATA_PRESERVATION = "data-preservation"  # by a provider (Convention on Cybercrime, Art. 16 and 29)
    EXPERTS = "experts"
