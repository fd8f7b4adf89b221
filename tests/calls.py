"""What tests do inside a node: each function runs in a process of its own; JSON in and out."""

# ruff: noqa: E402, T201 - Django must be set up before models are imported, and the result is printed

import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")
django.setup()

from django.db import transaction
from django.utils import timezone

from comity.messages import AboutSubject, Head, Message, Text, TextRole
from comity.node.exchange import models, outbox
from comity.node.ledger.models import Checkpoint, Cosignature, Entry, Log
from comity.node.partners import mirrored
from comity.node.partners.models import Incident, Lane, Pair, Rejection
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.urgency import Urgency, UrgencyGround


def mirror(root: str, source: str) -> bool:
    mirrored.begin(Path(root).read_bytes())
    mirrored.set_sources([source])
    return mirrored.refresh(timezone.now())


def request(sender: str, recipients: list[str], number: int, *, urgent: bool = False, words: int = 900) -> Message:
    urgency = Urgency.LIFE_AT_RISK if urgent else Urgency.NORMAL
    return Message(
        Head(
            kind="request",
            from_=AuthorityId.parse(sender),
            recipients=tuple(AuthorityId.parse(one) for one in recipients),
            sent=int(timezone.now().timestamp()),
            reference=f"{sender[:2].upper()}-2026-{number:06}",
            purpose=Purpose.CRIMINAL_INVESTIGATION,
            area=CrimeArea.DRUG_TRAFFICKING,
            urgency=urgency,
            ground=UrgencyGround.B if urgent else None,
        ),
        (
            Text(TextRole.LEGAL_BASIS, "en", "Controlled Drugs Act, section 4"),
            Text(TextRole.FACTS, "en", "x" * words),
            Text(TextRole.QUESTION, "en", "What do you hold on them?"),
            AboutSubject(
                Subject.of("Person", {"name": ["Marcus Dray"], "birthDate": ["1974"]}),
                PersonCategory.SUSPECT,
                "owns the lorry that carried the fruit",
            ),
            AboutSubject(Subject.of("Vessel", {"name": ["Estrella del Puerto"]}), None, "carried the containers"),
        ),
    )


def send(sender: str, recipients: list[str], count: int = 1, *, urgent: bool = False, words: int = 900) -> int:
    at = timezone.now()
    messages = [request(sender, recipients, number, urgent=urgent, words=words) for number in range(count)]
    with transaction.atomic():
        results = outbox.send(messages, by="test", at=at)
    return sum(isinstance(result, outbox.Sent) for result in results)


def state() -> dict:
    notes = models.Note.objects
    return {
        "waiting": notes.filter(out=True, state="w").count(),
        "delivered": notes.filter(out=True, state="s").count(),
        "refused_by_partner": notes.filter(out=True, state="r").count(),
        "arrived": notes.filter(out=False, state="s").count(),
        "refused": notes.filter(out=False, state="r").count(),
        "codes": sorted(set(notes.exclude(code="").values_list("code", flat=True))),
        "lanes": [
            list(row) for row in Lane.objects.values_list("pair__own", "pair__partner", "number", "out_next", "in_next")
        ],
        "incidents": sorted(Incident.objects.values_list("code", flat=True)),
        "rejections": {row.code: row.count for row in Rejection.objects.all()},
        "failures": sorted(set(Pair.objects.exclude(last_code="").values_list("last_code", flat=True))),
        "cosignatures": Cosignature.objects.count(),
        "logs": {row.name: [row.size, row.signed_size] for row in Log.objects.all()},
        "unnumbered": Entry.objects.filter(index__isnull=True).count(),
        "unsigned": Checkpoint.objects.filter(text__isnull=True).count(),
    }


def mirror_now() -> int:
    """Follow partners' logs at once, as the worker does every minute; returns the leaves mirrored."""
    from comity.node.exchange import mirror, transport
    from comity.node.exchange.models import MirrorTile
    from comity.node.partners import keyring

    keyring.unlock("the lighthouse keeper sleeps")
    mirror.follow_all(timezone.now())
    transport.forget()
    return MirrorTile.objects.count()


def renewed(days: int) -> dict:
    """Renew keys and card as of some days from now; returns what the card and the keystore then hold."""
    from datetime import timedelta

    from comity.directory.card import read_card
    from comity.node import nodefile, places
    from comity.node.partners import keyring, renewing

    keyring.unlock("the lighthouse keeper sleeps")
    at = timezone.now() + timedelta(days=days)
    (own,) = nodefile.authorities()
    written = renewing.renew(AuthorityId.parse(own), at)
    card = read_card((places.folder() / "cards" / f"{own}.card.json").read_bytes())
    return {
        "written": written,
        "version": card.version,
        "weeks": len(card.member.kem_keys),
        "held": len(keyring.keys().kems(own)),
    }


if __name__ == "__main__":
    name, arguments = sys.argv[1], json.loads(sys.stdin.read() or "{}")
    print(json.dumps(globals()[name](**arguments)))
