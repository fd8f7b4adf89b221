"""Telling national systems what happens: which rows say, whom it is told, and the letter that is signed.

A letter names rows and a time, and nothing that anybody said: who wants to know more asks the interface, with a token.
"""

import base64
import hmac
import json
import logging
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.db.models import Max

from comity.desks.cases.actions.recording import record
from comity.desks.cases.hooked import Announcement, Subscription, Told
from comity.desks.cases.models import Addressee, CaseMessage
from comity.desks.cases.visibility import visible_messages
from comity.node.exchange import calling
from comity.node.exchange.models import Note, Receipt
from comity.node.officers.rules import Duty
from comity.node.writing import writing

SIGNATURE: Final = "Comity-Signature"
PORTION: Final = 200
"""Rows that are looked at for one subscription at a time."""
OVERLAP: Final = 64
"""Rows that are looked at once more: PostgreSQL may commit a lower number after a higher one."""
AT_ONCE: Final = 20
FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=1)
GIVEN_UP_AFTER: Final = timedelta(days=3)
KEPT: Final = timedelta(days=2)
_REPLIES: Final = frozenset({"answer", "refusal"})
_RECEIPTS: Final[Mapping[str, Told]] = {"stored": Told.STORED, "read": Told.READ}
log = logging.getLogger(__name__)


def newest() -> tuple[int, int]:
    """Return the highest numbers of messages and receipts: from here on a new subscription is told."""
    message = CaseMessage.objects.aggregate(last=Max("id"))["last"]
    receipt = Receipt.objects.aggregate(last=Max("id"))["last"]
    return message or 0, receipt or 0


def key_of(subscription: Subscription) -> str:
    """Return the key that signs what is told to a subscription; it is made anew each time and kept nowhere."""
    secret = settings.SECRET_KEY.encode()
    found = hmac.digest(secret, b"comity/webhook/v1\0" + bytes(subscription.salt), "sha256")
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode()


def signature(key: str, at: datetime, body: bytes) -> str:
    """Return the header that proves who wrote a letter and when: one that is sent again later is old."""
    second = int(at.timestamp())
    return f"t={second},v1={hmac.digest(key.encode(), f'{second}.'.encode() + body, 'sha256').hex()}"


def letter(one: Announcement) -> bytes:
    """Return what is told: kind, numbers of rows, time, and a handle by which a repetition is known."""
    told = {
        "id": one.handle,
        "type": one.kind,
        "case": one.case_id,
        "message": one.message_id,
        "at": one.at.isoformat(timespec="seconds"),
    }
    return json.dumps(told, separators=(",", ":")).encode()


def gather(at: datetime) -> int:
    """Write down what is to be told to whom; a chore of the worker. Returns how much was written down."""
    count = 0
    for one in Subscription.objects.filter(stopped_at=None).select_related("officer").order_by("id"):
        if one.officer.may(Duty.READ_CASES):
            count += _gather(one, at)
    return count


def _gather(one: Subscription, at: datetime) -> int:
    last_message, last_receipt = newest()
    if (last_message, last_receipt) == (one.seen_message, one.seen_receipt):
        return 0
    found = [*_of_messages(one, last_message), *_of_receipts(one, last_receipt)]
    wanted = [Announcement(subscription=one, handle=secrets.token_hex(16), due_at=at, **fields) for fields in found]
    upto_message = min(last_message, one.seen_message + PORTION)
    upto_receipt = min(last_receipt, one.seen_receipt + PORTION)
    with writing():
        Announcement.objects.bulk_create([new for new in wanted if new.kind in one.kinds], ignore_conflicts=True)
        Subscription.objects.filter(pk=one.pk).update(seen_message=upto_message, seen_receipt=upto_receipt)
    return len(wanted)


def _of_messages(one: Subscription, last: int) -> Iterator[dict[str, object]]:
    rows = CaseMessage.objects.filter(id__gt=one.seen_message - OVERLAP, id__lte=min(last, one.seen_message + PORTION))
    rows = rows.filter(incoming=True, arrived_at__gte=one.made_at)
    for message in visible_messages(one.officer, rows).order_by("id"):
        told = {"thing": message.pk, "case_id": message.case_id, "message_id": message.pk, "at": message.arrived_at}
        yield {"kind": Told.ARRIVED, **told}
        if message.kind in _REPLIES:
            yield {"kind": Told.ANSWERED, **told}


def _of_receipts(one: Subscription, last: int) -> Iterator[dict[str, object]]:
    rows = Receipt.objects.filter(id__gt=one.seen_receipt - OVERLAP, id__lte=min(last, one.seen_receipt + PORTION))
    for receipt in rows.filter(ours=False, kind__in=_RECEIPTS, at__gte=one.made_at).order_by("id"):
        notes = Note.objects.filter(
            pair=receipt.pair_id, lane=receipt.lane, out=True, seq__range=(receipt.first, receipt.last)
        )
        copies = Addressee.objects.filter(note_id__in=notes.values("pk")).select_related("message")
        seen = visible_messages(one.officer, CaseMessage.objects.filter(pk__in=copies.values("message")))
        visible = set(seen.values_list("pk", flat=True))
        for copy in copies:
            if copy.message_id in visible:
                told = {"case_id": copy.message.case_id, "message_id": copy.message_id, "at": receipt.at}
                yield {"kind": _RECEIPTS[receipt.kind], "thing": copy.note_id, **told}


def deliver(at: datetime) -> int:
    """Tell what is due; a chore of the worker, apart from its other work. Returns how much was taken."""
    old = Announcement.objects.filter(taken_at__lt=at - KEPT)
    if old.exists():
        with writing():
            old.delete()
    waiting = Announcement.objects.filter(taken_at=None, due_at__lte=at)
    found = Subscription.objects.filter(stopped_at=None, pk__in=waiting.values("subscription"))
    return sum(_deliver(one, at) for one in found.select_related("officer").order_by("id"))


def _deliver(one: Subscription, at: datetime) -> int:
    """Tell one subscription in order; after a failure the rest waits, too."""
    count = 0
    waiting = Announcement.objects.filter(subscription=one, taken_at=None, due_at__lte=at).order_by("id")
    for announcement in waiting[:AT_ONCE]:
        rows = CaseMessage.objects.filter(pk=announcement.message_id)
        if not one.officer.may(Duty.READ_CASES) or not visible_messages(one.officer, rows).exists():
            with writing():
                announcement.delete()  # what he may no longer see he is not told of, either
            continue
        body = letter(announcement)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Comity",
            SIGNATURE: signature(key_of(one), at, body),
        }
        called = calling.post(one.url, body, headers, named=settings.NODE.webhook_hosts)
        if not called.taken:
            _note_failed(one, announcement, called, at)
            break
        with writing():
            Announcement.objects.filter(pk=announcement.pk).update(taken_at=at)
            Subscription.objects.filter(pk=one.pk).update(reached_at=at, failing_since=None, code="")
        count += 1
    return count


def _note_failed(one: Subscription, announcement: Announcement, called: calling.Called, at: datetime) -> None:
    """Put off what was not taken; stop telling an address that is gone, or that fails for days."""
    tries = announcement.tries + 1
    due_at = at + wait(tries)
    since = one.failing_since or at
    gone = called.status == HTTPStatus.GONE or at - since >= GIVEN_UP_AFTER
    with writing():
        waiting = Announcement.objects.filter(subscription=one, taken_at=None)
        waiting.filter(pk=announcement.pk).update(tries=tries)
        waiting.filter(due_at__lt=due_at).update(due_at=due_at)
        code = str(called.status) if called.status else called.code
        Subscription.objects.filter(pk=one.pk).update(failing_since=since, code=code, stopped_at=at if gone else None)
        if gone:
            record("webhook.stopped", one.officer, at, facts={"subscription": one.pk})
    log.info("an announcement was not taken (%s); it is tried again", called.code)


def wait(tries: int) -> timedelta:
    """Return for how long nothing is told after so many tries in a row that failed."""
    longer: int = 2 ** min(tries - 1, 20)
    return min(FIRST_WAIT * longer, LONGEST_WAIT)
