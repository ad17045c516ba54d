"""Django settings. The house comes from ``YESAND_HOUSE``; ``DATABASE_URL`` replaces SQLite."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from yesand.kernel.errors import BadInput
from yesand.kernel.keys import KeyStore
from yesand.kernel.vault import passphrase, told

HERE = Path(__file__).parent
HOUSE = Path(os.environ.get("YESAND_HOUSE", "unopened-house"))


def _secret() -> str:
    """Return ``YESAND_SECRET``, or a secret derived from the house's own private key."""
    given = told("YESAND_SECRET")
    if given:
        return given
    settings = HOUSE / "house.json"
    if settings.exists():
        keys = KeyStore(HOUSE / "keys", passphrase())
        material = keys.get(json.loads(settings.read_text())["key"]).pem()  # sealed or not
    else:
        material = os.urandom(32)
    return hashlib.sha256(b"django secret\n" + material).hexdigest()


def database(root: Path) -> dict[str, Any]:
    """Return Django's connection settings for a house."""
    url = told("DATABASE_URL")
    if url:
        return dict(dj_database_url.parse(url, conn_max_age=60))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(root / "registry.sqlite3"),
        # Opening it reads the whole schema: each thread of the server keeps its connection.
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                # Without it INSERT OR REPLACE deletes a row past its append-only trigger.
                "PRAGMA recursive_triggers=ON;"
            ),
        },
    }


def mail(url: str) -> tuple[str, dict[str, Any]]:
    """Return Django's mail backend for ``YESAND_MAIL``, with its settings.

    >>> mail("smtp://ada:secret@mail.example:587?tls=1")[1]["EMAIL_HOST"]
    'mail.example'
    """
    if not url:
        return "django.core.mail.backends.console.EmailBackend", {}
    server = urlsplit(url)
    return "django.core.mail.backends.smtp.EmailBackend", {
        "EMAIL_HOST": server.hostname or "localhost",
        "EMAIL_PORT": server.port or 25,
        "EMAIL_HOST_USER": unquote(server.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(server.password or ""),
        "EMAIL_USE_TLS": "tls=1" in server.query,
        "EMAIL_USE_SSL": "ssl=1" in server.query,
    }


def oidc(given: str) -> dict[str, Any]:
    """Return allauth's providers for ``YESAND_OIDC``.

    >>> oidc("https://id.example,yes-and,secret")["openid_connect"]["APPS"][0]["client_id"]
    'yes-and'
    """
    if not given:
        return {}
    issuer, client, secret = (part.strip() for part in given.split(",", 2))
    name = urlsplit(issuer).hostname or issuer
    app = {
        "provider_id": "house",
        "name": name,
        "client_id": client,
        "secret": secret,
        # The issuer is who the keeper says, and not who it says itself (OIDC Discovery §4.3).
        "settings": {
            "server_url": issuer,
            "openid_configuration_overrides": {"issuer": issuer},
        },
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def issuers(providers: dict[str, Any]) -> list[str]:
    """Return the origins to which the sign-in form may lead."""
    apps = providers.get("openid_connect", {}).get("APPS", [])
    urls = (urlsplit(app["settings"]["server_url"]) for app in apps)
    return [f"{url.scheme}://{url.netloc}" for url in urls]


def public(given: str) -> str:
    """Return ``YESAND_PUBLIC_URL`` without a slash at its end.

    >>> public("https://yes-and.example/")
    'https://yes-and.example'
    """
    url = urlsplit(given.strip())
    if given.strip() and (
        url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/") or url.query
    ):
        raise BadInput(
            f"YESAND_PUBLIC_URL is {given!r}, which is no address of a house",
            remedy="Give a scheme and a host, as https://yes-and.example, and nothing after it.",
        )
    return f"{url.scheme}://{url.netloc}" if url.netloc else ""


SECRET_KEY = _secret()
DEBUG = False
#: Where the world finds the pages: in letters, calendars, feeds and previews.
PUBLIC_URL = public(os.environ.get("YESAND_PUBLIC_URL", ""))
ALLOWED_HOSTS = os.environ.get("YESAND_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
if PUBLIC_URL:
    ALLOWED_HOSTS.append(urlsplit(PUBLIC_URL).hostname or "")
DATABASES = {"default": database(HOUSE)}
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]

ROOMS = [
    "provenance",
    "people",
    "agreements",
    "meetings",
    "takes",
    "affect",
    "corpus",
    "training",
    "synthetic",
    "reliance",
    "royalties",
    "oversight",
    "heidi",
    "newsroom",
]
#: Our own words stand before those of the packages that we use.
LOCALE_PATHS = [HERE.parent / room / "locale" for room in ("site", *ROOMS)]

INSTALLED_APPS = [
    "yesand.site",  # first, so that its pages stand before allauth's
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    *(f"yesand.{room}" for room in ROOMS),
]

MIDDLEWARE = [
    "yesand.site.middleware.Referenced",
    "yesand.site.middleware.Plain",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "yesand.site.middleware.Compressed",
    "yesand.site.middleware.Kept",
    "yesand.site.statics.Found",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # A page is closed unless it says that it is open.
    "yesand.people.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "yesand.site.middleware.AtHome",
    "yesand.people.middleware.Guarded",
]
ROOT_URLCONF = "yesand.site.urls"
WSGI_APPLICATION = "yesand.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yesand.site.context.house",
            ],
        },
    }
]

#: Behind a proxy that speaks HTTPS: ``YESAND_HTTPS=1``.
HTTPS = os.environ.get("YESAND_HTTPS") == "1"

# Logging in. Nobody signs up by themselves: people join by invitation.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "MinimumLengthValidator",
            "CommonPasswordValidator",
            "NumericPasswordValidator",
        )
    ),
    {"NAME": "yesand.site.passwords.NotOurOwnWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"
ACCOUNT_ADAPTER = "yesand.people.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # closing the browser logs out
ACCOUNT_LOGOUT_REDIRECT_URL = "start"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
#: How often one may try, over all processes: the counts lie in the registry's cache table.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",  # nosec B105
    "check": "60/m/ip",
    "check_file": "10/m/ip",
    "heidi_visitor": "20/m/ip",
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_cache",
    }
}
# One proxy stands before us if there is HTTPS; else nobody is believed about another's address.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0

# Second factors and passkeys. A browser offers passkeys over HTTPS or on this machine alone.
MFA_ADAPTER = "yesand.people.adapters.Factors"
#: Recovery codes are ours: allauth would keep them sealed, we keep their hashes alone.
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Yes-And"
MFA_TOTP_TOLERANCE = 0  # a code is good for its own 30 seconds, and so never twice
MFA_FORMS = {
    "add_webauthn": "yesand.people.security.forms.AddPasskey",
    "authenticate": "yesand.people.factors.forms.Authenticate",
    "reauthenticate": "yesand.people.factors.forms.Reauthenticate",
}
#: Who must have a second factor, above what the house's own settings say; nothing: those do.
REQUIRE_MFA = os.environ.get("YESAND_REQUIRE_MFA", "")

# Signing in by an account elsewhere: ``YESAND_OIDC=issuer,client id,secret``.
SOCIALACCOUNT_ADAPTER = "yesand.people.adapters.Providers"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = oidc(told("YESAND_OIDC"))

# A session ends eight hours after the last page, and after a week in any case (`Guarded`).
SESSION_COOKIE_AGE = 8 * 3600
SESSION_LONGEST = 7 * 86_400

# What is done later: kept in the registry, so that it outlives the process (`yesand work`).
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Mail goes to the terminal unless ``YESAND_MAIL`` says ``smtp://user:password@host:587?tls=1``.
EMAIL_BACKEND, _mail = mail(told("YESAND_MAIL"))
globals().update(_mail)
DEFAULT_FROM_EMAIL = os.environ.get("YESAND_MAIL_FROM", "yes-and@localhost")

# Who answers for the house, as consent receipts must say (ISO/IEC TS 27560).
CONTROLLER = {
    "address": os.environ.get("YESAND_ADDRESS", ""),
    "contact": os.environ.get("YESAND_CONTACT", ""),
    "country": os.environ.get("YESAND_COUNTRY", ""),
}

# Static files are served as they lie in the package: no `collectstatic`, no manifest.
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "yesand.site.statics.Versioned"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

# What a browser is told. Pico draws its form icons from data: images; nothing else is let in.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "connect-src": [SELF],
        # A form that signs in elsewhere is sent on there.
        "form-action": [SELF, *issuers(SOCIALACCOUNT_PROVIDERS)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "yesand.site.errors.forged"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # A browser takes a cookie of this name only over HTTPS, for this host, at its root.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"reference": {"()": "yesand.site.references.WithReference"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} [{reference}] {name}: {message}", "style": "{"}
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["reference"],
            "formatter": "line",
        }
    },
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": True},
        "yesand": {"handlers": ["stderr"], "level": "INFO", "propagate": True},
    },
}
