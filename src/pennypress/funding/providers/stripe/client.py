"""Stripe's own library behind a few words of ours: plain dictionaries in and out, and three kinds of outcome.

The library takes thirty megabytes, so it is loaded with the first call and not with the site. The API version is pinned
here: shapes change with it, and fields it does not have are never read.
"""

import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from pennypress.funding.providers.base import Declined, Unreachable

logger = logging.getLogger(__name__)

API_VERSION = "2026-10-28.endive"
# A reader waits for the payment page that long at most, and then is told to try again.
TIMEOUT_SECONDS = 15
# The library's own, with the same idempotency key, so that nothing is done twice.
RETRIES = 2
PAGE = 100

Data = dict[str, Any]


def get(path: str, **params: Any) -> Data:
    """Read an object or a page of a list. Raises Declined where there is none, Unreachable."""
    return _call("get", path, params, "")


def post(path: str, key: str, **params: Any) -> Data:
    """Change something, under an idempotency key. Raises Declined or Unreachable."""
    return _call("post", path, params, key)


def delete(path: str, **params: Any) -> Data:
    return _call("delete", path, params, "")


def every(path: str, **params: Any) -> Iterator[Data]:
    """All objects of a list, page after page, newest first."""
    after: Data = {}
    while True:
        page = get(path, limit=PAGE, **params, **after)
        yield from page["data"]
        if not page.get("has_more") or not page["data"]:
            return
        after = {"starting_after": page["data"][-1]["id"]}


class NoSuch(Declined):
    """Stripe does not know the object."""

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


def _call(method: str, path: str, params: Data, key: str) -> Data:
    import stripe

    options = {"idempotency_key": key} if key else {}
    try:
        answer: Any = _client(settings.PENNYPRESS_STRIPE_SECRET_KEY, settings.PENNYPRESS_STRIPE_API_BASE).raw_request(
            method, f"/v1/{path}", **params, **options
        )
        data: Data = answer.data
        return data
    except stripe.InvalidRequestError as error:
        # The message is for developers, and may quote what was sent; its code and its place do not.
        missing = error.code == "resource_missing"
        level = logging.INFO if missing else logging.WARNING
        logger.log(level, "Stripe refused %s %s: %s %s", method, path.split("/")[0], error.code, error.param)
        if missing:
            raise NoSuch(_("Stripe does not know this object."), error.param or "") from None
        raise Declined(_why(error)) from None
    except stripe.CardError as error:
        raise Declined(_("The payment was declined.")) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Unreachable(_("Stripe does not take the secret key of this site.")) from error
    except stripe.RateLimitError as error:
        raise Unreachable(_("Stripe is asked too often just now.")) from error
    except stripe.APIConnectionError as error:
        raise Unreachable(_("Stripe could not be reached.")) from error
    except stripe.IdempotencyError as error:
        raise Unreachable(_("Stripe has seen this call with other values.")) from error
    except stripe.StripeError as error:
        raise Unreachable(_("Stripe answered with an error of its own."), answered=True) from error


def _why(error: Any) -> str:
    known = {
        "charge_already_refunded": _("This payment has been refunded already."),
        "charge_disputed": _("This payment is disputed, and cannot be refunded."),
        "amount_too_large": _("This amount is more than Stripe takes."),
        "amount_too_small": _("This amount is less than Stripe takes."),
    }
    return known.get(
        error.code or "", _("Stripe refused the call (%(code)s).") % {"code": error.code or error.param or "?"}
    )


@cache
def _client(key: str, base: str) -> Any:
    import stripe

    stripe.enable_telemetry = False  # the newsroom's machine tells nobody how long things take
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base} if base else None,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )
