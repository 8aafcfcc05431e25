"""Edits that can be seen, words taken back, and what stays private."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.discussion import actions, rules
from pennypress.discussion.changes import word_changes
from pennypress.discussion.models import Comment, CommentVersion, Deletion, ModerationLog, State, Thread
from tests.discussion.test_discussion import GUEST, OTHER, bring, post
from tests.factories import make_article, make_section

WORDS = st.lists(st.sampled_from(["a", "b", "long", " ", "\n", ".", "é", "<b>"]), max_size=25).map("".join)


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


@pytest.fixture
def moderator(newsroom, django_user_model):
    return django_user_model.objects.create_superuser("m@example.org", name="Mo")


@pytest.fixture
def trusted(article, moderator):
    """GUEST's comments appear at once."""
    actions.approve_comment(comment_id=post(article, text="Known here").id, moderator=moderator)


@given(WORDS, WORDS)
def test_the_pieces_lead_from_one_text_to_the_other(before, after):
    pieces = word_changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_one_changed_word_is_one_changed_word():
    kinds = [(piece.kind, piece.text) for piece in word_changes("With a slyp in it", "With a slip in it")]
    assert kinds == [("same", "With a "), ("gone", "slyp"), ("new", "slip"), ("same", " in it")]


def test_texts_with_nothing_in_common_are_compared_in_bounded_time():
    begun = time.process_time()
    word_changes("a b " * 2_500, "c d " * 2_500)
    assert time.process_time() - begun < 3


def test_readers_see_what_an_edit_changed(client, article, trusted):
    comment = post(article, text="With a slyp <b>")
    actions.edit_comment(comment_id=comment.id, identity=GUEST, text="With a slip <b>")
    assert f"{comment.id}/history/" in client.get(article.url).content.decode()
    page = client.get(f"/discussion/comments/{comment.id}/history/").content.decode()
    assert "<del>slyp</del><ins>slip</ins> &lt;b&gt;" in page


def test_words_that_only_waited_are_nobodys_to_see(client, article, moderator):
    comment = post(article, text="Held words")
    actions.edit_comment(comment_id=comment.id, identity=GUEST, text="Better words")
    actions.approve_comment(comment_id=comment.id, moderator=moderator)
    address = f"/discussion/comments/{comment.id}/history/"
    assert "Held" not in client.get(address).content.decode()
    client.force_login(moderator)
    assert "<del>Held</del>" in client.get(address).content.decode()


def test_a_moderator_hides_earlier_words_and_keeps_them(client, article, trusted, moderator):
    comment = post(article, text="A private address")
    actions.edit_comment(comment_id=comment.id, identity=GUEST, text="Nothing of that")
    version = CommentVersion.objects.get(comment=comment)
    hiding = f"/discussion/versions/{version.id}/hiding/"
    assert client.post(hiding).status_code == 403
    with pytest.raises(rules.Refused):
        actions.hide_version(version_id=version.id, moderator=type(moderator)(email="x@example.org"))
    client.force_login(moderator)
    assert client.post(hiding).status_code == client.post(hiding).status_code == 302
    address = f"/discussion/comments/{comment.id}/history/"
    assert "private" in client.get(address).content.decode()
    client.logout()
    assert "private" not in client.get(address).content.decode()
    line = ModerationLog.objects.get(deed="version-hidden")
    assert line.comment_uuid == comment.id
    actions.undo(batch=line.batch, moderator=moderator)
    assert "private" in client.get(address).content.decode()
    with pytest.raises(rules.Refused):
        actions.undo(batch=line.batch, moderator=moderator)
    client.force_login(moderator)
    client.post(hiding)
    assert "Show them to readers again" in client.get(address).content.decode()
    client.post(f"/discussion/versions/{version.id}/showing/")
    client.logout()
    assert "private" in client.get(address).content.decode()
    assert [line.deed for line in ModerationLog.objects.filter(deed__startswith="version")] == [
        "version-shown", "version-hidden", "version-shown", "version-hidden",
    ]  # fmt: skip


def test_a_removed_comments_history_is_for_moderators(client, article, trusted, moderator):
    comment = post(article, text="First")
    bring(article, 1, parent=comment)
    actions.edit_comment(comment_id=comment.id, identity=GUEST, text="Second")
    actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="spam")
    address = f"/discussion/comments/{comment.id}/history/"
    assert client.get(address).status_code == 404
    client.force_login(moderator)
    assert client.get(address).status_code == 200


def test_an_author_deletes_and_nothing_of_it_is_left_to_read(client, article, trusted, moderator):
    comment = post(article, text="Regretted")
    with pytest.raises(rules.Refused):
        actions.delete_comment(comment_id=comment.id, identity=OTHER)
    actions.delete_comment(comment_id=comment.id, identity=GUEST)
    comment.refresh_from_db()
    assert (comment.text, comment.html, comment.is_shown) == ("", "", False)
    assert "Regretted" not in client.get(article.url).content.decode()
    assert Thread.objects.get().comment_count == 1 and Deletion.objects.count() == 1
    # Kept for those who may have to judge it, and for nobody else.
    assert comment.versions.get().text == "Regretted" and not comment.versions.get().was_public
    for deed in (
        lambda: actions.delete_comment(comment_id=comment.id, identity=GUEST),
        lambda: actions.edit_comment(comment_id=comment.id, identity=GUEST, text="Again"),
        lambda: actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="spam"),
        lambda: actions.restore_comment(comment_id=comment.id, moderator=moderator),
        lambda: post(article, identity=OTHER, parent_id=comment.id),
        lambda: actions.vote(comment_id=comment.id, identity=OTHER, value=1),
    ):
        with pytest.raises(rules.Refused):
            deed()


def test_what_was_answered_leaves_a_line(client, article, trusted):
    comment = post(article, text="Regretted")
    bring(article, 1, parent=comment, text="An answer")
    actions.delete_comment(comment_id=comment.id, identity=GUEST)
    page = client.get(article.url).content.decode()
    assert "This comment was deleted by its author." in page and "An answer" in page and "Regretted" not in page
    place = client.get(f"/discussion/comments/{comment.id}/").content.decode()
    assert "deleted by its author" in place and "Delete my comment" not in place


def test_a_waiting_comment_is_deleted_by_a_plain_form(client, article):
    answer = client.post(f"/discussion/pages/{article.pk}/comments/", {"text": "Hi", "name": "Ann"})
    address = answer.url.split("#")[0]
    assert "Delete my comment" in client.get(address).content.decode()
    assert client.post(f"{address}deletion/").url == address
    assert "Your comment is deleted." in client.get(address).content.decode()
    assert Comment.objects.get().state == State.DELETED
    assert Thread.objects.get().held_count == 0
