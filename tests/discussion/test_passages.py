"""Comments at passages: posted, marked, counted, filtered, followed through edits of the article."""

import re

import pytest
from django.test.utils import CaptureQueriesContext

from pennypress.discussion import actions, queries, rules
from pennypress.discussion.actions import Selection
from pennypress.discussion.cursors import ORDERS
from pennypress.discussion.models import Annotations, Comment, Move, Passage, PassageMove, Question, Thread
from pennypress.publishing.models import ArticlePage
from pennypress.readers.identity import Identity
from tests.factories import make_article, make_section

GUEST = Identity("guest:00000000-0000-0000-0000-000000000001", None, "", False)
FIRST = "The crane was sold in 1988. Every year since then the fund has had its share of the mooring fees."
SECOND = "It is enough for four years, as the mayor put it; after that somebody will have to look again."
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"


@pytest.fixture
def article(newsroom):
    return make_article(make_section(newsroom), text=TEXT)


@pytest.fixture
def moderator(newsroom, django_user_model):
    return django_user_model.objects.create_superuser("m@example.org", name="Mo")


def selection(article, words):
    block = next(block for block in article.annotatable_text() if words in block.text)
    start = block.text.index(words)
    return Selection(None, block.id, start, start + len(words), words)


def comment_at(article, words, text="That was 1989.", identity=GUEST, by_staff=True):
    return actions.post_comment(
        page_id=article.pk, identity=identity, name="Ann", text=text, by_staff=by_staff,
        selection=selection(article, words), blocks=article.annotatable_text(),
    )  # fmt: skip


def publish(article, text):
    article = ArticlePage.objects.get(pk=article.pk)
    article.body = [("text", text)]
    article.save_revision().publish()
    return ArticlePage.objects.get(pk=article.pk)


def shown(client, article):
    return client.get(article.url).content.decode()


def test_a_comment_at_a_passage_is_marked_there_and_shows_its_words(client, article):
    comment = comment_at(article, "sold in 1988")
    page = shown(client, article)
    mark = re.search(r'class="passage-open passage-count" data-passage="([^"]+)" data-start="14" data-end="26"', page)
    assert mark and mark.group(1) == str(comment.passage_id)
    assert page.index("mooring fees") < mark.start() < page.index("enough for four years")
    assert "1 comment" in page[mark.start() : mark.start() + 400]
    assert f'href="/discussion/passages/{comment.passage_id}/text/">sold in 1988</a></blockquote>' in page
    back = client.get(f"/discussion/passages/{comment.passage_id}/text/")
    assert back.url.endswith(f"{article.url}#{comment.passage.block}:~:text=sold%20in%201988")


def test_two_readers_at_the_same_words_share_a_mark(client, article):
    comment_at(article, "sold in 1988")
    comment_at(article, "sold in 1988", text="I was there.")
    assert Passage.objects.get().comment_count == 2
    assert shown(client, article).count('data-start="14"') == 1


def test_a_held_comment_marks_nothing_before_it_is_approved(client, article, moderator):
    comment = comment_at(article, "sold in 1988", by_staff=False)
    assert comment.is_held and "data-start" not in shown(client, article)
    assert client.get(f"/discussion/passages/{comment.passage_id}/").status_code == 404
    actions.approve_comment(comment_id=comment.id, moderator=moderator)
    assert 'data-start="14"' in shown(client, article)
    actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="spam")
    assert "data-start" not in shown(client, article)
    assert Annotations.objects.get().comment_count == 0


@pytest.mark.parametrize("how", ["held", "removed", "deleted"])
def test_what_a_mark_opens_says_nothing_of_what_is_gone(client, article, moderator, how):
    """A held or deleted comment that was answered has its place in the thread, and said all its words in this one."""
    gone = comment_at(article, "sold in 1988", text="Zebra words")
    comment_at(article, "sold in 1988", text="I was there.")
    answer = {"page_id": article.pk, "name": "Bo", "text": "Yes", "by_staff": True}
    actions.post_comment(identity=GUEST, parent_id=gone.id, **answer)
    if how == "held":
        actions.hold_comment(comment_id=gone.id, moderator=moderator)
    elif how == "removed":
        actions.remove_comment(comment_id=gone.id, moderator=moderator, rule="hate")
    else:
        actions.delete_comment(comment_id=gone.id, identity=GUEST)
    for query in ("", "?fragment=1"):
        page = client.get(f"/discussion/passages/{gone.passage_id}/{query}").content.decode()
        assert "I was there." in page and "zebra" not in page.lower()


@pytest.mark.parametrize("words", ["Words that are not there", "x" * (rules.MAX_PASSAGE + 1), "  "])
def test_what_the_article_does_not_say_is_no_passage(article, words):
    with pytest.raises(rules.Refused):
        actions.post_comment(
            page_id=article.pk, identity=GUEST, name="Ann", text="Hm", selection=Selection(None, "p-00000000", 0, 5, words),
            blocks=article.annotatable_text(),
        )  # fmt: skip
    assert not Comment.objects.exists()


def test_a_long_paragraph_is_one_passage(client, newsroom):
    """Two limits had one name, and the shorter, meant for quotes in answers, cut passages at a thousand letters."""
    words = "It is said that the river took it. " * 60
    page = make_article(make_section(newsroom), title="Long", text=f"<p>{words}</p>")
    (block,) = page.annotatable_text()
    form = client.get(f"/discussion/pages/{page.pk}/blocks/{block.id}/").content.decode()
    assert words.strip() in form
    made = Selection(None, block.id, 0, len(words.strip()), words.strip())
    comment = actions.post_comment(
        page_id=page.pk, identity=GUEST, name="Ann", text="All of it.", selection=made, blocks=[block]
    )
    assert comment.passage.quote == words.strip()


def test_a_passage_of_another_article_is_refused(article):
    other = make_article(article.get_parent().specific, title="Other", text=TEXT)
    foreign = comment_at(other, "sold in 1988").passage_id
    with pytest.raises(rules.Refused):
        actions.post_comment(
            page_id=article.pk, identity=GUEST, name="Ann", text="Hm", selection=Selection(passage_id=foreign)
        )


def test_an_edit_moves_the_mark_with_its_words(client, article):
    comment = comment_at(article, "sold in 1988")
    article = publish(article, f"<p>{SECOND}</p><p>Then this.</p><p>{FIRST.replace('crane', 'old crane')}</p>")
    passage = Passage.objects.get()
    assert passage.words_now == "" and not passage.is_orphaned
    assert PassageMove.objects.get().how in (Move.DIFF, Move.MOVED)
    page = shown(client, article)
    assert page.index("Then this") < page.index(f'data-passage="{comment.passage_id}" data-start="18" data-end="30"')


def test_what_an_edit_took_away_is_about_an_earlier_version_and_comes_back(client, article):
    comment = comment_at(article, "It is enough for four years")
    changed = publish(article, f"<p>{FIRST}</p><p>Nobody knows for how long.</p>")
    page = shown(client, changed)
    assert "data-start" not in page
    assert "about an earlier version" in page and "It is enough for four years" in page
    assert "about an earlier version" in client.get(f"/discussion/passages/{comment.passage_id}/").content.decode()
    assert client.get(f"/discussion/passages/{comment.passage_id}/text/").url.startswith("/discussion/passages/")
    assert "about an earlier version" not in shown(client, publish(article, TEXT))
    assert [move.how for move in PassageMove.objects.all()] == [Move.ORPHANED, Move.MOVED]


def test_a_page_that_was_read_before_the_edit_still_posts_at_the_right_place(article):
    seen = selection(article, "sold in 1988")
    article = publish(article, f"<p>Before it all.</p><p>Now: {FIRST}</p>")
    comment = actions.post_comment(
        page_id=article.pk, identity=GUEST, name="Ann", text="Hm", by_staff=True, blocks=article.annotatable_text(),
        selection=Selection(None, seen.block, seen.start, seen.end, FIRST),
    )  # fmt: skip
    block = next(b for b in article.annotatable_text() if b.id == comment.passage.block)
    assert block.text[comment.passage.start : comment.passage.end] == FIRST


QUESTION = '<span data-key="k1" data-open="{}" data-question="Who &amp; when?">sold in 1988</span>'


def asking(open_=1):
    return TEXT.replace("sold in 1988", QUESTION.format(open_))


@pytest.mark.parametrize("open_", [0, 1])
def test_the_authors_question_stands_at_its_passage_open_or_as_a_mark(client, newsroom, open_):
    article = make_article(make_section(newsroom), text=asking(open_))
    question = Question.objects.get()
    assert (question.text, question.is_open, question.passage.quote) == ("Who & when?", bool(open_), "sold in 1988")
    page = shown(client, article)
    assert ("Who &amp; when?</p>" in page) == bool(open_)
    assert ("</span> Question to readers" in page) != bool(open_)
    answers = client.get(f"/discussion/passages/{question.passage_id}/").content.decode()
    assert "Who &amp; when?" in answers and f'name="passage" value="{question.passage_id}"' in answers


def test_an_answer_is_counted_at_its_question_and_stays_when_the_question_is_taken_out(client, newsroom):
    article = make_article(make_section(newsroom), text=asking())
    question = Question.objects.get()
    actions.post_comment(
        page_id=article.pk, identity=GUEST, name="Ann", text="My uncle.", by_staff=True,
        selection=Selection(passage_id=question.passage_id),
    )  # fmt: skip
    assert "1 answer<" in shown(client, article)
    page = shown(client, publish(article, TEXT))
    question.refresh_from_db()
    assert question.withdrawn_at and "Who &amp; when?" not in page and "1 comment" in page
    publish(article, f"<p>New.</p>{asking()}")
    question.refresh_from_db()
    assert question.withdrawn_at is None and Passage.objects.count() == 1


def test_only_the_comments_at_passages_are_shown_when_asked_for(client, article):
    for number in range(3):
        actions.post_comment(page_id=article.pk, identity=GUEST, name="Ann", text=f"Plain {number}", by_staff=True)
        comment_at(article, "sold in 1988", text=f"About it {number}")
    page = shown(client, article)
    assert "Inline Feedbacks (3)" in page and "Plain 1" in page
    page = client.get(f"{article.url}?show=passages").content.decode()
    assert "Plain 1" not in page and page.count("About it") == 3
    assert 'href="?order=best&amp;show=passages#discussion"' in page
    thread, seen, cursor = Thread.objects.get(), [], ""
    for _step in range(3):
        part = queries.thread_page(article, ORDERS["newest"], cursor=cursor, roots=1, about="passages")
        seen += [node.comment.html for node in part.nodes]
        cursor = part.next_cursor
    assert seen == [f"<p>About it {number}</p>" for number in (2, 1, 0)] and not cursor
    assert thread.comment_count == 6


def test_a_paragraphs_own_page_posts_without_a_script(client, article):
    block = article.annotatable_text()[1]
    page = client.get(f"/discussion/pages/{article.pk}/blocks/{block.id}/").content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert fields["quote"] == SECOND
    answer = client.post(f"/discussion/pages/{article.pk}/comments/", {**fields, "text": "Four?", "name": "Ann"})
    assert answer.status_code == 302 and Passage.objects.get().quote == SECOND
    refused = client.post(f"/discussion/pages/{article.pk}/comments/", {**fields, "text": "", "name": "Ann"})
    assert refused.status_code == 422 and f'name="block" value="{block.id}"' in refused.content.decode()
    for wrong in ("p-00000000", "text"):
        assert client.get(f"/discussion/pages/{article.pk}/blocks/{wrong}/").status_code == 404


def test_a_closed_discussion_offers_no_passage_to_comment_on(client, article, moderator):
    comment_at(article, "sold in 1988")
    actions.close_thread(thread_id=Thread.objects.get().pk, moderator=moderator)
    page = shown(client, article)
    assert (
        "Comment on this paragraph" not in page and "Comment on a paragraph" not in page and 'data-start="14"' in page
    )


def test_feeds_and_search_know_the_text_without_its_margins(client, article):
    comment_at(article, "sold in 1988")
    assert "Comment on this paragraph" not in client.get("/feed.json").content.decode()


@pytest.mark.parametrize("number", [1, 3, 200])
def test_many_passages_cost_no_query_more(client, article, number):
    words = FIRST.split()
    for at in range(number):
        comment_at(article, " ".join(words[at % 5 : at % 5 + 1 + at % 11]), text=f"Number {at}")
    shown(client, article)
    from django.db import connection

    with CaptureQueriesContext(connection) as captured:
        shown(client, article)
    assert len(captured) == 6, [query["sql"][:120] for query in captured]
    address = f"/discussion/passages/{Passage.objects.first().pk}/"
    for query in ("", "?fragment=1"):
        client.get(address + query)
        with CaptureQueriesContext(connection) as captured:
            client.get(address + query)
        assert len(captured) <= 6, [query["sql"][:120] for query in captured]
