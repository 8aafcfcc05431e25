"""Web push: notices that a member's browser shows by itself, through the push service of that browser."""

import json
import logging
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils.translation import gettext as _

from pennypress.lib import webpush
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications import rules
from pennypress.notifications.models import Device, Notice, Recipient
from pennypress.notifications.queries import told

logger = logging.getLogger(__name__)

SECONDS_TO_ANSWER = 10
# A browser that is switched off for longer finds the inbox instead.
KEPT_BY_SERVICE_SECONDS = 24 * 3600
# A notice shows a line or two, and everything must fit into MAX_MESSAGE in any script.
WORDS_SHOWN = 160


class Unwilling(Exception):
    """The push service asks to be asked again later."""


def key() -> bytes:
    """The site's private key for web push, made at set-up. Raises FileNotFoundError before."""
    return (settings.DATA / "push.key").read_bytes()


def add_device(*, recipient: Recipient, endpoint: str, public_key: str, secret: str) -> Device:
    """Show this member's notices in this browser. A browser that served another member before serves this one now.

    Raises Refused unless the address is a known push service's and the keys are keys.
    """
    if not rules.is_push_address(endpoint) or len(endpoint) > 600:
        raise rules.Refused(_("This browser's push service is not one we know, so it cannot be told."))
    try:
        webpush.browser_point(public_key)
        webpush.browser_secret(secret)
    except webpush.BadKeys:
        raise rules.Refused(_("This browser sent keys that are none. Please try again.")) from None
    with transaction.atomic():
        device, _new = Device.objects.update_or_create(
            endpoint=endpoint, defaults={"recipient": recipient, "public_key": public_key, "secret": secret}
        )
        beyond = recipient.devices.order_by("-created_at", "-id").values_list("pk", flat=True)[rules.MAX_DEVICES :]
        Device.objects.filter(pk__in=list(beyond)).delete()
    return device


def remove_device(*, recipient: Recipient, endpoint: str) -> None:
    """Show nothing in this browser any more."""
    with transaction.atomic():
        recipient.devices.filter(endpoint=endpoint).delete()


@task()
def push_notice(notice_id: str) -> None:
    """Ask the push services of a person's browsers to show a notice."""
    notice = Notice.objects.filter(pk=UUID(notice_id)).select_related("recipient").first()
    if notice is None or notice.read_at or notice.recipient.paused_at:
        return
    (each,) = told([notice])
    if each.item is None:
        return
    message = {
        "title": each.item.title[:WORDS_SHOWN],
        "body": f"{each.item.author}: {each.item.words}"[:WORDS_SHOWN],
        "url": each.item.url,
        # A second copy replaces the first instead of standing beside it.
        "tag": str(notice.pk),
    }
    devices = list(notice.recipient.devices.all()[: rules.MAX_DEVICES])
    unwilling = [device for device in devices if not _push(device, json.dumps(message, ensure_ascii=False).encode())]
    if unwilling:
        # Tried again with growing pauses; browsers that have it already replace it.
        raise Unwilling


def _push(device: Device, message: bytes) -> bool:
    """Send it to one browser; one that is gone for good is forgotten. False when the service asks for patience."""
    if not rules.is_push_address(device.endpoint):
        return True
    status = _send(device, message)
    if status in (404, 410):
        Device.objects.filter(pk=device.pk).delete()
    elif status == 429 or status >= 500:
        return False
    elif status >= 300:
        logger.error("A push service refused a notice: status %s.", status)
    return True


class StayHere(HTTPRedirectHandler):
    """Goes nowhere a service might send us on to: the address was checked, the next one was not."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = build_opener(StayHere)


def _send(device: Device, message: bytes) -> int:
    """The status of the service's answer. Raises OSError where there is none."""
    contact = current_newsroom().contact_email
    headers = {
        "Authorization": webpush.proof(
            key(), endpoint=device.endpoint, contact=f"mailto:{contact}" if contact else settings.BASE_URL
        ),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_BY_SERVICE_SECONDS),
        "Urgency": "normal",
    }
    body = webpush.encrypted(message, browser_key=device.public_key, secret=device.secret)
    try:
        with _opener.open(
            Request(device.endpoint, data=body, headers=headers, method="POST"), timeout=SECONDS_TO_ANSWER
        ) as response:
            return response.status
    except HTTPError as answer:
        answer.close()
        return answer.code
