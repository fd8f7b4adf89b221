"""Why a parcel was not believed.

* DeliveryError
  + MalformedError      the bytes are no parcel
  + MisaddressedError   the parcel, or a note in it, is not between these two authorities
  + UnknownLogError     the directory knows no such log of this authority in force
  + BaseMismatchError   consistency is proved from another head than ours; the sender tries again from ours
  + NotProvedError      a signature is missing or wrong, or a leaf is not included
  + ForkError           two roots for one size, or two notes for one place in a lane: kept as evidence
"""


class DeliveryError(Exception):
    """A parcel from a partner was not believed; nothing of it was kept.

    Attributes:
        code: stable key such as ``parcel.malformed``, given to the partner, counted, and put into words by pages.
    """

    code = "delivery"

    def __init__(self, text: str, code: str | None = None) -> None:
        super().__init__(text)
        if code is not None:
            self.code = code


class MalformedError(DeliveryError):
    """The bytes are no parcel: wrong form, size or version."""

    code = "parcel.malformed"


class MisaddressedError(DeliveryError):
    """The parcel is not between the two authorities whose door this is."""

    code = "parcel.misaddressed"


class UnknownLogError(DeliveryError):
    """The directory names no such log in force for the sender."""

    code = "log.unknown"


class BaseMismatchError(DeliveryError):
    """Consistency is proved from a size that is not our head.

    Attributes:
        head: size of the head we hold, from which the sender proves next time.
    """

    code = "head.mismatch"

    def __init__(self, head: int) -> None:
        super().__init__(f"consistency must be proved from size {head}")
        self.head = head


class NotProvedError(DeliveryError):
    """A checkpoint lacks a valid signature of each kind, or a leaf lacks its proof."""

    code = "proof.invalid"


class ForkError(DeliveryError):
    """The partner's log contradicts what it showed before; `evidence` proves it to others.

    Attributes:
        evidence: the two signed texts that cannot both be true, as received.
    """

    code = "log.forked"

    def __init__(self, text: str, evidence: tuple[bytes, ...], code: str | None = None) -> None:
        super().__init__(text, code)
        self.evidence = evidence
