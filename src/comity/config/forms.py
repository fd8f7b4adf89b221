"""Forms of the pages that belong to no desk."""

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from comity.config import lockout
from comity.node.officers.models import Officer


class SignInForm(LoginForm):  # type: ignore[misc] # allauth ships no types
    """Name and password, in the words of this console."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("login", _("Sign-in name")), ("password", _("Password"))):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs |= {
            "autocapitalize": "none",
            "spellcheck": "false",
            "dir": "ltr",
            "autocomplete": "username webauthn",  # the browser offers its passkeys here
        }


class _Waits:
    """Takes no code while an officer's codes are closed after wrong ones."""

    user: Officer

    def clean_code(self) -> str:
        """Return the code if it is right; count it if it is wrong."""
        end = lockout.codes_until(self.user)
        if end is not None:
            minutes = max(1, -int(-(end - timezone.now()).total_seconds() // 60))
            raise forms.ValidationError(
                ngettext(
                    "Too many wrong codes. Wait %(minutes)s minute, or use a passkey.",
                    "Too many wrong codes. Wait %(minutes)s minutes, or use a passkey.",
                    minutes,
                )
                % {"minutes": minutes}
            )
        try:
            code: str = super().clean_code()  # type: ignore[misc] # of allauth's form beside it
        except forms.ValidationError:
            lockout.count_code(self.user)
            raise
        lockout.forget_codes(self.user)
        return code


class CodeForm(_Waits, AuthenticateForm):  # type: ignore[misc] # allauth ships no types
    """The second factor of a sign-in."""


class FreshCodeForm(_Waits, ReauthenticateForm):  # type: ignore[misc] # allauth ships no types
    """The second factor of an act that asks for a fresh one."""


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc] # allauth ships no types
    """A new passkey, by default one that signs in alone: it has checked the person by itself."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you recognise it later, such as the name of the device.")
        self.fields["name"].max_length = 60
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with it alone, without a password")
        alone.help_text = _("It then asks for your finger, face or PIN. Without this it is only a second factor.")
