"""What open pages are told of the discussion: what everybody may see, and never what waits or was taken down."""

import pytest
from django.test import Client

from pennypress.delivery.live.events import Told, told_after, told_in
from pennypress.delivery.models import LiveEvent
from pennypress.discussion import actions, queries
from pennypress.discussion.actions.airing import FIRST_WORDS, first_words
from pennypress.discussion.models import Comment, Rule, Thread
from pennypress.readers.identity import Identity
from tests.factories import make_article, make_section

ANN = Identity("guest:ann", None, "", False)
BOB = Identity("guest:bob", None, "", False)


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom))


@pytest.fixture
def moderator(newsroom, django_user_model):
    return django_user_model.objects.create_superuser(email="m@example.org", password="x" * 16, name="Mo")


def post(article, text="Hello there", identity=ANN, *, staff=True, parent=None, **fields):
    return actions.post_comment(
        page_id=article.pk, identity=identity, name=fields.pop("name", "Ann"), text=text, by_staff=staff,
        parent_id=parent and parent.id, **fields,
    )  # fmt: skip


def heard(article) -> list[tuple[str, str]]:
    told_after(0)
    return [(told.kind, told.about) for told in reversed(told_in(f"thread:{article.pk}"))]


def last(article) -> Told:
    told_after(0)
    return told_in(f"thread:{article.pk}")[0]


def test_a_new_comment_is_told_with_its_place_and_first_words_and_nothing_else(article):
    root = post(article)
    reply = post(
        article, "> Hello there\n\nAnd **good** evening", BOB, parent=root, name="Bob", email="bob@example.org"
    )
    told = last(article)
    assert (told.kind, told.about) == ("comment", str(reply.id))
    assert told.payload == {
        "id": str(reply.id), "parent": str(root.id), "root": str(root.id), "place": 1, "name": "Bob",
        "at": reply.created_at.isoformat(), "words": "And good evening", "count": 2,
    }  # fmt: skip


def test_a_held_comment_tells_nothing_until_it_is_approved(article, moderator):
    held = post(article, "held words", staff=False, email="ann@example.org")
    assert held.is_held and heard(article) == [] and not LiveEvent.objects.exists()
    actions.approve_comment(comment_id=held.id, moderator=moderator)
    assert heard(article) == [("comment", str(held.id))]


def test_a_held_comment_that_is_edited_or_removed_tells_nothing(article, moderator):
    held = post(article, "held words", staff=False)
    actions.edit_comment(comment_id=held.id, identity=ANN, text="other held words")
    actions.remove_comment(comment_id=held.id, moderator=moderator, rule=Rule.values[0])
    assert heard(article) == []


def test_a_removal_is_told_and_the_words_are_told_no_more(article, moderator):
    comment = post(article, "harmful words")
    actions.vote(comment_id=comment.id, identity=BOB, value=1)
    actions.remove_comment(comment_id=comment.id, moderator=moderator, rule=Rule.values[0], note="a note to the author")
    assert heard(article) == [("gone", str(comment.id))]
    assert last(article).payload == {"id": str(comment.id), "how": "removed", "count": 0}
    assert "harmful" not in str(list(LiveEvent.objects.values()))
    actions.restore_comment(comment_id=comment.id, moderator=moderator)
    assert heard(article) == [("comment", str(comment.id))]


def test_an_edit_is_told_with_the_new_words_only(article):
    comment = post(article, "a slyp")
    first = last(article).number
    actions.vote(comment_id=comment.id, identity=BOB, value=1)
    actions.edit_comment(comment_id=comment.id, identity=ANN, text="a slip")
    assert heard(article) == [("votes", str(comment.id)), ("comment", str(comment.id))]
    assert last(article).payload["words"] == "a slip" and last(article).payload["first"] == first
    actions.edit_comment(comment_id=comment.id, identity=ANN, text="a slip of the pen")
    assert last(article).payload["first"] == first and "slyp" not in str(list(LiveEvent.objects.values()))


def test_votes_are_told_as_counts_and_say_nothing_of_who(article):
    comment = post(article)
    actions.vote(comment_id=comment.id, identity=BOB, value=-1)
    assert last(article).payload == {"id": str(comment.id), "up": 0, "down": 1}


def test_closing_and_opening_are_told(article, moderator):
    post(article)
    thread = Thread.objects.get()
    actions.close_thread(thread_id=thread.id, moderator=moderator, note="a heated evening")
    assert (last(article).kind, last(article).payload) == ("closing", {"closed": True})
    actions.open_thread(thread_id=thread.id, moderator=moderator)
    assert last(article).payload == {"closed": False}


def test_an_import_tells_nothing(article):
    from django.utils import timezone

    actions.import_comment(
        page_id=article.pk, external_key="1", name="Ann", created_at=timezone.now(), text="old words"
    )
    assert Comment.objects.get().is_published and heard(article) == []


def test_the_page_says_what_it_has_seen(article, django_assert_num_queries):
    assert b'data-told="0"' in Client().get(article.url).content
    post(article)
    number = last(article).number
    assert f'data-live="/live/thread:{article.pk}/" data-told="{number}"'.encode() in Client().get(article.url).content


def test_only_public_pages_are_heard(article, newsroom):
    from wagtail.models import PageViewRestriction

    assert queries.heard_by_all([str(article.pk), "999999"]) == {str(article.pk)}
    PageViewRestriction.objects.create(page=article, restriction_type=PageViewRestriction.LOGIN)
    assert queries.heard_by_all([str(article.pk)]) == set()
    PageViewRestriction.objects.all().delete()
    article.unpublish()
    assert queries.heard_by_all([str(article.pk)]) == set()


def test_first_words_are_few_and_hide_what_is_hidden():
    assert first_words("<p>One</p><p>two &amp; three</p>") == "One two & three"
    assert first_words("<blockquote><p>yours</p></blockquote><p>mine</p>") == "mine"
    assert first_words("<details><summary>end</summary><p>the butler</p></details>") == "…"
    long = first_words("<p>" + "word " * 500 + "</p>")
    assert len(long) <= FIRST_WORDS + 2 and long.endswith("word …")
    assert first_words("<p>" + "x" * 10_000 + "</p>").endswith("…")


def told(article, kind) -> Told:
    told_after(0)
    return next(event for event in told_in(f"thread:{article.pk}") if event.kind == kind)


def test_pins_picks_and_closed_branches_are_told(article, moderator):
    root = post(article)
    reply = post(article, "And you", BOB, parent=root)
    actions.pin_comment(comment_id=root.id, moderator=moderator)
    assert told(article, "pins").payload == {"pinned": [str(root.id)]}
    actions.unpin_comment(comment_id=root.id, moderator=moderator)
    assert told(article, "pins").payload == {"pinned": []}
    actions.pick_comment(comment_id=reply.id, moderator=moderator)
    assert told(article, "pick").payload == {"id": str(reply.id), "picked": True}
    actions.unpick_comment(comment_id=reply.id, moderator=moderator)
    assert told(article, "pick").payload == {"id": str(reply.id), "picked": False}
    actions.close_branch(comment_id=reply.id, moderator=moderator, note="a heated evening")
    assert told(article, "branch").payload == {"id": str(reply.id), "closed": True}
    actions.open_branch(comment_id=reply.id, moderator=moderator)
    assert told(article, "branch").payload == {"id": str(reply.id), "closed": False}


def test_a_moved_branch_tells_both_articles_how_many_comments_they_have(article, moderator):
    other = make_article(article.get_parent().specific, title="Other")
    stays, moved = post(article), post(article, "Elsewhere")
    post(article, "Below", BOB, parent=moved)
    actions.move_comment(comment_id=moved.id, page_id=other.pk, moderator=moderator)
    assert told(article, "gone").payload == {"id": str(moved.id), "how": "away", "count": 1}
    assert (told(other, "comment").payload["id"], told(other, "comment").payload["count"]) == (str(moved.id), 2)
    assert stays.id


def test_a_comment_at_a_passage_tells_its_number_and_its_place(article, moderator):
    block = article.annotatable_text()[0]
    selection = actions.Selection(None, block.id, 0, 5, block.text[:5])
    comment = post(article, selection=selection, blocks=article.annotatable_text())
    at = {"passage": str(comment.passage_id), "block": block.id, "start": 0, "end": 5}
    payload = told(article, "comment").payload
    assert {**at, "at_passage": 1, "count": 1}.items() <= payload.items()
    actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="attack")
    assert {**at, "at_passage": 0, "count": 0}.items() <= told(article, "gone").payload.items()
