"""All settings. What differs between machines comes from the environment.

TESTPREP_ENV says which environment this is (development, staging or production);
development runs from a bare clone, the others refuse to start without their secrets.
README.md lists the variables.
"""

from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from testprep.environment import (
    check_mail,
    check_secret,
    database,
    development_secret,
    env,
    environment_name,
    https_host,
    required,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("TESTPREP_DATA_DIR", default=str(BASE_DIR / "var")))

ENVIRONMENT = environment_name()
IS_DEVELOPMENT = ENVIRONMENT == "development"

DEBUG = env.bool("DEBUG", default=False)
if DEBUG and not IS_DEVELOPMENT:
    raise ImproperlyConfigured("DEBUG must stay off outside development.")

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY and IS_DEVELOPMENT:
    SECRET_KEY = development_secret(DATA_DIR / "secret_key")
SECRET_KEY = SECRET_KEY or required(
    "SECRET_KEY", development="", environment=ENVIRONMENT
)
if not IS_DEVELOPMENT:
    check_secret(SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

SITE_NAME = "TestPrep"
SITE_URL = required(
    "SITE_URL", development="http://localhost:8000", environment=ENVIRONMENT
).rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=(
        ["localhost", "127.0.0.1", "[::1]"]
        if IS_DEVELOPMENT
        else [https_host(SITE_URL)]
    ),
)
CSRF_TRUSTED_ORIGINS = env.list(
    "CSRF_TRUSTED_ORIGINS", default=[] if IS_DEVELOPMENT else [SITE_URL]
)

INSTALLED_APPS = [
    "accounts",
    "achievements",
    "exams",
    "ops",
    "support",
    "unfold.apps.BasicAppConfig",
    "testprep.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "testprep.apps.StaticFilesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "heroicons",
    "ninja",
]

MIDDLEWARE = [
    "exams.api.errors.in_one_shape",
    # An answer carries its own proof and needs none of the rest.
    "exams.api.lane.answer_lane",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "exams.api.releases.kept_across_sessions",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.activate_time_zone",
    "achievements.middleware.tell_once",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "support.middleware.refuse_large_bodies",
]

ROOT_URLCONF = "testprep.urls"
WSGI_APPLICATION = "testprep.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "testprep.context_processors.site",
                "achievements.context_processors.rewards",
                "support.context_processors.asking",
            ],
        },
    }
]

# --- data ---------------------------------------------------------------------------

DATABASES = {
    "default": database(
        required(
            "DATABASE_URL",
            development=f"sqlite:///{DATA_DIR}/testprep.sqlite3",
            environment=ENVIRONMENT,
        )
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required(
    "REDIS_URL", development="redis://127.0.0.1:6399", environment=ENVIRONMENT
).rstrip("/")
CACHES = {
    "default": {
        "BACKEND": "testprep.cache.ForgivingRedisCache",
        "LOCATION": f"{REDIS_URL}/0",
        "KEY_PREFIX": "testprep",
        "OPTIONS": {
            "SOCKET_CONNECT_TIMEOUT": 2,
            "SOCKET_TIMEOUT": 2,
            "CONNECTION_POOL_KWARGS": {
                "max_connections": env.int("REDIS_MAX_CONNECTIONS", default=32)
            },
        },
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

# --- background work ----------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=f"{REDIS_URL}/1")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task; a task of a dead worker is back within seconds
    # after that.
    "visibility_timeout": CELERY_TASK_TIME_LIMIT + 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A broker that is away must not keep a web request waiting.
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_BEAT_SCHEDULE = {
    "close-overdue-attempts": {
        "task": "exams.tasks.close_overdue_attempts",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "measure-leaderboards": {
        "task": "achievements.tasks.measure_boards",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "sweep-rewards": {
        "task": "achievements.tasks.sweep_rewards",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "resume-backfills": {
        "task": "achievements.tasks.resume_backfills",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "verify-rewards": {
        "task": "achievements.tasks.verify_rewards",
        "schedule": crontab(hour="3", minute="30"),
    },
    "mail-answers": {
        "task": "support.tasks.mail_answers",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "mail-new-threads": {
        "task": "support.tasks.mail_new_threads",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "close-quiet-threads": {
        "task": "support.tasks.close_quiet_threads",
        "schedule": crontab(minute="10"),
    },
    # Each link is opened once a week; every hour those whose week is over.
    "check-links": {
        "task": "support.tasks.check_links",
        "schedule": crontab(minute="40"),
        "options": {"expires": 1800},
    },
}
# How long practice is collected before the workers are told of it (0: never).
REWARDS_COLLECT_SECONDS = 2.0
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

# --- the first start -----------------------------------------------------------------

# What `manage.py prepare` runs after the migrations, in this order.
PREPARE_COMMANDS = [
    "load_banks",
    "load_achievements",
    "load_help",
    "load_resources",
    *(["demo_accounts"] if IS_DEVELOPMENT else []),
]

# --- accounts -----------------------------------------------------------------------

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
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {
            "user_attributes": ("email", "display_name")
        },
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "signup": "accounts.forms.SignupForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Only in the browser that signed up or in a moment ago: the link alone is no key.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
# One address per person: a new one takes the old one's place once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if SITE_URL.startswith("http://") else "https"
# How many proxies of ours stand in front; an address further away is not believed.
# Outside development one ends TLS, and without its word all would be sent to https.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0 if IS_DEVELOPMENT else 1)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
USERSESSIONS_ADAPTER = "accounts.adapters.UserSessionsAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateByCodeForm",
}
# So that people with a second step can change their address. Nobody gets a second step
# before an address is proved: nobody signs in without.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = SITE_NAME
# Browsers offer passkeys on http://localhost only while we develop.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_DEVELOPMENT

# --- mail ---------------------------------------------------------------------------

EMAIL_CONFIG = env.email_url_config(
    required("EMAIL_URL", development="consolemail://", environment=ENVIRONMENT)
)
if not IS_DEVELOPMENT:
    check_mail(EMAIL_CONFIG)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = required(
    "DEFAULT_FROM_EMAIL",
    development="TestPrep <hello@localhost>",
    environment=ENVIRONMENT,
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- language and time --------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
USE_THOUSAND_SEPARATOR = True

# --- static files -------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "testprep.storage.StaticStorage"},
}
# Source maps are for developers, and would take most of the time to compress.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(DATA_DIR / "media"))

# --- security -----------------------------------------------------------------------

SECURE_HTTPS = not IS_DEVELOPMENT
SECURE_SSL_REDIRECT = SECURE_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
# Browsers do not forget it: an hour where we still try things out.
SECURE_HSTS_SECONDS = env.int(
    "SECURE_HSTS_SECONDS",
    default={"development": 0, "staging": 3600, "production": 31_536_000}[ENVIRONMENT],
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool(
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False
)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
# The check asks for both of these, which bind a whole domain: its owner decides.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- rate limits --------------------------------------------------------------------

RATELIMIT_ENABLE = env.bool("RATELIMIT_ENABLE", default=True)
# A count that Redis lost must not stop anybody's answers.
RATELIMIT_FAIL_OPEN = True

# --- admin --------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "TestPrep back office",
    "SITE_HEADER": "TestPrep",
    "SITE_SUBHEADER": "Back office",
    "SITE_ICON": "testprep.admin_site.icon",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": "testprep.admin_site.favicon",
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": "testprep.context_processors.environment_label",
    "STYLES": ["testprep.admin_site.stylesheet"],
    "SIDEBAR": {"navigation": "testprep.admin_site.navigation", "show_search": True},
    "DASHBOARD_CALLBACK": "support.dashboard.dashboard",
    "COMMAND": {"search_callback": "exams.admin.finder.find_questions"},
    "BORDER_RADIUS": "0.625rem",
    "COLORS": {
        "primary": {
            "50": "#eef1ff",
            "100": "#e0e5ff",
            "200": "#c5cfff",
            "300": "#a5b5ff",
            "400": "#8da0ff",
            "500": "#7186f8",
            "600": "#3449cf",
            "700": "#2637a4",
            "800": "#222f86",
            "900": "#1f2a6b",
            "950": "#141a44",
        },
    },
}

# --- logging ------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.str("LOG_LEVEL", default="INFO"),
    },
    "loggers": {
        "django.server": {"handlers": [], "propagate": True},
    },
}
