"""Django's settings, made from the environment (see environment.py). Nothing here is edited to run the product."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from ascolto.config.environment import django_database, django_mail, from_variables
from ascolto.ui.assets import static_version

ENVIRONMENT = from_variables()
PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = list(ENVIRONMENT.retired_secret_keys)
DATA = ENVIRONMENT.data
FILES = DATA / "files"
SPOOL = DATA / "spool.sqlite3"
BASE_URL = ENVIRONMENT.base_url
ALLOW_PRIVATE_NETWORKS = ENVIRONMENT.allow_private_networks
ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "*", "localhost", "127.0.0.1", "[::1]"] if BASE_URL else ["*"]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "ascolto.config",
    "ascolto.ui",
    "ascolto.events",
    "ascolto.accounts",
    "ascolto.customers",
    "ascolto.channels",
    "ascolto.conversations",
    "ascolto.search",
    "ascolto.understanding",
    "ascolto.sla",
    "ascolto.knowledge",
    "ascolto.routing",
    "ascolto.composing",
    "ascolto.views",
    "ascolto.collaboration",
    "ascolto.intake",
    "ascolto.delivery",
    "ascolto.generation",
    "ascolto.automation",
    "ascolto.bot",
    "ascolto.notifications",
    "ascolto.charter",
    "ascolto.realtime",
    "ascolto.contact",
    "ascolto.api",
    "ascolto.desk",
    "ascolto.directory",
    "ascolto.wall",
    "ascolto.workspace",
    "ascolto.testing",
]
MIDDLEWARE = [
    "ascolto.api.middleware.ShortCut",  # machines need none of what follows
    "django.middleware.security.SecurityMiddleware",
    "ascolto.ui.middleware.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ascolto.accounts.middleware.Preferences",
    "csp.middleware.CSPMiddleware",
]
ROOT_URLCONF = "ascolto.config.urls"
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": sorted(PACKAGE.glob("*/templates")),
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "ascolto.ui.jinja.environment",
            "autoescape": True,
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    },
]

DATABASES = {"default": django_database(ENVIRONMENT.database_url)}
globals().update(django_mail(ENVIRONMENT.mail_url))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "accounts.Agent"
PASSWORD_HASHERS = ["ascolto.accounts.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "desk:queue"
LOGOUT_REDIRECT_URL = "accounts:sign-in"

_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_NAME = "ascolto_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_NAME = "ascolto_csrf"
CSRF_FAILURE_VIEW = "ascolto.ui.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

MAX_UPLOAD_BYTES = ENVIRONMENT.max_upload_bytes
HOOK_MAX_BYTES = ENVIRONMENT.hook_max_bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_TEMP_DIR = None

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("it", _("Italian"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "ascolto_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
STATIC_URL = f"/static/{static_version(PACKAGE)}/"

LOGGING_CONFIG = "ascolto.config.logs.configure"
LOGGING = {"level": ENVIRONMENT.log_level, "format": ENVIRONMENT.log_format}

TESTING = "PYTEST_VERSION" in os.environ
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
