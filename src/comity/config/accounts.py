"""How officers sign in: allauth with our rules."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comity.config import browsers, provider
from comity.node.officers import stepup


def client_address(request: HttpRequest) -> str:
    """Return the peer's address; forwarded headers are not believed, since any client can write them."""
    return str(request.META.get("REMOTE_ADDR", ""))


def claimed_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Return the name under which somebody tries to sign in, folded as `Officer.username` is."""
    name = (credentials or {}).get("username") or request.POST.get("login", "")
    return str(name)[:60].casefold()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Nobody registers himself; an administrator registers officers."""

    error_messages = {  # noqa: RUF012 - allauth's attribute
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _(
            "The sign-in name or the password is wrong. Try again; if you forgot it, ask your administrator."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Return False: officers are registered with `comity officer add`."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the peer's address."""
        return client_address(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:  # noqa: ARG002 - allauth's signature
        """Whether this browser's last second factor is too old; a password is never enough instead."""
        return not stepup.is_fresh(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - allauth's signature
        """Return the ways to show a second factor, passkeys first; the password only where there is none yet."""
        if not user.is_authenticated:
            return []
        held = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        found = []
        if Authenticator.Type.WEBAUTHN in held:
            found.append({"description": _("Use a passkey"), "url": reverse("mfa_reauthenticate_webauthn")})
        if held - {Authenticator.Type.WEBAUTHN}:
            found.append({"description": _("Use a code"), "url": reverse("mfa_reauthenticate")})
        if provider.may_confirm(context.request):
            found.append({"description": _("Use your authority's sign-in"), "url": provider.address(fresh=True)})
        if not found and user.has_usable_password():
            found.append({"description": _("Use your password"), "url": reverse("account_reauthenticate")})
        return found

    def send_mail(self, template_prefix: str, email: str, context: object) -> None:
        """Send nothing: a node has no mail server, and mail would leave unrecorded."""


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Keeps the shared secrets of one-time codes encrypted under the node's web secret."""

    def encrypt(self, text: str) -> str:
        """Return `text` sealed; the nonce is derived from it, since AES-GCM-SIV bears that."""
        nonce = hmac.digest(_key(), text.encode(), "sha256")[:12]
        return base64.b64encode(nonce + AESGCMSIV(_key()).encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` sealed."""
        raw = base64.b64decode(encrypted_text)
        return AESGCMSIV(_key()).decrypt(raw[:12], raw[12:], None).decode()

    def generate_authenticator_name(self, user: object, type: Authenticator.Type) -> str:  # noqa: A002, ARG002 - allauth's signature
        """Return a name by which the officer recognises a new passkey: browser and system."""
        return browsers.in_words(browsers.code_of(context.request.headers.get("User-Agent", "")))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether another second factor remains: one is always required."""
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Send nothing, as above."""


def _key() -> bytes:
    return hashlib.sha256(b"comity/second-factor/v1\0" + settings.SECRET_KEY.encode()).digest()
