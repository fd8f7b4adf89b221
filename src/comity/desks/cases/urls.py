"""Addresses of the case desk. None carries a name, only numbers of rows."""

from django.urls import path

from comity.desks.cases import views

app_name = "cases"

urlpatterns = [
    path("", views.home, name="home"),
    path("list", views.listing, name="list"),
    path("search", views.search, name="search"),
    path("new", views.write_request, name="new"),
    path("partners", views.partner_list, name="partners"),
    path("<int:case_id>/", views.case, name="case"),
    path("messages/<int:message_id>/review", views.review, name="review"),
    path("messages/<int:message_id>/answer", views.answer, name="answer"),
    path("messages/<int:message_id>/refuse", views.refuse, name="refuse"),
    path("messages/<int:message_id>/proof", views.proof, name="proof"),
    path("messages/<int:message_id>/evidence", views.evidence, name="evidence"),
    path("candidates/<int:candidate_id>/", views.decide, name="decide"),
]
