"""Strict readers of the environment: a wrong value stops the program with one sentence, never a silent default."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from pennypress.delivery.edge.services import service_at

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE | FALSE:
        return value in TRUE
    raise ImproperlyConfigured(f"{name} is {value!r}; it must be yes or no.")


def number(name: str, default: int) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.")
    return int(value)


def matching(name: str, pattern: str, what: str) -> str:
    """A text of a known form, or none. The value is not repeated in the complaint: it may be a secret."""
    value = text(name)
    if value and not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} must be {what}.")
    return value


def words(name: str, default: list[str]) -> list[str]:
    """A list separated by commas."""
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def host_of(url: str) -> str:
    """The host name of an address, as ALLOWED_HOSTS writes it."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def folder(name: str, default: Path) -> Path:
    return Path(text(name) or default).expanduser().resolve()


def database(name: str, data: Path) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name`, or nothing for SQLite in the data directory."""
    url = text(name)
    if not url:
        return {
            "ENGINE": "pennypress.lib.sqlite",
            "NAME": str(data / "pennypress.sqlite3"),
            "CONN_MAX_AGE": None,
            "TEST": {"NAME": str(data / "test.sqlite3")},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/name.")
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
    }


def edge(name: str) -> str:
    """The address of a cache in front, checked here and read by delivery.edge."""
    try:
        service_at(text(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is wrong: {error}.") from None
    return text(name)


def mailer(url_name: str, backend_name: str, data: Path) -> dict[str, Any]:
    """How mail leaves: `smtp://user:password@host:587?tls=1`, a provider's anymail backend, or files in the data directory."""
    backend = text(backend_name)
    if backend:
        return {"BACKEND": backend}
    url = text(url_name)
    if not url:
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(data / "mail")},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(f"{url_name} must look like smtp://user:password@host:587?tls=1.")
    options: dict[str, Any] = {
        "host": parts.hostname,
        "port": parts.port or (465 if parts.scheme == "smtps" else 587),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp" and parse_qs(parts.query).get("tls", ["1"])[0] == "1",
        "timeout": 20,
    }
    return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}


def secret(name: str, data: Path) -> str:
    """The site's secret: from the environment, else from the data directory, else one for this process alone.

    The last case serves commands that run before there is a site (checks, migrations' completeness); `ops` writes
    the file before a site starts.
    """
    value = text(name)
    if value:
        if len(value) < 40:
            raise ImproperlyConfigured(f"{name} is too short to be a secret; give it at least 40 characters.")
        return value
    file = data / "secret.key"
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return os.urandom(48).hex()


def all_with(prefix: str) -> dict[str, str]:
    """Every variable whose name begins with the prefix, for settings a library defines."""
    return {name: value for name, value in os.environ.items() if name.startswith(prefix)}
