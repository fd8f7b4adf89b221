"""Sign-in by the identity provider of the authority: OpenID Connect, authorization code with PKCE, nonce and state.

Authlib speaks the protocol and verifies what the provider signed; it is loaded by who signs in this way. What is
decided here is who that is: issuer and subject stand for one officer, linked by an administrator, or once by a claim
that the node's settings trust. The provider replaces the password. It replaces our second factor only where the
settings say so and the provider says that it saw two (`amr` holds `mfa`, RFC 8176).
"""

import logging
import time
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from comity.config.nodefile import PROVIDER_SECRET_FILE, IdentityProvider
from comity.config.signins import record
from comity.node.officers import actions, stepup
from comity.node.officers.errors import OfficerError
from comity.node.officers.models import Officer, OutsideIdentity
from comity.node.writing import writing

WAIT_S: Final = 10.0
LEEWAY_S: Final = 60
"""Clocks of the provider and of this node may differ by so much."""
SIGNATURES: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""With a key that the provider alone holds."""
_WAITING: Final = "provider_waits"
_BY_PROVIDER: Final = "by_provider"
_BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"

_CLIENTS: Final[dict[tuple[str, str], Any]] = {}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """The provider as the page of the sign-in offers it."""

    name: str
    address: str


class _NotThisOne(Exception):  # noqa: N818 - no fault of the program
    """Why somebody whom the provider knows does not sign in here; in words for him."""


def shown(request: HttpRequest) -> Shown | None:
    """Return the provider to offer on the page of the sign-in; `None` where there is none."""
    provider = settings.NODE.identity_provider
    if provider is None:
        return None
    return Shown(provider.name(get_language() or "en"), address(next_=request.GET.get("next", "")))


def address(*, next_: str = "", fresh: bool = False) -> str:
    """Return where the way to the provider begins."""
    asked = {**({"fresh": "1"} if fresh else {}), **({"next": next_} if next_ else {})}
    return reverse("provider") + (f"?{urlencode(asked)}" if asked else "")


def may_confirm(request: HttpRequest) -> bool:
    """Whether the provider can show a fresh second factor for who sits in this session."""
    provider = settings.NODE.identity_provider
    return provider is not None and provider.second_factor and bool(request.session.get(_BY_PROVIDER))


@login_not_required
@never_cache
@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """Lead to the provider; `fresh` asks it to see the second factor anew."""
    provider = _provider()
    fresh = "fresh" in request.GET and request.user.is_authenticated
    more: dict[str, Any] = {"ui_locales": get_language() or "en"}
    if fresh:
        more |= {"prompt": "login", "max_age": 0}
    try:
        answer = _client(provider).authorize_redirect(
            request, request.build_absolute_uri(reverse("provider_back")), **more
        )
    except Exception:
        log.exception("the identity provider was not reached")
        return _sorry(request, _("Your authority's sign-in is not reached. Sign in here, or try again in a minute."))
    request.session[_WAITING] = {"next": request.GET.get("next", ""), "fresh": fresh}
    return cast("HttpResponse", answer)


@login_not_required
@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """Take what the provider says, and sign in whom it means."""
    provider = _provider()
    waiting = request.session.pop(_WAITING, None) or {}
    try:
        claims = _claims(request, provider)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with an answer from outside, nobody signs in by it
        log.warning("an answer of the identity provider was refused (%s)", type(error).__name__)
        record("officer.sign-in-refused", None, factor="provider")
        return _sorry(request, _("Your authority's sign-in did not confirm who you are. Begin again here."))
    try:
        officer = _officer(provider, claims)
    except _NotThisOne as why:
        record("officer.sign-in-refused", None, factor="provider")
        return _sorry(request, str(why))
    if waiting.get("fresh"):
        return _confirmed(request, officer, provider, claims, waiting)
    return _signed_in(request, officer, provider, claims, _place(request, waiting))


def _provider() -> IdentityProvider:
    provider = settings.NODE.identity_provider
    if provider is None:
        raise Http404
    return provider


def _claims(request: HttpRequest, provider: IdentityProvider) -> dict[str, Any]:
    """Return what the provider signed for this session (raises what Authlib raises, `KeyError`, `ValueError`)."""
    client = _client(provider)
    metadata = client.load_server_metadata()
    signatures = sorted(SIGNATURES & set(metadata.get("id_token_signing_alg_values_supported") or ["RS256"]))
    metadata["id_token_signing_alg_values_supported"] = signatures
    if metadata.get("issuer") != provider.issuer or not signatures:  # OpenID Connect Discovery 1.0, 4.3
        raise ValueError("another issuer")
    options = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    token = client.authorize_access_token(request, claims_options=options, leeway=LEEWAY_S)
    claims = dict(token["userinfo"])
    if not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255:  # noqa: PLR2004 - Core 1.0, 2
        raise ValueError("no subject")
    return claims


def _officer(provider: IdentityProvider, claims: dict[str, Any]) -> Officer:
    """Return whom the provider means, linked now where the settings let a claim do so (raises `_NotThisOne`)."""
    found = (
        OutsideIdentity.objects.filter(issuer=provider.issuer, subject=claims["sub"]).select_related("officer").first()
    )
    officer = found.officer if found is not None else _by_claim(provider, claims)
    if officer is None:
        raise _NotThisOne(
            _(
                "Your authority's sign-in knows you, but no officer of this node is linked to it. Ask your"
                " administrator."
            )
        )
    if not officer.is_active:
        raise _NotThisOne(_("Your access to this node is closed. Ask your administrator."))
    return officer


def _by_claim(provider: IdentityProvider, claims: dict[str, Any]) -> Officer | None:
    named = claims.get(provider.claim) if provider.claim else None
    if not isinstance(named, str) or not named:
        return None
    officer = Officer.objects.filter(username=named.casefold(), is_active=True).first()
    if officer is None or officer.outside_identities.filter(issuer=provider.issuer).exists():
        return None  # one who is linked keeps his subject, whoever is given his name later
    try:
        with writing():
            actions.link(officer, provider.issuer, claims["sub"], at=timezone.now())
            record("officer.linked", officer, issuer=provider.issuer)
    except OfficerError:
        return None
    return officer


def _two_factors(provider: IdentityProvider, claims: dict[str, Any]) -> bool:
    shown_ways = claims.get("amr")
    return provider.second_factor and isinstance(shown_ways, list) and "mfa" in shown_ways


def _signed_in(
    request: HttpRequest, officer: Officer, provider: IdentityProvider, claims: dict[str, Any], place: str
) -> HttpResponse:
    if not _two_factors(provider, claims):
        return cast("HttpResponse", perform_login(request, Login(user=officer, redirect_url=place)))
    login(request, officer, backend=_BACKEND)
    request.session[_BY_PROVIDER] = True
    request.session["second_factor_known"] = True
    if _is_now(claims):
        stepup.confirm(request)
    return redirect(place)


def _confirmed(
    request: HttpRequest, officer: Officer, provider: IdentityProvider, claims: dict[str, Any], waiting: dict[str, Any]
) -> HttpResponse:
    """Count a fresh sign-in there as a fresh second factor: of the same officer, just now, with two factors."""
    if request.user == officer and _two_factors(provider, claims) and _is_now(claims):
        stepup.confirm(request)
    else:
        record("officer.sign-in-refused", request.user, factor="provider")
        messages.error(request, _("Your authority's sign-in did not confirm you with two factors just now."))
        return redirect("home")
    return redirect(_place(request, waiting))


def _is_now(claims: dict[str, Any]) -> bool:
    at = claims.get("auth_time")
    return isinstance(at, int) and abs(time.time() - at) <= LEEWAY_S


def _place(request: HttpRequest, waiting: dict[str, Any]) -> str:
    asked = str(waiting.get("next", ""))
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked and ours else reverse("home")


def _sorry(request: HttpRequest, text: str) -> HttpResponse:
    messages.error(request, text)
    return redirect("home" if request.user.is_authenticated else "account_login")


def _client(provider: IdentityProvider) -> Any:  # noqa: ANN401 - Authlib ships no types
    """Return the one client of this process, which keeps what the provider says of itself and its keys."""
    key = provider.issuer, provider.client_id
    if key not in _CLIENTS:
        _CLIENTS[key] = _made(provider)
    return _CLIENTS[key]


def _made(provider: IdentityProvider) -> Any:  # noqa: ANN401 - as above
    from authlib.integrations.django_client import OAuth  # noqa: PLC0415 - only for who signs in this way

    folder = settings.NODE.folder
    secret = (folder / PROVIDER_SECRET_FILE).read_text(encoding="utf-8").strip() if folder is not None else ""
    more = {"verify": provider.ca_file} if provider.ca_file else {}
    return OAuth().register(
        "provider",
        client_id=provider.client_id,
        client_secret=secret,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": WAIT_S, **more},
    )
