"""Earlier gifts belong to an account once its address is confirmed, and not before."""

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.utils import timezone

from pennypress.funding import booking
from pennypress.funding.models import Cancellation, Gift, Pledge


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


def test_another_account_sees_nothing_of_it(client, gift, ada, django_user_model):
    confirm(ada)
    eve = django_user_model.objects.create_user(email="eve@example.org", name="Eve")
    EmailAddress.objects.create(user=eve, email="eve@example.org", primary=True, verified=True)
    client.force_login(eve)
    assert "€10" not in client.get("/account/gifts/").content.decode()
    client.logout()
    assert client.get("/account/gifts/").status_code == 302
