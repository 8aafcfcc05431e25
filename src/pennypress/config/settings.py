"""The one settings file. What a site may change is read from the environment; `.env.example` lists all of it."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from pennypress.config import env
from pennypress.lib.sqlite import library

# Before anything can import Python's own sqlite3: see library.py.
library.install()

DATA = env.folder("PENNYPRESS_DATA", Path("var"))
BASE_URL = env.text("PENNYPRESS_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")

DEBUG = False
SECRET_KEY = env.secret("PENNYPRESS_SECRET_KEY", DATA)
# The site's own address is always one of them: ready pages are rendered for it.
ALLOWED_HOSTS = [*env.words("PENNYPRESS_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"]), env.host_of(BASE_URL)]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# The fake payment provider: on for the demo, off for a site that takes real money.
PENNYPRESS_DEMO_PAYMENTS = env.flag("PENNYPRESS_DEMO_PAYMENTS", True)
# Stripe: without a secret key it is not offered. Several secrets of the endpoint, separated by commas, while one is rolled.
PENNYPRESS_STRIPE_SECRET_KEY = env.matching(
    "PENNYPRESS_STRIPE_SECRET_KEY",
    "(sk|rk)_(test|live)_[A-Za-z0-9]+",
    "a secret or restricted key of Stripe's (sk_… or rk_…)",
)
PENNYPRESS_STRIPE_WEBHOOK_SECRETS = env.words("PENNYPRESS_STRIPE_WEBHOOK_SECRET", [])
# Where the stand-in of the tests listens; Stripe itself when empty.
PENNYPRESS_STRIPE_API_BASE = env.text("PENNYPRESS_STRIPE_API_BASE")
# Addresses of proxies in front of us whose X-Forwarded-For and X-Forwarded-Proto are believed.
PENNYPRESS_TRUSTED_PROXIES = env.words("PENNYPRESS_TRUSTED_PROXIES", [])

# Pages are kept ready in front of Django; off, each is rendered for each reader.
PENNYPRESS_READY_PAGES = env.flag("PENNYPRESS_READY_PAGES", True)
# How much of each web process's memory they may take, and how much of the disk; in millions of bytes.
PENNYPRESS_READY_MEMORY_MB = env.number("PENNYPRESS_READY_MEMORY_MB", 24)
PENNYPRESS_READY_DISK_MB = env.number("PENNYPRESS_READY_DISK_MB", 500)

# A cache in front of the site that is told what to forget: varnish://host:port, fastly://TOKEN@SERVICE, cloudflare://TOKEN@ZONE.
PENNYPRESS_EDGE_URL = env.edge("PENNYPRESS_EDGE_URL")
# How many open pages each web process tells of what happens; none with 0.
PENNYPRESS_LIVE_STREAMS = env.number("PENNYPRESS_LIVE_STREAMS", 10_000)

INSTALLED_APPS = [
    # First, since each address of a static file looks for it among them.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "pennypress.ops",
    "pennypress.archive",
    "pennypress.publishing",
    "pennypress.funding",
    "pennypress.discussion",
    "pennypress.notifications",
    "pennypress.readers",
    "pennypress.delivery",
    "pennypress.jobs",
    "pennypress.newsroom",
    "pennypress.theme",
    "wagtail.contrib.redirects",
    "wagtail.contrib.search_promotions",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "pennypress.delivery.middleware.OtherMachines",
    "pennypress.delivery.middleware.NobodyElses",
    "pennypress.delivery.middleware.Failures",
    "django.middleware.security.SecurityMiddleware",
    "pennypress.delivery.middleware.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "pennypress.newsroom.middleware.CurrentNewsroom",
    "django.middleware.common.CommonMiddleware",
    "pennypress.delivery.middleware.CrossOriginProtection",
    "pennypress.delivery.middleware.Junk",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pennypress.readers.middleware.GuestCookie",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pennypress.readers.middleware.StaffSecondFactor",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "pennypress.config.urls"
WSGI_APPLICATION = "pennypress.config.wsgi.application"

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
                "pennypress.newsroom.context.newsroom",
            ],
        },
    },
]

DATABASES = {"default": env.database("PENNYPRESS_DATABASE_URL", DATA)}
# Several machines with this database, each with its own data directory (media shared), see docs/operate.md.
PENNYPRESS_SEVERAL_MACHINES = env.flag("PENNYPRESS_SEVERAL_MACHINES", False)
if PENNYPRESS_SEVERAL_MACHINES and not env.text("PENNYPRESS_DATABASE_URL"):
    raise ImproperlyConfigured("PENNYPRESS_SEVERAL_MACHINES needs PostgreSQL: set PENNYPRESS_DATABASE_URL.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Parts of templates that say nothing but the words of a language, kept apart from what counts attempts: a hundred
    # articles are a megabyte in each process.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template-fragments",
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
}

# The newsroom's own language and time zone are set for each request by CurrentNewsroom; these serve where there is none.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French")), ("es", _("Spanish")), ("ar", _("Arabic"))]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "pennypress.theme.storage.SiteStorage"},
}
# A picture of a modern camera fits; more would only fill memory. The dispatcher refuses larger bodies.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

MAILERS = {"default": env.mailer("PENNYPRESS_MAIL_URL", "PENNYPRESS_MAIL_BACKEND", DATA)}
ANYMAIL = {key.removeprefix("PENNYPRESS_ANYMAIL_"): value for key, value in env.all_with("PENNYPRESS_ANYMAIL_").items()}
DEFAULT_FROM_EMAIL = env.text("PENNYPRESS_MAIL_FROM", "Pennypress <pennypress@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

TASKS = {"default": {"BACKEND": "pennypress.jobs.backend.JobBackend"}}

AUTH_USER_MODEL = "readers.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

ACCOUNT_ADAPTER = "pennypress.notifications.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# The password may be left out, at sign-up and at sign-in: then a code is mailed.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Chromium lets passkeys be used on http://localhost, for trying things out.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/account/"

SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "pennypress.theme.views.form_refused"
SECURE_PROXY_SSL_HEADER = None  # the dispatcher sets the scheme itself, from trusted proxies only
SECURE_SSL_REDIRECT = False  # a proxy's work; the dispatcher speaks plain HTTP behind it
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # the newsroom's other addresses are not ours to bind
SECURE_HSTS_PRELOAD = False
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # CrossOriginProtection is Django's CsrfViewMiddleware, extended
    "security.W019",  # Wagtail shows previews in frames of its own
    "security.W004",  # HSTS is on when the address is https
    "security.W005",
    "security.W008",  # redirecting to https is the proxy's work
    "security.W012",  # cookies are secure when the address is https
    "security.W016",
    "security.W021",
]

# Readers' pages: nothing inline, nothing foreign, and no text becomes code. ContentPolicy loosens it for the admin.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["pennypress"],
}

WAGTAIL_SITE_NAME = "Pennypress"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILIMAGES_IMAGE_MODEL = "publishing.NewsImage"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAILDOCS_EXTENSIONS = ["csv", "pdf", "txt", "ods", "odt"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": True}}
WAGTAILREDIRECTS_AUTO_CREATE = True
WAGTAIL_ENABLE_UPDATE_CHECK = False  # the newsroom's machine calls nobody
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_I18N_ENABLED = False
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAILADMIN_LOGIN_URL = "/accounts/login/"
WAGTAIL_PASSWORD_REQUIRED_TEMPLATE = "publishing/password.html"  # noqa: S105 - a template
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
TAGGIT_CASE_INSENSITIVE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("PENNYPRESS_LOG_LEVEL", "WARNING").upper()},
    # Django's own handler mails administrators; everything goes to the console here.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # What strangers ask for and do not get: addresses and hosts of any length, and of readers' links the secrets in them.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
