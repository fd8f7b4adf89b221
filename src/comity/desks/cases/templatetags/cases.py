"""Codes in words, and names of authorities, for the case desk's templates."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import (
    cells,
    choices,
    circulars,
    classified,
    columns,
    copying,
    drafts,
    due,
    facts,
    restrictions,
    rules,
    words,
)
from comity.desks.cases.facts import Fact
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.reads import MessageView

register = template.Library()

_TABLES: dict[str, words.Words] = {
    "kind": words.KINDS,
    "state": words.STATES,
    "answer": words.ANSWER_KINDS,
    "reply": words.REPLIES,
    "standing": words.STANDINGS,
    "purpose": words.PURPOSES,
    "area": words.CRIME_AREAS,
    "category": words.CATEGORIES,
    "urgency": words.URGENCIES,
    "urgency_ground": words.URGENCY_GROUNDS,
    "no_copy": copying.GROUNDS,
    "handling": words.HANDLING,
    "classification": classified.LEVELS,
    "ground": words.REFUSAL_GROUNDS,
    "delay": words.DELAYS,
    "use": words.USES,
    "channel": {**words.CHANNELS, **words.INFORMED},
    "consent": words.CONSENTS,
    "measure": words.MEASURES,
    "help": words.HELP_KINDS,
    "help_reply": {**words.REPLIES, **words.HELP_KINDS},
    "confidence": words.CONFIDENCE,
    "property": words.PROPERTIES,
}


@register.filter
def word(code: object, table: str) -> str:
    """Return a code in words: `{{ message.kind|word:"kind" }}`."""
    return str(words.word(_TABLES[table], code)) if code else ""


_WRITING = {
    "request": _("Write a request"),
    "information": _("Inform partners"),
    "answer": _("Answer the request"),
    "refusal": _("Refuse the request"),
    "reminder": _("Remind partners"),
    "correction": _("Correct what was sent"),
    "withdrawal": _("Withdraw what was sent"),
    "clarification": _("Ask back"),
    "supplement": _("Supply what is missing"),
    "hit": _("Tell of a hit"),
    "consent-request": _("Ask for consent"),
    "consent": _("Answer on consent"),
    "assistance": _("Ask for assistance"),
    "acknowledgement": _("Acknowledge"),
    **dict.fromkeys(drafts.ENTERED.values(), _("Enter a call or letter")),
}


@register.simple_tag
def writing_title(kind: str) -> Any:  # noqa: ANN401 - a lazy text
    """Return the heading of the page on which a message of this kind is written."""
    return words.word(_WRITING, kind)


@register.filter
def refusal_code(code: str) -> Any:  # noqa: ANN401 - a lazy text
    """Return what a partner's node meant by the code of its refusal, and what can be done."""
    return words.refusal_code(code)


@register.filter
def authority(authority_id: object) -> str:
    """Return an authority's name as the directory has it, in the reader's language; its id where it has none."""
    return choices.authority_name(str(authority_id), get_language() or "en")


@register.filter(name="due")
def due_(message: CaseMessage) -> datetime | None:
    """Return by when a request is to be answered."""
    return due.due_of(message)


register.filter("due_rule", due.rule_of)
register.filter("titled", cells.title)
register.simple_tag(cells.state, name="state_of")
register.simple_tag(cells.standing, name="standing_of")
register.simple_tag(cells.clock, name="clock_of")
register.simple_tag(cells.cells, name="cells")
register.simple_tag(cells.hit, name="hit")
register.filter("passage", cells.passage)


@register.filter
def asks(message: CaseMessage) -> bool:
    """Tell whether a message is one that is answered or refused, and has a clock."""
    return message.kind in rules.ASKS


@register.filter
def measure_facts(said: dict[str, Any]) -> tuple[Fact, ...]:
    """Return the facts of a measure for which assistance is asked, in words."""
    return facts.measure_facts(said)


@register.filter
def restrictions_in_words(content: dict[str, Any]) -> tuple[str, ...]:
    """Return the restrictions of code H3 of one message, in the reader's language."""
    return restrictions.in_words(content)


@register.filter
def closable(message: CaseMessage) -> bool:
    """Tell whether a circular can be closed without a message."""
    return circulars.may_be_closed_here(message)


@register.filter
def reopenable(message: CaseMessage) -> bool:
    """Tell whether a circular that was closed without a message can be opened again."""
    return circulars.may_be_opened_again(message)


@register.simple_tag
def circular_means() -> Any:  # noqa: ANN401 - a lazy text
    """Return what a request means that expects only positive answers."""
    return circulars.MEANS


@register.filter
def may_be_entered(message: CaseMessage) -> bool:
    """Tell whether an answer given outside the exchange can be entered."""
    return rules.may_be_entered(message)


@register.filter
def is_over(moment: datetime | None) -> bool:
    """Tell whether a time has passed."""
    return moment is not None and moment < timezone.now()


@register.filter
def tongue(code: str) -> str:
    """Return a language's name in the reader's language; its code where nobody has named it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
def local_moment(value: datetime) -> SafeString:
    """Show a time as the clock where it belongs shows it, whatever the node's zone: `Mon 14:05`."""
    return format_html(
        '<time datetime="{}"><bdi dir="ltr">{}</bdi></time>',
        value.isoformat(timespec="seconds"),
        formats.date_format(value, "D H:i"),
    )


@register.filter
def span(times: tuple[datetime, datetime]) -> SafeString:
    """Show from when to when, as `08:00` and `16:00` with a dash between them."""
    return format_html('<bdi dir="ltr">{}\N{EN DASH}{}</bdi>', *(formats.date_format(one, "H:i") for one in times))


@register.simple_tag
def highest_marking(views: Iterable[MessageView]) -> str:
    """Return the words for the highest classification of the messages on a page."""
    return classified.of_case(view.message for view in views)


@register.simple_tag
def columns_of(chosen: object) -> object:
    """Return the columns that were chosen for a list of messages; where none were, those it comes with."""
    return chosen or columns.shown()


@register.filter
def hexed(value: bytes) -> str:
    """Return bytes as people compare them."""
    return bytes(value).hex()


@register.filter
def percent(score: float) -> SafeString:
    """Return a score between 0 and 1 as a whole percentage; the figure comes after the words, never alone."""
    return format_html('<bdi dir="ltr">{}\N{NO-BREAK SPACE}%</bdi>', round(score * 100))
