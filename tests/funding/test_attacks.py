"""Somebody tries stolen cards on the giving screen: what reaches a provider, what readers notice, what the newsroom is told."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from pennypress.delivery import proof
from pennypress.delivery.limits import TooMany
from pennypress.delivery.models import Spending
from pennypress.delivery.networks import neighbourhood_key_of, network_key_of
from pennypress.funding import actions, rules
from pennypress.funding.actions import Caller, ProofNeeded, admit
from pennypress.funding.attacks import current_attack, rush
from pennypress.funding.health import payment_problems
from pennypress.funding.ledger import check
from pennypress.funding.models import Attack, Gift, GiftState, ProviderCall
from pennypress.funding.queries import current_meter
from pennypress.funding.rules import Refused
from pennypress.notifications.models import Mail
from tests.proof import challenge_in, solved

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
FORM = {"often": "once", "own": "5", "email": "a@example.org", "key": "k"}


@pytest.fixture
def cheap(monkeypatch):
    """Work that a test can do thousands of times; a browser's takes a third of a second."""
    monkeypatch.setattr(proof, "ROUNDS", 1)
    monkeypatch.setattr(proof, "FEWEST_ATTEMPTS", 1)
    monkeypatch.setattr(proof, "MOST_ATTEMPTS", 3)


@pytest.fixture
def frozen():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def caller(address, proof=""):
    return Caller(network_key_of(address), neighbourhood_key_of(address), proof)


def attempt(address, *, email, key, works=False, mailed=False):
    """What the giving screen does with one press of the button: what came of it, in a word."""
    try:
        at_once = admit(caller=caller(address, "mail" if mailed else ""), email=email, form=key, amount=100)
    except ProofNeeded as needed:
        if not works:
            return "asked for work"
        try:
            at_once = admit(caller=caller(address, solved(needed.challenge)), email=email, form=key, amount=100)
        except TooMany:
            return "too many"
    except TooMany:
        return "too many"
    gift = actions.start_gift(email=email, amount=100, key=f"{key}{address}", provider="fake")
    if at_once:
        actions.open_payment(gift_id=gift.pk)
        return "reached"
    actions.mail_payment_link(gift=gift)
    return "mailed"


def a_network(chance):
    if chance.random() < 0.3:
        return f"2001:db8:{chance.randrange(65536):x}:{chance.randrange(65536):x}::1"
    return ".".join(str(chance.randint(1, 223)) for _byte in range(4))


def test_of_ten_thousand_attempts_a_hundred_reach_a_provider(newsroom, frozen, cheap):
    """One form sent for ever, thousands of networks, programs that work, and programs that ask for mail, all at once."""
    chance, came = random.Random(5), {}
    kinds = ["one form"] * 3 + ["many networks"] * 3 + ["works"] * 2 + ["mail"] * 2
    for number in range(10_000):
        kind = chance.choice(kinds)
        if kind == "one form":
            what = attempt("203.0.113.7", email=f"x+{number}@example.org", key="one")
        else:
            what = attempt(
                a_network(chance), email=f"x{number}@example.org", key=f"k{number}", works=kind == "works",
                mailed=kind == "mail",
            )  # fmt: skip
        came[what] = came.get(what, 0) + 1
    reached = ProviderCall.objects.filter(verb=ProviderCall.Verb.CHECKOUT).count()
    print(f"10,000 attempts: {came}")
    assert reached == came["reached"] <= rules.HEAT.count + rules.PROVEN_ON_SITE.count < 100
    assert came["mailed"] <= rules.MAILED_ON_SITE.count
    # What was not admitted left neither gift nor mail; what was moved nothing.
    assert Gift.objects.count() == came["reached"] + came["mailed"]
    assert Mail.objects.count() == came["mailed"]
    assert current_meter().raised == 0 == current_meter().promised and check() == []
    assert rush().hot and any("stolen cards" in sentence for sentence in payment_problems())


def test_one_network_one_block_one_mailbox_and_one_form_have_each_their_share(newsroom, frozen, monkeypatch):
    monkeypatch.setattr(rules, "HEAT", rules.Limit("heat", 10**6, 600))
    address = iter(f"198.51.{number // 250}.{number % 250 + 1}" for number in range(10**4))

    def until_too_many(**same):
        for number in range(100):
            fields = {"email": f"{len(same)}{number}@example.org", "key": f"{same}{number}", **same}
            if attempt(fields.pop("address", None) or next(address), **fields) == "too many":
                return number

    assert until_too_many(address="192.0.2.1") == rules.STARTS_PER_NETWORK.count
    assert until_too_many(key="same") == rules.STARTS_PER_FORM.count
    assert until_too_many(email="Same@example.org") == rules.STARTS_PER_ADDRESS.count
    # Another way to write the same mailbox, and another address of the same house.
    with pytest.raises(TooMany):
        admit(caller=caller(next(address)), email="same+2@EXAMPLE.org", form="n", amount=100)
    for number in range(rules.STARTS_PER_NETWORK.count):
        admit(caller=caller("2001:db8::1"), email=f"h{number}@example.org", form=f"h{number}", amount=100)
    with pytest.raises(TooMany):
        admit(caller=caller("2001:db8::2"), email="h@example.org", form="h", amount=100)
    assert neighbourhood_key_of("203.0.113.1") == neighbourhood_key_of("203.0.113.200")
    assert neighbourhood_key_of("2001:db8:0:1::") == neighbourhood_key_of("2001:db8:0:ffff::")
    for number in range(rules.STARTS_PER_NEIGHBOURHOOD.count):
        admit(caller=caller(f"203.0.113.{number}"), email=f"b{number}@example.org", form=f"b{number}", amount=100)
    with pytest.raises(TooMany):
        admit(caller=caller("203.0.113.99"), email="b@example.org", form="b", amount=100)


def test_counts_hold_no_address_and_are_forgotten(newsroom, frozen):
    admit(caller=caller("192.0.2.1"), email="someone@example.org", form="k", amount=100)
    assert not Spending.objects.filter(who__contains="192.0").exists()
    assert not Spending.objects.filter(who__contains="someone").exists()
    from pennypress.delivery.limits import forget_ended

    frozen.shift(timedelta(days=2))
    forget_ended()
    assert not Spending.objects.exists()


def test_a_beginning_on_a_quiet_day_costs_five_statements(newsroom, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        assert admit(caller=caller("192.0.2.1"), email="a@example.org", form="k", amount=100)


@pytest.fixture
def hot(newsroom):
    for number in range(rules.HEAT.count):
        admit(caller=caller(f"198.51.{number}.1"), email=f"{number}@example.org", form=str(number), amount=100)


def test_when_many_begin_a_browser_works_and_its_work_is_good_once(client, hot):
    asked = client.post("/support/", FORM)
    page = asked.content.decode()
    assert asked.status_code == 428 and not Gift.objects.exists()
    assert 'value="a@example.org"' in page and 'value="5"' in page
    work = solved(challenge_in(page))
    first = client.post("/support/", {**FORM, "proof": work})
    assert first.status_code == 302 and Gift.objects.count() == 1 and not Mail.objects.exists()
    # The same work again, and work for another form, lead to the mailbox.
    again = client.post("/support/", {**FORM, "key": "other", "proof": work})
    assert again.status_code == 200 and "Look in your mail" in again.content.decode()
    assert ProviderCall.objects.count() == 1


@pytest.mark.parametrize("said", ["mail", "cannot", "x" * 5000])
def test_who_cannot_work_goes_on_by_mail(client, hot, said, work_off):
    """Without scripts, or on a page that is not secure."""
    page = client.post("/support/", FORM).content.decode()
    assert 'name="proof" value="mail"' in page and "a mail brings you the link" in page
    answer = client.post("/support/", {**FORM, "proof": said})
    assert "Look in your mail" in answer.content.decode()
    # Pressed again it is one mail; no provider has heard of it, and nothing is promised.
    client.post("/support/", {**FORM, "proof": said})
    mail = Mail.objects.get()
    assert not ProviderCall.objects.exists() and current_meter().promised == 0
    link = re.search(r"https?://[^/]+(/support/thanks/\S+)", mail.text)[1]
    assert "Nothing has been paid yet" in client.get(link).content.decode()
    paying = client.post(link)
    assert paying.status_code == 302
    client.post(paying.url, {"answer": "captured"})
    work_off()
    assert current_meter().raised == 500


def test_heat_passes(newsroom, frozen, hot):
    with pytest.raises(ProofNeeded):
        admit(caller=caller("192.0.2.1"), email="a@example.org", form="k", amount=100)
    frozen.shift(timedelta(minutes=21))
    assert admit(caller=caller("192.0.2.1"), email="a@example.org", form="k", amount=100)
    assert not rush().hot and payment_problems() == []


def test_too_many_is_said_on_the_page_with_what_was_typed(client, newsroom, frozen):
    for _number in range(rules.STARTS_PER_FORM.count):
        assert client.post("/support/", FORM).status_code == 302
    answer = client.post("/support/", FORM)
    page = answer.content.decode()
    assert answer.status_code == 429 and 'value="a@example.org"' in page
    assert "nothing was paid. Please try again in" in page


@pytest.fixture
def desk(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    return client


def test_the_newsroom_switches_it_on_with_who_when_and_why_and_it_ends_by_itself(desk, frozen):
    wish = {"why": "400 gifts of one euro", "hours": "6", "smallest": "5"}
    assert desk.post("/admin/funding/attacks/", wish).status_code == 302
    attack = Attack.objects.get()
    assert (attack.why, attack.smallest, attack.begun_by.email) == ("400 gifts of one euro", 500, "e@example.org")
    assert "is under attack, and guarded" in desk.get("/admin/funding/").content.decode()
    assert any("under attack" in sentence for sentence in payment_problems())
    small = desk.post("/support/", {**FORM, "own": "4.99"})
    assert small.status_code == 422 and "Just now the smallest gift is €5" in small.content.decode()
    assert desk.post("/support/", FORM).status_code == 428
    frozen.shift(timedelta(hours=6))
    assert current_attack() is None and payment_problems() == []
    assert desk.post("/support/", {**FORM, "own": "4.99"}).status_code == 302
    assert "400 gifts of one euro" in desk.get("/admin/funding/attacks/").content.decode()


def test_it_is_ended_by_hand_and_said_again_it_is_one(desk, frozen):
    wish = {"why": "a", "hours": "24", "smallest": "5"}
    desk.post("/admin/funding/attacks/", wish)
    frozen.shift(timedelta(minutes=1))
    desk.post("/admin/funding/attacks/", {**wish, "why": "b"})
    assert [one.why for one in Attack.objects.order_by("begun_at") if one.runs] == ["b"]
    desk.post("/admin/funding/attacks/end/")
    assert current_attack() is None and Attack.objects.filter(ended_by__isnull=False).count() == 2
    assert "ended by" in desk.get("/admin/funding/attacks/").content.decode()


@pytest.mark.parametrize("smallest", ["0", "abc", "99999999"])
def test_the_switch_takes_only_an_amount_that_can_be_given(desk, smallest):
    answer = desk.post("/admin/funding/attacks/", {"why": "a", "hours": "6", "smallest": smallest})
    assert answer.status_code == 200 and not Attack.objects.exists()


def test_the_switch_is_for_those_who_manage_money(client, newsroom, django_user_model):
    client.force_login(django_user_model.objects.create_user("r@example.org", is_staff=True))
    assert client.post("/admin/funding/attacks/", {"why": "a", "hours": "6", "smallest": "5"}).status_code in (302, 403)
    assert client.post("/admin/funding/attacks/end/").status_code in (302, 403)
    assert not Attack.objects.exists()


def test_the_desk_raises_an_alarm_when_many_begin(desk, hot):
    with pytest.raises(ProofNeeded):
        admit(caller=caller("192.0.2.1"), email="a@example.org", form="k", amount=100)
    assert "Somebody may be trying stolen cards" in desk.get("/admin/funding/").content.decode()


def test_under_attack_only_a_smaller_number_reaches_a_provider(newsroom, frozen, cheap, django_user_model):
    editor = django_user_model.objects.create_superuser("e@example.org")
    actions.begin_attack(why="w", lasts=timedelta(hours=1), smallest=100, by=editor)
    chance = random.Random(1)
    for number in range(200):
        attempt(a_network(chance), email=f"x{number}@example.org", key=f"k{number}", works=number % 2 == 0)
    assert ProviderCall.objects.count() == rules.PROVEN_ON_SITE.count
    with pytest.raises(Refused):
        admit(caller=caller("192.0.2.1"), email="a@example.org", form="k", amount=99)


def test_a_declined_payment_says_the_same_whatever_card_it_was(client, newsroom, work_off):
    pages = set()
    for key in ("a", "b"):
        page = client.post("/support/", {**FORM, "key": key}).url
        thanks = client.post(page, {"answer": "declined"}).url
        work_off()
        pages.add(re.sub(r"/support/thanks/[^\"/]+", "", client.get(thanks).content.decode()))
    assert len(pages) == 1 and "No money was taken" in pages.pop()
    assert not Gift.objects.filter(state=GiftState.CAPTURED).exists()
