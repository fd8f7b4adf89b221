"""Officers as they are stored."""

from importlib import import_module
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.node.officers.rules import ROLE_NAMES, Duty, Role, may

LANGUAGE_CHOICES = [("en", "English"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]


class OfficerManager(BaseUserManager["Officer"]):
    """Finds officers by their sign-in name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "Officer":
        """Return the officer who signs in as `username`."""
        return self.get(username=(username or "").casefold())


class Officer(AbstractBaseUser):
    """A person who acts for one authority of this node in one role.

    `authority` is an authority id such as `xa.ncb`. There are no permission tables: what a role may do is in
    `rules.DUTIES`, what a partner allows in the agreements.
    """

    username = models.CharField(_("sign-in name"), max_length=60, unique=True)
    display_name = models.CharField(_("name"), max_length=120)
    authority = models.CharField(_("authority"), max_length=40)
    role = models.CharField(_("role"), max_length=20, choices=list(ROLE_NAMES.items()), default=Role.OFFICER)
    unit = models.CharField(_("unit"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGE_CHOICES, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("registered"), default=timezone.now)
    list_columns = models.JSONField(_("columns of lists"), default=dict, blank=True)  # name of a list: keys, in order

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name", "authority"]

    objects: ClassVar[OfficerManager] = OfficerManager()

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(role__in=[str(role) for role in Role]), name="officer_has_a_known_role"),
            models.CheckConstraint(condition=~Q(authority=""), name="officer_acts_for_an_authority"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def clean(self) -> None:
        """Fold the sign-in name, so that `Ortiz` and `ortiz` are one officer."""
        super().clean()
        self.username = self.username.casefold()

    def may(self, duty: Duty) -> bool:
        """Whether this officer's role includes `duty`; one who was deactivated may nothing."""
        return self.is_active and may(self.role, duty)

    @property
    def role_name(self) -> str:
        """The role in the reader's language."""
        return str(ROLE_NAMES[Role(self.role)])


class Sitting(AbstractBaseSession):
    """One browser's session: who sits there since when, and when he last did something.

    It is the session itself: when the row is gone, the browser is signed out. Before somebody has signed in, `officer`
    is empty. `handle` names the row on pages, for the key itself opens the session. `browser` is a code of two words
    such as ``firefox/windows``. No address of a machine is kept.
    """

    handle = models.CharField(max_length=20, unique=True)
    officer = models.ForeignKey(Officer, null=True, on_delete=models.CASCADE, related_name="sittings")
    begun_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    browser = models.CharField(max_length=40, blank=True)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return the store of this node's sessions."""
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store


class OutsideIdentity(models.Model):
    """Under which subject an identity provider knows an officer.

    Issuer and subject together are what never changes and is never given to another (OpenID Connect Core 1.0, 5.7);
    names and addresses may be.
    """

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="outside_identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="a_subject_is_one_officer"),
            models.UniqueConstraint(fields=["officer", "issuer"], name="an_officer_is_one_subject_of_an_issuer"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} at {self.issuer}"


class WrongPasswords(models.Model):
    """How often a password was wrong for one name from one address.

    The name is kept as a keyed digest, since what nobody is called may be a password typed into the wrong field. Who
    is known by the name is `officer`.
    """

    name = models.BinaryField(max_length=32)
    address = models.CharField(max_length=45)
    officer = models.ForeignKey(Officer, null=True, on_delete=models.CASCADE, related_name="wrong_passwords")
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("wrong passwords")
        verbose_name_plural = _("wrong passwords")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name", "address"], name="wrong_passwords_are_counted_by_name_and_address"),
        ]

    def __str__(self) -> str:
        return f"{self.count} from {self.address}"


class AccessToken(models.Model):
    """What a national system shows to act for an officer. Only the digest of its secret is kept.

    `handle` is the first part of the token and no secret: by it the row is found, and wrong secrets are counted.
    """

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="access_tokens")
    handle = models.CharField(max_length=16, unique=True)
    digest = models.BinaryField(max_length=32)
    name = models.CharField(max_length=60)
    writes = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # to the minute
    confirmed_until = models.DateTimeField(null=True)  # till then it may do what asks for a second factor

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["officer", "name"], name="an_officer_names_each_access_token"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="an_access_token_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """What was answered to an act asked for by a national system, so that asking again does nothing again.

    `key` is the digest of the caller's key, `asked` that of the whole request. The answer names rows and no person.
    """

    token = models.ForeignKey(AccessToken, on_delete=models.CASCADE, related_name="answers")
    key = models.BinaryField(max_length=32)
    asked = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["token", "key"], name="an_act_is_answered_once_for_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.token_id}: {self.status}"
