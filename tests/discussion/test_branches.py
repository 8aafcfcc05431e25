"""Closing a comment with what hangs under it, wherever it stands in its branch."""

import pytest

from pennypress.discussion import actions, queries, rules
from pennypress.discussion.models import Closure, Comment, ModerationLog
from tests.discussion.ground import GUEST, OTHER, bring, post
from tests.factories import make_article


@pytest.fixture
def tree(article):
    """A root with two replies, of which the first is answered, and that answer as well."""
    root = bring(article, "root")
    first, second = bring(article, "first", parent=root), bring(article, "second", parent=root)
    below = bring(article, "below", parent=first)
    return {
        "root": root,
        "first": first,
        "second": second,
        "below": below,
        "deep": bring(article, "deep", parent=below),
    }


def closed(tree):
    return {name for name, comment in tree.items() if Comment.objects.get(pk=comment.pk).branch_is_closed}


def close(comment, moderator):
    return actions.close_branch(comment_id=comment.id, moderator=moderator)


def test_a_reply_is_closed_with_what_hangs_under_it_and_nothing_else(client, article, moderator, tree):
    close(tree["first"], moderator)
    assert closed(tree) == {"first", "below", "deep"}
    for name in ("first", "below", "deep"):
        with pytest.raises(rules.Refused):
            post(article, OTHER, parent_id=tree[name].id)
    assert post(article, OTHER, parent_id=tree["second"].id).parent_id == tree["second"].id
    page = client.get(article.url).content.decode()
    assert page.count("branch-closed") == 1 and page.count('class="reply"') == 2
    alone = client.get(f"/discussion/comments/{tree['deep'].id}/").content.decode()
    assert "This branch is closed." in alone and 'id="comment-form"' not in alone


def test_words_in_a_closed_sub_branch_are_not_edited(article, moderator):
    root = bring(article, 1)
    own = bring(article, 2, parent=root, author_key=GUEST.key)
    assert rules.may_edit(GUEST, Comment.objects.select_related("thread").get(pk=own.pk))
    close(own, moderator)
    with pytest.raises(rules.Refused):
        actions.edit_comment(comment_id=own.id, identity=GUEST, text="Other words")


def test_what_was_closed_by_itself_stays_so_when_the_branch_above_opens(article, moderator, tree):
    close(tree["below"], moderator)
    close(tree["root"], moderator)
    assert closed(tree) == set(tree)
    assert actions.open_branch(comment_id=tree["second"].id, moderator=moderator) == tree["root"]
    assert closed(tree) == {"below", "deep"}
    assert actions.open_branch(comment_id=tree["deep"].id, moderator=moderator) == tree["below"]
    assert closed(tree) == set() and not Closure.objects.filter(lifted_at=None).exists()
    with pytest.raises(rules.Refused):
        actions.open_branch(comment_id=tree["deep"].id, moderator=moderator)


def test_undoing_opens_what_that_press_has_closed_and_nothing_above(article, moderator, tree):
    close(tree["below"], moderator)
    line = ModerationLog.objects.get()
    close(tree["root"], moderator)
    actions.undo(batch=line.batch, moderator=moderator)
    # The root's own closing goes on holding it.
    assert closed(tree) == set(tree)
    with pytest.raises(rules.Refused):
        actions.undo(batch=line.batch, moderator=moderator)
    actions.open_branch(comment_id=tree["root"].id, moderator=moderator)
    assert closed(tree) == set()


def test_a_closed_branch_stays_closed_when_it_is_moved_and_one_in_it_opens_when_moved_out(article, moderator, tree):
    other = make_article(article.get_parent().specific, title="Other")
    close(tree["first"], moderator)
    actions.move_comment(comment_id=tree["deep"].id, page_id=other.pk, moderator=moderator)
    assert closed(tree) == {"first", "below"}
    actions.move_comment(comment_id=tree["first"].id, page_id=other.pk, moderator=moderator)
    assert closed(tree) == {"first", "below"}
    assert Closure.objects.get(lifted_at=None).thread_id == Comment.objects.get(pk=tree["first"].pk).thread_id
    actions.open_branch(comment_id=tree["below"].id, moderator=moderator)
    assert closed(tree) == set()


def test_beyond_the_drawn_depth_and_among_picks_nobody_is_asked_to_answer(client, article, moderator):
    above = top = bring(article, 0)
    for number in range(1, 12):
        above = bring(article, number, parent=above)
        if number == 9:
            ninth = above
    close(ninth, moderator)
    nodes = queries.thread_page(article, queries.threads.ORDERS["newest"]).nodes
    drawn = {}

    def walk(node):
        drawn[node.comment.id] = node
        for reply in node.replies:
            walk(reply)

    walk(nodes[0])
    assert [node.comment.branch_is_closed for node in drawn.values()].count(True) == 2
    assert [node.comment.id for node in drawn.values() if node.closes] == [ninth.id]
    actions.pick_comment(comment_id=above.id, moderator=moderator)
    picks = client.get(f"/discussion/pages/{article.pk}/?show=picks").content.decode()
    assert 'class="reply"' not in picks
    assert top.branch_is_closed is False


def test_the_desk_offers_to_close_a_reply_and_to_open_it_again(client, article, moderator, tree):
    client.force_login(moderator)
    address = f"/admin/discussion/comments/{tree['deep'].id}/"
    assert "/branch/close/" in client.get(address).content.decode()
    client.post(f"/discussion/comments/{tree['below'].id}/branch/close/")
    assert closed(tree) == {"below", "deep"}
    assert "/branch/open/" in client.get(address).content.decode()
    client.post(f"/discussion/comments/{tree['deep'].id}/branch/open/")
    assert closed(tree) == set()
