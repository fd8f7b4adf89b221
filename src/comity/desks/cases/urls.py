"""Addresses of the case desk. None carries a name, only numbers of rows."""

from django.urls import path

from comity.desks.cases.views import approving, calendars, exporting, files, holding, reading, records, ringing, writing

app_name = "cases"

urlpatterns = [
    path("", reading.home, name="home"),
    path("list", reading.listing, name="list"),
    path("search", reading.search, name="search"),
    path("new", writing.write_request, name="new"),
    path("inform", writing.inform, name="inform"),
    path("partners", reading.partner_list, name="partners"),
    path("partners/<str:authority>/", reading.partner, name="partner"),
    path("records", records.sources, name="records"),
    path("records/search", records.look_up, name="look_up"),
    path("records/<int:record_id>/", records.record, name="record"),
    path("drafts", approving.own_drafts, name="drafts"),
    path("drafts/<int:draft_id>/", approving.draft, name="draft"),
    path("drafts/<int:draft_id>/discard", approving.discard, name="discard"),
    path("drafts/<int:draft_id>/restore", approving.restore, name="restore"),
    path("drafts/<int:draft_id>/take-back", approving.take_back, name="take_back"),
    path("drafts/<int:draft_id>/files", files.draft_files, name="draft_files"),
    path("drafts/<int:draft_id>/files/<int:file_id>/remove", files.detach, name="detach"),
    path("approvals", approving.approvals, name="approvals"),
    path("approvals/<int:draft_id>/", approving.approval, name="approval"),
    path("ringing", ringing.rings, name="ringing"),
    path("calendar/<str:secret>.ics", calendars.feed, name="calendar"),
    path("<int:case_id>/", reading.case, name="case"),
    path("<int:case_id>/bundle", exporting.bundle, name="bundle"),
    path("<int:case_id>/hold", holding.hold, name="hold"),
    path("messages/<int:message_id>/review", reading.review, name="review"),
    path("messages/<int:message_id>/answer", writing.answer, name="answer"),
    path("messages/<int:message_id>/refuse", writing.refuse, name="refuse"),
    path("messages/<int:message_id>/ask-back", writing.clarify, name="clarify"),
    path("messages/<int:message_id>/supplement", writing.supplement, name="supplement"),
    path("messages/<int:message_id>/hit", writing.hit, name="hit"),
    path("messages/<int:message_id>/ask-consent", writing.ask_consent, name="ask_consent"),
    path("messages/<int:message_id>/consent", writing.consent, name="consent"),
    path("messages/<int:message_id>/remind", writing.remind, name="remind"),
    path("messages/<int:message_id>/correct", writing.correct, name="correct"),
    path("messages/<int:message_id>/withdraw", writing.withdraw, name="withdraw"),
    path("messages/<int:message_id>/proof", reading.proof, name="proof"),
    path("messages/<int:message_id>/evidence", reading.evidence, name="evidence"),
    path("messages/<int:message_id>/files/<str:sha256>", files.download, name="download"),
    path("candidates/<int:candidate_id>/", reading.decide, name="decide"),
]
