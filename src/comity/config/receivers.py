"""Which desk receives which kind of message. The node knows no desks; this table introduces them."""

from django.apps import apps

from comity.config import frame


def register_all() -> None:
    """Hand the desks' receivers to the exchange and their counts to the frame."""
    if not apps.is_installed("comity.desks.cases"):
        return
    from comity.desks.cases import arriving, reads  # noqa: PLC0415 - models need loaded apps
    from comity.messages import KINDS  # noqa: PLC0415 - as above
    from comity.node.exchange import receivers  # noqa: PLC0415 - as above

    for kind in KINDS:
        receivers.register(kind, arriving.receive)
    frame.COUNTERS["cases"] = reads.waiting_for
