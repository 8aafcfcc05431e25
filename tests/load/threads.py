"""A long thread in a moment, for measurements. To be imported once Django is set up."""

import random
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from pennypress.discussion.models import Comment, Thread
from pennypress.discussion.ranking import best_score
from pennypress.lib.ids import uuid7
from pennypress.lib.markup import render_comment

SHARE_OF_ROOTS = 0.4
TEXTS = ("A comment of an ordinary length, with a reason in it.",)


def build(
    page_id: int, number: int, chance: random.Random, texts: Sequence[str] = TEXTS, keys: Sequence[str] = ()
) -> None:
    """As the importer leaves a thread, but written in large batches; each comment says one of the texts. `keys` are its people."""
    said, begun = [(text, render_comment(text)) for text in texts], timezone.now() - timedelta(days=30)
    thread = Thread.objects.create(page_id=page_id)
    roots: list[Comment] = []
    rows: list[Comment] = []
    for n in range(number):
        up, down = int(chance.paretovariate(1.1)) - 1, chance.randrange(3)
        text, html = chance.choice(said)
        comment = Comment(
            id=uuid7(), thread=thread, name=f"Reader {n}", author_key=keys[n] if keys else f"import:{n}", text=text, html=html,
            created_at=begun + timedelta(seconds=n), up=up, down=down, net=up - down, best_score=best_score(up, down),
        )  # fmt: skip
        if not roots or chance.random() < SHARE_OF_ROOTS:
            comment.root_id, comment.reply_number = comment.id, 0
            roots.append(comment)
        else:
            root = chance.choice(roots[-50:])
            root.reply_count += 1
            root.child_count += 1
            root.last_reply_number += 1
            comment.parent_id, comment.root_id, comment.depth = root.id, root.id, 1
            comment.ancestors, comment.reply_number = [root.id.hex], root.last_reply_number
        rows.append(comment)
    Comment.objects.bulk_create(rows, batch_size=500)
    Thread.objects.filter(pk=thread.pk).update(
        comment_count=number, root_count=len(roots), last_comment_at=rows[-1].created_at
    )
