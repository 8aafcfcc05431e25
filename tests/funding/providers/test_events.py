"""What comes in at the door: forged, old, foreign, empty, unknown, in another shape; and what waits."""

import json
import time
from datetime import UTC, datetime

import pytest
import stripe as library
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pennypress.funding import actions
from pennypress.funding.models import Entry, Gift, GiftState, Pledge, ProviderEvent
from pennypress.funding.providers.stripe.events import KINDS
from pennypress.funding.queries import current_meter
from pennypress.lib.ids import uuid7


def make(settings, **fields):
    """An event and its header, signed by Stripe's own library."""
    body = {
        "id": "evt_1", "object": "event", "type": "charge.succeeded", "created": int(time.time()), "livemode": False,
        "api_version": "2026-10-28.endive", "data": {"object": {"id": "ch_unknown", "object": "charge"}}, **fields,
    }  # fmt: skip
    text = json.dumps(body)
    header = library.WebhookSignature.generate_signature_header(text, settings.PENNYPRESS_STRIPE_WEBHOOK_SECRETS[0])
    return {"body": text, "header": header}


def test_the_header_of_stripes_own_library_is_accepted(stripe, settings):
    assert stripe.bring(make(settings)).status_code == 200 and ProviderEvent.objects.count() == 1


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=abc", "t=x,v1=y", "t=²,v1=y", "t=99999999999999,v1=y", "=,=,", "t=1,t=2,v1=a", "a" * 5000]
)
def test_forged_headers_are_refused(stripe, settings, header):
    assert stripe.bring({**make(settings), "header": header}).status_code == 400
    assert not ProviderEvent.objects.exists()


def test_an_old_recording_and_a_changed_body_are_refused(stripe, settings):
    event = make(settings)
    assert stripe.bring({**event, "body": event["body"] + " "}).status_code == 400
    stripe.pass_time(days=0.01)
    assert stripe.bring(event).status_code == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("secrets", [["whsec_new", "{old}"], ["{old}", "whsec_new"]])
def test_a_secret_is_rolled_without_a_gap(stripe, settings, secrets):
    event = make(settings)
    old = settings.PENNYPRESS_STRIPE_WEBHOOK_SECRETS[0]
    settings.PENNYPRESS_STRIPE_WEBHOOK_SECRETS = [secret.format(old=old) for secret in secrets]
    assert stripe.bring(event).status_code == 200
    settings.PENNYPRESS_STRIPE_WEBHOOK_SECRETS = []
    assert stripe.bring(event).status_code == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""}, {"id": None}, {"object": "v2.core.event"}, {"created": "yesterday"}, {"data": None}, {"data": {}},
        {"type": None, "created": None}, {"id": "e" * 300},
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_and_nothing_breaks(stripe, settings, fields):
    assert stripe.bring(make(settings, **fields)).status_code in (200, 400)
    assert not ProviderEvent.objects.exists()


def test_kinds_nobody_needs_are_answered_and_forgotten_with_a_line_in_the_log(stripe, settings, caplog):
    with caplog.at_level("INFO"):
        assert stripe.bring(make(settings, type="radar.early_fraud_warning.created")).status_code == 200
    assert not ProviderEvent.objects.exists()
    assert "radar.early_fraud_warning.created, which nobody needs" in caplog.text


def test_live_events_on_a_test_site_are_set_aside_with_a_sentence(stripe, settings, work_off):
    assert stripe.bring(make(settings, livemode=True)).status_code == 200
    event = ProviderEvent.objects.get()
    assert event.applied_at and "test mode" in event.error
    work_off()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("named", [{"id": ""}, {"id": None}, {}, None, "x", []])
def test_an_event_that_names_no_object_touches_nothing(stripe, settings, work_off, named):
    gift = stripe.give()
    assert Gift.objects.get().payment == ""  # an empty number must not find it
    assert stripe.bring(make(settings, data={"object": named})).status_code == 200
    work_off()
    event = ProviderEvent.objects.get()
    assert event.applied_at and "names no object" in event.error
    gift.refresh_from_db()
    assert gift.state == GiftState.INTENDED


# A card is looked for at its owner; one that names none of ours concerns nobody here.
OF_CARDS = [kind for kind in KINDS if kind.startswith(("customer.source.", "payment_method."))]


@pytest.mark.parametrize("kind", OF_CARDS)
def test_an_event_of_a_card_that_is_nobodys_here_touches_nothing(stripe, settings, work_off, kind):
    assert len(OF_CARDS) == 4  # noqa: PLR2004
    stripe.bring(make(settings, type=kind, data={"object": {"id": "x_unknown", "object": "y"}}))
    work_off()
    assert ProviderEvent.objects.get().applied_at is not None
    assert not Entry.objects.exists() and not Pledge.objects.exists()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OF_CARDS])
def test_an_event_for_an_unknown_object_waits_with_a_sentence_and_a_date(stripe, settings, work_off, kind):
    stripe.bring(make(settings, type=kind, data={"object": {"id": "x_unknown", "object": "y"}}))
    work_off()
    event = ProviderEvent.objects.get()
    assert event.applied_at is None and event.error == "Stripe does not know this object." and event.retry_at
    assert not Entry.objects.exists()


def test_what_waits_is_tried_again_by_the_schedule_and_applied_when_it_can_be(stripe, work_off, client, settings):
    stripe.give()
    events = stripe.new_events()
    settings.PENNYPRESS_STRIPE_API_BASE = "http://127.0.0.1:9"
    for event in events:
        stripe.bring(event)
    work_off()
    assert current_meter().raised == 0 and ProviderEvent.objects.filter(error="Stripe could not be reached.").exists()
    settings.PENNYPRESS_STRIPE_API_BASE = stripe.server.url
    assert actions.retry_events() == 0  # not yet
    stripe.pass_time(days=0.001)
    assert actions.retry_events() == len(events)
    assert current_meter().raised == 500


def test_an_event_in_the_shape_of_an_old_version_is_read_again(stripe, settings, work_off):
    stripe.give(often="monthly")
    invoice = stripe.pull("all", kind="invoice")["data"][0]
    old = {key: value for key, value in invoice.items() if key != "parent"} | {"subscription": "sub_wrong", "new": {}}
    stripe.bring(make(settings, type="invoice.paid", api_version="2024-06-20", data={"object": old}))
    work_off()
    assert current_meter().raised == 500


def test_a_payment_of_another_amount_than_was_begun_is_not_booked(stripe, work_off):
    gift = stripe.give()
    Gift.objects.filter(pk=gift.pk).update(amount=900)
    stripe.bring_all(work_off)
    event = ProviderEvent.objects.filter(kind="charge.succeeded").get()
    assert event.applied_at is None and "€5.00 was captured of a gift of €9.00" in event.error
    assert not Entry.objects.exists()


def test_payments_of_something_else_at_the_same_account_are_none_of_ours(stripe, work_off):
    import requests

    answer = requests.post(
        f"{stripe.server.url}/v1/checkout/sessions", auth=None, headers={"Authorization": "Bearer sk_test_shop"}, timeout=5,
        data={"mode": "payment", "success_url": "http://shop", "line_items[0][quantity]": "1",
              "line_items[0][price_data][currency]": "eur", "line_items[0][price_data][unit_amount]": "900",
              "line_items[0][price_data][product_data][name]": "A mug"},
    )  # fmt: skip
    stripe.pull("pay", session=answer.json()["id"])
    stripe.bring_all(work_off)
    assert not Entry.objects.exists()
    assert {event.error for event in ProviderEvent.objects.all()} == {
        "This payment was not begun on this site, so it is not booked."
    }


def test_a_gift_that_is_not_here_any_more_leaves_its_event_waiting(stripe, work_off):
    gift = stripe.give()
    gift.calls.all().delete()
    gift.delete()
    stripe.bring_all(work_off)
    assert set(ProviderEvent.objects.values_list("error", flat=True)) == {"No gift of ours has this number."}


def test_the_same_gift_paid_on_two_pages_is_two_gifts(stripe, work_off, client):
    form = {"often": "once", "own": "5", "email": "a@example.org", "key": "k", "way": "stripe"}
    first = client.post("/support/", form).url.rpartition("/")[2]
    stripe.pass_time(days=0.97)
    second = client.post("/support/", form).url.rpartition("/")[2]
    assert first != second  # the first page ends within the hour, and is still open
    for session in (first, second):
        stripe.pull("pay", session=session)
    stripe.bring_all(work_off)
    assert Gift.objects.filter(state=GiftState.CAPTURED).count() == 2 and current_meter().raised == 1000


def test_nothing_personal_is_written_to_the_log(stripe, settings, work_off, caplog):
    caplog.set_level("DEBUG", "pennypress")
    stripe.give(email="very.private@example.org")
    stripe.bring_all(work_off)
    stripe.bring(
        make(settings, type="charge.succeeded", data={"object": {"id": str(uuid7()), "email": "very.private"}})
    )
    work_off()
    assert caplog.records and "very.private" not in caplog.text


def test_bodies_are_emptied_after_a_quarter_and_the_rows_stay(stripe, work_off):
    stripe.give(email="very.private@example.org")
    stripe.bring_all(work_off)
    stripe.pass_time(days=80)
    assert actions.forget_bodies() == 0
    stripe.pass_time(days=11)
    assert actions.forget_bodies() == ProviderEvent.objects.count() > 0
    assert not ProviderEvent.objects.filter(body__contains="very.private").exists()


def test_the_form_may_lead_to_the_payment_page_and_nowhere_else(stripe, settings, client):
    def allowed(address):
        policy = client.get(address)["Content-Security-Policy"]
        return next(part for part in policy.split("; ") if part.startswith("form-action"))

    settings.PENNYPRESS_STRIPE_API_BASE = ""
    assert allowed("/support/") == "form-action 'self' https://checkout.stripe.com"
    assert allowed("/months/") == "form-action 'self'"
    settings.PENNYPRESS_STRIPE_SECRET_KEY = ""
    assert allowed("/support/") == "form-action 'self'"


def test_without_its_key_stripe_is_neither_offered_nor_listened_to(stripe, settings, client):
    event = make(settings)
    settings.PENNYPRESS_STRIPE_SECRET_KEY = ""
    assert stripe.bring(event).status_code == 404
    assert "How to pay" not in client.get("/support/").content.decode()


def test_the_desk_costs_the_same_however_much_waits(stripe, client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("e@example.org"))
    client.get("/admin/funding/")
    costs = []
    for number in (1, 3, 30):
        for one in range(number):
            fields = {"kind": "charge.succeeded", "object": "ch", "body": "{}", "error": "It waits."}
            ProviderEvent.objects.get_or_create(provider="stripe", number=f"evt_{one}", defaults=fields)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/admin/funding/").content.decode()
        assert page.count("It waits.") == min(number, 20)
        costs.append(len(queries))
    assert len(set(costs)) == 1


def test_what_is_booked_at_the_desk_counts_by_the_newsrooms_clock(stripe, settings, client, django_user_model):
    from wagtail.users.models import UserProfile

    # Midnight in Berlin has passed; in the editor's Honolulu it is still January.
    stripe.move_to(int(datetime(2026, 1, 31, 23, 30, tzinfo=UTC).timestamp()))
    stripe.give()
    for event in stripe.new_events():
        stripe.bring(event)
    editor = django_user_model.objects.create_superuser("e@example.org")
    UserProfile.objects.create(user=editor, current_time_zone="Pacific/Honolulu")
    client.force_login(editor)
    event = ProviderEvent.objects.get(kind="charge.succeeded")
    client.post(f"/admin/funding/events/{event.pk}/retry/")
    assert Entry.objects.get().month.month == 2
