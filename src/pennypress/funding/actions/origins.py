from collections.abc import Collection

from django.db import transaction
from wagtail.models import Page

from pennypress.funding.models import Gift, Origin, Role, Touch, Wording
from pennypress.funding.visits import Visit


def note_origin(*, gift: Gift, visit: Visit) -> Origin | None:
    """Keep how a gift that was just begun came about: its newsletter, the appeal that was pressed, and the
    articles that are there and can earn.

    None, and nothing kept, for a visit that tells nothing. A gift that knows its origin keeps it.
    """
    visit = visit.without(_earning(visit.articles))
    wording = Wording.objects.filter(pk=visit.wording).first() if visit.wording else None
    if gift.origin_id or not (visit.articles or visit.newsletter or wording):
        return None
    with transaction.atomic():
        origin = Origin.objects.create(newsletter=visit.newsletter, wording=wording)
        Touch.objects.bulk_create(_touches(origin, visit))
        gift.origin = origin
        gift.save(update_fields=["origin"])
    return origin


def inherit_origin(*, gift: Gift) -> None:
    """A regular gift that renews counts to what its pledge began with. The caller has the transaction."""
    if gift.pledge_id is None or gift.origin_id:
        return
    begun = Gift.objects.filter(pledge=gift.pledge_id, origin__isnull=False).order_by("created_at", "id")
    gift.origin_id = begun.values_list("origin_id", flat=True).first()
    if gift.origin_id:
        gift.save(update_fields=["origin"])


def forget_origins(*, emails: Collection[str]) -> None:
    """Cut what these addresses gave from what was read before it."""
    Origin.objects.filter(gifts__email__lower__in=emails).delete()


def _earning(numbers: Collection[int]) -> set[int]:
    """Those of these numbers that are public pages of a kind that earns: one that offers `credits_of`."""
    pages = Page.objects.live().filter(pk__in=numbers)
    return {page.pk for page in pages if hasattr(page.specific_class, "credits_of")} if numbers else set()


def _touches(origin: Origin, visit: Visit) -> list[Touch]:
    if not visit.articles:
        return []
    between = visit.between
    return [
        Touch(origin=origin, page_id=visit.first, role=Role.FIRST),
        Touch(origin=origin, page_id=visit.last, role=Role.LAST),
        *(
            Touch(origin=origin, page_id=number, role=Role.ASSISTED, place=place, of=len(between))
            for place, number in enumerate(between)
        ),
    ]
