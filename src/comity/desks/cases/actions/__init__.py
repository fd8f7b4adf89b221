"""What officers do with cases. Each act decides, writes and appends to the ledger in one transaction."""

from comity.desks.cases.actions.drafts import (
    WRITABLE,
    approve,
    attach,
    discard,
    files_of,
    give_back,
    may_approve,
    open_drafts_about,
    rebuilt,
    restore,
    save,
    send,
    submit,
    take_back,
)
from comity.desks.cases.actions.looking import decide_candidate, note_consulted, note_look_up, note_search, open_case
from comity.desks.cases.actions.sending import (
    Outcome,
    answer_request,
    preview_request,
    refuse_request,
    send_draft,
    send_request,
)
from comity.desks.cases.rules import may_be_about, may_be_answered, may_follow_up

__all__ = [
    "WRITABLE",
    "Outcome",
    "answer_request",
    "approve",
    "attach",
    "decide_candidate",
    "discard",
    "files_of",
    "give_back",
    "may_approve",
    "may_be_about",
    "may_be_answered",
    "may_follow_up",
    "note_consulted",
    "note_look_up",
    "note_search",
    "open_case",
    "open_drafts_about",
    "preview_request",
    "rebuilt",
    "refuse_request",
    "restore",
    "save",
    "send",
    "send_draft",
    "send_request",
    "submit",
    "take_back",
]
