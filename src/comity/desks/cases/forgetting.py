"""Erase what this desk keeps of a message: the row stays and says that there was one, and nothing of what it said."""

from comity.desks.cases.models import Candidate, Case, CaseMessage, StoredDraft
from comity.vocabulary.authority import AuthorityId


def forget(own: AuthorityId, msg: bytes) -> None:
    """Empty a message's content and caption, its candidates' copies of records, and drafts of and about it.

    Runs in the transaction that erases the message itself. A case whose messages are all erased loses its title.
    """
    messages = CaseMessage.objects.filter(authority=str(own), msg=msg)
    ids, cases = (set(messages.values_list(name, flat=True)) for name in ("id", "case"))
    messages.update(erased=True, kept=None, caption="")
    Candidate.objects.filter(message__in=ids).update(record=None, reasons=[], reason="")
    for name in ("message__in", "about__in"):
        StoredDraft.objects.filter(**{name: ids}).update(data={}, caption="", reason="")
    left = CaseMessage.objects.filter(case__in=cases, erased=False).values_list("case", flat=True)
    Case.objects.filter(id__in=cases - set(left)).update(title="")
