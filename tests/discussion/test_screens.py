"""The screens at work: in posting and in editing, and what their authors and the desk are told."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pennypress.delivery import proof
from pennypress.discussion import actions, rules
from pennypress.discussion.drafts import Clues
from pennypress.discussion.models import Comment, Hold, Lesson, Said, WordCount, WordLists
from pennypress.discussion.screening import screens
from pennypress.discussion.screening.screens import HEAT, SAID_KEPT, ProofNeeded
from pennypress.readers.identity import Identity
from tests.discussion.ground import GUEST, OTHER, bring, post
from tests.factories import make_article
from tests.proof import solved

LONG = "The ferry will run until midnight from now on, the council said, and nobody who spoke was against it."


@pytest.fixture
def known(article, moderator):
    """GUEST has an approved comment, so that nothing but the screens holds what they say."""
    actions.approve_comment(comment_id=post(article, text="First words").id, moderator=moderator)


@pytest.fixture
def lists(newsroom):
    made = WordLists.for_site(newsroom.site)
    made.hold, made.reject = "casin*\nbuy now", "slur"
    made.save()
    return made


def reasons_of(comment):
    return list(Hold.objects.filter(comment=comment, lifted_at=None).values_list("reason", "detail"))


def guest(number):
    return Identity(f"guest:{number}", None, "", False)


def test_a_listed_word_holds_and_is_named(article, known, lists):
    comment = post(article, text="To the C@SINO, buy-now!")
    assert comment.is_held and set(reasons_of(comment)) == {("word", "casin*"), ("word", "buy now")}
    assert post(article, text="Nothing to see").is_published


def test_a_listed_name_holds_as_well(article, known, lists):
    assert reasons_of(post(article, name="Casіno King")) == [("word", "casin*")]


def test_a_refused_word_is_told_and_the_words_are_kept(client, article, lists):
    answer = client.post(f"/discussion/pages/{article.pk}/comments/", {"text": "You s-l-u-r, kind words", "name": "A"})
    assert answer.status_code == 422
    assert "does not publish “slur”" in answer.content.decode() and "kind words" in answer.content.decode()
    assert not Comment.objects.exists()


def test_changed_lists_are_heard_at_once_and_unchanged_ones_are_not_read_again(article, known, lists):
    assert post(article, text="one zebra").is_published
    lists.hold = "zebra"
    lists.save()
    assert post(article, text="two zebra").is_held
    with CaptureQueriesContext(connection) as captured:
        screens.lists()
    assert len(captured) == 1 and '"hold"' not in captured[0]["sql"]


def test_an_edit_goes_through_the_same_screens(article, known, lists):
    comment = post(article, text="Nothing to see")
    edited = actions.edit_comment(comment_id=comment.id, identity=GUEST, text="To the casino https://x.example")
    assert edited.is_held and reasons_of(edited) == [("word", "casin*")]
    with pytest.raises(rules.Refused):
        actions.edit_comment(comment_id=comment.id, identity=GUEST, text="slur")
    stranger = post(article, identity=OTHER, text="Hello there")
    actions.edit_comment(comment_id=stranger.id, identity=OTHER, text="See https://www.x.example/y")
    assert ("link", "www.x.example") in reasons_of(stranger)


def test_a_link_of_somebody_known_appears_and_a_strangers_waits(article, known):
    assert post(article, text="See https://x.example").is_published
    held = post(article, identity=OTHER, text="See [here](https://user@x.example:8/a)")
    assert reasons_of(held) == [("first", ""), ("link", "user@x.example:8")]


def test_the_same_text_again_waits(article, known, newsroom):
    elsewhere = make_article(article.get_parent().specific, title="Other")
    post(article, text=LONG)
    again = post(elsewhere, identity=OTHER, text="Oh! " + LONG.replace("midnight", "12"))
    assert ("repeated", "") in reasons_of(again)
    # Somebody known may answer twice with the same words, and is looked at for the third time.
    assert post(elsewhere, text=LONG + " Really.", name="Ann").is_held  # two others stand there already
    with time_machine.travel(timezone.now() + SAID_KEPT):
        assert ("repeated", "") not in reasons_of(post(article, identity=guest(7), text=LONG + " Late."))


def test_a_flood_of_one_text_costs_the_same_for_each_wave(article, monkeypatch):
    for number in range(screens.COMPARED + 5):
        post(article, identity=guest(number), text=LONG, name=f"N{number}")
    pieces = tuple(Said.objects.values_list("piece", flat=True).distinct())
    with CaptureQueriesContext(connection) as captured:
        alike = screens._alike(pieces, None)
    # A look at all of them, and since there are more than a few, of each piece the latest.
    few, each = (query["sql"] for query in captured)
    assert few.endswith(f"LIMIT {screens.FEW}")
    assert each.count(f"LIMIT {screens.COMPARED}") == len(pieces) == 8
    assert alike == screens.COMPARED


def test_what_an_edit_no_longer_says_is_forgotten(article):
    comment = post(article, text=LONG)
    before = set(Said.objects.values_list("piece", flat=True))
    actions.edit_comment(
        comment_id=comment.id, identity=GUEST, text="Eight other words stand here now, nothing else at all."
    )
    assert before and not before & set(Said.objects.values_list("piece", flat=True))


@pytest.mark.parametrize(
    ("clues", "reasons"),
    [
        (Clues(seconds=40), []),
        (Clues(), []),
        (Clues(seconds=1), ["fast"]),
        (Clues(seconds=40, filled_hidden=True), ["hidden"]),
    ],
)
def test_signs_of_a_program_hold(article, clues, reasons):
    held = post(article, clues=clues)
    assert [code for code, _ in reasons_of(held) if code != "first"] == reasons


def test_two_signs_refuse_and_nobody_known_is_asked(article, known):
    for clues in (Clues(filled_hidden=True), Clues(filled_hidden=True, seconds=0)):
        with pytest.raises(rules.Refused):
            post(article, identity=OTHER, clues=clues)
        assert post(article, text=f"{clues}", clues=clues).is_published


def heat_up(article):
    for number in range(HEAT.count):
        post(article, identity=guest(number), text=f"Shout {number}")


def test_a_hot_thread_asks_scripts_for_work_and_holds_plain_forms(article):
    heat_up(article)
    script = Clues(seconds=20, by_script=True)
    with pytest.raises(ProofNeeded) as asked:
        post(article, clues=script)
    work = solved(asked.value.challenge)
    worked = post(article, clues=Clues(seconds=20, by_script=True, proof=work))
    assert reasons_of(worked) == [("first", "")]
    with pytest.raises(ProofNeeded):
        post(article, text="Once more", clues=Clues(seconds=20, by_script=True, proof=work))
    assert ("busy", "") in reasons_of(post(article, identity=OTHER))
    cannot = Clues(by_script=True, proof=proof.CANNOT)
    assert ("busy", "") in reasons_of(post(article, identity=guest(99), clues=cannot))


def test_a_hot_thread_asks_nobody_known_and_cools_down(article, known):
    heat_up(article)
    assert post(article, text="Me again", clues=Clues(by_script=True)).is_published
    with time_machine.travel(timezone.now() + timezone.timedelta(seconds=2 * HEAT.seconds)):
        assert post(article, identity=OTHER, clues=Clues(by_script=True))


def test_who_waits_in_a_hot_thread_is_told_why(client, article):
    heat_up(article)
    address = f"/discussion/pages/{article.pk}/comments/"
    plain = client.post(address, {"text": "Hi", "name": "A"}, follow=True)
    assert "Many people are writing here at this moment" in plain.content.decode()
    asked = client.post(address, {"text": "Ho", "name": "A"}, headers={"X-Fragment": "1"})
    assert asked.status_code == 428 and asked.json()["challenge"]["parameters"]["algorithm"] == "PBKDF2/SHA-256"
    answer = client.post(address, {"text": "Ho", "name": "A", "proof": "cannot"}, headers={"X-Fragment": "1"})
    assert answer.status_code == 201 and "Many people" in answer.content.decode()


def test_the_desk_teaches_and_an_undone_decision_is_unlearned(article, moderator):
    before = list(WordCount.objects.values_list("word", "good", "bad"))
    spam = post(article, text="Cheap pills and cheap watches")
    actions.remove_comment(comment_id=spam.id, moderator=moderator, rule="spam")
    good = post(article, identity=OTHER, text="A ferry and watches")
    actions.approve_comment(comment_id=good.id, moderator=moderator)
    counted = {word: (g, b) for word, g, b in WordCount.objects.values_list("word", "good", "bad")}
    assert counted[""] == (1, 1) and counted["watches"] == (1, 1) and counted["pills"] == (0, 1)
    actions.restore_comment(comment_id=spam.id, moderator=moderator)
    actions.remove_comment(comment_id=good.id, moderator=moderator, rule="off-topic")
    assert not Lesson.objects.exists() and before == []
    assert not WordCount.objects.exclude(good=0, bad=0).exists()


def test_the_classifier_holds_after_two_hundred_decisions_and_says_by_which_words(article, moderator, known):
    for number in range(100):
        for text, deed in (("the ferry was late", "good"), ("cheap pills https://pills.example", "bad")):
            comment = bring(article, f"{deed}{number}", text=f"{text} {number}")
            actions.learning.learn(comment, good=deed == "good")
    held = post(article, text="Such cheap pills, I say")
    assert held.is_held
    ((reason, words),) = reasons_of(held)
    assert reason == "spam" and set(words.split(", ")) == {"cheap", "pills"}
    assert post(article, text="the ferry was late again").is_published


def test_a_post_asks_so_many_questions_and_no_more(article, known, lists):
    post(article, text=LONG)
    with CaptureQueriesContext(connection) as captured:
        post(article, text="The bridge is open again, and whoever walks over it may see the new lamps.")
    asked = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    assert len(asked) <= 14, "\n".join(asked)


def test_what_is_no_longer_compared_is_forgotten(article):
    from pennypress.discussion.tasks import forget_what_screens_need_no_more

    post(article, text=LONG)
    WordCount.objects.create(word="once", bad=1, seen_at=timezone.now() - timezone.timedelta(days=400))
    WordCount.objects.create(word="often", bad=9, seen_at=timezone.now() - timezone.timedelta(days=400))
    with time_machine.travel(timezone.now() + SAID_KEPT + timezone.timedelta(minutes=1)):
        forget_what_screens_need_no_more.func()
    assert not Said.objects.exists()
    assert list(WordCount.objects.values_list("word", flat=True)) == ["often"]


def test_lists_are_edited_in_the_admin_and_report_their_bad_lines(client, newsroom, django_user_model):
    from django.contrib.auth.models import Group

    moderator = django_user_model.objects.create_user("mod@example.org", is_staff=True)
    moderator.groups.add(Group.objects.get(name="Moderators"))
    client.force_login(moderator)
    address = f"/admin/settings/discussion/wordlists/{newsroom.site.pk}/"
    assert client.get(address).status_code == 200
    told = client.post(address, {"hold": "fine\n*bad\n", "reject": ""})
    assert "Line 2, “*bad”: a star may only stand at the end." in told.content.decode()
    assert client.post(address, {"hold": "fine\nquite*\n", "reject": "slur"}).status_code == 302
    assert WordLists.for_site(newsroom.site).reject == "slur"
