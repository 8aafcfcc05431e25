"""What the tests of the discussion share."""

from django.utils import timezone

from pennypress.discussion import actions
from pennypress.readers.identity import Identity

GUEST = Identity("guest:00000000-0000-0000-0000-000000000001", None, "", False)
OTHER = Identity("guest:00000000-0000-0000-0000-000000000002", None, "", False)


def bring(article, number, parent=None, **fields):
    """A published comment, from the archive."""
    fields = {"name": "Ann", "text": f"Comment {number}", "created_at": timezone.now(), **fields}
    return actions.import_comment(page_id=article.pk, external_key=str(number), parent=parent, **fields)[0]


def post(article, identity=GUEST, **fields):
    return actions.post_comment(
        **{"page_id": article.pk, "identity": identity, "name": "Ann", "text": "Hello", **fields}
    )
