"""The database refuses to change what is booked or published, and every entry that does not balance.

An entry's lines are inserted before it. The entry seals them: it is refused unless its lines balance in each currency, and
from then on no line can be added to it. So there is no moment in which an unbalanced entry is in the books, in SQLite, too,
which has no check at the end of a transaction. SQLite fires no DELETE trigger for a row that INSERT OR REPLACE displaces;
hence the guards against that.
"""

from uuid import UUID

from django.db import migrations

UNBALANCED = "SELECT 1 FROM funding_line WHERE entry_id = NEW.id GROUP BY currency HAVING SUM(amount) <> 0"
NO_LINES = "NOT EXISTS (SELECT 1 FROM funding_line WHERE entry_id = NEW.id)"
# What makes a row the same row, so that inserting it would displace one that is there.
SAME = {
    "funding_entry": "id = NEW.id OR key = NEW.key",
    "funding_line": "id = NEW.id",
    "funding_publishedmonth": "id = NEW.id OR (month = NEW.month AND currency = NEW.currency)",
}


def refuse(name, when, table, condition, sentence):
    return (
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} {f'WHEN {condition} ' if condition else ''}"
        f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END;"
    )


# A line without an entry is not in the books; the operator may remove it.
IN_THE_BOOKS = {"funding_line": "EXISTS (SELECT 1 FROM funding_entry WHERE id = OLD.entry_id)"}
SQLITE = [
    *(refuse(f"{table}_no_update", "UPDATE", table, "", "the ledger is append-only") for table in SAME),
    *(
        refuse(f"{table}_no_delete", "DELETE", table, IN_THE_BOOKS.get(table, ""), "the ledger is append-only")
        for table in SAME
    ),
    *(
        refuse(
            f"{table}_no_replace", "INSERT", table, f"EXISTS (SELECT 1 FROM {table} WHERE {same})",
            "the ledger is append-only",
        )
        for table, same in SAME.items()
    ),
    refuse(
        "funding_line_sealed", "INSERT", "funding_line", "EXISTS (SELECT 1 FROM funding_entry WHERE id = NEW.entry_id)",
        "the entry is sealed: its lines come before it",
    ),
    refuse(
        "funding_entry_balanced", "INSERT", "funding_entry", f"{NO_LINES} OR EXISTS ({UNBALANCED})",
        "the entry does not balance",
    ),
]
POSTGRESQL = [
    "CREATE FUNCTION funding_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;",
    # Emptying an empty table takes nothing away.
    "CREATE FUNCTION funding_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE there boolean; BEGIN "
    "EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', TG_TABLE_NAME) INTO there; "
    "IF there THEN RAISE EXCEPTION 'the ledger is append-only'; END IF; RETURN NULL; END $$;",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION funding_append_only();"
        for table in SAME
    ),
    *(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION funding_no_truncate();"
        for table in SAME
    ),
    "CREATE FUNCTION funding_line_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF EXISTS (SELECT 1 FROM funding_entry WHERE id = NEW.entry_id) "
    "THEN RAISE EXCEPTION 'the entry is sealed: its lines come before it'; END IF; RETURN NEW; END $$;",
    "CREATE TRIGGER funding_line_sealed BEFORE INSERT ON funding_line "
    "FOR EACH ROW EXECUTE FUNCTION funding_line_sealed();",
    "CREATE FUNCTION funding_balanced(entry uuid) RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
    "IF NOT EXISTS (SELECT 1 FROM funding_line WHERE entry_id = entry) OR EXISTS "
    "(SELECT 1 FROM funding_line WHERE entry_id = entry GROUP BY currency HAVING SUM(amount) <> 0) "
    "THEN RAISE EXCEPTION 'entry % does not balance', entry; END IF; END $$;",
    "CREATE FUNCTION funding_entry_balanced() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM funding_balanced(NEW.id); RETURN NULL; END $$;",
    # Two transactions that do not see each other may both add to an entry: looked at again when each commits.
    "CREATE FUNCTION funding_line_balanced() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM funding_balanced(NEW.entry_id); RETURN NULL; END $$;",
    *(
        f"CREATE CONSTRAINT TRIGGER {table}_balanced AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_balanced();"
        for table in ("funding_entry", "funding_line")
    ),
]


def say_what_is_booked(apps, schema_editor):
    """Everything booked before had been a gift, with its gift's id in the key."""
    Entry, Gift = apps.get_model("funding", "Entry"), apps.get_model("funding", "Gift")
    for key in Entry.objects.filter(key__startswith="gift:").values_list("key", flat=True).iterator():
        Entry.objects.filter(key=key).update(kind="gift", gift_id=UUID(key.partition(":")[2]))
    for account in ("cash", "bank"):
        Gift.objects.filter(provider=account).update(account=account)
    if schema_editor.connection.vendor == "postgresql":
        # Else the triggers below could not be made while checks of the rows above are outstanding.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def forward(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("funding", "0006_books")]
    operations = [
        migrations.RunPython(say_what_is_booked),
        migrations.RunPython(forward),
    ]
