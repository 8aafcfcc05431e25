import pytest
import time_machine
from django.utils import timezone

from pennypress.discussion import actions, holding, rules
from pennypress.discussion.models import Hold, HoldReason
from pennypress.discussion.trust import LONG_TRUSTED, REMOVALS_REMEMBERED, Record, Trust
from pennypress.notifications.models import Recipient
from tests.discussion.ground import GUEST, OTHER, bring, post


@pytest.mark.parametrize(
    "approved, removed, trust",
    [
        (0, 0, Trust.NEW),
        (1, 0, Trust.KNOWN),
        (19, 0, Trust.KNOWN),
        (20, 0, Trust.LONG),
        (0, 1, Trust.LOST),
        (5, 1, Trust.LOST),
        (6, 1, Trust.KNOWN),
        (24, 1, Trust.KNOWN),
        (25, 1, Trust.LONG),
    ],
)
def test_trust_grows_by_approved_comments_and_is_lost_by_removals(approved, removed, trust):
    assert Record(approved, removed).trust is trust


def by_guest(article, count, **fields):
    return [bring(article, f"old {n}", author_key=GUEST.key, **fields) for n in range(count)]


def why(comment):
    return [str(hold) for hold in Hold.objects.filter(comment=comment, lifted_at=None)]


def test_a_first_comment_says_why_it_waits_until_it_is_approved(article, moderator):
    comment = post(article)
    assert why(comment) == ["first comment"]
    actions.approve_comment(comment_id=comment.id, moderator=moderator)
    assert why(comment) == [] and Hold.objects.count() == 1


def test_who_lost_trust_waits_again_and_earns_it_back_with_time(article, moderator):
    for comment in by_guest(article, 2):
        actions.remove_comment(comment_id=comment.id, moderator=moderator, rule="attack")
    by_guest(article, 4)
    bring(article, "kept", author_key=GUEST.key)
    waiting = post(article, text="After a removal")
    assert why(waiting) == ["after removals"]
    with time_machine.travel(timezone.now() + REMOVALS_REMEMBERED):
        assert post(article, text="After a quarter of a year").is_published


def test_a_restored_comment_and_one_said_already_cost_no_trust(article, moderator):
    lifted, doubled, _kept = [bring(article, n, author_key=GUEST.key) for n in range(3)]
    actions.remove_comment(comment_id=lifted.id, moderator=moderator, rule="attack")
    assert post(article, text="One").is_held
    actions.restore_comment(comment_id=lifted.id, moderator=moderator)
    actions.remove_comment(comment_id=doubled.id, moderator=moderator, rule="duplicate")
    assert post(article, text="Two").is_published


def test_nobody_borrows_their_way_out_of_a_removal(article, moderator):
    bring(article, 1, name="Ann", email="ann@example.org")
    own = bring(article, 2, author_key=GUEST.key)
    actions.remove_comment(comment_id=own.id, moderator=moderator, rule="hate")
    assert why(post(article, name="Ann", email="ann@example.org")) == ["after removals"]
    assert post(article, identity=OTHER, name="Ann", email="ann@example.org").is_held
    Recipient.objects.create(email="ann@example.org", browser_key=OTHER.key)
    assert post(article, identity=OTHER, name="Ann", email="ann@example.org", text="Again").is_published


def test_removals_of_an_address_count_for_all_who_give_it(article, moderator):
    theirs = bring(article, 1, name="Ann", email="ann@example.org")
    actions.remove_comment(comment_id=theirs.id, moderator=moderator, rule="hate")
    assert why(post(article, name="Ann", email="ann@example.org")) == ["after removals"]


@pytest.fixture
def word(monkeypatch):
    def judge(draft):
        if "flood" in draft.text:
            yield holding.Reason(HoldReason.WORD, "flood")
        if "curse" in draft.text:
            raise rules.Refused("Not with this word.")

    monkeypatch.setattr(holding, "SCREENS", [*holding.SCREENS, holding.Screen(judge)])


def test_the_edit_path_has_every_screen_of_the_create_path(article, word):
    by_guest(article, 2)
    assert why(post(article, text="The flood")) == ["word: flood"]
    with pytest.raises(rules.Refused):
        post(article, text="The curse")
    calm = post(article, text="The calm")
    with pytest.raises(rules.Refused):
        actions.edit_comment(comment_id=calm.id, identity=GUEST, text="The curse")
    edited = actions.edit_comment(comment_id=calm.id, identity=GUEST, text="The flood")
    assert edited.is_held and why(edited) == ["word: flood"]
    actions.edit_comment(comment_id=calm.id, identity=GUEST, text="The flood again")
    assert why(edited) == ["word: flood"]


def test_staff_pass_and_the_long_trusted_where_a_screen_spares_them(article, word):
    assert post(article, text="flood", by_staff=True).is_published
    by_guest(article, LONG_TRUSTED)
    assert post(article, text="flood, said by a regular").is_published
    strict = holding.Screen(holding.SCREENS[-1].judge, spares_long_trusted=False)
    holding.SCREENS[-1] = strict
    assert post(article, text="flood, again").is_held
