"""Judge what partners deliver, and prove to them what we send: the exchange as values, without any I/O.

The normative text is docs/protocol/delivery.md; functions carry its step numbers.
"""

from comity.delivery.errors import (
    BaseMismatchError,
    DeliveryError,
    ForkError,
    MalformedError,
    MisaddressedError,
    NotProvedError,
    UnknownLogError,
)
from comity.delivery.heads import Head, Relation, relate
from comity.delivery.lanes import InLane, Standing, Verdict, judge, next_lane
from comity.delivery.parcel import MAX_NOTES, MAX_PARCEL_BYTES, Fault, Parcel, Proof, ReceiptLeaf
from comity.delivery.proving import Proved, prove
from comity.delivery.receipts import ReceiptKind, Statement, settle
from comity.delivery.retry import wait_s

__all__ = [
    "MAX_NOTES",
    "MAX_PARCEL_BYTES",
    "BaseMismatchError",
    "DeliveryError",
    "Fault",
    "ForkError",
    "Head",
    "InLane",
    "MalformedError",
    "MisaddressedError",
    "NotProvedError",
    "Parcel",
    "Proof",
    "Proved",
    "ReceiptKind",
    "ReceiptLeaf",
    "Relation",
    "Standing",
    "Statement",
    "UnknownLogError",
    "Verdict",
    "judge",
    "next_lane",
    "prove",
    "relate",
    "settle",
    "wait_s",
]
