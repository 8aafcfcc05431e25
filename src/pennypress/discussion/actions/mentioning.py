from pennypress.discussion.models import Comment, Mention


def note_mentions(comment: Comment, named: dict[str, Comment]) -> None:
    """Keep whom the comment's words name now; within an action's transaction. They are told with the comment."""
    standing = Mention.objects.filter(comment=comment)
    standing.exclude(name__in=named).delete()
    known = set(standing.values_list("name", flat=True))
    Mention.objects.bulk_create(
        Mention(thread_id=comment.thread_id, comment=comment, target=target, name=name)
        for name, target in named.items()
        if name not in known
    )
