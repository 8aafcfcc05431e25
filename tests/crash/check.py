"""What must be true of a database after any crash. Plain SQL, so that nothing of the program vouches for itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pysqlite3 import dbapi2 as sqlite

# One sentence a fault; each query returns rows only where something is wrong.
COUNTERS = {
    "a thread's comment_count is not its published comments":
        "SELECT t.id FROM discussion_thread t WHERE t.comment_count != (SELECT count(*) FROM discussion_comment c"
        " WHERE c.thread_id = t.id AND c.state = 'published')",
    "a thread's root_count is not its shown first comments":
        "SELECT t.id FROM discussion_thread t WHERE t.root_count != (SELECT count(*) FROM discussion_comment c"
        " WHERE c.thread_id = t.id AND c.depth = 0 AND c.is_shown)",
    "a thread's held_count is not its held comments":
        "SELECT t.id FROM discussion_thread t WHERE t.held_count != (SELECT count(*) FROM discussion_comment c"
        " WHERE c.thread_id = t.id AND c.state = 'held')",
    "a comment's child_count is not its shown answers":
        "SELECT p.id FROM discussion_comment p WHERE p.child_count != (SELECT count(*) FROM discussion_comment c"
        " WHERE c.parent_id = p.id AND c.is_shown)",
    "a branch's reply_count is not its shown replies":
        "SELECT r.id FROM discussion_comment r WHERE r.depth = 0 AND r.reply_count != (SELECT count(*) FROM"
        " discussion_comment c WHERE c.root_id = r.id AND c.id != r.id AND c.is_shown)",
    "two replies of a branch have one number":
        "SELECT root_id FROM discussion_comment WHERE depth > 0 AND reply_number IS NOT NULL"
        " GROUP BY root_id, reply_number HAVING count(*) > 1",
    "a comment's votes are not its counts":
        "SELECT c.id FROM discussion_comment c WHERE c.external_key IS NOT NULL AND (c.up + (SELECT coalesce(sum(w.up), 0)"
        " FROM discussion_votechange w WHERE w.comment_id = c.id) != (SELECT count(*) FROM"
        " discussion_vote v WHERE v.comment_id = c.id AND v.value = 1) OR c.net != c.up - c.down)",
    "somebody has voted twice on a comment":
        "SELECT comment_id FROM discussion_vote GROUP BY comment_id, voter_key HAVING count(*) > 1",
    "an entry does not balance":
        "SELECT entry_id FROM funding_line GROUP BY entry_id, currency HAVING sum(amount) != 0",
    "the meter is not the books' income":
        "SELECT m.month FROM funding_monthtotal m WHERE m.raised != (SELECT coalesce(-sum(l.amount), 0) FROM"
        " funding_line l JOIN funding_entry e ON e.id = l.entry_id WHERE e.month = m.month AND"
        " l.currency = m.currency AND l.account = 'income')",
    "a captured gift is not booked once":
        "SELECT g.id FROM funding_gift g WHERE g.state = 'captured' AND (SELECT count(*) FROM funding_line l JOIN"
        " funding_entry e ON e.id = l.entry_id WHERE l.account = 'income'"
        " AND replace(e.key, '-', '') = 'gift:' || replace(cast(g.id AS text), '-', '')) != 1",
    "a captured gift has not one receipt":
        "SELECT g.id FROM funding_gift g WHERE g.state = 'captured' AND (SELECT count(*) FROM notifications_mail m"
        " WHERE replace(m.key, '-', '') = 'receipt:' || replace(cast(g.id AS text), '-', '')) != 1",
    "a mail has no job that sends it":
        "SELECT m.id FROM notifications_mail m WHERE m.sent_at IS NULL AND NOT EXISTS (SELECT 1 FROM jobs_job j"
        " WHERE j.state != 'done' AND replace(cast(j.args AS text), '-', '') LIKE '%' || replace(cast(m.id AS text), '-', '') || '%')",
}  # fmt: skip

KEPT = {
    "comment": "SELECT text FROM discussion_comment",
    "vote": "SELECT voter_key || ' ' || replace(cast(comment_id AS text), '-', '') FROM discussion_vote",
    "gift": "SELECT email FROM funding_gift",
    # The event of the payment is in the inbox, applied or not.
    "paid gift": "SELECT g.email FROM funding_gift g JOIN funding_providerevent e"
    " ON replace(e.object, '-', '') = replace(cast(g.id AS text), '-', '')",
}


def faults(database: "Path | str") -> list[str]:
    """One sentence for everything that is wrong within the database itself."""
    with connected(database) as ask:
        found = []
        if isinstance(database, Path):
            found += [row[0] for row in ask("PRAGMA integrity_check(5)") if row[0] != "ok"]
            found += [f"foreign key: {row}" for row in ask("PRAGMA foreign_key_check")]
        for sentence, query in COUNTERS.items():
            found += [f"{sentence}: {row[0]}" for row in ask(query)]
    return found


def missing(database: "Path | str", facts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of what clients were told is done, what is not there."""
    with connected(database) as ask:
        kept = {(kind, row[0]) for kind, query in KEPT.items() for row in ask(query)}
    return [fact for fact in facts if fact not in kept]


def number(database: "Path | str", query: str) -> int:
    """The one number a query finds."""
    with connected(database) as ask:
        return ask(query)[0][0]


def unfinished_jobs(database: "Path | str") -> int:
    return number(
        database,
        "SELECT count(*) FROM jobs_job WHERE state IN ('running', 'dead') OR (state = 'waiting' AND attempts > 0)",
    )


@contextmanager
def connected(database: "Path | str") -> Iterator[Callable[[str], list[tuple]]]:
    """What asks a database for rows: a file of SQLite's, read with the bundled library, or an address of PostgreSQL's."""
    connection = sqlite.connect(str(database)) if isinstance(database, Path) else psycopg.connect(database)
    try:
        yield lambda query: connection.execute(query).fetchall()
    finally:
        connection.close()
