"""Codes in the officer's words. Domain code returns keys such as `criminal-investigation`; here they become text."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comity.desks.cases import classified, rules

Words = Mapping[str, Any]

KINDS: Words = {
    "request": _("Request"),
    "answer": _("Answer"),
    "refusal": _("Refusal"),
    "reminder": _("Reminder"),
    "information": _("Spontaneous information"),
    "correction": _("Correction"),
    "withdrawal": _("Withdrawal"),
    "clarification": _("Clarification asked"),
    "supplement": _("Supplement"),
    "hit": _("Hit notification"),
    "consent-request": _("Request for consent"),
    "consent": _("Answer on consent"),
    "assistance": _("Request for assistance"),
    "acknowledgement": _("Acknowledgement"),
}

ANSWER_KINDS: Words = {
    "full": _("Full answer"),
    "partial": _("Partial answer"),
    "interim": _("Interim answer: more will follow"),
    "negative": _("Negative answer: nothing is held"),
}

# An answer to a request for assistance: the same outcomes, of deeds instead of knowledge.
HELP_KINDS: Words = {
    "full": _("Assistance as it was asked"),
    "partial": _("Assistance in part"),
    "interim": _("Interim answer: more will follow"),
    "negative": _("Assistance is not possible here"),
}

REPLIES: Words = {**ANSWER_KINDS, "refusal": _("Refusal"), "withdrawn": _("Answer withdrawn")}

# What became of a message later (`CaseMessage.standing`).
STANDINGS: Words = {"corrected": _("Corrected"), "withdrawn": _("Withdrawn")}

# Of a message that is being written (`StoredDraft.state`).
DRAFT_STATES: Words = {
    "draft": _("Draft"),
    "waiting": _("Waits for approval"),
    "returned": _("Returned to you"),
    "leaving": _("Leaves in some seconds"),
    "sent": _("Sent"),
    "discarded": _("Discarded"),
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
    "trafficking-in-human-beings": _("Trafficking in human beings"),
    "firearms-trafficking": _("Firearms trafficking"),
    "money-laundering": _("Money laundering"),
    "fraud": _("Fraud"),
    "terrorism": _("Terrorism"),
    "cyber-attacks": _("Attacks on information systems"),
    "child-sexual-exploitation": _("Sexual exploitation of children"),
    "environmental-crime": _("Environmental crime"),
    "organised-property-crime": _("Organised property crime"),
    "vehicle-crime": _("Vehicle crime"),
    "corruption": _("Corruption"),
    "homicide": _("Murder and grievous bodily injury"),
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

# By what a message came that did not come through the exchange (`entered.Channel`).
CHANNELS: Words = {
    "telephone": _("By telephone"),
    "paper": _("On paper or by fax"),
    "e-mail": _("By e-mail"),
    "siena": _("Through SIENA"),
    "i-24-7": _("Through I-24/7"),
    "meeting": _("In person"),
}

# By what an answer was given to what came outside the exchange, beside those.
INFORMED: Words = {"information": _("Through this exchange, as information")}

# `comity.vocabulary.consent`
USES: Words = {
    "disseminate": _("Pass it on to another authority"),
    "court": _("Use it before a court"),
    "handling": _("Treat it under other handling codes"),
}
CONSENTS: Words = {
    "granted": _("Consent granted"),
    "granted-with-conditions": _("Consent granted with conditions"),
    "refused": _("Consent refused"),
}

# `comity.vocabulary.measure`, and the facts of each measure (`comity.messages.assisting.NEEDS`), in order.
MEASURES: Words = {
    "surveillance": _("Surveillance"),
    "controlled-delivery": _("Controlled delivery"),
    "data-preservation": _("Preservation of data by a provider"),
    "experts": _("Experts"),
}
MEASURE_FACTS: Words = {
    "place": _("Place"),
    "goods": _("Goods"),
    "route": _("Route"),
    "handover": _("Handover point"),
    "provider": _("Provider"),
    "accounts": _("Accounts and identifiers"),
    "scope": _("Data"),
    "expertise": _("Field of expertise"),
    "number": _("How many experts"),
    "begins": _("From"),
    "ends": _("Until"),
}

DELAYS: Words = {"judicial-authorisation": _("A judicial authorisation is awaited")}

# What moves the clock of a request (`clock.Step`).
CLOCK_STEPS: Words = {
    "asked-back": _("The clock stands still"),
    "supplied": _("The clock goes on"),
    "delayed": _("The time limit is put off: a judicial authorisation is awaited"),
}

# `comity.matching.Verdict`
CONFIDENCE: Words = {
    "same": _("Very probably the same"),
    "probable": _("Probably the same"),
    "possible": _("Possibly the same"),
    "different": _("Probably not the same"),
}

# `comity.matching.Reason.rule`; identifiers carry their group behind these stems.
MATCH_REASONS: Words = {
    "name.same-word": _("The same word in the name"),
    "name.same-sound": _("A word that sounds the same"),
    "name.same-skeleton": _("The same consonants in another spelling or script"),
    "name.nickname": _("A known short form"),
    "name.initial": _("An initial that fits"),
    "name.near-spelling": _("Nearly the same spelling"),
    "name.written-together": _("Words written together or apart"),
    "name.missing-word": _("A word that the other side lacks"),
    "name.other-word": _("A different word in the name"),
    "name.other-legal-form": _("Another legal form"),
    "name.weak": _("Only a nickname or a weak alias"),
    "name.lone": _("Only one word in common"),
    "birth.same-day": _("The same date of birth"),
    "birth.same-month": _("The same month of birth"),
    "birth.same-year": _("The same year of birth"),
    "birth.near-date": _("Dates of birth that differ slightly"),
    "birth.near-year": _("Years of birth that differ slightly"),
    "birth.other-date": _("Another date of birth"),
    "country.same": _("The same country"),
    "country.other": _("Another country"),
    "gender.other": _("Another sex"),
    "kind.other": _("Another kind of subject"),
    "identifier.same": _("The same identifying number"),
    "identifier.other": _("Another identifying number"),
    "identifier.near": _("Identifying numbers that differ in one sign"),
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
    "Airplane": "send",
    "BankAccount": "file-text",
    "CryptoWallet": "key",
    "Address": "flag",
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
    "surname": _("Family name"),
    "givenName": _("Given name"),
    "endDate": _("Valid until"),
    "manufacturer": _("Manufacturer"),
    "icaoCode": _("ICAO type designator"),
    "imei": _("IMEI"),
    "imsi": _("IMSI"),
    "iban": _("IBAN"),
    "accountNumber": _("Account number"),
    "bankName": _("Bank"),
    "bic": _("BIC"),
    "publicKey": _("Wallet address"),
    "currencySymbol": _("Currency"),
    "managingExchange": _("Exchange that manages it"),
    "caliber": _("Calibre"),
    "full": _("Address"),
    "city": _("City"),
    "postalCode": _("Postal code"),
}

# Values that are codes themselves.
VALUES: Mapping[str, Words] = {"gender": {"female": _("Female"), "male": _("Male"), "other": _("Other")}}

# Why an agreement does not allow something (`comity.agreements.Reason.rule`).
REASONS: Words = {
    "agreement.none": _("No agreement in force binds both authorities."),
    "ask.invalid": _("It could not be decided, so it is not allowed."),
    "engine.error": _("It could not be decided, so it is not allowed."),
    "action.not-covered": _("No clause permits it."),
    "clause.forbids": _("A clause forbids it."),
    "purpose": _("The agreement does not cover this purpose."),
    "crime-area": _("The agreement does not cover this crime area."),
    "schemata": _("The agreement does not cover this kind of subject."),
    "categories": _("The agreement does not cover this category of person."),
    "handling": _("The agreement does not allow this handling code."),
    "message": _("The agreement does not cover this kind of message."),
    "approvals": _("More officers must approve first."),
    "urgency": _("The agreement does not allow this urgency."),
    "urgency-ground": _("Urgency needs a ground."),
    "in-reply": _("It answers no open message of the partner."),
    "copied": _("It is no copy, and only a copy may go there."),
    "same-state": _("A copy goes only to an authority of the same state."),
    "originator-consent": _("The originator has not consented."),
    "languages": _("The agreement does not cover this language."),
    "partner": _("The partner is not a party to the agreement."),
    "authority": _("This authority is not a party to the agreement."),
    "in-force": _("The agreement is not in force today."),
    "special": _("It reveals data of a special category."),
    "necessary": _("Strict necessity is not stated."),
    "size-bytes": _("It is too large."),
    "court": _("Use in court is not allowed."),
}

# Why a partner is not to be written to (`comity.directory.view.Standing`).
STANDING_REASONS: Words = {
    **classified.REASONS,
    "member.unknown": _("The directory does not list this partner."),
    "member.faulty": _("The partner's entry in the directory cannot be believed."),
    "member.suspended": _("The partner is suspended in the directory."),
    "member.needs-comparison": _("The partner's keys changed and must first be compared by telephone."),
    "member.expired": _("The partner's entry in the directory has expired; only what saves a life may pass."),
}

# Why a partner's node refused what we sent, by the longest beginning of its code, and what can be done about it.
CODES: Words = {
    **classified.CODES,
    "note.expired": _("It arrived after its time. Send it again."),
    "note.future": _("The clocks of the two nodes differ too much. Tell your administrator."),
    "note.unopenable": _("The partner could not open it, for its key had changed. Send it again."),
    "note.wrap": _("The partner could not open it, for its key had changed. Send it again."),
    "note": _("The partner's node found its envelope malformed. Tell your administrator."),
    "body": _("The content did not arrive as it was announced. Send it again."),
    "lane": _("It arrived out of its order. Tell your administrator."),
    "message": _("The partner's node does not know this form of message. Tell your administrator."),
    "head": _("Envelope and content disagree. Tell your administrator."),
    "attachment": _("A file was not attached as it was announced. Attach it again."),
    "in-reply": _("The partner knows of no request that this answers. Telephone its contact point."),
    "member": _("The partner's directory does not let us write to it. Tell your administrator."),
    "agreement": _("By the partner's reading no agreement binds both of you. Telephone its contact point."),
    "engine": _("The partner's node could not decide on it. Telephone its contact point."),
}


def word(words: Words, code: object) -> Any:  # noqa: ANN401 - a lazy text or the code itself
    """Return the text for a code; an unknown code is shown as it is, since a partner may be newer than this node."""
    return words.get(str(code), str(code))


def match_reason(rule: str) -> Any:  # noqa: ANN401 - a lazy text or the rule itself
    """Return the text for a rule of the comparison; `identifier.same.imo` reads as `identifier.same`."""
    stem = ".".join(rule.split(".")[:2])
    return MATCH_REASONS.get(stem, rule)


def reason(rule: str) -> Any:  # noqa: ANN401 - a lazy text or the rule itself
    """Return the text for a reason of the agreements: by the whole rule, else by what it is about."""
    return REASONS.get(rule) or STANDING_REASONS.get(rule) or REASONS.get(rule.rpartition(".")[0], rule)


def refusal_code(code: str) -> Any:  # noqa: ANN401 - a lazy text or the code itself
    """Return the text for the code with which a partner's node refused a message."""
    return CODES.get(code) or CODES.get(code.partition(".")[0]) or reason(code)


def field(asked: rules.Asked) -> Any:  # noqa: ANN401 - a lazy text
    """Return the label of a field of a subject."""
    return word(PROPERTIES, "vin" if asked.kind == "vin" else asked.prop)
