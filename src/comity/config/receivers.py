"""Which desk receives which kind of message. The node knows no desks; this table introduces them."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils.safestring import SafeString

from comity.config import frame


def register_all() -> None:
    """Hand the desks' receivers to the exchange, their counts and the node's warnings to the frame."""
    from comity.config import warners  # noqa: PLC0415 - models need loaded apps
    from comity.desks.cases import (  # noqa: PLC0415 - as above
        announcing,
        arriving,
        counting,
        drafts,
        escalating,
        forgetting,
        indexing,
        kept_answers,
        mailing,
        marks,
        reads,
    )
    from comity.desks.cases.actions import leaving  # noqa: PLC0415 - as above
    from comity.messages import KINDS  # noqa: PLC0415 - as above
    from comity.node import chores  # noqa: PLC0415 - as above
    from comity.node.exchange import receivers  # noqa: PLC0415 - as above
    from comity.node.partners import agreeing  # noqa: PLC0415 - as above

    for kind in KINDS:
        receivers.register(kind, arriving.receive)
    receivers.register_forgetter(forgetting.forget)
    chores.register("what leaves", timedelta(seconds=1), leaving.send_due)
    chores.register("words of messages", timedelta(seconds=2), lambda _: indexing.catch_up(portions=5))
    chores.register("marks of requests", timedelta(seconds=10), lambda _: marks.catch_up())
    chores.register("keys of pairs", timedelta(minutes=10), agreeing.keep)
    chores.register("dropped words", timedelta(seconds=5), lambda _: indexing.tidy())
    chores.register("statistics", timedelta(minutes=10), counting.count)
    chores.register("escalations", timedelta(seconds=5), escalating.escalate)
    chores.register("announcements", timedelta(seconds=2), announcing.gather)
    chores.register("webhooks", timedelta(seconds=2), announcing.deliver, apart=True)
    chores.register("kept answers", timedelta(hours=1), kept_answers.forget_old)
    chores.register("e-mail", timedelta(minutes=1), mailing.send_due, apart=True)
    frame.BANDS[:] = [_ringing, _leaving]
    frame.COUNTERS["cases"] = lambda officer: reads.waiting_for(officer) + drafts.waiting_for(officer)
    frame.WARNERS[:] = [warners.incidents, warners.directory, warners.partners]


def _ringing(request: HttpRequest) -> SafeString:
    from comity.desks.cases.views import ringing  # noqa: PLC0415 - the worker shows no pages

    return ringing.band(request)


def _leaving(request: HttpRequest) -> SafeString:
    from comity.desks.cases.views import leaving  # noqa: PLC0415 - as above

    return leaving.band(request)
