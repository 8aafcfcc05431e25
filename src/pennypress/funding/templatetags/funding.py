from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Page

from pennypress.funding.appeals import shown_wordings, standing
from pennypress.funding.meter import Meter
from pennypress.funding.queries import current_meter, live_meter
from pennypress.funding.rules import NOT_ASKED_AFTER, REGULAR_FROM, REST_AFTER_CLOSING
from pennypress.lib import money
from pennypress.newsroom.queries import current_newsroom

register = template.Library()


@register.simple_tag
def meter(page: Page | None = None) -> SafeString:
    """The running month's meter; an article remembers it for what stands at its end."""
    found = live_meter()
    if page is not None:
        page.__dict__["_meter"] = found["meter"]
    return _drawn(found["meter"], found["moved"], get_language(), get_current_timezone_name())


@lru_cache(maxsize=8)
def _drawn(meter: Meter, moved: int, language: str | None, time_zone: str) -> SafeString:
    """Drawn once for all pages that show the same figures; the language and the time zone are those in which it is drawn."""
    return render_to_string("funding/_meter.html", {"meter": meter, "moved": moved})


@register.inclusion_tag("funding/_support_link.html")
def support_link(place: str, page: Page) -> dict[str, Any]:
    """The call to give, above or below an article, which the link names."""
    return {"place": place, "label": support_label(), "page": page}


@register.simple_tag
def support_label() -> str:
    """What stands on the button, in the newsroom's words."""
    newsroom = current_newsroom()
    return newsroom.support_label or _("Support %(name)s") % {"name": newsroom.name}


@register.inclusion_tag("funding/_support_end.html")
def support_end(page: Page) -> dict[str, Any]:
    """What stands at the end of an article: the appeal that is everybody's, where there is one, and the call to give. All
    that is said today lies beside it, unseen, for the browser to choose from: for two wordings that is less than a request."""
    meter = page.__dict__.get("_meter") or current_meter()
    wordings = shown_wordings(meter)
    return {
        "page": page, "wording": standing(wordings), "wordings": wordings, "pause": meter.pause,
        "regular": REGULAR_FROM, "rest": REST_AFTER_CLOSING.days,
    }  # fmt: skip


@register.inclusion_tag("funding/_supporter_mark.html")
def supporter_mark() -> dict[str, Any]:
    """For pages that only who gives is shown: their own browser remembers not to ask them."""
    return {"days": NOT_ASKED_AFTER.days}


@register.filter
def as_money(minor: int, currency: str) -> str:
    return money.format_money(minor, currency, whole=True)


@register.filter
def as_exact_money(minor: int, currency: str) -> str:
    """With all its decimals, as on a voucher."""
    return money.format_money(minor, currency)


@register.filter
def as_signed_money(minor: int, currency: str) -> str:
    """With a plus where it is more: a change, not a sum."""
    text = money.format_money(minor, currency, whole=True)
    return f"+{text}" if minor > 0 else text
