"""What the demo's moderators have to do, and have done: reports, reasons to wait, a removal with its appeal, a pin, a pick."""

from pennypress.discussion import actions
from pennypress.discussion.models import Comment, Removal, Thread
from pennypress.publishing.models import ArticlePage
from pennypress.readers.identity import Identity
from pennypress.readers.models import User

# A discussion of middling size, so that the largest is left as it is.
ARTICLE = "What the budget says, and what it leaves out"


def keep_order(editor: User) -> None:
    """All through the ways that readers and moderators have."""
    page = ArticlePage.objects.get(title=ARTICLE)
    thread = Thread.objects.get(page_id=page.pk)
    shown = Comment.objects.filter(thread=thread, is_shown=True, by_staff=False)
    roots = list(shown.filter(depth=0).order_by("created_at", "id")[:4])
    leaf = shown.filter(depth__gt=0, child_count=0).order_by("created_at", "id").first()
    assert leaf is not None
    actions.pin_comment(comment_id=roots[0].id, moderator=editor, note="Begins with the question everybody asks.")
    actions.pick_comment(comment_id=roots[1].id, moderator=editor)
    for number, (rule, note) in enumerate((("off-topic", ""), ("attack", "He means the clerk."), ("other", ""))):
        actions.report_comment(comment_id=roots[2].id, identity=reader(number), rule=rule, note=note)
    actions.report_comment(comment_id=roots[3].id, identity=reader(3), rule="spam")
    actions.remove_comment(
        comment_id=leaf.id,
        moderator=editor,
        rule="attack",
        note="Say what is wrong with the sums, not with the treasurer.",
    )
    removal = Removal.objects.get(comment=leaf, lifted_at=None)
    actions.appeal(
        removal_id=removal.id, text="I quoted the treasurer's own words from the last meeting. Please look again."
    )
    actions.post_comment(
        page_id=page.pk, identity=reader(4), name="lucky rower",
        text="Why a budget at all? The casino boat would pay for everything.",
    )  # fmt: skip


def reader(number: int) -> Identity:
    return Identity(f"guest:00000000-0000-0000-0000-00000000d3{number:02}", None, "", False)
