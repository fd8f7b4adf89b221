"""Codes in the officer's words. Domain code returns keys such as `criminal-investigation`; here they become text."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Any]

KINDS: Words = {
    "request": _("Request"),
    "answer": _("Answer"),
    "refusal": _("Refusal"),
    "reminder": _("Reminder"),
    "information": _("Spontaneous information"),
    "correction": _("Correction"),
    "withdrawal": _("Withdrawal"),
}

ANSWER_KINDS: Words = {
    "full": _("Full answer"),
    "partial": _("Partial answer"),
    "interim": _("Interim answer: more will follow"),
    "negative": _("Negative answer: nothing is held"),
}

STATES: Words = {
    # Translators: state of a message that nobody has opened yet
    "new": pgettext_lazy("state of a message", "New"),
    "open": pgettext_lazy("state of a message", "Open"),
    "answered": pgettext_lazy("state of a message", "Answered"),
    "refused": pgettext_lazy("state of a message", "Refused"),
    "done": pgettext_lazy("state of a message", "Closed"),
}

DELIVERY: Words = {
    "w": _("On its way"),
    "s": _("Received"),
    "r": _("Refused by the partner's node"),
    "x": _("Sent again"),
    "read": _("Read"),
}

PURPOSES: Words = {
    "criminal-investigation": _("Criminal investigation"),
    "prevention": _("Prevention of an offence"),
    "missing-person": _("Missing person"),
    "border-check": _("Border check"),
}

CRIME_AREAS: Words = {
    "drug-trafficking": _("Drug trafficking"),
    "migrant-smuggling": _("Migrant smuggling"),
    "human-trafficking": _("Trafficking in human beings"),
    "trafficking-in-human-beings": _("Trafficking in human beings"),
    "firearms-trafficking": _("Firearms trafficking"),
    "money-laundering": _("Money laundering"),
    "terrorism": _("Terrorism"),
    "cybercrime": _("Cybercrime"),
    "cyber-attacks": _("Attacks on information systems"),
    "child-sexual-exploitation": _("Sexual exploitation of children"),
    "environmental-crime": _("Environmental crime"),
    "organised-property-crime": _("Organised property crime"),
    "property-crime": _("Property crime"),
    "vehicle-crime": _("Vehicle crime"),
    "document-fraud": _("Document fraud"),
    "fraud": _("Fraud"),
    "economic-crime": _("Economic crime"),
    "excise-fraud": _("Excise fraud"),
    "corruption": _("Corruption"),
    "murder": _("Murder and grievous bodily injury"),
    "kidnapping": _("Kidnapping"),
    "missing-persons": _("Missing persons"),
    "other": _("Another area"),
}

CATEGORIES: Words = {
    "suspect": _("Suspect"),
    "convict": _("Convicted person"),
    "witness": _("Witness"),
    "victim": _("Victim"),
    "contact": _("Contact or associate"),
    "missing": _("Missing person"),
    "other": _("Other person"),
}

URGENCIES: Words = {
    "normal": _("Normal"),
    "urgent": _("Urgent"),
    "life-at-risk": _("Life at risk"),
}

URGENCY_GROUNDS: Words = {
    "a": _("An immediate and serious threat to public security"),
    "b": _("Imminent danger to a person's life or limb"),
    "c": _("Needed for a decision on keeping someone's liberty restricted"),
    "d": _("The information will soon lose its value for the investigation"),
}

HANDLING: Words = {
    "H0": _("Only to prevent and combat crime"),
    "H1": _("Not before a court without the originator's permission"),
    "H2": _("Not to be passed on without the originator's permission"),
    "H3": _("A further restriction, stated in the text"),
}

REFUSAL_GROUNDS: Words = {
    "a": _("The information is not held here"),
    "b": _("The request lacks something that a request must contain"),
    "c": _("The judicial authorisation that is needed was refused"),
    "d": _("It would be personal data outside the permitted categories"),
    "e": _("The information is inaccurate, incomplete or outdated"),
    "f": _(
        "It would harm national security, an investigation, a person's safety or a legal person's important interests"
    ),
    "g": _("The offence is punishable by one year or less here, or is no offence here"),
    "h": _("It came from another state, which did not consent"),
}

CONFIDENCE: Words = {
    "same": _("Very probably the same"),
    "very-probable": _("Very probably the same"),
    "probable": _("Probably the same"),
    "probably-same": _("Probably the same"),
    "possible": _("Possibly the same"),
    "possibly-same": _("Possibly the same"),
    "unlikely": _("Probably not the same"),
    "different": _("Probably not the same"),
}

SCHEMATA: Words = {
    "Person": _("Person"),
    "Organization": _("Organisation"),
    "Company": _("Company"),
    "LegalEntity": _("Person or organisation"),
    "PublicBody": _("Public body"),
    "Vessel": _("Vessel"),
    "Vehicle": _("Vehicle"),
    "Airplane": _("Aircraft"),
    "Plate": _("Number plate"),
    "Phone": _("Telephone number"),
    "Passport": _("Passport"),
    "Identification": _("Identity document"),
    "Address": _("Address"),
    "BankAccount": _("Bank account"),
    "CryptoWallet": _("Crypto wallet"),
    "Firearm": _("Firearm"),
    "Offence": _("Offence"),
}

SCHEMA_ICONS: Mapping[str, str] = {
    "Person": "user",
    "Organization": "building",
    "Company": "building",
    "PublicBody": "building",
    "Vessel": "ship",
    "Vehicle": "car",
    "Plate": "id",
    "Phone": "phone",
    "Passport": "id",
    "Identification": "id",
}

PROPERTIES: Words = {
    "name": _("Name"),
    "alias": _("Other names"),
    "weakAlias": _("Nicknames"),
    "previousName": _("Former names"),
    "firstName": _("Given name"),
    "lastName": _("Family name"),
    "fatherName": _("Father's name"),
    "birthDate": _("Date of birth"),
    "birthPlace": _("Place of birth"),
    "deathDate": _("Date of death"),
    "gender": _("Sex"),
    "nationality": _("Nationality"),
    "citizenship": _("Citizenship"),
    "passportNumber": _("Passport number"),
    "idNumber": _("Identity number"),
    "taxNumber": _("Tax number"),
    "registrationNumber": _("Registration number"),
    "imoNumber": _("IMO number"),
    "mmsi": _("MMSI number"),
    "callSign": _("Call sign"),
    "flag": _("Flag"),
    "pastFlags": _("Former flags"),
    "type": _("Type"),
    "model": _("Model"),
    "vin": _("Vehicle identification number"),
    "number": _("Number"),
    "country": _("Country"),
    "jurisdiction": _("Jurisdiction"),
    "address": _("Address"),
    "email": _("E-mail"),
    "phone": _("Telephone"),
    "legalForm": _("Legal form"),
    "incorporationDate": _("Founded"),
    "buildDate": _("Built"),
    "owner": _("Owner"),
    "operator": _("Operator"),
    "position": _("Position"),
    "notes": _("Notes"),
    "description": _("Description"),
    "topics": _("Topics"),
    "programId": _("List"),
    "program": _("List"),
    "sourceUrl": _("Source"),
    "createdAt": _("Listed"),
    "modifiedAt": _("Changed"),
    "tonnage": _("Tonnage"),
    "grossRegisteredTonnage": _("Gross tonnage"),
    "registrationDate": _("Registered"),
    "serialNumber": _("Serial number"),
    "title": _("Title"),
    "swiftBic": _("BIC"),
    "leiCode": _("LEI"),
    "ogrnCode": _("OGRN"),
    "innCode": _("INN"),
    "website": _("Website"),
    "mainCountry": _("Country"),
    "status": _("Status"),
    "religion": _("Religion"),
    "ethnicity": _("Ethnicity"),
    "colour": _("Colour"),
    "make": _("Make"),
}

# Why an agreement does not allow something (`comity.agreements.deciding.Reason.rule`).
REASONS: Words = {
    "agreement.none": _("No agreement in force binds both authorities."),
    "purpose.refused": _("The agreement does not cover this purpose."),
    "purpose.missing": _("No purpose is stated."),
    "crime-area.refused": _("The agreement does not cover this crime area."),
    "crime-area.missing": _("No crime area is stated."),
    "schemata.refused": _("The agreement does not cover this kind of subject."),
    "categories.refused": _("The agreement does not cover this category of person."),
    "handling.refused": _("The agreement does not allow this handling code."),
    "handling.missing": _("No handling code is stated."),
    "approvals.refused": _("More officers must approve first."),
    "urgency-ground.missing": _("Urgency needs a ground."),
    "in-reply.refused": _("It answers no open message of the partner."),
    "originator-consent.refused": _("The originator has not consented."),
    "originator-consent.missing": _("The originator has not consented."),
    "languages.refused": _("The agreement does not cover this language."),
    "partner.refused": _("The partner is not a party to the agreement."),
    "authority.refused": _("This authority is not a party to the agreement."),
    "nothing.permits": _("No clause permits it."),
}

# What a permission obliges to (`comity.agreements.DutyKind`).
DUTIES: Words = {
    "retain-days": _("Must be erased after %(amount)s days"),
    "answer-within-hours": _("Must be answered within %(amount)s hours"),
    "four-eyes": _("Needs the approval of further officers: %(amount)s"),
    "mark": _("Is marked as police information, not evidence"),
    "tell-originator": _("The originator is told of each use"),
    "court-consent": _("Use in court needs the originator's consent"),
}


def word(words: Words, code: object) -> Any:  # noqa: ANN401 - a lazy text or the code itself
    """Return the text for a code; an unknown code is shown as it is, since a partner may be newer than this node."""
    return words.get(str(code), str(code))
