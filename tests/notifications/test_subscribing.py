"""Who is subscribed, when, and by whom: a stranger can begin nothing and learns nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from pennypress.notifications import actions, links, rules
from pennypress.notifications.actions.subscribing import Outcome
from pennypress.notifications.models import Mail, Recipient, Subscription
from tests.factories import make_article
from tests.notifications.conftest import make_member
from tests.notifications.ground import ANN, BOB, confirmed, identity_of, links_in, path_of, subscribe, told


def state():
    """All that a link could change."""
    rows = list(Subscription.objects.order_by("pk").values_list("pk", "confirmed_at", "frequency"))
    return rows, list(Recipient.objects.order_by("pk").values_list("pk", "browser_key", "refused_at", "paused_at"))


def confirm_link():
    return path_of(links_in(Mail.objects.latest("created_at").text)[1])


def test_a_guest_is_told_after_pressing_the_button_in_the_mail(client, article):
    assert subscribe(article) == Outcome.ASKED
    assert Subscription.objects.get().confirmed_at is None
    address = confirm_link()
    assert "Tell me of" in client.get(address).content.decode()
    assert Subscription.objects.get().confirmed_at is None
    answer = client.post(address, {"deed": "confirm", "chosen": str(Subscription.objects.get().pk)})
    assert "you will be told" in answer.content.decode()
    assert Subscription.objects.get().confirmed_at


def test_scanners_that_open_every_link_change_nothing(client, article, work_off):
    ann = confirmed(article)
    actions.mail_link(email=ann.email)
    subscribe(make_article(article.get_parent().specific, title="Another"), "carl@example.org")
    from tests.notifications.ground import post

    post(article)
    work_off()
    assert len(mail.outbox) == 4
    before = state()
    opened = 0
    for message in mail.outbox:
        for link in links_in(message.body) + links_in(message.extra_headers.get("List-Unsubscribe", "").strip("<>")):
            assert client.get(path_of(link)).status_code == 200, link
            assert client.head(path_of(link)).status_code == 200
            opened += 1
    assert opened >= 8
    assert state() == before


def test_an_address_is_asked_once_a_day_whoever_asks(article):
    other = make_article(article.get_parent().specific, title="Another")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for identity in (ANN, BOB):
            for page in (article, other):
                assert subscribe(page, identity=identity) == Outcome.ASKED
        assert Mail.objects.count() == 1
        clock.shift(rules.ASK_AGAIN_AFTER - timedelta(seconds=1))
        subscribe(article, identity=BOB)
        assert Mail.objects.count() == 1
        clock.shift(timedelta(seconds=2))
        subscribe(article, identity=BOB)
        assert Mail.objects.count() == 2


def test_what_a_stranger_asked_for_is_not_confirmed_along_with_ones_own(client, article):
    other = make_article(article.get_parent().specific, title="A stranger's joke")
    subscribe(article)
    mine = Subscription.objects.get()
    subscribe(other, identity=BOB)
    address = confirm_link()
    page = client.get(address).content.decode()
    assert page.count("checked") == 1 and "stranger" in page
    client.post(address, {"deed": "confirm", "chosen": str(mine.pk)})
    assert Subscription.objects.get().pk == mine.pk


def test_the_browser_that_confirmed_needs_no_second_mail_and_another_does(client, article):
    subscribe(article)
    client.post(confirm_link(), {"deed": "confirm", "chosen": str(Subscription.objects.get().pk)})
    other = make_article(article.get_parent().specific, title="Another")
    form = {"kind": "comments", "email": "ann@example.org"}
    said = client.post(f"/discussion/pages/{other.pk}/subscriptions/", form, headers={"X-Fragment": "1"})
    assert said.content.decode() == "You will be told."
    assert Subscription.objects.exclude(confirmed_at=None).count() == 2
    client.cookies.clear()
    third = make_article(article.get_parent().specific, title="Third")
    said = client.post(f"/discussion/pages/{third.pk}/subscriptions/", form, headers={"X-Fragment": "1"})
    assert "look into your mail" in said.content.decode()
    assert Subscription.objects.exclude(confirmed_at=None).count() == 2


def test_a_stranger_is_told_the_same_of_every_address_and_changes_nothing(client, article, member):
    confirmed(article, "ann@example.org")
    actions.refuse(recipient=Recipient.objects.create(email="no@example.org"))
    before = Subscription.objects.exclude(confirmed_at=None).values_list("pk", "frequency")[0]
    answers = set()
    for email in ("ann@example.org", "no@example.org", "new@example.org", member.email):
        form = {"kind": "comments", "email": email, "frequency": "daily"}
        answers.add(client.post(f"/discussion/pages/{article.pk}/subscriptions/", form).content)
    assert len(answers) == 1
    assert before in Subscription.objects.exclude(confirmed_at=None).values_list("pk", "frequency")
    assert not Subscription.objects.filter(recipient__email="no@example.org").exists()


def test_who_refused_is_asked_no_more(client, article):
    subscribe(article)
    client.post(confirm_link(), {"deed": "refuse"})
    assert not Subscription.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        assert subscribe(article) == Outcome.ASKED
    assert Mail.objects.count() == 1


def test_a_member_with_a_verified_address_needs_no_mail_and_another_address_does_not_count(article, member):
    assert subscribe(article, "somebody@example.org", identity=identity_of(member)) == Outcome.SUBSCRIBED
    assert Recipient.objects.get().email == member.email
    assert not Mail.objects.exists()


def test_a_member_without_a_verified_address_is_asked_like_a_guest(article, django_user_model):
    user = django_user_model.objects.create_user("new@example.org")
    assert subscribe(article, "", identity=identity_of(user)) == Outcome.ASKED
    assert Mail.objects.get().to == "new@example.org"


def test_what_one_subscribed_to_as_a_guest_is_ones_own_as_a_member(article, django_user_model):
    guest = confirmed(article)
    user = make_member(django_user_model, "ann@example.org")
    assert actions.member_recipient(user) == Recipient.objects.get(pk=guest.pk, user=user)


def test_a_members_subscriptions_follow_their_address(article, member):
    subscribe(article, identity=identity_of(member))
    guest = confirmed(make_article(article.get_parent().specific, title="Another"), "mia@new.example.org")
    member.emailaddress_set.create(email="mia@new.example.org", verified=True)
    member.email = "mia@new.example.org"
    member.save()
    actions.follow_address(user=member)
    own = Recipient.objects.get()
    assert (own.email, own.user, own.subscriptions.count()) == ("mia@new.example.org", member, 2)
    assert own.pk != guest.pk


def test_a_link_that_is_too_old_says_so_and_gives_a_new_one(client, article):
    subscribe(article)
    address = confirm_link()
    with time_machine.travel(timezone.now() + rules.CONFIRM_LIFE + timedelta(hours=1)):
        answer = client.get(address)
        assert answer.status_code == 410 and "is over" in answer.content.decode()
        client.post(address, {"deed": "confirm", "chosen": str(Subscription.objects.get().pk)})
        assert Subscription.objects.get().confirmed_at is None
        client.post(address, {"deed": "renew"})
        assert Mail.objects.count() == 2 and confirm_link() != address
        assert client.get(confirm_link()).status_code == 200


def test_an_old_link_to_stop_stops_nothing_but_mails_a_new_one(client, article):
    ann = confirmed(article)
    address = path_of(links.link(links.STOP, [ann.pk, ann.subscriptions.get().pk]))
    with time_machine.travel(timezone.now() + rules.STOP_LIFE + timedelta(days=1)):
        assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 410
        assert Subscription.objects.exists()
        client.post(address, {"deed": "renew"})
        assert "/notifications/mine/" in Mail.objects.latest("created_at").text


@pytest.mark.parametrize("address", ["confirm", "stop", "mine"])
def test_a_forged_link_and_one_of_another_purpose_lead_nowhere(client, article, address):
    ann = confirmed(article)
    for purpose in (links.CONFIRM, links.STOP, links.MINE):
        if purpose.name != address:
            signed = links.token(purpose, [ann.pk])
            assert client.post(f"/notifications/{address}/{signed}/", {"deed": "end-all"}).status_code == 404
    assert client.get(f"/notifications/{address}/x:y:z/").status_code == 404
    assert Subscription.objects.exists()


def test_a_link_that_was_used_ends_nothing_that_began_later_and_a_changed_one_nothing_at_all(client, article):
    ann = confirmed(article)
    token = links.token(links.STOP, [ann.pk, ann.subscriptions.get().pk])
    others = confirmed(article, "bob@example.org")
    ids, _, signature = token.partition(":")
    other_ids = links.token(links.STOP, [others.pk, others.subscriptions.get().pk]).partition(":")[0]
    for changed in (f"{other_ids}:{signature}", f"{ids.partition('.')[0]}:{signature}", f"{token}x", token[:-1]):
        assert client.post(f"/notifications/stop/{changed}/").status_code == 404
    assert Subscription.objects.count() == 2
    assert client.post(f"/notifications/stop/{token}/").status_code == 200
    again = confirmed(article).subscriptions.get()
    client.post(f"/notifications/stop/{token}/")
    assert list(ann.subscriptions.all()) == [again]


def test_a_mail_provider_unsubscribes_without_cookies_from_its_own_site(client, article):
    from django.test import Client

    ann = confirmed(article)
    kept = confirmed(make_article(article.get_parent().specific, title="Another")).subscriptions.latest("pk")
    first = ann.subscriptions.exclude(pk=kept.pk).get()
    address = path_of(links.link(links.STOP, [ann.pk, first.pk]))
    provider = Client(enforce_csrf_checks=True)
    foreign = {"origin": "https://mail.example.com", "sec-fetch-site": "cross-site"}
    answer = provider.post(
        address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded", headers=foreign
    )
    assert answer.status_code == 200
    assert list(ann.subscriptions.all()) == [kept]
    # The page of all subscriptions takes nothing from elsewhere.
    mine = path_of(links.link(links.MINE, [ann.pk]))
    assert provider.post(mine, {"deed": "end-all"}, headers=foreign).status_code == 403
    assert list(ann.subscriptions.all()) == [kept]


def test_a_guest_sees_and_changes_all_subscriptions_by_a_mailed_link(client, article, work_off):
    ann = confirmed(article)
    assert client.post("/notifications/", {"email": "nobody@example.org"}).status_code == 200
    unknown = client.post("/notifications/", {"email": "nobody@example.org"}).content
    assert client.post("/notifications/", {"email": "Ann@example.org"}).content == unknown
    work_off()
    (link,) = [link for m in mail.outbox for link in links_in(m.body) if "/mine/" in link]
    address = path_of(link)
    assert article.title in client.get(address).content.decode()
    client.post(address, {"deed": "frequency", "kind": "comments", "frequency": "daily"})
    assert ann.subscriptions.get().frequency == "daily"
    client.post(address, {"deed": "frequency", "kind": "comments", "frequency": "site"})
    assert ann.subscriptions.get().frequency == "daily"
    client.post(address, {"deed": "pause"})
    assert "Paused since" in client.get(address).content.decode()
    client.post(address, {"deed": "resume"})
    client.post(address, {"deed": "end", "subscription": str(ann.subscriptions.get().pk)})
    assert not Subscription.objects.exists()
    with time_machine.travel(timezone.now() + rules.MINE_LIFE + timedelta(minutes=1)):
        assert client.get(address).url == "/notifications/"


def test_nobody_ends_anothers_subscription(client, article, member):
    ann = confirmed(article)
    actions.member_recipient(member)
    client.force_login(member)
    client.post("/account/subscriptions/", {"deed": "end", "subscription": str(ann.subscriptions.get().pk)})
    assert ann.subscriptions.exists()


def test_links_are_mailed_a_few_times_a_day_and_only_so_often(client, article):
    confirmed(article)
    Mail.objects.all().delete()
    answers = [client.post("/notifications/", {"email": "ann@example.org"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert Mail.objects.count() == rules.LINKS_PER_ADDRESS.count


def test_a_program_is_stopped(client, article):
    form = {"kind": "comments", "email": "a@example.org"}
    address = f"/discussion/pages/{article.pk}/subscriptions/"
    assert client.post(address, {**form, "website": "x"}).status_code == 422
    assert client.post(address, {**form, "kind": "everything"}).status_code == 422
    assert client.post(address, {"kind": "comments"}).status_code == 422
    assert client.post(address, form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not Recipient.objects.exists()
    answers = [client.post(address, form).status_code for _ in range(rules.SUBSCRIBE_PER_PERSON.count)]
    assert answers[0] == 200 and answers[-1] == 429


def test_questions_that_wait_for_one_address_are_few(article):
    thread_page = article.get_parent().specific
    for number in range(rules.MAX_UNCONFIRMED + 2):
        subscribe(make_article(thread_page, title=f"Joke {number}", live=False), identity=BOB)
    assert Subscription.objects.count() == rules.MAX_UNCONFIRMED


def test_what_nobody_confirms_is_forgotten(article):
    subscribe(article)
    with time_machine.travel(timezone.now() + rules.UNCONFIRMED_KEPT + timedelta(days=1)):
        actions.forget_old()
        actions.forget_old()
    assert not Subscription.objects.exists() and not Recipient.objects.exists()


def test_the_form_of_a_comment_subscribes_and_asks_for_the_address_first(client, article):
    address = f"/discussion/pages/{article.pk}/comments/"
    form = {"text": "Hi", "name": "Ann", "notify": "replies"}
    refused = client.post(address, form)
    assert refused.status_code == 422 and "give an e-mail address" in refused.content.decode()
    assert '<option value="replies" selected>' in refused.content.decode()
    posted = client.post(address, {**form, "email": "ann@example.org"}, headers={"X-Fragment": "1"})
    assert posted.status_code == 201 and "look%20into%20your%20mail" in posted["X-Said"]
    assert Subscription.objects.get().kind == "replies"
    followed = client.post(
        address, {**form, "text": "More", "email": "ann@example.org", "notify": "comments"}, follow=True
    )
    assert "look into your mail" in followed.content.decode()


def test_a_member_changes_what_they_are_told_at_their_account(client, article, member):
    subscribe(article, identity=identity_of(member))
    assert client.get("/account/subscriptions/").status_code == 302
    client.force_login(member)
    page = client.get("/account/subscriptions/")
    assert article.title in page.content.decode() and "no mail, only on this site" in page.content.decode()
    client.post("/account/subscriptions/", {"deed": "frequency", "kind": "comments", "frequency": "site"})
    assert Subscription.objects.get().frequency == "site"
    client.post("/account/subscriptions/", {"deed": "end-all"})
    assert not Subscription.objects.exists() and told() == []
