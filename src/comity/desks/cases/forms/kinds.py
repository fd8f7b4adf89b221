"""The form of each kind of message."""

from typing import Final

from comity.desks.cases.forms.asking import ClarificationForm, ConsentForm, ConsentRequestForm, HitForm, SupplementForm
from comity.desks.cases.forms.helping import AcknowledgementForm, AssistanceForm
from comity.desks.cases.forms.messages import (
    AnswerForm,
    CorrectionForm,
    InformationForm,
    MessageForm,
    RefusalForm,
    ReminderForm,
    WithdrawalForm,
)
from comity.desks.cases.forms.requesting import RequestForm

FORMS: Final[dict[str, MessageForm]] = {
    "request": RequestForm,
    "information": InformationForm,
    "answer": AnswerForm,
    "refusal": RefusalForm,
    "reminder": ReminderForm,
    "correction": CorrectionForm,
    "withdrawal": WithdrawalForm,
    "clarification": ClarificationForm,
    "hit": HitForm,
    "consent-request": ConsentRequestForm,
    "consent": ConsentForm,
    "supplement": SupplementForm,
    "assistance": AssistanceForm,
    "acknowledgement": AcknowledgementForm,
}
