"""The database itself refuses to change or delete what is booked, and on PostgreSQL an entry that does not balance."""

from django.db import migrations

TABLES = ("funding_entry", "funding_line")

SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    for table in TABLES
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    "CREATE FUNCTION funding_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION funding_append_only();"
        for table in TABLES
    ),
    "CREATE FUNCTION funding_balanced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF EXISTS (SELECT 1 FROM funding_line WHERE entry_id = NEW.entry_id GROUP BY currency HAVING SUM(amount) <> 0) "
    "THEN RAISE EXCEPTION 'entry % does not balance', NEW.entry_id; END IF; RETURN NULL; END $$;",
    "CREATE CONSTRAINT TRIGGER funding_line_balanced AFTER INSERT ON funding_line DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION funding_balanced();",
]
SQLITE_BACK = [f"DROP TRIGGER {table}_no_{verb};" for table in TABLES for verb in ("update", "delete")]
POSTGRESQL_BACK = [
    *(f"DROP TRIGGER {table}_append_only ON {table};" for table in TABLES),
    "DROP TRIGGER funding_line_balanced ON funding_line;",
    "DROP FUNCTION funding_append_only();",
    "DROP FUNCTION funding_balanced();",
]


def forward(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


def backward(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
