"""Which desk receives which kind of message. The node knows no desks; this table introduces them."""

from comity.config import frame


def register_all() -> None:
    """Hand the desks' receivers to the exchange, their counts and the node's warnings to the frame."""
    from comity.config import warners  # noqa: PLC0415 - models need loaded apps
    from comity.desks.cases import arriving, drafts, forgetting, reads  # noqa: PLC0415 - as above
    from comity.messages import KINDS  # noqa: PLC0415 - as above
    from comity.node.exchange import receivers  # noqa: PLC0415 - as above

    for kind in KINDS:
        receivers.register(kind, arriving.receive)
    receivers.register_forgetter(forgetting.forget)
    frame.COUNTERS["cases"] = lambda officer: reads.waiting_for(officer) + drafts.waiting_for(officer)
    frame.WARNERS[:] = [warners.incidents, warners.directory, warners.partners]
