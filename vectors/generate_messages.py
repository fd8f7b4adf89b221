"""Golden vectors of messages and notes: whole ones, and files with one fault each, named by it.

`python vectors/generate_messages.py` writes them; a test compares. A vector, once released, never changes.
"""

import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cbor2

from comity.messages import (
    AboutSubject,
    Answer,
    Assistance,
    Condition,
    ConditionRule,
    Consented,
    Fingerprint,
    Head,
    Match,
    Message,
    Note,
    Outcome,
    Part,
    Refers,
    Refused,
    TakenUp,
    Text,
    TextRole,
    Wish,
    erase,
    write,
)
from comity.messages.items import write_payload
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.classification import Classification
from comity.vocabulary.consent import Consent, Use
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.delay import Delay
from comity.vocabulary.evaluation import Evaluation
from comity.vocabulary.expects import Expects
from comity.vocabulary.handling import Handling
from comity.vocabulary.measure import Measure
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.refusal import RefusalGround
from comity.vocabulary.urgency import Urgency, UrgencyGround

FOLDER = Path(__file__).resolve().parent / "messages"
XA, XB, XC = (AuthorityId.parse(name) for name in ("xa.ncb", "xb.spoc", "xc.ncb"))
SENT = 1_795_305_600
WRAP = bytes(range(256)) * 4 + bytes(144)
Vector = dict[str, object]


def salts() -> Iterator[bytes]:
    """Yield salts that everybody can make again: 1, 2, 3, ... in sixteen bytes."""
    return (number.to_bytes(16) for number in itertools.count(1))


def head(kind: str, **changed: object) -> Head:
    """Return a head of XA to XB and XC."""
    plain = Head(kind, XA, (XB, XC), SENT, "XA-2026-000123", Purpose.CRIMINAL_INVESTIGATION, CrimeArea.DRUG_TRAFFICKING)
    return replace(plain, **changed)  # type: ignore[arg-type]  # fields by name


def texts() -> tuple[Text, ...]:
    """Return what a request must say in words."""
    return (
        Text(TextRole.LEGAL_BASIS, "en", "Controlled Drugs Act, section 4"),
        Text(TextRole.FACTS, "en", "Two containers of fruit held 600 kg of cocaine."),
        Text(TextRole.QUESTION, "en", "What do you hold on the haulier and the ship?"),
    )


def request(*parts: Part, **changed: object) -> Message:
    """Return a request."""
    return Message(head("request", **changed), (*texts(), *parts))


PERSON = AboutSubject(
    Subject.of("Person", {"name": ["Marcus Hallam Dray", "ماركوس دراي"], "birthDate": ["1974-03"]}),
    PersonCategory.SUSPECT,
    "His lorry met the ship.",
    Evaluation.parse("4x4 B2"),
)
SHIP = AboutSubject(
    Subject.of("Vessel", {"name": ["Estrella del Puerto"], "imoNumber": ["IMO2345674"]}),
    None,
    "Carried the containers.",
)
REFERS = Refers(XB, "XB-2026-000045", bytes(range(32)))
CONDITION = Condition(ConditionRule.ERASE_ON, "2027-11-22")
WATCH = Assistance(Measure.SURVEILLANCE, place="Quay 4, Port Meridian", begins="2026-12-01", ends="2026-12-07")
KEEP = Assistance(
    Measure.DATA_PRESERVATION,
    provider="Nimbus Mail",
    accounts=("dray@nimbus.example", "203.0.113.7"),
    scope="Mailbox and sign-ins since 1 November.",
    ends="2027-02-20",
)


def assistance(*parts: Part, **changed: object) -> Message:
    """Return a request for assistance."""
    return Message(head("assistance", **{"deadline": SENT + 5 * 86_400, **changed}), (*texts()[:2], *parts))


WHOLE: dict[str, Message] = {
    "request": request(PERSON, SHIP),
    "request-urgent": request(PERSON, urgency=Urgency.LIFE_AT_RISK, ground=UrgencyGround.B, approvals=2),
    "request-restricted": request(SHIP, CONDITION, handling=(Handling.H1, Handling.H3)),
    "request-classified": request(SHIP, classification=Classification.RESTRICTED),
    "request-positive-only": request(PERSON, expects=Expects.POSITIVE_ONLY),
    "request-with-copy": request(PERSON, copies=(XC,)),
    "request-with-fingerprints": request(
        PERSON, Fingerprint(XB, 1, (bytes(16), bytes(range(16)))), Fingerprint(XC, 1, (b"\1" * 16,))
    ),
    "answer-full": Message(
        head("answer"), (Answer(Outcome.FULL), REFERS, PERSON, Text(TextRole.ANSWER, "fr", "Connu ici."))
    ),
    "answer-partial": Message(head("answer"), (Answer(Outcome.PARTIAL), REFERS, Refused(RefusalGround.F, 0))),
    "answer-interim": Message(head("answer"), (Answer(Outcome.INTERIM, SENT + 86_400), REFERS)),
    "answer-negative": Message(head("answer"), (Answer(Outcome.NEGATIVE), REFERS)),
    "refusal": Message(
        head("refusal"), (REFERS, Refused(RefusalGround.G), Text(TextRole.REASON, "es", "No es delito aquí."))
    ),
    "reminder": Message(head("reminder"), (REFERS,)),
    "information": Message(head("information"), (Text(TextRole.FACTS, "en", "The ship sails tonight."), SHIP)),
    "correction": Message(
        head("correction"), (REFERS, Text(TextRole.REASON, "en", "The birth year was wrong."), PERSON)
    ),
    "withdrawal": Message(head("withdrawal"), (REFERS, Text(TextRole.REASON, "en", "Sent to the wrong person."))),
    "answer-delayed": Message(
        head("answer"), (Answer(Outcome.INTERIM, SENT + 30 * 86_400, Delay.JUDICIAL_AUTHORISATION), REFERS)
    ),
    "clarification": Message(
        head("clarification"), (REFERS, Text(TextRole.QUESTION, "en", "Which of the two ships do you mean?"))
    ),
    "hit": Message(
        head("hit"),
        (REFERS, Match(0, "same", "wanted/2026-17", "comity-1"), PERSON, Text(TextRole.FACTS, "en", "Wanted.")),
    ),
    "consent-request": Message(
        head("consent-request"), (REFERS, Wish(Use.COURT), Text(TextRole.REASON, "en", "The trial begins in March."))
    ),
    "consent-conditional": Message(head("consent"), (REFERS, Consented(Consent.CONDITIONAL), CONDITION)),
    "consent-refused": Message(head("consent"), (REFERS, Consented(Consent.REFUSED))),
    "supplement": Message(
        head("supplement"), (REFERS, Text(TextRole.FACTS, "fr", "Il s'agit du porte-conteneurs."), SHIP)
    ),
    "assistance-surveillance": assistance(WATCH, PERSON),
    "assistance-controlled-delivery": assistance(
        Assistance(
            Measure.CONTROLLED_DELIVERY,
            goods="12 kg of cocaine in a container of fruit, replaced but for 1 kg",
            route="By ship from Port Meridian to Belcourt, then by lorry",
            handover="Belcourt, gate 3, to the customs officers on duty",
            begins="2026-12-01",
            ends="2026-12-03",
        ),
        SHIP,
    ),
    "assistance-data-preservation": assistance(KEEP, urgency=Urgency.URGENT, ground=UrgencyGround.D),
    "assistance-experts": assistance(
        Assistance(Measure.EXPERTS, expertise="Marine forensics", number=2, begins="2026-12-01", ends="2026-12-14")
    ),
    "acknowledgement": Message(
        head("acknowledgement"), (REFERS, TakenUp("Port crime unit", SENT + 2 * 86_400, "+999 1 555 0147"))
    ),
    "acknowledgement-plain": Message(head("acknowledgement"), (REFERS, TakenUp("Duty desk"))),
}
BROKEN: dict[str, Message] = {
    "urgency-without-ground": request(urgency=Urgency.URGENT),
    "ground-without-urgency": request(ground=UrgencyGround.A),
    "h3-without-condition": request(handling=(Handling.H3,)),
    "sender-among-recipients": request(recipients=(XA, XB)),
    "subject-without-link": request(replace(SHIP, link="")),
    "request-without-question": Message(head("request"), texts()[:2]),
    "kind-unknown": Message(head("telegram"), texts()),
    "answer-without-outcome": Message(head("answer"), (REFERS,)),
    "refusal-without-ground": Message(head("refusal"), (REFERS,)),
    "item-of-another-kind": request(Refused(RefusalGround.A)),
    "interim-without-time": Message(head("answer"), (Answer(Outcome.INTERIM), REFERS)),
    "full-answer-with-more-to-come": Message(head("answer"), (Answer(Outcome.FULL, SENT), REFERS)),
    "person-without-category": request(replace(PERSON, category=None)),
    "subject-of-unknown-schema": request(replace(SHIP, subject=Subject.of("Spaceship", {"name": ["Rocinante"]}))),
    "subject-of-abstract-schema": request(replace(SHIP, subject=Subject.of("Thing", {"name": ["x"]}))),
    "subject-with-unknown-property": request(replace(SHIP, subject=Subject.of("Vessel", {"warpDrive": ["x"]}))),
    "subject-without-property": request(replace(SHIP, subject=Subject("Vessel"))),
    "erase-on-no-day": request(Condition(ConditionRule.ERASE_ON, "next spring"), handling=(Handling.H3,)),
    "full-answer-with-delay": Message(head("answer"), (Answer(Outcome.FULL, 0, Delay.JUDICIAL_AUTHORISATION), REFERS)),
    "full-answer-with-a-refused-part": Message(
        head("answer"), (Answer(Outcome.FULL), REFERS, Refused(RefusalGround.F, 0))
    ),
    "answer-that-refuses-everything": Message(
        head("answer"), (Answer(Outcome.PARTIAL), REFERS, Refused(RefusalGround.F))
    ),
    "clarification-without-question": Message(
        head("clarification"), (REFERS, Text(TextRole.REASON, "en", "This is not clear."))
    ),
    "clarification-of-nothing": Message(
        head("clarification"), (Text(TextRole.QUESTION, "en", "Which of the two ships?"),)
    ),
    "wish-for-no-codes": Message(head("consent-request"), (REFERS, Wish(Use.HANDLING), texts()[1])),
    "consent-request-without-reason": Message(head("consent-request"), (REFERS, Wish(Use.COURT))),
    "consent-without-its-conditions": Message(head("consent"), (REFERS, Consented(Consent.CONDITIONAL))),
    "refused-consent-with-conditions": Message(head("consent"), (REFERS, Consented(Consent.REFUSED), CONDITION)),
    "consent-to-nothing": Message(head("consent"), (Consented(Consent.GRANTED),)),
    "hit-without-match": Message(head("hit"), (REFERS, PERSON)),
    "hit-of-nothing": Message(head("hit"), (Match(0, "same", "wanted/2026-17", "comity-1"),)),
    "hit-not-confirmed": Message(head("hit"), (REFERS, Match(0, "different", "wanted/2026-17", "comity-1"))),
    "supplement-without-words": Message(head("supplement"), (REFERS, SHIP)),
    "supplement-subject-without-link": Message(
        head("supplement"), (REFERS, Text(TextRole.FACTS, "en", "It is this one."), replace(SHIP, link=""))
    ),
    "request-positive-only-to-one": request(expects=Expects.POSITIVE_ONLY, recipients=(XB,)),
    "request-positive-only-urgent": request(
        expects=Expects.POSITIVE_ONLY, urgency=Urgency.LIFE_AT_RISK, ground=UrgencyGround.B
    ),
    "request-positive-only-with-deadline": request(expects=Expects.POSITIVE_ONLY, deadline=SENT + 86_400),
    "information-positive-only": Message(
        head("information", expects=Expects.POSITIVE_ONLY), (Text(TextRole.FACTS, "en", "The ship sails tonight."),)
    ),
    "copy-to-no-recipient": request(copies=(XA,)),
    "copies-to-all": request(copies=(XB, XC)),
    "clarification-with-copy": Message(
        head("clarification", copies=(XC,)), (REFERS, Text(TextRole.QUESTION, "fr", "Lequel des deux ?"))
    ),
    "fingerprint-for-no-recipient": request(PERSON, Fingerprint(XA, 1, (bytes(16),))),
    "fingerprint-twice-for-one": request(PERSON, *(Fingerprint(XB, 1, (bytes(16),)),) * 2),
    "fingerprint-out-of-order": request(PERSON, Fingerprint(XB, 1, (bytes(range(16)), bytes(16)))),
    "assistance-without-its-place": assistance(replace(WATCH, place="")),
    "assistance-with-what-belongs-to-another-measure": assistance(replace(WATCH, provider="Nimbus Mail")),
    "assistance-on-no-day": assistance(replace(WATCH, begins="2026-12")),
    "assistance-that-ends-before-it-begins": assistance(replace(WATCH, ends="2026-11-30")),
    "assistance-without-deadline": assistance(WATCH, deadline=0),
    "assistance-without-legal-basis": Message(head("assistance", deadline=SENT), (WATCH, texts()[1])),
    "assistance-without-measure": assistance(PERSON),
    "assistance-subject-without-link": assistance(WATCH, replace(SHIP, link="")),
    "acknowledgement-of-nothing": Message(head("acknowledgement"), (TakenUp("Duty desk"),)),
    "acknowledgement-by-nobody": Message(head("acknowledgement"), (REFERS, texts()[1])),
    "acknowledgement-with-a-subject": Message(head("acknowledgement"), (REFERS, TakenUp("Duty desk"), SHIP)),
    "condition-without-words": request(Condition(ConditionRule.TEXT), handling=(Handling.H3,)),
}


def unchecked(message: Message) -> bytes:
    """Return the payload of a message that breaks a rule of its kind."""
    source = salts()
    parts: tuple[Part, ...] = (message.head, *message.parts)
    return write_payload(((part.name, part.to_value()) for part in parts), lambda: next(source))[0]


def payload_vectors() -> Iterator[tuple[str, Vector]]:
    """Yield (name, vector) of payloads."""
    for name, message in WHOLE.items():
        source = salts()
        payload, msg = write(message, lambda source=source: next(source))  # type: ignore[misc]  # bound now
        yield name, {"comment": "a whole message", "payload": payload.hex(), "msg": msg.hex(), "expect": "ok"}
    source = salts()
    payload, msg = write(WHOLE["request"], lambda: next(source))
    erased = {"payload": erase(payload, [4]).hex(), "msg": msg.hex(), "expect": "message.item.erased"}
    yield "item-erased", {"comment": "the fifth item is reduced to its hash; the root stays", **erased}
    yield "trailing-byte", fault("one byte stands after the payload", payload + b"\0", "canonical.other-form")
    loose = cbor2.dumps({"items": cbor2.loads(payload)["items"], "v": 1})
    yield "keys-out-of-order", fault("the keys of the payload are not in canonical order", loose, "message.payload")
    yield (
        "version-2",
        fault("the payload is of version 2", payload.replace(b"\xa2\x61v\x01", b"\xa2\x61v\x02", 1), "message.payload"),
    )
    for name, message in BROKEN.items():
        yield name, fault("a rule of the kind is broken", unchecked(message), _code(message))


def fault(comment: str, payload: bytes, expect: str) -> Vector:
    """Return a vector that must be refused."""
    return {"comment": comment, "payload": payload.hex(), "expect": expect}


def _code(message: Message) -> str:
    from comity.messages import MessageError  # noqa: PLC0415  # only here

    try:
        message.check()
    except MessageError as error:
        return error.code
    raise AssertionError("the message breaks no rule")


def note_vectors() -> Iterator[tuple[str, Vector]]:
    """Yield (name, vector) of notes."""
    note = Note(
        v=1, suite=1, from_=XA, to=XB, lane=1, seq=7, prev=bytes(range(32)), msg=bytes(32), body=b"\1" * 32, size=2100,
        dir=(3, 141, b"\2" * 32), sent=SENT, exp=SENT + 14 * 86_400, wrap=WRAP,
    )  # fmt: skip
    whole = note.to_bytes()
    values = cbor2.loads(whole)
    yield "note", {"comment": "a whole note", "note": whole.hex(), "core": note.core_bytes().hex(), "expect": "ok"}
    again = replace(note, supersedes=b"\3" * 32)
    yield (
        "note-superseding",
        {
            "comment": "replaces another",
            "note": again.to_bytes().hex(),
            "core": again.core_bytes().hex(),
            "expect": "ok",
        },
    )
    for name, comment, changed in (
        ("note-lane-2", "there is no third lane", {"lane": 2}),
        ("note-seq-0", "places are counted from 1", {"seq": 0}),
        ("note-prev-short", "a hash of 31 bytes", {"prev": bytes(31)}),
        ("note-seq-float", "a number that is no integer", {"seq": 7.0}),
        ("note-extra-field", "a field that nobody knows", {"colour": "red"}),
        ("note-to-nobody", "no authority", {"to": "nobody"}),
    ):
        data = cbor2.dumps({**values, **changed}, canonical=True)
        yield name, {"comment": comment, "note": data.hex(), "expect": "note.field"}
    loose = cbor2.dumps(dict(sorted(values.items())))
    yield (
        "note-out-of-order",
        {"comment": "keys in alphabetical order", "note": loose.hex(), "expect": "note.noncanonical"},
    )
    yield "note-cut", {"comment": "the last byte is missing", "note": whole[:-1].hex(), "expect": "note.malformed"}
    yield "note-oversized", {"comment": "more than 8,192 bytes", "note": bytes(8193).hex(), "expect": "note.oversized"}


def vectors() -> dict[str, str]:
    """Return the text of every file, by its name."""
    found = dict([*payload_vectors(), *note_vectors()])
    return {f"{name}.json": json.dumps(vector, ensure_ascii=False, indent=1) + "\n" for name, vector in found.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in vectors().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(vectors())} vectors\n")
