"""Every address of the console."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern

from comity.config import confirming, incidents, my_account, provider, sittings, systems, views

handler500 = "comity.config.views.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("me/", my_account.me, name="me"),
    path("me/language", views.choose_language, name="language"),
    path("me/theme", views.choose_theme, name="theme"),
    path("me/session", sittings.pulse, name="pulse"),
    path("me/sessions/end", sittings.end_own, name="end_own_session"),
    path("me/calendar", my_account.make, name="make_calendar"),
    path("me/calendar/revoke", my_account.revoke, name="revoke_calendar"),
    path("me/mail", my_account.mail, name="mail"),
    path("me/systems/", systems.listing, name="systems"),
    path("me/systems/tokens", systems.make, name="make_token"),
    path("me/systems/tokens/<int:token_id>/confirm", systems.confirm, name="confirm_token"),
    path("me/systems/tokens/<int:token_id>/end", systems.end_confirmation, name="end_confirmation"),
    path("me/systems/tokens/<int:token_id>/revoke", systems.revoke, name="revoke_token"),
    path("me/systems/subscriptions", systems.subscribe, name="subscribe"),
    path("me/systems/subscriptions/<int:subscription_id>/end", systems.unsubscribe, name="unsubscribe"),
    path("sign-ins/", sittings.listing, name="sign_ins"),
    path("sign-ins/end", sittings.end_of_officer, name="end_session"),
    path("sign-ins/open", sittings.open_again, name="open_again"),
    path("account/confirm/<str:token>/", confirming.confirm, name="confirm"),
    path("account/provider/", provider.leave, name="provider"),
    path("account/provider/back", provider.come_back, name="provider_back"),
    path("account/demo/", views.demo_sign_in, name="demo_sign_in"),
    # Of allauth's pages only these: there is no registration, and no mail that could reset a password.
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/signup/", account.signup, name="account_signup"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/forgotten/", views.forgotten, name="account_reset_password"),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("incidents/", incidents.listing, name="incidents"),
    path("incidents/<int:incident_id>/evidence", incidents.evidence, name="incident_evidence"),
    path("incidents/<int:incident_id>/settle", incidents.settle, name="incident_settle"),
    path("cases/", include("comity.desks.cases.urls")),
    # Loaded with the first request of a national system: no page and no worker waits for what only that needs.
    URLResolver(RoutePattern("api/v1/"), "comity.desks.cases.api.urls", app_name="api", namespace="api"),
]
