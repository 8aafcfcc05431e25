"""Earlier gifts belong to an account once its address is confirmed, and not before."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.utils import timezone

from pennypress.funding import actions, booking
from pennypress.funding.models import Cancellation, Gift, Pledge
from pennypress.funding.providers.base import Refunded


@pytest.fixture
def gift(newsroom):
    pledge = Pledge.objects.create(email="Ada@example.org", amount=1000, currency="EUR", provider="fake", active=True)
    made = Gift.objects.create(
        key="a", amount=1000, currency="EUR", provider="fake", email="Ada@example.org", pledge=pledge
    )
    booking.book_capture(gift=made, amount=1000, happened_at=timezone.now())
    made.refresh_from_db()
    return made


@pytest.fixture
def ada(django_user_model, client):
    user = django_user_model.objects.create_user(email="ada@example.org", name="Ada")
    EmailAddress.objects.create(user=user, email="ada@example.org", primary=True, verified=False)
    client.force_login(user)
    return user


def confirm(user):
    address = EmailAddress.objects.get(user=user)
    address.set_verified()
    email_confirmed.send(sender=EmailAddress, request=None, email_address=address)
    user.refresh_from_db()


def test_an_unconfirmed_address_shows_nothing_changes_nothing_and_brings_no_badge(client, gift, ada):
    page = client.get("/account/gifts/").content.decode()
    assert "€10" not in page and "None of your addresses is confirmed" in page
    assert client.get(f"/account/gifts/{timezone.localdate().year}/").status_code == 404
    assert client.post("/account/gifts/", {"pledge": gift.pledge_id, "do": "end"}).status_code == 404
    email_confirmed.send(sender=EmailAddress, request=None, email_address=EmailAddress.objects.get())
    ada.refresh_from_db()
    assert ada.supporter_until is None and not Cancellation.objects.exists()


def test_once_it_is_confirmed_earlier_gifts_are_the_accounts_and_the_badge_follows(client, gift, ada):
    confirm(ada)
    assert ada.supporter_until > timezone.now()
    assert 'href="/account/gifts/"' in client.get("/account/").content.decode()
    page = client.get("/account/gifts/").content.decode()
    assert "You give €10 every month" in page and f"Receipt {timezone.localdate().year}-00001" in page
    assert client.get(f"/account/gifts/{timezone.localdate().year}/").status_code == 200
    assert client.post("/account/gifts/", {"pledge": gift.pledge_id, "do": "end", "key": "a"}).status_code == 302
    assert Cancellation.objects.get().pledge == gift.pledge


def test_a_gift_that_went_back_whole_brings_no_badge(gift, ada):
    booking.book_refund(gift=gift, key="r", amount=1000, happened_at=timezone.now())
    confirm(ada)
    assert ada.supporter_until is None


def back(gift, amount, key):
    actions.settle(provider="fake", facts=[Refunded(gift.payment, key, amount, timezone.now(), None)])


def test_the_badge_goes_with_the_last_of_the_money_and_stays_for_what_other_gifts_say(gift, ada):
    confirm(ada)
    Gift.objects.filter(pk=gift.pk).update(payment="pay_1")
    gift.refresh_from_db()
    back(gift, 400, "r1")
    ada.refresh_from_db()
    assert ada.supporter_until > timezone.now()
    other = Gift.objects.create(key="b", amount=500, currency="EUR", provider="fake", email="ADA@example.org")
    booking.book_capture(gift=other, amount=500, happened_at=timezone.now() - timedelta(days=10))
    back(gift, 600, "r2")
    ada.refresh_from_db()
    assert timezone.now() + timedelta(days=20) < ada.supporter_until < timezone.now() + timedelta(days=26)
    Gift.objects.filter(pk=other.pk).update(payment="pay_2")
    other.refresh_from_db()
    back(other, 500, "r3")
    ada.refresh_from_db()
    assert ada.supporter_until is None


def test_who_gives_every_year_is_a_supporter_for_a_year(gift, ada):
    Pledge.objects.update(interval="year")
    confirm(ada)
    assert timezone.now() + timedelta(days=365) < ada.supporter_until < timezone.now() + timedelta(days=371)


def test_another_account_sees_nothing_of_it(client, gift, ada, django_user_model):
    confirm(ada)
    eve = django_user_model.objects.create_user(email="eve@example.org", name="Eve")
    EmailAddress.objects.create(user=eve, email="eve@example.org", primary=True, verified=True)
    client.force_login(eve)
    assert "€10" not in client.get("/account/gifts/").content.decode()
    client.logout()
    assert client.get("/account/gifts/").status_code == 302
