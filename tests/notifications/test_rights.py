"""What a person is told of comes with the copy of everything about them, and goes with its erasure."""

import pytest

from pennypress.notifications import actions
from pennypress.notifications.models import Device, Notice, Recipient, Subscription
from pennypress.readers.rights import Person, parts
from tests.notifications.ground import ANN, confirmed, identity_of, post, subscribe, told


def part():
    """Ours, found as readers' rights find it: importing it here would put it before the others."""
    return next(part for part in parts() if part.name == "telling")


@pytest.mark.parametrize("who", ["member", "guest"])
def test_subscriptions_and_notices_are_copied_and_erased_for_one_person_alone(article, member, who):
    subscribe(article, identity=identity_of(member))
    guest = confirmed(article, "ann@example.org")
    actions.confirm(recipient=guest, chosen=[], browser=ANN)
    Device.objects.create(
        recipient=actions.member_recipient(member), endpoint="https://fcm.googleapis.com/x", public_key="k", secret="s"
    )
    post(article)
    told()
    people = {
        "member": Person((f"user:{member.pk}",), member.pk, (member.email,)),
        "guest": Person((ANN.key,), None, ()),
    }
    copy = part().export(people[who])
    assert [row["title"] for row in copy["subscriptions"]] == [article.title]
    assert len(copy["notices"]) == 1 and len(copy["devices"]) == (who == "member")
    assert part().erase(people[who]) and part().erase(people[who])
    assert part().export(people[who]) is None
    left = {"member": guest.email, "guest": member.email}[who]
    assert [each.email for each in Recipient.objects.all()] == [left]
    assert Subscription.objects.count() == Notice.objects.count() == 1
