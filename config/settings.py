"""All settings, read from the environment once. Anything missing or malformed stops the program with its name.

Without DATABASE_URL or REDIS_URL the program is a *trial* on one machine: it starts its own servers and makes its own
secrets under `.data/`. With them it is production: every secret must be given.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import environ
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import embedded
from config.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
TRIAL = not (env.str("DATABASE_URL", default="") and env.str("REDIS_URL", default=""))
DEBUG = env.bool("DEBUG", default=False)
LOCAL = TRIAL or DEBUG


def _required(name: str, why: str) -> str:
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} must be set: {why}")
    return value


# Servers -------------------------------------------------------------------------------------------------------------

if TRIAL:
    _servers = embedded.ensure(DATA_DIR)
    _database_url, REDIS_URL = _servers.database_url, _servers.redis_url
else:
    _database_url, REDIS_URL = env.str("DATABASE_URL"), env.str("REDIS_URL")

_database = environ.Env.db_url_config(_database_url)
# The wheel's server listens on a socket only, whose folder stands percent-encoded where the host would be.
_database["HOST"] = unquote(_database.get("HOST") or "")
_database["CONN_HEALTH_CHECKS"] = True
_database["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=300)
if TRIAL:
    # A trial may lose its last moment in a power cut, but it makes weeks of history in minutes.
    _database["OPTIONS"] = {"options": "-c synchronous_commit=off -c jit=off"}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# allauth counts its rate limits in the cache, so it must be shared by all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}

# Identity and secrets ------------------------------------------------------------------------------------------------

if LOCAL:
    SECRET_KEY = env.str("SECRET_KEY", default="") or embedded.trial_secret(DATA_DIR, "django", "token")
    FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [
        embedded.trial_secret(DATA_DIR, "fields", "fernet")
    ]
    BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")
else:
    SECRET_KEY = _required("SECRET_KEY", "a long random string that signs sessions")
    FIELD_ENCRYPTION_KEYS = (
        _required(
            "FIELD_ENCRYPTION_KEYS", "comma-separated Fernet keys, newest first; they encrypt the sellers' tokens"
        )
        .replace(" ", "")
        .split(",")
    )
    BASE_URL = _required("BASE_URL", "the public address, for example https://history.example.com")

for _key in FIELD_ENCRYPTION_KEYS:
    try:
        Fernet(_key)
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS must be Fernet keys: 32 bytes in url-safe base64") from error

_base = urlsplit(BASE_URL)
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise ImproperlyConfigured(f"BASE_URL must be an address such as https://history.example.com, not {BASE_URL!r}")
SECURE = _base.scheme == "https"
if not SECURE and not LOCAL and _base.hostname not in {"127.0.0.1", "localhost"}:
    raise ImproperlyConfigured("BASE_URL must start with https:// (plain http is for this machine only)")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_base.hostname])
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]

# Applications --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "offers",
    "allegro",
    "reports",
    "accounts.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.RequestLogMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.pieces.PieceMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.workspace",
            ],
            "builtins": ["accounts.templatetags.forms"],
        },
    }
]

# Sign-in (django-allauth) --------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.AddressSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.entrance_forms.LoginForm",
    "signup": "accounts.entrance_forms.SignupForm",
    "add_email": "accounts.entrance_forms.AddEmailForm",
    "reset_password": "accounts.entrance_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.entrance_forms.ResetPasswordKeyForm",
    "change_password": "accounts.entrance_forms.ChangePasswordForm",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _base.scheme

_email = env.str("EMAIL_URL", default="")
if _email:
    vars().update(environ.Env.email_url_config(_email))
elif LOCAL:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
else:
    _required("EMAIL_URL", "where mail is sent, for example smtp+tls://user:password@host:587")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"Offer History <no-reply@{_base.hostname}>")

# Security ------------------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE and not DEBUG else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE and not DEBUG
SECURE_HSTS_PRELOAD = SECURE and not DEBUG
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Allegro -------------------------------------------------------------------------------------------------------------

ALLEGRO_API_URL = env.str("ALLEGRO_API_URL", default="https://api.allegro.pl").rstrip("/")
ALLEGRO_AUTH_URL = env.str("ALLEGRO_AUTH_URL", default="https://allegro.pl").rstrip("/")
ALLEGRO_CLIENT_ID = env.str("ALLEGRO_CLIENT_ID", default="")
ALLEGRO_CLIENT_SECRET = env.str("ALLEGRO_CLIENT_SECRET", default="")
# Since July 2026 Allegro demands "RegisteredAppName/version (+info page)" in the User-Agent.
ALLEGRO_APP_NAME = env.str("ALLEGRO_APP_NAME", default="Offer-History")
ALLEGRO_APP_URL = env.str("ALLEGRO_APP_URL", default=BASE_URL)
# The ceiling of all processes together, used in full: 80 % of the 9,000 that Allegro allows one client id. Above 9,000
# for a simulator only (the limits per seller, see allegro.ratelimit, then grow with it).
ALLEGRO_REQUESTS_PER_MINUTE = env.int("ALLEGRO_REQUESTS_PER_MINUTE", default=7200)
if ALLEGRO_REQUESTS_PER_MINUTE < 1:
    raise ImproperlyConfigured("ALLEGRO_REQUESTS_PER_MINUTE must be at least 1: there is no unlimited")
JOURNAL_INTERVAL = timedelta(minutes=env.int("JOURNAL_INTERVAL_MINUTES", default=15))
# After so long a run gives its worker to the next account and joins the queue again.
SYNC_TIME_SLICE = timedelta(minutes=4)
FULL_SYNC_INTERVAL = timedelta(hours=env.int("FULL_SYNC_INTERVAL_HOURS", default=3))
# How long superseded snapshots and journal rows are kept once the changes are derived; 0 keeps them for ever. Changes
# always stay.
RAW_FACTS_KEPT = timedelta(days=env.int("RAW_FACTS_KEPT_DAYS", default=0))
# A report's figure and our own of the same days agree up to this difference, in per cent of our own.
RECONCILIATION_THRESHOLD_PERCENT = env.float("RECONCILIATION_THRESHOLD_PERCENT", default=10.0)
if not 0 <= RECONCILIATION_THRESHOLD_PERCENT <= 100:
    raise ImproperlyConfigured("RECONCILIATION_THRESHOLD_PERCENT must be 0 to 100")
# Readiness turns red when a connected account has waited this long past its time.
SYNC_OVERDUE_AFTER = timedelta(hours=6)
READY_FILE = env.str("READY_FILE", default="")

# Content security policy: everything from this origin; nothing inline. Offer pictures come from Allegro's image hosts.
_image_hosts = ["https://*.allegroimg.com", "https://*.allegrostatic.com"]
if urlsplit(ALLEGRO_API_URL).hostname in {"127.0.0.1", "localhost"}:
    _image_hosts.append(ALLEGRO_API_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_image_hosts],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Browsers apply form-action to the redirect that follows a form too, and linking redirects to Allegro.
        "form-action": [SELF, ALLEGRO_AUTH_URL],
        "manifest-src": [SELF],
    }
}

# Language, time, files -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", "Polski"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Warsaw"

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# An upload is kept in the database (web and worker of a PaaS share no disk); larger files are refused at the door.
MAX_UPLOAD_BYTES = 20 * 1024 * 1024

# Celery --------------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = "UTC"

# Logs and errors -----------------------------------------------------------------------------------------------------

LOGGING = logging_settings(json=not DEBUG, level=env.str("LOG_LEVEL", default="INFO").upper())
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    from config.errors import report_to

    report_to(SENTRY_DSN)
