"""The triggers by which the database itself guards the books. The migration makes them; the audit misses none of them."""

from django.db import connection

GUARDED = ("funding_entry", "funding_line", "funding_publishedmonth")
GUARDS = {
    "sqlite": {
        *(f"{table}_no_{deed}" for table in GUARDED for deed in ("update", "delete", "replace")),
        "funding_line_sealed",
        "funding_entry_balanced",
    },
    "postgresql": {
        *(f"{table}_{guard}" for table in GUARDED for guard in ("append_only", "no_truncate")),
        "funding_line_sealed",
        "funding_entry_balanced",
        "funding_line_balanced",
    },
}


def missing_guards() -> list[str]:
    """Guards that somebody has taken away or switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')")
        there = {name for (name,) in cursor.fetchall()}
    return sorted(GUARDS[connection.vendor] - there)
