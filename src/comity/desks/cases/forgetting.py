"""Erase what this desk keeps of a message: the row stays and says that there was one, and nothing of what it said."""

from django.db.models import Q

from comity.desks.cases import indexing
from comity.desks.cases.athome import PickedFrom
from comity.desks.cases.entered import Entered
from comity.desks.cases.marked import SubjectMark
from comity.desks.cases.models import Candidate, Case, CaseLink, CaseMessage, CaseNote, DraftFile, StoredDraft
from comity.vocabulary.authority import AuthorityId


def forget(own: AuthorityId, msg: bytes) -> bool:
    """Empty a message's content and caption, its candidates' copies of records, drafts of and about it, and its words.

    What was picked out of a pasted text goes with the text; of what was entered by hand also who spoke at the partner,
    and the keys of its files. Tells whether there was anything left to erase.

    Runs in the transaction that erases the message itself. A case whose messages are all erased loses its title,
    the notes in it and the reasons of its links.
    """
    messages = CaseMessage.objects.filter(authority=str(own), msg=msg)
    ids, cases = (set(messages.values_list(name, flat=True)) for name in ("id", "case"))
    there = messages.filter(erased=False).exists()
    messages.update(erased=True, kept=None, caption="")
    SubjectMark.objects.filter(message__in=ids).delete()
    PickedFrom.objects.filter(message__in=ids).delete()
    Entered.objects.filter(message__in=ids).update(spoken_to="")
    Candidate.objects.filter(message__in=ids).update(record=None, reasons=[], reason="")
    for name in ("message__in", "about__in"):
        StoredDraft.objects.filter(**{name: ids}).update(data={}, caption="", reason="")
    DraftFile.objects.filter(draft__message__in=ids).delete()
    left = CaseMessage.objects.filter(case__in=cases, erased=False).values_list("case", flat=True)
    empty = cases - set(left)
    Case.objects.filter(id__in=empty).update(title="", closing="")
    notes = CaseNote.objects.filter(case__in=empty)
    notes.update(text="")
    CaseLink.objects.filter(Q(first__in=empty) | Q(second__in=empty)).update(why="")
    indexing.drop(ids, notes.values_list("id", flat=True))
    return there
