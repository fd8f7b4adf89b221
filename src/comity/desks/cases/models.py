"""Cases, their messages, to whom each went, and the candidates found for what a partner asks about.

The sealed bodies, notes and receipts lie in `comity.node.exchange`; here stands what an officer reads, so that a list
of fifty messages opens no body. What a message says is personal data: erasure empties it and keeps the row.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from comity.desks.cases import alerting, athome, entered, holders, hooked, how_far, marked  # noqa: F401 - their tables belong to it
from comity.desks.cases.content import content_of
from comity.node.exchange import bodies


class Case(models.Model):
    """What belongs together: one request, its answers, and what follows from them."""

    reference = models.CharField(max_length=60)
    authority = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    holder = models.ForeignKey(  # who works on it
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    held_since = models.DateTimeField(null=True)  # when its holder last changed, to nobody too
    operation = models.CharField(max_length=80, blank=True)  # name of the operation it belongs to
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    closing = models.CharField(max_length=500, blank=True)  # why it was closed
    opened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["authority", "reference"], name="a_reference_names_one_case"),
            models.CheckConstraint(
                condition=Q(holder=None) | Q(held_since__isnull=False),
                name="a_case_is_held_since_some_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["holder", "id"], condition=Q(holder__isnull=False), name="cases_by_holder"),
            models.Index(fields=["authority", "held_since"], name="cases_by_change_of_holder"),
        ]

    def __str__(self) -> str:
        return self.reference


class State(models.TextChoices):
    """What a message waits for."""

    NEW = "new", "new"  # in: nobody here has opened it
    OPEN = "open", "open"  # in: opened, not yet answered; out: not yet answered
    ANSWERED = "answered", "answered"
    REFUSED = "refused", "refused"
    DONE = "done", "done"  # nothing more is expected


class Standing(models.TextChoices):
    """What the originator of a message said of it later; the message itself stays as it was."""

    CORRECTED = "corrected", "corrected"
    WITHDRAWN = "withdrawn", "withdrawn"


class CaseMessage(models.Model):
    """A message in one of our authorities' cases, as officers read it.

    `msg` is the root over its items, by which every copy and its proof are found. `kept` is what `content.content_of`
    made of a message of ours. What came in is kept once, in its sealed body, and opened for the page that shows it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    authority = models.CharField(max_length=40)
    originator = models.CharField(max_length=40)
    incoming = models.BooleanField()
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=60)
    in_reply_to = models.CharField(max_length=120, blank=True)  # root of the message it answers, in hex
    msg = models.BinaryField(max_length=32)
    note_id = models.BigIntegerField(null=True)  # in: the note that brought it
    channel = models.CharField(max_length=20, blank=True)  # outside the exchange, and entered here: `entered.Channel`
    purpose = models.CharField(max_length=40, blank=True)
    crime_area = models.CharField(max_length=40, blank=True)
    urgency = models.CharField(max_length=20)
    handling = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    unit = models.CharField(max_length=120, blank=True)
    restricted = models.BooleanField(default=False)
    tags_fit = models.BooleanField(null=True)  # in: whether the fingerprint is of what it says; `None`: not judged
    circular = models.BooleanField(default=False)  # expects only positive answers: nobody owes one
    copied = models.BooleanField(default=False)  # in: came as a copy, and nothing is owed for it
    caption = models.CharField(max_length=200, blank=True)
    kept = models.JSONField(null=True, db_column="content")
    erased = models.BooleanField(default=False)
    opened: dict[str, Any] | None  # in: what the body says, once it has been opened for a page
    deadline = models.DateTimeField(null=True)
    limit_at = models.DateTimeField(null=True)  # of a request: when it would be due if nothing had been said
    due_at = models.DateTimeField(null=True)  # moved by what was said; of an interim answer: by when more comes
    warn_at = models.DateTimeField(null=True)  # three quarters of the time are over
    still_since = models.DateTimeField(null=True)  # a clarification is asked and not answered
    delay = models.CharField(max_length=30, blank=True)  # code of the exception that lets it be late
    sent_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)  # in: when this node received it
    ahead = models.BooleanField(default=False)  # in: an earlier message of the lane was missing when it came
    state = models.CharField(max_length=10, choices=State)
    standing = models.CharField(max_length=10, choices=Standing, blank=True)  # what its originator said of it later
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["msg", "authority", "incoming"], name="a_message_is_kept_once_each_way"),
            models.CheckConstraint(
                condition=Q(incoming=False) | Q(arrived_at__isnull=False), name="what_came_in_has_a_time_of_arrival"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["authority", "incoming", "state", "id"], name="messages_by_state"),
            models.Index(
                fields=["authority", "state", "id"], condition=~Q(urgency="normal"), name="messages_that_cannot_wait"
            ),
            models.Index(fields=["authority", "incoming", "kind", "state", "due_at"], name="messages_by_due_time"),
            # For lists in the order of arrival; what follows the number is what they are narrowed by.
            models.Index(
                fields=["authority", "id", "incoming", "kind", "urgency", "crime_area", "state", "originator"],
                name="messages_to_narrow",
            ),
            # For lists narrowed to what is rare, see scarce.py.
            models.Index(fields=["originator", "id"], name="messages_by_originator"),
            models.Index(
                fields=["authority", "crime_area", "id", "incoming", "kind", "urgency", "state", "originator"],
                name="messages_by_area",
            ),
            models.Index(
                fields=["authority", "urgency", "state", "id"],
                condition=~Q(urgency="normal"),
                name="messages_by_urgency",
            ),
            models.Index(F("authority"), Coalesce("arrived_at", "sent_at"), F("id"), name="messages_by_time"),
            models.Index(
                fields=["authority", "state", "id"], condition=Q(circular=True), name="messages_that_expect_no_answer"
            ),
            models.Index(fields=["authority", "id"], condition=Q(copied=True), name="messages_that_are_copies"),
            models.Index(fields=["in_reply_to"], name="messages_by_what_they_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def content(self) -> dict[str, Any] | None:
        """What the message says, as `content.content_of` returns it; `None` once erased."""
        if self.erased or self.kept is not None or not self.incoming:
            return self.kept
        if not hasattr(self, "opened"):
            open_bodies([self])
        return self.opened


def open_bodies(messages: Sequence[CaseMessage]) -> None:
    """Open the bodies of those of these messages that came in: one query for a whole page.

    What was opened is no field: saving the row can never bring back what was erased meanwhile.
    """
    closed = [one for one in messages if one.incoming and one.kept is None and not one.erased]
    found = bodies.messages_of([one.note_id for one in closed if one.note_id is not None])
    for one in closed:
        said = found.get(one.note_id or 0)
        one.opened = None if said is None else content_of(said)


class Addressee(models.Model):
    """One recipient of a message of ours; how far it got stands with its note."""

    message = models.ForeignKey(CaseMessage, on_delete=models.PROTECT, related_name="addressees")
    authority = models.CharField(max_length=40)
    note_id = models.BigIntegerField(db_index=True)
    clauses = models.JSONField(default=list)
    reply = models.CharField(
        max_length=20, blank=True
    )  # what came back last: full, partial, interim, negative, refusal, withdrawn
    replied_at = models.DateTimeField(null=True)
    limit_at = models.DateTimeField(null=True)  # this partner's clock, as in `CaseMessage`
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    still_since = models.DateTimeField(null=True)
    delay = models.CharField(max_length=30, blank=True)
    copied = models.BooleanField(default=False)  # gets a copy and owes nothing

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["message", "authority"], name="a_message_goes_to_a_recipient_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["authority", "message"], name="addressees_by_authority"),
        ]

    def __str__(self) -> str:
        return self.authority


class Verdict(models.TextChoices):
    """What a person decided about a candidate."""

    OPEN = "open", "open"
    SAME = "same", "same"
    DIFFERENT = "different", "different"


class Candidate(models.Model):
    """A record that may be a subject of an incoming request: a proposal, until an officer decides."""

    message = models.ForeignKey(CaseMessage, on_delete=models.PROTECT, related_name="candidates")
    place = models.PositiveSmallIntegerField()  # which subject of the message
    record_id = models.BigIntegerField()
    record_reference = models.CharField(max_length=120)
    record = models.JSONField(null=True)  # the record's subject as it was compared; emptied by erasure
    score = models.FloatField()
    confidence = models.CharField(max_length=30)
    reasons = models.JSONField(default=list)
    engine = models.CharField(max_length=60, blank=True)  # version of the comparison that proposed it
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["message", "place", "record_id"], name="a_record_is_proposed_once_a_subject"
            ),
            models.CheckConstraint(
                condition=Q(verdict="open", decided_at__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="a_decision_names_its_officer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_reference}: {self.verdict}"


class DraftState(models.TextChoices):
    """Where a message that is being written stands."""

    DRAFT = "draft", "draft"
    WAITING = "waiting", "waiting"  # for the approval of further officers; nobody changes it meanwhile
    RETURNED = "returned", "returned"  # to its author, with a reason
    LEAVING = "leaving", "leaving"  # for some seconds it can be called back; there is no note of it yet
    SENT = "sent", "sent"
    DISCARDED = "discarded", "discarded"  # for a moment it can be taken back


OPEN_DRAFTS = (DraftState.DRAFT, DraftState.WAITING, DraftState.RETURNED, DraftState.LEAVING)


class StoredDraft(models.Model):
    """A message being written by one officer: saved while it is typed, so that nothing is lost.

    `data` is what the form holds, field to values; it is emptied when the message has been sent, for then it stands
    there. Only its author reads a draft; what waits for approval is also read by those who may approve it.
    """

    key = models.CharField(max_length=32)  # drawn with the form, so that two savings at once make one draft
    kind = models.CharField(max_length=20)
    authority = models.CharField(max_length=40)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    about = models.ForeignKey(CaseMessage, on_delete=models.PROTECT, null=True, related_name="drafts")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    caption = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.DRAFT)
    needed = models.PositiveSmallIntegerField(default=0)  # how many further officers have to approve
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=500, blank=True)  # why it was returned
    leaves_at = models.DateTimeField(null=True)  # while it can be called back
    released_by = models.ForeignKey(  # who sent it: its author, or the last who approved it
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    message = models.ForeignKey(CaseMessage, on_delete=models.PROTECT, null=True, related_name="written_as")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["author", "key"], name="a_form_makes_one_draft"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(message__isnull=False), name="what_was_sent_names_its_message"
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(submitted_at__isnull=False, needed__gte=1),
                name="what_waits_says_since_when_and_for_how_many",
            ),
            models.CheckConstraint(
                condition=Q(state="leaving", leaves_at__isnull=False, released_by__isnull=False)
                | (~Q(state="leaving") & Q(leaves_at__isnull=True)),
                name="what_leaves_says_when_and_by_whom",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["authority", "state", "id"], name="drafts_by_state"),
            models.Index(fields=["leaves_at"], name="drafts_that_leave"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.authority}: {self.state}"


class Approval(models.Model):
    """That a further officer approved a message before it was sent."""

    draft = models.ForeignKey(StoredDraft, on_delete=models.CASCADE, related_name="approvals")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["draft", "officer"], name="an_officer_approves_once"),
            models.CheckConstraint(condition=~Q(officer=models.F("author")), name="nobody_approves_his_own"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.officer_id}"


class DraftFile(models.Model):
    """A file attached to a draft, sealed already; `item` holds its key and goes with the draft."""

    draft = models.ForeignKey(StoredDraft, on_delete=models.CASCADE, related_name="files")
    item = models.BinaryField()  # canonical CBOR of `comity.messages.Attachment`
    title = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)  # of the plain file
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.size} bytes"


class CaseNote(models.Model):
    """What an officer noted in a case for colleagues; it stays at home. Struck out, it keeps its row and no text."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.at}"


class CaseLink(models.Model):
    """That two cases have to do with each other."""

    first = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["first", "second"], name="two_cases_are_linked_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="a_link_is_written_one_way"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}-{self.second_id}"


class SavedFilter(models.Model):
    """A filter of the list that an officer gave a name; `query` is what the list's address holds."""

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["officer", "name"], name="an_officer_names_a_filter_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Handover(models.Model):
    """The cases that one officer left to another at the end of a shift, and what he said about them."""

    authority = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cases: "models.ManyToManyField[Case, models.Model]" = models.ManyToManyField(Case, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.by_id} to {self.to_id}: {self.at}"


class Pattern(models.Model):
    """A text that an authority keeps for messages of one crime area, from which its officers start.

    `data` is what the form holds, field to values, as in a draft; it names no person.
    """

    authority = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    crime_area = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    data = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["authority", "name"], name="an_authority_names_a_pattern_once"),
        ]

    def __str__(self) -> str:
        return self.name
