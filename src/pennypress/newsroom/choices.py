"""What a newsroom may choose from. Callables, so that a longer list is no migration."""

import zoneinfo
from collections.abc import Mapping
from typing import Any

from babel import Locale, numbers
from django.conf import settings


def languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def time_zones() -> list[tuple[str, str]]:
    return [
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if "/" in name or name == "UTC"
    ]


def currencies() -> list[tuple[str, str]]:
    locale = Locale("en")
    codes = sorted(numbers.list_currencies(locale))
    return [(code, f"{code} – {numbers.get_currency_name(code, locale=locale)}") for code in codes if _in_use(code)]


def _in_use(code: str) -> bool:
    """Whether the currency is legal tender somewhere today; Babel also lists those of history."""
    return any(
        entry[2] is None and entry[3]
        for territory in _territories().values()
        for entry in territory
        if entry[0] == code
    )


def _territories() -> Mapping[str, Any]:
    from babel.core import get_global

    return get_global("territory_currencies")
