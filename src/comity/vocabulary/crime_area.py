"""Areas of crime."""

from enum import StrEnum


class CrimeArea(StrEnum):
    """Areas that an agreement can cover.

    Source: priorities of EMPACT 2022-2025 and the areas of Regulation (EU) 2016/794, Annex I, in short names.
    """

    DRUG_TRAFFICKING = "drug-trafficking"
    MIGRANT_SMUGGLING = "migrant-smuggling"
    TRAFFICKING_IN_HUMAN_BEINGS = "trafficking-in-human-beings"
    FIREARMS_TRAFFICKING = "firearms-trafficking"
    MONEY_LAUNDERING = "money-laundering"
    FRAUD = "fraud"
    TERRORISM = "terrorism"
    CYBER_ATTACKS = "cyber-attacks"
    CHILD_SEXUAL_EXPLOITATION = "child-sexual-exploitation"
    ENVIRONMENTAL_CRIME = "environmental-crime"
    ORGANISED_PROPERTY_CRIME = "organised-property-crime"
    VEHICLE_CRIME = "vehicle-crime"
    CORRUPTION = "corruption"
    HOMICIDE = "homicide"
    KIDNAPPING = "kidnapping"
    MISSING_PERSONS = "missing-persons"
    OTHER = "other"
