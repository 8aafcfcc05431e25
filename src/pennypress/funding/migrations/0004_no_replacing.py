"""SQLite fires no DELETE trigger when INSERT OR REPLACE displaces a row, so what is booked is guarded at INSERT as well."""

from django.db import migrations

GUARDS = {"funding_entry": "id = NEW.id OR key = NEW.key", "funding_line": "id = NEW.id"}


def forward(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    for table, same in GUARDS.items():
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;",
            params=None,
        )


def backward(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for table in GUARDS:
            schema_editor.execute(f"DROP TRIGGER {table}_no_replace;", params=None)


class Migration(migrations.Migration):
    dependencies = [("funding", "0003_month_scale")]
    operations = [migrations.RunPython(forward, backward)]
