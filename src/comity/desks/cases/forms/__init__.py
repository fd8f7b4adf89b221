"""What officers fill in: messages with their subjects, decisions on candidates and on what waits for approval."""

from comity.desks.cases.forms.draft import Draft, posted
from comity.desks.cases.forms.kinds import FORMS
from comity.desks.cases.forms.messages import (
    AnswerForm,
    Choices,
    RefusalForm,
    ReturnForm,
    VerdictForm,
)
from comity.desks.cases.forms.subject import SubjectForm

__all__ = [
    "FORMS",
    "AnswerForm",
    "Choices",
    "Draft",
    "RefusalForm",
    "ReturnForm",
    "SubjectForm",
    "VerdictForm",
    "posted",
]
