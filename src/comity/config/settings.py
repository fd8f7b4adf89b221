"""Django's settings, all derived from the one file of the node.

The environment variable `COMITY_NODE` names the node's folder. Without it (tests, type checks, tools) a node of
Aldermark's contact bureau with a database in memory stands in.
"""

import os
import secrets
import urllib.parse
from pathlib import Path
from typing import Any

from django.utils.csp import CSP

from comity.config import nodefile

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDER = os.environ.get("COMITY_NODE", "")

NODE = nodefile.load(Path(_FOLDER)) if _FOLDER else nodefile.NodeFile(folder=None)
"""The node this process serves; every other package reads the node's own facts from here."""


def _read_secret() -> str:
    """Return the key of sessions and forms; a system check stops the start where a node has none."""
    if NODE.folder is not None:
        try:
            return (NODE.folder / nodefile.SECRET_FILE).read_text(encoding="ascii").strip()
        except OSError:
            pass
    return secrets.token_urlsafe(50)


def _mailer() -> dict[str, Any]:
    mail = NODE.mail
    if mail is None:
        return {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        password = ((NODE.folder or Path()) / nodefile.MAIL_PASSWORD_FILE).read_text(encoding="utf-8").strip()
    except OSError:  # the relay asks for none
        password = ""
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": mail.host,
            "port": mail.port,
            "username": mail.user,
            "password": password,
            "use_tls": mail.security == "starttls",
            "use_ssl": mail.security == "tls",
            "timeout": 10,
        },
    }


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,  # opening costs as much as some ten queries, and a closed one forgets its pages
        "OPTIONS": {
            "timeout": 20,  # seconds to wait for the other process's writing transaction
            "cached_statements": 512,  # an exchange runs through more of them than the driver keeps by itself
            "transaction_mode": "IMMEDIATE",  # a read that turns into a write cannot be refused half-way
            # FULL, because NORMAL loses acknowledged messages at a power cut. The page size must come first: it is
            # fixed once the write-ahead log exists; one sealed note then fits on one page. What a statement sets aside
            # while it runs stays in memory: a temporary file would be a copy of rows outside the database.
            "init_command": (
                "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA secure_delete=ON; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=500; "
                "PRAGMA temp_store=MEMORY"
            ),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query))
    password_file = query.pop("password_file", "")
    password = Path(password_file).read_text(encoding="utf-8").strip() if password_file else parts.password or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": urllib.parse.unquote(parts.path.lstrip("/")),
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(password),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def _database() -> dict[str, Any]:
    if NODE.database != "sqlite":
        return _postgresql(NODE.database)
    return _sqlite(str(NODE.folder / "db.sqlite3") if NODE.folder else ":memory:")


SECRET_KEY = _read_secret()
DEBUG = False
ALLOWED_HOSTS = [NODE.host, *(("localhost", "127.0.0.1", "[::1]", ".localhost") if NODE.bound_to_loopback else ())]
ROOT_URLCONF = "comity.config.urls"
WSGI_APPLICATION = "comity.config.wsgi.application"
ASGI_APPLICATION = "comity.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": _database()}

INSTALLED_APPS = [
    "comity.config",
    "comity.node.officers",
    "comity.node.partners",
    "comity.node.ledger",
    "comity.node.records",
    "comity.node.exchange",
    "comity.desks.cases",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "comity.config.staticfiles.Smaller",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "comity.config.interface.Interface",  # before anything looks at a cookie
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "comity.config.middleware.SessionLimits",
    "comity.config.middleware.Locale",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "comity.config.middleware.SecondFactorRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "comity.config.middleware.StepUp",  # inside allauth's, which would ask for the password
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "comity.config.frame.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "comity.config.templatetags.comity",
            ],
        },
    },
]

# The tones of the console's notices, by Django's levels of messages.
MESSAGE_TAGS = {10: "none", 20: "info", 25: "good", 30: "warning", 40: "danger"}

# Officers and sign-in

AUTH_USER_MODEL = "officers.Officer"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
STEP_UP_URL = "confirm"  # the page that asks for a fresh second factor (node/officers/stepup.py)
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "comity.config.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "comity.config.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip"}  # axes counts by name, and locks
MFA_ADAPTER = "comity.config.accounts.MfaAdapter"
MFA_FORMS = {
    "add_webauthn": "comity.config.forms.AddPasskeyForm",
    "authenticate": "comity.config.forms.CodeForm",
    "reauthenticate": "comity.config.forms.FreshCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = NODE.scheme == "http" and NODE.bound_to_loopback
MFA_TOTP_ISSUER = f"Comity {NODE.state}"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True

AXES_HANDLER = "comity.config.lockout.Waits"
AXES_USERNAME_CALLABLE = "comity.config.accounts.claimed_name"
AXES_LOCKOUT_CALLABLE = "comity.config.lockout.closed"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False  # its log lines name the officer
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "comity.config.accounts.client_address"

# Sessions and browsers

SESSION_ENGINE = "comity.config.sessions"
SESSION_COOKIE_NAME = f"comity_{NODE.state.lower()}"
SESSION_COOKIE_AGE = NODE.session_hours * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"comity_{NODE.state.lower()}_form"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [NODE.origin]
_HTTPS = NODE.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_SSL_REDIRECT = False  # plain HTTP is not served at all where the scheme is https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Static files are served from the package; `comity.config.staticfiles` puts a hash of the content into each address,
# so that no collecting step is needed before the first page.

STATIC_URL = "/static/"
STATICFILES_DIRS = [_PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "comity.config.staticfiles.HashedAddresses"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# E-mail leaves the node only where node.toml says through whom; a node that says nothing sends none.

MAILERS = {"default": _mailer()}
if NODE.mail is not None:
    DEFAULT_FROM_EMAIL = NODE.mail.sender

# Languages and time

USE_I18N = True
USE_TZ = True
LANGUAGE_CODE = NODE.language
LANGUAGES = [("en", "English"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [_PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = f"comity_{NODE.state.lower()}_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = NODE.time_zone

# Logs carry no personal data: no request lines with queries, no names of officers, no message texts.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"impersonal": {"()": "comity.config.logs.Impersonal"}},
    "formatters": {"line": {"()": "comity.config.logs.UtcLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["impersonal"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "axes": {"handlers": ["console"], "level": "CRITICAL", "propagate": False},
        "allauth": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "tuf": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
    },
}
