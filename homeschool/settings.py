"""Settings of the portal: one file, every switch from the environment.

`.env.example` explains each name. A missing or wrong value stops the start with the name
of the switch and the way to mend it; nothing falls back to a guess in production.
"""

import os
import sys
import zoneinfo
from pathlib import Path
from urllib.parse import urlsplit

import environ
import pgtrigger
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

env = environ.Env()


def read(kind, name, mend, **options):
    """Return the switch `name`, or stop the start with the name and the mend."""
    try:
        return getattr(env, kind)(name, **options)
    except (ImproperlyConfigured, ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{name}: {error}. {mend}") from error


def required(name, mend):
    """Return the switch `name`, which has no default."""
    value = os.environ.get(name, "")  # as it stands: environ takes a leading $ for another name
    if not value:
        raise ImproperlyConfigured(f"{name} is missing or empty. {mend}")
    return value


def data_keys(text):
    """Return {key id: Fernet key} from `id:key,id:key`; the first key writes."""
    keys = dict(part.strip().split(":", 1) for part in text.split(",") if part.strip())
    if not keys or any(len(key) != 44 for key in keys.values()):
        raise ImproperlyConfigured(
            "DATA_KEYS must be id:key[,id:key]. Make a key with `python3 manage.py doctor --new-key`."
        )
    return keys


def is_plain_address(url):
    """Whether `url` names a web server, perhaps with a path: no user, password, query or fragment."""
    parts = urlsplit(url)
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain


OWN_SERVERS = "Start through manage.py, which brings its own PostgreSQL and Redis, or set it: see .env.example."

# --- what the environment says -------------------------------------------------------------
DEBUG = read("bool", "DEBUG", "Use 1 or 0.", default=False)
DEMO_MODE = read("bool", "DEMO_MODE", "Use 1 or 0.", default=False)
SITE_URL = read(
    "str", "SITE_URL", "The address people type.", default="http://localhost:8000"
).rstrip("/")
ALLOWED_HOSTS = read(
    "list", "ALLOWED_HOSTS", "Host names, separated by commas.", default=["localhost", "127.0.0.1"]
)
SECURE = SITE_URL.startswith("https://")
SECRET_KEY = required("SECRET_KEY", "Set a long random text. " + OWN_SERVERS)
DATA_KEYS = data_keys(required("DATA_KEYS", "The keys that encrypt sensitive text. " + OWN_SERVERS))
DEMO_MAILDIR = read("str", "DEMO_MAILDIR", "A Maildir folder.", default="")

DATABASES = {"default": read("db", "DATABASE_URL", OWN_SERVERS)}
DATABASES["default"] |= {
    "CONN_MAX_AGE": None,  # a connection per request cost three times the page
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
}
# A server without power answers nothing: a page shall not wait for it as long as TCP does.
DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5} | DATABASES["default"].get("OPTIONS", {})
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured(
        "DATABASE_URL must name a PostgreSQL: postgres://user:password@host/name"
    )
REDIS_URL = required("REDIS_URL", "Where Celery's messages go. " + OWN_SERVERS)

TIME_ZONE = read("str", "TIME_ZONE", "A name of the IANA list.", default="UTC")
if TIME_ZONE not in zoneinfo.available_timezones():
    raise ImproperlyConfigured(
        f"TIME_ZONE: {TIME_ZONE!r} is not in the IANA list, like Asia/Shanghai"
    )

# --- the house --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "homeschool",
    "homeschool.journal",
    "homeschool.people",
    "visits",
    "messaging",
    "counseling",
    "homeschool.reports",
    "homeschool.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "pgtrigger",
    "pghistory",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "template_partials.apps.SimpleAppConfig",
    "django_cotton.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    # With random padding against BREACH since Django 4.2; the CSRF token is masked anew each time.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "homeschool.people.signin.ReaderMiddleware",
    "homeschool.people.signin.KeptTextMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "homeschool.people.signin.refusals.RefusalMiddleware",
    "homeschool.people.signin.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]
if TESTING:  # WhiteNoise scans the static files for each test client
    MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")

ROOT_URLCONF = "homeschool.urls"
WSGI_APPLICATION = "homeschool.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "homeschool.context.page",
            ],
            # cotton and template-partials overwrite each other's loaders when left to themselves
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "homeschool.templatetags.look",
            ],
        },
    }
]
COTTON_DIR = "components"
FORM_RENDERER = "homeschool.forms.Renderer"

# --- people and their door -----------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
# Django's own backend finds people by their one address. allauth's would also find them by
# addresses that they had once, and tell a closed account from none.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
if TESTING:  # a slow hash guards people; in tests it only costs time
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "homeschool.people.signin.AccountAdapter"
MFA_ADAPTER = "homeschool.people.signin.MFAAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# By network: a whole school may sit behind one address. By person: three guesses at each code
# make 120 a day, one chance in 8,000 that one of them opens the door.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "60/m/ip,3/m/key,12/h/key,40/d/key",
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/5m/key,60/d/key",
    "reset_password": "20/m/ip,3/m/key,12/d/key",
    # a code from a letter: a parents' evening behind one address, and 54 bits to guess at
    "letter": "60/m/ip,600/h/ip",
    # people who apply to help: an information evening behind one address
    "volunteer": "30/m/ip,200/h/ip",
}
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = read(
    "int", "TRUSTED_PROXIES", "How many proxies stand before.", default=0
)
PASSWORD_RESET_TIMEOUT = 60 * 60
DOOR_MAIL_ASIDE = not TESTING
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = (
    True  # schools make the accounts: nobody signs up with a stranger's address
)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Home & School"
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute wrong

SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # families; staff 12 hours without a request (people.signin)
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # asked from inside, without the proxy
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: only for the pictures inside Bootstrap's CSS
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024

# --- words, times, files ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "中文"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "homeschool" / "locale"]
FORMAT_MODULE_PATH = ["homeschool.formats"]
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = read("bool", "STATIC_FROM_SOURCE", "Use 1 or 0.", default=True)

# --- mail, cache, background work --------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
vars().update(
    read("email_url", "EMAIL_URL", "smtp://user:password@host:port", default="smtp://localhost:25")
)
EMAIL_TIMEOUT = 10
# Instead of SMTP: a provider's own interface, which also tells what became of each letter.
MAIL_PROVIDERS = (
    "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark",
    "sendgrid", "sparkpost", "unisender_go",
)  # fmt: skip
MAIL_PROVIDER = read("str", "MAIL_PROVIDER", "One of " + ", ".join(MAIL_PROVIDERS), default="")
MAIL_WEBHOOK_SECRET = read("str", "MAIL_WEBHOOK_SECRET", "name:password", default="")
if MAIL_PROVIDER:
    if MAIL_PROVIDER not in MAIL_PROVIDERS:
        raise ImproperlyConfigured(f"MAIL_PROVIDER must be one of {', '.join(MAIL_PROVIDERS)}")
    EMAIL_BACKEND = "homeschool.providers.Backend"
if MAIL_WEBHOOK_SECRET and not all(MAIL_WEBHOOK_SECRET.partition(":")):
    raise ImproperlyConfigured("MAIL_WEBHOOK_SECRET must be name:password, both long and random")
ANYMAIL = read("dict", "MAIL_PROVIDER_KEYS", "NAME=value,NAME=value", default={}) | {
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    "IGNORE_UNSUPPORTED_FEATURES": True,  # a provider without metadata still carries letters
    "WEBHOOK_SECRET": MAIL_WEBHOOK_SECRET or None,
}
DEFAULT_FROM_EMAIL = read(
    "str", "MAIL_FROM", "An address.", default="Home & School <portal@localhost>"
)
# The operator's own machine that translates messages (LibreTranslate); empty: none, and no text leaves.
TRANSLATION_URL = read("str", "TRANSLATION_URL", "http://host:port", default="").rstrip("/")
TRANSLATION_KEY = read("str", "TRANSLATION_KEY", "The key of its API.", default="")
if TRANSLATION_URL and not is_plain_address(TRANSLATION_URL):
    raise ImproperlyConfigured("TRANSLATION_URL must be http://host:port or https://host, no more")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # beyond it a third is thrown away, rate limits and previews among them; Django's 300 is few
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# How long a worker may hold a delivery or a job without a sign before it is given to another.
LEASE_SECONDS = read("int", "LEASE_SECONDS", "Seconds, 30 or so.", default=30)
# Where the relay listens, when DATABASE_URL leads through a transaction pooler.
LISTEN_DATABASE_URL = read("str", "LISTEN_DATABASE_URL", "Like DATABASE_URL, direct.", default="")
# A pooler hands each transaction to another connection: there nothing can be held ready.
PREPARED_STATEMENTS = not LISTEN_DATABASE_URL

# Measured on Celery 5.7 (docs/decisions/0001-parts.md): without these a killed child loses its
# task for good, and a publish to a frozen Redis hangs for more than a minute.
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # a full Redis refuses: without it each worker ends
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "retry_on_timeout": True,
}
# A lane for each kind of work, so that a slow one starves no other.
CELERY_TASK_QUEUES = [Queue(lane, routing_key=lane) for lane in ("celery", "email", "work")]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")  # nothing tracked changes by GET
# Closed by default: a token, its scope, and what `visible_to` gives its person. No request of the API
# asks Redis: how often a token asked stands in the token's row.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["homeschool.people.api.door.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["homeschool.people.api.door.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["homeschool.people.api.door.TokenThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "homeschool.people.api.noes.answer_for",
    "URL_FORMAT_OVERRIDE": None,
}
API_REQUESTS_A_MINUTE = 300  # for each token
SPECTACULAR_SETTINGS = {
    "TITLE": "Home & School",
    "DESCRIPTION": "What the person of a token may see, to read. See docs/integrate.md.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "homeschool.people.api.document.tell_noes",
    ],
    "ENUM_NAME_OVERRIDES": {
        "SchoolKind": "homeschool.people.models.School.Kind",
        "ClassKind": "homeschool.people.models.SchoolClass.Kind",
        "StudentStatus": "homeschool.people.models.Student.Status",
        "VisitStatus": "visits.models.Visit.Status",
        "PlanState": "counseling.models.Plan.State",
        "ProgrammeState": "counseling.models.Programme.State",
        "SessionState": "counseling.models.Session.State",
        "PromiseSide": "visits.models.Promise.Side",
        "SeatSide": "messaging.models.Seat.Side",
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_tokens": {"()": "homeschool.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["without_tokens"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "weasyprint.progress": {"level": "WARNING"},
    },
}
