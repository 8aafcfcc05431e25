from pennypress.discussion.models import Comment, Mention


def note_mentions(comment: Comment, named: dict[str, Comment]) -> list[str]:
    """Keep whom the comment's words name now; within an action's transaction. They are told with the comment.

    Returns the names it had not named before.
    """
    standing = Mention.objects.filter(comment=comment)
    standing.exclude(name__in=named).delete()
    known = set(standing.values_list("name", flat=True))
    new = [name for name in named if name not in known]
    Mention.objects.bulk_create(
        Mention(thread_id=comment.thread_id, comment=comment, target=named[name], name=name) for name in new
    )
    return new
