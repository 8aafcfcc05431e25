"""Keeping order: reports, deeds and their undoing, appeals, sanctions, the desk and the public record."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pennypress.discussion import actions, addresses, desk, queries, rules
from pennypress.discussion.cursors import ORDERS
from pennypress.discussion.models import (
    Appeal,
    Comment,
    Deed,
    Hold,
    ModerationLog,
    Removal,
    Report,
    Sanction,
    State,
    Thread,
    Vote,
)
from pennypress.notifications.models import Mail
from pennypress.readers.identity import Identity
from tests.discussion.ground import GUEST, OTHER, bring, post
from tests.factories import make_article, make_byline


def fresh(comment):
    return Comment.objects.select_related("thread", "root").get(pk=comment.pk)


def undo_last(moderator):
    return actions.undo(batch=ModerationLog.objects.first().batch, moderator=moderator)


def report(comment, number=1, **fields):
    fields = {"rule": "attack", **fields}
    return actions.report_comment(
        comment_id=comment.id, identity=Identity(f"guest:{number}", None, "", False), **fields
    )


@pytest.fixture
def second(newsroom, django_user_model):
    return django_user_model.objects.create_superuser("n@example.org", name="Nell")


# Reports


def test_a_report_counts_once_per_person_and_hides_nothing(article):
    comment = bring(article, 1)
    report(comment)
    with pytest.raises(rules.Refused):
        report(comment)
    report(comment, 2)
    assert (fresh(comment).open_reports, fresh(comment).state) == (2, State.PUBLISHED)


def test_held_removed_and_own_comments_and_odd_reasons_are_not_reported(article, moderator):
    own, removed = bring(article, 1, author_key=GUEST.key), bring(article, 2)
    actions.remove_comment(comment_id=removed.id, moderator=moderator, rule="spam")
    for comment, rule in ((own, "spam"), (removed, "spam"), (post(article, OTHER), "spam"), (bring(article, 3), "x")):
        with pytest.raises(rules.Refused):
            actions.report_comment(comment_id=comment.id, identity=GUEST, rule=rule)
    assert not Report.objects.exists()


def test_reports_hold_only_by_the_newsrooms_own_rule_and_only_those_of_known_people(article, moderator):
    settings = queries.discussion_settings()
    settings.hold_after_reports = 2
    settings.save()
    comment = bring(article, 1)
    for number in range(5):
        report(comment, f"stranger{number}")
    assert fresh(comment).is_published
    for number in range(2):
        bring(article, f"by {number}", author_key=f"guest:{number}")
        report(comment, number)
    assert fresh(comment).is_held
    assert [str(hold) for hold in Hold.objects.filter(comment=comment)] == ["reported: 2"]
    assert ModerationLog.objects.get().moderator_uuid is None
    actions.approve_comment(comment_id=comment.id, moderator=moderator)
    bring(article, "by 9", author_key="guest:9")
    report(comment, 9)
    assert fresh(comment).is_published, "a moderator has looked at it"


def test_reporting_by_a_plain_form_and_too_often(client, article):
    comment = bring(article, 1)
    address = f"/discussion/comments/{comment.id}/report/"
    assert not client.get(address).cookies
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"rule": "hate", "note": "Look"}).status_code == 201
    assert b"You have reported this comment" in client.get(address).content
    for _number in range(rules.REPORTS_PER_PERSON.count):
        answer = client.post(address, {"rule": "hate"})
    assert answer.status_code == 429


# Deeds and their undoing


@pytest.mark.parametrize(
    "deed, field, done",
    [
        ("remove", "state", State.REMOVED),
        ("hold", "state", State.HELD),
        ("keep", "is_new", False),
        ("pick", "is_pick", True),
        ("pin", "thread.pinned", None),
        ("close_branch", "branch_is_closed", True),
    ],
)
def test_each_deed_is_undone_and_both_are_in_the_log(article, moderator, deed, field, done):
    comment = bring(article, 1)
    Comment.objects.filter(pk=comment.pk).update(is_new=True)

    def value():
        found = fresh(comment)
        return found.thread.pinned if field == "thread.pinned" else getattr(found, field)

    before = value()
    name = deed if "_" in deed else f"{deed}_comment"
    extra = {"rule": "attack"} if deed == "remove" else {}
    getattr(actions, name)(comment_id=comment.id, moderator=moderator, **extra)
    assert value() == ([comment.id.hex] if done is None else done)
    undo_last(moderator)
    assert value() == before
    assert ModerationLog.objects.filter(undoes__isnull=False).count() == 1
    with pytest.raises(rules.Refused):
        actions.undo(batch=ModerationLog.objects.last().batch, moderator=moderator)


def test_an_undone_approval_waits_for_its_old_reasons(article, moderator):
    comment = post(article)
    actions.approve_comment(comment_id=comment.id, moderator=moderator)
    undo_last(moderator)
    assert fresh(comment).is_held
    assert [str(hold) for hold in Hold.objects.filter(lifted_at=None)] == ["first comment"]


def test_reports_settled_by_a_removal_wait_again_when_it_is_undone(article, moderator):
    comment = bring(article, 1)
    report(comment)
    actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="attack")
    assert fresh(comment).open_reports == 0
    undo_last(moderator)
    assert fresh(comment).open_reports == 1


def test_a_held_or_removed_comment_with_replies_says_nothing_of_its_words(client, article, moderator):
    for deed, rule in (("hold", None), ("remove", "hate")):
        comment = bring(article, deed, text=f"secret {deed}")
        bring(article, f"below {deed}", parent=comment)
        extra = {"rule": rule} if rule else {}
        getattr(actions, f"{deed}_comment")(comment_id=comment.id, moderator=moderator, **extra)
        page = client.get(article.url).content
        own = client.get(f"/discussion/comments/{comment.id}/").content
        assert f"secret {deed}".encode() not in page + own
    assert b"This comment is waiting for approval." in page
    assert b"This comment was removed: hatred of a group." in page


def test_a_removed_comment_leaves_its_rule_behind_but_spam_leaves_nothing(client, article, moderator):
    for number, rule in enumerate(("attack", "spam")):
        actions.remove_comment(comment_id=bring(article, number).id, moderator=moderator, rule=rule)
    page = client.get(article.url).content
    assert b"removed: an attack on a person" in page and b"advertising" not in page


def test_a_closed_branch_takes_neither_replies_nor_edits(client, article, moderator):
    root = bring(article, 1, author_key=GUEST.key)
    reply = bring(article, 2, parent=root, author_key=GUEST.key)
    actions.close_branch(comment_id=root.id, moderator=moderator)
    with pytest.raises(rules.Refused):
        post(article, OTHER, parent_id=reply.id)
    with pytest.raises(rules.Refused):
        actions.edit_comment(comment_id=reply.id, identity=GUEST, text="Other words")
    page = client.get(article.url).content.decode()
    assert "This branch is closed." in page and 'class="reply"' not in page
    assert post(article, OTHER).id


def test_a_moved_branch_keeps_ids_votes_and_addresses(client, article, moderator):
    other = make_article(article.get_parent().specific, title="Other")
    root = bring(article, 1)
    top = bring(article, 2, parent=root)
    below = bring(article, 3, parent=top)
    actions.vote(comment_id=below.id, identity=OTHER, value=1)
    actions.move_comment(comment_id=top.id, page_id=other.pk, moderator=moderator)
    thread = Thread.objects.get(page_id=other.pk)
    assert {vote.thread_id for vote in Vote.objects.all()} == {thread.id}
    assert (thread.comment_count, thread.root_count, fresh(top).reply_count) == (2, 1, 1)
    assert fresh(root).reply_count == 0 and Thread.objects.get(page_id=article.pk).comment_count == 1
    assert b"Other" in client.get(f"/discussion/comments/{below.id}/").content
    assert b"Comment 2" in client.get(other.url).content and b"Comment 2" not in client.get(article.url).content
    assert bring(article, 3, parent=fresh(top)).id == below.id, "a second import knows it where it is"
    undo_last(moderator)
    assert (fresh(top).parent_id, fresh(top).reply_number) == (root.id, 1)
    assert fresh(below).came_from_id is None


def test_a_merged_comment_leads_on_and_its_replies_go_along(client, article, moderator):
    kept, doubled = bring(article, 1), bring(article, 2)
    answer = bring(article, 3, parent=doubled)
    actions.merge_comments(kept_id=kept.id, duplicate_id=doubled.id, moderator=moderator)
    assert fresh(answer).parent_id == kept.id and not fresh(doubled).is_shown
    assert client.get(f"/discussion/comments/{doubled.id}/").url == f"/discussion/comments/{kept.id}/"
    undo_last(moderator)
    assert fresh(answer).parent_id == doubled.id and fresh(doubled).is_published
    with pytest.raises(rules.Refused):
        actions.merge_comments(kept_id=answer.id, duplicate_id=doubled.id, moderator=moderator)


def test_merging_folds_the_votes_each_persons_once_and_undoing_unfolds_them(article, moderator):
    kept, doubled = bring(article, 1, author_key="guest:author", up=3), bring(article, 2, up=5)
    people = {name: Identity(f"guest:{name}", None, "", False) for name in ("both", "split", "one", "author")}
    for name, comment, value in (
        ("both", kept, 1), ("both", doubled, 1), ("split", kept, 1), ("split", doubled, -1), ("one", doubled, -1),
        ("author", doubled, 1),
    ):  # fmt: skip
        actions.vote(comment_id=comment.id, identity=people[name], value=value)
    actions.merge_comments(kept_id=kept.id, duplicate_id=doubled.id, moderator=moderator)
    votes = dict(Vote.objects.filter(comment=kept).values_list("voter_key", "value"))
    assert votes == {"guest:both": 1, "guest:split": 1, "guest:one": -1}
    # Three and two from the archive and of here, and the one that came over; the archive's of the other have no names.
    assert (fresh(kept).up, fresh(kept).down, fresh(kept).net) == (5, 1, 4)
    actions.vote(comment_id=kept.id, identity=people["one"], value=1)
    undo_last(moderator)
    assert (fresh(kept).up, fresh(kept).down) == (6, 0), "who has voted again since has meant this one"
    assert (fresh(doubled).up, fresh(doubled).down) == (7, 2)
    actions.merge_comments(kept_id=doubled.id, duplicate_id=kept.id, moderator=moderator)
    undo_last(moderator)
    assert (fresh(doubled).up, fresh(doubled).down) == (7, 2)


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_pinned_ones_come_first_and_paging_meets_every_comment_once(article, moderator, order):
    comments = [bring(article, number, up=number % 5) for number in range(12)]
    actions.pin_comment(comment_id=comments[5].id, moderator=moderator)
    seen, cursor = [], ""
    while True:
        page = queries.thread_page(article, ORDERS[order], cursor=cursor, roots=4)
        seen += [node.comment.id for node in page.nodes]
        if not cursor:
            assert page.nodes[0].comment == comments[5] and page.nodes[0].is_pinned
            # What happens between two pages makes nothing appear twice or be left out.
            actions.unpin_comment(comment_id=comments[5].id, moderator=moderator)
            actions.pin_comment(comment_id=comments[0].id, moderator=moderator)
            del article.__dict__["_discussion_thread"]
        cursor = page.next_cursor
        if not cursor:
            break
    assert sorted(seen) == sorted(comment.id for comment in comments)


def test_only_roots_are_pinned_and_only_a_few(article, moderator):
    roots = [bring(article, number) for number in range(rules.MAX_PINNED + 1)]
    with pytest.raises(rules.Refused):
        actions.pin_comment(comment_id=bring(article, 9, parent=roots[0]).id, moderator=moderator)
    for root in roots[:-1]:
        actions.pin_comment(comment_id=root.id, moderator=moderator)
    with pytest.raises(rules.Refused):
        actions.pin_comment(comment_id=roots[-1].id, moderator=moderator)


def test_picks_are_marked_and_can_be_read_alone(client, article, moderator):
    root = bring(article, 1)
    picked = bring(article, 2, parent=root)
    actions.pick_comment(comment_id=picked.id, moderator=moderator)
    page = client.get(article.url).content.decode()
    assert "badge-is_pick" in page and "?show=picks" in page
    alone = client.get(f"/discussion/pages/{article.pk}/?show=picks").content.decode()
    assert "Comment 2" in alone and "Comment 1<" not in alone


# Appeals


def remove(article, moderator, **fields):
    comment = bring(article, fields.pop("number", 1), author_key=GUEST.key, email="ann@example.org", **fields)
    actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="attack", note="Too harsh.")
    return Removal.objects.get(comment=comment)


def test_the_author_is_told_by_mail_and_appeals_by_its_link(client, article, moderator, second):
    removal = remove(article, moderator)
    mail = Mail.objects.get()
    address = addresses.appeal_address(removal)
    assert mail.to == "ann@example.org" and "Too harsh." in mail.text and address in mail.text
    assert b"Comment 1" in client.get(address).content
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "It was a quotation."}).status_code == 302
    assert client.post(address, {"text": "Again."}).status_code == 422
    assert client.get(address[:-3] + "xx/").status_code == 404
    with pytest.raises(rules.Refused):
        actions.decide_appeal(appeal_id=Appeal.objects.get().id, moderator=moderator, grant=False)
    actions.decide_appeal(appeal_id=Appeal.objects.get().id, moderator=second, grant=True, answer="You are right.")
    assert fresh(removal.comment).is_published
    assert "You are right." in Mail.objects.order_by("-created_at").first().text
    assert b"Your appeal was right" in client.get(address).content


def test_a_lone_moderator_decides_on_their_own_removal(article, moderator):
    removal = remove(article, moderator)
    appeal = actions.appeal(removal_id=removal.id, text="Please look again.")
    actions.decide_appeal(appeal_id=appeal.id, moderator=moderator, grant=False)
    assert fresh(removal.comment).is_removed
    assert ModerationLog.objects.first().deed == Deed.APPEAL_REFUSED


def test_an_appeal_has_its_time_and_spam_with_a_strangers_address_mails_nobody(article, moderator):
    removal = remove(article, moderator)
    with time_machine.travel(timezone.now() + rules.APPEAL_WINDOW + timedelta(hours=1)), pytest.raises(rules.Refused):
        actions.appeal(removal_id=removal.id, text="Late.")
    spam = bring(article, 2, email="victim@example.org")
    actions.remove_comment(comment_id=spam.id, moderator=moderator, rule="spam")
    assert not Mail.objects.filter(to="victim@example.org").exists()


def test_the_author_sees_the_removal_in_their_marks_and_nobody_else(client, article, moderator):
    client.post(f"/discussion/pages/{article.pk}/comments/", {"text": "Hm", "name": "Ann"})
    comment = Comment.objects.get()
    actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="attack", note="Mind your tone.")
    address = f"/discussion/threads/{comment.thread_id}/marks/"
    assert "Mind your tone." in client.get(address).json()["held"]
    client.cookies.clear()
    assert "Mind your tone." not in client.get(address).content.decode()


# Sanctions


def impose(comment, moderator, kind, **fields):
    return actions.impose_sanction(comment_id=comment.id, moderator=moderator, kind=kind, rule="attack", **fields)


def test_a_warning_is_acknowledged_before_the_next_comment(client, article, moderator):
    comment = bring(article, 1, author_key=GUEST.key)
    warning = impose(comment, moderator, "warning", note="Please stay calm.")
    with pytest.raises(rules.Sanctioned) as refused:
        post(article, text="Next")
    assert "Please stay calm." in refused.value.sentence
    address = addresses.sanction_address(warning)
    client.get(address)
    with pytest.raises(rules.Sanctioned):
        post(article, text="Next")
    client.post(address)
    assert post(article, text="Next").is_published


@pytest.mark.parametrize("kind, fields", [("banned", {}), ("suspended", {"until": timedelta(days=3)})])
def test_who_is_suspended_or_banned_neither_posts_edits_votes_nor_reports(article, moderator, kind, fields):
    fields = {name: timezone.now() + value for name, value in fields.items()}
    comment, other = bring(article, 1, author_key=GUEST.key), bring(article, 2)
    sanction = impose(comment, moderator, kind, **fields)
    for attempt in (
        lambda: post(article, text="Next"),
        lambda: actions.edit_comment(comment_id=comment.id, identity=GUEST, text="Other"),
        lambda: actions.vote(comment_id=other.id, identity=GUEST, value=1),
        lambda: actions.report_comment(comment_id=other.id, identity=GUEST, rule="spam"),
    ):
        with pytest.raises(rules.Sanctioned):
            attempt()
    actions.lift_sanction(sanction_id=sanction.id, moderator=moderator)
    assert post(article, text="Next").is_published


def test_a_suspension_ends_by_itself_and_who_is_slowed_down_waits(article, moderator):
    comment = bring(article, 1, author_key=GUEST.key)
    impose(comment, moderator, "suspended", until=timezone.now() + timedelta(days=1))
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert post(article, text="Next").is_published
        impose(comment, moderator, "slowed", minutes=30)
        with pytest.raises(rules.Sanctioned):
            post(article, text="At once")
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=32)):
        assert post(article, text="After half an hour").is_published


def test_a_given_address_binds_guests_who_give_it_and_never_an_account(article, moderator, django_user_model):
    comment = bring(article, 1, author_key=GUEST.key, email="ann@example.org")
    impose(comment, moderator, "banned")
    assert Mail.objects.get().to == "ann@example.org"
    with pytest.raises(rules.Refused):
        post(article, OTHER, email="Ann@example.org")
    reader = django_user_model.objects.create_user("ann@example.org", name="Ann")
    assert post(article, Identity(f"user:{reader.pk}", reader.pk, "Ann", False), email="ann@example.org").id


def test_sanctions_have_their_measure_and_spare_staff(article, moderator):
    comment, staff = bring(article, 1), bring(article, 2, by_staff=True)
    for target, kind, fields in (
        (comment, "suspended", {}),
        (comment, "suspended", {"until": timezone.now() + timedelta(days=400)}),
        (comment, "slowed", {}),
        (comment, "slowed", {"minutes": 1}),
        (comment, "hidden", {}),
        (staff, "banned", {}),
    ):
        with pytest.raises(rules.Refused):
            impose(target, moderator, kind, **fields)
    assert not Sanction.objects.exists()


# The desk and the record


def fill(article, size):
    for number in range(size):
        bring(article, f"held {number}", state=State.HELD)
        comment = bring(article, number)
        report(comment, f"r{number}")
        Comment.objects.filter(pk=comment.pk).update(is_new=True)


def fill_decisions(article, moderator, size):
    for number in range(size):
        removal = remove(article, moderator, number=f"removed {number}")
        actions.appeal(removal_id=removal.id, text="Please look again.")
        actions.impose_sanction(comment_id=removal.comment_id, moderator=moderator, kind="warning", rule="attack")


SCREENS = ["", "appeals/", "sanctions/", "log/", *(f"?show={show}" for show in desk.QUEUES)]


def test_a_screen_of_the_desk_costs_the_same_at_any_length(client, article, moderator):
    client.force_login(moderator)
    costs = {}
    # One, and more than two screens of them.
    for size in (1, 60):
        Thread.objects.all().delete()
        Sanction.objects.all().delete()
        fill(article, size)
        fill_decisions(article, moderator, size)
        client.get("/admin/discussion/")
        for screen in SCREENS:
            with CaptureQueriesContext(connection) as captured:
                page = client.get(f"/admin/discussion/{screen}")
            assert page.status_code == 200
            costs.setdefault(screen, set()).add(sum("discussion_" in query["sql"] for query in captured))
    assert all(len(numbers) == 1 for numbers in costs.values()), costs
    assert max(max(numbers) for numbers in costs.values()) <= 8


@pytest.mark.parametrize("screen", ["appeals/", "sanctions/"])
def test_paging_appeals_and_sanctions_meets_each_once(client, article, moderator, screen):
    fill_decisions(article, moderator, 55)
    client.force_login(moderator)
    seen, address = [], f"/admin/discussion/{screen}"
    while address:
        page = client.get(address)
        rows = page.context.get("cases") or page.context["sanctions"]
        seen += [str(getattr(row, "appeal", row).pk) for row in rows]
        following = page.context["following"]
        assert not following or f"after={quote(following)}" in page.content.decode()
        address = f"/admin/discussion/{screen}?after={quote(following)}" if following else ""
    assert len(seen) == len(set(seen)) == 55


@pytest.mark.parametrize("show", ["held", "reported", "new", "all"])
def test_paging_a_queue_meets_everything_once(article, moderator, show):
    fill(article, 30)
    seen, cursor = [], ""
    while True:
        page = desk.page_of(desk.QUEUES[show], cursor)
        seen += [item.comment.id for item in page.items]
        if not (cursor := page.next_cursor):
            break
    assert len(seen) == len(set(seen)) == (60 if show == "all" else 30)


def test_a_desk_item_says_why_it_is_here_and_who_wrote_it(client, article, moderator):
    comment = bring(article, 1, author_key=GUEST.key)
    gone = bring(article, 2, author_key=GUEST.key)
    actions.remove_comment(comment_id=gone.id, moderator=moderator, rule="attack")
    for number in range(3):
        report(comment, number, note=f"Note {number}")
    item = desk.item_of(comment.id)
    assert item.why == ["reported by 3"] and item.record == "1 approved · 1 removed"
    client.force_login(moderator)
    page = client.get(f"/admin/discussion/comments/{comment.id}/?q=bridge").content.decode()
    assert "Note 2" in page and "Move here" in page
    assert f"/admin/corrections/new/?article={article.pk}&amp;source=comment:{comment.id}" in page


def test_many_are_decided_in_one_press_and_undone_in_one(client, article, moderator):
    client.force_login(moderator)
    held = [post(article, Identity(f"guest:{n}", None, "", False), text=f"Held {n}") for n in range(3)]
    answer = client.post(
        "/discussion/decisions/", {"deed": "approve", "comment": [str(comment.id) for comment in held]}
    )
    assert Comment.objects.filter(state=State.PUBLISHED).count() == 3
    assert "undo=" in answer.url
    page = client.get(answer.url).content.decode()
    batch = ModerationLog.objects.first().batch
    assert f"/discussion/undo/{batch}/" in page
    client.post(f"/discussion/undo/{batch}/")
    assert Thread.objects.get().held_count == 3 and Thread.objects.get().comment_count == 0


def test_the_desk_and_its_deeds_are_for_moderators(client, article, django_user_model):
    comment = bring(article, 1)
    client.force_login(django_user_model.objects.create_user("reader@example.org"))
    for name in ("keeping", "hold", "pin", "unpin", "pick", "unpick", "branch/close", "branch/open", "move", "merging", "sanction"):  # fmt: skip
        assert client.post(f"/discussion/comments/{comment.id}/{name}/").status_code == 403
    assert (
        client.post(
            "/discussion/decisions/", {"deed": "remove", "rule": "spam", "comment": str(comment.id)}
        ).status_code
        == 403
    )
    assert client.get(f"/admin/discussion/comments/{comment.id}/").status_code == 302
    assert fresh(comment).is_published and not ModerationLog.objects.exists()


def test_the_public_record_counts_and_names_nobody(client, article, moderator):
    comment = bring(article, 1, name="Ann Secret", text="Secret words")
    actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="attack", note="Secret note")
    page = client.get("/moderation-record/").content.decode()
    assert "an attack on a person" in page
    for secret in ("Secret", "Mo<", str(comment.id), article.title):
        assert secret not in page
    with CaptureQueriesContext(connection) as captured:
        client.get("/moderation-record/")
    assert sum("discussion_" in query["sql"] for query in captured) <= 3


def test_the_record_is_paged_by_cursor(client, article, moderator):
    comment = bring(article, 1)
    for _number in range(60):
        actions.close_thread(thread_id=comment.thread_id, moderator=moderator)
        actions.open_thread(thread_id=comment.thread_id, moderator=moderator)
    address, seen = "/moderation-record/", 0
    while address:
        page = client.get(address).content.decode()
        seen += page.count("<li><time")
        address = (
            f"/moderation-record/{page.split('href="?earlier=')[1].split('"')[0].join(['?earlier=', ''])}"
            if "?earlier=" in page
            else ""
        )
    assert seen == 120
    assert client.get("/moderation-record/?earlier=x").status_code == 404


# Badges


def test_badges_say_what_was_true_when_it_was_written(client, article, django_user_model):
    writer = django_user_model.objects.create_user("w@example.org", name="Ida", is_staff=True)
    supporter = django_user_model.objects.create_user(
        "s@example.org", name="Sue", supporter_until=timezone.now() + timedelta(days=30)
    )
    byline = make_byline(article, "Ida")
    byline.account = writer
    byline.save()
    address = f"/discussion/pages/{article.pk}/comments/"
    client.force_login(writer)
    client.post(address, {"text": "By the author", "name": "Ida"})
    client.force_login(supporter)
    client.post(address, {"text": "Not shown"})
    client.post("/account/", {"name": "Sue", "shows_support": "on"})
    client.post(address, {"text": "Shown"})
    by_author, hidden, shown = Comment.objects.order_by("created_at")
    assert by_author.by_author and by_author.is_published and not by_author.by_newcomer
    assert (hidden.by_supporter, shown.by_supporter) == (False, True)
    assert shown.by_newcomer
    client.post("/account/", {"name": "Sue"})
    shown.refresh_from_db()
    assert not shown.by_supporter, "who does not wish it any more is not shown as one anywhere"


def test_a_lone_moderator_finds_the_appeal_at_the_desk_and_decides_there(client, article, moderator):
    removal = remove(article, moderator)
    appeal = actions.appeal(removal_id=removal.id, text="Please look again.")
    client.force_login(moderator)
    page = client.get("/admin/discussion/appeals/").content.decode()
    assert "Please look again." in page and "Bring the comment back" in page
    client.post(f"/discussion/appeals/{appeal.id}/decision/", {"outcome": "grant", "answer": "You are right."})
    assert fresh(removal.comment).is_published


def test_who_waited_is_told_once_that_their_comment_has_appeared(article, moderator, work_off):
    waited, undone = post(article, email="ann@example.org"), post(article, text="Other", email="ann@example.org")
    silent = post(article, OTHER, text="No address")
    for comment in (waited, undone, silent):
        actions.approve_comment(comment_id=comment.id, moderator=moderator)
    actions.hold_comment(comment_id=undone.id, moderator=moderator)
    work_off()
    assert not Mail.objects.exists(), "an approval may still be undone"
    with time_machine.travel(timezone.now() + rules.SECOND_THOUGHTS + timedelta(minutes=1)):
        work_off()
        actions.hold_comment(comment_id=waited.id, moderator=moderator)
        actions.approve_comment(comment_id=waited.id, moderator=moderator)
    with time_machine.travel(timezone.now() + 3 * rules.SECOND_THOUGHTS):
        work_off()
    (sent,) = Mail.objects.all()
    assert sent.to == "ann@example.org" and f"/discussion/comments/{waited.id}/" in sent.text
